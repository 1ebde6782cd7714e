"""The unicorn family by each definition, against cases worked out by hand."""

from datetime import date
from typing import Any

import pytest

from registry.errors import InvalidInput
from registry.tiering.selection import choose
from tests.unit.tiering.cases import WAN, changed, report, results

YI = 10_000 * WAN
BN, M = 10**9, 10**6


def money(amount: float, currency: str) -> dict[str, Any]:
    return {"amount": amount, "currency": currency, "date": "2025-11-01"}


# On 2026-05-06 this firm is ten years old to the day.
GEI: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {
        "name": "示例智芯科技有限公司",
        "founded_on": "2016-05-06",
        "region_code": "330100",
        "listed_market": None,
    },
    "facts": {
        "equity_funded": True,
        "post_money_valuation": money(BN, "USD"),
        "cumulative_funding": money(50 * M, "USD"),
    },
}
SZ = changed(
    GEI,
    enterprise__region_code="440305",
    facts__post_money_valuation=money(70 * YI, "CNY"),
    facts__cumulative_funding=money(3.5 * YI, "CNY"),
    facts__on_abnormal_list=False,
    facts__major_incident_3y=False,
)
HP = changed(GEI, enterprise__region_code="440112", facts__emerging_field=True)


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "met"),
        ({"enterprise__founded_on": "2016-05-05"}, "unmet"),  # ten years and a day
        ({"enterprise__founded_on": ...}, "unknown"),
        ({"facts__post_money_valuation": money(BN - 1, "USD")}, "unmet"),
        ({"facts__post_money_valuation": money(7 * BN, "CNY")}, "unknown"),
        ({"facts__post_money_valuation": ...}, "unknown"),
        ({"facts__cumulative_funding": money(50 * M - 1, "USD")}, "unmet"),
        ({"facts__cumulative_funding": money(50 * M, "HKD")}, "unknown"),
        ({"facts__equity_funded": False}, "unmet"),
        ({"enterprise__listed_market": "科创板"}, "unmet"),
        ({"enterprise__listed_market": "新三板"}, "met"),
        ({"enterprise__listed_market": ...}, "unknown"),
        ({"enterprise__region_code": "810000"}, "unmet"),
        ({"as_of": "2028-02-28", "enterprise__founded_on": "2018-02-28"}, "met"),
        # Born on 29 February: the tenth anniversary in a common year is 1 March.
        ({"as_of": "2026-03-01", "enterprise__founded_on": "2016-02-29"}, "met"),
        ({"as_of": "2026-03-02", "enterprise__founded_on": "2016-02-29"}, "unmet"),
    ],
)
def test_every_edge_of_the_gei_unicorn(changes: dict[str, Any], result: str) -> None:
    raw = changed(GEI, **changes)
    assert results(raw, "UNIGEI")["UNI-GEI-1"] == result
    verdict = {"met": "eligible", "unmet": "ineligible", "unknown": "undecided"}[result]
    assert report(raw, "unicorn").verdict == verdict


@pytest.mark.parametrize(
    ("value", "result"), [(10 * BN, "met"), (10 * BN - 1, "unmet"), (BN, "unmet"), (None, "unknown")]
)
def test_a_super_unicorn_is_told_and_never_counted(value: int | None, result: str) -> None:
    valuation = ... if value is None else money(value, "USD")
    found = report(changed(GEI, facts__post_money_valuation=valuation), "UNIGEI")
    row = next(one for one in found.criteria if one.id == "UNI-GEI-3")
    assert (row.result, row.advisory) == (result, True)
    assert found.verdict == ("undecided" if value is None else "eligible")


