"""The ladder of tiers: holders on each step, whose title ends soon, who is at risk, who is ready for the step above."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.errors import Text
from registry.models import Assessment, Batch, Enterprise, Listing
from registry.policies import EVERYWHERE
from registry.schemas.assessments import LadderStep
from registry.services.assessing.choosing import in_region
from registry.services.assessing.runs import latest_runs
from registry.titles import held_on
from registry.vocabulary import Flag

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Step:
    """A step and the directories that make it."""

    name: Text
    directories: tuple[str, ...]


STEPS = (
    Step(Text("科技和创新型中小企业", "Technology and innovative SMEs"), ("tech_sme", "innovative_sme")),
    Step(Text("专精特新中小企业", "SRDI SMEs"), ("srdi_sme",)),
    Step(Text("专精特新“小巨人”", "Little giants"), ("little_giant",)),
    Step(Text("制造业单项冠军", "Single-product champions"), ("champion_national", "champion_provincial")),
)
"""The gradient of 工信部企业〔2026〕2号, with the champions above it."""


def above(directory: str) -> tuple[str, ...]:
    """The directories on the steps above this one; none where it stands on no step."""
    own = next((at for at, step in enumerate(STEPS) if directory in step.directories), len(STEPS))
    return tuple(code for step in STEPS[own + 1 :] for code in step.directories)


def ladder(session: Session, *, as_of: date, region_code: str = EVERYWHERE) -> list[LadderStep]:
    """The four steps inside one region on a day; flags from a tier’s latest whole run, None without one."""
    return [_step(session, number, step, as_of, region_code) for number, step in enumerate(STEPS, start=1)]


def _step(session: Session, number: int, step: Step, as_of: date, region_code: str) -> LadderStep:
    holders = (
        select(func.count(func.distinct(col(Listing.enterprise_id))))
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
        .where(col(Listing.directory_code).in_(step.directories), held_on(as_of), in_region(region_code))
    )
    flagged = _flagged(session, step, region_code)
    return LadderStep(
        number=number,
        name=step.name,
        directories=step.directories,
        tier=step.directories[0] if flagged is not None else None,
        holders=session.scalar(holders) or 0,
        due_12_months=session.scalar(holders.where(col(Listing.valid_to) <= as_of + YEAR)) or 0,
        at_risk=None if flagged is None else flagged.get(Flag.AT_RISK.value, 0),
        candidates=None if flagged is None else flagged.get(Flag.CANDIDATE.value, 0),
    )


def _flagged(session: Session, step: Step, region_code: str) -> dict[str, int] | None:
    runs = [run.id for code in step.directories for run in latest_runs(session, tier=code)]
    if not runs:
        return None
    query = (
        select(col(Assessment.flag), func.count())
        .join(Enterprise, col(Enterprise.id) == col(Assessment.enterprise_id))
        .where(col(Assessment.run_id).in_(runs), col(Assessment.flag).is_not(None), in_region(region_code))
        .group_by(col(Assessment.flag))
    )
    return {flag: count for flag, count in session.execute(query) if flag}
