"""INN and the common conditions of 2022 against cases worked out by hand from the document."""

from typing import Any

import pytest

from registry.errors import InvalidInput
from tests.unit.tiering.cases import WAN, changed, report, results
from tests.unit.tiering.sme_cases import INN_PASS


def inn(**changes: Any) -> dict[str, str]:
    return results(changed(INN_PASS, **changes), "innovative_sme")


def part(row_id: str, **changes: Any) -> str:
    row = next(one for one in report(changed(INN_PASS, **changes), "INN").criteria if one.id == "INN-0")
    return next(one.text for one in row.parts if one.id == row_id).split(" ")[1]


def test_a_clear_pass_by_the_score_is_eligible_with_innovation_on_its_minimum() -> None:
    found = report(INN_PASS, "innovative_sme")
    assert found.score is not None
    assert (found.verdict, found.version, found.score.low, found.score.high) == ("eligible", "INN", 65, 65)
    assert part("INN-P1") == "20"


def test_a_clear_fail_is_ineligible() -> None:
    raw = changed(
        INN_PASS,
        enterprise__region_code="810000",
        annual__2025__employees=1000,
        annual__2025__revenue=40000 * WAN,
        facts__on_abnormal_list=True,
        facts__restricted_product=True,
        facts__major_incident_3y=True,
        facts__truthful_application=False,
    )
    assert set(results(raw, "INN").values()) == {"unmet"}
    assert report(raw, "INN").verdict == "ineligible"


@pytest.mark.parametrize(
    ("facts", "points"),
    [
        ({"class1_ip": 1, "class1_ip_high_value": 1, "class1_ip_self": 0}, "20"),
        ({"class1_ip": 1, "class1_ip_high_value": 0, "class1_ip_self": 1}, "15"),
        ({"class1_ip": 1, "class1_ip_high_value": 0, "class1_ip_self": 0}, "10"),
        ({"class1_ip": 0, "class2_ip": 1}, "5"),
        ({"class1_ip": 0, "class2_ip": 0}, "0"),
        # Where there is none of class I there is none of high value; where there is one, nobody knows.
        ({"class1_ip": 1}, "10–20"),
        ({"class1_ip": ..., "class2_ip": 1}, "5–20"),
        ({"class1_ip": ..., "class1_ip_high_value": 1}, "20"),
    ],
)
def test_ip_bands(facts: dict[str, Any], points: str) -> None:
    assert part("INN-1", **{f"facts__{name}": value for name, value in facts.items()}) == points


@pytest.mark.parametrize(
    ("rd", "points"), [(200, "20"), (199, "15"), (120, "15"), (119, "10"), (80, "10"), (79, "5"), (40, "5"), (39, "0")]
)
def test_rd_share_takes_the_higher_score_on_an_edge(rd: int, points: str) -> None:
    assert part("INN-2", annual__2025__rd_expense=rd * WAN) == points


@pytest.mark.parametrize(
    ("last", "points"),
    [(2300, "20"), (2299, "15"), (2200, "15"), (2199, "10"), (2100, "10"), (2099, "5"), (2000, "5"), (1999, "0")],
)
def test_growth_takes_the_higher_score_on_an_edge(last: int, points: str) -> None:
    years = {"annual__2024__main_business_revenue": 2000 * WAN, "annual__2025__main_business_revenue": last * WAN}
    assert part("INN-3", **years) == points


@pytest.mark.parametrize(("debt", "points"), [(2200, "10"), (2201, "5"), (3000, "5"), (3001, "0"), (None, "0–10")])
def test_debt_takes_the_higher_score_on_an_edge(debt: int | None, points: str) -> None:
    assert part("INN-4", annual__2025__total_liabilities=None if debt is None else debt * WAN) == points


@pytest.mark.parametrize(
    ("main", "points"),
    [(2800, "20"), (2799, "15"), (2400, "15"), (2399, "10"), (2200, "10"), (2199, "5"), (2000, "5"), (1999, "0")],
)
def test_main_business_share_takes_the_higher_score_on_an_edge(main: int, points: str) -> None:
    assert part("INN-6", annual__2025__main_business_revenue=main * WAN) == points


def test_any_other_field_still_has_five_points() -> None:
    assert [part("INN-5", facts__strategic_emerging=one) for one in (True, False, None)] == ["10", "5", "5–10"]


