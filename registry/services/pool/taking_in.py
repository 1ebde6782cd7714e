"""Into the pool (入库): from a flag of an assessment, or by hand."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, NotFound
from registry.models import Assessment, AssessmentRun, CultivationCase, Directory, Enterprise
from registry.policies import Actor, require
from registry.pool_words import CaseEventKind
from registry.services import audit
from registry.services.assessing.running import judge_tier, store_judgement
from registry.services.pool.moves import CLOSED, KEEPERS, SUBJECT, check_text, note
from registry.services.resolving import resolve
from registry.vocabulary import CaseStage, DirectoryKind, OperatingStatus

REASON_MAX = 400
REASON = ("入库理由", "why the firm is taken into the pool")
_GONE = (OperatingStatus.CANCELLED, OperatingStatus.REVOKED)


def admit_candidate(session: Session, *, assessment_id: int, actor: Actor, reason: str) -> CultivationCase:
    """Take the enterprise of a flagged assessment into the pool for the tier it was assessed for.

    Raises NotFound, NotAllowed (属地管理), InvalidInput (reason), Conflict if it is in the pool for that title already
    or is not flagged.
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
    return _open(session, firm, tier, stored.id, actor, reason, basis=stored.flag)


def take_in(session: Session, *, key: str, directory_code: str, actor: Actor, reason: str) -> CultivationCase:
    """Take the enterprise behind a key into the pool by hand; its assessment of today is kept as the starting point.

    Raises NotFound, Gone, NotAllowed (属地管理), InvalidInput (directory, reason), Conflict (in the pool for that title
    already, or the firm does not exist any more).
    """
    firm = session.get_one(Enterprise, resolve(session, key).enterprise_id, with_for_update=True)
    directory = session.get(Directory, directory_code)
    if directory is None or directory.kind is not DirectoryKind.ENTERPRISE or directory.retired_on is not None:
        raise InvalidInput(
            f"没有代码为“{directory_code[:40]}”的企业名录。",
            f"There is no directory of enterprises with the code “{directory_code[:40]}”.",
            field="directory",
            value=directory_code,
        )
    require(actor, KEEPERS, region_code=firm.region_code or "", directory_code=directory_code)
    if firm.operating_status in _GONE:
        raise Conflict(
            f"{firm.name_zh} 已{firm.operating_status.label.zh}，不能入库。",
            f"{firm.name_zh} is {firm.operating_status.label.en.lower()} and cannot be taken in.",
            field="key",
        )
    _refuse_second(session, firm, directory_code)
    return _open(session, firm, directory_code, assess_one(session, firm.id, directory_code, actor), actor, reason)


def assess_one(session: Session, enterprise_id: int, directory_code: str, actor: Actor) -> int | None:
    """Judge one firm by the directory's standard of today and keep the result; None where no version applies."""
    try:
        judged = judge_tier(session, code=directory_code, as_of=clock.today(), only=[enterprise_id])
    except (InvalidInput, NotFound):
        return None
    for one in judged:
        run = store_judgement(session, one, actor=actor.label, keep_all=True)
        query = select(col(Assessment.id)).where(col(Assessment.run_id) == run.run_id)
        return session.scalars(query).one()
    return None


def open_case(session: Session, enterprise_id: int, directory_code: str) -> CultivationCase | None:
    """The open case of an enterprise for a title, if it is in the pool for it."""
    query = select(CultivationCase).where(
        col(CultivationCase.enterprise_id) == enterprise_id,
        col(CultivationCase.directory_code) == directory_code,
        col(CultivationCase.stage).not_in(CLOSED),
    )
    return session.scalars(query.order_by(col(CultivationCase.id)).limit(1)).first()


def _refuse_second(session: Session, firm: Enterprise, directory_code: str) -> None:
    if open_case(session, firm.id, directory_code) is not None:
        raise Conflict(f"{firm.name_zh} 已在培育库中。", f"{firm.name_zh} is in the pool already.", field="directory")


def _open(
    session: Session,
    firm: Enterprise,
    directory_code: str,
    assessment_id: int | None,
    actor: Actor,
    reason: str,
    *,
    basis: str = "by_hand",
) -> CultivationCase:
    said = check_text(reason, field="reason", limit=REASON_MAX, what=REASON)
    _refuse_second(session, firm, directory_code)
    case = CultivationCase(
        enterprise_id=firm.id,
        directory_code=directory_code,
        region_code=firm.region_code or "",
        assessment_id=assessment_id,
        latest_assessment_id=assessment_id,
        stage=CaseStage.ADMITTED,
        owner_id=actor.account_id,
        entry_reason=said,
    )
    session.add(case)
    session.flush()
    note(session, case, CaseEventKind.ENTRY, actor=actor, text=said, after=case.stage.value, details={"basis": basis})
    audit.record(
        session,
        actor=actor.label,
        action="admit_candidate",
        subject_kind=SUBJECT,
        subject_key=str(case.id),
        after={"enterprise_id": firm.id, "directory": directory_code, "assessment_id": assessment_id, "basis": basis},
        reason=said,
    )
    return case
