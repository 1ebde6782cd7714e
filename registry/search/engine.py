"""The small interface an engine implements. Everything about Chinese names lies above it, in the planner."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

from registry.search.documents import IndexDocument
from registry.search.plan import FacetCounts, Filters, LadderPlan, Position, Ranked, StrictPlan


class EngineUnavailable(Exception):
    """There is no readable index of this program’s shape; the database answers instead."""


class WriterBusy(Exception):
    """Another process is writing the index; try again later."""


class Reader(Protocol):
    """One unchanging view: hits, total and facets taken from it belong together."""

    def strict(self, plan: StrictPlan, filters: Filters, *, limit: int, after: Position | None = None) -> Ranked:
        """One page of what matches, best first, with the exact total."""
        ...

    def facets(self, plan: StrictPlan, filters: Filters) -> FacetCounts:
        """Disjunctive counts: each facet under all filters but its own. Values without a hit are left out."""
        ...


class IndexReader(Reader, Protocol):
    """A view of an index, which has one day built in and knows similar names."""

    @property
    def day(self) -> date:
        """The day for which title states were written."""
        ...

    @property
    def count(self) -> int:
        """How many enterprises are in it."""
        ...

    def matching(self, plan: StrictPlan, *, limit: int) -> tuple[list[int], bool]:
        """All matches regardless of filters, best first, and whether the list was cut at ``limit``."""
        ...

    def candidates(self, ladder: LadderPlan, filters: Filters, *, limit: int) -> list[tuple[int, float]]:
        """Similar enterprises in rough order, for the planner to rank again."""
        ...


class Writer(Protocol):
    """Held by one process at a time."""

    def apply(self, *, upserts: Iterable[IndexDocument], deletes: Iterable[int], day: date) -> None:
        """Write a batch in one commit and set the day. Harmless when repeated.

        Raises EngineUnavailable if there is no index to write to.
        """
        ...

    def build_beside(self, documents: Iterable[IndexDocument], *, day: date) -> str:
        """Write a whole new index next to the present one; returns its name."""
        ...

    def count_of(self, version: str) -> int:
        """How many enterprises a built version holds: the gate before a swap."""
        ...

    def swap(self, version: str) -> None:
        """Make a built version the one that is read, at once; the one before is kept, older ones are dropped."""
        ...


class SearchEngine(Protocol):
    """An index that everybody can read and one process can write."""

    def reader(self) -> IndexReader:
        """The newest committed view. Raises EngineUnavailable."""
        ...

    def writing(self) -> AbstractContextManager[Writer]:
        """The right to write. Raises WriterBusy while another process has it."""
        ...
