"""Assessments over stored enterprises: the columns gathered, what is kept, and that it can be told again."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput, NotAllowed, NotFound
from registry.models import Assessment, AssessmentRun, AuditEvent, CultivationCase, Enterprise, Fact
from registry.policies import EVERYWHERE, Actor, Grant
from registry.services.assessing.candidates import candidates
from registry.services.assessing.choosing import CandidateQuery
from registry.services.assessing.explaining import explain_now, explain_stored
from registry.services.assessing.ladder import ladder
from registry.services.assessing.running import assess_tier
from registry.services.pool.taking_in import admit_candidate
from registry.tiering.evaluation import evaluate
from registry.tiering.figures_file import check_figures
from registry.tiering.one_firm import population_from_file
from registry.tiering.report import explain
from registry.tiering.selection import choose
from registry.vocabulary import CaseStage, Flag, Role, Trust
from tests.factories import a_batch, a_figure, a_listing, an_enterprise

DAY = date(2026, 11, 20)
FIGURES: dict[int, dict[str, int]] = {
    2025: {
        "revenue": 82_000_000,
        "main_business_revenue": 78_000_000,
        "rd_expense": 8_200_000,
        "total_assets": 100_000_000,
        "total_liabilities": 50_000_000,
        "employees": 180,
    },
    2024: {"revenue": 75_000_000, "rd_expense": 7_000_000},
    2023: {"revenue": 70_000_000},
}
FACTS: dict[str, Any] = {
    "niche_since": "2016-01-01",
    "class1_ip": 6,
    "market_share": 0.12,
    "platform_score": 64,
    "six_bases": True,
    "award_national_3y": False,
    "on_abnormal_list": False,
    "major_incident_3y": False,
}
SHENZHEN = Actor(7, "lin", (Grant(Role.REVIEWER, "440300"),))
GUANGZHOU = Actor(8, "he", (Grant(Role.REVIEWER, "440100"),))


def a_ready_firm(session: Session, *, facts: dict[str, Any] | None = None, **overrides: Any) -> Enterprise:
    """A firm that meets every decidable criterion of LG26 on DAY: prerequisite title, figures, facts."""
    firm = an_enterprise(**overrides)
    session.add(firm)
    batch = a_batch(directory_code="srdi_sme")
    session.add(batch)
    session.flush()
    session.add(a_listing(firm, batch))
    for year, figures in FIGURES.items():
        for name, value in figures.items():
            session.add(a_figure(firm, year=year, name=name, value=value))
    for name, value in (FACTS | (facts or {})).items():
        if value is not None:
            session.add(a_fact(firm, name, value))
    session.flush()
    return firm


def a_fact(firm: Enterprise, name: str, value: Any, trust: Trust = Trust.DECLARED) -> Fact:
    return Fact(
        enterprise_id=firm.id, name=name, value=value, known_on=date(2026, 3, 1), trust=trust, source="示例申报表"
    )


def assessed(engine: Engine, make: Callable[[Session], Enterprise]) -> Assessment:
    """Store a firm, run LG26 over everything, return the firm's assessment."""
    with transaction(engine) as session:
        number = make(session).id
    assess_tier(engine, code="little_giant", as_of=DAY, actor="测试")
    with reading(engine) as session:
        return session.exec(select(Assessment).where(Assessment.enterprise_id == number)).one()


def test_a_firm_that_meets_everything_is_a_candidate(engine: Engine) -> None:
    stored = assessed(engine, a_ready_firm)
    assert (stored.flag, stored.verdict.value, stored.gap_count) == ("candidate", "eligible", 0)
    assert set(stored.results) == {"M", "R"}


def test_one_missing_right_makes_it_near_and_says_by_how_much(engine: Engine) -> None:
    stored = assessed(engine, lambda session: a_ready_firm(session, facts={"class1_ip": 3}))
    assert (stored.flag, stored.gap_count) == ("near", 1)
    with reading(engine) as session:
        assert explain_stored(session, assessment_id=stored.id).gap_text == "还差 1 件Ⅰ类知识产权"


def test_without_the_prerequisite_title_it_is_on_no_list(engine: Engine) -> None:
    def make(session: Session) -> Enterprise:
        firm = an_enterprise()
        session.add(firm)
        session.flush()
        session.add(a_figure(firm))
        return firm

    with transaction(engine) as session:
        make(session)
    (run,) = assess_tier(engine, code="little_giant", as_of=DAY, actor="测试")
    assert run.counts["ineligible"] == 1
    with reading(engine) as session:
        assert session.exec(select(Assessment)).all() == []