def potential(age_on: str, value: float, funding: float, currency: str = "USD") -> dict[str, Any]:
    return {
        "enterprise__founded_on": age_on,
        "facts__post_money_valuation": money(value, currency),
        "facts__cumulative_funding": money(funding, currency),
    }


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        (potential("2021-05-06", 100 * M, 5 * M), "met"),  # five years to the day: the first path
        (potential("2021-05-05", 100 * M, 5 * M), "unmet"),  # a day older: the second path and its amounts
        (potential("2021-05-05", 500 * M, 25 * M), "met"),
        (potential("2017-05-06", 500 * M, 25 * M), "met"),  # nine years to the day
        (potential("2017-05-05", 500 * M, 25 * M), "unmet"),
        (potential("2021-05-06", 100 * M - 1, 5 * M), "unmet"),
        (potential("2021-05-06", 100 * M, 5 * M - 1), "unmet"),
        (potential("2019-01-01", 500 * M - 1, 25 * M), "unmet"),
        (potential("2019-01-01", 500 * M, 25 * M - 1), "unmet"),
        (potential("2021-05-06", 7 * BN, 350 * M, "CNY"), "unknown"),
        (potential("2021-05-06", 100 * M, 5 * M) | {"facts__cumulative_funding": ...}, "unknown"),
        (potential("2015-01-01", 100 * M, 5 * M) | {"facts__cumulative_funding": ...}, "unmet"),
    ],
)
def test_every_edge_of_the_gei_potential_unicorn(changes: dict[str, Any], result: str) -> None:
    assert results(changed(GEI, **changes), "PUNIGEI")["UNI-GEI-2"] == result


