"""Batches (批次, announcements) and listings (认定记录, dated titles)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from registry.db import BigKey, EnumText
from registry.models.base import JsonType, SQLModel, instant, primary_key, ref
from registry.vocabulary import BatchState


class Batch(SQLModel, table=True):
    """One announcement of a directory. Only a final batch gives titles; a public notice is shown as not final."""

    __table_args__ = (UniqueConstraint("directory_code", "year", "label", "edition"),)

    id: int = primary_key()
    directory_code: str = Field(foreign_key="directory.code", max_length=40)
    year: int
    label: str = Field(max_length=100)
    """As the authority calls it: 第八批, 2026年第3号, …"""
    title: str = Field(max_length=300)
    document_no: str | None = Field(default=None, max_length=100)
    announced_on: date | None = None
    notice_from: date | None = None
    notice_to: date | None = None
    source_url: str | None = Field(default=None, max_length=500)
    state: BatchState = Field(sa_type=EnumText(BatchState))
    edition: int = 1
    supersedes_id: int | None = ref(foreign="batch.id", nullable=True)
    notice_by: str | None = Field(default=None, max_length=100)
    """Who opened the public notice: ending it early takes somebody else."""
    content_hash: str | None = Field(default=None, max_length=64)
    """SHA-256 over the rows in printed order; set when the batch is frozen, after which its rows never change."""
    frozen_at: datetime | None = instant(nullable=True)
    created_at: datetime = instant()
    voided_at: datetime | None = instant(nullable=True)


class BatchSeal(SQLModel, table=True):
    """The rows of a batch as they were when it was frozen, so that a difference can be named and not only noticed."""

    __tablename__ = "batch_seal"

    batch_id: int = Field(primary_key=True, foreign_key="batch.id", sa_type=BigKey)
    rows: int
    content: bytes = Field(sa_type=LargeBinary)
    """Canonical JSON, one row a line, UTF-8, compressed (zlib)."""


class Listing(SQLModel, table=True):
    """An enterprise's title from one batch: what the document says, for which days, and in which row it stands."""

    __table_args__ = (
        Index("ix_listing_directory_code_valid_to", "directory_code", "valid_to"),
        Index("ix_listing_enterprise_id", "enterprise_id"),
        # Holds all that counting titles on a day reads, so that counting never touches the wide rows.
        Index("ix_listing_batch_id_days", "batch_id", "voided_at", "valid_from", "valid_to", "withdrawn_on"),
    )

    id: int = primary_key()
    enterprise_id: int = ref(foreign="enterprise.id")
    directory_code: str = Field(foreign_key="directory.code", max_length=40)
    batch_id: int = ref(foreign="batch.id")
    name_as_announced: str = Field(max_length=300)
    """Verbatim, as printed."""
    certificate_no: str | None = Field(default=None, max_length=60)
    rank: int | None = None
    group_label: str | None = Field(default=None, max_length=100)
    """Heading the row stood under, e.g. 复核通过."""
    valid_from: date
    valid_to: date | None = None
    """Last day of validity, inclusive; None where no end is set."""
    withdrawn_on: date | None = None
    withdrawal_reason: str | None = Field(default=None, max_length=300)
    withdrawal_document: str | None = Field(default=None, max_length=200)
    details: dict[str, Any] | None = Field(default=None, sa_type=JsonType)
    """What else the row says, by its own column names."""
    import_row_id: int | None = ref(foreign="import_row.id", nullable=True, index=True)
    recorded_at: datetime = instant()
    """When we learned it; ``valid_from`` is when it took effect."""
    voided_at: datetime | None = instant(nullable=True)
    """When we took it back as never announced so (import undone)."""
