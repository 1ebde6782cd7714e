"""Tell one enterprise: a stored assessment word for word, or the present state of things."""

from datetime import date

import numpy as np
from sqlalchemy import bindparam, select
from sqlmodel import Session, col

from registry.errors import Conflict, NotFound
from registry.models import Assessment, AssessmentRun, Enterprise
from registry.services.assessing.gathering import LIVE, all_titles, gather
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
    place = session.execute(_PLACE, {"one": enterprise_id}).one_or_none()
    if place is None:
        raise NotFound(
            "没有这家企业，或它已并入别的企业。", "There is no such enterprise, or it was merged into another."
        )
    among = known_standards(session)
    tier = find(code, among=among)[0].tier
    titles = all_titles(session, enterprise_id)
    held = Population.from_columns(size=1, as_of=as_of, titles=titles)
    procedure: Procedure = "review" if held.holders([tier])[0] else "new"
    standard = choose(code, procedure=procedure, as_of=as_of, region_code=place[0], among=among)
    firm = gather(
        session,
        ids=np.array([enterprise_id], dtype=np.int64),
        reads=reads(standard, as_of=as_of, procedure=procedure),
        as_of=as_of,
        procedure=procedure,
        titles=titles,
    )
    return explain(evaluate(standard, firm), 0)


_PLACE = select(col(Enterprise.region_code)).where(col(Enterprise.id) == bindparam("one"), *LIVE)
