"""Merging two enterprises into one, and taking a merge back.

Nothing is deleted. What the source had is pointed to the target, row by row, and the audit event keeps the number of
every row that moved, so that the merge can be undone. The source keeps its own record, its code and its addresses;
they redirect. What the target has itself for the same year, name and trust stays beside, on the source.
"""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import InvalidInput, InvalidTransition
from registry.identity.folding import fold_name
from registry.models import AuditEvent, Enterprise, EnterpriseAddress, EnterpriseName
from registry.policies import Actor
from registry.review_vocabulary import MergeState
from registry.services import audit, outbox
from registry.services.belongings import MOVED, move_rows, point_rows
from registry.services.duplicates import settle_pair
from registry.services.identities import (
    check_past,
    check_reason,
    lock_enterprise,
    require_curator,
    require_live,
    touch,
)
from registry.services.keys import key_of
from registry.vocabulary import IdentityState, NameKind

MERGED = "enterprise.merged"
UNMERGED = "enterprise.unmerged"


def merge_enterprises(session: Session, *, source_id: int, target_id: int, on: date, actor: Actor, reason: str) -> str:
    """Merge ``source`` into ``target`` as of the day ``on``; returns the key of the target.

    All that ``belongings.MOVED`` names moves, and the names; the source's present name becomes a
    former name of the target; all addresses of the source redirect for ever. Raises NotFound, Gone, NotAllowed (both
    places), InvalidInput (the same enterprise, a future day, no reason), InvalidTransition (one of them was merged
    already, or an enterprise with a code into one without).
    """
    if source_id == target_id:
        raise InvalidInput(
            "不能把企业并入它自己。请另选一家。",
            "An enterprise cannot be merged into itself. Choose another one.",
            field="target",
            value=target_id,
        )
    source, target = _lock_both(session, source_id, target_id)
    _require_mergeable(source, target, actor)
    check_past(on)
    said = check_reason(reason)
    source_key = _keep_address(session, source)
    target_key = _keep_address(session, target)
    moved = {name: move_rows(session, name, old=source_id, new=target_id) for name in MOVED}
    names = _move_names(session, source, target, on)
    before = {"identity": source.identity.value, "moved": moved, "names": names}
    source.identity, source.merged_into_id, source.merged_on = IdentityState.MERGED, target_id, on
    touch(source)
    touch(target)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action=MERGED,
        subject_kind="enterprise",
        subject_key=source_key,
        before=before,
        after={"source": source_id, "target": target_id, "key": target_key, "on": on.isoformat()},
        reason=said,
    )
    settle_pair(session, source_id, target_id, state=MergeState.MERGED, actor=actor, reason=said)
    outbox.enterprises_changed(session, [source_id, target_id])
    return target_key


def unmerge(session: Session, *, source_id: int, actor: Actor, reason: str) -> str:
    """Take the merge of ``source`` back: every row that moved goes home; returns the key of the source.

    What the target was given since stays with it. Raises NotFound, Gone, NotAllowed, InvalidInput, InvalidTransition
    (not merged, or the target was itself merged since: take that one back first).
    """
    source = lock_enterprise(session, source_id)
    if source.identity is not IdentityState.MERGED or source.merged_into_id is None:
        raise InvalidTransition(
            f"“{source.name_zh}”没有并入别的企业，无可撤销。",
            f"“{source.name_zh}” was not merged into another enterprise: there is nothing to take back.",
            field="source",
        )
    target = lock_enterprise(session, source.merged_into_id)
    require_curator(actor, source)
    require_curator(actor, target)
    require_live(target)
    said = check_reason(reason)
    source_key = key_of(session, source_id)
    event = _last_merge(session, source_key)
    before = event.before or {}
    for name, numbers in before["moved"].items():
        point_rows(session, name, numbers, old=target.id, new=source_id)
    _return_names(session, before["names"], source_id, target.id)
    source.identity = next(state for state in IdentityState if state.value == before["identity"])
    source.merged_into_id = source.merged_on = None
    touch(source)
    touch(target)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action=UNMERGED,
        subject_kind="enterprise",
        subject_key=source_key,
        before={"merge_event": event.id, "target": target.id},
        after={"source": source_id, "identity": source.identity.value},
        reason=said,
    )
    settle_pair(session, source_id, target.id, state=MergeState.DISMISSED, actor=actor, reason=said)
    outbox.enterprises_changed(session, [source_id, target.id])
    return source_key


