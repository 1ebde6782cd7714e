"""The inbox of an official: what waits inside the own region and directories, filtered, counted, by due day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Date, Integer, and_, case, func, literal, select, true
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidInput, Text
from registry.models import Account, Directory, Submission, WorkItem
from registry.policies import Actor
from registry.schemas.inbox import BULK_MAX, InboxPage, InboxRow, Neighbours
from registry.services.inbox.reach import ANYBODY, in_reach
from registry.services.keyset import Order
from registry.services.places import full_place
from registry.vocabulary import SubmissionKind, WorkKind

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
    rows = _rows(session, open_items(query, actor), cursor)
    more = order().cursor(SCOPE, (rows[PAGE - 1].due_on or NEVER, rows[PAGE - 1].id)) if len(rows) > PAGE else None
    counted = _counts(session, query, actor)
    here = [one for kind, one in counted.items() if query.kind in (None, kind)]
    return InboxPage(
        rows=tuple(_row(row, actor) for row in rows[:PAGE]),
        total=sum(one.listed for one in here),
        kinds={kind: one.listed for kind, one in counted.items() if one.listed},
        overdue=sum(one.overdue for one in here),
        mine=sum(one.mine for one in here),
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
    found = [*_within(query, actor, readers=readers), *_due(query.due), *_of(query.who, actor)]
    if query.kind is not None:
        found.append(col(WorkItem.kind) == query.kind)
    return tuple(found)


def _within(query: InboxQuery, actor: Actor, *, readers: bool) -> list[ColumnElement[bool]]:
    """Open, in reach, of the place and directory that were asked for."""
    found = [col(WorkItem.closed_at).is_(None), in_reach(actor, readers=readers)]
    if query.place:
        prefix = query.place
        while prefix.endswith("00"):
            prefix = prefix[:-2]
        found.append(col(WorkItem.region_code).startswith(prefix, autoescape=True))
    if query.directory:
        found.append(col(WorkItem.directory_code) == query.directory)
    return found


def _due(due: Due) -> list[ColumnElement[bool]]:
    if not due:
        return []
    last = clock.today() - timedelta(days=1) if due == "overdue" else clock.today() + timedelta(days=7)
    return [col(WorkItem.due_on) <= last]


def _of(who: Who, actor: Actor) -> list[ColumnElement[bool]]:
    if who == "mine":
        return [col(WorkItem.assignee_id) == (actor.account_id or 0)]
    return [col(WorkItem.assignee_id).is_(None)] if who == "free" else []


def order() -> Order:
    """By due day, what has none last; then in the order it came."""
    due = func.coalesce(col(WorkItem.due_on), literal(NEVER, Date))
    return Order(keys=((due, Date(), date), (col(WorkItem.id), Integer(), int)))


AGAIN = Text("，补正后", ", sent again")
# Columns, because a page has fifty matters; what kind of submission each is comes along.
_SHOWN: tuple[Any, ...] = (
    col(WorkItem.id),
    col(WorkItem.kind),
    col(WorkItem.subject_id),
    col(WorkItem.title),
    col(WorkItem.region_code),
    col(WorkItem.due_on),
    col(WorkItem.assignee_id),
    col(WorkItem.opened_at),
    col(Account.display_name).label("assignee"),
    col(Directory.short_zh),
    col(Directory.short_en),
    col(Submission.kind).label("sort"),
    col(Submission.revision),
)


def _rows(session: Session, wanted: tuple[ColumnElement[bool], ...], cursor: str | None) -> list[Any]:
    of_submission = (col(WorkItem.kind) == WorkKind.SUBMISSION) & (col(Submission.id) == col(WorkItem.subject_id))
    statement = (
        select(*_SHOWN)
        .select_from(WorkItem)
        .join(Account, col(Account.id) == col(WorkItem.assignee_id), isouter=True)
        .join(Directory, col(Directory.code) == col(WorkItem.directory_code), isouter=True)
        .join(Submission, of_submission, isouter=True)
        .where(*wanted)
        .order_by(*order().columns)
        .limit(PAGE + 1)
    )
    if cursor:
        statement = statement.where(order().after(cursor, SCOPE))
    return list(session.execute(statement))


def _row(row: Any, actor: Actor) -> InboxRow:
    return InboxRow(
        id=row.id,
        kind=row.kind,
        subject_id=row.subject_id,
        title=row.title,
        place=full_place(row.region_code),
        directory_name=Text(row.short_zh, row.short_en) if row.short_zh is not None else None,
        note=_note(row.sort, row.revision) if row.sort is not None else None,
        due_on=row.due_on,
        days_left=(row.due_on - clock.today()).days if row.due_on else None,
        assignee=row.assignee or "",
        mine=row.assignee_id is not None and row.assignee_id == actor.account_id,
        opened_at=row.opened_at,
    )


def _note(kind: SubmissionKind, sent: int) -> Text:
    """What kind of submission it is; one that came back says so."""
    return Text(kind.label.zh + AGAIN.zh, kind.label.en + AGAIN.en) if sent > 1 else kind.label


class _Counted(NamedTuple):
    """Of one kind: what the list shows, what of it is overdue, what of it is this person's."""

    listed: int
    overdue: int
    mine: int


def _counts(session: Session, query: InboxQuery, actor: Actor) -> dict[WorkKind, _Counted]:
    """The numbers on the page, by kind, in one reading of what is open."""
    due, who = _due(query.due), _of(query.who, actor)
    counted = (
        func.count(case((and_(true(), *some), 1)))
        for some in ([*due, *who], [*_due("overdue"), *who], [*due, *_of("mine", actor)])
    )
    rows = session.execute(
        select(col(WorkItem.kind), *counted).where(*_within(query, actor, readers=True)).group_by(col(WorkItem.kind))
    )
    return {kind: _Counted(*numbers) for kind, *numbers in rows}


def _count(session: Session, wanted: tuple[ColumnElement[bool], ...]) -> int:
    return session.scalar(select(func.count()).select_from(WorkItem).where(*wanted)) or 0
