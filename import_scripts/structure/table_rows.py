"""The rows of one table, read from their sheet again and again and never held as a whole."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from import_scripts.structure.layout import Layout
from import_scripts.structure.records import Walk
from registry.schemas.tables import LeftOut, Merge, Row


@dataclass(frozen=True, slots=True)
class Stretch:
    """The rows of a sheet behind row ``after`` and before row ``until`` (None: to the end)."""

    rows: Iterable[Row]
    after: int | None = None
    until: int | None = None

    def __iter__(self) -> Iterator[Row]:
        rows = iter(self.rows)
        if self.after is not None:
            after = self.after
            rows = itertools.dropwhile(lambda row: row[0] <= after, rows)
        if self.until is not None:
            until = self.until
            rows = itertools.takewhile(lambda row: row[0] < until, rows)
        return rows


@dataclass(slots=True)
class TableRows:
    """The records of a table. Whoever has read them to the end also knows ``left_out``."""

    stretch: Stretch
    layout: Layout
    merges: Sequence[Merge] = ()
    depth: int = 0
    first_group: str = ""
    titles: frozenset[str] = frozenset()
    known: list[LeftOut] | None = field(default=None, compare=False)

    def __iter__(self) -> Iterator[Row]:
        walk = self.walk(stop_at_header=False)
        yield from walk.records_of(self.stretch)
        self.known = walk.left_out

    def walk(self, *, stop_at_header: bool) -> Walk:
        """A way through the rows from the beginning."""
        return Walk(
            self.layout,
            merges=self.merges,
            depth=self.depth,
            first_group=self.first_group,
            titles=self.titles,
            stop_at_header=stop_at_header,
        )

    def left_out(self) -> list[LeftOut]:
        """The rows that are no records; reads the table to its end if nobody has yet."""
        if self.known is None:
            for _ in self:
                pass
        return self.known or []


class LeftOutRows(Sequence[LeftOut]):
    """The rows a table leaves out, found when somebody asks."""

    def __init__(self, rows: TableRows) -> None:
        self._rows = rows

    @overload
    def __getitem__(self, place: int) -> LeftOut: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[LeftOut]: ...

    def __getitem__(self, place: int | slice) -> LeftOut | Sequence[LeftOut]:
        return self._rows.left_out()[place]

    def __len__(self) -> int:
        return len(self._rows.left_out())
