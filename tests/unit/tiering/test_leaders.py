"""Leading firms, chain leaders and AI firms against cases worked out by hand."""

from datetime import date
from typing import Any

import pytest

from registry.errors import InvalidInput
from registry.tiering.selection import choose, find
from tests.unit.tiering.cases import WAN, changed, report, results

YI = 10_000 * WAN

CHAIN: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {"name": "广东示例电子集团有限公司", "region_code": "440300"},
    "annual": {"2025": {"revenue": 50 * YI, "rd_expense": int(1.5 * YI)}},
    "facts": {"chain_cluster": "pillar", "chains_applied": 3},
}


@pytest.mark.parametrize(("tier", "criterion"), [("leading_10bn", "LEAD-B1"), ("leading_100bn", "LEAD-B2")])
@pytest.mark.parametrize("revenue", [0, 100 * YI - 1, 100 * YI, 1000 * YI - 1, 1000 * YI, ...])
def test_a_recalled_bucket_is_always_for_a_person(tier: str, criterion: str, revenue: Any) -> None:
    found = report(changed(CHAIN, annual__2025__revenue=revenue), tier)
    assert [(one.id, one.result) for one in found.criteria] == [(criterion, "needs_review")]
    assert found.verdict == "undecided"
    mark = "100 亿元" if tier == "leading_10bn" else "1,000 亿元"
    assert f"须 ≥ {mark}" in found.criteria[0].text
    assert found.criteria[0].value == (None if revenue is ... else revenue)
    assert found.needs == ()
    assert "还差" not in found.gap_text


@pytest.mark.parametrize(
    ("changes", "pillar", "emerging"),
    [
        ({}, "met", "met"),
        ({"annual__2025__revenue": 50 * YI - 1}, "needs_review", "met"),
        ({"annual__2025__revenue": ...}, "unknown", "met"),
        ({"facts__chain_cluster": "emerging", "annual__2025__revenue": 10 * YI}, "met", "met"),
        ({"facts__chain_cluster": "emerging", "annual__2025__revenue": 10 * YI - 1}, "met", "needs_review"),
        ({"facts__chain_cluster": "emerging", "annual__2025__revenue": ...}, "met", "unknown"),
        ({"facts__chain_cluster": ...}, "met", "met"),  # enough for either kind
        ({"facts__chain_cluster": ..., "annual__2025__revenue": 20 * YI}, "needs_review", "met"),
        ({"facts__chain_cluster": ..., "annual__2025__revenue": ...}, "unknown", "unknown"),
    ],
)
def test_the_revenue_of_a_chain_leader_goes_by_its_kind_of_cluster(
    changes: dict[str, Any], pillar: str, emerging: str
) -> None:
    found = results(changed(CHAIN, **changes), "LEADGD")
    assert (found["LEAD-GD-2"], found["LEAD-GD-3"]) == (pillar, emerging)


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({"annual__2025__rd_expense": int(1.5 * YI) - 1}, "LEAD-GD-4", "needs_review"),
        ({"annual__2025__rd_expense": ...}, "LEAD-GD-4", "unknown"),
        ({"facts__chains_applied": 4}, "LEAD-GD-5", "unmet"),
        ({"facts__chains_applied": ...}, "LEAD-GD-5", "needs_review"),
        ({}, "LEAD-GD-1", "needs_review"),
        ({}, "LEAD-GD-6", "needs_review"),
    ],
)
def test_the_other_rows_of_a_chain_leader(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert results(changed(CHAIN, **changes), "LEADGD")[criterion] == result


def test_a_chain_leader_above_every_number_is_left_to_experts_and_one_below_waits_for_a_person() -> None:
    assert report(CHAIN, "chain_leader").verdict == "eligible"
    assert report(changed(CHAIN, annual__2025__revenue=49 * YI), "chain_leader").verdict == "undecided"
    assert report(changed(CHAIN, facts__chains_applied=4), "chain_leader").verdict == "ineligible"


def test_the_chain_leader_says_that_the_numbers_are_those_of_2022() -> None:
    standard = choose("chain_leader", procedure="new", as_of=date(2026, 5, 6), region_code="440300")
    assert "2022 年数值" in standard.title.zh
    assert "not seen" in standard.title.en
    with pytest.raises(InvalidInput):
        choose("chain_leader", procedure="new", as_of=date(2026, 5, 6), region_code="510100")


@pytest.mark.parametrize("changes", [{}, {"annual__2025__revenue": 0}, {"annual__2025__rd_expense": 9 * YI}])
@pytest.mark.parametrize("procedure", ["new", "review"])
def test_the_ai_backbone_is_never_decided_by_data(changes: dict[str, Any], procedure: str) -> None:
    found = report(changed(CHAIN, procedure=procedure, **changes), "ai_backbone")
    assert (found.version, found.verdict) == ("AIGD", "undecided")
    assert "入选条件未见公开" in found.criteria[0].text
    assert "not found in public" in found.criteria[0].text_en


def test_the_ai_backbone_lasts_two_years_and_can_go_down() -> None:
    (standard,) = (one for one in find("ai_backbone") if one.id == "AIGD")
    assert standard.validity_months == 24
    steps = {
        (one.level.zh if one.level else None, one.review): (one.then, one.to and one.to.zh) for one in standard.outcomes
    }
    assert steps == {
        ("骨干企业", "passed"): ("keeps", None),
        ("骨干企业", "failed"): ("moves_down", "培育企业"),
        ("培育企业", "excellent"): ("moves_up", "骨干企业"),
        ("培育企业", "passed"): ("keeps", None),
        ("培育企业", "failed"): ("loses", None),
        (None, "breach"): ("loses", None),
    }


AISC: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {"name": "成都示例智能科技有限公司", "region_code": "510107"},
    "annual": {"2025": {"revenue": 5 * YI, "rd_expense": 1500 * WAN}},
    "facts": {
        "ai_business": True,
        "ai_subfield": "other",
        "on_abnormal_list": False,
        "major_incident_3y": False,
        "provincial_platform": True,
        "chain_partners": 20,
    },
}
MODELS = {
    "facts__ai_subfield": "models_software",
    "annual__2025__revenue": 1 * YI,
    "annual__2025__rd_expense": 1000 * WAN,
}


