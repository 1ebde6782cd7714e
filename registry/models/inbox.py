"""What waits for officials: one row a matter, whatever it is; who looks at it now; errors the public reported."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import SQLModel, instant, primary_key, ref
from registry.review_vocabulary import MergeBasis, MergeState
from registry.vocabulary import CorrectionState, WorkKind


class WorkItem(SQLModel, table=True):
    """A matter that waits (收件). Opened and closed by the service that acts on the matter, in the same transaction."""

    __tablename__ = "work_item"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_work_item_closed_at_due_on", "closed_at", "due_on"),
        Index("ix_work_item_enterprise_id", "enterprise_id"),
    )

    id: int = primary_key()
    kind: WorkKind = Field(sa_type=EnumText(WorkKind))
    subject_id: int = ref()
    """The row it is about, in the table its kind names."""
    title: str = Field(max_length=300)
    """What the list prints: the firm's name, the file's name …"""
    enterprise_id: int | None = ref(foreign="enterprise.id", nullable=True)
    region_code: str = Field(default="", max_length=6)
    """Whose matter it is; empty: the province's."""
    directory_code: str | None = Field(default=None, foreign_key="directory.code", max_length=40)
    due_on: date | None = None
    assignee_id: int | None = ref(foreign="account.id", nullable=True, index=True)
    opened_at: datetime = instant()
    closed_at: datetime | None = instant(nullable=True)


class Presence(SQLModel, table=True):
    """Somebody has a matter open. Forgotten half a minute after the last sign of life."""

    __table_args__ = (UniqueConstraint("kind", "subject_id", "account_id"),)

    id: int = primary_key()
    kind: WorkKind = Field(sa_type=EnumText(WorkKind))
    subject_id: int = ref()
    account_id: int = ref(foreign="account.id")
    since: datetime = instant()
    seen_at: datetime = instant()


class Correction(SQLModel, table=True):
    """An error somebody reported on an enterprise's page (纠错). Who reported it is never public."""

    __table_args__ = (Index("ix_correction_enterprise_id_state", "enterprise_id", "state"),)

    id: int = primary_key()
    receipt: str = Field(max_length=24, unique=True)
    enterprise_id: int = ref(foreign="enterprise.id")
    about: str = Field(max_length=60)
    """Which part of the page: name, address, title, figure …"""
    text: str
    contact: str = Field(default="", max_length=200)
    state: CorrectionState = Field(default=CorrectionState.OPEN, sa_type=EnumText(CorrectionState))
    reason: str = Field(default="", max_length=400)
    decided_by: str = Field(default="", max_length=100)
    received_at: datetime = instant()
    decided_at: datetime | None = instant(nullable=True)


class MergeProposal(SQLModel, table=True):
    """Two enterprises that may be one (疑似同一企业). ``first_id`` is the smaller number, so that a pair is one row."""

    __tablename__ = "merge_proposal"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: int = primary_key()
    first_id: int = ref(foreign="enterprise.id", index=True)
    second_id: int = ref(foreign="enterprise.id", index=True)
    basis: MergeBasis = Field(sa_type=EnumText(MergeBasis))
    said: str = Field(default="", max_length=400)
    """The name or code they share, or what whoever proposed it wrote."""
    state: MergeState = Field(default=MergeState.OPEN, sa_type=EnumText(MergeState))
    proposed_by: str = Field(max_length=100)
    proposed_at: datetime = instant()
    reason: str = Field(default="", max_length=400)
    decided_by: str = Field(default="", max_length=100)
    decided_at: datetime | None = instant(nullable=True)
