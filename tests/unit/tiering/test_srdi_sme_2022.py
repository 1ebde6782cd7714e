"""SRDI22 and the Guangdong pass mark against cases worked out by hand from the documents."""

from typing import Any

import pytest

from registry.errors import InvalidInput
from registry.tiering.report_shapes import Report
from tests.unit.tiering.cases import WAN, changed, report, results
from tests.unit.tiering.sme_cases import SRDI22_PASS


def srdi(**changes: Any) -> dict[str, str]:
    return results(changed(SRDI22_PASS, **changes), "srdi_sme")


def points(row_id: str, **changes: Any) -> str:
    row = next(one for one in report(changed(SRDI22_PASS, **changes), "SRDI22").criteria if one.id == "SRDI22-4")
    return next(one.text for one in row.parts if one.id == row_id).rpartition(" 分（")[0].rpartition(" ")[2]


def one_year_on(raw: dict[str, Any], years: int = 1) -> dict[str, Any]:
    """The same firm with the same figures, applying later."""
    later = changed(raw, as_of=f"{2023 + years}-06-10")
    return later | {"annual": {str(int(year) + years): one for year, one in raw["annual"].items()}}


def total(raw: dict[str, Any], code: str = "srdi_sme") -> tuple[int, int, int]:
    found = report(raw, code).score
    assert found is not None
    return found.low, found.high, found.needed


def test_a_clear_pass_by_the_score_is_eligible() -> None:
    found = report(SRDI22_PASS, "srdi_sme")
    assert (found.verdict, found.version, total(SRDI22_PASS)) == ("eligible", "SRDI22", (66, 66, 60))
    assert set(srdi().values()) == {"met"}
    assert [points(f"SRDI22-P{n}") for n in range(1, 5)] == ["17", "21", "7", "21"]


