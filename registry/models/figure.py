"""Yearly figures (年度指标) and dated facts of an enterprise, each with source and trust.

Values of different trust stand side by side.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.db import EnumText, ExactDecimal
from registry.models.base import JsonType, SQLModel, instant, primary_key, ref
from registry.vocabulary import Trust


class Figure(SQLModel, table=True):
    """One figure of one year. Names and units: ``registry.tiering.figures``; money in yuan, ratios as fractions."""

    __table_args__ = (
        UniqueConstraint("enterprise_id", "year", "name", "trust"),
        Index("ix_figure_year_name", "year", "name"),
    )

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    year: int
    name: str = Field(max_length=40)
    value: Decimal = Field(sa_type=ExactDecimal)
    trust: Trust = Field(sa_type=EnumText(Trust))
    source: str = Field(max_length=200)
    published: bool = True
    """Whether the public may see it. What a firm sends for review is for the firm and those who review it."""
    recorded_at: datetime = instant()


class Fact(SQLModel, table=True):
    """Something known about an enterprise that is not a yearly figure (class-I IP count, niche since …)."""

    __table_args__ = (UniqueConstraint("enterprise_id", "name", "trust"),)

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    name: str = Field(max_length=40, index=True)
    value: Any = Field(sa_type=JsonType)
    known_on: date
    """The day for which it was stated."""
    trust: Trust = Field(sa_type=EnumText(Trust))
    source: str = Field(max_length=200)
    published: bool = True
    """Whether the public may see it. What a firm sends for review is for the firm and those who review it."""
    recorded_at: datetime = instant()
