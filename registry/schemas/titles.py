"""Dated titles as they are shown everywhere: on hits, on pages, in lists."""

from datetime import date

from registry.schemas.base import ReadModel
from registry.vocabulary import Level, TitleStatus


class DocumentRef(ReadModel):
    """The very row of an archived document: /documents/{import_id}/rows/{row_id}."""

    import_id: int
    row_id: int
    row_number: int
    """1-based, as a spreadsheet shows it."""
    sheet: str


class TitleBadge(ReadModel):
    """One title of one enterprise with its state on the day asked for."""

    listing_id: int
    directory_code: str
    directory_name_zh: str
    directory_name_en: str
    """Short names."""
    level: Level
    valid_from: date
    valid_to: date | None
    """Last day, inclusive; None where no end is set."""
    status: TitleStatus
    days_left: int | None
    """Days to the last day, for a title that is held and has an end."""
    batch_id: int
    batch_label: str
    batch_year: int
    document_no: str | None
    announced_on: date | None
    document_ref: DocumentRef | None
    name_as_announced: str
    certificate_no: str | None
    group_label: str | None
    withdrawn_on: date | None
    withdrawal_reason: str | None
    withdrawal_document: str | None
