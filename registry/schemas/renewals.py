"""What officials read about titles that end: rows, counts by list, city, officer, and what became of a year’s firms."""

from datetime import date
from enum import StrEnum

from registry.errors import Text
from registry.schemas.assessments import ReasonCount
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import EnterpriseSummary
from registry.schemas.titles import DocumentRef
from registry.vocabulary import CaseStage, RenewalWindow, Verdict


class Basis(StrEnum):
    """Where the finding of a row comes from."""

    STORED = "stored"
    """The newest run over all holders."""
    LIVE = "live"
    """Judged now: the run kept no result of this firm."""
    NONE = "none"
    """No standard applies, or it has never been applied."""


class Failure(ReadModel):
    """A criterion the holder would fail, or that cannot be decided."""

    criterion: str
    name: Text


class RenewalFinding(ReadModel):
    """What a review by the data of ``as_of`` would come to."""

    basis: Basis
    as_of: date | None = None
    version: str | None = None
    verdict: Verdict | None = None
    fails: tuple[Failure, ...] = ()
    lacks: tuple[Failure, ...] = ()
    gap_text: Text | None = None
    consequence: Text | None = None
    """What failing leads to, where the standard has a downgrade path."""
    assessment_id: int | None = None


class Officer(ReadModel):
    """Who answers for a firm: the keeper of its open case, else the reviewers of its place."""

    account_id: int
    name: str
    assigned: bool
    """Has the firm in the pool; otherwise it is theirs by place."""


class RenewalRow(ReadModel):
    """One title that ends."""

    listing_id: int
    enterprise: EnterpriseSummary
    district: Text | None
    directory_code: str
    directory: Text
    valid_from: date
    valid_to: date
    days_left: int
    """Negative once it has ended."""
    in_notice: bool
    """The next term is in public notice: under review, not final."""
    case_stage: CaseStage | None
    officers: tuple[Officer, ...]
    document_ref: DocumentRef | None
    finding: RenewalFinding


class RenewalCount(ReadModel):
    """How many titles of one list, city or officer end in each window."""

    key: str
    name: Text
    counts: dict[RenewalWindow, int]


class RenewalPage(ReadModel):
    """Titles of one window inside one region."""

    as_of: date
    counts: dict[RenewalWindow, int]
    by_directory: tuple[RenewalCount, ...]
    by_city: tuple[RenewalCount, ...]
    by_officer: tuple[RenewalCount, ...]
    reasons: tuple[ReasonCount, ...]
    rows: tuple[RenewalRow, ...]
    total: int
    next_cursor: str | None


class Cohort(ReadModel):
    """What became of the firms listed in one year: each counted once, in the first that holds from left to right."""

    year: int
    listed: int
    moved_up: int
    renewed: int
    first_term: int
    lapsed: int
    withdrawn: int