def test_each_path_of_a_potential_unicorn_is_told_under_its_own_id() -> None:
    found = report(changed(GEI, **potential("2019-01-01", 500 * M, 25 * M)), "PUNIGEI")
    by_path: dict[str | None, set[str | None]] = {}
    for one in found.criteria[0].parts:
        by_path.setdefault(one.id, set()).add(one.result)
    assert by_path["UNI-GEI-2b"] == {"met"}
    assert "unmet" in by_path["UNI-GEI-2a"]


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({}, "UNI-SZ-1", "met"),
        ({"facts__post_money_valuation": money(70 * YI - 1, "CNY")}, "UNI-SZ-1", "unmet"),
        ({"facts__cumulative_funding": money(3.5 * YI - 1, "CNY")}, "UNI-SZ-1", "unmet"),
        ({"facts__post_money_valuation": money(BN, "USD")}, "UNI-SZ-1", "unknown"),
        ({"enterprise__founded_on": "2016-05-05"}, "UNI-SZ-1", "unmet"),
        ({"enterprise__listed_market": "NEEQ"}, "UNI-SZ-1", "met"),
        ({"enterprise__listed_market": "港交所"}, "UNI-SZ-1", "unmet"),
        ({}, "UNI-SZ-2", "unmet"),
        ({"facts__post_money_valuation": money(700 * YI, "CNY")}, "UNI-SZ-2", "met"),
        ({}, "UNI-SZ-0", "needs_review"),
        (
            {"facts__legal_person": True, "facts__sound_accounts": True, "facts__emerging_field": True},
            "UNI-SZ-0",
            "met",
        ),
        ({"facts__major_incident_3y": True}, "UNI-SZ-0", "unmet"),
        ({"facts__on_abnormal_list": ...}, "UNI-SZ-0", "unknown"),
        ({"enterprise__region_code": "440100"}, "UNI-SZ-0", "unmet"),
    ],
)
def test_every_edge_of_the_shenzhen_unicorn(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert results(changed(SZ, **changes), "UNISZ")[criterion] == result


def test_a_shenzhen_unicorn_is_eligible_with_accounts_and_field_left_to_the_examiner() -> None:
    found = report(SZ, "unicorn")
    assert (found.version, found.verdict) == ("UNISZ", "eligible")


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        (potential("2021-05-06", 7 * YI, 3500 * WAN, "CNY"), "met"),
        (potential("2021-05-05", 7 * YI, 3500 * WAN, "CNY"), "unmet"),
        (potential("2021-05-06", 7 * YI - 1, 3500 * WAN, "CNY"), "unmet"),
        (potential("2021-05-06", 7 * YI, 3500 * WAN - 1, "CNY"), "unmet"),
        (potential("2017-05-06", 35 * YI, 1.75 * YI, "CNY"), "met"),
        (potential("2017-05-05", 35 * YI, 1.75 * YI, "CNY"), "unmet"),
        (potential("2017-05-06", 35 * YI - 1, 1.75 * YI, "CNY"), "unmet"),
        (potential("2021-05-06", 100 * M, 5 * M, "USD"), "unknown"),
    ],
)
def test_every_edge_of_the_shenzhen_potential_unicorn(changes: dict[str, Any], result: str) -> None:
    assert results(changed(SZ, **changes), "PUNISZ")["UNI-SZ-3"] == result


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        (potential("2021-05-06", 3 * YI, 1000 * WAN, "CNY"), "met"),
        (potential("2021-05-05", 3 * YI, 1000 * WAN, "CNY"), "unmet"),
        (potential("2021-05-06", 3 * YI - 1, 1000 * WAN, "CNY"), "unmet"),
        (potential("2021-05-06", 3 * YI, 1000 * WAN - 1, "CNY"), "unmet"),
        (potential("2021-05-06", 3 * YI, 1000 * WAN, "CNY") | {"facts__equity_funded": ...}, "unknown"),
        (potential("2021-05-06", 3 * YI, 1000 * WAN, "CNY") | {"enterprise__listed_market": "创业板"}, "unmet"),
        (potential("2021-05-06", 3 * YI, 1000 * WAN, "USD"), "unknown"),
    ],
)
def test_every_edge_of_the_seed_unicorn(changes: dict[str, Any], result: str) -> None:
    assert results(changed(SZ, **changes), "seed_unicorn")["UNI-SZ-4"] == result


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "met"),
        ({"facts__post_money_valuation": money(BN - 1, "USD")}, "unmet"),  # no yuan value makes up for it
        ({"facts__post_money_valuation": money(60 * YI, "CNY")}, "met"),
        ({"facts__post_money_valuation": money(60 * YI - 1, "CNY")}, "unmet"),
        ({"facts__post_money_valuation": money(80 * YI, "HKD")}, "unknown"),
        ({"facts__post_money_valuation": ...}, "unknown"),
        ({"enterprise__founded_on": "2016-05-05"}, "unmet"),
        ({"enterprise__listed_market": "科创板"}, "unmet"),
        ({"enterprise__region_code": "440106"}, "unmet"),
        ({"facts__emerging_field": ...}, "needs_review"),
        ({"facts__emerging_field": False}, "unmet"),
    ],
)
def test_every_edge_of_the_huangpu_unicorn(changes: dict[str, Any], result: str) -> None:
    assert results(changed(HP, **changes), "UNIHP")["UNI-HP-1"] == result


