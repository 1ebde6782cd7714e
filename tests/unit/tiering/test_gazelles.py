"""Gazelles by growth (high-tech zones, Huangpu) against cases worked out by hand."""

from datetime import date
from typing import Any

import pytest

from registry.tiering.selection import choose
from tests.unit.tiering.cases import WAN, changed, report, results

YI = 10_000 * WAN

# 1,000 → 1,440 万 in two steps is exactly 20 % a year: 1.2² = 1.44.
TORCH: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {"name": "示例精密仪器有限公司", "founded_on": "2011-05-06", "region_code": "441900"},
    "annual": {
        "2025": {"revenue": 2880 * WAN, "sci_tech_expense": 144 * WAN, "employees": 90},
        "2024": {"revenue": 2400 * WAN, "sci_tech_expense": 72 * WAN, "employees": 90},
        "2023": {"revenue": 2000 * WAN, "sci_tech_expense": 40 * WAN, "employees": 90},
        "2022": {"revenue": 1000 * WAN, "sci_tech_expense": 10 * WAN, "employees": 90},
    },
    "facts": {"in_high_tech_zone": True},
}
HP: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {
        "name": "广州市示例新材料有限公司",
        "founded_on": "2014-03-01",
        "region_code": "440112",
        "titles": [{"directory": "hte", "valid_from": "2024-12-01", "valid_to": "2027-11-30"}],
    },
    "annual": {
        "2025": {"revenue": 1440 * WAN},
        "2024": {"revenue": 1200 * WAN},
        "2023": {"revenue": 1000 * WAN},
    },
    "facts": {},
}
STAFF = {
    "annual__2025__employees": 169 * 2,
    "annual__2024__employees": 130 * 2,
    "annual__2023__employees": 100 * 2,
}
NO_GROWTH = {"annual__2025__revenue": 1900 * WAN, "annual__2025__sci_tech_expense": 190 * WAN}
RICH = {"annual__2025__sci_tech_expense": 2 * YI}  # keeps GAZ-TORCH-2 met whatever the revenue


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "met"),  # fifteen years to the day, exactly 20 %
        ({"enterprise__founded_on": "2011-05-05"}, "unmet"),
        ({"annual__2025__revenue": 2880 * WAN - 1}, "unmet"),
        # The first year has to be above 1,000 万: 1,000 万 itself is not.
        ({"annual__2023__revenue": 1000 * WAN}, "unmet"),
        ({"annual__2023__revenue": 1000 * WAN + 1}, "met"),
        ({"annual__2024__revenue": 2880 * WAN}, "unmet"),  # no growth last year
        ({"annual__2023__revenue": ...}, "unknown"),
        (NO_GROWTH, "unmet"),
        (NO_GROWTH | STAFF, "met"),  # 1.3² = 1.69
        (NO_GROWTH | STAFF | {"annual__2025__employees": 337}, "unmet"),
        (NO_GROWTH | STAFF | {"annual__2024__employees": 338}, "unmet"),
        (
            {
                **NO_GROWTH,
                "annual__2025__employees": 169,
                "annual__2024__employees": 130,
                "annual__2023__employees": 100,
            },
            "unmet",  # 100 staff are not more than 100
        ),
    ],
)
def test_the_growth_paths_of_the_high_tech_zones(changes: dict[str, Any], result: str) -> None:
    assert results(changed(TORCH, **changes), "GAZTORCH")["GAZ-TORCH-1"] == result


def large(founded: str, revenue: int, before: int = 3 * 10 * YI) -> dict[str, Any]:
    return {
        "enterprise__founded_on": founded,
        "annual__2025__revenue": revenue,
        "annual__2024__revenue": before,
        "annual__2023__revenue": before,
        "facts__large_fall_3y": False,
    }


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        (large("2016-05-06", 10 * YI + 1), "met"),  # ten years to the day
        (large("2016-05-06", 10 * YI), "unmet"),
        (large("2016-05-05", 10 * YI + 1), "unmet"),
        (large("2021-05-06", 5 * YI + 1), "met"),  # five years to the day
        (large("2021-05-06", 5 * YI), "unmet"),
        (large("2021-05-05", 5 * YI + 1), "unmet"),
        (large("2021-05-06", 6 * YI) | {"facts__large_fall_3y": True}, "unmet"),
        (large("2021-05-06", 6 * YI) | {"facts__large_fall_3y": ...}, "needs_review"),
    ],
)
def test_large_young_firms_need_only_not_to_have_fallen(changes: dict[str, Any], result: str) -> None:
    assert results(changed(TORCH, **changes), "GAZTORCH")["GAZ-TORCH-1"] == result


