"""One flagged enterprise as an official reads it: its findings as judged, and whether it is in the pool."""

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import NotFound
from registry.models import Assessment, AssessmentRun, CultivationCase, Enterprise
from registry.policies import OFFICIALS, Actor, require
from registry.schemas.assessments import RunInfo
from registry.schemas.base import ReadModel
from registry.schemas.enterprises import EnterpriseSummary
from registry.services.assessing.explaining import report_of
from registry.services.assessing.runs import latest_runs, with_rules
from registry.services.enterprises import summaries
from registry.services.pool.moves import KEEPERS
from registry.services.standards import known_standards
from registry.tiering.report_shapes import Report
from registry.vocabulary import CaseStage, Flag


class PoolCase(ReadModel):
    """The open case of an enterprise in the pool."""

    case_id: int
    stage: CaseStage
    reason: str
    opened_at: datetime


class CandidateDetail(ReadModel):
    """An assessment with its enterprise. It stands here and not in ``schemas``, which know no ``tiering``."""

    assessment_id: int
    enterprise: EnterpriseSummary
    region_code: str | None
    flag: Flag | None
    run: RunInfo
    report: Report
    is_latest: bool
    """Of the newest runs over the whole population."""
    case: PoolCase | None
    may_admit: bool
    """The one who asks may take this enterprise into the pool."""


def get_candidate(session: Session, *, assessment_id: int, actor: Actor, as_of: date) -> CandidateDetail:
    """A stored assessment word for word, with the enterprise as it is on the day.

    Raises NotFound, NotAllowed outside the official's region, Conflict if the rule's content has changed since.
    """
    stored = session.get(Assessment, assessment_id)
    firm = session.get(Enterprise, stored.enterprise_id) if stored is not None else None
    if stored is None or firm is None:
        raise NotFound(
            f"没有编号为 {assessment_id} 的评估。", f"There is no assessment {assessment_id}.", field="assessment_id"
        )
    place = firm.region_code or ""
    require(actor, OFFICIALS, region_code=place)
    run = session.get_one(AssessmentRun, stored.run_id)
    shown = summaries(session, [firm.id], as_of=as_of)
    if not shown:
        raise NotFound("这家企业已并入别的企业。", "This enterprise was merged into another.", field="assessment_id")
    return CandidateDetail(
        assessment_id=stored.id,
        enterprise=shown[0],
        region_code=firm.region_code,
        flag=Flag.of(stored.flag) if stored.flag else None,
        run=with_rules(session, [run])[run.id].info,
        report=report_of(stored, run, among=known_standards(session)),
        is_latest=run.id in {one.id for one in latest_runs(session, tier=run.tier)},
        case=_open_case(session, firm.id, run.tier),
        may_admit=actor.may(KEEPERS, region_code=place, directory_code=run.tier),
    )


def _open_case(session: Session, enterprise_id: int, tier: str) -> PoolCase | None:
    query = select(CultivationCase).where(
        col(CultivationCase.enterprise_id) == enterprise_id,
        col(CultivationCase.directory_code) == tier,
        col(CultivationCase.closed_at).is_(None),
    )
    case = session.scalars(query).first()
    if case is None:
        return None
    return PoolCase(case_id=case.id, stage=case.stage, reason=case.entry_reason, opened_at=case.opened_at)
