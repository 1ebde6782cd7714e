"""The shape of a report: what ``registry check --json`` prints and the API answers."""

from datetime import date
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from registry.tiering.describe import Source
from registry.tiering.evaluation import Result, Verdict
from registry.tiering.findings import Json
from registry.tiering.standard import Procedure

ResultCode: TypeAlias = Literal["met", "unmet", "unknown", "needs_review", "not_applicable"]
VerdictCode: TypeAlias = Literal["eligible", "ineligible", "undecided"]

RESULT_CODES: dict[Result, ResultCode] = {
    Result.UNMET: "unmet",
    Result.UNKNOWN: "unknown",
    Result.NEEDS_REVIEW: "needs_review",
    Result.MET: "met",
    Result.NOT_APPLICABLE: "not_applicable",
}
VERDICT_CODES: dict[Verdict, VerdictCode] = {
    Verdict.INELIGIBLE: "ineligible",
    Verdict.UNDECIDED: "undecided",
    Verdict.ELIGIBLE: "eligible",
}


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class PartReport(_Shape):
    """One condition inside a criterion, or one row of a score (``result`` null: its points are known, there is no
    mark).

    ``id`` where the standard names it (LG22-4-G1, HTE-S1c). Units: yuan, ratio (a fraction), points, years, days,
    items …
    """

    id: str | None = None
    name: str
    name_en: str
    result: ResultCode | None
    value: Json
    threshold: Json
    gap: Json
    unit: str
    period: str
    text: str
    text_en: str


class CriterionReport(_Shape):
    """One criterion.

    Value, threshold, gap and unit are those of the condition that decided it; ``parts`` has them all.
    """

    id: str
    name: str
    name_en: str
    result: ResultCode
    value: Json
    threshold: Json
    gap: Json
    unit: str
    period: str
    source: Source
    text: str
    text_en: str
    blocking: bool
    veto: bool
    advisory: bool = False
    parts: tuple[PartReport, ...] = ()


class ScoreReport(_Shape):
    """Points from low to high, and the lowest total that passes."""

    low: int
    high: int
    needed: int


class StepReport(_Shape):
    """One change on the way to a title. ``place``: where it stands in a figures file. ``now``, ``to`` and ``by`` are
    numbers in ``unit`` for figures, null for facts, titles and years to wait.
    """

    place: str
    kind: Literal["raise", "lower", "state", "title", "wait"]
    now: float | None
    to: float | None
    by: float | None
    unit: str
    titles: tuple[str, ...] = ()
    text: str
    text_en: str


class WayReport(_Shape):
    """The smallest set of changes found after which no criterion is unmet; ``blocked``: criteria nothing mends."""

    steps: tuple[StepReport, ...]
    blocked: tuple[str, ...]
    text: str
    text_en: str


class Report(_Shape):
    """One standard for one enterprise on one day.

    ``needs``: places of the figures file that would decide an open verdict. ``way``: what would have to change, of an
    ineligible firm.
    """

    standard: str
    version: str
    tier: str
    procedure: Procedure
    as_of: date
    verdict: VerdictCode
    score: ScoreReport | None
    criteria: tuple[CriterionReport, ...]
    needs: tuple[str, ...]
    gap_text: str
    gap_text_en: str
    way: WayReport | None = None
