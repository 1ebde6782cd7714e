"""Reported errors as they are read: by whoever holds the receipt, and by officials."""

from datetime import datetime

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.vocabulary import CorrectionState


class CorrectionReceipt(ReadModel):
    """What the holder of a receipt sees; never the contact."""

    receipt: str
    enterprise_key: str
    enterprise_name: str
    about: Text
    text: str
    state: CorrectionState
    reason: str
    received_at: datetime
    decided_at: datetime | None


class CorrectionRead(CorrectionReceipt):
    """What officials see."""

    id: int
    contact: str
    place: Text | None
    decided_by: str
    may_decide: bool
    others: int
    """Other open reports about the same enterprise."""
