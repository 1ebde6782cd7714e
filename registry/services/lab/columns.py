"""A snapshot as populations: the columns some rules read, of everybody or of some, on any day."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.npyio import NpzFile
from numpy.typing import NDArray

from registry.services.assessing.gathering import FIELDS
from registry.services.lab.packing import from_bytes
from registry.services.lab.snapshot import FILE, FORMAT, taken_at
from registry.tiering.figures import DERIVED_FROM, stated_name
from registry.tiering.population import Bools, Column, Dates, Floats, Population, TitleSpans, derived
from registry.tiering.reads import Reads, reads
from registry.tiering.standard import Procedure, Standard

KEPT = 4
"""Whole populations kept ready: a day with its columns each."""

Rows = NDArray[np.int64]


@dataclass
class Columns:
    """What a snapshot holds. Arrays are read from the file when they are first asked for, and kept."""

    file: NpzFile
    _kept: dict[str, Any] = field(default_factory=dict)
    _populations: dict[Any, Population] = field(default_factory=dict)

    @cached_property
    def about(self) -> dict[str, Any]:
        """Its stamp and when it was taken."""
        found: dict[str, Any] = from_bytes(self.file["about"])
        return found

    @property
    def stamp(self) -> str:
        """What ``snapshot.stamp`` said when it was taken."""
        return str(self.about["stamp"])

    @property
    def taken_at(self) -> datetime:
        """When it was taken."""
        return taken_at(self.about)

    @cached_property
    def ids(self) -> Rows:
        """Numbers of the enterprises, ascending: row k is ``ids[k]``."""
        found: Rows = self.array("ids")
        return found

    @cached_property
    def regions(self) -> NDArray[np.str_]:
        """Region code of each row, empty if unknown."""
        found: NDArray[np.str_] = self.array("region")
        return found

    @cached_property
    def founded(self) -> Dates:
        """Day of registration of each row, NaT if unknown."""
        found: Dates = self.array("field:founded_on:values")
        return found

    @cached_property
    def derived(self) -> dict[str, Floats]:
        """What rules read of region, industry and market: worked out once a word, not once a row."""
        found: dict[str, Floats] = {}
        for name in FIELDS:
            if f"field:{name}:words" in self.file:
                words, places = from_bytes(self.file[f"field:{name}:words"]), self.file[f"field:{name}:values"]
                for fact, values in derived({name: words}).items():
                    found[fact] = np.asarray(values).astype(np.float64)[places]
        return found

    @property
    def size(self) -> int:
        """How many enterprises."""
        return int(self.ids.size)

    def array(self, name: str) -> Any:
        """One array of the file. Raises KeyError."""
        if name not in self._kept:
            self._kept[name] = self.file[name]
        return self._kept[name]

    def names(self, prefix: str) -> list[str]:
        """What follows ``prefix:`` in the names of the file."""
        return [name.partition(":")[2] for name in self.file.files if name.startswith(f"{prefix}:")]

    def chain(self, code: str) -> Rows:
        """Rows of the enterprises of a chain."""
        rows: Rows = self.array(f"chain:{code}")
        return rows

    def population(self, wanted: Reads, *, as_of: date) -> Population:
        """Everybody on a day with these columns, as ``gathering.gather`` would make it; ready-made ones are kept."""
        key = (as_of, wanted)
        if key not in self._populations:
            while len(self._populations) >= KEPT:
                self._populations.pop(next(iter(self._populations)))
            self._populations[key] = self._made(wanted, as_of)
        return self._populations[key]

    def _made(self, wanted: Reads, as_of: date) -> Population:
        asked = {stated_name(name) for name in wanted.facts | wanted.dates} - DERIVED_FROM.keys() - set(FIELDS)
        have = {name.rpartition(":")[0] for name in self.names("fact")}
        figures = {
            key: self.array(f"figure:{key[0]}:{key[1]}")
            for key in wanted.figures
            if f"figure:{key[0]}:{key[1]}" in self.file
        }
        return Population.from_columns(
            size=self.size,
            as_of=as_of,
            figures=figures,
            facts={
                "founded_on": self.founded,
                **self.derived,
                **{name: self._fact(name, as_of) for name in sorted(asked & have)},
            },
            titles={code: self._title(code) for code in wanted.titles if f"title:{code}:rows" in self.file},
        )

    def _fact(self, name: str, as_of: date) -> Any:
        """The strongest statement of each row made for a day up to ``as_of``."""
        rows, days, values = (self.array(f"fact:{name}:{part}") for part in ("rows", "days", "values"))
        if f"fact:{name}:words" in self.file:
            words = from_bytes(self.file[f"fact:{name}:words"])
            values = np.fromiter(words, dtype=object, count=len(words))[values]
        nothing = {"M": np.datetime64("NaT"), "O": None}.get(values.dtype.kind, np.nan)
        known = days <= np.datetime64(as_of, "D")
        found = np.full(self.size, nothing, dtype=values.dtype)
        found[rows[known]] = values[known]  # of one row twice the last, the strongest, stays
        return found

    def _title(self, code: str) -> tuple[Any, Any, Any]:
        rows, begins, ends = (self.array(f"title:{code}:{part}") for part in ("rows", "from", "to"))
        return rows, begins, ends


def load(folder: Path) -> Columns | None:
    """The snapshot in a folder, None if there is none of this format.

    A process keeps the last one it read until a newer is there.
    """
    path = folder / FILE
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    key = (str(path), found.st_mtime_ns, found.st_ino)
    if key not in _LOADED:
        columns = Columns(np.load(path, allow_pickle=False))
        _LOADED.clear()
        _LOADED[key] = columns if columns.about.get("format") == FORMAT else None
    return _LOADED[key]


_LOADED: dict[tuple[str, int, int], Columns | None] = {}


def both_read(standards: Sequence[Standard], *, as_of: date, procedures: Sequence[Procedure]) -> Reads:
    """The columns any of these standards reads under any of these procedures, and the title of their tier."""
    asked = [reads(one, as_of=as_of, procedure=procedure) for one in standards for procedure in procedures]
    return Reads(
        frozenset().union(*(one.figures for one in asked)),
        frozenset().union(*(one.facts for one in asked)),
        frozenset().union(*(one.dates for one in asked)),
        frozenset().union(*(one.titles for one in asked), {one.tier for one in standards}),
    )


def some_of(population: Population, rows: Rows, procedure: Procedure) -> Population:
    """The population of some rows, ascending, under a procedure."""
    place = np.full(population.size, -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    return replace(
        population,
        size=int(rows.size),
        procedure=procedure,
        figures={key: _take(one, rows) for key, one in population.figures.items()},
        facts={key: _take(one, rows) for key, one in population.facts.items()},
        dates={key: one[rows] for key, one in population.dates.items()},
        titles={code: _moved(spans, place) for code, spans in population.titles.items()},
        titles_known=population.titles_known[rows],
    )


def _take(column: Column, rows: Rows) -> Column:
    return Column(column.values[rows], column.known[rows])


def _moved(spans: TitleSpans, place: Rows) -> TitleSpans:
    at = place[spans.rows]
    mine: Bools = at >= 0
    return TitleSpans(at[mine], spans.valid_from[mine], spans.valid_to[mine])
