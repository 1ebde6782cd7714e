"""CH16, CH16C, CH23 and GDCH against cases worked out by hand from the documents."""

from datetime import date
from typing import Any

import pytest

from registry.errors import InvalidInput
from registry.tiering.selection import choose
from registry.tiering.standard import Procedure
from tests.unit.tiering.cases import WAN, changed, report, results

YI = 10_000 * WAN

CH23_PASS: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {"name": "东莞市示例滚轴有限公司", "region_code": "441900", "industry_code": "3451", "titles": []},
    "annual": {
        "2025": {"main_business_revenue": 5 * YI, "rd_expense": 2000 * WAN},
        "2024": {"main_business_revenue": 4 * YI},
        "2023": {"main_business_revenue": 3 * YI},
    },
    "facts": {
        "niche_since": "2016-01-01",
        "new_product": False,
        "market_rank_world": 3,
        "on_abnormal_list": False,
        "major_incident_3y": False,
    },
}
GDCH_PASS = changed(
    CH23_PASS,
    facts__market_rank_national=3,
    facts__market_rank_world=6,
    facts__niche_since="2021-01-01",
    facts__has_rd_institution=True,
    facts__invention_patents=2,
    facts__standards_led=False,
    facts__standards_participated=True,
)
CH16_PASS: dict[str, Any] = {
    "as_of": "2019-06-30",
    "procedure": "new",
    "enterprise": {"region_code": "441900"},
    "annual": {"2018": {"product_revenue": 7 * YI, "revenue": 10 * YI}},
    "facts": {
        "niche_since": "2009-01-01",
        "new_product": False,
        "niche_products": 1,
        "market_rank_world": 3,
        "core_ip": True,
        "standards_led": True,
    },
}
SRDI = {"directory": "srdi_sme", "valid_from": "2024-06-01", "valid_to": "2027-05-31"}
GIANT = SRDI | {"directory": "little_giant"}
JUDGED = {"CH23-4", "CH23-5", "CH23-6", "CH23-7", "CH23-8", "CH23-9"}


def test_a_firm_that_meets_every_hard_row_is_eligible_and_the_judged_rows_are_left_to_experts() -> None:
    found = report(CH23_PASS, "champion_national")
    assert (found.version, found.verdict) == ("CH23", "eligible")
    open_rows = {one.id for one in found.criteria if one.result != "met"}
    assert open_rows == JUDGED | {"CH23-0a", "CH23-0b", "CH23-10"}
    assert {one.result for one in found.criteria if one.id in JUDGED} == {"needs_review"}
    assert found.gap_text == "数据可判断的条件全部符合；另有 8 项由审核人员确认"