def short(record: Any, founded: str, revenue: int, before: Any = ...) -> dict[str, Any]:
    gone = {f"annual__{year}__revenue": ... for year in (2022, 2023)}
    return gone | {
        "enterprise__founded_on": founded,
        "annual__2025__revenue": revenue,
        "annual__2024__revenue": before,
        "facts__revenue_record": record,
    }


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        (short("one_year", "2018-05-06", 5 * YI + 1), "met"),  # eight years to the day
        (short("one_year", "2018-05-06", 5 * YI), "unknown"),
        (short("one_year", "2018-05-05", 5 * YI + 1), "unknown"),
        (short("two_years", "2018-05-06", 13 * YI + 1, 10 * YI), "met"),
        (short("two_years", "2018-05-06", 13 * YI, 10 * YI), "unknown"),  # 30 % is not more than 30 %
        (short(..., "2018-05-06", 13 * YI + 1, 10 * YI), "unknown"),
        # With all three years the long way decides, even if a short record is stated.
        (large("2018-05-06", 8 * YI), "unmet"),
    ],
)
def test_a_short_record_opens_its_own_way_only_when_it_is_recorded(changes: dict[str, Any], result: str) -> None:
    raw = changed(TORCH, facts__large_fall_3y=True, **{k: v for k, v in changes.items() if k != "facts__large_fall_3y"})
    raw = changed(raw, **{f"annual__{year}__employees": 90 for year in (2023, 2024, 2025)})
    found = results(raw, "GAZTORCH")["GAZ-TORCH-1"]
    assert found == result


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        # (5 % + 3 % + 2 % + 1 %) ÷ 4 = 2.75 %
        ({}, "met"),
        ({"annual__2024__sci_tech_expense": 48 * WAN}, "unmet"),  # 5 + 2 + 2 + 1 = exactly 2.5 %
        ({"annual__2024__sci_tech_expense": 48 * WAN + 24}, "met"),
        ({"annual__2022__sci_tech_expense": ...}, "unknown"),
        ({"annual__2022__revenue": 0}, "unknown"),
    ],
)
def test_the_mean_intensity_of_four_years_has_to_be_above_the_mark(changes: dict[str, Any], result: str) -> None:
    assert results(changed(TORCH, **changes), "GAZTORCH")["GAZ-TORCH-2"] == result


def test_a_gazelle_of_a_high_tech_zone_is_eligible_and_a_firm_outside_is_not() -> None:
    assert (report(TORCH, "gazelle").version, report(TORCH, "gazelle").verdict) == ("GAZTORCH", "eligible")
    assert report(changed(TORCH, facts__in_high_tech_zone=False), "gazelle").verdict == "ineligible"
    assert report(changed(TORCH, facts__in_high_tech_zone=...), "gazelle").verdict == "eligible"
    assert report(changed(TORCH, annual__2025__sci_tech_expense=...), "gazelle").verdict == "undecided"


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "met"),  # base year exactly 1,000 万, growth exactly 20 %
        ({"annual__2023__revenue": 1000 * WAN - 1}, "unmet"),
        ({"annual__2025__revenue": 1440 * WAN - 1}, "unmet"),
        ({"annual__2024__revenue": 1440 * WAN}, "unmet"),
        ({"annual__2023__revenue": ...}, "unknown"),
        ({"enterprise__titles": []}, "unmet"),
        ({"enterprise__titles": ...}, "unknown"),
        ({"enterprise__region_code": "440106"}, "unmet"),
        (large("2021-05-06", 5 * YI, 4 * YI + 9000 * WAN), "met"),
        (large("2021-05-06", 5 * YI - 1, 4 * YI + 9000 * WAN), "unmet"),
        (large("2021-05-05", 5 * YI, 4 * YI + 9000 * WAN), "unmet"),
        (large("2016-05-06", 10 * YI, 9 * YI), "met"),
        (large("2016-05-05", 10 * YI, 9 * YI), "unmet"),
        (large("2016-05-06", 10 * YI, 10 * YI), "unmet"),  # large, but no growth last year
        ({"annual__2024__revenue": ...}, "unknown"),
    ],
)
def test_every_edge_of_the_huangpu_gazelle(changes: dict[str, Any], result: str) -> None:
    assert results(changed(HP, **changes), "GAZHP")["GAZ-HP-1"] == result


def early(amount: int, currency: str = "CNY") -> dict[str, Any]:
    return {
        "annual__2025__revenue": 1,
        "enterprise__founded_on": "2021-05-06",
        "facts__early_round_funding": {"amount": amount, "currency": currency},
    }


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({"annual__2023__revenue": 500 * WAN, "annual__2025__revenue": 720 * WAN, "annual__2024__revenue": 1}, "met"),
        ({"annual__2023__revenue": 500 * WAN - 1, "annual__2024__revenue": 1440 * WAN}, "unknown"),
        ({"annual__2024__revenue": 960 * WAN, "annual__2023__revenue": 1}, "met"),  # exactly 50 %
        ({"annual__2024__revenue": 960 * WAN + 1, "annual__2023__revenue": 1}, "unknown"),
        (early(5000 * WAN), "met"),
        (early(5000 * WAN - 1), "unmet"),
        (early(5000 * WAN) | {"enterprise__founded_on": "2021-05-05"}, "unmet"),
        (early(5000 * WAN, "USD"), "unknown"),
        ({"enterprise__titles": []}, "unmet"),
    ],
)
def test_every_edge_of_the_huangpu_cultivation_firm(changes: dict[str, Any], result: str) -> None:
    raw = changed(HP, enterprise__founded_on="2021-05-06")
    assert results(changed(raw, **changes), "GAZHPC")["GAZ-HP-2"] == result


def test_the_gazelle_definition_follows_the_place_and_the_step_below_goes_by_its_name() -> None:
    day = date(2026, 5, 6)
    assert choose("gazelle", procedure="new", as_of=day, region_code="440112").id == "GAZHP"
    assert choose("gazelle", procedure="review", as_of=day, region_code="440300").id == "GAZTORCH"
    assert choose("gazelle", procedure="new", as_of=day).id == "GAZTORCH"
    assert choose("gazhpc", procedure="new", as_of=day).id == "GAZHPC"
