"""Performance per mu against scores and grades worked out by hand."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import FileRefused, InvalidInput, NotFound
from registry.tiering.land.columns import columns_of, day_of
from registry.tiering.land.grading import REASON_WORDS, Grades, Reason, grade
from registry.tiering.land.ratios import CODES, RATIOS
from registry.tiering.land.scheme import Scheme, find_scheme, load_schemes, parse_scheme, scheme_text
from registry.tiering.population import Population
from tests.unit.tiering.ids import LAND

WAN = 10_000
HEAD = """
id: TEST
title: {zh: 测试方案, en: Test scheme}
example: true
source: {zh: 测试, en: test}
confidence: V-S
scale_line: 2000万
"""
ONE_ITEM = HEAD + "families: {above_scale: {items: [{ratio: LP-1, weight: 100}]}}\nmissing: zero\n"
CUTS = """
cuts:
  - {grade: A, up_to: 25%, name: {zh: 甲, en: first}}
  - {grade: B, up_to: 70%, name: {zh: 乙, en: second}}
  - {grade: C, up_to: 95%, name: {zh: 丙, en: third}}
  - {grade: D, up_to: 100%, name: {zh: 丁, en: fourth}}
"""
STATED = "benchmarks: {2022: {above_scale: {LP-1: 1}}}\n"


def firms(of: int = 2022, /, **columns: Any) -> Population:
    """Firms by columns: yearly figures by name, facts by theirs."""
    size = len(next(iter(columns.values())))
    facts: dict[str, Any] = {
        name: columns.pop(name) for name in ("region_code", "industry_code", "founded_on") if name in columns
    }
    figures = {(name, of): values for name, values in columns.items()}
    return Population.from_columns(size=size, as_of=day_of(of), figures=figures, facts=facts)


def run(scheme: Scheme | str, rows: Population, year: int = 2022) -> Grades:
    rules = parse_scheme(scheme, file="test") if isinstance(scheme, str) else scheme
    return grade(rules, columns_of(rules, rows, year=year), year=year)


def at_benchmark(**changes: list[Any]) -> Population:
    """A firm of Huangyan that is exactly the district in every indicator of 2022, on 100 mu."""
    columns: dict[str, list[Any]] = {
        "land_mu": [100],
        "tax_paid": [240_97 * 1000],  # 24.097 万元/亩 × 100 亩
        "value_added": [13616 * WAN],  # 136.16 万元/亩
        "employees": [13616 / 18.14],
        "energy_tce": [13616 / 2.694],
        "emission_t": [13616 / 4929.81],
        "rd_expense": [302 * WAN],
        "main_business_revenue": [10_000 * WAN],
    }
    return firms(**columns | changes)


def test_a_firm_at_every_benchmark_has_one_hundred_points() -> None:
    found = run(find_scheme("huangyan"), at_benchmark())
    assert found.score.tolist() == [100.0]
    assert (found.rank.tolist(), found.of.tolist(), found.grade.tolist()) == ([1], [1], [""])
    assert {code: round(float(values[0]), 3) for code, values in found.ratios.items()} == {
        **{"LP-1": 24.097, "LP-2": 136.16, "LP-4": 2.694, "LP-5": 4929.81, "LP-3": 18.14, "LP-6": 0.030},
        "LP-7": pytest.approx(float("nan"), nan_ok=True),
    }


@pytest.mark.parametrize(
    ("changes", "score"),
    [
        ({"tax_paid": [240_97 * 2000]}, 130.0),  # twice the tax: 30 points more
        ({"tax_paid": [0]}, 70.0),
        ({"value_added": [0]}, 40.0),  # 20 + 20 + 10 + 10 hang on value added
        ({"rd_expense": [151 * WAN]}, 95.0),
        ({"tax_paid": [-240_97 * 1000]}, 40.0),  # no floor was stated
    ],
)
def test_points_follow_the_ratio_to_the_benchmark(changes: dict[str, list[Any]], score: float) -> None:
    assert run(find_scheme("HUANGYAN"), at_benchmark(**changes)).score.tolist() == [score]


def test_each_year_has_its_own_benchmarks() -> None:
    rows = firms(
        2021, land_mu=[10], tax_paid=[1660_1058 // 10], electricity_kwh=[1e6], main_business_revenue=[1000 * WAN]
    )
    # 16.601058 万元/亩 is the benchmark of 2021; 1.6601058 元/千瓦时 is 7.0175… times 0.236565.
    found = run(find_scheme("HUANGYAN"), rows, 2021)
    assert found.score.tolist() == [pytest.approx(50 + 50 * 1.660105 / 0.236565, abs=0.01)]
    with pytest.raises(InvalidInput, match="2021、2022"):
        run(find_scheme("HUANGYAN"), firms(2025, land_mu=[1]), 2025)


def test_below_scale_two_halves_make_the_score() -> None:
    rows = firms(
        land_mu=[10, 10],
        tax_paid=[1_159_320, 1_159_320],  # 11.5932 万元/亩
        electricity_kwh=[1_159_320 / 0.2352, None],
        main_business_revenue=[2000 * WAN - 1, 1999 * WAN],
    )
    found = run(find_scheme("HUANGYAN"), rows)
    assert found.score[0] == 100.0
    assert (found.reason[1], np.isnan(found.score[1])) == (Reason.MISSING, True)


def test_without_emission_data_a_firm_has_the_mean_score_of_that_item() -> None:
    emission = 13616 / 4929.81
    rows = at_benchmark(
        land_mu=[100] * 3,
        tax_paid=[240_97 * 1000] * 3,
        value_added=[13616 * WAN] * 3,
        employees=[13616 / 18.14] * 3,
        energy_tce=[13616 / 2.694] * 3,
        rd_expense=[302 * WAN] * 3,
        main_business_revenue=[10_000 * WAN] * 3,
        emission_t=[emission, emission / 3, None],
    )
    # 10 and 30 points, so 20 for the firm without the figure.
    assert run(find_scheme("HUANGYAN"), rows).score.tolist() == [100.0, 120.0, 110.0]


def test_a_firm_without_land_is_not_graded_and_never_d() -> None:
    rows = firms(
        land_mu=[1, None, 0, 1],
        tax_paid=[WAN] * 4,
        main_business_revenue=[2000 * WAN, 2000 * WAN, 2000 * WAN, None],
    )
    found = run(ONE_ITEM + STATED + CUTS, rows)
    reasons = [Reason(int(one)) for one in found.reason]
    assert reasons == [Reason.GRADED, Reason.NO_LAND, Reason.NO_LAND, Reason.NO_SCALE]
    assert found.grade.tolist() == ["A", "", "", ""]
    assert found.of.tolist() == [1, 0, 0, 0]
    assert all(text.zh and text.en for text in REASON_WORDS.values())


def by_tax(taxes: list[int]) -> Grades:
    rows = firms(land_mu=[1] * len(taxes), tax_paid=taxes, main_business_revenue=[2000 * WAN] * len(taxes))
    return run(ONE_ITEM + STATED + CUTS, rows)


def test_of_a_hundred_firms_25_45_25_and_5_have_each_grade() -> None:
    found = by_tax(list(range(100, 0, -1)))
    assert found.grade.tolist() == ["A"] * 25 + ["B"] * 45 + ["C"] * 25 + ["D"] * 5


def test_equal_firms_at_the_cut_share_the_better_grade() -> None:
    taxes = list(range(100, 0, -1))
    taxes[23:28] = [76] * 5  # places 24 to 28 are equal: all of them place 24
    found = by_tax(taxes)
    assert found.rank[23:28].tolist() == [24] * 5
    assert found.grade[22:29].tolist() == ["A"] * 6 + ["B"]
    taxes = list(range(100, 0, -1))
    taxes[93:] = [7] * 7  # the last seven are equal: place 94, so C
    assert set(by_tax(taxes).grade[93:]) == {"C"}


@pytest.mark.parametrize(
    ("size", "letters"), [(1, "A"), (2, "AB"), (3, "ABB"), (4, "ABBC"), (20, "A" * 5 + "B" * 9 + "C" * 5 + "D")]
)
def test_small_groups_have_no_d_until_a_twentieth_is_a_firm(size: int, letters: str) -> None:
    assert "".join(by_tax(list(range(size, 0, -1))).grade) == letters


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_grades_do_not_depend_on_the_order_of_the_firms(taxes: list[int], chance: Any) -> None:
    order = list(range(len(taxes)))
    chance.shuffle(order)
    found, other = by_tax(taxes), by_tax([taxes[at] for at in order])
    assert [found.grade[at] for at in order] == other.grade.tolist()
    assert [found.rank[at] for at in order] == other.rank.tolist()
    better = [sum(one > tax for one in taxes) for tax in taxes]
    assert found.rank.tolist() == [count + 1 for count in better]


@given(st.lists(st.integers(0, 30), min_size=2, max_size=40), st.integers(1, 50))
def test_more_tax_never_lowers_a_grade(taxes: list[int], more: int) -> None:
    assert by_tax([taxes[0] + more, *taxes[1:]]).grade[0] <= by_tax(taxes).grade[0]


def test_firms_are_ranked_within_their_place_and_industry() -> None:
    rows = firms(
        land_mu=[1] * 5,
        tax_paid=[5 * WAN, 4 * WAN, 3 * WAN, 2 * WAN, WAN],
        main_business_revenue=[2000 * WAN] * 5,
        region_code=["440305", "440305", "440306", None, "440305"],
        industry_code=["3973", "3990", "3973", "3973", "2710"],
    )
    found = run(ONE_ITEM + STATED + CUTS + "within: {region_digits: 6, industry: true}\n", rows)
    assert [Reason(int(one)) for one in found.reason] == [Reason.GRADED] * 3 + [Reason.NO_GROUP, Reason.GRADED]
    assert found.rank.tolist() == [1, 2, 1, 0, 1]
    assert found.groups == (
        ("above_scale", 440305, 27),
        ("above_scale", 440305, 39),
        ("above_scale", 440306, 39),
    )
    whole_city = run(ONE_ITEM + STATED + CUTS + "within: {region_digits: 4}\n", rows)
    assert whole_city.rank.tolist() == [1, 2, 3, 0, 4]


def test_cap_and_floor_hold_each_item() -> None:
    rows = firms(land_mu=[1, 1], tax_paid=[9 * WAN, -WAN], main_business_revenue=[2000 * WAN] * 2)
    assert run(ONE_ITEM + STATED + "cap: 1.5\nfloor: 0\n", rows).score.tolist() == [150.0, 0.0]


@pytest.mark.parametrize(("missing", "scores"), [("zero", [100.0, 0.0]), ("mean", [100.0, 100.0])])
def test_a_missing_indicator_counts_as_the_scheme_says(missing: str, scores: list[float]) -> None:
    rows = firms(land_mu=[1, 1], tax_paid=[WAN, None], main_business_revenue=[2000 * WAN] * 2)
    assert run((ONE_ITEM + STATED).replace("missing: zero", f"missing: {missing}"), rows).score.tolist() == scores


def test_rented_floor_counts_as_land_only_by_a_plot_ratio() -> None:
    rows = firms(
        land_mu=[1, None, None],
        rented_floor_m2=[2000, 2000, None],
        tax_paid=[4 * WAN] * 3,
        main_business_revenue=[2000 * WAN] * 3,
    )
    # 2,000 m² at a plot ratio of 1 are 3 mu.
    found = run(ONE_ITEM + STATED + "plot_ratio: 1\n", rows)
    assert found.ratios["LP-1"][:2].tolist() == [1.0, pytest.approx(4 / 3)]
    assert found.reason[2] == Reason.NO_LAND
    without = run(ONE_ITEM + STATED, rows)
    assert without.reason.tolist() == [Reason.GRADED, Reason.NO_LAND, Reason.NO_LAND]


def city(**changes: list[Any]) -> Population:
    """Two like firms of one district and industry."""
    columns: dict[str, list[Any]] = {
        "land_mu": [10, 10],
        "tax_paid": [100 * WAN, 300 * WAN],
        "revenue": [5000 * WAN, 5000 * WAN],
        "value_added": [1000 * WAN, 1000 * WAN],
        "employees": [50, 50],
        "energy_tce": [100, 100],
        "rd_expense": [200 * WAN, 200 * WAN],
        "main_business_revenue": [4000 * WAN, 4000 * WAN],
        "region_code": ["440305", "440305"],
        "industry_code": ["3973", "3973"],
        "founded_on": [date(2010, 1, 1), date(2010, 1, 1)],
    }
    return firms(2025, **columns | changes)


def test_the_example_city_takes_the_runs_own_value_as_benchmark() -> None:
    found = run(find_scheme("EXAMPLECITY"), city(), 2025)
    assert found.benchmarks["above_scale"]["LP-1"] == 20.0  # 400 万元 on 20 亩
    # 10 ÷ 20 × 45 + 55 and 30 ÷ 20 × 45 + 55.
    assert found.score.tolist() == [77.5, 122.5]
    assert found.grade.tolist() == ["B", "A"]


@pytest.mark.parametrize(
    ("changes", "reason", "score"),
    [
        ({"industry_code": ["4411", "3973"]}, Reason.EXCLUDED, None),
        ({"industry_code": ["4390", "3973"]}, Reason.GRADED, 77.5),
        ({"land_points": [5, None]}, Reason.GRADED, 82.5),
        ({"land_points": [-5.5, None]}, Reason.GRADED, 72.0),
        ({"rd_expense": [None, 200 * WAN]}, Reason.GRADED, 62.5),  # missing counts nothing
        ({"land_mu": [None, 10]}, Reason.NO_LAND, None),
    ],
)
def test_exclusions_bonus_and_missing_in_the_example_city(
    changes: dict[str, list[Any]], reason: Reason, score: float | None
) -> None:
    found = run(find_scheme("EXAMPLECITY"), city(**changes), 2025)
    assert found.reason[0] == reason
    assert (None if np.isnan(found.score[0]) else found.score[0]) == score


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, Reason.GRADED),
        ({"land_mu": [4.9, 10], "rented_floor_m2": [3000, 0]}, Reason.GRADED),
        ({"land_mu": [4.9, 10], "rented_floor_m2": [2999, 0]}, Reason.OUT_OF_SCOPE),
        ({"founded_on": [date(2022, 1, 1), None]}, Reason.GRADED),  # four years on 2026-01-01
        ({"founded_on": [date(2022, 1, 2), None]}, Reason.OUT_OF_SCOPE),
        ({"founded_on": [None, None]}, Reason.OUT_OF_SCOPE),
    ],
)
def test_below_scale_only_larger_and_older_firms_take_part(changes: dict[str, list[Any]], reason: Reason) -> None:
    small = {"main_business_revenue": [1000 * WAN, 1000 * WAN]}
    assert run(find_scheme("EXAMPLECITY"), city(**small | changes), 2025).reason[0] == reason


def test_a_veto_gives_its_grade_whatever_the_score() -> None:
    veto = """
