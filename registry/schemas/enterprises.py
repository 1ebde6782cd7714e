"""An enterprise as it is read: in one line, and as its page."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from registry.errors import Text
from registry.pool_words import GroupKind
from registry.schemas.base import ReadModel
from registry.schemas.titles import DocumentRef, TitleBadge
from registry.vocabulary import IdentityState, Level, NameKind, OperatingStatus, TitleStatus, Trust

TIMELINE_MONTHS = 120
Severity = Literal["critical", "warning", "notice"]


class Resolution(ReadModel):
    """Where a key leads."""

    enterprise_id: int
    canonical_key: str
    """What stands behind /e/."""
    moved: bool
    """The key asked for is not the canonical one: redirect for ever."""
    merged_from: str | None
    """Name of the enterprise the key belonged to before it was merged into this one."""


class EnterpriseSummary(ReadModel):
    """One enterprise in a list or among hits."""

    id: int
    key: str
    uscc: str | None
    name: str
    name_en: str | None
    city_code: str | None
    city_name: str | None
    city_name_en: str | None
    founded_year: int | None
    chains: list[str]
    """Chain codes in the plan's order."""
    industry_code: str | None
    titles: list[TitleBadge]
    """All shown titles, strongest state first."""
    operating_status: OperatingStatus


class Relative(ReadModel):
    """Another firm of the group, or one that holds a share or in which one is held."""

    enterprise: EnterpriseSummary
    kind: GroupKind
    upward: bool
    """The other one controls or holds this one."""
    through: str | None
    """Name of the member this is related through; None: to this enterprise itself."""
    share_bp: int | None
    """The share held, in hundredths of a percent."""
    source: str
    dated: date
    """The day of the source."""


class Relatives(ReadModel):
    """The group of an enterprise as officials recorded it, and its branches as their names say."""

    head: EnterpriseSummary | None
    """The firm this one is a branch of."""
    branches: list[EnterpriseSummary]
    members: list[Relative]
    """Who controls it first, then what it controls, sisters, those related through others, minority holdings."""
    titles_held: int
    """Titles that other members under the same control hold on that day; two terms of one directory are one."""


class NameRecord(ReadModel):
    """A name through time; both dates may be unknown."""

    name: str
    kind: NameKind
    valid_from: date | None
    valid_to: date | None
    """Last day of use, inclusive."""
    source: str


class Profile(ReadModel):
    """What the registry itself keeps about an enterprise. None means: not recorded."""

    identity: IdentityState
    uscc: str | None
    org_code: str | None
    registration_no: str | None
    operating_status: OperatingStatus
    founded_on: date | None
    registered_capital_cny: int | None
    registered_capital_text: str | None
    region_code: str | None
    region_name: Text | None
    """Province left out, from the city down."""
    city_code: str | None
    city_name: Text | None
    address: str | None
    industry_code: str | None
    industry_name: str | None
    industry_full_code: str | None
    stock_code: str | None
    listed_market: str | None
    website: str | None
    main_business: str | None


class ChainPlace(ReadModel):
    """A chain the enterprise belongs to. ``basis``: ``industry`` (its code suggests it) or ``declared``."""

    code: str
    name: Text
    basis: str


class TimelineBar(ReadModel):
    """One title on the track of 120 months, counted from January of ``Timeline.first_year``.

    It covers the months ``start_month`` (0–119) to before ``end_month`` (1–120).
    """

    title: TitleBadge
    start_month: int
    end_month: int
    begins_before: bool
    ends_after: bool
    """Longer than the track, or without an end."""


class TimelineRow(ReadModel):
    """The titles of one directory."""

    directory_code: str
    name: Text
    level: Level
    bars: list[TimelineBar]


class Timeline(ReadModel):
    """Ten years around the day asked for; titles outside are in the table only."""

    first_year: int
    as_of_month: int
    rows: list[TimelineRow]


class FigureValue(ReadModel):
    """One value and where it comes from. Money in yuan, ratios as fractions."""

    value: Decimal
    trust: Trust
    source: str
    recorded_at: datetime


class FigureCell(ReadModel):
    """What is known of one figure in one year, strongest trust first; empty means not provided."""

    year: int
    values: list[FigureValue]
    conflict: bool
    """Sources differ."""


class FigureRow(ReadModel):
    """One figure through the years."""

    name: str
    label: Text
    unit: Text
    kind: str
    """How to print it: money, count, quantity, ratio, score, date, bool, presence, code, text, valuation."""
    cells: list[FigureCell]
    change: Decimal | None
    """Last year shown against the year before, as a fraction; None unless both are known and the earlier is above 0."""


class FiguresTable(ReadModel):
    """Yearly figures: ``years`` ascending, each row with one cell a year."""

    years: list[int]
    rows: list[FigureRow]


class KnownFact(ReadModel):
    """A dated fact of its own, with source and trust; ``value`` is JSON as stored."""

    name: str
    label: Text
    unit: Text
    kind: str
    """How to print it: money, count, quantity, ratio, score, date, bool, presence, code, text, valuation."""
    value: Any
    known_on: date
    trust: Trust
    source: str
    conflict: bool


class ProductEntry(ReadModel):
    """A product version's dated entry in a catalogue."""

    listing_id: int
    directory_code: str
    directory_name: Text
    name_as_announced: str
    category: str
    grade: int | None
    valid_from: date
    valid_to: date | None
    status: TitleStatus
    days_left: int | None
    batch_id: int
    batch_label: str
    document_no: str | None
    document_ref: DocumentRef | None


class ProductItem(ReadModel):
    """A product version with its entries, newest first."""

    id: int
    name: str
    version: str
    category: str
    entries: list[ProductEntry]


class Alert(ReadModel):
    """Something a reader must know, in plain words, with what to do. ``code`` is stable."""

    code: str
    severity: Severity
    text: Text
    document_ref: DocumentRef | None = None
    directory_code: str | None = None


class EnterprisePage(ReadModel):
    """Everything the enterprise page shows, computed for one day."""

    id: int
    key: str
    name: str
    name_en: str | None
    as_of: date
    profile: Profile
    alerts: list[Alert]
    """Most important first."""
    names: list[NameRecord]
    """Former and other names, newest first; the current one is not repeated."""
    chains: list[ChainPlace]
    titles: list[TitleBadge]
    held_count: int
    notice_count: int
    timeline: Timeline
    figures: FiguresTable
    facts: list[KnownFact]
    products: list[ProductItem]
    addresses: list[str]
    """Every key that leads here, the canonical one first."""
    merged_names: list[str]
    """Enterprises merged into this one."""
    relatives: Relatives
    updated_at: datetime


class SimilarEnterprise(ReadModel):
    """A firm like another, and what the two have in common, the weightiest first."""

    enterprise: EnterpriseSummary
    reasons: list[Text]