def test_a_clear_fail_is_ineligible_in_every_row() -> None:
    raw = changed(
        SRDI22_PASS,
        facts__niche_since="2022-01-01",
        annual__2022__revenue=999 * WAN,
        annual__2022__main_business_revenue=0,
        annual__2022__rd_expense=29 * WAN,
        annual__2022__net_profit=-1,
        annual__2022__total_liabilities=6000 * WAN,
        annual__2022__rd_staff=0,
        facts__six_bases=False,
        facts__time_honoured_brand=False,
        facts__serves_chain_leader=False,
        facts__class1_ip=0,
        facts__class2_ip=0,
        facts__regional_feature_score=0,
    )
    assert set(results(raw, "SRDI22").values()) == {"unmet"}
    assert report(raw, "SRDI22").verdict == "ineligible"


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"facts__niche_since": "2021-01-01"}, "SRDI22-1", "met"),
        ({"facts__niche_since": "2021-01-02"}, "SRDI22-1", "unmet"),
        ({"annual__2022__rd_expense": 150 * WAN}, "SRDI22-2", "met"),  # exactly 3 %
        ({"annual__2022__rd_expense": 150 * WAN - 1}, "SRDI22-2", "unmet"),
        ({"annual__2022__revenue": 2000 * WAN, "annual__2022__rd_expense": 100 * WAN}, "SRDI22-2", "met"),
        ({"annual__2022__revenue": 2000 * WAN, "annual__2022__rd_expense": 100 * WAN - 1}, "SRDI22-2", "unmet"),
        ({"annual__2022__rd_expense": ...}, "SRDI22-2", "unknown"),
        ({"annual__2022__revenue": 1000 * WAN}, "SRDI22-3", "met"),
        ({"annual__2022__revenue": 1000 * WAN - 1}, "SRDI22-3", "unmet"),
        ({"annual__2022__revenue": 1, "annual__2022__equity_investment": 2000 * WAN}, "SRDI22-3", "met"),
        ({"annual__2022__revenue": 1, "annual__2021__equity_investment": 2000 * WAN - 1}, "SRDI22-3", "unmet"),
        ({"annual__2022__revenue": 1, "annual__2021__equity_investment": ...}, "SRDI22-3", "unknown"),
        ({"facts__regional_feature_score": 1}, "SRDI22-4", "met"),  # 60
        ({"facts__regional_feature_score": 0}, "SRDI22-4", "unmet"),  # 59
        # The list of the province was not seen: a person decides, no figure is missing.
        ({"facts__regional_feature_score": ...}, "SRDI22-4", "needs_review"),
        ({"facts__regional_feature_score": ..., "facts__digital_level": 3}, "SRDI22-4", "met"),  # 61 without it
        ({"annual__2022__net_profit": ...}, "SRDI22-4", "unknown"),
    ],
)
def test_edges_and_missing_data(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert srdi(**changes)[criterion] == result


@pytest.mark.parametrize(
    ("row_id", "changes", "shown"),
    [
        ("SRDI22-S1", {"annual__2022__main_business_revenue": 4000 * WAN}, "5"),
        ("SRDI22-S1", {"annual__2022__main_business_revenue": 4000 * WAN - 1}, "3"),
        ("SRDI22-S1", {"annual__2022__main_business_revenue": 3500 * WAN}, "3"),
        ("SRDI22-S1", {"annual__2022__main_business_revenue": 3000 * WAN}, "1"),
        ("SRDI22-S1", {"annual__2022__main_business_revenue": 3000 * WAN - 1}, "0"),
        ("SRDI22-S2", {"annual__2022__main_business_revenue": 4320 * WAN}, "10"),  # 0 and 20 %: the mean is 10 %
        ("SRDI22-S2", {"annual__2022__main_business_revenue": 4320 * WAN - 1}, "8"),
        ("SRDI22-S2", {"annual__2022__main_business_revenue": 4176 * WAN}, "8"),  # 16 %: 8 %
        ("SRDI22-S2", {"annual__2022__main_business_revenue": 4032 * WAN}, "6"),  # 12 %: 6 %
        ("SRDI22-S2", {"annual__2022__main_business_revenue": 3888 * WAN}, "4"),  # 8 %: 4 %
        ("SRDI22-S2", {"annual__2022__main_business_revenue": 3600 * WAN}, "2"),
        ("SRDI22-S2", {"annual__2022__main_business_revenue": 3600 * WAN - 1}, "0"),
        ("SRDI22-S2", {"annual__2020__main_business_revenue": ...}, "0–10"),
        ("SRDI22-S3", {"facts__niche_since": "2013-01-01"}, "5"),
        ("SRDI22-S3", {"facts__niche_since": "2013-01-02"}, "4"),
        ("SRDI22-S3", {"facts__niche_since": "2019-01-01"}, "2"),
        ("SRDI22-S3", {"facts__niche_since": "2021-06-01"}, "0"),
        ("SRDI22-S4", {"facts__key_link": True}, "5"),
        ("SRDI22-S4", {"facts__key_link": ...}, "3–5"),
        ("SRDI22-S4", {"facts__six_bases": False, "facts__serves_chain_leader": True}, "3"),
        ("SRDI22-S5", {"facts__digital_level": 4}, "5"),
        ("SRDI22-S5", {"facts__digital_level": 3}, "5"),
        ("SRDI22-S5", {"facts__digital_level": 1}, "0"),
        ("SRDI22-S6", {"facts__own_brand": False}, "3"),
        ("SRDI22-S6", {"facts__quality_award_provincial": True}, "5"),  # 9, but 5 at the most
        ("SRDI22-S6", {"facts__own_brand": ...}, "3–5"),
        ("SRDI22-S6", {"facts__own_brand": False, "facts__standards_led": 1}, "5"),
        ("SRDI22-S7", {"annual__2022__net_profit": 500 * WAN}, "10"),
        ("SRDI22-S7", {"annual__2022__net_profit": 500 * WAN - 1}, "8"),
        ("SRDI22-S7", {"annual__2022__net_profit": 100 * WAN}, "2"),
        ("SRDI22-S7", {"annual__2022__net_profit": -500 * WAN}, "0"),
        ("SRDI22-S8", {"annual__2022__total_liabilities": 3000 * WAN + 1}, "3"),
        ("SRDI22-S8", {"annual__2022__total_liabilities": 3600 * WAN}, "3"),
        ("SRDI22-S8", {"annual__2022__total_liabilities": 4200 * WAN}, "1"),
        ("SRDI22-S8", {"annual__2022__total_liabilities": 4200 * WAN + 1}, "0"),
        ("SRDI22-S10", {"facts__class1_ip_high_value": 1}, "10"),
        ("SRDI22-S10", {"facts__class1_ip_self": 0}, "6"),
        ("SRDI22-S10", {"facts__class1_ip": 0, "facts__class1_ip_self": 0, "facts__class2_ip": 1}, "2"),
        ("SRDI22-S12", {"annual__2022__rd_staff": 19}, "3"),
        ("SRDI22-S12", {"annual__2022__rd_staff": 10}, "3"),
        ("SRDI22-S12", {"annual__2022__rd_staff": 5}, "1"),
        ("SRDI22-S12", {"annual__2022__rd_staff": 4}, "0"),
        ("SRDI22-S13", {"facts__rd_institution_level": "national"}, "10"),
        ("SRDI22-S13", {"facts__rd_institution_level": "below_city"}, "2"),
        ("SRDI22-S13", {"facts__rd_institution_level": "none"}, "0"),
        ("SRDI22-S13", {"facts__rd_institution_level": ...}, "0–10"),
    ],
)
def test_the_bands_of_the_score_take_the_higher_points_on_an_edge(
    row_id: str, changes: dict[str, Any], shown: str
) -> None:
    assert points(row_id, **changes) == shown


@pytest.mark.parametrize(
    ("rd", "revenue", "shown"),
    [
        (500, 50000, "10"),  # the amount alone
        (400, 4000, "10"),  # 10 %: the ratio alone
        (499, 50000, "8"),
        (100, 1250, "8"),  # 8 %
        (300, 50000, "6"),
        (200, 50000, "4"),
        (99, 2475, "4"),  # 4 %
        (99, 3300, "2"),  # 3 %
        (99, 9900, "0"),
    ],
)
def test_the_better_of_amount_and_share_counts(rd: int, revenue: int, shown: str) -> None:
    changes = {"annual__2022__rd_expense": rd * WAN, "annual__2022__revenue": revenue * WAN}
    assert points("SRDI22-S11", **changes) == shown


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "unmet"),
        ({"facts__award_provincial_3y": True}, "met"),
        ({"facts__award_national_first5_3y": True}, "met"),
        # Whoever is among the first three units is among the first five.
        ({"facts__award_national_first5_3y": ..., "facts__award_national_3y": True}, "met"),
        ({"facts__award_national_first5_3y": ...}, "unknown"),
        ({"annual__2021__rd_expense": 1750 * WAN}, "met"),  # a mean of exactly 1,000
        ({"annual__2021__rd_expense": 1750 * WAN - 1}, "unmet"),
        ({"annual__2021__equity_investment": 6000 * WAN}, "met"),
        ({"annual__2021__equity_investment": 6000 * WAN - 1}, "unmet"),
        ({"facts__maker_china_top500": True}, "met"),
        ({"facts__maker_china_top500": ..., "facts__maker_china_top50": True}, "met"),
    ],
)
def test_any_direct_condition_replaces_the_score(changes: dict[str, Any], result: str) -> None:
    assert srdi(facts__regional_feature_score=0, **changes)["SRDI22-4"] == result


