"""Directories (名录) and chains (产业链): rows, not code."""

from datetime import date

from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import SQLModel
from registry.vocabulary import DirectoryKind, Level


class Chain(SQLModel, table=True):
    """One of the plan's eight fields (产业链)."""

    code: str = Field(primary_key=True, max_length=40)
    name_zh: str = Field(max_length=100)
    name_en: str = Field(max_length=100)
    position: int


class Directory(SQLModel, table=True):
    """A kind of list with authority, level, legal basis, validity and review rule (名录)."""

    code: str = Field(primary_key=True, max_length=40)
    name_zh: str = Field(max_length=100)
    name_en: str = Field(max_length=100)
    short_zh: str = Field(max_length=40)
    short_en: str = Field(max_length=60)
    kind: DirectoryKind = Field(sa_type=EnumText(DirectoryKind))
    level: Level = Field(sa_type=EnumText(Level))
    authority_zh: str = Field(max_length=200)
    authority_en: str = Field(max_length=300)
    legal_basis_zh: str = Field(max_length=400)
    legal_basis_en: str = Field(max_length=600)
    validity_months: int | None = None
    """Length of a title; None where the publisher sets no end."""
    validity_note_zh: str = Field(default="", max_length=300)
    validity_note_en: str = Field(default="", max_length=400)
    review_rule_zh: str = Field(max_length=400)
    review_rule_en: str = Field(max_length=600)
    source: str = Field(max_length=400)
    """Where these facts were read, with the confidence mark of each."""
    confidence: str = Field(max_length=8)
    standard_tier: str | None = Field(default=None, max_length=40)
    """Tier whose standards decide about this directory, if any is encoded."""
    position: int
    retired_on: date | None = None
