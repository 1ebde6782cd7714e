"""The home page's numbers."""

from datetime import date

from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.directories import BatchSummary, CityCount, DirectorySummary


class ChainCount(ReadModel):
    """One of the eight chains: its enterprises, and how many of them hold the title the map shows."""

    code: str
    name: Text
    enterprises: int
    holders: int


class HomePage(ReadModel):
    """Counts for one day."""

    as_of: date
    enterprises: int
    held: int
    directories: int
    """Directories that have at least one announcement."""
    batches: int
    due: int
    directory_rows: list[DirectorySummary]
    announcements: list[BatchSummary]
    """Latest first; an open public notice before all."""
    map_directory: str
    cities: list[CityCount]
    """The province's cities, each of them also with 0, then others."""
    chains: list[ChainCount]
