"""What goes into an import besides its file, and how an import is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from registry.schemas.base import ReadModel
from registry.vocabulary import DirectoryKind, ImportKind, ImportState, JobState, RowKind, RowOutcome


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person who imports says about the file. Without ``directory`` it is a plain enterprise file.

    ``mapping``: table → column → role it plays, empty for one that is only kept; columns not named keep what was
    recognised. ``header_rows``: table → row its header stands in, 0 for none. ``sheets``: the tables taken, all if
    empty.
    """

    directory: str | None = None
    batch: str | None = None
    year: int | None = None
    announced_on: date | None = None
    document_no: str | None = None
    public_notice: bool = False
    """The list is not final: its batch stays a public notice (公示) until an official makes it final."""
    notice_from: date | None = None
    notice_to: date | None = None
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    header_rows: Mapping[str, int] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()


class NameDifference(ReadModel):
    """One difference between a printed name and a name of the registry, said from the printed one."""

    code: str
    """Part and kind, such as ``brand:sound``."""
    zh: str
    en: str


class Candidate(ReadModel):
    """What an undecided row could mean: an enterprise, or a valid code at one edit."""

    key: str
    """Enterprise key or code."""
    name: str | None
    why: str
    """current_name, former_name, folded_name, other_name, nearest_code, near_name, near_former_name."""
    score: int | None = None
    """0–100 for a near name."""
    agrees: list[str] = []
    """Codes of what agrees: brand, trade, place, form, city."""
    differences: list[NameDifference] = []
    city: str | None = None
    """Code of the city of the enterprise."""


class ImportRowLine(ReadModel):
    """A row of an import and what became of it. ``name`` is the name as printed, of a product with its version."""

    row_id: int
    sheet: str
    row_number: int
    name: str
    outcome: RowOutcome
    matched_by: str | None
    enterprise_key: str | None
    enterprise_name: str | None
    reason_zh: str | None
    reason_en: str | None
    effect_zh: str | None = None
    effect_en: str | None = None
    """Of a row of a notice: what carrying it out does."""
    by_person: bool = False
    """A person decided what becomes of it in this import."""
    candidates: list[Candidate]


class ImportWarning(ReadModel):
    """A cell that was kept in its row but feeds no field."""

    sheet: str
    row_number: int
    column: str
    value: str
    reason_zh: str
    reason_en: str


class ImportProblem(ReadModel):
    """A row that will not be written, and why."""

    row_id: int
    sheet: str
    row_number: int
    column: str
    value: str
    outcome: RowOutcome
    reason_code: str
    reason_zh: str
    reason_en: str
    candidates: list[Candidate]


class ImportSummary(ReadModel):
    """One import in a list."""

    id: int
    key: str
    """What people call it: IM-12."""
    filename: str
    sha256: str
    size: int
    media_type: str
    state: ImportState
    kind: ImportKind
    """A list, or a notice about who firms are or what they hold."""
    directory_code: str | None
    lists: DirectoryKind
    """What its rows are about: enterprises, or products with their makers."""
    batch_id: int | None
    batch_label: str | None
    year: int | None
    announced_on: date | None
    document_no: str | None
    rows: int
    counts: dict[str, int]
    """Rows by outcome, every outcome present."""
    identified_by: dict[str, int]
    """Rows by what they name their firm with: uscc, registration_no (old 15-digit number), name (neither)."""
    reasons: dict[str, int]
    """Rows by reason code."""
    warning_count: int
    actor: str
    """Who brought the file."""
    staged_by: str | None
    reviewed_by: str | None
    overridden_by: str | None
    override_reason: str
    staged_at: datetime
    reviewed_at: datetime | None
    written_at: datetime | None
    undone_at: datetime | None


class UnderstoodColumn(ReadModel):
    """One column of a table and the field it feeds, if any."""

    position: int
    column: str
    role: str | None
    confidence: float
    examples: list[str]


class LeftOutRow(ReadModel):
    """A row of the file that is no record of its own, and what it was taken for (group, note, total, …)."""

    row: int
    kind: str
    text: str


class UnderstoodTable(ReadModel):
    """One table of the file as understood. ``header_row`` is 0 where the table has no header."""

    sheet: str
    title: str
    header_row: int
    columns: list[UnderstoodColumn]
    left_out: list[LeftOutRow] = []
    """The first of the rows below the header that are no records."""
    left_out_counts: dict[str, int] = {}
    """All of them by kind."""
    sample: list[list[Any]] = []
    """The first records: row number, then the cells."""


