"""Shapes of the language no shipped standard uses yet in full: they must be right before a later tier needs them."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from registry.errors import FileRefused
from registry.tiering.describe import describe
from registry.tiering.evaluation import Result, evaluate
from registry.tiering.loader import parse_standard
from registry.tiering.population import Population
from registry.tiering.report import explain
from registry.tiering.standard import Standard

HEAD = """\
id: T1
tier: test_tier
title: {zh: 测试标准, en: Test standard}
documents:
  one: {title: 《测试》, number: 测〔2026〕1号}
in_force:
  new: {from: 2026-01-01}
  review: {from: 2026-01-01}
criteria:
  - id: T1-1
    name: {zh: 测试条件, en: Test condition}
    document: one
    clause: 第一条
    confidence: V-G
    period: {zh: 上年度, en: last year}
    rule:
"""


def standard(rule: str) -> Standard:
    return parse_standard(HEAD + "\n".join(f"      {line}" for line in rule.strip().splitlines()), file="t/1.yaml")


def codes(rule: str, size: int = 1, **columns: Any) -> list[str]:
    """Results by row; ``revenue_2025=[…]`` is a yearly figure, other names are facts."""
    figures, facts = {}, {}
    for name, values in columns.items():
        stem, _, year = name.rpartition("_")
        if year.isdigit() and len(year) == 4:
            figures[(stem, int(year))] = values
        else:
            facts[name] = values
    rows = Population.from_columns(size=size, as_of=date(2026, 5, 6), figures=figures, facts=facts)
    found = evaluate(standard(rule), rows)
    for row in range(size):
        assert explain(found, row).criteria[0].text
    return [Result(int(code)).name.lower() for code in found.codes["T1-1"]]


def test_k_of_n_counts_what_is_sure_and_what_may_be() -> None:
    rule = """
some: [{yes: six_bases}, {yes: key_link}, {yes: own_brand}]
count: 2
"""
    found = codes(
        rule,
        4,
        six_bases=[True, True, True, False],
        key_link=[True, None, False, None],
        own_brand=[None, False, False, False],
    )
    assert found == ["met", "unknown", "unmet", "unmet"]


def test_amount_or_ratio_takes_the_better() -> None:
    rule = """
any:
  - {value: {figure: rd_expense}, at_least: 500万}
  - value: {ratio: [{figure: rd_expense}, {figure: revenue}]}
    label: {zh: 研发强度, en: R&D intensity}
    at_least: 10%
"""
    found = codes(rule, 3, rd_expense_2025=[5e6, 1e6, 1e6], revenue_2025=[None, 1e7, 1e8])
    assert found == ["met", "met", "unmet"]


def test_mean_sum_more_than_and_less_than() -> None:
    mean = """
value: {mean: revenue, years: 3}
label: {zh: 三年平均收入, en: mean revenue of 3 years}
more_than: 100
"""
    years = {"revenue_2025": [100, 101, 1], "revenue_2024": [100, 100, 1], "revenue_2023": [100, 100, np.nan]}
    assert codes(mean, 3, **years) == ["unmet", "met", "unknown"]
    total = """
value: {sum: [{fact: class1_ip}, {fact: class2_ip}]}
label: {zh: 知识产权合计, en: IP rights together}
less_than: 5
"""
    assert codes(total, 2, class1_ip=[2, 2], class2_ip=[2, 3]) == ["met", "unmet"]


def test_in_principle_below_the_mark_needs_a_person() -> None:
    rule = """
choose:
  - when: {value: {figure: revenue}, at_least: 50亿}
    then: {value: {figure: revenue}, at_least: 50亿}
otherwise: {review_by_person: {zh: 原则上不低于 50 亿元，须人工判断, en: in principle 5 bn yuan}}
"""
    assert codes(rule, 3, revenue_2025=[5e9, 5e9 - 1, None]) == ["met", "needs_review", "unknown"]


def test_a_coded_fact_must_be_among_the_values() -> None:
    rule = "{code: rd_institution_level, among: [national, provincial]}"
    levels = ["national", "city", None, "provincial"]
    assert codes(rule, 4, rd_institution_level=levels) == ["met", "unmet", "unknown", "met"]
    with pytest.raises(FileRefused, match="没有这些取值"):
        standard("{code: rd_institution_level, among: [world]}")


def test_a_score_with_a_part_that_must_not_be_zero_and_a_part_minimum() -> None:
    rule = """
