"""Events of the change feed as they leave the registry."""

from datetime import date, datetime

from pydantic import Field

from registry.feed_words import EventType
from registry.schemas.base import ReadModel


class EventFirm(ReadModel):
    """The enterprise an event is about, as it was told then."""

    key: str = Field(description="在 /e/ 之后；旧的永远有效 / behind /e/; an old one leads on for ever")
    uscc: str | None
    name: str
    region_code: str | None


class EventBatch(ReadModel):
    """The announcement a title comes from."""

    id: int
    label: str
    document_no: str | None


class EventProduct(ReadModel):
    """The product version a title is about."""

    id: int
    name: str
    version: str
    grade: int | None
    maker_name: str


class EventTitle(ReadModel):
    """The whole title as it stands after the event."""

    id: str = Field(description="认定记录的编号，不变 / number of the title, never changes", examples=["L42"])
    directory: str
    name_as_announced: str
    valid_from: date
    valid_to: date | None = Field(description="含当日；null 为没有终止日 / inclusive; null for no end")
    withdrawn_on: date | None
    withdrawal_document: str | None
    batch: EventBatch
    superseded: bool = Field(description="所在公告已被更正版取代 / its announcement was superseded by a correction")
    product: EventProduct | None


class EventAnnouncement(ReadModel):
    """A corrected edition and the one it replaces."""

    id: int
    label: str
    replaces: int


class EventHolder(ReadModel):
    """Who held a title before."""

    key: str
    name: str


class EventBefore(ReadModel):
    """What was before; only what the event changed is set."""

    key: str | None = None
    name: str | None = None
    region_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    withdrawn_on: date | None = None
    enterprise: EventHolder | None = None


class Event(ReadModel):
    """Something public that happened. Never changes."""

    seq: int = Field(description="连续编号，从 1 开始，无缺号 / 1, 2, 3 … without a gap")
    at: datetime = Field(description="登记的时刻 / when it was recorded")
    type: EventType
    on: date = Field(description="生效日 / the day it takes effect")
    directory: str | None
    enterprise: EventFirm | None
    title: EventTitle | None
    announcement: EventAnnouncement | None
    into: EventFirm | None = Field(description="并入的企业 / the enterprise it was merged into")
    before: EventBefore | None


class EventPage(ReadModel):
    """Events after a number, in their order."""

    items: list[Event]
    next_after: int = Field(description="下一次的 after / what to give as after next time")
    latest: int = Field(description="目前最后一个编号 / number of the last event so far")