class ProposedValue(ReadModel):
    """A value the file proposes for an option, and the words it was taken from."""

    value: str | int | bool
    said: str


class ImportJob(ReadModel):
    """Work on an import that runs outside the request."""

    id: int
    kind: str
    state: JobState
    done: int
    total: int
    error: str | None


class ImportDetail(ReadModel):
    """One import with how it was read and what needs a look (the first of each; counts say how many)."""

    summary: ImportSummary
    sheets: list[str]
    """All tables of the file, taken or not."""
    tables: list[UnderstoodTable]
    proposal: dict[str, ProposedValue]
    """Option → what the file proposes for it."""
    options: dict[str, Any]
    """How the file is taken; empty until that is settled."""
    job: ImportJob | None
    """The worker’s latest work on it."""
    refusal_zh: str | None
    refusal_en: str | None
    """Why it could not be taken."""
    notes_zh: list[str]
    notes_en: list[str]
    problems: list[ImportProblem]
    warnings: list[ImportWarning]


class StageResult(ReadModel):
    """What staging came to. ``already_written``: this very file was written before with the same options."""

    import_id: int
    already_written: bool


class KeptEnterprise(ReadModel):
    """An enterprise an undo left standing because something later refers to it."""

    key: str
    name: str
    because: str
    """Table that refers to it, or ``edited``."""


class UndoReport(ReadModel):
    """What an undo took back."""

    import_id: int
    state: ImportState
    listings_voided: int
    """Titles of enterprises and entries of products."""
    products_voided: int
    enterprises_voided: int
    enterprises_kept: list[KeptEnterprise]
    names_removed: int
    values_cleared: int
    values_kept: int
    """Filled values that somebody changed since; they stay."""


class DocumentCell(ReadModel):
    """One cell of an archived row, with the field it was understood as."""

    column: str
    value: str
    role: str | None


class DocumentNeighbour(ReadModel):
    """A row near the one asked for."""

    row_id: int
    row_number: int
    sheet: str
    cells: list[str]
    is_target: bool


class Document(ReadModel):
    """An archived source document."""

    import_id: int
    filename: str
    sha256: str
    size: int
    media_type: str
    stored_at: datetime
    state: ImportState
    directory_code: str | None
    batch_id: int | None
    batch_label: str | None
    batch_title: str | None
    document_no: str | None
    announced_on: date | None
    rows: int
    tables: list[UnderstoodTable]


class DocumentRowPage(ReadModel):
    """The page of one archived row: the row, the rows around it, and the document they stand in."""

    document: Document
    row_id: int
    sheet: str
    row_number: int
    columns: list[str]
    cells: list[DocumentCell]
    neighbours: list[DocumentNeighbour]
    outcome: RowOutcome
    matched_by: str | None
    reason_zh: str | None
    reason_en: str | None
    enterprise_key: str | None
    enterprise_name: str | None


class RememberedMapping(ReadModel):
    """What an official made of a source’s columns; used for the next file with the same columns."""

    id: int
    directory_code: str | None
    columns: list[str]
    roles: dict[str, str]
    import_key: str
    remembered_by: str
    remembered_at: datetime


class GuardResult(ReadModel):
    """One check of a list before it is written, with its numbers."""

    code: str
    passed: bool
    title_zh: str
    title_en: str
    detail_zh: str
    detail_en: str


class ImportReview(ReadModel):
    """What signing an import off takes: the checks, who has signed, what would be written."""

    guards: list[GuardResult]
    blocked: bool
    """A check failed and no second official has let it pass."""
    rows: int
    """Rows that would be written: new and matched."""
    reviewed_by: str | None
    overridden_by: str | None
    override_reason: str


class UndoPreview(ReadModel):
    """What taking a written import back would leave standing because something later refers to it."""

    import_id: int
    enterprises_kept: list[KeptEnterprise]
    values_kept: int


class PreviewCount(ReadModel):
    """How many rows, or enterprises, stand in one way to a list."""

    kind: RowKind
    rows: int


class AgainstList(ReadModel):
    """A staged list held against another: the titles in force, or the edition before it."""

    against: str
    """current or previous."""
    batch_id: int | None
    batch_label: str | None
    entries: int
    counts: list[PreviewCount]


class PreviewRow(ReadModel):
    """One row, or an enterprise that is absent from the file."""

    number: int
    """Of the row, or of the enterprise that is absent."""
    row_number: int | None
    name: str
    """As printed; of one absent, as the other list has it."""
    enterprise_key: str | None
    enterprise_name: str | None
    city_code: str | None
    """As the file states it."""
    known_city_code: str | None
    announced_before: str | None