def test_a_missing_figure_is_asked_for_and_never_held_against_the_firm(engine: Engine) -> None:
    stored = assessed(engine, lambda session: a_ready_firm(session, facts={"platform_score": None}))
    assert (stored.flag, stored.verdict.value, stored.gap_count) == ("needs_data", "undecided", 0)
    with reading(engine) as session:
        assert "发展评价得分" in explain_stored(session, assessment_id=stored.id).gap_text


def test_the_stronger_source_counts(engine: Engine) -> None:
    def make(session: Session) -> Enterprise:
        firm = a_ready_firm(session)
        session.add(a_figure(firm, name="revenue", value=1, trust=Trust.DECLARED))
        session.add(a_fact(firm, "class1_ip", 0, Trust.COMPUTED))
        return firm

    assert assessed(engine, make).flag == "candidate"


def test_a_withdrawn_prerequisite_counts_to_the_day_before(engine: Engine) -> None:
    def make(session: Session) -> Enterprise:
        firm = an_enterprise()
        batch = a_batch(directory_code="srdi_sme")
        session.add_all([firm, batch])
        session.flush()
        session.add(a_listing(firm, batch, withdrawn_on=DAY))
        session.add(a_figure(firm))
        session.flush()
        return firm

    with transaction(engine) as session:
        number = make(session).id
    with reading(engine) as session:
        on_the_day = explain_now(session, enterprise_id=number, code="LG26", as_of=DAY)
        before = explain_now(session, enterprise_id=number, code="LG26", as_of=date(2026, 11, 19))
    assert [one.criteria[6].id for one in (on_the_day, before)] == ["LG26-1", "LG26-1"]
    assert (on_the_day.criteria[6].result, before.criteria[6].result) == ("unmet", "met")


def test_a_holder_is_judged_under_review_and_at_risk_when_the_end_is_near(engine: Engine) -> None:
    def make(session: Session) -> Enterprise:
        firm = a_ready_firm(session)
        batch = a_batch()
        session.add(batch)
        session.flush()
        session.add(a_listing(firm, batch, valid_from=date(2023, 12, 1), valid_to=date(2026, 11, 30)))
        return firm

    stored = assessed(engine, make)
    with reading(engine) as session:
        run = session.get_one(AssessmentRun, stored.run_id)
        assert (stored.flag, run.procedure.value, run.standard_version) == ("at_risk", "review", "LG22")


def test_a_stored_assessment_stays_as_it_was_when_figures_change(engine: Engine) -> None:
    stored = assessed(engine, lambda session: a_ready_firm(session, facts={"class1_ip": 3}))
    with transaction(engine) as session:
        fact = session.exec(select(Fact).where(Fact.name == "class1_ip")).one()
        fact.value = 9
    assess_tier(engine, code="little_giant", as_of=DAY, actor="测试")
    with reading(engine) as session:
        flags = [one.flag for one in session.exec(select(Assessment).order_by("id"))]
        assert flags == ["near", "candidate"]
        assert explain_stored(session, assessment_id=stored.id).gap_text == "还差 1 件Ⅰ类知识产权"


def test_a_changed_rule_cannot_retell_an_old_result(engine: Engine) -> None:
    stored = assessed(engine, a_ready_firm)
    with transaction(engine) as session:
        session.get_one(AssessmentRun, stored.run_id).rule_hash = "0" * 64
    with reading(engine) as session, pytest.raises(Conflict):
        explain_stored(session, assessment_id=stored.id)


def test_the_stored_firm_and_the_same_figures_as_a_file_give_the_same_report(engine: Engine) -> None:
    stored = assessed(engine, a_ready_firm)
    file = check_figures(
        {
            "as_of": DAY.isoformat(),
            "procedure": "new",
            "enterprise": {
                "founded_on": "2014-03-01",
                "region_code": "440305",
                "industry_code": "3973",
                "titles": [{"directory": "srdi_sme", "valid_from": "2024-07-01", "valid_to": "2027-06-30"}],
            },
            "annual": {str(year): figures for year, figures in FIGURES.items()},
            "facts": FACTS,
        }
    )
    rules = choose("little_giant", procedure="new", as_of=DAY)
    expected = explain(evaluate(rules, population_from_file(file)), 0)
    with reading(engine) as session:
        assert explain_stored(session, assessment_id=stored.id) == expected
        assert explain_now(session, enterprise_id=stored.enterprise_id, code="little_giant", as_of=DAY) == expected


