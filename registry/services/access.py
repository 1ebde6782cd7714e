"""Who of an authority opened protected data of a firm, when and for what; the firm can read it (查阅记录)."""

from datetime import timedelta

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading, transaction
from registry.models import AccessRecord
from registry.policies import EVERYWHERE, Actor, own_region, require_firm
from registry.services.places import full_place
from registry.vocabulary import AccessPurpose

LOG_MOST = 200
ONCE_IN = timedelta(hours=1)
"""Opening ten pages of one firm for one purpose in an hour is one visit."""


def note_access(session: Session, actor: Actor, enterprise_id: int, what: str, purpose: AccessPurpose) -> None:
    """Record that ``actor`` opened ``what`` of a firm; once a person, firm, purpose and hour.

    Members of the firm, its park and the program itself leave no record: it is about authorities.
    """
    if not _is_noted(session, actor, enterprise_id, purpose):
        session.add(
            AccessRecord(
                enterprise_id=enterprise_id,
                actor=actor.label[:100],
                authority=_authority(actor),
                what=what[:60],
                purpose=purpose,
            )
        )
        session.flush()


def note_opening(engine: Engine, actor: Actor, enterprise_id: int, what: str, purpose: AccessPurpose) -> None:
    """As ``note_access``, in a transaction of its own: for pages, which only read.

    Raises StorageUnavailable where it cannot be recorded: then nothing is shown either.
    """
    with reading(engine) as session:
        noted = _is_noted(session, actor, enterprise_id, purpose)
    if not noted:
        with transaction(engine) as session:
            note_access(session, actor, enterprise_id, what, purpose)


def access_log(session: Session, *, enterprise_id: int, actor: Actor) -> list[AccessRecord]:
    """The newest entries, for members of the firm. Raises NotAllowed."""
    require_firm(actor, enterprise_id)
    query = select(AccessRecord).where(col(AccessRecord.enterprise_id) == enterprise_id)
    return list(
        session.scalars(query.order_by(col(AccessRecord.at).desc(), col(AccessRecord.id).desc()).limit(LOG_MOST))
    )


def _is_noted(session: Session, actor: Actor, enterprise_id: int, purpose: AccessPurpose) -> bool:
    if actor.account_id is None or not actor.is_official or actor.firm_role(enterprise_id) is not None:
        return True
    since = clock.now() - ONCE_IN
    found = select(AccessRecord.id).where(
        AccessRecord.enterprise_id == enterprise_id,
        AccessRecord.actor == actor.label,
        AccessRecord.purpose == purpose,
        col(AccessRecord.at) > since,
    )
    return session.exec(found.limit(1)).first() is not None


def _authority(actor: Actor) -> str:
    """The place an official acts for, as the firm is told."""
    code = own_region(actor)
    named = None if code == EVERYWHERE else full_place(code)
    return (named.zh if named else code if code != EVERYWHERE else "全部地区")[:100]