vetoes:
  - {name: {zh: 一票否决, en: veto}, grade: D, rule: {value: {figure: energy_tce}, more_than: 100}}
"""
    rows = firms(
        land_mu=[1, 1, None], tax_paid=[9, 1, 1], main_business_revenue=[2000 * WAN] * 3, energy_tce=[101, 100, 101]
    )
    assert run(ONE_ITEM + STATED + CUTS + veto, rows).grade.tolist() == ["D", "B", ""]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ONE_ITEM, "benchmarks"),
        (ONE_ITEM + "benchmarks: {2022: {above_scale: {}}}\n", "LP-1"),
        (ONE_ITEM + "benchmarks: {2022: {above_scale: {LP-1: 0}}}\n", "大于 0"),
        (ONE_ITEM + STATED + "cuts: [{grade: A, up_to: 25%, name: {zh: 甲, en: a}}]\n", "递增"),
        (ONE_ITEM.replace("LP-1", "LP-9") + STATED, "families"),
        (ONE_ITEM.replace("weight: 100", "weight: 0") + STATED, "weight"),
        (ONE_ITEM + STATED + "colour: red\n", "colour"),
        ("id: [", "parsing"),
    ],
)
def test_a_wrong_scheme_is_refused_with_file_and_field(text: str, reason: str) -> None:
    with pytest.raises(FileRefused) as refused:
        parse_scheme(text, file="test.yaml")
    assert "test.yaml" in refused.value.text.zh
    assert reason in refused.value.text.zh or reason == "parsing"


def test_schemes_are_examples_and_say_so() -> None:
    assert [one.id for one in load_schemes()] == ["EXAMPLECITY", "HUANGYAN"]
    for one in load_schemes():
        assert one.example
        assert "示例" in one.title.zh
        assert "not Guangdong" in one.title.en
        assert parse_scheme(scheme_text(one.id), file=one.id) == one
    with pytest.raises(NotFound, match="HUANGYAN"):
        find_scheme("GUANGDONG")


def test_every_published_indicator_is_there_and_the_published_cut_is_named() -> None:
    assert [code for code in CODES if code.startswith("LP-")] == LAND["ratios"]
    assert set(RATIOS) == set(CODES)
    assert [one.cuts_id for one in load_schemes() if one.cuts_id] == list(LAND["schemes"])
