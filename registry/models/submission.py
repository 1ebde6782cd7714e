"""What firms send (申报): open calls, submissions with their fields, revisions, evidence, and the steps of review."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import JsonType, SQLModel, instant, primary_key, ref
from registry.vocabulary import FieldDecision, Procedure, StepOutcome, SubmissionKind, SubmissionState


class Call(SQLModel, table=True):
    """An open call (申报通知) of a directory: window, standard version, documents asked for, steps of review."""

    __table_args__ = (Index("ix_call_directory_code_closes_at", "directory_code", "closes_at"),)

    id: int = primary_key()
    directory_code: str = Field(foreign_key="directory.code", max_length=40)
    procedure: Procedure = Field(sa_type=EnumText(Procedure))
    title: str = Field(max_length=200)
    region_code: str = Field(max_length=6)
    """Firms of this place and all that lies inside may answer."""
    opens_at: datetime = instant()
    closes_at: datetime = instant()
    standard_version: str = Field(max_length=40)
    document_no: str = Field(default="", max_length=100)
    documents: list[Any] = Field(default_factory=list, sa_type=JsonType)
    """What is asked for: ``{slug, zh, en, required}``."""
    steps: list[Any] = Field(default_factory=list, sa_type=JsonType)
    """Levels that review one after another, from below: ``{level, days}``."""
    created_by: str = Field(max_length=100)
    created_at: datetime = instant()
    withdrawn_at: datetime | None = instant(nullable=True)


class ReviewPlan(SQLModel, table=True):
    """Levels and days by which a directory, or a kind without one, is reviewed; without a row: as shipped."""

    __tablename__ = "review_plan"

    subject: str = Field(primary_key=True, max_length=40)
    """A directory's code, or the kind of what belongs to no directory."""
    steps: list[Any] = Field(default_factory=list, sa_type=JsonType)
    """As in a call: ``{level, days}``."""
    due_month: int | None = None
    due_day: int | None = None
    """By when in the year it is due; of the yearly update only."""
    version: int = 1
    """Counts its changes: a page that knows an older one is told so."""
    changed_by: str = Field(max_length=100)
    changed_at: datetime = instant()


class Submission(SQLModel, table=True):
    """What a firm sends: profile, yearly update, change report or nomination."""

    __table_args__ = (
        Index("ix_submission_enterprise_id_state", "enterprise_id", "state"),
        Index("ix_submission_call_id", "call_id"),
    )

    id: int = primary_key()
    receipt: str | None = Field(default=None, max_length=24, unique=True)
    """SB-2026-000123, given when it is first sent."""
    enterprise_id: int = ref(foreign="enterprise.id")
    kind: SubmissionKind = Field(sa_type=EnumText(SubmissionKind))
    call_id: int | None = ref(foreign="call.id", nullable=True)
    """The open call a nomination answers."""
    directory_code: str | None = Field(default=None, foreign_key="directory.code", max_length=40)
    year: int
    """The year its figures are of: the last full one when it was begun."""
    state: SubmissionState = Field(sa_type=EnumText(SubmissionState))
    revision: int = 0
    """How often it was sent; a decision names the revision that was read."""
    version: int = 1
    """Counts every change of the row or its fields: a page that knows an older one is told so."""
    steps: list[Any] = Field(default_factory=list, sa_type=JsonType)
    """``{level, region_code, days}`` in order; fixed when it is first sent."""
    step: int = 0
    """Which of ``steps`` it lies at."""
    due_on: date | None = None
    listing_id: int | None = ref(foreign="listing.id", nullable=True)
    """The row of a draft list that an approved nomination became."""
    park_id: int | None = ref(foreign="park.id", nullable=True)
    """The park that drafted it; a member of the firm has to confirm before it is sent."""
    created_by: str = Field(max_length=100)
    created_at: datetime = instant()
    submitted_at: datetime | None = instant(nullable=True)
    decided_at: datetime | None = instant(nullable=True)


