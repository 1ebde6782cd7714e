"""The change feed (变更流): its events, and what it has told so far about each enterprise and title.

No foreign keys: to have been told of is no use of an enterprise, and must not keep it when its import is undone.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from registry.db import BigKey, EnumText
from registry.feed_words import EventType, TitleStage
from registry.models.base import JsonType, SQLModel, instant, ref


class FeedEvent(SQLModel, table=True):
    """Something public that happened. Appended, never edited; kept for ever.

    ``seq`` counts 1, 2, 3 … without a gap, in the order in which the transactions were committed.
    """

    __tablename__ = "feed_event"
    __table_args__ = (
        Index("ix_feed_event_type_seq", "type", "seq"),
        Index("ix_feed_event_directory_code_seq", "directory_code", "seq"),
    )

    seq: int = Field(default=None, primary_key=True, sa_type=BigKey, sa_column_kwargs={"autoincrement": False})
    at: datetime = instant()
    type: EventType = Field(sa_type=EnumText(EventType))
    day: date
    """The day it takes effect, which may lie long before or after it was recorded."""
    directory_code: str | None = Field(default=None, max_length=40)
    data: dict[str, Any] = Field(sa_type=JsonType)
    """Enterprise, title, announcement, what was before: as shown, fixed when it happened."""


class FeedFirm(SQLModel, table=True):
    """An enterprise as the feed has told it: the next event says what differs from this."""

    __tablename__ = "feed_firm"

    enterprise_id: int = Field(primary_key=True, sa_type=BigKey, sa_column_kwargs={"autoincrement": False})
    key: str = Field(max_length=24)
    name: str = Field(max_length=300)
    region_code: str | None = Field(default=None, max_length=6)
    merged_into_id: int | None = Field(default=None, sa_type=BigKey)
    is_removed: bool = False


class FeedTitle(SQLModel, table=True):
    """A title as the feed has told it; a title that was taken back has no row."""

    __tablename__ = "feed_title"
    __table_args__ = (Index("ix_feed_title_product_id", "product_id"),)

    kind: str = Field(primary_key=True, max_length=1)
    """``L``: a listing of an enterprise, ``P``: an entry of a product catalogue."""
    number: int = Field(primary_key=True, sa_type=BigKey, sa_column_kwargs={"autoincrement": False})
    enterprise_id: int | None = ref(nullable=True, index=True)
    product_id: int | None = ref(nullable=True)
    valid_from: date
    valid_to: date | None = None
    withdrawn_on: date | None = None
    stage: TitleStage = Field(sa_type=EnumText(TitleStage))
