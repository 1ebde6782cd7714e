"""The rule laboratory: drafts of standards, what trying them showed, and the versions that were published."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import JsonType, SQLModel, instant, primary_key, ref
from registry.vocabulary import DraftState


class RuleDraft(SQLModel, table=True):
    """A version of a standard that is being worked on. It judges nobody until it is published."""

    __tablename__ = "rule_draft"
    __table_args__ = (Index("ix_rule_draft_state", "state"),)

    id: int = primary_key()
    tier: str = Field(max_length=40)
    based_on: str = Field(max_length=40)
    """Id of the version it was copied from and is compared with."""
    version: str = Field(max_length=40)
    """The id it will bear; as the text says."""
    text: str = Field(sa_type=Text)
    """The rule as YAML. Always one that loads: anything else is refused when it is saved."""
    text_hash: str = Field(max_length=64)
    state: DraftState = Field(sa_type=EnumText(DraftState))
    revision: int = 1
    author: str = Field(max_length=100)
    writers: list[str] = Field(sa_type=JsonType)
    """Everybody who wrote the text or proposed it: none of them may approve it."""
    proposed_by: str = Field(default="", max_length=100)
    proposed_at: datetime | None = instant(nullable=True)
    decided_by: str = Field(default="", max_length=100)
    decided_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()
    updated_at: datetime = instant()


class RuleTrial(SQLModel, table=True):
    """What one trial of a draft showed: a comparison over all firms, or a backtest. Bound to the very text tried."""

    __tablename__ = "rule_trial"
    __table_args__ = (Index("ix_rule_trial_draft_id_kind", "draft_id", "kind"),)

    id: int = primary_key()
    draft_id: int = ref(foreign="rule_draft.id")
    kind: str = Field(max_length=20)
    """what_if or backtest."""
    text_hash: str = Field(max_length=64)
    as_of: date
    data_at: datetime = instant()
    """When the data were taken."""
    result: dict[str, Any] = Field(sa_type=JsonType)
    firms: dict[str, Any] = Field(sa_type=JsonType)
    """The enterprises behind the counts, by number; read only where they are listed."""
    seconds: float
    actor: str = Field(max_length=100)
    run_at: datetime = instant()


class StandardVersion(SQLModel, table=True):
    """A published version. Rows are added and never changed or removed; triggers of the database see to it."""

    __tablename__ = "standard_version"

    id: int = primary_key()
    version: str = Field(max_length=40, unique=True)
    tier: str = Field(max_length=40)
    based_on: str = Field(max_length=40)
    text: str = Field(sa_type=Text)
    text_hash: str = Field(max_length=64)
    draft_id: int = ref(foreign="rule_draft.id")
    in_force_from: date
    """Its first day for any procedure."""
    author: str = Field(max_length=100)
    proposed_by: str = Field(max_length=100)
    approved_by: str = Field(max_length=100)
    published_at: datetime = instant()