def test_a_run_leaves_one_audit_event_a_procedure_and_an_unknown_standard_leaves_nothing(engine: Engine) -> None:
    assessed(engine, a_ready_firm)
    with pytest.raises(NotFound):
        assess_tier(engine, code="no_such", as_of=DAY, actor="测试")
    with pytest.raises(InvalidInput):
        assess_tier(engine, code="little_giant", as_of=date(2020, 1, 1), actor="测试")
    with reading(engine) as session:
        assert [event.action for event in session.exec(select(AuditEvent))] == ["assess"]


def test_an_exact_decimal_reaches_the_evaluator_unharmed(engine: Engine) -> None:
    edge = {"revenue": Decimal("82000000.0001"), "main_business_revenue": Decimal("73800000")}

    def make(session: Session) -> Enterprise:
        firm = a_ready_firm(session)
        for name, value in edge.items():
            session.add(a_figure(firm, name=name, value=value, trust=Trust.OFFICIAL))
        return firm

    stored = assessed(engine, make)  # 73,800,000 is 90 % of 82,000,000, and a hair less than 90 % of this
    with reading(engine) as session:
        report = explain_stored(session, assessment_id=stored.id)
    assert {one.id: one.result for one in report.criteria}["LG26-4"] == "unmet"


def test_an_official_sees_only_the_own_region(engine: Engine) -> None:
    assessed(engine, a_ready_firm)
    with reading(engine) as session:
        for place, seen in ((EVERYWHERE, 1), ("440000", 1), ("440300", 1), ("440305", 1), ("440100", 0)):
            query = CandidateQuery("little_giant", Flag.CANDIDATE, region_code=place)
            page = candidates(session, query, as_of=DAY)
            assert (page.total, len(page.rows), page.counts[Flag.CANDIDATE]) == (seen, seen, seen), place
        elsewhere = CandidateQuery("little_giant", Flag.CANDIDATE, region_code="440100", place="440300")
        assert candidates(session, elsewhere, as_of=DAY).total == 0


def test_pages_of_candidates_show_everyone_once(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(7):
            a_ready_firm(session, facts={"class1_ip": number % 4}, name_zh=f"示例第{number}有限公司")
    assess_tier(engine, code="little_giant", as_of=DAY, actor="测试")
    seen, cursor = [], None
    with reading(engine) as session:
        while True:
            page = candidates(session, CandidateQuery("little_giant", Flag.NEAR, cursor=cursor, limit=3), as_of=DAY)
            seen += [row.enterprise.id for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
    assert len(seen) == len(set(seen)) == page.total == 7


def test_taking_a_candidate_into_the_pool_is_for_officials_of_the_place_and_happens_once(engine: Engine) -> None:
    stored = assessed(engine, a_ready_firm)
    with transaction(engine) as session, pytest.raises(NotAllowed):
        admit_candidate(session, assessment_id=stored.id, actor=GUANGZHOU, reason="示例理由")
    with transaction(engine) as session:
        admit_candidate(session, assessment_id=stored.id, actor=Actor(None, "lin", SHENZHEN.grants), reason="示例理由")
    with transaction(engine) as session, pytest.raises(Conflict):
        admit_candidate(session, assessment_id=stored.id, actor=SHENZHEN, reason="示例理由")
    with reading(engine) as session:
        case = session.exec(select(CultivationCase)).one()
        assert (case.stage, case.directory_code) == (CaseStage.ADMITTED, "little_giant")
        (row,) = candidates(session, CandidateQuery("little_giant", Flag.CANDIDATE), as_of=DAY).rows
        assert row.case_stage is CaseStage.ADMITTED


def test_the_ladder_counts_holders_once_and_flags_from_the_latest_run(engine: Engine) -> None:
    assessed(engine, a_ready_firm)
    with reading(engine) as session:
        steps = ladder(session, as_of=DAY)
    assert [(step.holders, step.candidates) for step in steps] == [(0, None), (1, None), (0, 1), (0, None)]
    assert steps[1].due_12_months == 1