class SubmissionField(SQLModel, table=True):
    """One value of a submission as it stands now, and what was decided about it."""

    __tablename__ = "submission_field"
    __table_args__ = (UniqueConstraint("submission_id", "path"),)

    id: int = primary_key()
    submission_id: int = ref(foreign="submission.id")
    path: str = Field(max_length=80)
    """Its name in ``services.submitting.catalogue``: profile.address, annual.2025.revenue, facts.class1_ip …"""
    value: Any = Field(default=None, sa_type=JsonType)
    """Money in yuan, ratios as fractions, dates as ISO text; None: deliberately empty."""
    typed: str = Field(default="", max_length=4000)
    """What was typed, also where it could not be read: nothing typed is lost."""
    fault: str = Field(default="", max_length=40)
    """Slug of what is wrong with it; empty where nothing is."""
    unit_confirmed: bool = False
    """The firm said that a value far from last year's is in the unit it names."""
    saved_at: datetime = instant()
    saved_by: str = Field(max_length=100)
    decision: FieldDecision | None = Field(default=None, sa_type=EnumText(FieldDecision), nullable=True)
    decided_revision: int | None = None
    """The revision the decision was about."""
    decided_by: str = Field(default="", max_length=100)
    reason_code: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=400)


class SubmissionRevision(SQLModel, table=True):
    """A submission as it was sent, for ever: what the receipt's hash is of."""

    __tablename__ = "submission_revision"
    __table_args__ = (UniqueConstraint("submission_id", "revision"),)

    id: int = primary_key()
    submission_id: int = ref(foreign="submission.id")
    revision: int
    content: dict[str, Any] = Field(sa_type=JsonType)
    """``{fields: {path: value}, evidence: [{slug, sha256, filename}], findings: {...}}``; None: the firm emptied it."""
    sha256: str = Field(max_length=64)
    declared_by: str = Field(max_length=100)
    """Name and office of whoever signed the declaration."""
    sent_by: str = Field(max_length=100)
    sent_at: datetime = instant()


class Evidence(SQLModel, table=True):
    """A document a firm sent; its bytes lie in the archive by hash. Removed, never deleted."""

    __table_args__ = (
        Index("ix_evidence_enterprise_id", "enterprise_id"),
        Index("ix_evidence_submission_id", "submission_id"),
        Index("ix_evidence_sha256", "sha256"),
    )

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    submission_id: int | None = ref(foreign="submission.id", nullable=True)
    slug: str = Field(max_length=40)
    """Which document: licence, audit_report, … as the call or the catalogue names it."""
    path: str = Field(default="", max_length=80)
    """The field it proves, where it proves one."""
    filename: str = Field(max_length=255)
    sha256: str = Field(max_length=64)
    size: int
    pages: int | None = None
    media_type: str = Field(max_length=100)
    uploaded_by: str = Field(max_length=100)
    uploaded_at: datetime = instant()
    removed_at: datetime | None = instant(nullable=True)


class ReviewStep(SQLModel, table=True):
    """A submission's stay at one level, with times: entered, decided, how."""

    __tablename__ = "review_step"
    __table_args__ = (Index("ix_review_step_submission_id", "submission_id"),)

    id: int = primary_key()
    submission_id: int = ref(foreign="submission.id")
    revision: int
    step: int
    level: str = Field(max_length=20)
    region_code: str = Field(max_length=6)
    entered_at: datetime = instant()
    outcome: StepOutcome | None = Field(default=None, sa_type=EnumText(StepOutcome), nullable=True)
    decided_at: datetime | None = instant(nullable=True)
    decided_by: str = Field(default="", max_length=100)
    comment: str = Field(default="", max_length=400)
    decisions: dict[str, Any] = Field(default_factory=dict, sa_type=JsonType)
    """What was decided about each field when it left: ``{path: {decision, reason_code, reason, by}}``."""
