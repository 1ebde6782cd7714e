"""The criteria of a case: those of the standard it is judged by, then (at entry) and now."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import NotFound, Text
from registry.models import Assessment, AssessmentRun, CultivationCase
from registry.schemas.assessments import RunInfo
from registry.schemas.base import ReadModel
from registry.services.assessing.runs import RunRule, with_rules
from registry.tiering.report_shapes import CriterionReport, Report
from registry.tiering.standard import Criterion
from registry.vocabulary import Verdict

OUTCOMES = {"M": "met", "U": "unmet", "?": "unknown", "R": "needs_review", "N": "not_applicable"}


class Assessed(ReadModel):
    """A stored assessment of a case; ``outcomes`` are of the criteria that count."""

    assessment_id: int
    run: RunInfo
    verdict: Verdict
    outcomes: tuple[str, ...]
    met: int
    gap_text: Text | None


class CriterionThenNow(ReadModel):
    """One criterion at entry and now; None where that version of the standard does not have it."""

    criterion: str
    name: Text
    then: str | None
    now: str | None
    then_text: Text | None
    now_text: Text | None
    veto: bool

    @property
    def moved(self) -> bool:
        """It came out differently."""
        return self.then is not None and self.now is not None and self.then != self.now


def criteria_of(session: Session, case: CultivationCase) -> tuple[Criterion, ...]:
    """The criteria that count of the newest assessment; none where no standard applies or it was rewritten."""
    found = _stored(session, [case.latest_assessment_id])
    rule = found[case.latest_assessment_id][1] if case.latest_assessment_id in found else None
    return rule.weighing if rule else ()


def assessed_of(session: Session, numbers: Iterable[int | None], *, gaps: bool = True) -> dict[int | None, Assessed]:
    """These stored assessments by number. ``gaps``: also what keeps the firm from the title, which takes longer."""
    return {number: _told(one, rule, gaps=gaps) for number, (one, rule) in _stored(session, numbers).items()}


def vetoes_of(session: Session, numbers: Iterable[int | None]) -> dict[int | None, frozenset[str]]:
    """Criteria that better figures cannot mend and that are unmet, by assessment; none where the rule was rewritten."""
    return {
        number: frozenset(
            criterion.id
            for criterion, letter in zip(rule.weighing, rule.counted(one.results), strict=False)
            if criterion.veto and letter == "U"
        )
        for number, (one, rule) in _stored(session, numbers).items()
    }


def then_and_now(session: Session, case: CultivationCase) -> tuple[CriterionThenNow, ...]:
    """Every criterion that counts, in the order of the newest version; those only the older one has come last."""
    found = _stored(session, [case.assessment_id, case.latest_assessment_id])
    then, now = _report(found.get(case.assessment_id or 0)), _report(found.get(case.latest_assessment_id or 0))
    before = {one.id: one for one in _counted(then)}
    after = {one.id: one for one in _counted(now)}
    return tuple(_pair(number, before.get(number), after.get(number)) for number in {**after, **before})


def _pair(number: str, then: CriterionReport | None, now: CriterionReport | None) -> CriterionThenNow:
    named = now or then
    if named is None:
        raise NotFound(f"没有条件 {number}。", f"There is no criterion {number}.")
    return CriterionThenNow(
        criterion=number,
        name=Text(named.name, named.name_en),
        then=then.result if then else None,
        now=now.result if now else None,
        then_text=_said(then) if then else None,
        now_text=_said(now) if now else None,
        veto=named.veto,
    )


def _said(one: CriterionReport) -> Text:
    """What was read and asked, without the result, which stands beside it."""
    return Text(one.text.rpartition("：")[0] or one.text, one.text_en.rpartition(": ")[0] or one.text_en)


def _counted(report: Report | None) -> list[CriterionReport]:
    return [one for one in report.criteria if not one.advisory] if report else []


def _report(found: tuple[Assessment, RunRule] | None) -> Report | None:
    return found[1].report(found[0]) if found else None


def _told(stored: Assessment, rule: RunRule, *, gaps: bool) -> Assessed:
    counted = rule.counted(stored.results)
    return Assessed(
        assessment_id=stored.id,
        run=rule.info,
        verdict=stored.verdict,
        outcomes=tuple(OUTCOMES[letter] for letter in counted),
        met=counted.count("M"),
        gap_text=rule.gap_text(stored) if gaps else None,
    )


def _stored(session: Session, numbers: Iterable[int | None]) -> dict[int | None, tuple[Assessment, RunRule]]:
    wanted = sorted({number for number in numbers if number is not None})
    if not wanted:
        return {}
    query = (
        select(Assessment, AssessmentRun)
        .join(AssessmentRun, col(AssessmentRun.id) == col(Assessment.run_id))
        .where(col(Assessment.id).in_(wanted))
    )
    rows = [(stored, run) for stored, run in session.execute(query)]
    rules = with_rules(session, [run for _, run in rows])
    return {stored.id: (stored, rules[run.id]) for stored, run in rows}
