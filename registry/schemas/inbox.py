"""What waits for officials, as lists show it."""

from datetime import date, datetime

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.vocabulary import WorkKind


class InboxRow(ReadModel):
    """One matter."""

    id: int
    kind: WorkKind
    subject_id: int
    title: str
    place: Text | None
    directory_name: Text | None
    note: Text | None
    """What kind of submission it is and where it stands, where it is one."""
    due_on: date | None
    days_left: int | None
    assignee: str
    """Name of whoever has it; empty: nobody."""
    mine: bool
    opened_at: datetime


class InboxPage(ReadModel):
    """A page of the inbox, with how many there are of each kind and what is late."""

    rows: tuple[InboxRow, ...]
    total: int
    kinds: dict[WorkKind, int]
    """Under the other filters."""
    overdue: int
    mine: int
    next_cursor: str | None


class Colleague(ReadModel):
    """Somebody a matter can be given to."""

    account_id: int
    name: str
    place: Text | None


class Neighbours(ReadModel):
    """Where a matter stands among those of its kind that wait for this official."""

    number: int
    total: int
    previous: int | None
    following: int | None
    """Numbers of the subjects."""


class Assignment(ReadModel):
    """Matters that were given to somebody at once; can be taken back while nobody changed them since."""

    event_id: int
    count: int
    to: str
    undone: bool


class BulkReady(ReadModel):
    """Of a filtered set: what can go on at once, and what stands in the way of the rest."""

    total: int
    ready: tuple[int, ...]
    """Numbers of the submissions whose every field is accepted."""
    approving: int
    """How many of them would be written to the register; the others go to the next level."""


BULK_MAX = 200
"""Matters acted on at once."""