label: {zh: 综合评价, en: total}
at_least: 60
score:
  - id: P1
    name: {zh: 人员, en: staff}
    max: 20
    not_zero: true
    items:
      - id: P1a
        name: {zh: 科技人员占比, en: staff share}
        max: 20
        value: {ratio: [{figure: sci_tech_staff}, {figure: employees}]}
        bands: [{at_least: 30%, points: [20, 20]}, {at_least: 10%, points: [4, 4]}]
  - id: P2
    name: {zh: 成果, en: results}
    max: 80
    minimum: 30
    items:
      - id: P2a
        name: {zh: 知识产权, en: IP}
        max: 80
        value: {fact: class1_ip}
        bands: [{at_least: 3, points: [80, 80]}, {at_least: 1, points: [25, 25]}]
"""
    found = codes(
        rule,
        5,
        sci_tech_staff_2025=[30, 5, 30, None, 10],
        employees_2025=[100, 100, 100, 100, 100],
        class1_ip=[3, 3, 1, 3, 3],
    )
    # 100; 80 but no staff points; 45 and a weak part; 80–100 with the staff unknown; 84 on the 10 % edge.
    assert found == ["met", "unmet", "unmet", "unknown", "met"]


def test_a_threshold_chosen_by_a_value_needs_that_value() -> None:
    rule = """
value: {figure: rd_expense}
at_least:
  by: {figure: employees}
  label: {zh: 职工总数, en: employees}
  bands: [{up_to: 100, use: 1}, {use: 2}]
"""
    found = codes(rule, 4, rd_expense_2025=[1, 1, 2, 2], employees_2025=[100, 101, 101, None])
    assert found == ["met", "unmet", "met", "unknown"]


def test_bands_that_do_not_rise_are_refused() -> None:
    with pytest.raises(FileRefused, match="递增"):
        standard(
            "{value: {figure: revenue}, at_least: {by: {figure: employees}, label: {zh: 人, en: staff},"
            " bands: [{up_to: 9, use: 1}, {up_to: 5, use: 2}, {use: 3}]}}"
        )


def test_every_shape_is_described_in_both_languages() -> None:
    rule = """
need: {some: [{yes: six_bases}, {no: on_abnormal_list}, {title: [hte]}], count: 2}
waived_by: {all: [{no_title: [hte]}, {code: rd_institution_level, among: [city]}]}
"""
    one = standard(rule)
    zh, en = describe(one, "zh")[0].sentence, describe(one, "en")[0].sentence
    assert zh.startswith("至少满足 2 项")
    assert "可豁免" in zh
    assert "waived by" in en


def test_columns_of_another_length_or_name_are_refused() -> None:
    with pytest.raises(ValueError, match="no figure or fact"):
        Population.from_columns(size=1, as_of=date(2026, 5, 6), facts={"class1": [1]})
    with pytest.raises(ValueError, match="shape"):
        Population.from_columns(size=2, as_of=date(2026, 5, 6), figures={("revenue", 2025): [1]})
    with pytest.raises(ValueError, match="outside"):
        Population.from_columns(size=1, as_of=date(2026, 5, 6), titles={"hte": ([1], [None], [None])})
    with pytest.raises(ValueError, match="one length"):
        Population.from_columns(size=1, as_of=date(2026, 5, 6), titles={"hte": ([0], [None], [])})


SCORE = """
any:
  - label: {zh: 得分, en: score}
    at_least: 60
    score:
      - id: P1
        name: {zh: 投入, en: input}
        max: 50
        best: true
        items:
          - id: P1a
            name: {zh: 占收入, en: of revenue}
            max: 50
            value: {ratio: [{figure: rd_expense}, {figure: revenue}]}
            bands: [{at_least: 6%, points: [50, 50]}, {at_least: 3%, points: [20, 20]}]
          - id: P1b
            name: {zh: 占成本, en: of costs}
            max: 50
            value: {ratio: [{figure: rd_expense}, {figure: total_costs}]}
            bands: [{at_least: 20%, points: [30, 30]}]
      - id: P2
        name: {zh: 质量, en: quality}
        max: 50
        minimum: 30
        items:
          - id: P2a
            name: {zh: 每项 30 分, en: 30 each}
            max: 50
            each: true
            bands:
              - {when: {yes: own_brand}, points: [30, 30]}
              - {when: {yes: management_certificate}, points: [30, 30]}
  - id: T1-D1
    name: {zh: 直接条件, en: Direct condition}
    rule: {any: [{title: [hte]}, {yes: six_bases}]}
