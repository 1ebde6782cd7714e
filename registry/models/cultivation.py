"""Cultivation cases (培育对象): firms an official takes towards a title."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import SQLModel, instant, primary_key, ref
from registry.vocabulary import CaseStage


class CultivationCase(SQLModel, table=True):
    """A candidate an official has taken into the pool for one target directory."""

    __tablename__ = "cultivation_case"
    __table_args__ = (Index("ix_cultivation_case_enterprise_id_directory_code", "enterprise_id", "directory_code"),)

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    directory_code: str = Field(foreign_key="directory.code", max_length=40)
    assessment_id: int | None = ref(foreign="assessment.id", nullable=True)
    """The assessment that was on the table when it was taken in."""
    stage: CaseStage = Field(sa_type=EnumText(CaseStage))
    owner_id: int | None = ref(foreign="account.id", nullable=True)
    next_act: str | None = Field(default=None, max_length=200)
    next_act_on: date | None = None
    entry_reason: str = Field(max_length=400)
    exit_reason: str | None = Field(default=None, max_length=400)
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)