@pytest.mark.parametrize(
    ("changes", "criterion", "result"),
    [
        ({}, "AISC-1", "met"),
        ({"annual__2025__revenue": 5 * YI - 1}, "AISC-1", "unmet"),
        ({"annual__2025__revenue": 5 * YI - 1, "facts__ai_subfield": ...}, "AISC-1", "unknown"),
        ({"facts__ai_subfield": ...}, "AISC-1", "met"),
        (MODELS, "AISC-1", "met"),
        (MODELS | {"annual__2025__revenue": 1 * YI - 1}, "AISC-1", "unmet"),
        ({}, "AISC-2", "met"),
        ({"annual__2025__rd_expense": 1500 * WAN - 1}, "AISC-2", "needs_review"),  # 3 % in principle
        (MODELS, "AISC-2", "met"),
        (MODELS | {"annual__2025__rd_expense": 1000 * WAN - 1}, "AISC-2", "unmet"),  # 10 % is a floor
        ({"annual__2025__rd_expense": ...}, "AISC-2", "unknown"),
        ({"facts__provincial_platform": False}, "AISC-3", "unmet"),
        ({"facts__chain_partners": 19}, "AISC-4", "unmet"),
        ({"enterprise__region_code": "440300"}, "AISC-0", "unmet"),
        ({"facts__ai_business": ...}, "AISC-0", "needs_review"),
        ({"facts__major_incident_3y": ...}, "AISC-0", "unknown"),
    ],
)
def test_every_edge_of_the_sichuan_ai_chain_leader(changes: dict[str, Any], criterion: str, result: str) -> None:
    assert results(changed(AISC, **changes), "AISC")[criterion] == result


def test_another_provinces_rule_is_chosen_by_its_name_only() -> None:
    assert report(AISC, "AISC").verdict == "eligible"
    with pytest.raises(InvalidInput):
        choose("ai_backbone", procedure="new", as_of=date(2026, 5, 6), region_code="510107")


AIHZ: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {"region_code": "440105"},
    "annual": {
        "2025": {"ai_rd_expense": 0, "rd_expense": 1, "ai_revenue": 0, "ai_certified_staff": 0, "employees": 30}
    },
    "facts": {"ai_business": True, "algorithm_filing": False, "ai_ip": False, "buys_computing": False},
}


@pytest.mark.parametrize(
    ("changes", "result"),
    [
        ({}, "unmet"),
        ({"facts__algorithm_filing": True}, "met"),
        ({"annual__2025__ai_rd_expense": 500 * WAN + 1, "annual__2025__rd_expense": 9 * YI}, "met"),
        ({"annual__2025__ai_rd_expense": 500 * WAN, "annual__2025__rd_expense": 9 * YI}, "unmet"),
        ({"annual__2025__ai_rd_expense": 300 * WAN, "annual__2025__rd_expense": 1000 * WAN}, "met"),
        ({"annual__2025__ai_rd_expense": 300 * WAN - 1, "annual__2025__rd_expense": 1000 * WAN}, "unmet"),
        ({"annual__2025__ai_rd_expense": 100 * WAN, "annual__2025__rd_expense": 100 * WAN}, "unmet"),
        ({"annual__2025__ai_revenue": 500 * WAN + 1}, "met"),
        ({"annual__2025__ai_revenue": 500 * WAN}, "unmet"),
        ({"annual__2025__ai_certified_staff": 6}, "met"),
        ({"annual__2025__ai_certified_staff": 5}, "unmet"),
        ({"annual__2025__ai_certified_staff": 3, "annual__2025__employees": 10}, "met"),
        ({"facts__ai_ip": 1}, "met"),
        ({"facts__buys_computing": True}, "met"),
        ({"facts__buys_computing": ...}, "unknown"),
        ({"facts__buys_computing": True, "facts__ai_business": False}, "unmet"),
        ({"facts__buys_computing": True, "facts__ai_business": ...}, "unknown"),
    ],
)
def test_an_ai_firm_is_one_by_any_of_six_signs(changes: dict[str, Any], result: str) -> None:
    assert results(changed(AIHZ, **changes), "AIHZ")["AIHZ-0"] == result


def test_the_sign_that_holds_is_told_under_its_own_id() -> None:
    parts = report(changed(AIHZ, facts__ai_ip=2), "AIHZ").criteria[0].parts
    assert {one.id for one in parts if one.result == "met" and one.id} == {"AIHZ-5"}
