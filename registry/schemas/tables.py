"""What a file was understood as: sheets of verbatim cells, then tables with the role each column plays."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from registry.errors import Text


class OpenFile(Protocol):
    """Understands a file; its rows can be read until the block is left. Raises FileRefused, InvalidInput."""

    def __call__(
        self, path: Path, *, header_rows: Mapping[str, int] | None = None
    ) -> "AbstractContextManager[ReadFile]": ...


Row = tuple[int, list[str]]
"""Row number (1-based, as a spreadsheet shows it) and its cells as text, in the order of the columns."""
Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column of cells joined into one; all 1-based, both ends included."""
Origin = Literal["sheet", "page", "html", "word", "text"]
LeftOutKind = Literal[
    "group", "continuation", "note", "repeated_header", "type_row", "total", "signature", "title", "no_name"
]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A grid of verbatim cells as one reader found it: a worksheet, a PDF page, an HTML or Word table, a text file.

    ``rows`` can be iterated again and again; blank rows are left out, numbers count them. Of merged cells only the
    top left one is filled. Text outside a table stands as rows of one cell, in reading order, and is counted by the
    numbers too; ``table_row`` is the number of the table's own first row (1 where no text stands before it).
    ``uncertain``: the cells were recognised from a picture and each needs a look.
    """

    name: str
    rows: Iterable[Row]
    merged: tuple[Merge, ...] = ()
    origin: Origin = "sheet"
    uncertain: bool = False
    table_row: int = 1


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row below the header that is no record of its own, and what it was taken for."""

    row: int
    kind: LeftOutKind
    text: str


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


class StatedCount(NamedTuple):
    """A group that states how many entries it has, and how many records were read in it."""

    group: str
    stated: int
    read: int


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file. ``rows`` can be iterated again and again and never holds the whole file in memory.

    ``header_row`` is 1-based; ``columns`` are the header cells with all white space removed; ``title`` is what stood
    above the header. ``derived`` names columns the reader made (分组: the group row's value); their cells follow those
    of ``columns`` in each row, and roles may point at them by position. ``left_out`` are the rows below the header that
    are no records. ``stated`` are the groups that say how many entries they have. ``uncertain`` as in ``Sheet``.
    """

    sheet: str
    title: str
    header_row: int
    columns: tuple[str, ...]
    rows: Iterable[Row]
    roles: tuple[ColumnRole, ...] = ()
    derived: tuple[str, ...] = ()
    left_out: Sequence[LeftOut] = ()
    stated: tuple[StatedCount, ...] = ()
    uncertain: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What each column is called on pages and in archived rows, derived ones included: never blank, none twice."""
        given = {each.position: each.column for each in self.roles}
        return tuple(given.get(i, column) for i, column in enumerate((*self.columns, *self.derived)))

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
