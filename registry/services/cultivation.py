"""The cultivation pool: an official takes a flagged enterprise in for a target title (入库)."""

from sqlmodel import Session, col, select

from registry.errors import Conflict, NotFound
from registry.models import Assessment, AssessmentRun, CultivationCase, Enterprise
from registry.policies import Actor, require
from registry.services import audit
from registry.vocabulary import CaseStage, Role

KEEPERS = frozenset({Role.CURATOR, Role.REVIEWER})
"""Who may take an enterprise into the pool, inside their region and directory."""


def admit_candidate(session: Session, *, assessment_id: int, actor: Actor, reason: str) -> CultivationCase:
    """Take the enterprise of a flagged assessment into the pool for the tier it was assessed for.

    Raises NotFound, NotAllowed (属地管理), Conflict if it is in the pool for that title already or is not flagged.
    """
    stored = session.get(Assessment, assessment_id)
    if stored is None:
        raise NotFound(f"没有编号为 {assessment_id} 的评估。", f"There is no assessment {assessment_id}.")
    firm = session.get_one(Enterprise, stored.enterprise_id, with_for_update=True)
    tier = session.get_one(AssessmentRun, stored.run_id).tier
    require(actor, KEEPERS, region_code=firm.region_code or "", directory_code=tier)
    if stored.flag is None:
        raise Conflict(
            f"{firm.name_zh} 在这次评估中没有被列为培育对象。", f"{firm.name_zh} was not flagged by this assessment."
        )
    open_case = select(CultivationCase).where(
        CultivationCase.enterprise_id == firm.id,
        CultivationCase.directory_code == tier,
        col(CultivationCase.closed_at).is_(None),
    )
    if session.exec(open_case).first() is not None:
        raise Conflict(f"{firm.name_zh} 已在培育库中。", f"{firm.name_zh} is in the pool already.")
    case = CultivationCase(
        enterprise_id=firm.id,
        directory_code=tier,
        assessment_id=stored.id,
        stage=CaseStage.ADMITTED,
        owner_id=actor.account_id,
        entry_reason=reason,
    )
    session.add(case)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="admit_candidate",
        subject_kind="cultivation_case",
        subject_key=str(case.id),
        after={"enterprise_id": firm.id, "directory": tier, "assessment_id": stored.id},
        reason=reason,
    )
    return case
