"""Opening and closing a matter that waits for officials; called in the transaction of the act itself."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.vocabulary import WorkKind

if TYPE_CHECKING:  # lists that come in reach this room and do without its table until a row is in doubt
    from registry.models import WorkItem


def open_item(
    session: Session,
    *,
    kind: WorkKind,
    subject_id: int,
    title: str,
    region_code: str = "",
    directory_code: str | None = None,
    enterprise_id: int | None = None,
    due_on: date | None = None,
) -> "WorkItem":
    """Put a matter into the inbox, or bring one that is there (open or closed) up to date and open it.

    ``region_code``: whose matter it is; empty is the province's. A matter that moves to another place or directory
    loses its assignee: whoever had it has no right there.
    """
    from registry.models import WorkItem

    item = _find(session, kind, subject_id)
    if item is None:
        item = WorkItem(kind=kind, subject_id=subject_id, title="")
        session.add(item)
    if (item.region_code, item.directory_code) != (region_code, directory_code):
        item.assignee_id = None
    if item.closed_at is not None:
        item.closed_at, item.opened_at = None, clock.now()
    item.title, item.region_code, item.directory_code = title[:300], region_code, directory_code
    item.enterprise_id, item.due_on = enterprise_id, due_on
    session.flush()
    return item


def close_item(session: Session, *, kind: WorkKind, subject_id: int) -> None:
    """Take a matter out of the inbox. Harmless twice, and where it never was in."""
    item = _find(session, kind, subject_id)
    if item is not None and item.closed_at is None:
        item.closed_at = clock.now()
        session.flush()


def _find(session: Session, kind: WorkKind, subject_id: int) -> "WorkItem | None":
    from registry.models import WorkItem

    query = select(WorkItem).where(col(WorkItem.kind) == kind, col(WorkItem.subject_id) == subject_id)
    return session.scalars(query).first()
