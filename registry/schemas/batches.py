"""One announcement as it is read."""

from datetime import date, datetime

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.directories import BatchSummary, ListingRow
from registry.schemas.paging import Page
from registry.vocabulary import BatchAct, RowChange


class SourceDocument(ReadModel):
    """An archived file an announcement was read from."""

    import_id: int
    filename: str
    sha256: str
    size: int
    written_at: datetime | None


class BatchEvent(ReadModel):
    """Something done to a batch."""

    at: datetime
    act: BatchAct
    actor: str
    """For officials; what the public sees leaves it out."""
    on: date | None
    document_no: str | None
    reason: str


class BatchPage(ReadModel):
    """An announcement with its documents, its other editions and one page of its rows in printed order."""

    as_of: date
    batch: BatchSummary
    supersedes: BatchSummary | None
    superseded_by: BatchSummary | None
    editions: list[BatchSummary]
    """All editions of this announcement, oldest first, this one among them."""
    content_hash: str | None
    """SHA-256 over the rows in printed order; None while the batch is not frozen."""
    frozen_at: datetime | None
    history: list[BatchEvent]
    """What was done to it, oldest first."""
    documents: list[SourceDocument]
    rows: Page[ListingRow]


class WorkRow(ReadModel):
    """A row of a batch as officials correct it. An entry of a product catalogue has no rank and no group."""

    listing_id: int
    name: str
    certificate_no: str | None
    rank: int | None
    group_label: str | None
    valid_from: date
    valid_to: date | None


class WorkBatch(ReadModel):
    """A batch as officials see it, in any state."""

    batch: BatchSummary
    content_hash: str | None
    frozen_at: datetime | None
    notice_by: str | None
    supersedes_id: int | None
    """The edition a correction is of."""
    open_objections: int
    acts: list[BatchAct]
    """What the official who asks may do to it now."""


class SealCheck(ReadModel):
    """Whether a frozen batch is as it was frozen; ``differences`` says what is not."""

    batch_id: int
    directory_code: str
    label: str
    edition: int
    rows: int
    content_hash: str
    found_hash: str
    ok: bool
    differences: list[Text]


class RowSide(ReadModel):
    """A row as one of two lists has it."""

    listing_id: int
    name: str
    """As printed."""
    city_code: str | None
    """As the document says; None where it does not."""
    group: str | None
    rank: int | None
    level: str | None
    """Grade or level, as printed."""
    valid_from: date
    valid_to: date | None


class FieldChange(ReadModel):
    """One thing two rows of the same firm differ in."""

    field: str
    """name, city, group, rank, level, valid_from, valid_to."""
    before: str | None
    after: str | None


class ComparedRow(ReadModel):
    """A firm (or product) in two lists. ``before`` is None where it is new, ``after`` where it is absent."""

    change: RowChange
    subject_id: int
    """Number of the enterprise, or of the product in a product catalogue."""
    before: RowSide | None
    after: RowSide | None
    differences: list[FieldChange]


class ComparisonSummary(ReadModel):
    """Two batches or editions of one directory: what they are and how many rows are how."""

    before: BatchSummary
    after: BatchSummary
    same_announcement: bool
    """Two editions of one announcement: then days are compared, too."""
    counts: dict[str, int]
    """Rows by ``RowChange``."""
