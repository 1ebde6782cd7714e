"""Figures files for the SME ladder: a clear pass of each version. The firms are made up."""

from copy import deepcopy
from typing import Any

from tests.unit.tiering.cases import LG26_PASS, WAN

STS_PASS: dict[str, Any] = {
    "as_of": "2026-06-10",
    "procedure": "new",
    "enterprise": {
        "name": "广州市示例软件有限公司",
        "founded_on": "2019-04-01",
        "region_code": "440100",
        "titles": [],
    },
    "annual": {
        "2025": {
            "employees": 100,
            "sci_tech_staff": 20,
            "revenue": 4000 * WAN,
            "rd_expense": 160 * WAN,
            "total_costs": 3200 * WAN,
            "total_assets": 5000 * WAN,
        }
    },
    "facts": {
        "class1_ip": 0,
        "class2_ip": 3,
        "major_incident_1y": False,
        "on_abnormal_list": False,
        "award_national_3y": False,
        "award_national_5y": False,
        "rd_institution_level": "city",
        "standards_led": False,
        "dishonest_or_withdrawn_3y": False,
        "first_evaluation": False,
    },
}
"""12 (20 %) + 30 (4 % of sales) + 18 (three class II): exactly 60."""

INN_PASS: dict[str, Any] = {
    "as_of": "2026-07-10",
    "procedure": "new",
    "enterprise": {
        "name": "佛山市示例装备有限公司",
        "founded_on": "2018-04-01",
        "region_code": "440600",
        "industry_code": "3973",
        "titles": [],
    },
    "annual": {
        "2025": {
            "employees": 120,
            "revenue": 4000 * WAN,
            "main_business_revenue": 2400 * WAN,
            "rd_expense": 120 * WAN,
            "total_assets": 4000 * WAN,
            "total_liabilities": 2200 * WAN,
            "equity_investment": 0,
        },
        "2024": {"main_business_revenue": 2181_8181, "equity_investment": 0},
        "2023": {"equity_investment": 0},
    },
    "facts": {
        "class1_ip": 0,
        "class2_ip": 2,
        "strategic_emerging": False,
        "major_incident_3y": False,
        "on_abnormal_list": False,
        "award_any_3y": False,
        "award_national_3y": False,
        "award_provincial_3y": False,
        "innovation_ip_honour": False,
        "rd_institution_level": "none",
        "equity_given_up": 0,
    },
}
"""Innovation 5 + 15, growth 15 + 10, specialisation 5 + 15: 65, with innovation exactly 20."""

SRDI22_PASS: dict[str, Any] = {
    "as_of": "2023-06-10",
    "procedure": "new",
    "enterprise": {
        "name": "惠州市示例电子有限公司",
        "founded_on": "2012-04-01",
        "region_code": "441300",
        "industry_code": "3973",
        "titles": [],
    },
    "annual": {
        "2022": {
            "revenue": 5000 * WAN,
            "main_business_revenue": 4000 * WAN,
            "rd_expense": 250 * WAN,
            "net_profit": 400 * WAN,
            "total_assets": 6000 * WAN,
            "total_liabilities": 3000 * WAN,
            "employees": 100,
            "rd_staff": 20,
            "equity_investment": 0,
        },
        "2021": {"main_business_revenue": 3600 * WAN, "rd_expense": 200 * WAN, "equity_investment": 0},
        "2020": {"main_business_revenue": 3600 * WAN},
    },
    "facts": {
        "niche_since": "2013-01-01",
        "key_link": False,
        "fills_key_gap": False,
        "six_bases": True,
        "digital_level": 2,
        "quality_award_provincial": False,
        "management_certificate": True,
        "own_brand": True,
        "standards_led": False,
        "standards_participated": False,
        "regional_feature_score": 7,
        "class1_ip": 2,
        "class1_ip_self": 1,
        "class1_ip_high_value": 0,
        "rd_institution_level": "city",
        "award_national_3y": False,
        "award_national_first5_3y": False,
        "award_provincial_3y": False,
        "maker_china_top50": False,
        "maker_china_top500": False,
    },
}
"""专业化 5 + 4 + 5 + 3 = 17 (growth 0 % and 11.1 %: a mean of 5.6 %), 精细化 3 + 5 + 8 + 5 = 21, 特色化 7,
创新能力 8 + 4 + 5 + 4 = 21: together 66.
"""

SRDI26_PASS: dict[str, Any] = deepcopy(LG26_PASS) | {
    "enterprise": deepcopy(LG26_PASS["enterprise"])
    | {"titles": [{"directory": "innovative_sme", "valid_from": "2024-06-01", "valid_to": "2027-05-31"}]},
    "annual": {
        "2025": {
            "revenue": 2000 * WAN,
            "main_business_revenue": 1800 * WAN,
            "rd_expense": 120 * WAN,
            "total_assets": 3000 * WAN,
            "total_liabilities": 1000 * WAN,
            "employees": 60,
            "equity_investment": 0,
        },
        "2024": {"revenue": 1800 * WAN, "rd_expense": 100 * WAN, "equity_investment": 0},
    },
    "facts": {
        "niche_since": "2016-01-01",
        "class1_ip": 1,
        "award_national_3y": False,
        "award_provincial_3y": False,
        "rd_institution_level": "none",
        "market_position_leading": True,
        "platform_score": 52,
        "major_incident_3y": False,
        "on_abnormal_list": False,
    },
}