def _lock_both(session: Session, source_id: int, target_id: int) -> tuple[Enterprise, Enterprise]:
    # Always in the order of their numbers: two merges at once must not wait for one another.
    locked = {number: lock_enterprise(session, number) for number in sorted((source_id, target_id))}
    return locked[source_id], locked[target_id]


def _require_mergeable(source: Enterprise, target: Enterprise, actor: Actor) -> None:
    require_curator(actor, source)
    require_curator(actor, target)
    require_live(source)
    require_live(target)
    if source.identity is IdentityState.IDENTIFIED and target.identity is IdentityState.PROVISIONAL:
        raise InvalidTransition(
            f"“{source.name_zh}”有统一社会信用代码，“{target.name_zh}”还没有。请反过来，把没有代码的并入有代码的。",
            f"“{source.name_zh}” has a credit code and “{target.name_zh}” has none. Merge the one without a code into "
            "the one with a code.",
            field="target",
        )


def _keep_address(session: Session, enterprise: Enterprise) -> str:
    """The canonical key, written down as an address if it was not yet."""
    key = key_of(session, enterprise.id)
    if session.get(EnterpriseAddress, key) is None:
        session.add(EnterpriseAddress(key=key, enterprise_id=enterprise.id))
        session.flush()
    return key


def _move_names(session: Session, source: Enterprise, target: Enterprise, on: date) -> dict[str, Any]:
    """Give the target the names it does not have; returns what to put back: rows as they were, rows made."""
    own = set(session.scalars(select(col(EnterpriseName.name)).where(col(EnterpriseName.enterprise_id) == target.id)))
    own.add(target.name_zh)
    rows = session.scalars(
        select(EnterpriseName).where(col(EnterpriseName.enterprise_id) == source.id).order_by(col(EnterpriseName.id))
    ).all()
    moved = []
    for row in rows:
        if row.name in own:
            continue
        moved.append({"id": row.id, "kind": row.kind.value, "valid_to": row.valid_to and row.valid_to.isoformat()})
        row.enterprise_id = target.id
        if row.kind is NameKind.CURRENT:
            row.kind, row.valid_to = NameKind.FORMER, on
    made: list[int] = []
    if source.name_zh not in own | {row.name for row in rows}:
        name = EnterpriseName(
            enterprise_id=target.id,
            name=source.name_zh,
            folded=fold_name(source.name_zh),
            kind=NameKind.FORMER,
            valid_to=on,
        )
        session.add(name)
        session.flush()
        made.append(name.id)
    return {"moved": moved, "made": made}


def _return_names(session: Session, names: dict[str, Any], source_id: int, target_id: int) -> None:
    for said in names["moved"]:
        row = session.get(EnterpriseName, said["id"])
        if row is not None and row.enterprise_id == target_id:
            row.enterprise_id = source_id
            row.kind = next(kind for kind in NameKind if kind.value == said["kind"])
            row.valid_to = date.fromisoformat(said["valid_to"]) if said["valid_to"] else None
    for number in names["made"]:
        # Written by the merge itself, from the source's own record: not a name anybody announced.
        row = session.get(EnterpriseName, number)
        if row is not None and row.enterprise_id == target_id:
            session.delete(row)


def _last_merge(session: Session, source_key: str) -> AuditEvent:
    query = (
        select(AuditEvent)
        .where(
            col(AuditEvent.subject_kind) == "enterprise",
            col(AuditEvent.subject_key) == source_key,
            col(AuditEvent.action) == MERGED,
        )
        .order_by(col(AuditEvent.id).desc())
        .limit(1)
    )
    event = session.scalars(query).first()
    if event is None or event.before is None:
        raise InvalidTransition(
            "这次并入没有留下可撤销的记录。",
            "This merge left no record from which it could be taken back.",
            field="source",
        )
    return event
