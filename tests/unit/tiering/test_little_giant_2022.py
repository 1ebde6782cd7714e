"""LG22 against cases worked out by hand from the document."""

from typing import Any

import pytest

from tests.unit.tiering.cases import LG22_PASS, WAN, changed, report, results


def lg22(**changes: Any) -> dict[str, str]:
    return results(changed(LG22_PASS, **changes), "LG22")


def test_a_firm_that_passes_every_known_row_is_still_undecided_because_two_rows_are_only_recalled() -> None:
    found = report(LG22_PASS, "little_giant")
    assert found.version == "LG22"
    assert {one.id for one in found.criteria if one.result != "met"} == {"LG22-5", "LG22-6"}
    assert found.verdict == "undecided"
    assert found.gap_text == "须人工判断：链：产业链关键环节、品：主导产品领域"


def test_a_recalled_row_never_decides_whatever_the_facts_say() -> None:
    rows = lg22(facts__key_link=False, facts__six_bases=True)
    assert (rows["LG22-5"], rows["LG22-6"]) == ("needs_review", "needs_review")


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"facts__niche_since": "2023-01-01"}, "LG22-1a", "met"),
        ({"facts__niche_since": "2024-01-01"}, "LG22-1a", "unmet"),
        ({"facts__niche_since": "2024-01-01", "facts__fills_key_gap": True}, "LG22-1a", "met"),
        ({"facts__niche_since": "2024-01-02", "facts__fills_key_gap": True}, "LG22-1a", "unmet"),
        ({"annual__2025__main_business_revenue": 5740 * WAN}, "LG22-1b", "met"),  # exactly 70 %
        ({"annual__2025__main_business_revenue": 5740 * WAN - 1}, "LG22-1b", "unmet"),
        ({"annual__2025__total_liabilities": 7000 * WAN}, "LG22-2c", "met"),
        ({"annual__2025__total_liabilities": 7000 * WAN + 1}, "LG22-2c", "unmet"),
        ({"facts__information_system": False}, "LG22-2a", "unmet"),
        ({"facts__management_certificate": False, "facts__product_certificate": True}, "LG22-2b", "met"),
        ({"facts__management_certificate": False, "facts__product_certificate": ...}, "LG22-2b", "unknown"),
        ({"facts__market_share": 0.1}, "LG22-3a", "met"),
        ({"facts__market_share": 0.09}, "LG22-3a", "unmet"),
        ({"facts__own_brand": False}, "LG22-3b", "unmet"),
    ],
)
def test_edges(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert lg22(**changes)[criterion] == result


def test_growth_is_the_mean_of_two_yearly_rates_and_exactly_five_per_cent_is_enough() -> None:
    # −10 % and +20 %: the mean is 5 %, the compound rate is not (0.9 × 1.2 = 1.08).
    years = {"annual__2023__main_business_revenue": 5000 * WAN, "annual__2024__main_business_revenue": 4500 * WAN}
    assert lg22(**years, annual__2025__main_business_revenue=5400 * WAN)["LG22-1c"] == "met"
    assert lg22(**years, annual__2025__main_business_revenue=5400 * WAN - 1)["LG22-1c"] == "unmet"
    assert lg22(**years, annual__2025__main_business_revenue=...)["LG22-1c"] == "unknown"


@pytest.mark.parametrize(
    ("revenue", "share", "result"),
    [
        (10000, 3, "met"),  # exactly 1 亿: the 3 % band
        (10000, 2.99, "unmet"),
        (9999, 6, "met"),
        (9999, 5.99, "unmet"),
        (5000, 6, "met"),  # exactly 5,000 万: the 6 % band
    ],
)
def test_the_rd_share_depends_on_the_revenue_band(revenue: int, share: float, result: str) -> None:
    rd = round(revenue * WAN * share / 100)
    both = {f"annual__{year}__revenue": revenue * WAN for year in (2024, 2025)}
    both |= {f"annual__{year}__rd_expense": rd for year in (2024, 2025)}
    both |= {f"annual__{year}__main_business_revenue": revenue * WAN for year in (2024, 2025)}
    assert lg22(**both)["LG22-4"] == result


def test_below_fifty_million_funding_rd_and_staff_must_all_hold() -> None:
    small = {
        "annual__2025__revenue": 4999 * WAN,
        "annual__2025__main_business_revenue": 4999 * WAN,
        "annual__2025__rd_expense": 3000 * WAN,
        "annual__2025__equity_investment": 5000 * WAN,
        "annual__2024__equity_investment": 3000 * WAN,
        "annual__2025__employees": 100,
        "annual__2025__rd_staff": 50,
    }
    assert lg22(**small)["LG22-4"] == "met"
    assert lg22(**small | {"annual__2025__rd_staff": 49})["LG22-4"] == "unmet"
    assert lg22(**small | {"annual__2024__equity_investment": ...})["LG22-4"] == "unknown"


@pytest.mark.parametrize("direct", ["award_national_3y", "maker_china_top50"])
def test_a_direct_condition_replaces_the_general_ones(direct: str) -> None:
    poor = {"annual__2025__rd_expense": 0, "facts__has_rd_institution": False, "facts__class1_ip": 0}
    assert lg22(**poor)["LG22-4"] == "unmet"
    assert lg22(**poor, **{f"facts__{direct}": True})["LG22-4"] == "met"


def test_the_named_parts_of_the_innovation_row_appear_in_its_report() -> None:
    row = next(one for one in report(LG22_PASS, "LG22").criteria if one.id == "LG22-4")
    assert {part.id for part in row.parts} >= {"LG22-4-G1", "LG22-4-G2", "LG22-4-G3", "LG22-4-D1", "LG22-4-D2"}
