"""Tell one enterprise: a stored assessment word for word, or the present state of things."""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Conflict, NotFound
from registry.models import Assessment, AssessmentRun, Enterprise
from registry.services.assessing.gathering import gather, live_enterprises, titles_of
from registry.services.assessing.pinning import unpin
from registry.services.assessing.running import rule_hash
from registry.services.standards import known_standards
from registry.tiering.evaluation import Evaluation, evaluate
from registry.tiering.population import Population
from registry.tiering.reads import reads
from registry.tiering.report import explain
from registry.tiering.report_shapes import Report
from registry.tiering.selection import choose, find
from registry.tiering.standard import Procedure, Standard


def explain_stored(session: Session, *, assessment_id: int) -> Report:
    """The findings of a stored assessment, from its pinned inputs and its own version of the rule.

    Raises NotFound; Conflict if that version's content is no longer what it was judged by.
    """
    stored = session.get(Assessment, assessment_id)
    if stored is None:
        raise NotFound(
            f"没有编号为 {assessment_id} 的评估。", f"There is no assessment {assessment_id}.", field="assessment_id"
        )
    run = session.get_one(AssessmentRun, stored.run_id)
    return report_of(stored, run, among=known_standards(session))


def report_of(stored: Assessment, run: AssessmentRun, *, among: tuple[Standard, ...]) -> Report:
    """As ``explain_stored``, with the rows and the known standards in hand."""
    standard = find(run.standard_version, among=among)[0]
    if rule_hash(standard) != run.rule_hash:
        raise Conflict(
            f"标准 {run.standard_version} 的内容已与评估时不同，不能重述这次评估。请重新评估。",
            f"Standard {run.standard_version} is no longer what this assessment was made by. Assess again.",
        )
    return retell(stored, run, standard)


def retell(stored: Assessment, run: AssessmentRun, standard: Standard) -> Report:
    """The findings by this very standard, which the caller knows to be the one it was judged by."""
    return explain(judged_again(stored, run, standard), 0)


def judged_again(stored: Assessment, run: AssessmentRun, standard: Standard) -> Evaluation:
    """The evaluation of the pinned inputs."""
    procedure: Procedure = "new" if run.procedure.value == "new" else "review"
    return evaluate(standard, unpin(stored.inputs, as_of=run.as_of, procedure=procedure))


def explain_now(session: Session, *, enterprise_id: int, code: str, as_of: date) -> Report:
    """What a tier or version says about one enterprise on a day, from what the registry holds; nothing is stored.

    A holder of the title is judged under review, anybody else as a new applicant.
    Raises NotFound for an unknown standard or an enterprise that no longer stands for itself, InvalidInput for a day
    before any version.
    """
    ids = live_enterprises(session, only=[enterprise_id])
    if not ids.size:
        raise NotFound(
            "没有这家企业，或它已并入别的企业。", "There is no such enterprise, or it was merged into another."
        )
    among = known_standards(session)
    tier = find(code, among=among)[0].tier
    titles = Population.from_columns(size=1, as_of=as_of, titles={tier: titles_of(session, ids, tier)})
    procedure: Procedure = "review" if titles.holders([tier])[0] else "new"
    place = session.scalar(select(col(Enterprise.region_code)).where(col(Enterprise.id) == enterprise_id))
    standard = choose(code, procedure=procedure, as_of=as_of, region_code=place, among=among)
    asked = reads(standard, as_of=as_of, procedure=procedure)
    return explain(evaluate(standard, gather(session, ids=ids, reads=asked, as_of=as_of, procedure=procedure)), 0)
