"""Directories and their rows as they are read."""

from datetime import date

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.titles import DocumentRef
from registry.vocabulary import BatchState, DirectoryKind, Level, TitleStatus


class BatchSummary(ReadModel):
    """One announcement in a list."""

    id: int
    directory_code: str
    directory_name: Text
    level: Level
    kind: DirectoryKind
    year: int
    label: str
    title: str
    document_no: str | None
    announced_on: date | None
    notice_from: date | None
    notice_to: date | None
    state: BatchState
    edition: int
    rows: int
    """Rows it lists, taken-back ones not counted."""
    source_url: str | None


class DirectorySummary(ReadModel):
    """A directory in a list, counted for one day."""

    code: str
    name: Text
    short: Text
    kind: DirectoryKind
    level: Level
    standard_tier: str | None
    held: int
    """Valid on the day, those due included."""
    due: int
    """Of these, ending within 90 days."""
    notice: int
    """Rows in public notice."""
    batches: int
    latest_batch: BatchSummary | None
    open_notice: BatchSummary | None
    """The public notice that is open on the day."""


class DirectoryFacts(ReadModel):
    """What a directory is: authority, legal basis, validity, review, and where that was read."""

    authority: Text
    legal_basis: Text
    validity_months: int | None
    validity_note: Text
    """Empty in both languages where there is nothing to add."""
    review_rule: Text
    source: str
    confidence: str
    """V-G, V-S, V-S2 or R: how the facts were confirmed."""
    retired_on: date | None


class CityCount(ReadModel):
    """Titles of one directory in one city on a day; ``code`` None gathers those whose city is not known."""

    code: str | None
    name: Text
    held: int
    notice: int
    due: int


class YearCount(ReadModel):
    """Rows of the announcements of one year, and how many of them are held on the day."""

    year: int
    listed: int
    held: int


class DirectoryPage(ReadModel):
    """A directory's page without its rows, which are asked for page by page."""

    as_of: date
    summary: DirectorySummary
    facts: DirectoryFacts
    cities: list[CityCount]
    """Most titles first."""
    years: list[YearCount]
    """Ascending."""
    batches: list[BatchSummary]
    """Newest first; corrected editions stay visible."""


class ListedProduct(ReadModel):
    """The product version a row of a catalogue is about."""

    id: int
    name: str
    version: str
    category: str
    """As this list calls it."""
    grade: int | None
    maker_name: str
    """As announced."""


class ListingRow(ReadModel):
    """One row of a directory or batch. In a product catalogue ``product`` is set and the enterprise is its maker."""

    listing_id: int
    key: str | None
    """What stands behind /e/; None for a maker that is not in the registry."""
    uscc: str | None
    name: str
    """Present name of the enterprise."""
    name_as_announced: str
    city_code: str | None
    city_name: str | None
    city_name_en: str | None
    directory_code: str
    batch_id: int
    batch_label: str
    batch_year: int
    document_no: str | None
    announced_on: date | None
    valid_from: date
    valid_to: date | None
    withdrawn_on: date | None
    status: TitleStatus | None
    """State on the day; None in an edition that was corrected by a later one."""
    days_left: int | None
    certificate_no: str | None
    rank: int | None
    group_label: str | None
    document_ref: DocumentRef | None
    product: ListedProduct | None
