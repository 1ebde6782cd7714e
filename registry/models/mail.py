"""Letters that wait to be sent."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from registry.models.base import SQLModel, instant, primary_key


class Mail(SQLModel, table=True):
    """A letter that waits; the worker sends it and deletes it. After too many tries it is given up and emptied."""

    __table_args__ = (Index("ix_mail_due_at", "due_at"),)

    id: int = primary_key()
    recipient: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    body: str
    queued_at: datetime = instant()
    due_at: datetime | None = instant(nullable=True)
    """When to send it; empty once it was given up."""
    attempts: int = 0
    error: str = Field(default="", max_length=200)
