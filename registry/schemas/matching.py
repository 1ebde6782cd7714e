"""Doubtful rows as people decide them: the row beside its candidates, what was decided, matches of any list."""

from datetime import date, datetime
from typing import Literal

from registry.schemas.base import ReadModel
from registry.schemas.imports import NameDifference
from registry.schemas.titles import TitleBadge
from registry.vocabulary import DecisionVerdict, JobState, RowOutcome

Agreement = Literal["same", "different", "unknown"]
"""Whether a field of a candidate agrees with the row; unknown where one of them does not state it."""


Question = Literal["firm", "entry", "target", "act"]
"""Which firm is meant (of a product: its maker), or which of two entries of one product version counts; of a notice
which firm another became part of, or whether to do what the row says."""


class ComparedField(ReadModel):
    """One field of the row or of a candidate. ``code``: see ``import_words.ROLES``; empty text means not stated."""

    code: str
    value: str
    agreement: Agreement


class ComparedFirm(ReadModel):
    """A candidate beside the row, with every field in the order of the row's."""

    key: str
    name: str
    why: str
    score: int | None
    agrees: list[str]
    differences: list[NameDifference]
    fields: list[ComparedField]
    titles: list[TitleBadge]


class ComparedEntry(ReadModel):
    """The entry of the same product version that a row stands against, with every field in the order of the row's."""

    where_zh: str
    where_en: str
    fields: list[ComparedField]


class RowComparison(ReadModel):
    """A row of a staged import and the firms it may mean, best first; or the entry of its product it stands against."""

    question: Question = "firm"
    may_act: bool = True
    """Of a notice: the registry can do what the row says once a person confirms it."""
    may_skip: bool = False
    """Of a notice: the row may be left out."""

    import_id: int
    row_id: int
    sheet: str
    row_number: int
    name: str
    outcome: RowOutcome
    reason_zh: str | None
    reason_en: str | None
    decided_by: str | None
    decision_id: int | None
    fields: list[ComparedField]
    candidates: list[ComparedFirm]
    standing: ComparedEntry | None = None
    next_row_id: int | None
    """The next undecided row of the file, None after the last."""
    undecided: int
    """So many rows of the import wait for a person."""


class DecisionRead(ReadModel):
    """What a person decided about a row, and what became of the row."""

    id: int | None
    """None for “unsure”, which is not remembered."""
    import_id: int | None
    row_id: int | None
    """None for a decision made outside of an import, or whose row is gone."""
    verdict: DecisionVerdict | None
    enterprise_key: str | None
    outcome: RowOutcome | None
    actor: str
    decided_at: datetime
    counts: dict[str, int]
    """Rows of the import by outcome, after it."""


class NameMatch(ReadModel):
    """What a printed name comes to, outside of any import."""

    name: str
    key: str | None
    """The enterprise that is certain; None where none is."""
    matched_name: str | None
    matched_by: str | None
    """code, registration_no, name, former_name, folded_name, scored, remembered."""
    score: int
    """How sure, 0–100; of the best candidate where nothing is certain."""
    reason_zh: str
    reason_en: str
    titles: list[TitleBadge]
    candidates: list["MatchCandidate"]


class MatchCandidate(ReadModel):
    """A firm a name may mean."""

    key: str
    name: str
    score: int | None
    why: str
    differences: list[NameDifference]
    city_code: str | None
    founded_on: date | None = None


class MatchedRow(ReadModel):
    """One row of a workbook and what it came to."""

    name: str
    key: str | None
    matched_name: str | None
    score: int
    reason_zh: str
    reason_en: str
    titles: list[str]
    """Short names of the directories whose titles the firm holds."""
    candidates: int
    """So many firms are offered to choose from."""


class WorkbookMatched(ReadModel):
    """What came of a workbook, by rows."""

    rows: int
    matched: int
    doubtful: int
    unknown: int
    applied: int
    """Choices that were remembered."""
    converted: bool
    """The file was no xlsx: its formats could not be kept."""
    first: list[MatchedRow] = []
    """The first rows."""


class WorkbookMatch(ReadModel):
    """A workbook that was brought in to be matched, on its way or done."""

    id: int
    name: str
    state: JobState
    done: int
    total: int
    error: str | None
    result: WorkbookMatched | None


NameMatch.model_rebuild()
