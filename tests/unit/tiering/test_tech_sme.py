"""STS against cases worked out by hand from the measures of 2017."""

from typing import Any

import pytest

from tests.unit.tiering.cases import WAN, changed, report, results
from tests.unit.tiering.sme_cases import STS_PASS


def sts(**changes: Any) -> dict[str, str]:
    return results(changed(STS_PASS, **changes), "tech_sme")


def score(**changes: Any) -> tuple[int, int]:
    found = report(changed(STS_PASS, **changes), "STS").score
    assert found is not None
    return found.low, found.high


def test_a_clear_pass_by_the_score_is_eligible_on_the_very_mark() -> None:
    found = report(STS_PASS, "tech_sme")
    assert (found.verdict, found.version, score()) == ("eligible", "STS", (60, 60))
    assert {one.id for one in found.criteria if one.result != "met"} == {"STS-03"}


def test_a_clear_fail_is_ineligible_in_every_row_that_fails() -> None:
    raw = changed(
        STS_PASS,
        enterprise__region_code="810000",
        annual__2025__employees=501,
        annual__2025__revenue=20000 * WAN + 1,
        annual__2025__total_assets=20000 * WAN + 1,
        facts__restricted_product=True,
        facts__major_incident_1y=True,
        facts__on_abnormal_list=True,
        annual__2025__rd_expense=1,
        facts__class2_ip=0,
    )
    found = report(raw, "STS")
    weighing = {one.id: one.result for one in found.criteria if not one.advisory}
    assert set(weighing.values()) == {"unmet"}
    assert found.verdict == "ineligible"


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"annual__2025__employees": 500, "annual__2025__sci_tech_staff": 100}, "STS-02a", "met"),
        ({"annual__2025__employees": 501}, "STS-02a", "unmet"),
        ({"annual__2025__revenue": 20000 * WAN}, "STS-02b", "met"),
        ({"annual__2025__revenue": 20000 * WAN + 1}, "STS-02b", "unmet"),
        ({"annual__2025__total_assets": 20000 * WAN}, "STS-02c", "met"),
        ({"annual__2025__total_assets": 20000 * WAN + 1}, "STS-02c", "unmet"),
        ({"annual__2025__total_assets": ...}, "STS-02c", "unknown"),
        ({"facts__restricted_product": True}, "STS-03", "unmet"),
        ({"facts__restricted_product": ...}, "STS-03", "needs_review"),
        ({"facts__on_abnormal_list": True}, "STS-04", "unmet"),
        ({"facts__major_incident_1y": ...}, "STS-04", "unknown"),
        ({"enterprise__region_code": ...}, "STS-01", "unknown"),
        # 59 would not do: the scale has no 59, the next lower total is 54.
        ({"annual__2025__sci_tech_staff": 19}, "STS-05", "unmet"),
    ],
)
def test_edges_and_missing_data(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert sts(**changes)[criterion] == result


@pytest.mark.parametrize(
    ("staff", "points"), [(30, 20), (29, 16), (25, 16), (24, 12), (20, 12), (15, 8), (14, 4), (10, 4), (9, 0)]
)
def test_sci_tech_staff_of_a_hundred(staff: int, points: int) -> None:
    assert score(annual__2025__sci_tech_staff=staff) == (48 + points, 48 + points)


@pytest.mark.parametrize(
    ("rd", "points"),
    [(240, 50), (239, 40), (200, 40), (199, 30), (160, 30), (159, 20), (120, 20), (119, 10), (80, 10), (79, 0)],
)
def test_rd_of_four_thousand_in_sales(rd: int, points: int) -> None:
    assert score(annual__2025__rd_expense=rd * WAN) == (30 + points, 30 + points)


@pytest.mark.parametrize(
    ("costs", "points"), [(400, 50), (480, 40), (481, 30), (600, 30), (640, 20), (800, 20), (3200, 20)]
)
def test_the_share_of_costs_counts_where_it_gives_more_than_the_share_of_sales(costs: int, points: int) -> None:
    # 120 of R&D: 3 % of sales is 20 points; 30 %, 25 %, just under 25 %, 20 %, 18.75 %, 15 % and 3.75 % of costs.
    both = score(annual__2025__rd_expense=120 * WAN, annual__2025__total_costs=costs * WAN)
    assert both == (30 + points, 30 + points)


def test_costs_not_stated_leave_open_only_what_they_could_add() -> None:
    assert score(annual__2025__total_costs=...) == (60, 80)
    assert sts(annual__2025__total_costs=...)["STS-05"] == "met"
    assert sts(annual__2025__total_costs=..., facts__class2_ip=0)["STS-05"] == "unknown"
    assert score(annual__2025__total_costs=..., annual__2025__rd_expense=240 * WAN) == (80, 80)


@pytest.mark.parametrize(
    ("class1", "class2", "points"),
    [
        (1, 0, (30, 30)),
        (0, 5, (24, 24)),
        (0, 4, (24, 24)),
        (0, 3, (18, 18)),
        (0, 2, (12, 12)),
        (0, 1, (6, 6)),
        (0, 0, (0, 0)),
        (1, None, (30, 30)),
        (None, 4, (24, 30)),
        (0, None, (0, 24)),
    ],
)
def test_ip_rights(class1: int | None, class2: int | None, points: tuple[int, int]) -> None:
    assert score(facts__class1_ip=class1, facts__class2_ip=class2) == (42 + points[0], 42 + points[1])


def test_no_points_for_staff_fails_whatever_the_total() -> None:
    rich = {"annual__2025__rd_expense": 400 * WAN, "facts__class1_ip": 3}
    assert score(**rich, annual__2025__sci_tech_staff=9) == (80, 80)
    raw = changed(STS_PASS, **rich, annual__2025__sci_tech_staff=9)
    row = next(one for one in report(raw, "STS").criteria if one.id == "STS-05")
    assert row.result == "unmet"
    assert row.text.startswith("综合评价得分 80 分，须 ≥ 60 分，其中科技人员指标 0 分，不得为 0 分；")
    assert report(raw, "STS").gap_text == "还差 科技人员指标得分（不得为 0 分）"
    assert sts(**rich, annual__2025__sci_tech_staff=10)["STS-05"] == "met"


HTE = {"directory": "hte", "valid_from": "2023-06-10", "valid_to": "2026-06-10"}


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"enterprise__titles": [HTE]}, "met"),  # the last day counts
        ({"enterprise__titles": [HTE | {"valid_to": "2026-06-09"}]}, "unmet"),
        ({"enterprise__titles": ...}, "unknown"),
        ({"facts__award_national_5y": True}, "met"),
        ({"facts__award_national_5y": ..., "facts__award_national_3y": True}, "met"),  # 3 years lie inside 5
        ({"facts__award_national_5y": ...}, "unknown"),
        ({"facts__rd_institution_level": "national"}, "met"),
        ({"facts__rd_institution_level": "provincial"}, "met"),
        ({"facts__rd_institution_level": "city"}, "unmet"),
        ({"facts__standards_led": 1}, "met"),
    ],
)
def test_any_direct_condition_replaces_the_score(changes: dict[str, Any], result: str) -> None:
    assert sts(facts__class2_ip=0, **changes)["STS-05"] == result


