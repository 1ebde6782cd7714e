"""Fictional yearly figures and facts: what each firm's story looks like in numbers."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.demo.firms import DEFAULT_SEED, DemoFirm, Profile, chance_of
from registry.vocabulary import Trust

AUDIT = "示例审计报告（虚构）"
REPORT = "示例企业年报（虚构）"
MILLION = 1_000_000
YEARS = 4
"""The last full year and three before it: growth over three years needs four."""

Row = tuple[int, str, int | float, Trust, str]
"""Year, name, value, trust, source."""


@dataclass(frozen=True, slots=True)
class Story:
    """The ratios behind a firm's figures; revenue in yuan of the last full year."""

    revenue: int
    growth: float
    main_share: float
    debt: float
    rd_share: float
    rd_floor: int
    tech_share: float
    sci_staff: float
    innovation: int
    platform: int
    class1: int
    market_share: float


SHORTFALLS: tuple[dict[str, Any], ...] = (
    {"class1": 3},
    {"market_share": 0.082},
    {"platform": 57},
    {"main_share": 0.885},
    {"debt": 0.772},
    {"revenue": 48_600_000},
    {"rd_floor": 5_800_000, "rd_share": 0.031, "revenue": 88_000_000},
    {"sci_staff": 0.094},
    {"innovation": 69},
    {"tech_share": 0.57},
)
"""How a near firm falls short: in one thing, and by little."""


def yearly_figures(firm: DemoFirm, *, seed: int = DEFAULT_SEED, today: date) -> Iterator[Row]:
    """The figures of the last four full years, oldest first; none at all for a fifth of the ordinary firms."""
    chance = chance_of(seed, firm.number, "figures")
    if firm.profile is Profile.ORDINARY and chance.random() < 0.2:
        return
    story = _story(firm, chance)
    missing = _missing(firm, chance)
    last = today.year - 1
    for year in range(last - YEARS + 1, last + 1):
        if year < firm.founded_on.year:
            continue
        for name, value in _one_year(story, last - year, chance).items():
            if (name, last - year) not in missing:
                audited = name in AUDITED and firm.profile is not Profile.ORDINARY
                yield (year, name, value, Trust.AUDITED if audited else Trust.DECLARED, AUDIT if audited else REPORT)
    yield from _second_opinions(firm, story, last, chance)


def facts(firm: DemoFirm, *, seed: int = DEFAULT_SEED, today: date) -> Iterator[tuple[str, Any]]:
    """What is known beside yearly figures: name and value."""
    chance = chance_of(seed, firm.number, "figures")
    if firm.profile is Profile.ORDINARY and chance.random() < 0.2:
        return
    story = _story(firm, chance)
    chance = chance_of(seed, firm.number, "facts")
    known: dict[str, Any] = {
        "niche_since": firm.founded_on.isoformat(),
        "product_field": firm.line.product,
        "class1_ip": story.class1,
        "class1_ip_self": max(0, story.class1 - chance.randint(0, 2)),
        "class2_ip": chance.randint(0, 30),
        "core_ip": story.class1 > 0,
        "high_tech_field": "电子信息",
        "has_rd_institution": firm.profile is not Profile.ORDINARY,
        "rd_institution_level": chance.choice(["provincial", "city", "none"]),
        "management_certificate": True,
        "own_brand": True,
        "digital_level": chance.randint(1, 4),
        "on_abnormal_list": False,
        "major_incident_1y": False,
        "major_incident_3y": False,
    }
    if firm.profile is not Profile.ORDINARY:
        known |= _what_applicants_state(firm, story, chance)
    if firm.profile is Profile.START_UP:
        known |= _funding(firm, chance, today)
    if firm.profile is Profile.GAPS:
        for name in chance.sample(["market_share", "class1_ip", "platform_score", "core_ip"], 2):
            known.pop(name, None)
    yield from known.items()


AUDITED = frozenset({"revenue", "rd_expense", "net_profit", "net_assets", "total_assets", "total_liabilities"})


def _what_applicants_state(firm: DemoFirm, story: Story, chance: random.Random) -> dict[str, Any]:
    return {
        "market_share": story.market_share,
        "platform_score": story.platform,
        "six_bases": firm.number % 2 == 0,
        "key_link": True,
        "restricted_product": False,
        "group_conflict": False,
        "truthful_application": True,
        "self_developed_ip": True,
        "information_system": True,
        "standards_participated": chance.random() < 0.4,
        "transformed_results_3y": chance.randint(6, 18),
    }


