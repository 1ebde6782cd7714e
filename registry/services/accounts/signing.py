"""Links from mails are signed: one that is forged, altered or outdated is refused before anything asks the database.

The signature says only that this registry made the link, what for and when; that it works once is the database's.
"""

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from itsdangerous import BadSignature, TimestampSigner
from pydantic import SecretStr

from registry import clock
from registry.errors import Gone, InvalidInput, StorageUnavailable
from registry.settings import Settings
from registry.vocabulary import LinkPurpose

LASTS = {
    LinkPurpose.REGISTER: timedelta(days=1),
    LinkPurpose.INVITE: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=1),
}
KEY_MIN = 32
"""Characters of a key; what ``openssl rand -base64 32`` prints has 44."""
_SALT = "registry.mailed-link"


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Signs the tokens of links and reads signed ones.

    ``given``: the keys of the settings, newest first; where empty, those of ``key_file``, made with the first link.
    The file is read each time: a key that another process made or an administrator added counts at once.
    """

    given: SecretStr
    key_file: Path

    def signed(self, token: str, purpose: LinkPurpose) -> str:
        """What stands in the link: purpose, token, time and signature. Raises StorageUnavailable."""
        if not self.given.get_secret_value() and not self.key_file.exists():
            _make_key(self.key_file)
        return _signer(self.keys()).sign(f"{purpose.value}.{token}").decode()

    def opened(self, signed: str) -> str:
        """The token. Raises Gone, whatever is wrong with it: forged, altered, of a key that is gone, too old."""
        keys = self.keys()
        if not keys:
            raise gone()
        try:
            value, made_at = _signer(keys).unsign(signed, return_timestamp=True)
        except BadSignature as wrong:
            raise gone() from wrong
        purpose, _, token = value.decode().partition(".")
        lasts = next((span for one, span in LASTS.items() if one.value == purpose), timedelta())
        if clock.now() >= made_at + lasts:
            raise gone()
        return token

    def keys(self) -> list[str]:
        """Newest first; none before the first link was made. Raises InvalidInput, StorageUnavailable."""
        text = self.given.get_secret_value()
        return keys_in(text, "REGISTRY_LINK_KEYS") if text else self._kept()

    def _kept(self) -> list[str]:
        try:
            return keys_in(self.key_file.read_text("ascii"), str(self.key_file))
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise StorageUnavailable(
                f"不能读取签名密钥文件 {self.key_file}。请检查权限和内容。",
                f"The key file {self.key_file} cannot be read. Check its permissions and content.",
            ) from error


def signer_of(settings: Settings) -> LinkSigner:
    """The signer these settings ask for. Touches no file. Raises InvalidInput where a key of theirs is too short."""
    if text := settings.link_keys.get_secret_value():
        keys_in(text, "REGISTRY_LINK_KEYS")
    return LinkSigner(settings.link_keys, settings.link_key_file)


def keys_in(text: str, place: str) -> list[str]:
    """Keys between commas, blanks or line ends. Raises InvalidInput that names ``place`` and never shows a key."""
    found = text.replace(",", " ").split()
    if not found or any(len(key) < KEY_MIN for key in found):
        raise InvalidInput(
            f"{place} 中的每个密钥至少要有 {KEY_MIN} 个字符，多个密钥用逗号分开。",
            f"Each key in {place} takes {KEY_MIN} characters at least; commas go between keys.",
            field="link_keys",
        )
    return found


def gone() -> Gone:
    """The one answer about a link that opens nothing: why is nobody's business."""
    return Gone(
        "这个链接已经用过、已过期或不完整。请重新申请一个。",
        "This link was used, has run out or is not complete. Ask for a new one.",
    )


def _signer(keys: list[str]) -> TimestampSigner:
    # The last of the list signs, all of it is accepted.
    return TimestampSigner(keys[::-1], salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256)


def _make_key(path: Path) -> None:
    """A key for its owner's eyes, whole or not at all and never over one that is there.

    Of two processes that make one at once the first wins, and both read that.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(name, path)
        finally:
            Path(name).unlink()
    except OSError as error:
        raise StorageUnavailable(
            f"不能建立签名密钥文件 {path}（{error.strerror}）。请检查权限，或设置 REGISTRY_LINK_KEYS。",
            f"The key file {path} cannot be made ({error.strerror}). Check permissions or set REGISTRY_LINK_KEYS.",
        ) from error
