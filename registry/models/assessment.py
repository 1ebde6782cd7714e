"""Assessments (评估): what a standard said about an enterprise on a day, version and inputs pinned; never rewritten."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import JsonType, SQLModel, instant, primary_key, ref
from registry.vocabulary import Procedure, Verdict


class AssessmentRun(SQLModel, table=True):
    """One run of one standard version over a population."""

    __tablename__ = "assessment_run"
    __table_args__ = (Index("ix_assessment_run_tier_as_of", "tier", "as_of"),)

    id: int = primary_key()
    tier: str = Field(max_length=40)
    standard_version: str = Field(max_length=40)
    rule_hash: str = Field(max_length=64)
    """SHA-256 of the rule file, so that a result can be traced to the very text."""
    procedure: Procedure = Field(sa_type=EnumText(Procedure))
    as_of: date
    whole_population: bool
    """False for a run over a single enterprise: lists of candidates are taken from whole runs only."""
    population: int
    counts: dict[str, Any] = Field(sa_type=JsonType)
    seconds: float
    actor: str = Field(max_length=100)
    run_at: datetime = instant()


class Assessment(SQLModel, table=True):
    """Result for one enterprise.

    ``results`` holds one letter a criterion in rule order: M met, U unmet, ? unknown, R needs review, N not applicable.
    """

    __table_args__ = (
        Index("ix_assessment_run_id_flag", "run_id", "flag"),
        Index("ix_assessment_enterprise_id", "enterprise_id"),
    )

    id: int = primary_key()
    run_id: int = ref(foreign="assessment_run.id")
    enterprise_id: int = ref(foreign="enterprise.id")
    verdict: Verdict = Field(sa_type=EnumText(Verdict))
    flag: str | None = Field(default=None, max_length=20)
    results: str = Field(max_length=200)
    gap_count: int
    unknown_count: int
    need_count: int = 0
    """How many missing figures would decide it; see ``AssessmentNeed``."""
    revenue_cny: int | None = Field(default=None, sa_type=BigInteger)
    """Revenue of the year before the day, as read by the rule: what lists are sorted by."""
    score_low: float | None = None
    score_high: float | None = None
    inputs: dict[str, Any] = Field(sa_type=JsonType)
    """Every value read, so that the findings can be told again word for word."""


class AssessmentNeed(SQLModel, table=True):
    """One missing figure that would decide an open verdict, so that the most wanted ones can be counted."""

    __tablename__ = "assessment_need"
    __table_args__ = (Index("ix_assessment_need_run_id_path", "run_id", "path"),)

    id: int = primary_key()
    run_id: int = ref(foreign="assessment_run.id")
    path: str = Field(max_length=80)
    """Its place in a figures file: annual.2024.rd_expense, facts.market_share."""
    assessment_id: int = ref(foreign="assessment.id", index=True)
