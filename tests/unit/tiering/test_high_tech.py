"""HTE against cases worked out by hand from the two documents of 2016."""

from typing import Any

import pytest

from registry.tiering.report_shapes import PartReport
from tests.unit.tiering.cases import HTE_PASS, WAN, changed, report, results


def hte(**changes: Any) -> dict[str, str]:
    return results(changed(HTE_PASS, **changes), "hte")


def score_rows(**changes: Any) -> dict[str | None, PartReport]:
    raw = changed(HTE_PASS, annual__2025__innovation_score=..., **changes)
    row = next(one for one in report(raw, "hte").criteria if one.id == "HTE-09")
    return {part.id: part for part in row.parts}


def test_a_clear_pass_is_eligible() -> None:
    found = report(HTE_PASS, "hte")
    assert found.verdict == "eligible"
    assert found.score is not None
    assert (found.score.low, found.score.high, found.score.needed) == (82, 82, 71)
    assert found.gap_text == "全部条件符合"


def test_a_clear_fail_is_ineligible() -> None:
    raw = changed(
        HTE_PASS,
        enterprise__region_code="810000",
        enterprise__founded_on="2026-01-01",
        facts__core_ip=False,
        facts__high_tech_field=False,
        facts__major_incident_1y=True,
        annual__2025__sci_tech_staff=9,
        annual__2025__rd_expense=1 * WAN,
        annual__2025__rd_expense_domestic=0,
        annual__2024__rd_expense=1 * WAN,
        annual__2024__rd_expense_domestic=0,
        annual__2023__rd_expense=1 * WAN,
        annual__2023__rd_expense_domestic=0,
        annual__2025__high_tech_revenue=100 * WAN,
        annual__2025__innovation_score=40,
    )
    assert set(results(raw, "hte").values()) == {"unmet"}
    assert report(raw, "hte").verdict == "ineligible"


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"enterprise__founded_on": "2025-05-06"}, "HTE-02", "met"),  # 365 days
        ({"enterprise__founded_on": "2025-05-07"}, "HTE-02", "unmet"),
        ({"annual__2025__sci_tech_staff": 10}, "HTE-05", "met"),
        ({"annual__2025__sci_tech_staff": 9}, "HTE-05", "unmet"),
        ({"annual__2025__high_tech_revenue": 3720 * WAN}, "HTE-08", "met"),  # exactly 60 %
        ({"annual__2025__high_tech_revenue": 3720 * WAN - 1}, "HTE-08", "unmet"),
        ({"annual__2025__rd_expense_domestic": 50 * WAN}, "HTE-07", "met"),  # 450 of 750: exactly 60 %
        ({"annual__2025__rd_expense_domestic": 50 * WAN - 1}, "HTE-07", "unmet"),
        ({"annual__2025__innovation_score": 70}, "HTE-09", "unmet"),
        ({"annual__2025__innovation_score": 71}, "HTE-09", "met"),
        ({"annual__2025__innovation_score": 70.5}, "HTE-09", "unmet"),
        ({"facts__core_ip": ...}, "HTE-03", "unknown"),
        ({"facts__major_incident_1y": ...}, "HTE-10", "unknown"),
        ({"annual__2023__rd_expense": ...}, "HTE-06", "unknown"),
        ({"annual__2025__employees": ...}, "HTE-05", "unknown"),
        ({"enterprise__region_code": ...}, "HTE-01", "unknown"),
    ],
)
def test_edges_and_missing_data(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert hte(**changes)[criterion] == result


@pytest.mark.parametrize(
    ("sales", "permille", "result"),
    [
        (5000 * WAN, 50, "met"),  # 5,000 万 is still in the 5 % band
        (5000 * WAN, 49, "unmet"),
        (5000 * WAN + 1000, 40, "met"),
        (5000 * WAN + 1000, 39, "unmet"),
        (20000 * WAN, 40, "met"),  # 2 亿 is still in the 4 % band
        (20000 * WAN, 39, "unmet"),
        (20000 * WAN + 1000, 30, "met"),
        (20000 * WAN + 1000, 29, "unmet"),
    ],
)
def test_the_rd_share_band_is_chosen_by_last_years_sales(sales: int, permille: int, result: str) -> None:
    years: dict[str, int] = {}
    for year in (2023, 2024, 2025):
        years |= {f"annual__{year}__revenue": sales, f"annual__{year}__rd_expense": sales * permille // 1000}
        years |= {f"annual__{year}__rd_expense_domestic": 0}
    assert hte(**years)["HTE-06"] == result


def test_a_firm_younger_than_three_years_is_judged_by_its_actual_years() -> None:
    young = {"enterprise__founded_on": "2024-02-01", "annual__2023": {}}
    assert hte(**young)["HTE-06"] == "met"  # 550 of 11,000 万: 5 %
    assert hte(enterprise__founded_on="2023-12-01", annual__2023={})["HTE-06"] == "unknown"


@pytest.mark.parametrize(
    ("first", "second", "third", "points"),
    [
        (1000, 1350, 1823, "9–10"),  # 35.02 %
        (2000, 2700, 3645, "9–10"),  # exactly 35 % twice
        (1000, 1250, 1562, "5–6"),  # just under 25 %
        (4000, 5000, 6250, "7–8"),  # exactly 25 %
        (2000, 2300, 2645, "5–6"),  # exactly 15 %
        (2000, 2100, 2205, "3–4"),  # exactly 5 %
        (1000, 1000, 1001, "1–2"),
        (1000, 1000, 1000, "0"),
        (1000, 1200, 800, "0"),  # (20 % − 33 %) ÷ 2 is negative
        (0, 1000, 1350, "9–10"),  # first year 0: the last two years
        (1000, 0, 5000, "0"),  # second year 0
        (1000, None, 5000, "0–10"),
    ],
)
def test_growth_points_follow_the_guideline(first: int, second: int | None, third: int, points: str) -> None:
    rows = score_rows(
        annual__2023__net_assets=first * WAN,
        annual__2024__net_assets=None if second is None else second * WAN,
        annual__2025__net_assets=third * WAN,
    )
    assert rows["HTE-S4a"].text == f"净资产增长率 {points} 分（满分 10）"


def test_two_years_of_operation_give_one_ratio_and_one_year_none() -> None:
    two = score_rows(enterprise__founded_on="2024-02-01", annual__2023={})
    assert two["HTE-S4a"].text == "净资产增长率 5–6 分（满分 10）"  # 3,000 ÷ 2,500: 20 %
    one = score_rows(enterprise__founded_on="2025-01-10", annual__2023={}, annual__2024={})
    assert one["HTE-S4a"].text == "净资产增长率 0 分（满分 10）"


@pytest.mark.parametrize(
    ("class1", "class2", "points"),
    [
        (1, 0, "7–8"),
        (0, 5, "5–6"),
        (0, 4, "3–4"),
        (0, 3, "3–4"),
        (0, 2, "1–2"),
        (0, 1, "1–2"),
        (0, 0, "0"),
        (0, None, "0–6"),
    ],
)
def test_the_count_of_ip_rights_gives_points(class1: int, class2: int | None, points: str) -> None:
    rows = score_rows(facts__class1_ip=class1, facts__class2_ip=class2)
    assert rows["HTE-S1c"].text == f"知识产权数量 {points} 分（满分 8）"


@pytest.mark.parametrize(
    ("results_3y", "points"),
    [(15, "25–30"), (14, "19–24"), (12, "19–24"), (9, "13–18"), (6, "7–12"), (3, "1–6"), (1, "0–6"), (0, "0")],
)
def test_transformed_results_are_averaged_over_three_years(results_3y: int, points: str) -> None:
    rows = score_rows(facts__transformed_results_3y=results_3y)
    assert rows["HTE-S2a"].text.split(" ")[1] == points


def test_a_younger_firm_averages_its_results_over_its_full_years() -> None:
    rows = score_rows(facts__transformed_results_3y=10, enterprise__founded_on="2024-01-01")
    assert rows["HTE-S2a"].text.split(" ")[1] == "25–30"


def test_experts_points_close_the_range_and_the_bonus_is_capped() -> None:
    given = {
        "tech_advancement_score": 8,
        "core_support_score": 8,
        "ip_count_score": 8,
        "ip_acquisition_score": 6,
        "standards_score": 2,
        "transformation_score": 20,
        "rd_system_score": 5,
        "rd_body_score": 5,
        "transformation_reward_score": 3,
        "talent_score": 3,
    }
    facts = {f"facts__{name}": points for name, points in given.items()}
    raw = changed(HTE_PASS, annual__2025__innovation_score=..., **facts)
    found = report(raw, "hte")
    rows = {part.id: part for one in found.criteria for part in one.parts}
    assert rows["HTE-S1"].value == 30  # 32 with the bonus
    assert found.score is not None
    # Net assets 25 % and 20 % (22.5 %: 5–6), sales 25 % and 20 %: the same.
    assert (found.score.low, found.score.high) == (30 + 20 + 16 + 10, 30 + 20 + 16 + 12)
    assert {one.id: one.result for one in found.criteria}["HTE-09"] == "met"


def test_a_range_across_the_mark_needs_a_person_and_a_range_below_it_fails() -> None:
    known: dict[str, Any] = {
        "annual__2025__innovation_score": ...,
        "facts__class2_ip": 3,
        "facts__self_developed_ip": True,
        "facts__standards_led": 0,
        "facts__standards_participated": False,
        "facts__transformed_results_3y": 15,
    }
    open_range = report(changed(HTE_PASS, **known), "hte")
    assert {one.id: one.result for one in open_range.criteria}["HTE-09"] == "needs_review"
    assert open_range.verdict == "undecided"
    weak = changed(HTE_PASS, **known, facts__rd_system_score=0, facts__rd_body_score=0, facts__talent_score=0)
    weak = changed(weak, facts__transformed_results_3y=3)
    found = report(weak, "hte")
    row = next(one for one in found.criteria if one.id == "HTE-09")
    assert row.result == "unmet"
    assert row.gap == 71 - (30 + 6 + 4 + 12)
    # S1: 8 + 8 + 8 + 6; S2: at most 6; S3: only 4 open; S4: 6 + 6.
