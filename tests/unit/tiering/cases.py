"""Figures files for tests: a clear pass of each standard, with named changes. The firm is made up."""

from copy import deepcopy
from typing import Any

from registry.tiering.evaluation import evaluate
from registry.tiering.figures_file import check_figures
from registry.tiering.one_firm import population_from_file
from registry.tiering.report import explain
from registry.tiering.report_shapes import Report
from registry.tiering.selection import choose

WAN = 10_000

LG26_PASS: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {
        "name": "深圳市示例传感科技有限公司",
        "founded_on": "2014-03-01",
        "region_code": "440300",
        "industry_code": "3973",
        "titles": [{"directory": "srdi_sme", "valid_from": "2024-06-01", "valid_to": "2027-05-31"}],
    },
    "annual": {
        "2025": {
            "revenue": 8200 * WAN,
            "main_business_revenue": 7800 * WAN,
            "rd_expense": 820 * WAN,
            "total_assets": 10000 * WAN,
            "total_liabilities": 4000 * WAN,
            "employees": 210,
        },
        "2024": {"revenue": 7000 * WAN, "main_business_revenue": 6600 * WAN, "rd_expense": 600 * WAN},
        "2023": {"revenue": 6000 * WAN, "main_business_revenue": 5500 * WAN, "rd_expense": 500 * WAN},
    },
    "facts": {
        "niche_since": "2016-01-01",
        "six_bases": True,
        "key_link": False,
        "class1_ip": 6,
        "award_national_3y": False,
        "market_share": 0.12,
        "market_rank_national": 5,
        "platform_score": 64,
        "major_incident_3y": False,
        "on_abnormal_list": False,
    },
}

LG22_PASS: dict[str, Any] = deepcopy(LG26_PASS) | {
    "as_of": "2026-05-06",
    "procedure": "review",
    "facts": {
        "niche_since": "2016-01-01",
        "fills_key_gap": False,
        "information_system": True,
        "management_certificate": True,
        "market_share": 0.12,
        "own_brand": True,
        "has_rd_institution": True,
        "class1_ip": 2,
        "award_national_3y": False,
        "maker_china_top50": False,
        "key_link": True,
        "six_bases": True,
    },
}

HTE_PASS: dict[str, Any] = {
    "as_of": "2026-05-06",
    "procedure": "new",
    "enterprise": {"founded_on": "2014-03-01", "region_code": "440300"},
    "annual": {
        "2025": {
            "revenue": 6000 * WAN,
            "high_tech_revenue": 4500 * WAN,
            "total_income": 6200 * WAN,
            "rd_expense": 300 * WAN,
            "rd_expense_domestic": 300 * WAN,
            "net_assets": 3000 * WAN,
            "employees": 100,
            "sci_tech_staff": 20,
            "innovation_score": 82,
        },
        "2024": {
            "revenue": 5000 * WAN,
            "rd_expense": 250 * WAN,
            "rd_expense_domestic": 200 * WAN,
            "net_assets": 2500 * WAN,
        },
        "2023": {
            "revenue": 4000 * WAN,
            "rd_expense": 200 * WAN,
            "rd_expense_domestic": 200 * WAN,
            "net_assets": 2000 * WAN,
        },
    },
    "facts": {"core_ip": True, "high_tech_field": "电子信息", "class1_ip": 2, "major_incident_1y": False},
}


def changed(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with some values set: ``annual__2025__revenue=1`` goes down the keys; a value of ... removes the key."""
    raw = deepcopy(base)
    for path, value in changes.items():
        *way, last = path.split("__")
        place = raw
        for step in way:
            place = place.setdefault(step, {})
        if value is ...:
            place.pop(last, None)
        else:
            place[last] = value
    return raw


def report(raw: dict[str, Any], code: str) -> Report:
    """The report of a figures file under a standard."""
    file = check_figures(raw)
    assert file.as_of is not None
    standard = choose(code, procedure=file.procedure, as_of=file.as_of, region_code=file.enterprise.region_code)
    return explain(evaluate(standard, population_from_file(file)), 0)


def results(raw: dict[str, Any], code: str) -> dict[str, str]:
    """Result of every criterion by id."""
    return {one.id: one.result for one in report(raw, code).criteria}
