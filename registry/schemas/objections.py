"""Objections as they are read: by whoever holds the receipt, and by officials."""

from datetime import date

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.directories import BatchSummary
from registry.vocabulary import ObjectionState


class ObjectionReceipt(ReadModel):
    """What the holder of a receipt sees: never who objected."""

    receipt: str
    batch: BatchSummary
    subject: str
    """The name it is about; empty for the notice as a whole."""
    text: str
    received_on: date
    state: ObjectionState
    reason: str
    decided_on: date | None


class ObjectionRead(ReadModel):
    """What officials see, with name and contact of whoever objected."""

    id: int
    receipt: str
    batch_id: int
    batch_label: str
    directory_code: str
    directory_name: Text
    notice_to: date | None
    listing_id: int | None
    """The row it is about, of either kind; None for the notice as a whole or a name only."""
    subject: str
    text: str
    objector: str
    contact: str
    received_on: date
    recorded_by: str
    state: ObjectionState
    reason: str
    decided_by: str
    decided_on: date | None


class ObjectionSubject(ReadModel):
    """The row of a public notice somebody wants to object to."""

    listing_id: int
    name: str
