"""One enterprise by every standard: what each says now, what was stored before, and which criteria flipped."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import InvalidInput, NotFound, Text
from registry.models import Assessment, AssessmentRun, Enterprise
from registry.policies import OFFICIALS, Actor, require
from registry.schemas.assessments import RunInfo
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import EnterpriseSummary
from registry.services.assessing.explaining import explain_now
from registry.services.assessing.runs import RunRule, with_rules
from registry.services.enterprises import summaries
from registry.services.resolving import resolve
from registry.services.standards import known_standards
from registry.tiering.report_shapes import Report
from registry.tiering.selection import tiers
from registry.vocabulary import Flag, Verdict

OUTCOMES = {"M": "met", "U": "unmet", "?": "unknown", "R": "needs_review", "N": "not_applicable"}
KEPT = 12
"""So many stored assessments of one tier are told; older ones stay in the database."""


class Flip(ReadModel):
    """A criterion that came out differently the time before."""

    criterion: str
    name: Text
    before: str
    after: str


class PastAssessment(ReadModel):
    """A stored assessment of the firm, and what changed since the one before it of the same version."""

    assessment_id: int
    run: RunInfo
    verdict: Verdict
    flag: Flag | None
    outcomes: tuple[str, ...]
    comparable: bool
    """There is an earlier one of the very same rule."""
    flips: tuple[Flip, ...]


class TierVerdict(ReadModel):
    """One tier: the verdict by the data of today, the stored ones newest first, and what changed since the newest."""

    tier: str
    now: Report | None
    """None where no version applies today."""
    changed: tuple[Flip, ...]
    past: tuple[PastAssessment, ...]


class FirmAssessments(ReadModel):
    """An enterprise with all its verdicts. It stands here and not in ``schemas``, which know no ``tiering``."""

    enterprise: EnterpriseSummary
    region_code: str | None
    as_of: date
    tiers: tuple[TierVerdict, ...]


def firm_assessments(session: Session, *, key: str, actor: Actor, as_of: date) -> FirmAssessments:
    """Every tier's verdict on the firm behind a key.

    Raises NotFound, Gone, NotAllowed outside the official's region.
    """
    number = resolve(session, key).enterprise_id
    firm = session.get_one(Enterprise, number)
    require(actor, OFFICIALS, region_code=firm.region_code or "")
    shown = summaries(session, [number], as_of=as_of)
    if not shown:
        raise NotFound("没有这家企业。", "There is no such enterprise.")
    past = _past(session, number)
    codes = tiers(among=known_standards(session), chosen=True)
    found = [_tier(session, number, tier, past.get(tier, ()), as_of) for tier in codes]
    return FirmAssessments(enterprise=shown[0], region_code=firm.region_code, as_of=as_of, tiers=tuple(found))


def _tier(session: Session, number: int, tier: str, past: tuple[PastAssessment, ...], as_of: date) -> TierVerdict:
    try:
        now = explain_now(session, enterprise_id=number, code=tier, as_of=as_of)
    except (InvalidInput, NotFound):
        now = None  # no version is in force for this firm today
    newest = past[0] if past else None
    changed = _since(newest, now) if newest and now and newest.run.version == now.version else ()
    return TierVerdict(tier=tier, now=now, changed=changed, past=past)


def _since(newest: PastAssessment, now: Report) -> tuple[Flip, ...]:
    counted = [one for one in now.criteria if not one.advisory]
    if len(newest.outcomes) != len(counted) or newest.run.stale:
        return ()
    return tuple(
        Flip(criterion=one.id, name=Text(one.name, one.name_en), before=before, after=one.result)
        for before, one in zip(newest.outcomes, counted, strict=True)
        if before != one.result
    )


def _past(session: Session, number: int) -> dict[str, tuple[PastAssessment, ...]]:
    """Stored assessments by tier, newest first."""
    query = (
        select(Assessment, AssessmentRun)
        .join(AssessmentRun, col(AssessmentRun.id) == col(Assessment.run_id))
        .where(col(Assessment.enterprise_id) == number)
        .order_by(col(AssessmentRun.id).desc())
    )
    rows = [(stored, run) for stored, run in session.execute(query)]
    rules = with_rules(session, [run for _, run in rows])
    by_tier: dict[str, list[Assessment]] = {}
    for stored, run in rows:
        by_tier.setdefault(run.tier, []).append(stored)
    return {tier: tuple(_told(stored, rules)) for tier, stored in by_tier.items()}


def _told(stored: list[Assessment], rules: Mapping[int, RunRule]) -> list[PastAssessment]:
    told = []
    for one, before in zip(stored[:KEPT], [*stored[1:], None], strict=False):
        rule = rules[one.run_id]
        earlier = before if before and rules[before.run_id].run.rule_hash == rule.run.rule_hash else None
        told.append(
            PastAssessment(
                assessment_id=one.id,
                run=rule.info,
                verdict=one.verdict,
                flag=Flag.of(one.flag) if one.flag else None,
                outcomes=tuple(OUTCOMES[letter] for letter in rule.counted(one.results)),
                comparable=earlier is not None,
                flips=_flips(rule.counted(earlier.results), rule.counted(one.results), rule) if earlier else (),
            )
        )
    return told


def _flips(before: str, after: str, rule: RunRule) -> tuple[Flip, ...]:
    """Letters that differ; a rule that was rewritten since has lost the names of its criteria."""
    found = []
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            one = None if rule.stale else rule.weighing[place]
            name = Text(one.name.zh, one.name.en) if one else Text(f"第 {place + 1} 项", f"criterion {place + 1}")
            found.append(Flip(criterion=one.id if one else "", name=name, before=OUTCOMES[old], after=OUTCOMES[new]))
    return tuple(found)
