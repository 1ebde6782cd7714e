"""What a file was understood as: tables of verbatim cells with the role each column plays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from registry.errors import Text

Row = tuple[int, list[str]]
"""Row number (1-based, as a spreadsheet shows it) and its cells as text, in the order of the columns."""


@dataclass(frozen=True, slots=True)
class ColumnRole:
    """Which field of the registry a column feeds.

    ``role`` is None for a column that is only kept. ``confidence`` runs from 0 to 1, ``examples`` are a few of its
    cells.
    """

    position: int
    column: str
    role: str | None
    confidence: float
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file. ``rows`` can be iterated again and again and never holds the whole file in memory.

    ``header_row`` is 1-based; ``columns`` are the header cells with all white space removed; ``title`` is what stood
    above the header.
    """

    sheet: str
    title: str
    header_row: int
    columns: tuple[str, ...]
    rows: Iterable[Row]
    roles: tuple[ColumnRole, ...] = ()

    def position_of(self, role: str) -> int | None:
        """Where the column with this role stands, counted from 0."""
        return next((each.position for each in self.roles if each.role == role), None)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as understood. Nothing in it has been trusted, executed or stored."""

    path: Path
    filename: str
    sha256: str
    size: int
    media_type: str
    tables: Sequence[Table]
    notes: list[Text] = field(default_factory=list)
