"""Questions and answers: a form asks exactly what a version reads, and answers judge as a figures file does."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tiering.answers import Answers, read_answers
from registry.tiering.evaluation import evaluate
from registry.tiering.figures_file import check_figures
from registry.tiering.loader import load_all
from registry.tiering.needs import Need
from registry.tiering.one_firm import population_from_file
from registry.tiering.questions import Question, grouped, questions
from registry.tiering.reads import reads
from registry.tiering.report import explain
from registry.tiering.report_shapes import Report
from registry.tiering.standard import Procedure, Standard
from tests.unit.tiering import cases
from tests.unit.tiering.answering import answers_of
from tests.unit.tiering.firms import AS_OF, Firm, firms

STANDARDS = {one.id: one for one in load_all()}
PROCEDURES: tuple[Procedure, ...] = ("new", "review")
each_version = pytest.mark.parametrize("standard", STANDARDS.values(), ids=STANDARDS)
each_procedure = pytest.mark.parametrize("procedure", PROCEDURES)


def judged(standard: Standard, raw: dict[str, Any]) -> Report:
    file = check_figures(raw)
    return explain(evaluate(standard, population_from_file(file)), 0)


def answered(standard: Standard, raw: dict[str, Any]) -> Answers:
    """A figures file taken through the form."""
    file = check_figures(raw)
    assert file.as_of is not None
    asked = questions(standard, as_of=file.as_of, procedure=file.procedure)
    fields = answers_of(file, asked)
    region = file.enterprise.region_code
    return read_answers(asked, fields, as_of=file.as_of, procedure=file.procedure, region_code=region)


@each_version
@each_procedure
def test_every_name_a_version_reads_has_a_question_and_there_is_no_other(
    standard: Standard, procedure: Procedure
) -> None:
    wanted = reads(standard, as_of=AS_OF, procedure=procedure)
    paths = {Need(name, year).path for name, year in wanted.figures}
    paths |= {Need(name).path for name in wanted.facts | wanted.dates}
    paths |= {Need("titles").path for _ in wanted.titles}
    asked = questions(standard, as_of=AS_OF, procedure=procedure)
    assert {one.path for one in asked} == paths
    assert [one for one in asked if one.kind == "titles" and set(one.directories) != wanted.titles] == []


@each_version
@each_procedure
def test_every_question_stands_in_one_group_and_has_words(standard: Standard, procedure: Procedure) -> None:
    asked = questions(standard, as_of=AS_OF, procedure=procedure)
    placed = [one for group in grouped(asked) for one in group.questions]
    assert sorted(placed, key=lambda one: one.path) == sorted(asked, key=lambda one: one.path)
    assert all(one.words.zh and one.words.en for one in asked)


CASES = {"LG26": cases.LG26_PASS, "LG22": cases.LG22_PASS, "HTE": cases.HTE_PASS}


@each_version
@pytest.mark.parametrize("raw", CASES.values(), ids=CASES)
def test_answers_give_the_report_of_the_figures_file(standard: Standard, raw: dict[str, Any]) -> None:
    found = answered(standard, raw)
    assert found.faults == {}
    assert judged(standard, found.figures) == judged(standard, raw)


def as_file(firm: Firm, procedure: str) -> dict[str, Any]:
    """A random firm as a figures file."""
    annual: dict[str, dict[str, Any]] = {}
    facts: dict[str, Any] = {}
    enterprise: dict[str, Any] = {}
    for key, value in firm.items():
        if isinstance(key, tuple):
            annual.setdefault(str(key[1]), {})[key[0]] = value
        elif key == "titles":
            spans = [{"directory": code, "valid_from": str(a), "valid_to": str(b)} for code, a, b in value or ()]
            enterprise["titles"] = None if value is None else spans
        elif key == "mainland":
            enterprise["region_code"] = "440300" if value else "810000"
        elif key == "industry_division":
            enterprise["industry_code"] = f"{value:02}"
        else:
            facts[key] = str(value) if isinstance(value, date) else value
    head = {"as_of": AS_OF.isoformat(), "procedure": procedure}
    return {**head, "enterprise": enterprise, "annual": annual, "facts": facts}


@given(st.sampled_from(sorted(STANDARDS)), firms, st.sampled_from(PROCEDURES))
def test_any_firm_is_judged_alike_by_form_and_by_file(code: str, firm: Firm, procedure: str) -> None:
    raw = as_file(firm, procedure)
    found = answered(STANDARDS[code], raw)
    assert found.faults == {}
    assert judged(STANDARDS[code], found.figures) == judged(STANDARDS[code], raw)


def ask(path: str, text: str, **more: str) -> Answers:
    """One answer to LG26; keyword names are the endings of further fields."""
    asked = questions(STANDARDS["LG26"], as_of=AS_OF, procedure="new")
    fields = {path: text} | {f"{path}.{name}": value for name, value in more.items()}
    return read_answers(asked, fields, as_of=AS_OF, procedure="new", region_code=None)


REVENUE = "annual.2025.revenue"


@pytest.mark.parametrize(
    ("text", "unit", "yuan"),
    [
        ("8200", "wan", 82_000_000),
        ("８，２００．５", "wan", 82_005_000),
        ("82,000,000", "one", 82_000_000),
        ("1.2", "yi", 120_000_000),
        ("8200万", "one", 82_000_000),
        ("8200万元", "yi", 82_000_000),
        ("0.82亿元", "wan", 82_000_000),
        ("82000000元", "wan", 82_000_000),
        (" 1 234.5 ", "wan", 12_345_000),
        ("5000", "no such unit", 50_000_000),
    ],
)
def test_money_is_read_in_the_unit_written_or_chosen_and_said_back(text: str, unit: str, yuan: int) -> None:
    found = ask(REVENUE, text, unit=unit)
    assert found.figures["annual"]["2025"]["revenue"] == yuan
    assert f"{yuan:,} 元" in found.read_as[REVENUE].zh


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (REVENUE, "abc"),
        (REVENUE, "-5"),
        (REVENUE, "1e400"),
        (REVENUE, "0.00001"),
        (REVENUE, "9" * 300),
        ("annual.2025.employees", "12.5"),
        ("facts.class1_ip", "三件"),
        ("facts.market_share", "120"),
        ("facts.market_rank_national", "0"),
        ("facts.niche_since", "2016-13-01"),
        ("facts.niche_since", (AS_OF + timedelta(days=1)).isoformat()),
        ("facts.platform_score", "1000"),
        ("facts.six_bases", "maybe"),
        ("enterprise.industry_code", "9999"),
        ("enterprise.industry_code", "C"),
    ],
)
def test_a_wrong_answer_is_told_in_both_languages_and_judges_nothing(path: str, text: str) -> None:
    found = ask(path, text)
    said = found.faults[path]
    assert said.zh
    assert said.en not in ("", said.zh)
    assert path not in found.read_as
    empty = ask(path, "")
    assert found.figures == empty.figures


def test_all_faults_are_found_and_right_answers_beside_them_are_kept() -> None:
    asked = questions(STANDARDS["LG26"], as_of=AS_OF, procedure="new")
    fields = {REVENUE: "x", "facts.class1_ip": "-1", "facts.market_share": "12"}
    found = read_answers(asked, fields, as_of=AS_OF, procedure="new", region_code="440300")
    assert found.faults.keys() == {REVENUE, "facts.class1_ip"}
    assert found.figures["facts"] == {"market_share": 0.12}
    assert found.figures["enterprise"] == {"region_code": "440300"}


TITLES = "enterprise.titles"


def test_titles_are_unknown_none_or_those_ticked() -> None:
    assert "titles" not in ask(TITLES, "").figures["enterprise"]
    assert ask(TITLES, "none").figures["enterprise"]["titles"] == []
    held = ask(TITLES, "some", **{"srdi_sme": "yes", "srdi_sme.from": "2024-06-01"})
    assert held.figures["enterprise"]["titles"] == [
        {"directory": "srdi_sme", "valid_from": "2024-06-01", "valid_to": None}
    ]


def test_a_tick_that_contradicts_is_asked_about() -> None:
    assert TITLES in ask(TITLES, "", srdi_sme="yes").faults
    assert TITLES in ask(TITLES, "none", srdi_sme="yes").faults
    turned = ask(TITLES, "some", **{"srdi_sme": "yes", "srdi_sme.from": "2026-01-01", "srdi_sme.to": "2025-01-01"})
    assert turned.faults.keys() == {f"{TITLES}.srdi_sme.to"}


def test_a_unit_that_looks_wrong_is_asked_about_but_not_corrected() -> None:
    asked = questions(STANDARDS["LG26"], as_of=AS_OF, procedure="new")
    fields = {REVENUE: "82000000", "annual.2024.revenue": "7000"}
    found = read_answers(asked, fields, as_of=AS_OF, procedure="new", region_code=None)
    assert found.doubts.keys() == {REVENUE}
    assert found.figures["annual"]["2025"]["revenue"] == 820_000_000_000
    assert ask(REVENUE, "8200", unit="one").doubts.keys() == {REVENUE}
    assert ask("facts.market_share", "0.12").doubts.keys() == {"facts.market_share"}
    assert ask(REVENUE, "8200").doubts == {}


def test_nothing_answered_decides_nothing_for_a_standard_without_vetoes_on_data() -> None:
    report = judged(STANDARDS["LG26"], ask(REVENUE, "").figures)
    assert {one.result for one in report.criteria} <= {"unknown", "needs_review", "not_applicable"}


def test_an_answer_read_only_when_another_is_missing_says_so() -> None:
    asked: dict[str, Question] = {one.path: one for one in questions(STANDARDS["LG26"], as_of=AS_OF, procedure="new")}
    same = asked["annual.2026.platform_score"].same_as
    assert same is not None
    assert "发展评价得分" in same.zh
    assert asked["facts.platform_score"].same_as is None
