"""Action plans (行动计划): what a plan wants by when, where it wants each field, and official values as entered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from registry.db import EnumText, ExactDecimal
from registry.models.base import JsonType, SQLModel, instant, primary_key
from registry.vocabulary import Trust


class ActionPlan(SQLModel, table=True):
    """One plan: its years, its province, groups of indicators, areas with a role. Shipped as data."""

    __tablename__ = "action_plan"

    code: str = Field(primary_key=True, max_length=40)
    title_zh: str = Field(max_length=200)
    title_en: str = Field(max_length=300)
    from_year: int
    to_year: int
    region_code: str = Field(max_length=6)
    """Only firms of this province count."""
    source_zh: str = Field(max_length=400)
    source_en: str = Field(max_length=600)
    groups: list[dict[str, str]] = Field(sa_type=JsonType)
    """``code``, ``name_zh``, ``name_en`` of each group of indicators, in order."""
    areas: list[dict[str, str]] = Field(sa_type=JsonType)
    """``code``, ``name_zh``, ``name_en`` of each area with a role; which cities lie in it is a :class:`PlanPlace`."""
    position: int


class PlanIndicator(SQLModel, table=True):
    """One indicator (指标) of a plan, with its targets and, where the registry can count it, how. Shipped as data."""

    __tablename__ = "plan_indicator"

    plan_code: str = Field(primary_key=True, foreign_key="action_plan.code", max_length=40)
    code: str = Field(primary_key=True, max_length=40)
    group_code: str = Field(max_length=40)
    name_zh: str = Field(max_length=100)
    name_en: str = Field(max_length=150)
    kind: str = Field(max_length=10)
    """``count``, ``money`` (yuan) or ``ratio`` (a fraction)."""
    unit_zh: str = Field(max_length=20)
    unit_en: str = Field(max_length=30)
    meaning_zh: str = Field(max_length=400)
    meaning_en: str = Field(max_length=600)
    targets: dict[str, str] = Field(sa_type=JsonType)
    """Year → value as exact decimal text; a year the source gives no number for is absent."""
    count_rule: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    """How the registry counts it (``registry.services.targets.rules``); None: only official values."""
    source_zh: str = Field(max_length=400)
    source_en: str = Field(max_length=600)
    at_home: int | None = None
    """Its place among the six of the home page, if it is one of them."""
    position: int


class PlanPlace(SQLModel, table=True):
    """Where a plan wants a field, or what an area is for, as an official entered it; a change is a new version."""

    __tablename__ = "plan_place"
    __table_args__ = (UniqueConstraint("plan_code", "subject", "version"),)

    id: int = primary_key()
    plan_code: str = Field(foreign_key="action_plan.code", max_length=40)
    subject: str = Field(max_length=50)
    """``chain:<code>`` or ``area:<code>``."""
    cities: list[str] = Field(sa_type=JsonType)
    words_zh: str = Field(max_length=300)
    words_en: str = Field(max_length=400)
    source: str = Field(max_length=300)
    version: int
    entered_by: str = Field(max_length=100)
    recorded_at: datetime = instant()
    replaced_at: datetime | None = instant(nullable=True)
    """When a later version took over; None for the one that stands."""


class PlanValue(SQLModel, table=True):
    """An official figure of an indicator for a day, with its document; a correction is a new version."""

    __tablename__ = "plan_value"
    # Of two officials who write the same version at once, one is refused.
    __table_args__ = (UniqueConstraint("plan_code", "indicator_code", "on_day", "trust", "version"),)

    id: int = primary_key()
    plan_code: str = Field(foreign_key="action_plan.code", max_length=40)
    indicator_code: str = Field(max_length=40)
    on_day: date
    """The day the value is true of: the last of its year, for a yearly one."""
    value: Decimal = Field(sa_type=ExactDecimal)
    """In the indicator's base unit: pieces, yuan, or a fraction."""
    trust: Trust = Field(sa_type=EnumText(Trust))
    document: str = Field(max_length=300)
    document_no: str = Field(default="", max_length=100)
    document_on: date
    source_url: str = Field(default="", max_length=500)
    version: int
    reason: str = Field(default="", max_length=400)
    """Why it corrects the version before; for a value taken back, why."""
    entered_by: str = Field(max_length=100)
    recorded_at: datetime = instant()
    replaced_at: datetime | None = instant(nullable=True)
    """When a later version took over, or it was taken back; None for the one that stands."""
    withdrawn: bool = False
    """Taken back without another in its place."""
