"""The keys an identity provider publishes, and what a token says if one of them signed it. No database.

Needs the extra ``oidc`` (joserfc); whoever has no identity provider does without.
"""

import time
from collections.abc import Callable
from importlib.util import find_spec
from threading import Lock
from typing import Any

from registry.errors import NotAllowed, RegistryError, Text

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Signatures by a private key of the provider. Never ``none``, and never one (HS…) that a shared word could make."""
KEPT_SECONDS = 3_600
"""How long keys are believed without asking again: a key the provider took back counts no longer than this."""
EXTRA = Text(
    "接入统一身份认证需要附加组件 oidc：请用 pip install '.[oidc]' 安装后重新启动。",
    "Signing in at an identity provider needs the extra oidc: install it with pip install '.[oidc]' and start again.",
)


class ExtraMissing(RegistryError):
    """An identity provider is set up, but what checks its signatures is not installed."""

    code, title, status = "extra-missing", Text("统一身份认证未启用", "Identity provider is off"), 503


def can_check() -> bool:
    """Whether the extra is installed."""
    return find_spec("joserfc") is not None


class UnknownKey(Exception):
    """The token names a key that is not among these."""


class PublishedKeys:
    """Key sets by address, kept for an hour. One per process, for all its threads."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}
        self._lock = Lock()

    def claims(self, token: str, address: str, fetch: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
        """What the token says. A key nobody knows is asked for once: the provider may have a new one.

        Raises NotAllowed if it is not signed by the provider, and whatever ``fetch`` raises.
        """
        if not can_check():
            raise ExtraMissing(EXTRA.zh, EXTRA.en)
        known = self._of(address)
        if known is not None:
            try:
                return signed_claims(token, known)
            except UnknownKey:
                pass
        published = fetch(address)
        with self._lock:
            self._kept[address] = (time.monotonic(), published)
        try:
            return signed_claims(token, published)
        except UnknownKey:
            raise _forged() from None

    def _of(self, address: str) -> dict[str, Any] | None:
        with self._lock:
            at, keys = self._kept.get(address, (0.0, None))
        return keys if keys is not None and time.monotonic() - at < KEPT_SECONDS else None


def signed_claims(token: str, published: dict[str, Any]) -> dict[str, Any]:
    """What a token says whose signature is right. ``published``: a JSON Web Key Set.

    Raises UnknownKey if it names another key, NotAllowed if the signature or its kind is not right.
    """
    from joserfc import jwt
    from joserfc.errors import InvalidKeyIdError, JoseError, MissingKeyError
    from joserfc.jwk import KeySet

    listed = published.get("keys")
    keys = [key for key in listed if _signs(key)] if isinstance(listed, list) else []
    try:
        said = jwt.decode(token, KeySet.import_key_set({"keys": keys}), algorithms=ALGORITHMS)
    except (InvalidKeyIdError, MissingKeyError):
        raise UnknownKey from None
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise _forged() from None
    return dict(said.claims)


def _signs(key: object) -> bool:
    """Whether this is a public key for signatures: a set may also hold keys for secrets."""
    return isinstance(key, dict) and key.get("kty") in {"RSA", "EC"} and key.get("use", "sig") == "sig"


def _forged() -> NotAllowed:
    return NotAllowed(
        "身份认证服务的回答没有可信的签名。请重新登录；多次如此请告知管理员。",
        "What the identity provider answered has no signature that can be trusted. Sign in again; tell an "
        "administrator if it stays so.",
    )
