"""Fictional official values of the plan's indicators, and where the fictional plan wants what: plainly marked so."""

import random
from datetime import date
from typing import Final

from sqlmodel import Session

from registry.demo.firms import DEFAULT_SEED
from registry.policies import Actor
from registry.services.targets.places import set_place
from registry.services.targets.values import TypedValue, enter_value
from registry.vocabulary import Trust

PLAN: Final = "electronics_2019_2022"
BULLETIN, REPORT = "示例统计公报（虚构）", "示例行业年报（虚构）"
SOURCE: Final = "示例数据：布局为虚构，不是计划原文"

_LEVELS: Final[dict[str, tuple[float, float]]] = {
    "patents": (18_600, 1.13),
    "leaders_rd": (5.4, 1.03),
    "innovation_centres": (1, 1.2),
    "manufacturing_output": (36_000, 1.06),
    "software_revenue": (11_500, 1.1),
    "new_display": (2_900, 1.05),
    "integrated_circuits": (1_100, 1.16),
    "uhd_video": (3_800, 1.04),
    "bases": (12, 1.08),
    "ai_parks": (4, 1.15),
    "secure_zones": (2, 1.1),
}
"""Fictional value of 2019 as it is typed (pieces, 亿元, percent), and its growth a year."""

_WISHES: Final[dict[str, tuple[str, ...]]] = {
    "chain:integrated_circuits": ("440100", "440300", "440400"),
    "chain:uhd_video": ("440100", "441300"),
    "chain:new_display": ("440100", "440300", "441300"),
    "chain:five_g": ("440300", "441900"),
    "chain:smart_terminals": ("440300", "441900", "441300"),
    "chain:secure_reliable": ("440100", "440300", "440400"),
    "chain:software_services": ("440100", "440300"),
    "chain:artificial_intelligence": ("440100", "440300"),
    "area:pearl_east": ("440300", "441900", "441300"),
    "area:east": ("440500", "445100", "445200", "441500"),
    "area:west": ("440800", "440900", "441700"),
    "area:north": ("440200", "441400", "441600", "441800", "445300"),
}
_ROLES: Final = {
    "area:pearl_east": ("示例分工：整机与核心器件（虚构）", "Example role: devices and core parts (fictional)"),
    "area:east": ("示例分工：电子材料（虚构）", "Example role: electronic materials (fictional)"),
    "area:west": ("示例分工：配套零部件（虚构）", "Example role: supporting parts (fictional)"),
    "area:north": ("示例分工：承接转移（虚构）", "Example role: relocated production (fictional)"),
}


def add_plan_values(session: Session, *, today: date, actor: Actor, seed: int = DEFAULT_SEED) -> None:
    """Yearly values from 2019 to the last full year, one corrected, one contradicted; and the places of the plan."""
    chance = random.Random(f"{seed}:plan")  # noqa: S311 - made-up data
    for code, (first, growth) in _LEVELS.items():
        for year in range(2019, today.year):
            level = first * growth ** (year - 2019) * chance.uniform(0.98, 1.02)
            _enter(session, code, year, level, actor, today=today)
    last = today.year - 1
    _enter(session, "ai_parks", last, 11, actor, today=today, version=1, reason="示例：公报更正")
    _enter(session, "patents", last, 31_800, actor, today=today, trust=Trust.DECLARED, document=REPORT)
    for subject, cities in _WISHES.items():
        words_zh, words_en = _ROLES.get(subject, ("", ""))
        set_place(
            session,
            plan=PLAN,
            subject=subject,
            cities=cities,
            words_zh=words_zh,
            words_en=words_en,
            source=SOURCE,
            version=0,
            reason="",
            actor=actor,
        )


def _enter(
    session: Session,
    code: str,
    year: int,
    level: float,
    actor: Actor,
    *,
    today: date,
    trust: Trust = Trust.OFFICIAL,
    document: str = BULLETIN,
    version: int = 0,
    reason: str = "",
) -> None:
    typed = TypedValue(
        value=f"{level:.2f}" if code == "leaders_rd" else str(round(level)),
        on_day=f"{year}-12-31",
        trust=trust.value,
        document=document,
        document_on=min(date(year + 1, 3, 1), today).isoformat(),
        document_no=f"示统〔{year + 1}〕1号",
        reason=reason,
        version=version,
    )
    enter_value(session, plan=PLAN, indicator=code, typed=typed, actor=actor)
