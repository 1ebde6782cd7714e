"""One announcement as it is read."""

from datetime import date, datetime

from registry.schemas.base import ReadModel
from registry.schemas.directories import BatchSummary, ListingRow
from registry.schemas.paging import Page


class SourceDocument(ReadModel):
    """An archived file an announcement was read from."""

    import_id: int
    filename: str
    sha256: str
    size: int
    written_at: datetime | None


class BatchPage(ReadModel):
    """An announcement with its documents, its other editions and one page of its rows in printed order."""

    as_of: date
    batch: BatchSummary
    supersedes: BatchSummary | None
    superseded_by: BatchSummary | None
    documents: list[SourceDocument]
    rows: Page[ListingRow]
