"""Addresses the change feed is sent to."""

from datetime import datetime

from sqlmodel import Field

from registry.db import BigKey
from registry.models.base import JsonType, SQLModel, instant, primary_key


class Webhook(SQLModel, table=True):
    """An address (推送地址) that gets events as they come, in their order. The secret signs what is sent."""

    id: int = primary_key()
    holder: str = Field(max_length=100)
    """Who receives, and whom to ask about it."""
    url: str = Field(max_length=500)
    secret: str = Field(max_length=80)
    """Kept as it is: a signature cannot be made from a hash."""
    types: list[str] = Field(sa_type=JsonType)
    """Only these kinds of event; empty for all."""
    directory_code: str | None = Field(default=None, max_length=40)
    after: int = Field(default=0, sa_type=BigKey)
    """Number of the last event that has arrived, or was of no interest."""
    made_by: str = Field(max_length=100)
    made_at: datetime = instant()
    due_at: datetime | None = instant(nullable=True)
    """Not tried before; empty once it was stopped."""
    failures: int = 0
    """How often in a row it could not be delivered."""
    last_at: datetime | None = instant(nullable=True)
    last_said: str = Field(default="", max_length=200)
    """What came of the last try."""
