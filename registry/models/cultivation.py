"""Cultivation cases (培育对象): firms an official takes towards a title, and what is known about groups of firms."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.clock import today
from registry.db import EnumText
from registry.models.base import JsonType, SQLModel, instant, primary_key, ref
from registry.pool_words import (
    CaseEventKind,
    CaseExit,
    GroupKind,
    ProposalGround,
    ProposalState,
    ReexaminationState,
    ReviewResult,
)
from registry.vocabulary import CaseStage


class CultivationCase(SQLModel, table=True):
    """A candidate an official has taken into the pool for one target directory."""

    __tablename__ = "cultivation_case"
    __table_args__ = (
        Index("ix_cultivation_case_enterprise_id_directory_code", "enterprise_id", "directory_code"),
        Index("ix_cultivation_case_stage_quiet_since", "stage", "quiet_since"),
    )

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    directory_code: str = Field(foreign_key="directory.code", max_length=40)
    region_code: str = Field(default="", max_length=6)
    """Where the firm was when it was taken in: whose case it stays once the firm has left the province."""
    assessment_id: int | None = ref(foreign="assessment.id", nullable=True)
    """The assessment that was on the table when it was taken in; None where no standard applies."""
    latest_assessment_id: int | None = ref(foreign="assessment.id", nullable=True)
    """The newest one, made by the nightly re-assessment."""
    stage: CaseStage = Field(sa_type=EnumText(CaseStage))
    stage_since: datetime = instant()
    owner_id: int | None = ref(foreign="account.id", nullable=True)
    product: str = Field(default="", max_length=200)
    """The product it is to be put forward with; what the group check compares."""
    next_act: str | None = Field(default=None, max_length=200)
    next_act_on: date | None = None
    quiet_since: date = Field(default_factory=today)
    """The day of the last work on it, or of the next act where that lies ahead: stalling is counted from here."""
    chased: int = 0
    """How often it has been chased since."""
    version: int = 1
    """Counts every change: a page made from an older one is told so."""
    entry_reason: str = Field(max_length=400)
    exit_kind: CaseExit | None = Field(default=None, sa_type=EnumText(CaseExit), nullable=True)
    exit_reason: str | None = Field(default=None, max_length=400)
    listing_id: int | None = ref(foreign="listing.id", nullable=True)
    """The title it was recognised by."""
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)


class CaseEvent(SQLModel, table=True):
    """What happened to a case. Appended, never edited."""

    __tablename__ = "case_event"
    __table_args__ = (Index("ix_case_event_case_id", "case_id"),)

    id: int = primary_key()
    case_id: int = ref(foreign="cultivation_case.id")
    kind: CaseEventKind = Field(sa_type=EnumText(CaseEventKind))
    on: date
    """The day it took place, as stated; ``at`` is when it was written down."""
    at: datetime = instant()
    actor: str = Field(max_length=100)
    text: str = Field(default="", max_length=2000)
    criterion: str = Field(default="", max_length=20)
    """The criterion it should move: LG26-7."""
    before: str = Field(default="", max_length=100)
    after: str = Field(default="", max_length=100)
    """What it changed: stages of a move, owners, products, the state of a proposal."""
    details: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    """What else belongs to it: the group check of a recommendation, English words of what the system wrote."""


class CaseProposal(SQLModel, table=True):
    """A move the nightly re-assessment proposes. Only an official carries it out."""

    __tablename__ = "case_proposal"
    __table_args__ = (Index("ix_case_proposal_case_id_state", "case_id", "state"),)

    id: int = primary_key()
    case_id: int = ref(foreign="cultivation_case.id")
    ground: ProposalGround = Field(sa_type=EnumText(ProposalGround))
    to_stage: CaseStage = Field(sa_type=EnumText(CaseStage))
    listing_id: int | None = ref(foreign="listing.id", nullable=True)
    """The title that was won."""
    assessment_id: int | None = ref(foreign="assessment.id", nullable=True)
    state: ProposalState = Field(default=ProposalState.OPEN, sa_type=EnumText(ProposalState))
    reason: str = Field(default="", max_length=400)
    decided_by: str = Field(default="", max_length=100)
    made_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)
    gone_at: datetime | None = instant(nullable=True)
    """When its ground was found gone; until then it is not proposed again."""


class GroupLink(SQLModel, table=True):
    """How two enterprises of a group are related, by a source. Ended, never deleted.

    It stays with the record it was stated about: whoever reads follows merges.
    """

    __tablename__ = "group_link"
    __table_args__ = (
        Index("ix_group_link_enterprise_id", "enterprise_id"),
        Index("ix_group_link_other_id", "other_id"),
    )

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    """The one that controls or holds; of two sisters the one it was entered for."""
    other_id: int = ref(foreign="enterprise.id")
    kind: GroupKind = Field(sa_type=EnumText(GroupKind))
    share_bp: int | None = None
    """The share held, in hundredths of a percent: 5100 is 51 %."""
    source: str = Field(max_length=200)
    dated: date
    """The day of the source."""
    made_by: str = Field(max_length=100)
    made_at: datetime = instant()
    ended_at: datetime | None = instant(nullable=True)
    ended_by: str = Field(default="", max_length=100)
    end_reason: str = Field(default="", max_length=400)


class Reexamination(SQLModel, table=True):
    """The re-examination (复审) of one term of a classified title: what was found, decided and carried out."""

    __table_args__ = (Index("ix_reexamination_listing_id", "listing_id"),)

    id: int = primary_key()
    listing_id: int = ref(foreign="listing.id")
    level: str = Field(max_length=40)
    """The level the term was of, as the standard calls it."""
    result: ReviewResult = Field(sa_type=EnumText(ReviewResult))
    then: str = Field(max_length=20)
    """What follows by the standard: keeps, moves_up, moves_down, loses."""
    to_level: str = Field(default="", max_length=40)
    clause: str = Field(default="", max_length=40)
    """The row of the standard that says so."""
    state: ReexaminationState = Field(sa_type=EnumText(ReexaminationState))
    reason: str = Field(max_length=400)
    proposed_by: str = Field(max_length=100)
    proposed_at: datetime = instant()
    decided_by: str = Field(default="", max_length=100)
    decided_at: datetime | None = instant(nullable=True)
    decision_reason: str = Field(default="", max_length=400)
    document: str = Field(default="", max_length=200)
    new_listing_id: int | None = ref(foreign="listing.id", nullable=True)
    """The term of an announced list that carries it out."""
    applied_by: str = Field(default="", max_length=100)
    applied_at: datetime | None = instant(nullable=True)


class DailyRun(SQLModel, table=True):
    """A piece of daily work that some process has begun on a day: its key lets only one begin it."""

    __tablename__ = "daily_run"
    __table_args__ = (UniqueConstraint("name", "day"),)

    id: int = primary_key()
    name: str = Field(max_length=40)
    day: date
    at: datetime = instant()