"""
STATED: dict[str, Any] = {
    "revenue_2025": [100],
    "rd_expense_2025": [6],
    "total_costs_2025": [100],
    "own_brand": [True],
    "management_certificate": [False],
    "six_bases": [False],
}


def scored(**columns: Any) -> tuple[str, int, int]:
    """The result and the range of one firm under SCORE."""
    stated = STATED | columns
    figures = {(name[:-5], 2025): one for name, one in stated.items() if name.endswith("_2025")}
    facts = {name: one for name, one in stated.items() if not name.endswith("_2025")}
    rows = Population.from_columns(size=1, as_of=date(2026, 5, 6), figures=figures, facts=facts)
    found = evaluate(standard(SCORE), rows)
    assert found.score is not None
    return (
        Result(int(found.codes["T1-1"][0])).name.lower(),
        int(found.score.low[0]),
        int(found.score.high[0]),
    )


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({}, ("met", 80, 80)),
        ({"rd_expense_2025": [3]}, ("unmet", 50, 50)),
        ({"rd_expense_2025": [3], "six_bases": [True]}, ("met", 50, 50)),  # the alternative holds
        ({"rd_expense_2025": [3], "six_bases": [None]}, ("unknown", 50, 50)),
        # Of two ways the better one counts, and one not known leaves open what it could add.
        ({"rd_expense_2025": [3], "total_costs_2025": [15]}, ("met", 60, 60)),
        ({"rd_expense_2025": [3], "total_costs_2025": [None]}, ("unknown", 50, 60)),
        ({"total_costs_2025": [None]}, ("met", 80, 80)),
        # Every band that fits adds, up to the most the item gives.
        ({"management_certificate": [True]}, ("met", 100, 100)),
        ({"management_certificate": [None]}, ("met", 80, 100)),
        ({"own_brand": [None]}, ("unknown", 50, 80)),
        # A part below its minimum fails whatever the total; the alternative does not care.
        ({"own_brand": [False]}, ("unmet", 50, 50)),
        ({"own_brand": [False], "six_bases": [True]}, ("met", 50, 50)),
    ],
)
def test_a_score_inside_alternatives(columns: dict[str, Any], found: tuple[str, int, int]) -> None:
    assert scored(**columns) == found


def test_a_score_inside_alternatives_is_described_and_reported_with_its_parts() -> None:
    one = standard(SCORE)
    assert describe(one, "zh")[0].sentence == (
        "得分须 ≥ 60 分（满分 100：投入 50、质量 50（单项 ≥ 30））；"
        "或直接条件：须持有有效的高新技术企业称号，或须具备：主导产品属于工业六基"
    )
    rows = Population.from_columns(
        size=1,
        as_of=date(2026, 5, 6),
        figures={("revenue", 2025): [100], ("rd_expense", 2025): [6]},
        facts={"own_brand": [False], "management_certificate": [False], "six_bases": [False]},
    )
    report = explain(evaluate(one, rows), 0)
    (row,) = report.criteria
    assert row.text == "得分 50 分，须 ≥ 60 分，差 10 分，其中质量 0 分，须 ≥ 30 分；直接条件（不符合）：不符合"
    assert report.gap_text == "还差 得分 10 分、质量得分 30 分"
    assert {part.id: part.result for part in row.parts if part.id} == {
        "T1-D1": "unmet",
        "P1": None,
        "P1a": None,
        "P1b": "unknown",
        "P2": "unmet",
        "P2a": None,
    }


def test_where_there_is_none_of_a_thing_there_is_none_of_its_kinds() -> None:
    rule = "{value: {fact: class1_ip_high_value}, at_least: 1}"
    assert codes(rule, 4, class1_ip=[0, 1, None, 0], class1_ip_high_value=[None, None, 1, 1]) == [
        "unmet",
        "unknown",
        "met",
        "met",
    ]


def test_two_scores_in_one_version_are_refused() -> None:
    one = """
  - label: {zh: 得分, en: score}
    at_least: 1
    score:
      - id: Q
        name: {zh: 甲, en: a}
        max: 5
        items: [{id: Qa, name: {zh: 甲, en: a}, max: 5, given: talent_score}]
"""
    twice = "all:" + one.rstrip() + one.replace("Q", "R")
    with pytest.raises(FileRefused, match="至多一个评分条件"):
        standard(twice)