def test_sixty_points_do_not_help_a_part_below_its_minimum() -> None:
    weak = changed(INN_PASS, facts__class2_ip=0)  # 15 + 25 + 20
    found = report(weak, "INN")
    row = next(one for one in found.criteria if one.id == "INN-0")
    assert (found.verdict, row.result, row.value) == ("ineligible", "unmet", 60)
    assert row.text.startswith("评价得分 60 分，须 ≥ 60 分，其中创新能力 15 分，须 ≥ 20 分；")
    assert found.gap_text == "还差 创新能力得分 5 分"
    innovation = next(one for one in row.parts if one.id == "INN-P1")
    assert (innovation.result, innovation.threshold, innovation.gap) == ("unmet", 20, 5)
    # Growth 5 + 5 = 10 with 20 + 20 elsewhere: 72 in all, and not enough.
    slow = {
        "facts__class1_ip": 1,
        "facts__class1_ip_high_value": 1,
        "annual__2025__rd_expense": 200 * WAN,
        "annual__2024__main_business_revenue": 2400 * WAN,
        "annual__2025__total_liabilities": 3000 * WAN,
    }
    assert part("INN-P2", **slow) == "10"
    assert inn(**slow)["INN-0"] == "unmet"
    assert inn(**slow | {"annual__2025__total_liabilities": 2200 * WAN})["INN-0"] == "met"  # 15 is enough


def test_fifty_nine_would_do_nothing_and_sixty_passes() -> None:
    sixty = {"annual__2025__total_liabilities": 3000 * WAN}  # 20 + 20 + 20
    assert inn(**sixty)["INN-0"] == "met"
    assert inn(**sixty, annual__2025__main_business_revenue=2399 * WAN)["INN-0"] == "unmet"


HTE = {"directory": "hte", "valid_from": "2023-07-10", "valid_to": "2026-07-10"}
FUNDED = {"annual__2023__equity_investment": 200 * WAN, "annual__2024__equity_investment": 100 * WAN}


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "unmet"),
        ({"facts__award_any_3y": True}, "met"),
        ({"facts__award_any_3y": ..., "facts__award_provincial_3y": True}, "met"),
        ({"enterprise__titles": [HTE]}, "met"),
        ({"enterprise__titles": [HTE | {"valid_to": "2026-07-09"}]}, "unmet"),
        ({"enterprise__titles": ...}, "unknown"),
        ({"facts__innovation_ip_honour": True}, "met"),
        ({"facts__rd_institution_level": "provincial"}, "met"),
        ({"facts__rd_institution_level": "city"}, "unmet"),
        (FUNDED | {"annual__2025__equity_investment": 200 * WAN, "facts__equity_given_up": 0.3}, "met"),
        (FUNDED | {"annual__2025__equity_investment": 200 * WAN - 1, "facts__equity_given_up": 0.3}, "unmet"),
        (FUNDED | {"annual__2025__equity_investment": 200 * WAN, "facts__equity_given_up": 0.31}, "unmet"),
        (FUNDED | {"annual__2025__equity_investment": 200 * WAN, "facts__equity_given_up": ...}, "unknown"),
    ],
)
def test_any_direct_condition_replaces_the_score(changes: dict[str, Any], result: str) -> None:
    assert inn(facts__class2_ip=0, **changes)["INN-0"] == result


def test_years_before_the_firm_began_are_not_missing_from_its_funding() -> None:
    young = {
        "enterprise__founded_on": "2024-02-01",
        "annual__2023": {},
        "annual__2024__equity_investment": 300 * WAN,
        "annual__2025__equity_investment": 200 * WAN,
        "facts__class2_ip": 0,
    }
    assert inn(**young)["INN-0"] == "met"
    assert inn(**young | {"enterprise__founded_on": "2023-12-01"})["INN-0"] == "unknown"


def test_the_same_rules_serve_review_and_new_application_until_the_merged_standard() -> None:
    for day in ("2022-08-01", "2026-03-31", "2026-04-01"):
        raw = changed(INN_PASS, as_of=day, annual={}, facts={}, procedure="review")
        assert report(raw, "innovative_sme").version == "INN"
    with pytest.raises(InvalidInput):
        report(changed(INN_PASS, as_of="2022-07-31", annual={}, facts={}), "innovative_sme")


def test_a_common_condition_not_recorded_keeps_the_verdict_open_and_an_examiners_row_does_not() -> None:
    assert report(changed(INN_PASS, facts__major_incident_3y=...), "INN").verdict == "undecided"
    rows = inn(facts__restricted_product=...)
    assert (rows["COM-4"], rows["COM-6"]) == ("needs_review", "needs_review")
    assert report(INN_PASS, "INN").verdict == "eligible"
