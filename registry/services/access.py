"""Who of an authority opened protected data of a firm, when and for what; the firm can read it (查阅记录)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Select, func, insert, inspect, literal, select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry import clock
from registry.db import reading, transaction
from registry.models import AccessRecord
from registry.policies import EVERYWHERE, Actor, own_region, require_firm
from registry.schemas.accounts import AccessEntry
from registry.schemas.paging import Page, check_limit
from registry.services.keyset import Order
from registry.services.places import full_place
from registry.vocabulary import AccessPurpose, Role

ONCE_IN = timedelta(hours=1)
"""Opening ten pages of one firm for one purpose in an hour is one visit."""
_ORDER = Order(((-col(AccessRecord.id), BigInteger(), int),))


def note_access(session: Session, actor: Actor, enterprise_id: int, what: str, purpose: AccessPurpose) -> None:
    """Record that ``actor`` opened ``what`` of a firm; once a person, firm, purpose and hour.

    Members of the firm, its park and the program itself leave no record: it is about authorities.
    """
    if not _leaves_record(actor, enterprise_id):
        return
    said = {
        "enterprise_id": enterprise_id,
        "at": clock.now(),
        "actor": actor.label[:100],
        "authority": _authority(actor),
        "what": what[:60],
        "purpose": purpose,
    }
    table: Any = inspect(AccessRecord).local_table
    row = select(*(literal(value, table.c[name].type) for name, value in said.items()))
    unless = row.where(~_noted(actor, enterprise_id, purpose).exists())
    session.execute(insert(AccessRecord).from_select(list(said), unless, include_defaults=False))


def note_opening(
    engine: Engine,
    actor: Actor,
    enterprise_id: int,
    what: str,
    purpose: AccessPurpose,
    *,
    seen_in: Session | None = None,
) -> None:
    """As ``note_access``, in a transaction of its own: for pages, which only read.

    ``seen_in``: a session that is reading anyway and can say whether it was noted before. Raises StorageUnavailable
    where it cannot be recorded: then nothing is shown either.
    """
    if not _leaves_record(actor, enterprise_id):
        return
    asked = _noted(actor, enterprise_id, purpose).limit(1)
    if seen_in is not None:
        noted = seen_in.execute(asked).first()
    else:
        with reading(engine) as session:
            noted = session.execute(asked).first()
    if noted is None:
        with transaction(engine) as session:
            note_access(session, actor, enterprise_id, what, purpose)


def access_log(
    session: Session, enterprise_id: int, actor: Actor, *, cursor: str | None = None, limit: int = 50
) -> Page[AccessEntry]:
    """Who opened protected data of a firm, the latest first: for its members, auditors and its administrators.

    Raises NotAllowed, InvalidInput (cursor, limit).
    """
    if not actor.may({Role.AUDITOR}):
        require_firm(actor, enterprise_id)
    limit, scope = check_limit(limit), f"access:{enterprise_id}"
    mine = col(AccessRecord.enterprise_id) == enterprise_id
    total = session.scalar(select(func.count()).select_from(AccessRecord).where(mine)) or 0
    query = select(AccessRecord).where(mine).order_by(*_ORDER.columns).limit(limit + 1)
    if cursor:
        query = query.where(_ORDER.after(cursor, scope))
    rows = session.scalars(query).all()
    shown = rows[:limit]
    more = _ORDER.cursor(scope, (-shown[-1].id,)) if len(rows) > limit else None
    return Page(items=tuple(_read(row) for row in shown), total=total, next_cursor=more)


def _read(row: AccessRecord) -> AccessEntry:
    return AccessEntry(at=row.at, actor=row.actor, authority=row.authority, what=row.what, purpose=row.purpose)


def _leaves_record(actor: Actor, enterprise_id: int) -> bool:
    return actor.account_id is not None and actor.is_official and actor.firm_role(enterprise_id) is None


def _noted(actor: Actor, enterprise_id: int, purpose: AccessPurpose) -> Select[Any]:
    """SQL: the records of the last hour by this person, of this firm, for this purpose."""
    return select(col(AccessRecord.id)).where(
        col(AccessRecord.enterprise_id) == enterprise_id,
        col(AccessRecord.actor) == actor.label[:100],
        col(AccessRecord.purpose) == purpose,
        col(AccessRecord.at) > clock.now() - ONCE_IN,
    )


def _authority(actor: Actor) -> str:
    """The place an official acts for, as the firm is told."""
    code = own_region(actor)
    named = None if code == EVERYWHERE else full_place(code)
    return (named.zh if named else code if code != EVERYWHERE else "全部地区")[:100]