def test_a_huangpu_value_is_told_in_the_currency_it_is_stated_in() -> None:
    row = report(changed(HP, facts__post_money_valuation=money(50 * YI, "CNY")), "UNIHP").criteria[0]
    assert (row.result, row.value, row.threshold, row.gap) == ("unmet", 50 * YI, 60 * YI, 10 * YI)
    assert "美元" not in row.text
    unstated = report(changed(HP, facts__post_money_valuation=...), "UNIHP")
    assert "facts.post_money_valuation" in unstated.needs


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        (potential("2021-05-06", 100 * M, 0), "met"),
        (potential("2021-05-05", 100 * M, 0), "unmet"),
        (potential("2021-05-06", 100 * M - 1, 0), "unmet"),
        (potential("2021-05-06", 6 * YI, 0, "CNY"), "met"),
        (potential("2021-05-06", 6 * YI - 1, 0, "CNY"), "unmet"),
        (potential("2021-05-06", 6 * YI, 0, "EUR"), "unknown"),
        (potential("2021-05-06", 6 * YI, 0, "CNY") | {"enterprise__listed_market": "北交所"}, "unmet"),
    ],
)
def test_every_edge_of_the_huangpu_potential_unicorn(changes: dict[str, Any], result: str) -> None:
    assert results(changed(HP, **changes), "PUNIHP")["UNI-HP-2"] == result


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "met"),
        ({"enterprise__founded_on": "2000-01-01"}, "met"),  # no limit of ten years
        ({"enterprise__founded_on": "1999-12-31"}, "unmet"),
        ({"facts__post_money_valuation": money(BN - 1, "USD")}, "unmet"),
        ({"facts__post_money_valuation": money(7 * BN, "CNY")}, "unknown"),
        ({"enterprise__listed_market": "纽约证券交易所"}, "unmet"),
        ({"enterprise__founded_on": ...}, "unknown"),
    ],
)
def test_every_edge_of_the_hurun_unicorn(changes: dict[str, Any], result: str) -> None:
    assert results(changed(GEI, **changes), "UNIHR")["UNI-HR-1"] == result


def test_the_year_of_founding_is_told_as_a_year() -> None:
    found = report(changed(GEI, enterprise__founded_on="1999-12-31"), "UNIHR")
    assert "成立年份 1999 年，须 ≥ 2000 年" in found.criteria[0].text
    assert "year of founding 1999, must be ≥ 2000" in found.criteria[0].text_en
    assert found.gap_text == "成立年份须 ≥ 2000 年"
    assert found.gap_text_en == "Year of founding must be ≥ 2000"


@pytest.mark.parametrize(("version", "criterion"), [("HRGAZ", "UNI-HR-2"), ("HRCHE", "UNI-HR-3")])
@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "needs_review"),
        ({"enterprise__founded_on": "2000-01-01"}, "needs_review"),
        ({"enterprise__founded_on": "1999-12-31"}, "unmet"),
        ({"enterprise__founded_on": ...}, "unknown"),
        ({"facts__post_money_valuation": ...}, "needs_review"),
        ({"facts__post_money_valuation": money(1, "USD")}, "needs_review"),
    ],
)
def test_what_hurun_expects_is_for_the_publisher_to_say(
    version: str, criterion: str, changes: dict[str, Any], result: str
) -> None:
    assert results(changed(GEI, **changes), version)[criterion] == result


@pytest.mark.parametrize(
    ("tier", "region", "version"),
    [
        ("unicorn", None, "UNIGEI"),
        ("unicorn", "330100", "UNIGEI"),
        ("unicorn", "440100", "UNIGEI"),
        ("unicorn", "440305", "UNISZ"),
        ("unicorn", "440112", "UNIHP"),
        ("potential_unicorn", "441900", "PUNIGEI"),
        ("potential_unicorn", "440300", "PUNISZ"),
        ("potential_unicorn", "440112", "PUNIHP"),
        ("seed_unicorn", "440300", "SUNISZ"),
        ("UNIHR", "440305", "UNIHR"),
        ("hrgaz", None, "HRGAZ"),
    ],
)
def test_the_definition_follows_the_place(tier: str, region: str | None, version: str) -> None:
    assert choose(tier, procedure="new", as_of=date(2026, 5, 6), region_code=region).id == version


def test_before_the_shenzhen_guide_the_national_definition_applies() -> None:
    assert choose("unicorn", procedure="new", as_of=date(2025, 3, 19), region_code="440300").id == "UNIGEI"
    assert choose("unicorn", procedure="new", as_of=date(2025, 3, 20), region_code="440300").id == "UNISZ"


def test_there_is_no_seed_unicorn_outside_shenzhen() -> None:
    with pytest.raises(InvalidInput):
        choose("seed_unicorn", procedure="new", as_of=date(2026, 5, 6), region_code="440100")
