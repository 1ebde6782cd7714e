"""How the registry is doing, as anybody may read it."""

from datetime import date, datetime

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.vocabulary import DirectoryKind, Level


class ListAge(ReadModel):
    """How old the newest final announcement of a directory is on the day. Without one the last three are None."""

    code: str
    short: Text
    level: Level
    kind: DirectoryKind
    held: int
    batch_id: int | None
    label: str | None
    announced_on: date | None
    days: int | None


class IndexState(ReadModel):
    """What the search index holds, and what waits for it. Without an index the database answers."""

    enterprises: int | None
    """In the index; None: there is none that can be used."""
    day: date | None
    """For which title states were written."""
    waiting: int
    """Changes not in the index yet."""
    oldest: datetime | None
    """When the oldest of them was made, UTC."""
    lag_seconds: float
    """How long it has waited; 0 if none waits."""


class IndexDrift(ReadModel):
    """What the latest nightly comparison of index and database found; what differed was written anew."""

    at: datetime
    compared: int
    """Entries of the database; 0: there was no index to compare."""
    missing: int
    extra: int
    different: int


class JobCounts(ReadModel):
    """Background work by its state."""

    queued: int
    running: int
    failed: int


class Status(ReadModel):
    """Ages of lists, index and background work at one moment."""

    at: datetime
    as_of: date
    lists: list[ListAge]
    index: IndexState
    drift: IndexDrift | None
    """None: nothing was compared yet."""
    jobs: JobCounts
