"""Objections (异议) to a public notice."""

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from registry.db import EnumText
from registry.models.base import SQLModel, instant, primary_key, ref
from registry.vocabulary import ObjectionState


class Objection(SQLModel, table=True):
    """What somebody has against a row of a public notice, or against the notice; who said it is never public."""

    __table_args__ = (
        Index("ix_objection_batch_id_state", "batch_id", "state"),
        Index("ix_objection_contact_received_on", "contact", "received_on"),
    )

    id: int = primary_key()
    receipt: str = Field(max_length=24, unique=True)
    """Given to whoever objects; cannot be guessed and opens the page of the objection."""
    batch_id: int = ref(foreign="batch.id")
    listing_id: int | None = ref(foreign="listing.id", nullable=True, index=True)
    product_listing_id: int | None = ref(foreign="product_listing.id", nullable=True, index=True)
    subject: str = Field(default="", max_length=300)
    """The name the objection is about, as typed, where no row was chosen."""
    text: str
    objector: str = Field(max_length=100)
    contact: str = Field(max_length=200)
    received_on: date
    received_at: datetime = instant()
    recorded_by: str = Field(default="", max_length=100)
    """The official who entered an objection that came by letter; empty: it came by the page."""
    state: ObjectionState = Field(default=ObjectionState.OPEN, sa_type=EnumText(ObjectionState))
    reason: str = Field(default="", max_length=400)
    decided_by: str = Field(default="", max_length=100)
    decided_on: date | None = None
