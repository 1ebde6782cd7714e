"""The inbox of an official: what waits inside the own region and directories, filtered, counted, by due day."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, Integer, func, literal, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidInput, Text
from registry.models import Account, Directory, Submission, WorkItem
from registry.policies import Actor
from registry.schemas.inbox import BULK_MAX, InboxPage, InboxRow, Neighbours
from registry.services.inbox.reach import ANYBODY, in_reach
from registry.services.keyset import Order
from registry.services.places import full_place
from registry.vocabulary import WorkKind

Due = Literal["", "overdue", "week"]
Who = Literal["", "mine", "free"]
DUES, WHOS = ("", "overdue", "week"), ("", "mine", "free")
PAGE = 50
SCOPE = "inbox"
NEVER = date(2200, 12, 31)
"""Sorts what has no due day last."""


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """What the list is narrowed by; empty leaves a question out."""

    kind: WorkKind | None = None
    place: str = ""
    directory: str = ""
    due: Due = ""
    who: Who = ""


def inbox(session: Session, query: InboxQuery, *, actor: Actor, cursor: str | None = None) -> InboxPage:
    """A page of what waits for this official (an auditor: of what waits in the region). Raises InvalidInput."""
    wanted = open_items(query, actor)
    rows = _rows(session, wanted, cursor)
    more = order().cursor(SCOPE, (_due(rows[PAGE - 1][0]), rows[PAGE - 1][0].id)) if len(rows) > PAGE else None
    kinds = session.execute(
        select(col(WorkItem.kind), func.count())
        .where(*open_items(replace(query, kind=None), actor))
        .group_by(col(WorkItem.kind))
    )
    late = open_items(replace(query, due="overdue"), actor)
    own = open_items(replace(query, who="mine"), actor)
    notes = _notes(session, [item.subject_id for item, _, _ in rows if item.kind is WorkKind.SUBMISSION])
    return InboxPage(
        rows=tuple(_row(item, name, directory, actor, notes) for item, name, directory in rows[:PAGE]),
        total=_count(session, wanted),
        kinds={kind: count for kind, count in kinds},
        overdue=_count(session, late),
        mine=_count(session, own),
        next_cursor=more,
    )


def waiting_count(session: Session, *, actor: Actor) -> int:
    """What the header says: matters this official deals with that are theirs or nobody's; 0 for whoever only reads."""
    if not actor.may(ANYBODY):
        return 0
    free = col(WorkItem.assignee_id).is_(None)
    ours = free | (col(WorkItem.assignee_id) == actor.account_id) if actor.account_id is not None else free
    return _count(session, (col(WorkItem.closed_at).is_(None), in_reach(actor), ours))


def items_of(session: Session, query: InboxQuery, *, actor: Actor) -> list[WorkItem]:
    """The whole filtered set of what this person deals with, in order. Raises InvalidInput beyond BULK_MAX."""
    statement = select(WorkItem).where(*open_items(query, actor, readers=False)).order_by(*order().columns)
    found = list(session.scalars(statement.limit(BULK_MAX + 1)))
    if len(found) > BULK_MAX:
        raise InvalidInput(
            f"一次最多处理 {BULK_MAX} 件，现在筛选出更多。请再加条件。",
            f"At most {BULK_MAX} matters at once; more are listed. Narrow the list.",
            field="count",
        )
    return found


def neighbours(session: Session, *, kind: WorkKind, subject_id: int, actor: Actor) -> Neighbours | None:
    """Where a matter stands among those of its kind in the official's inbox; None if it is not in it."""
    subjects = list(
        session.scalars(
            select(col(WorkItem.subject_id))
            .where(*open_items(InboxQuery(kind=kind), actor))
            .order_by(*order().columns)
            .limit(1_000)
        )
    )
    if subject_id not in subjects:
        return None
    at = subjects.index(subject_id)
    return Neighbours(
        number=at + 1,
        total=len(subjects),
        previous=subjects[at - 1] if at else None,
        following=subjects[at + 1] if at + 1 < len(subjects) else None,
    )


def open_items(query: InboxQuery, actor: Actor, *, readers: bool = True) -> tuple[ColumnElement[bool], ...]:
    """SQL: open matters under the filters that this person deals with or, with ``readers``, may read of."""
    found = [col(WorkItem.closed_at).is_(None), in_reach(actor, readers=readers)]
    if query.kind is not None:
        found.append(col(WorkItem.kind) == query.kind)
    if query.place:
        prefix = query.place
        while prefix.endswith("00"):
            prefix = prefix[:-2]
        found.append(col(WorkItem.region_code).startswith(prefix, autoescape=True))
    if query.directory:
        found.append(col(WorkItem.directory_code) == query.directory)
    if query.due:
        last = clock.today() - timedelta(days=1) if query.due == "overdue" else clock.today() + timedelta(days=7)
        found.append(col(WorkItem.due_on) <= last)
    if query.who == "mine":
        found.append(col(WorkItem.assignee_id) == (actor.account_id or 0))
    elif query.who == "free":
        found.append(col(WorkItem.assignee_id).is_(None))
    return tuple(found)


def order() -> Order:
    """By due day, what has none last; then in the order it came."""
    due = func.coalesce(col(WorkItem.due_on), literal(NEVER, Date))
    return Order(keys=((due, Date(), date), (col(WorkItem.id), Integer(), int)))


def _rows(session: Session, wanted: tuple[ColumnElement[bool], ...], cursor: str | None) -> list[Any]:
    statement = (
        select(WorkItem, col(Account.display_name), Directory)
        .join(Account, col(Account.id) == col(WorkItem.assignee_id), isouter=True)
        .join(Directory, col(Directory.code) == col(WorkItem.directory_code), isouter=True)
        .where(*wanted)
        .order_by(*order().columns)
        .limit(PAGE + 1)
    )
    if cursor:
        statement = statement.where(order().after(cursor, SCOPE))
    return list(session.execute(statement))


def _row(
    item: WorkItem, assignee: str | None, directory: Directory | None, actor: Actor, notes: dict[int, Text]
) -> InboxRow:
    return InboxRow(
        id=item.id,
        kind=item.kind,
        subject_id=item.subject_id,
        title=item.title,
        place=full_place(item.region_code),
        directory_name=Text(directory.short_zh, directory.short_en) if directory else None,
        note=notes.get(item.subject_id) if item.kind is WorkKind.SUBMISSION else None,
        due_on=item.due_on,
        days_left=(item.due_on - clock.today()).days if item.due_on else None,
        assignee=assignee or "",
        mine=item.assignee_id is not None and item.assignee_id == actor.account_id,
        opened_at=item.opened_at,
    )


def _notes(session: Session, numbers: list[int]) -> dict[int, Text]:
    """What kind of submission each is; one that came back says so."""
    rows = session.execute(
        select(col(Submission.id), col(Submission.kind), col(Submission.revision)).where(
            col(Submission.id).in_(numbers)
        )
    )
    again = Text("，补正后", ", sent again")
    return {
        number: Text(kind.label.zh + (again.zh if sent > 1 else ""), kind.label.en + (again.en if sent > 1 else ""))
        for number, kind, sent in rows
    }


def _count(session: Session, wanted: tuple[ColumnElement[bool], ...]) -> int:
    return session.scalar(select(func.count()).select_from(WorkItem).where(*wanted)) or 0


def _due(item: WorkItem) -> date:
    return item.due_on or NEVER
