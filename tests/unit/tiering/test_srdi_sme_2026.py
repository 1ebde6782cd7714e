"""SRDI26 and SIZE11 against cases worked out by hand from the documents."""

from typing import Any

import pytest

from registry.tiering.selection import tiers
from tests.unit.tiering.cases import WAN, changed, report, results
from tests.unit.tiering.sme_cases import SRDI26_PASS


def srdi(**changes: Any) -> dict[str, str]:
    return results(changed(SRDI26_PASS, **changes), "srdi_sme")


def test_a_clear_pass_is_eligible_and_leaves_only_the_examiners_rows_open() -> None:
    found = report(SRDI26_PASS, "srdi_sme")
    assert (found.verdict, found.version, found.score) == ("eligible", "SRDI26", None)
    assert {one.id for one in found.criteria if one.result != "met"} == {"COM26-4", "COM26-6"}


def test_a_clear_fail_is_ineligible_in_every_row() -> None:
    raw = changed(
        SRDI26_PASS,
        enterprise__region_code="810000",
        enterprise__titles=[],
        annual__2025={
            "revenue": 1499 * WAN,
            "main_business_revenue": 0,
            "rd_expense": 0,
            "total_assets": 100,
            "total_liabilities": 100,
            "employees": 60,
            "equity_investment": 0,
        },
        facts__niche_since="2023-01-02",
        facts__class1_ip=0,
        facts__market_position_leading=False,
        facts__platform_score=49,
        facts__major_incident_3y=True,
        facts__on_abnormal_list=True,
        facts__restricted_product=True,
        facts__truthful_application=False,
    )
    assert {row for row, result in results(raw, "SRDI26").items() if result != "unmet"} == {"COM26-2"}
    assert report(raw, "SRDI26").verdict == "ineligible"


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"facts__niche_since": "2023-01-01"}, "SRDI26-2", "met"),
        ({"facts__niche_since": "2023-01-02"}, "SRDI26-2", "unmet"),
        ({"annual__2025__revenue": 1500 * WAN}, "SRDI26-3", "met"),
        ({"annual__2025__revenue": 1500 * WAN - 1}, "SRDI26-3", "unmet"),
        ({"annual__2025__revenue": 1, "annual__2024__equity_investment": 2000 * WAN}, "SRDI26-3", "met"),
        ({"annual__2025__revenue": 1, "annual__2024__equity_investment": 2000 * WAN - 1}, "SRDI26-3", "unmet"),
        ({"annual__2025__revenue": 1, "annual__2024__equity_investment": ...}, "SRDI26-3", "unknown"),
        ({"annual__2025__main_business_revenue": 1600 * WAN}, "SRDI26-4", "met"),  # exactly 80 %
        ({"annual__2025__main_business_revenue": 1600 * WAN - 1}, "SRDI26-4", "unmet"),
        ({"annual__2025__total_liabilities": 2400 * WAN}, "SRDI26-5", "met"),  # exactly 80 %
        ({"annual__2025__total_liabilities": 2400 * WAN + 1}, "SRDI26-5", "unmet"),
        ({"annual__2024__rd_expense": 100 * WAN}, "SRDI26-6", "met"),
        ({"annual__2024__rd_expense": 100 * WAN - 1}, "SRDI26-6", "unmet"),
        # 100 of 3,333.33: exactly 3 % of 3,333 is 99.99.
        ({"annual__2024__revenue": 3333 * WAN}, "SRDI26-6", "met"),
        ({"annual__2024__revenue": 3334 * WAN}, "SRDI26-6", "unmet"),
        # A good year does not make up for a poor one.
        ({"annual__2025__rd_expense": 900 * WAN, "annual__2024__rd_expense": 99 * WAN}, "SRDI26-6", "unmet"),
        ({"annual__2024__rd_expense": ...}, "SRDI26-6", "unknown"),
        ({"facts__market_position_leading": ...}, "SRDI26-8", "needs_review"),
        ({"facts__market_position_leading": False}, "SRDI26-8", "unmet"),
        ({"facts__platform_score": 50}, "SRDI26-9", "met"),
        ({"facts__platform_score": 49.9}, "SRDI26-9", "unmet"),
        ({"facts__platform_score": ...}, "SRDI26-9", "unknown"),
        ({"facts__platform_score": ..., "annual__2026": {"platform_score": 50}}, "SRDI26-9", "met"),
    ],
)
def test_edges_and_missing_data(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert srdi(**changes)[criterion] == result


def title(directory: str, until: str = "2027-05-31") -> list[dict[str, str]]:
    return [{"directory": directory, "valid_from": "2024-06-01", "valid_to": until}]


@pytest.mark.parametrize(
    ("titles", "result"),
    [
        (title("tech_sme"), "met"),
        (title("innovative_sme", "2026-05-06"), "met"),
        (title("innovative_sme", "2026-05-05"), "unmet"),
        (title("hte"), "unmet"),
        ([], "unmet"),
        (..., "unknown"),
    ],
)
def test_either_title_of_the_base_layer_opens_the_door(titles: Any, result: str) -> None:
    assert srdi(enterprise__titles=titles)["SRDI26-1"] == result


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"facts__class1_ip": 0}, "unmet"),
        ({"facts__class1_ip": 0, "facts__award_provincial_3y": True}, "met"),
        ({"facts__class1_ip": 0, "facts__award_provincial_3y": ..., "facts__award_national_3y": True}, "met"),
        ({"facts__class1_ip": 0, "facts__rd_institution_level": "provincial"}, "met"),
        ({"facts__class1_ip": ..., "facts__rd_institution_level": "national"}, "met"),
        ({"facts__class1_ip": 0, "facts__rd_institution_level": "city"}, "unmet"),
        ({"facts__class1_ip": 0, "facts__rd_institution_level": ...}, "unknown"),
    ],
)
def test_an_award_or_an_institution_waives_the_ip_right(changes: dict[str, Any], result: str) -> None:
    assert srdi(**changes)["SRDI26-7"] == result


