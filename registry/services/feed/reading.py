"""Reading the change feed: from a number on, or the newest of a directory."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.errors import InvalidInput, Text
from registry.feed_words import EventType
from registry.models import FeedEvent
from registry.schemas.feed import Event, EventPage
from registry.schemas.paging import KEY_MAX
from registry.services.listing_rows import find_directory

LIMIT_MAX = 1_000


def events_after(
    session: Session,
    *,
    after: int = 0,
    types: Collection[EventType] = (),
    directory: str | None = None,
    limit: int = 100,
) -> EventPage:
    """At most ``limit`` events with numbers above ``after``, oldest first; of some kinds or one directory if asked.

    ``next_after`` goes on behind all that was looked through, also where nothing fitted. Raises NotFound (directory),
    InvalidInput (after, limit).
    """
    if not 0 <= after <= KEY_MAX:
        raise InvalidInput(
            "after 应是不小于 0 的整数。", "after is a whole number from 0 on.", field="after", value=after
        )
    if not 1 <= limit <= LIMIT_MAX:
        raise InvalidInput(
            f"limit 应在 1 至 {LIMIT_MAX} 之间。", f"limit is from 1 to {LIMIT_MAX}.", field="limit", value=limit
        )
    latest = latest_number(session)
    query = select(FeedEvent).where(col(FeedEvent.seq) > after, col(FeedEvent.seq) <= latest)
    if types:
        query = query.where(col(FeedEvent.type).in_(list(types)))
    if directory is not None:
        query = query.where(col(FeedEvent.directory_code) == find_directory(session, directory).code)
    rows = session.scalars(query.order_by(col(FeedEvent.seq)).limit(limit + 1)).all()
    items = [event_of(row) for row in rows[:limit]]
    end = items[-1].seq if len(rows) > limit else max(after, latest)
    return EventPage(items=items, next_after=end, latest=latest)


def newest(session: Session, *, directory: str | None = None, limit: int = 50) -> list[Event]:
    """The last events, newest first. Raises NotFound (directory)."""
    query = select(FeedEvent)
    if directory is not None:
        query = query.where(col(FeedEvent.directory_code) == find_directory(session, directory).code)
    return [event_of(row) for row in session.scalars(query.order_by(col(FeedEvent.seq).desc()).limit(limit))]


def directory_name(session: Session, code: str) -> Text:
    """What the feed of a directory is called after. Raises NotFound."""
    directory = find_directory(session, code)
    return Text(directory.name_zh, directory.name_en)


def latest_number(session: Session) -> int:
    """Number of the last event; 0 where there is none."""
    return session.scalar(select(func.max(col(FeedEvent.seq)))) or 0


def event_of(row: FeedEvent) -> Event:
    """A stored event as it leaves the registry."""
    return Event.model_validate(
        {"seq": row.seq, "at": row.at, "type": row.type, "on": row.day, "directory": row.directory_code, **row.data}
    )