def of(raw: dict[str, Any]) -> tuple[str, str]:
    found: Report = report(raw, "srdi_sme")
    return found.version, found.verdict


def test_guangdong_asks_for_seventy_from_2024_on_and_only_there() -> None:
    assert of(one_year_on(SRDI22_PASS)) == ("SRDI22GD", "ineligible")
    assert total(one_year_on(SRDI22_PASS)) == (66, 66, 70)
    assert report(one_year_on(SRDI22_PASS), "srdi_sme").gap_text == "还差 评价得分 4 分"
    elsewhere = changed(one_year_on(SRDI22_PASS), enterprise__region_code="330100")
    assert of(elsewhere) == ("SRDI22", "eligible")
    nowhere = changed(one_year_on(SRDI22_PASS), enterprise__region_code=...)
    assert of(nowhere)[0] == "SRDI22"


@pytest.mark.parametrize(("regional", "verdict"), [(10, "ineligible"), (11, "eligible"), (..., "undecided")])
def test_the_guangdong_mark_is_seventy_itself(regional: Any, verdict: str) -> None:
    raw = changed(one_year_on(SRDI22_PASS), facts__regional_feature_score=regional)
    assert of(raw) == ("SRDI22GD", verdict)


def test_direct_conditions_are_unchanged_in_guangdong_and_the_mark_cites_its_document() -> None:
    raw = changed(one_year_on(SRDI22_PASS), facts__award_provincial_3y=True)
    assert of(raw) == ("SRDI22GD", "eligible")
    sources = {one.id: one.source for one in report(raw, "SRDI22GD").criteria}
    assert (sources["SRDI22-4"].number, sources["SRDI22-4"].confidence) == ("粤工信规字〔2024〕5号", "V-S2")
    assert sources["SRDI22-1"].number == "工信部企业〔2022〕63号"


@pytest.mark.parametrize("procedure", ["new", "review"])
@pytest.mark.parametrize(
    ("day", "place", "version"),
    [
        ("2023-12-31", "441300", "SRDI22"),
        ("2024-01-01", "441300", "SRDI22GD"),
        ("2026-03-31", "440000", "SRDI22GD"),
        ("2026-03-31", "330100", "SRDI22"),
        ("2026-04-01", "441300", "SRDI26"),
        ("2026-04-01", "330100", "SRDI26"),
    ],
)
def test_the_version_follows_the_day_and_the_place(procedure: str, day: str, place: str, version: str) -> None:
    raw = {"as_of": day, "procedure": procedure, "enterprise": {"region_code": place}}
    assert report(raw, "srdi_sme").version == version


def test_before_the_first_day_there_is_no_version() -> None:
    with pytest.raises(InvalidInput, match="2022-08-01"):
        report({"as_of": "2022-07-31"}, "srdi_sme")


def test_the_report_says_whose_points_are_awaited_and_why_no_alternative_holds() -> None:
    raw = changed(SRDI22_PASS, facts__regional_feature_score=...)
    row = next(one for one in report(raw, "SRDI22").criteria if one.id == "SRDI22-4")
    assert row.text.startswith("评价得分 59–74 分，须 ≥ 60 分，待给分：地方特色指标")
    parts = {part.id: part for part in row.parts if part.id}
    assert (parts["SRDI22-S9"].result, parts["SRDI22-S9"].value) == ("needs_review", None)
    assert parts["SRDI22-P3"].text == "特色化 0–15 分（满分 15）"
    assert parts["SRDI22-D1"].text == "近三年科技奖励（不符合）"
    assert (parts["SRDI22-D2"].value, parts["SRDI22-D2"].gap) == (225 * WAN, 775 * WAN)
    assert report(raw, "SRDI22").needs == ()