@pytest.mark.parametrize(
    ("scores", "result"),
    [({"2024": 50}, "met"), ({"2025": 50, "2024": 40}, "met"), ({"2025": 49, "2024": 49}, "unmet")],
)
def test_a_review_looks_at_either_of_the_last_two_years(scores: dict[str, int], result: str) -> None:
    changes: dict[str, Any] = {f"annual__{year}__platform_score": one for year, one in scores.items()}
    assert srdi(procedure="review", facts__platform_score=..., **changes)["SRDI26-9"] == result


def test_what_only_an_examiner_can_judge_does_not_hold_up_the_verdict() -> None:
    found = report(changed(SRDI26_PASS, facts__market_position_leading=...), "SRDI26")
    assert (found.verdict, found.gap_text) == ("eligible", "数据可判断的条件全部符合；另有 3 项由审核人员确认")


def test_the_gap_names_each_short_year_and_the_cheaper_alternative() -> None:
    raw = changed(SRDI26_PASS, annual__2024__rd_expense=90 * WAN, facts__class1_ip=0)
    found = report(raw, "SRDI26")
    assert found.gap_text == "还差 1 件Ⅰ类知识产权、2024 年研发费用 10 万元"
    waiver = {part.id: part.result for one in found.criteria if one.id == "SRDI26-7" for part in one.parts}
    assert (waiver["SRDI26-7-W1"], waiver["SRDI26-7-W2"]) == ("unmet", "unmet")


@pytest.mark.parametrize(
    ("industry", "staff", "revenue", "result", "size"),
    [
        ("3973", 1200, 30000 * WAN, "met", "medium"),  # the example of the documents
        ("3973", 1000, 40000 * WAN, "unmet", "large"),
        ("3973", 999, 40000 * WAN, "met", "medium"),
        ("3973", 10, 50000 * WAN, "met", "micro"),
        ("3973", 20, 300 * WAN, "met", "small"),
        ("6510", 300, 10000 * WAN, "unmet", "large"),
        ("6510", 299, 10000 * WAN, "met", None),
        ("5137", 200, 40000 * WAN, "unmet", "large"),
        ("7310", 10, 100 * WAN, "needs_review", None),  # lines only recalled
        (None, 10, 100 * WAN, "unknown", None),
        ("3973", None, 50000 * WAN, "unknown", None),
        ("3973", None, 39999 * WAN, "met", None),  # not large, whatever the staff
    ],
)
def test_the_size_class_by_itself(
    industry: str | None, staff: int | None, revenue: int, result: str, size: str | None
) -> None:
    raw = {
        "as_of": "2026-05-06",
        "enterprise": {"industry_code": industry},
        "annual": {"2025": {"employees": staff, "revenue": revenue}},
    }
    (row,) = report(raw, "SIZE11").criteria
    assert row.result == result
    assert size is None or row.value == size


def test_a_size_is_no_title_and_no_tier_that_everybody_is_judged_by() -> None:
    assert "sme_size" not in tiers(chosen=True)
    assert report(SRDI26_PASS, "sme_size").version == report(SRDI26_PASS, "SIZE11").version == "SIZE11"
