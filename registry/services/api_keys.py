"""Keys of programs (接口密钥): made and revoked by who runs the registry, shown once, kept as a hash."""

import secrets
from datetime import datetime

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import InvalidInput, InvalidTransition, NotFound
from registry.models import ApiKey
from registry.schemas.base import ReadModel
from registry.services import audit
from registry.services.accounts.passwords import digest
from registry.services.rows import by_number

PREFIX = "rk_"
HOLDER_MAX = 100


class KeyShown(ReadModel):
    """A key without what is secret about it."""

    id: int
    holder: str
    made_by: str
    made_at: datetime
    revoked_at: datetime | None


def make_key(session: Session, *, holder: str, by: str) -> str:
    """A new key for ``holder``; it is shown now and never again. Raises InvalidInput (holder)."""
    named = " ".join(holder.split())
    if not named or len(named) > HOLDER_MAX or not named.isprintable():
        raise InvalidInput(
            f"请写明密钥给谁用，1 至 {HOLDER_MAX} 个字。",
            f"Say whom the key is for, in 1 to {HOLDER_MAX} characters.",
            field="holder",
            value=holder,
        )
    key = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(holder=named, key_sha256=digest(key), made_by=by)
    session.add(row)
    session.flush()
    _note(session, row, "api_key.made", by)
    return key


def revoke_key(session: Session, *, key_id: int, by: str) -> KeyShown:
    """A key that opens nothing from now on. Raises NotFound, InvalidTransition (revoked before)."""
    row = by_number(session, ApiKey, key_id, lock=True)
    if row is None:
        raise NotFound(f"没有编号为 {key_id} 的密钥。", f"There is no key number {key_id}.", field="key", value=key_id)
    if row.revoked_at is not None:
        raise InvalidTransition(f"密钥 {key_id} 已经停用。", f"Key {key_id} was revoked before.", field="key")
    row.revoked_at = clock.now()
    session.flush()
    _note(session, row, "api_key.revoked", by)
    return _shown(row)


def list_keys(session: Session) -> list[KeyShown]:
    """Every key, newest first, those revoked too."""
    return [_shown(row) for row in session.exec(select(ApiKey).order_by(col(ApiKey.id).desc()))]


def is_known(session: Session, key: str) -> bool:
    """Whether the key was made here and not revoked."""
    if not key.startswith(PREFIX):
        return False
    query = select(ApiKey.id).where(col(ApiKey.key_sha256) == digest(key), col(ApiKey.revoked_at).is_(None))
    return session.exec(query).first() is not None


def _shown(row: ApiKey) -> KeyShown:
    return KeyShown(**row.model_dump(exclude={"key_sha256"}))


def _note(session: Session, row: ApiKey, action: str, by: str) -> None:
    audit.record(
        session, actor=by, action=action, subject_kind="api_key", subject_key=str(row.id), after={"holder": row.holder}
    )