def _funding(firm: DemoFirm, chance: random.Random, today: date) -> dict[str, Any]:
    valuation = chance.choice([120, 260, 480, 900, 1_300, 2_400]) * MILLION
    on = today.replace(day=1).isoformat()
    return {
        "equity_funded": True,
        "post_money_valuation": {"amount": valuation, "currency": "USD", "date": on},
        "cumulative_funding": {"amount": valuation // 6, "currency": "USD"},
    }


def _story(firm: DemoFirm, chance: random.Random) -> Story:
    """A sound firm, then bent to the profile."""
    sound = {
        "revenue": chance.randint(62, 380) * MILLION + chance.randint(0, 99) * 10_000,
        "growth": chance.uniform(0.07, 0.28),
        "main_share": chance.uniform(0.925, 0.985),
        "debt": chance.uniform(0.25, 0.6),
        "rd_share": chance.uniform(0.052, 0.095),
        "rd_floor": 7 * MILLION,
        "tech_share": chance.uniform(0.68, 0.95),
        "sci_staff": chance.uniform(0.14, 0.42),
        "innovation": chance.randint(73, 92),
        "platform": chance.randint(62, 88),
        "class1": chance.randint(5, 22),
        "market_share": round(chance.uniform(0.105, 0.34), 3),
    }
    return Story(**(sound | _bent(firm.profile, chance)))


def _bent(profile: Profile, chance: random.Random) -> dict[str, Any]:
    if profile is Profile.NEAR:
        return chance.choice(SHORTFALLS)
    if profile is Profile.RISK:
        return {
            "revenue": chance.randint(28, 46) * MILLION,
            "growth": chance.uniform(-0.25, -0.05),
            "rd_share": chance.uniform(0.012, 0.027),
            "rd_floor": 0,
            "innovation": chance.randint(58, 69),
            "platform": chance.randint(40, 56),
        }
    if profile is Profile.LEADER:
        return {"revenue": chance.choice([12, 18, 30, 65, 110, 240]) * 1_000 * MILLION, "rd_share": 0.045}
    if profile is Profile.START_UP:
        return {"revenue": chance.randint(8, 180) * MILLION, "growth": chance.uniform(0.35, 1.2), "rd_share": 0.3}
    if profile is Profile.ORDINARY:
        return {
            "revenue": chance.randint(200, 6_000) * 10_000,
            "growth": chance.uniform(-0.15, 0.2),
            "rd_share": chance.uniform(0, 0.06),
            "rd_floor": 0,
            "tech_share": chance.uniform(0.1, 0.8),
            "sci_staff": chance.uniform(0, 0.2),
            "innovation": chance.randint(30, 75),
            "class1": chance.choice([0, 0, 0, 1, 2]),
        }
    return {}


def _one_year(story: Story, ago: int, chance: random.Random) -> dict[str, int | float]:
    """All figures of the year that lies ``ago`` full years before the last one."""
    revenue = round(story.revenue / (1 + story.growth) ** ago)
    rd = max(round(revenue * story.rd_share), story.rd_floor)
    assets = round(revenue * chance.uniform(1.0, 1.3))
    staff = max(4, revenue // 900_000)
    return {
        "revenue": revenue,
        "main_business_revenue": round(revenue * story.main_share),
        "high_tech_revenue": round(revenue * story.tech_share),
        "total_income": round(revenue * 1.012),
        "product_revenue": round(revenue * story.main_share * 0.8),
        "rd_expense": rd,
        "rd_expense_domestic": round(rd * 0.94),
        "net_profit": round(revenue * (0.08 if story.rd_share < 0.2 else -0.35)),
        "net_assets": assets - round(assets * story.debt),
        "total_assets": assets,
        "total_liabilities": round(assets * story.debt),
        "tax_paid": round(revenue * 0.035),
        "employees": staff,
        "rd_staff": round(staff * story.sci_staff * 0.8),
        "sci_tech_staff": int(staff * story.sci_staff),
        "innovation_score": story.innovation,
        "platform_score": story.platform,
        "energy_tce": round(revenue / 1_900_000, 1),
        "land_mu": round(revenue / 9_000_000, 1),
        "value_added": round(revenue * 0.24),
    }


def _missing(firm: DemoFirm, chance: random.Random) -> set[tuple[str, int]]:
    """Names that were not filed, each with how many years ago."""
    if firm.profile is Profile.GAPS:
        holes = [("rd_expense", 0), ("rd_expense", 1), ("total_assets", 0), ("sci_tech_staff", 0), ("revenue", 2)]
        return {*chance.sample(holes, 2), ("innovation_score", 0), ("platform_score", 0)}
    if firm.profile is Profile.ORDINARY and chance.random() < 0.4:
        return {(name, ago) for name in ("rd_expense", "employees", "net_assets") for ago in range(YEARS)}
    return set()


def _second_opinions(firm: DemoFirm, story: Story, last: int, chance: random.Random) -> Iterator[Row]:
    """A declared revenue beside the audited one: mostly equal, sometimes in conflict, sometimes a slip of the unit."""
    if firm.profile in (Profile.ORDINARY, Profile.GAPS):
        return
    roll = chance.random()
    if roll < 0.05:
        declared = round(story.revenue * 1.18)
    elif roll < 0.08:
        declared = story.revenue // 10_000  # filed in 万元 under a heading that says 元
    elif roll < 0.4:
        declared = story.revenue
    else:
        return
    yield (last, "revenue", declared, Trust.DECLARED, REPORT)
