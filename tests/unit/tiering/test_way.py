"""The cheapest way to a title: it gets there, nothing in it is superfluous, and it says so in real units."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.tiering.evaluation import Evaluation, Result, evaluate
from registry.tiering.loader import load_all, parse_standard
from registry.tiering.path import Way, changed, cheapest_way
from registry.tiering.population import Population
from registry.tiering.report import explain
from registry.tiering.standard import Standard
from tests.unit.tiering.firms import Firm, firms, population

STANDARDS = {one.id: one for one in load_all()}
WAN = 10_000


def unmet(evaluation: Evaluation) -> list[str]:
    criteria = evaluation.standard.criteria
    return [one.id for one in criteria if not one.advisory and evaluation.codes[one.id][0] == Result.UNMET]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(STANDARDS)), firms)
def test_after_the_steps_nothing_is_unmet_and_no_step_is_superfluous(code: str, firm: Firm) -> None:
    standard, rows = STANDARDS[code], population([firm])
    before = evaluate(standard, rows)
    way = cheapest_way(before)
    if way.blocked:
        assert way.steps == ()
        assert set(way.blocked) <= set(unmet(before))
        return
    assert unmet(evaluate(standard, changed(rows, way.steps))) == []
    for at in range(len(way.steps)):
        without = way.steps[:at] + way.steps[at + 1 :]
        assert unmet(evaluate(standard, changed(rows, without))), way.steps[at]


def lg26(**more: Any) -> Population:
    """A firm that meets everything of LG26 but what is changed."""
    annual = {
        ("revenue", 2025): 8200 * WAN,
        ("revenue", 2024): 7500 * WAN,
        ("revenue", 2023): 7000 * WAN,
        ("main_business_revenue", 2025): 7800 * WAN,
        ("rd_expense", 2025): 820 * WAN,
        ("rd_expense", 2024): 700 * WAN,
        ("total_assets", 2025): 1000 * WAN,
        ("total_liabilities", 2025): 500 * WAN,
        ("employees", 2025): 200,
    }
    facts: dict[str, Any] = {
        "class1_ip": 5,
        "market_share": 0.12,
        "platform_score": 64,
        "award_national_3y": False,
        "niche_since": date(2016, 1, 1),
        "industry_division": 39,
    }
    annual.update({key: value for key, value in more.get("annual", {}).items()})
    facts.update(more.get("facts", {}))
    return Population.from_columns(
        size=1,
        as_of=date(2026, 5, 6),
        figures={key: [value] for key, value in annual.items()},
        facts={key: [value] for key, value in facts.items()},
        titles={"srdi_sme": ([0], [date(2024, 6, 1)], [date(2027, 5, 31)])} if more.get("title", True) else {},
        titles_known=np.array([True]),
    )


def way_of(standard: Standard, firm: Population) -> Way:
    return cheapest_way(evaluate(standard, firm))


def test_the_sum_and_the_share_of_research_are_mended_by_one_amount() -> None:
    firm = lg26(annual={("rd_expense", 2025): 320 * WAN, ("rd_expense", 2024): 700 * WAN}, facts={"class1_ip": 3})
    report = explain(evaluate(STANDARDS["LG26"], firm), 0)
    assert report.way is not None
    assert [(one.place, one.by, one.to) for one in report.way.steps] == [
        ("facts.class1_ip", 1, 4),
        ("annual.2025.rd_expense", 180 * WAN, 500 * WAN),
    ]
    assert report.way.text == "Ⅰ类知识产权增加 1 件，至 4 件；2025 年研发费用增加 180 万元，至 500 万元"
    assert "class-I IP rights: 1 item more, to 4 items" in report.way.text_en


def test_of_alternatives_the_one_that_lacks_least_is_told() -> None:
    near_rank = lg26(facts={"market_share": 0.02, "market_rank_national": 4})
    assert [one.need.name for one in way_of(STANDARDS["LG26"], near_rank).steps] == ["market_rank_national"]
    near_share = lg26(facts={"market_share": 0.099, "market_rank_national": 40})
    assert [one.need.name for one in way_of(STANDARDS["LG26"], near_share).steps] == ["market_share"]


def test_more_revenue_that_would_spoil_the_share_of_the_main_business_brings_that_along() -> None:
    firm = lg26(annual={("revenue", 2025): 7500 * WAN, ("main_business_revenue", 2025): 6750 * WAN})
    places = {one.need.path for one in way_of(STANDARDS["LG26"], firm).steps}
    assert places == {"annual.2025.revenue", "annual.2025.main_business_revenue"}


def test_a_prerequisite_title_is_a_step_and_having_outgrown_the_sme_lines_is_none() -> None:
    titles = way_of(STANDARDS["LG26"], lg26(title=False))
    assert [(one.kind, one.among) for one in titles.steps] == [("title", ("srdi_sme",))]
    big = lg26(
        annual={
            ("employees", 2025): 3000,
            ("revenue", 2025): 90_000 * WAN,
            ("revenue", 2024): 80_000 * WAN,
            ("main_business_revenue", 2025): 88_000 * WAN,
            ("rd_expense", 2025): 5000 * WAN,
            ("rd_expense", 2024): 5000 * WAN,
        }
    )
    assert way_of(STANDARDS["LG26"], big) == Way((), ("COM26-2",))


def test_what_is_only_unknown_asks_for_no_step() -> None:
    nothing = Population.from_columns(size=1, as_of=date(2026, 5, 6), titles_known=np.array([False]))
    for standard in STANDARDS.values():
        assert way_of(standard, nothing) == Way((), ()), standard.id


SCORED = """
id: T1
tier: test
title: {zh: 试, en: Test}
documents: {d: {title: 试, number: 试1号}}
in_force: {new: {from: 2020-01-01}}
criteria:
  - id: T1-1
    name: {zh: 评分, en: score}
    document: d
    clause: 一
    confidence: V-G
    period: {zh: 上年度, en: last year}
    rule:
      any:
        - {yes: award_national_3y}
        - score:
            - id: A
              name: {zh: 甲, en: A}
              max: 40
              minimum: 20
              items:
                - id: T1-S1
                  name: {zh: 研发占比, en: R&D share}
                  max: 20
                  value: {ratio: [{figure: rd_expense}, {figure: revenue}]}
                  bands:
                    - {at_least: 5%, points: [20, 20]}
                    - {at_least: 3%, points: [15, 15]}
                    - {at_least: 1%, points: [5, 5]}
                - id: T1-S2
                  name: {zh: 专利, en: patents}
                  max: 20
                  value: {fact: class1_ip}
                  bands: [{at_least: 3, points: [20, 20]}, {at_least: 1, points: [10, 10]}]
            - id: B
              name: {zh: 乙, en: B}
              max: 60
              items:
                - id: T1-S3
                  name: {zh: 负债, en: debt}
                  max: 60
                  bands: [{when: {value: {figure: total_liabilities}, at_most: 100}, points: [60, 60]}]
                  otherwise: [10, 10]
          label: {zh: 总分, en: total}
          at_least: 60
"""


def scored(**annual: float) -> Population:
    facts: dict[str, Any] = {"award_national_3y": [False], "class1_ip": [annual.pop("class1_ip", 0)]}
    figures = {(name, 2025): [value] for name, value in annual.items()}
    return Population.from_columns(size=1, as_of=date(2026, 5, 6), figures=figures, facts=facts)


@pytest.mark.parametrize(
    ("firm", "places"),
    [
        # 10 points short and the part short of its minimum: one more band of research does both.
        ({"rd_expense": 290, "revenue": 10_000, "class1_ip": 1, "total_liabilities": 100}, ["annual.2025.rd_expense"]),
        # The part has its minimum; the total is won by the debt.
        (
            {"rd_expense": 500, "revenue": 10_000, "class1_ip": 3, "total_liabilities": 120},
            ["annual.2025.total_liabilities"],
        ),
    ],
)
def test_a_score_is_lifted_where_it_takes_least(firm: dict[str, float], places: list[str]) -> None:
    standard = parse_standard(SCORED, file="test")
    assert [one.need.path for one in way_of(standard, scored(**firm)).steps] == places
