"""What keeps the registry honest and running: the audit chain, the search outbox, long work."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import JsonType, SQLModel, instant, primary_key
from registry.vocabulary import JobState


class AuditEvent(SQLModel, table=True):
    """One act on official data, chained to the one before by its hash. Appended, never edited."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject_kind_subject_key", "subject_kind", "subject_key"),)

    id: int = primary_key()
    at: datetime = instant()
    actor: str = Field(max_length=100)
    action: str = Field(max_length=60)
    subject_kind: str = Field(max_length=40)
    subject_key: str = Field(max_length=60)
    before: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    after: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    reason: str = Field(default="", max_length=400)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)


class AuditHead(SQLModel, table=True):
    """Where the audit trail ends: how many events there are, the hash of the last. One row; tells a cut-off end."""

    __tablename__ = "audit_head"

    id: int = primary_key()
    events: int
    hash: str = Field(max_length=64)


class IndexOutbox(SQLModel, table=True):
    """A change the search index has not seen yet; written in the same transaction as the change.

    ``kind`` enterprise with a key, or ``everything`` after a change too large to name row by row. A number is never
    given twice: who has seen a row knows it again.
    """

    __tablename__ = "index_outbox"
    __table_args__ = {"sqlite_autoincrement": True}

    id: int = primary_key()
    kind: str = Field(max_length=20)
    subject_id: int | None = Field(default=None)
    queued_at: datetime = instant()


class IndexCatchUp(SQLModel, table=True):
    """A row taken from the outbox while an index was being built beside: that one has yet to catch up with it."""

    __tablename__ = "index_catch_up"

    id: int = primary_key()
    """The number it had in the outbox."""
    kind: str = Field(max_length=20)
    subject_id: int | None = Field(default=None)


class Sign(SQLModel, table=True):
    """When something that should happen again and again last did: a worker’s beat, a backup. One row a name."""

    id: int = primary_key()
    name: str = Field(max_length=80, unique=True)
    at: datetime = instant()
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JsonType)


class Job(SQLModel, table=True):
    """Long work outside the request, with progress; survives a restart and can be cancelled."""

    __table_args__ = (
        Index("ix_job_state_run_at", "state", "run_at"),
        Index("ix_job_kind_key", "kind", "key"),
    )

    id: int = primary_key()
    kind: str = Field(max_length=40)
    key: str = Field(max_length=100)
    payload: dict[str, Any] = Field(sa_type=JsonType)
    state: JobState = Field(sa_type=EnumText(JobState))
    done: int = 0
    total: int = 0
    attempts: int = 0
    error: str | None = Field(default=None)
    result: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    actor: str = Field(max_length=100)
    queued_at: datetime = instant()
    run_at: datetime = instant()
    locked_by: str | None = Field(default=None, max_length=60)
    locked_until: datetime | None = instant(nullable=True)
    finished_at: datetime | None = instant(nullable=True)
