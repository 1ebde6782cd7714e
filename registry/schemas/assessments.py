"""What officials read about assessments: flag counts, candidate rows, the ladder of tiers."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import EnterpriseSummary
from registry.vocabulary import CaseStage, Flag, JobState, Procedure, Verdict


class RunInfo(ReadModel):
    """A run over the whole population."""

    run_id: int
    tier: str
    version: str
    procedure: Procedure
    as_of: date
    population: int
    seconds: float
    run_at: datetime
    actor: str
    stale: bool
    """The version’s content was rewritten since: letters stay, words can no longer be given."""


class CandidateRow(ReadModel):
    """A flagged enterprise. ``results`` has one letter for each of ``criteria`` (advisory ones left out), see
    ``Assessment.results``."""

    assessment_id: int
    enterprise: EnterpriseSummary
    district: Text | None
    flag: Flag
    verdict: Verdict
    version: str
    criteria: tuple[str, ...]
    results: str
    met: int
    score_low: float | None
    score_high: float | None
    gap_text: Text | None
    revenue_cny: int | None
    revenue_year: int
    case_stage: CaseStage | None


class ReasonCount(ReadModel):
    """How many firms of a list one criterion keeps there. ``key`` is how to ask for them: unmet:LG26-7."""

    key: str
    outcome: Literal["unmet", "unknown", "needs_review"]
    criterion: str
    name: Text
    count: int


class CandidatePage(ReadModel):
    """Flagged enterprises of one tier inside one region, from the latest runs over the whole population."""

    tier: str
    runs: tuple[RunInfo, ...]
    counts: dict[Flag, int]
    rows: tuple[CandidateRow, ...]
    total: int
    reasons: tuple[ReasonCount, ...]
    next_cursor: str | None


class WantedFigure(ReadModel):
    """A missing figure: how many open cases it would decide alone, and how many only together with others."""

    path: str
    """Its place in a figures file: annual.2024.rd_expense."""
    name: Text
    alone: int
    together: int


class AskedFirm(ReadModel):
    """An undecided enterprise and everything it is missing."""

    assessment_id: int
    enterprise: EnterpriseSummary
    district: Text | None
    met: int
    applicable: int
    missing: tuple[Text, ...]


class MissingPage(ReadModel):
    """What would decide the open cases of a tier inside one region, most useful first."""

    tier: str
    runs: tuple[RunInfo, ...]
    undecided: int
    figures: tuple[WantedFigure, ...]
    firms: tuple[AskedFirm, ...]
    total: int
    next_cursor: str | None


class LadderStep(ReadModel):
    """One step: who holds it today, whose title ends within twelve months, who is at risk, who is ready for it."""

    number: int
    name: Text
    directories: tuple[str, ...]
    tier: str | None = Field(description="The tier whose runs count here, if it has standards")
    holders: int
    due_12_months: int
    at_risk: int | None
    candidates: int | None


class LadderNode(ReadModel):
    """A title on the prerequisite graph: holders today, and the lists of its newest assessment (None without one)."""

    code: str
    name: Text
    layer: int
    holders: int
    due_12_months: int
    counts: dict[Flag, int] | None


class LadderLink(ReadModel):
    """One title opening the way to another, and the criterion that says so.

    ``required``: asked of everybody; otherwise one of several ways. ``one_of``: another title would do as well.
    """

    source: str
    target: str
    criterion: str
    name: Text
    required: bool
    one_of: bool


class LadderGraph(ReadModel):
    """The prerequisite graph on a day inside one region."""

    as_of: date
    nodes: tuple[LadderNode, ...]
    links: tuple[LadderLink, ...]


class AssessmentJob(ReadModel):
    """A requested assessment of a tier: how far it is, or how it ended."""

    job_id: int
    tier: str
    state: JobState
    open: bool
    """Waiting or running."""
    done: int
    total: int
    """0 until the work has begun."""
    actor: str
    queued_at: datetime
    finished_at: datetime | None
    error: str | None