def test_the_checks_of_2026_are_told_and_never_counted() -> None:
    raw = changed(
        STS_PASS,
        annual__2025__employees=5,
        annual__2025__sci_tech_staff=5,
        annual__2025__rd_expense=10 * WAN - 1,
        facts__class2_ip=0,
        facts__award_national_5y=True,
        facts__dishonest_or_withdrawn_3y=True,
        facts__first_evaluation=True,
    )
    found = report(raw, "STS")
    hints = {one.id: one.result for one in found.criteria if one.advisory}
    assert hints == {f"STS-B{n}": "unmet" for n in range(1, 6)}
    assert found.verdict == "eligible"
    assert sts(annual__2025__employees=6)["STS-B1"] == "met"
    assert sts(annual__2025__rd_expense=10 * WAN)["STS-B3"] == "met"


def test_the_report_of_a_score_among_alternatives_shows_range_parts_and_reasons() -> None:
    raw = changed(STS_PASS, annual__2025__rd_expense=..., facts__class2_ip=1)
    row = next(one for one in report(raw, "STS").criteria if one.id == "STS-05")
    parts = {part.id: part for part in row.parts if part.id}
    assert row.result == "unknown"
    assert row.text.startswith("综合评价得分 18–68 分，须 ≥ 60 分；")
    assert (parts["STS-S1"].result, parts["STS-S1"].value, parts["STS-S1"].threshold) == ("met", 12, 1)
    assert parts["STS-S2"].text == "研发投入指标 0–50 分（满分 50）"
    assert parts["STS-D2"].text == "近五年国家级科技奖励（不符合）"
    assert (parts["STS-D1"].result, parts["STS-D3"].result) == ("unmet", "unmet")