def test_a_firm_that_fails_every_hard_row_is_told_each_of_them() -> None:
    raw = changed(
        CH23_PASS,
        enterprise__region_code="810000",
        annual__2025__main_business_revenue=1 * YI,
        facts__niche_since="2022-02-01",
        facts__market_rank_world=4,
        facts__on_abnormal_list=True,
        facts__major_incident_3y=True,
    )
    rows = results(raw, "CH23")
    failed = {"CH23-0a", "CH23-0b", "CH23-0c", "CH23-1", "CH23-2", "CH23-3"}
    assert {row for row, result in rows.items() if result == "unmet"} == failed
    assert report(raw, "CH23").verdict == "ineligible"


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        # Ten full years to the end of 2025: from 2016-01-01 on the day, from 2016-01-02 a day short.
        ({"facts__niche_since": "2016-01-01"}, "CH23-1", "met"),
        ({"facts__niche_since": "2016-01-02"}, "CH23-1", "unmet"),
        ({"facts__niche_since": "2021-01-01", "facts__new_product": True}, "CH23-1", "met"),
        ({"facts__niche_since": "2021-01-02", "facts__new_product": True}, "CH23-1", "unmet"),
        ({"facts__niche_since": "2021-01-01", "facts__new_product": ...}, "CH23-1", "unknown"),
        ({"facts__niche_since": "2022-01-01", "facts__new_product": ...}, "CH23-1", "unmet"),
        ({"facts__niche_since": ...}, "CH23-1", "unknown"),
        # 5 + 4 + 3 亿 is a mean of exactly 4 亿.
        ({"annual__2023__main_business_revenue": 3 * YI - 1}, "CH23-2", "unmet"),
        ({"annual__2023__main_business_revenue": 3 * YI - 1, "enterprise__titles": [SRDI]}, "CH23-2", "met"),
        ({"annual__2023__main_business_revenue": 3 * YI - 1, "enterprise__titles": [GIANT]}, "CH23-2", "met"),
        ({"annual__2023__main_business_revenue": 3 * YI - 1, "enterprise__titles": ...}, "CH23-2", "unknown"),
        ({"enterprise__titles": ...}, "CH23-2", "met"),
        ({"annual__2024__main_business_revenue": ...}, "CH23-2", "unknown"),
        ({"facts__market_rank_world": 4}, "CH23-3", "unmet"),
        ({"facts__market_rank_world": ...}, "CH23-3", "unknown"),
        ({"facts__legal_person": True}, "CH23-0a", "met"),
        ({"facts__legal_person": False}, "CH23-0a", "unmet"),
        ({"enterprise__region_code": ...}, "CH23-0a", "unknown"),
        ({"facts__restricted_product": False}, "CH23-0b", "met"),
        ({"facts__restricted_product": True}, "CH23-0b", "unmet"),
        ({"facts__on_abnormal_list": ...}, "CH23-0b", "unknown"),
        ({"facts__major_incident_3y": ...}, "CH23-0c", "unknown"),
    ],
)
def test_every_edge_of_the_national_standard(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert results(changed(CH23_PASS, **changes), "CH23")[criterion] == result


def test_an_srdi_firm_needs_two_hundred_million_yuan_and_no_less() -> None:
    revenue = {f"annual__{year}__main_business_revenue": 2 * YI for year in (2025, 2024, 2023)}
    holder = changed(CH23_PASS, enterprise__titles=[SRDI], **revenue)
    assert results(holder, "CH23")["CH23-2"] == "met"
    short = report(changed(holder, annual__2023__main_business_revenue=2 * YI - 3), "CH23")
    row = next(one for one in short.criteria if one.id == "CH23-2")
    assert (row.result, row.value, row.threshold, row.gap) == ("unmet", 2 * YI - 1, 2 * YI, 1)
    expired = changed(holder, enterprise__titles=[SRDI | {"valid_to": "2026-05-05"}])
    row = next(one for one in report(expired, "CH23").criteria if one.id == "CH23-2")
    assert (row.result, row.threshold, row.gap) == ("unmet", 4 * YI, 2 * YI)


def test_missing_data_leaves_the_verdict_open_and_the_bonus_never_counts() -> None:
    assert report(changed(CH23_PASS, facts__market_rank_world=...), "CH23").verdict == "undecided"
    bonus = next(one for one in report(CH23_PASS, "CH23").criteria if one.id == "CH23-10")
    assert (bonus.advisory, bonus.result) == (True, "needs_review")


def test_the_national_title_lasts_three_years_and_has_its_duties() -> None:
    standard = choose("champion_national", procedure="new", as_of=date(2026, 5, 6))
    assert standard.validity_months == 36
    assert [(one.id, one.due) for one in standard.duties] == [
        ("CH23-D1", "05-31"),
        ("CH23-D2", None),
        ("CH23-D3", None),
    ]


@pytest.mark.parametrize(
    ("tier", "procedure", "day", "region", "version"),
    [
        ("champion_national", "new", date(2016, 5, 18), None, "CH16"),
        ("champion_national", "new", date(2023, 8, 31), "440300", "CH16"),
        ("champion_national", "review", date(2023, 8, 31), None, "CH16"),
        ("champion_national", "new", date(2023, 9, 1), None, "CH23"),
        ("champion_national", "review", date(2026, 5, 6), "440300", "CH23"),
        ("champion_provincial", "new", date(2026, 5, 6), "441900", "GDCH"),
        ("champion_provincial", "review", date(2026, 5, 6), "440000", "GDCH"),
        ("CH16C", "new", date(2020, 1, 1), None, "CH16C"),
    ],
)
def test_the_champion_version_of_a_day(
    tier: str, procedure: Procedure, day: date, region: str | None, version: str
) -> None:
    assert choose(tier, procedure=procedure, as_of=day, region_code=region).id == version


@pytest.mark.parametrize("region", [None, "330100"])
def test_there_is_no_provincial_champion_outside_guangdong(region: str | None) -> None:
    with pytest.raises(InvalidInput):
        choose("champion_provincial", procedure="new", as_of=date(2026, 5, 6), region_code=region)


def test_a_day_before_the_first_rules_is_refused() -> None:
    with pytest.raises(InvalidInput, match="2016-05-18"):
        choose("champion_national", procedure="new", as_of=date(2016, 5, 17))


def test_a_guangdong_champion_is_eligible_with_expert_rows_open() -> None:
    found = report(GDCH_PASS, "champion_provincial")
    assert (found.version, found.verdict) == ("GDCH", "eligible")
    assert {one.id for one in found.criteria if one.result != "met"} == {"GDCH-0", "GDCH-4", "GDCH-6"}


def test_a_firm_that_fails_the_guangdong_rows_is_told_each_of_them() -> None:
    raw = changed(
        GDCH_PASS,
        enterprise__region_code="330100",
        annual__2025__main_business_revenue=1 * YI,
        facts__niche_since="2023-01-02",
        facts__market_rank_national=4,
        facts__has_rd_institution=False,
        facts__invention_patents=1,
        facts__standards_participated=False,
        facts__major_incident_3y=True,
    )
    unmet = {row for row, result in results(raw, "GDCH").items() if result == "unmet"}
    expected = {"GDCH-0", "GDCH-1", "GDCH-2", "GDCH-3b", "GDCH-3c", "GDCH-3d", "GDCH-5", "GDCH-6"}
    assert unmet == expected
    assert report(raw, "GDCH").verdict == "ineligible"


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"facts__legal_person": True}, "GDCH-0", "met"),
        ({"facts__legal_person": True, "enterprise__industry_code": "7310"}, "GDCH-0", "needs_review"),
        ({"facts__legal_person": True, "enterprise__industry_code": "4390"}, "GDCH-0", "met"),
        ({"enterprise__region_code": ...}, "GDCH-0", "unknown"),
        ({"facts__niche_since": "2021-01-02"}, "GDCH-1", "unmet"),
        ({"facts__niche_since": "2023-01-01", "facts__new_product": True}, "GDCH-1", "met"),
        ({"facts__niche_since": "2023-01-02", "facts__new_product": True}, "GDCH-1", "unmet"),
        ({"facts__market_rank_national": 4}, "GDCH-2", "unmet"),
        ({"facts__market_rank_national": 4, "facts__market_rank_world": 5}, "GDCH-2", "met"),
        ({"facts__market_rank_national": ..., "facts__market_rank_world": 5}, "GDCH-2", "met"),
        ({"facts__market_rank_national": ...}, "GDCH-2", "unknown"),
        # 3 % of 5 亿 is 1,500 万; below it a person decides, unless the firm is known to lead its industry.
        ({"annual__2025__rd_expense": 1500 * WAN}, "GDCH-3a", "met"),
        ({"annual__2025__rd_expense": 1500 * WAN - 1}, "GDCH-3a", "needs_review"),
        ({"annual__2025__rd_expense": 1500 * WAN - 1, "facts__rd_industry_leading": False}, "GDCH-3a", "needs_review"),
        ({"annual__2025__rd_expense": 0, "facts__rd_industry_leading": True}, "GDCH-3a", "met"),
        ({"annual__2025__rd_expense": ...}, "GDCH-3a", "unknown"),
        ({"facts__invention_patents": ...}, "GDCH-3c", "unknown"),
        ({"facts__standards_led": True, "facts__standards_participated": ...}, "GDCH-3d", "met"),
        ({"annual__2023__main_business_revenue": 3 * YI - 1}, "GDCH-5", "unmet"),
        ({"annual__2023__main_business_revenue": 3 * YI - 1, "enterprise__titles": [SRDI]}, "GDCH-5", "unmet"),
        ({"annual__2023__main_business_revenue": 3 * YI - 1, "enterprise__titles": [GIANT]}, "GDCH-5", "met"),
        ({"annual__2023__main_business_revenue": 3 * YI - 1, "enterprise__titles": ...}, "GDCH-5", "unknown"),
        ({"facts__on_abnormal_list": ...}, "GDCH-6", "unknown"),
        ({"facts__restricted_product": False}, "GDCH-6", "met"),
    ],
)
def test_every_edge_of_the_guangdong_rules(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert results(changed(GDCH_PASS, **changes), "GDCH")[criterion] == result


def test_a_little_giant_needs_one_hundred_million_yuan_in_guangdong() -> None:
    revenue = {f"annual__{year}__main_business_revenue": 1 * YI for year in (2025, 2024, 2023)}
    giant = changed(GDCH_PASS, enterprise__titles=[GIANT], **revenue)
    assert results(giant, "GDCH")["GDCH-5"] == "met"
    assert results(changed(giant, annual__2024__main_business_revenue=1 * YI - 1), "GDCH")["GDCH-5"] == "unmet"


def test_below_three_per_cent_the_verdict_waits_for_a_person() -> None:
    found = report(changed(GDCH_PASS, annual__2025__rd_expense=1000 * WAN), "GDCH")
    assert found.verdict == "undecided"
    assert found.gap_text == "须人工判断：研发经费占主营业务收入比重"


def test_a_demonstration_firm_of_2016_is_eligible_and_preference_never_counts() -> None:
    found = report(CH16_PASS, "champion_national")
    assert (found.version, found.verdict) == ("CH16", "eligible")
    assert {one.id for one in found.criteria if one.result != "met"} == {"CH16-3", "CH16-4", "CH16-6"}
    assert report(changed(CH16_PASS, facts__six_bases=False), "CH16").verdict == "eligible"


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"annual__2018__product_revenue": 7 * YI - 1}, "CH16-1", "unmet"),
        ({"annual__2018__product_revenue": ...}, "CH16-1", "unknown"),
        ({"facts__niche_products": 2}, "CH16-1", "unknown"),
        ({"facts__niche_products": 2, "facts__niche_products_related": True}, "CH16-1", "met"),
        ({"facts__niche_products": 2, "facts__niche_products_related": False}, "CH16-1", "unmet"),
        ({"facts__niche_products": 3, "facts__niche_products_related": True}, "CH16-1", "unmet"),
        ({"facts__market_rank_world": 4}, "CH16-2", "unmet"),
        ({"facts__core_ip": False}, "CH16-3", "unmet"),
        ({"facts__standards_led": False, "facts__standards_participated": False}, "CH16-3", "unmet"),
        ({"facts__profit_above_industry": False}, "CH16-4", "unmet"),
        ({"facts__niche_since": "2009-01-02"}, "CH16-5", "unmet"),
        ({"facts__niche_since": "2016-01-01", "facts__new_product": True}, "CH16-5", "met"),
        ({"facts__niche_since": "2016-01-02", "facts__new_product": True}, "CH16-5", "unmet"),
    ],
)
def test_every_edge_of_the_rules_of_2016(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert results(changed(CH16_PASS, **changes), "CH16")[criterion] == result


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"annual__2018__product_revenue": 0},
        {"annual__2018__product_revenue": ...},
        {"facts__market_rank_world": 50, "facts__market_rank_national": 50},
        {"facts__niche_since": "2019-01-01"},
        {"procedure": "review"},
    ],
)
def test_recalled_rows_of_the_cultivation_firm_always_need_a_person(changes: dict[str, Any]) -> None:
    found = report(changed(CH16_PASS, **changes), "CH16C")
    assert {one.id: one.result for one in found.criteria} == dict.fromkeys(
        ("CH16-C1", "CH16-C2", "CH16-C3"), "needs_review"
    )
    assert found.verdict == "undecided"
