"""Taking one enterprise apart: chosen titles, products and names go to a new one; and taking that back.

For records in which two enterprises were put together by mistake. Nothing is deleted: the audit event keeps the number
of every row that moved, and a split that is taken back leaves the new address leading home.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidInput, InvalidTransition
from registry.identity.folding import fold_name
from registry.identity.names import clean_name
from registry.identity.uscc import parse_uscc
from registry.models import AuditEvent, Enterprise, EnterpriseAddress, EnterpriseName
from registry.policies import Actor
from registry.services import audit, outbox
from registry.services.belongings import MOVED, move_rows
from registry.services.identities import (
    NAME_MAX,
    NAME_MIN,
    check_reason,
    lock_enterprise,
    release_or_refuse,
    require_curator,
    require_live,
    touch,
)
from registry.services.keys import key_of, provisional_key
from registry.vocabulary import IdentityState, NameKind

SPLIT = "enterprise.split"
UNSPLIT = "enterprise.unsplit"


@dataclass(frozen=True, slots=True)
class Parts:
    """Rows that go to the new enterprise, by number."""

    listings: Sequence[int] = ()
    products: Sequence[int] = ()
    names: Sequence[int] = ()


def split_enterprise(
    session: Session, *, enterprise_id: int, parts: Parts, name: str, uscc: str, actor: Actor, reason: str
) -> str:
    """Make a new enterprise of the same place of parts of another one; returns its key.

    ``uscc`` may be empty: the new one is provisional then. The present name stays where it is. Raises NotFound, Gone,
    NotAllowed, InvalidInput (name, code, nothing chosen, a row of somebody else), Conflict (code), InvalidTransition.
    """
    origin = lock_enterprise(session, enterprise_id)
    require_curator(actor, origin)
    require_live(origin)
    said, named = check_reason(reason), _checked_name(name, origin)
    code = parse_uscc(uscc).code if uscc.strip() else None
    if not (parts.listings or parts.products or parts.names):
        raise InvalidInput(
            "请至少选一项分给新企业。", "Choose something that goes to the new enterprise.", field="parts"
        )
    made = _make(session, origin, named, code)
    moved = {
        "listing": move_rows(session, "listing", old=origin.id, new=made.id, only=parts.listings),
        "product": move_rows(session, "product", old=origin.id, new=made.id, only=parts.products),
    }
    names = _move_names(session, origin, made, parts.names)
    _require_all(parts, moved, names)
    origin_key, made_key = key_of(session, origin.id), key_of(session, made.id)
    touch(origin)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action=SPLIT,
        subject_kind="enterprise",
        subject_key=made_key,
        before={"moved": moved, "names": names},
        after={"origin": origin.id, "origin_key": origin_key, "made": made.id, "name": named},
        reason=said,
    )
    outbox.enterprises_changed(session, [origin.id, made.id])
    return made_key


def unsplit(session: Session, *, made_id: int, actor: Actor, reason: str) -> str:
    """Take a split back: all that the new enterprise has goes to the one it came from, also what it was given since;
    its address leads there. Returns the key of the old one.

    Raises NotFound, Gone, NotAllowed, InvalidInput, InvalidTransition (not made by a split, or merged since).
    """
    made = lock_enterprise(session, made_id)
    require_live(made)
    event = _event(session, key_of(session, made.id))
    origin = lock_enterprise(session, (event.after or {})["origin"])
    require_curator(actor, made)
    require_curator(actor, origin)
    require_live(origin)
    said = check_reason(reason)
    moved = {name: move_rows(session, name, old=made.id, new=origin.id) for name in MOVED}
    _return_names(session, (event.before or {})["names"], made, origin)
    made_key = key_of(session, made.id)
    made.identity, made.merged_into_id, made.merged_on = IdentityState.MERGED, origin.id, clock.today()
    touch(made)
    touch(origin)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action=UNSPLIT,
        subject_kind="enterprise",
        subject_key=made_key,
        before={"split_event": event.id},
        after={"origin": origin.id, "moved": moved},
        reason=said,
    )
    outbox.enterprises_changed(session, [origin.id, made.id])
    return key_of(session, origin.id)


def _make(session: Session, origin: Enterprise, name: str, code: str | None) -> Enterprise:
    made = Enterprise(
        identity=IdentityState.PROVISIONAL,
        name_zh=name,
        region_code=origin.region_code,
        city_code=origin.city_code,
    )
    session.add(made)
    session.flush()
    session.add(EnterpriseAddress(key=provisional_key(made.id), enterprise_id=made.id))
    if code is not None:
        release_or_refuse(session, code, made)
        made.uscc, made.identity = code, IdentityState.IDENTIFIED
        if session.get(EnterpriseAddress, code) is None:
            session.add(EnterpriseAddress(key=code, enterprise_id=made.id))
    session.add(EnterpriseName(enterprise_id=made.id, name=name, folded=fold_name(name), kind=NameKind.CURRENT))
    session.flush()
    return made


def _move_names(session: Session, origin: Enterprise, made: Enterprise, numbers: Sequence[int]) -> list[dict[str, Any]]:
    rows = session.scalars(
        select(EnterpriseName).where(
            col(EnterpriseName.id).in_(numbers),
            col(EnterpriseName.enterprise_id) == origin.id,
            col(EnterpriseName.kind) != NameKind.CURRENT,
        )
    ).all()
    moved = []
    for row in rows:
        moved.append({"id": row.id, "kind": row.kind.value, "valid_to": row.valid_to and row.valid_to.isoformat()})
        row.enterprise_id = made.id
    session.flush()
    return moved


def _require_all(parts: Parts, moved: dict[str, list[int]], names: list[dict[str, Any]]) -> None:
    wanted = len(set(parts.listings)) + len(set(parts.products)) + len(set(parts.names))
    if wanted != sum(len(numbers) for numbers in moved.values()) + len(names):
        raise InvalidInput(
            "所选的记录有的不属于这家企业，或是它的现用名。请刷新后重选。",
            "Some of what was chosen does not belong to this enterprise, or is its present name. Choose again.",
            field="parts",
        )


def _return_names(session: Session, names: list[dict[str, Any]], made: Enterprise, origin: Enterprise) -> None:
    went = {said["id"]: said for said in names}
    for row in session.scalars(select(EnterpriseName).where(col(EnterpriseName.enterprise_id) == made.id)).all():
        if row.id in went:
            row.enterprise_id = origin.id
            row.kind = NameKind.of(went[row.id]["kind"])
            until = went[row.id]["valid_to"]
            row.valid_to = date.fromisoformat(until) if until else None


def _event(session: Session, key: str) -> AuditEvent:
    query = select(AuditEvent).where(
        col(AuditEvent.subject_kind) == "enterprise",
        col(AuditEvent.subject_key) == key,
        col(AuditEvent.action) == SPLIT,
    )
    event = session.scalars(query.order_by(col(AuditEvent.id).desc()).limit(1)).first()
    if event is None:
        raise InvalidTransition(
            "这家企业不是由拆分而来，没有可撤销的拆分。",
            "This enterprise was not made by a split: there is nothing to take back.",
            field="enterprise",
        )
    return event


def _checked_name(name: str, origin: Enterprise) -> str:
    given = clean_name(name)
    if not NAME_MIN <= len(given) <= NAME_MAX or not given.isprintable() or given == origin.name_zh:
        raise InvalidInput(
            f"新企业的名称应为 {NAME_MIN} 至 {NAME_MAX} 个字，且与原企业不同。",
            f"The new enterprise needs a name of {NAME_MIN} to {NAME_MAX} characters, other than the old one’s.",
            field="name",
            value=name,
        )
    return given
