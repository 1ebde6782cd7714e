"""LG26 and COM26 against cases worked out by hand from the document."""

from typing import Any

import pytest

from tests.unit.tiering.cases import LG26_PASS, WAN, changed, report, results


def lg26(**changes: Any) -> dict[str, str]:
    return results(changed(LG26_PASS, **changes), "LG26")


def test_a_clear_pass_is_eligible_and_leaves_only_the_examiners_rows_open() -> None:
    found = report(LG26_PASS, "little_giant")
    assert (found.verdict, found.version, found.tier, found.score) == ("eligible", "LG26", "little_giant", None)
    open_rows = {one.id for one in found.criteria if one.result != "met"}
    assert open_rows == {"COM26-4", "COM26-6", "LG26-X2"}
    assert all(not one.blocking for one in found.criteria if one.id in open_rows)
    assert found.needs == ()


def test_a_clear_fail_is_ineligible_in_every_figure_that_fails() -> None:
    found = changed(
        LG26_PASS,
        annual__2025__revenue=4000 * WAN,
        annual__2025__main_business_revenue=3000 * WAN,
        annual__2025__total_liabilities=9000 * WAN,
        annual__2025__rd_expense=100 * WAN,
        annual__2024__rd_expense=100 * WAN,
        facts__niche_since="2024-02-01",
        facts__class1_ip=1,
        facts__market_share=0.02,
        facts__six_bases=False,
        facts__platform_score=59,
        facts__major_incident_3y=True,
        facts__on_abnormal_list=True,
        enterprise__titles=[],
    )
    rows = results(found, "LG26")
    unmet = {row for row, result in rows.items() if result == "unmet"}
    assert unmet == {"COM26-3", "COM26-5"} | {f"LG26-{n}" for n in range(1, 12)}
    assert report(found, "LG26").verdict == "ineligible"


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"annual__2025__revenue": 5000 * WAN, "annual__2025__main_business_revenue": 4500 * WAN}, "LG26-3", "met"),
        ({"annual__2025__revenue": 5000 * WAN - 1, "annual__2025__main_business_revenue": 1}, "LG26-3", "unmet"),
        ({"annual__2025__main_business_revenue": 7380 * WAN}, "LG26-4", "met"),  # exactly 90 %
        ({"annual__2025__main_business_revenue": 7380 * WAN - 1}, "LG26-4", "unmet"),
        ({"annual__2025__total_liabilities": 7500 * WAN}, "LG26-6", "met"),  # exactly 75 %
        ({"annual__2025__total_liabilities": 7500 * WAN + 1}, "LG26-6", "unmet"),
        # 1.05² = 1.1025: from 6,000 万 exactly 5 % a year is 6,615 万.
        ({"annual__2025__revenue": 6615 * WAN, "annual__2025__main_business_revenue": 6000 * WAN}, "LG26-5", "met"),
        ({"annual__2025__revenue": 6615 * WAN - 1, "annual__2025__main_business_revenue": 1}, "LG26-5", "unmet"),
        ({"annual__2023__revenue": 0}, "LG26-5", "unknown"),
        # Sum exactly 1,200 万 with 2024 at exactly 3 % of 7,000 万 = 210 万.
        ({"annual__2024__rd_expense": 210 * WAN, "annual__2025__rd_expense": 990 * WAN}, "LG26-7", "met"),
        ({"annual__2024__rd_expense": 210 * WAN, "annual__2025__rd_expense": 990 * WAN - 1}, "LG26-7", "unmet"),
        ({"annual__2024__rd_expense": 210 * WAN - 1, "annual__2025__rd_expense": 2000 * WAN}, "LG26-7", "unmet"),
        ({"facts__niche_since": "2023-01-01"}, "LG26-2", "met"),
        ({"facts__niche_since": "2023-01-02"}, "LG26-2", "unmet"),
        ({"facts__class1_ip": 4}, "LG26-8", "met"),
        ({"facts__class1_ip": 3}, "LG26-8", "unmet"),
        ({"facts__class1_ip": 0, "facts__award_national_3y": True}, "LG26-8", "met"),
        ({"facts__class1_ip": ..., "facts__award_national_3y": True}, "LG26-8", "met"),
        ({"facts__market_share": 0.1}, "LG26-9", "met"),
        ({"facts__market_share": 0.0999}, "LG26-9", "unmet"),
        ({"facts__market_share": 0.02, "facts__market_rank_national": 3}, "LG26-9", "met"),
        ({"facts__market_share": 0.02, "facts__market_rank_national": 4}, "LG26-9", "unmet"),
        ({"facts__six_bases": False, "facts__key_link": True}, "LG26-10", "met"),
        ({"facts__six_bases": False, "facts__key_link": False}, "LG26-10", "unmet"),
        ({"facts__platform_score": 60}, "LG26-11", "met"),
        ({"facts__platform_score": 59.9}, "LG26-11", "unmet"),
    ],
)
def test_every_edge_falls_on_the_side_the_document_says(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert lg26(**changes)[criterion] == result


@pytest.mark.parametrize(
    ("changes", "criterion"),
    [
        ({"annual__2025__revenue": ...}, "LG26-3"),
        ({"annual__2025__main_business_revenue": ...}, "LG26-4"),
        ({"annual__2023__revenue": None}, "LG26-5"),
        ({"annual__2025__total_assets": ...}, "LG26-6"),
        ({"annual__2025__total_assets": 0}, "LG26-6"),
        ({"annual__2024__rd_expense": ...}, "LG26-7"),
        ({"facts__niche_since": ...}, "LG26-2"),
        ({"facts__class1_ip": ...}, "LG26-8"),
        ({"facts__class1_ip": 3, "facts__award_national_3y": ...}, "LG26-8"),
        ({"facts__market_share": ..., "facts__market_rank_national": ...}, "LG26-9"),
        ({"facts__market_share": 0.05, "facts__market_rank_national": ...}, "LG26-9"),
        ({"facts__six_bases": False, "facts__key_link": ...}, "LG26-10"),
        ({"facts__platform_score": ...}, "LG26-11"),
        ({"facts__major_incident_3y": ...}, "COM26-5"),
        ({"facts__on_abnormal_list": ...}, "COM26-3"),
        ({"enterprise__titles": ...}, "LG26-1"),
        ({"enterprise__industry_code": ...}, "COM26-2"),
    ],
)
def test_missing_data_is_unknown_and_leaves_the_verdict_open(changes: dict[str, Any], criterion: str) -> None:
    raw = changed(LG26_PASS, **changes)
    found = report(raw, "LG26")
    assert results(raw, "LG26")[criterion] == "unknown"
    assert found.verdict == "undecided"
    assert "不达标" not in found.model_dump_json()


def test_a_year_that_fails_its_share_decides_even_when_the_other_year_is_missing() -> None:
    rows = lg26(annual__2025__rd_expense=100 * WAN, annual__2024__rd_expense=...)
    assert rows["LG26-7"] == "unmet"


def test_the_title_must_be_valid_on_the_very_day() -> None:
    span = {"directory": "srdi_sme", "valid_from": "2023-05-07", "valid_to": "2026-05-06"}
    assert lg26(enterprise__titles=[span])["LG26-1"] == "met"
    assert lg26(enterprise__titles=[span | {"valid_to": "2026-05-05"}])["LG26-1"] == "unmet"
    assert lg26(enterprise__titles=[span | {"valid_from": "2026-05-07", "valid_to": None}])["LG26-1"] == "unmet"


def test_a_single_champion_is_not_recommended_as_a_new_applicant() -> None:
    champion = {"directory": "champion_national", "valid_from": "2025-01-01", "valid_to": None}
    titles = [*LG26_PASS["enterprise"]["titles"], champion]
    assert lg26(enterprise__titles=titles)["LG26-X1"] == "unmet"
    assert lg26(enterprise__titles=titles, procedure="review", as_of="2027-05-06")["LG26-X1"] == "not_applicable"


def test_growth_is_not_examined_in_a_review() -> None:
    rows = lg26(procedure="review", annual__2025__revenue=6000 * WAN, annual__2025__main_business_revenue=6000 * WAN)
    assert rows["LG26-5"] == "not_applicable"


@pytest.mark.parametrize(
    ("scores", "result"),
    [
        ({"annual__2025__platform_score": 61, "annual__2024__platform_score": 40}, "met"),
        ({"annual__2025__platform_score": 40, "annual__2024__platform_score": 60}, "met"),
        ({"annual__2025__platform_score": 59, "annual__2024__platform_score": 59}, "unmet"),
        ({"annual__2025__platform_score": 59}, "unknown"),
    ],
)
def test_a_review_needs_the_platform_score_in_either_of_two_years(scores: dict[str, Any], result: str) -> None:
    assert lg26(procedure="review", facts__platform_score=..., **scores)["LG26-11"] == result


def test_last_years_platform_score_does_not_stand_for_this_years() -> None:
    assert lg26(facts__platform_score=..., annual__2025__platform_score=80)["LG26-11"] == "unknown"
    assert lg26(facts__platform_score=..., annual__2026__platform_score=80)["LG26-11"] == "met"


@pytest.mark.parametrize(
    ("industry", "employees", "revenue", "result"),
    [
        ("3973", 1200, 30000 * WAN, "met"),  # below on revenue: still an SME
        ("3973", 1000, 40000 * WAN, "unmet"),
        ("C3973", 999, 90000 * WAN, "met"),
        ("6513", 300, 10000 * WAN, "unmet"),
        ("6513", 299, 10000 * WAN, "met"),
        ("6311", 2000, 100000 * WAN, "unmet"),
        ("5137", 200, 40000 * WAN, "unmet"),
        ("7310", 10, 100 * WAN, "needs_review"),
    ],
)
def test_an_sme_is_below_at_least_one_large_line(industry: str, employees: int, revenue: int, result: str) -> None:
    rows = lg26(
        enterprise__industry_code=industry,
        annual__2025__employees=employees,
        annual__2025__revenue=revenue,
        annual__2025__main_business_revenue=0,
    )
    assert rows["COM26-2"] == result


def test_an_examiners_row_follows_the_recorded_fact_when_there_is_one() -> None:
    assert lg26(facts__restricted_product=True)["COM26-4"] == "unmet"
    assert lg26(facts__group_conflict=False)["LG26-X2"] == "met"
    assert lg26(facts__truthful_application=True)["COM26-6"] == "met"
    assert lg26(enterprise__region_code="810000")["COM26-1"] == "unmet"
