"""Giving matters to somebody, one or a whole filtered set, and taking that back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import Account, AuditEvent, RoleGrant, WorkItem
from registry.policies import Actor, Grant
from registry.schemas.inbox import Assignment, Colleague
from registry.services import audit
from registry.services.inbox.listing import InboxQuery, items_of
from registry.services.inbox.reach import ANYBODY, may_handle, require_handler
from registry.services.places import place
from registry.services.rows import by_number
from registry.vocabulary import Role

ASSIGNED, UNDONE = "inbox.assigned", "inbox.assignment_undone"
SUBJECT = "inbox"


def assign(session: Session, *, item_ids: Sequence[int], assignee_id: int | None, actor: Actor) -> Assignment:
    """Give matters to a colleague, or (None) back to everybody.

    Raises NotFound, NotAllowed (a matter that is not this person's), InvalidInput (the colleague does not deal with
    one of them), InvalidTransition (closed meanwhile).
    """
    items = [_locked(session, number) for number in sorted(set(item_ids))]
    for item in items:
        require_handler(actor, item)
        if item.closed_at is not None:
            raise InvalidTransition(
                f"“{item.title}”已经办结，不用再分派。",
                f"“{item.title}” is settled; there is nothing to assign.",
                field="items",
            )
    to = _colleague(session, assignee_id)
    if to is not None:
        _require_able(to, items)
    return _give(session, items, to, actor)


def assign_filtered(
    session: Session, query: InboxQuery, *, typed_count: int, assignee_id: int | None, actor: Actor
) -> Assignment:
    """The same for the whole filtered set, if it still has as many matters as were typed. Raises Conflict besides."""
    items = items_of(session, query, actor=actor)
    check_count(typed_count, len(items))
    return assign(session, item_ids=[item.id for item in items], assignee_id=assignee_id, actor=actor)


def undo_assignment(session: Session, *, event_id: int, actor: Actor) -> int:
    """Give the matters of one assignment back to whoever had them; returns how many.

    A matter that was settled or given to somebody else since stays as it is. Raises NotFound, NotAllowed,
    InvalidTransition (taken back before).
    """
    event = session.get(AuditEvent, event_id)
    if event is None or event.action != ASSIGNED or event.before is None or event.after is None:
        raise NotFound("没有这次分派。", "There is no such assignment.", field="event")
    if _undone(session, event_id):
        raise InvalidTransition("这次分派已经撤销过。", "This assignment was taken back already.", field="event")
    given, moved = event.after["assignee"], []
    for number, before in sorted(event.before["assignees"].items(), key=lambda pair: int(pair[0])):
        item = _locked(session, int(number))
        require_handler(actor, item)
        if item.closed_at is None and item.assignee_id == given:
            item.assignee_id = before
            moved.append(item.id)
    session.flush()
    _note(session, actor, UNDONE, str(event_id), {"assignee": given}, {"items": moved})
    return len(moved)


def last_assignment(session: Session, *, event_id: int, actor: Actor) -> Assignment | None:
    """What one assignment did, for whoever did it; None for anybody else."""
    event = session.get(AuditEvent, event_id)
    if event is None or event.action != ASSIGNED or event.actor != actor.label or event.after is None:
        return None
    to = session.get(Account, event.after["assignee"]) if event.after["assignee"] else None
    return Assignment(
        event_id=event.id,
        count=len(event.after["items"]),
        to=to.display_name if to else "",
        undone=_undone(session, event_id),
    )


def colleagues(session: Session, *, actor: Actor) -> list[Colleague]:
    """Whoever deals with matters inside this person's region, and the person: by place, then name."""
    rows = session.execute(
        select(col(Account.id), col(Account.display_name), col(RoleGrant.region_code))
        .join(RoleGrant, col(RoleGrant.account_id) == col(Account.id))
        .where(col(Account.active).is_(True), col(RoleGrant.role).in_([*ANYBODY, Role.ADMINISTRATOR]))
        .order_by(col(RoleGrant.region_code), col(Account.display_name), col(RoleGrant.id))
    )
    found: dict[int, Colleague] = {}
    for number, name, code in rows:
        if number not in found and (number == actor.account_id or actor.may(ANYBODY, region_code=code)):
            found[number] = Colleague(account_id=number, name=name, place=place(code))
    return list(found.values())


def check_count(typed: int, present: int) -> None:
    """Raise Conflict unless as many were typed as there are: the set may have changed since the page was made."""
    if typed != present:
        raise Conflict(
            f"您输入的是 {typed} 件，现在有 {present} 件。请核对后重新输入。",
            f"You typed {typed}; there are {present} now. Check the list and type the number again.",
            field="count",
            value=typed,
        )


def _locked(session: Session, number: int) -> WorkItem:
    item = by_number(session, WorkItem, number, lock=True)
    if item is None:
        raise NotFound(f"收件里没有编号 {number}。", f"There is no matter number {number}.", field="items")
    return item


def _colleague(session: Session, account_id: int | None) -> Actor | None:
    if account_id is None:
        return None
    account = by_number(session, Account, account_id)
    if account is None or not account.active:
        raise InvalidInput("没有这位同事。", "There is no such colleague.", field="assignee", value=account_id)
    rows = session.scalars(select(RoleGrant).where(col(RoleGrant.account_id) == account_id))
    grants = tuple(Grant(row.role, row.region_code, row.directory_code) for row in rows)
    return Actor(account.id, account.login, grants, account.display_name)


def _require_able(to: Actor, items: Sequence[WorkItem]) -> None:
    beyond = [item for item in items if not may_handle(to, item)]
    if beyond:
        more = len(beyond) - 1
        raise InvalidInput(
            f"{to.display_name}无权办理“{beyond[0].title}”{f'等 {more + 1} 件' if more else ''}。请另选一位。",
            f"{to.display_name} may not deal with “{beyond[0].title}”{f' and {more} more' if more else ''}. "
            "Choose somebody else.",
            field="assignee",
            value=to.account_id,
        )


def _give(session: Session, items: Sequence[WorkItem], to: Actor | None, actor: Actor) -> Assignment:
    before = {str(item.id): item.assignee_id for item in items}
    for item in items:
        item.assignee_id = to.account_id if to is not None else None
    session.flush()
    numbers = [item.id for item in items]
    after = {"assignee": to.account_id if to is not None else None, "items": numbers}
    event = _note(session, actor, ASSIGNED, to.label if to is not None else "-", {"assignees": before}, after)
    return Assignment(event_id=event.id, count=len(items), to=to.display_name if to is not None else "", undone=False)


def _undone(session: Session, event_id: int) -> bool:
    query = select(col(AuditEvent.id)).where(
        col(AuditEvent.subject_kind) == SUBJECT,
        col(AuditEvent.subject_key) == str(event_id),
        col(AuditEvent.action) == UNDONE,
    )
    return session.scalars(query.limit(1)).first() is not None


def _note(
    session: Session, actor: Actor, action: str, key: str, before: dict[str, Any], after: dict[str, Any]
) -> AuditEvent:
    return audit.record(
        session,
        actor=actor.label,
        action=action,
        subject_kind=SUBJECT,
        subject_key=key[:60],
        before=before,
        after=after,
    )
