"""Runs of a land scheme (亩均评价): list, day and settings of each, so that a grade can be worked out again."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlmodel import Field

from registry.models.base import JsonType, SQLModel, instant, primary_key, ref


class LandRun(SQLModel, table=True):
    """One run of one scheme over the firms of a place, for the data of a year. Never changed."""

    __tablename__ = "land_run"
    __table_args__ = (Index("ix_land_run_scheme_year", "scheme", "year"),)

    id: int = primary_key()
    scheme: str = Field(max_length=40)
    settings: str = Field(sa_type=Text)
    """The scheme's file to the letter."""
    year: int
    region: str | None = Field(default=None, max_length=6)
    """Prefix of the region codes of the firms taken; none: all."""
    population: int
    counts: dict[str, Any] = Field(sa_type=JsonType)
    """Firms by reason and by grade."""
    benchmarks: dict[str, Any] = Field(sa_type=JsonType)
    """Benchmarks used, by kind of firm and indicator."""
    seconds: float
    actor: str = Field(max_length=100)
    run_at: datetime = instant()


class LandGrade(SQLModel, table=True):
    """What a run came to for one enterprise, with everything that was read of it."""

    __tablename__ = "land_grade"
    __table_args__ = (
        Index("ix_land_grade_run_id_grade", "run_id", "grade"),
        Index("ix_land_grade_enterprise_id", "enterprise_id"),
    )

    id: int = primary_key()
    run_id: int = ref(foreign="land_run.id")
    enterprise_id: int = ref(foreign="enterprise.id")
    reason: str = Field(max_length=20)
    """graded, or why not."""
    score: float | None = None
    place: int | None = None
    """Rank in its group from 1; equal scores share the better one."""
    of: int | None = None
    """Firms in its group."""
    grade: str = Field(default="", max_length=1)
    inputs: dict[str, Any] = Field(sa_type=JsonType)
    """Figures, place, industry and which conditions of the scheme applied."""
