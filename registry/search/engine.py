"""The small interface an engine implements. Everything about Chinese names lies above it, in the planner.

An engine keeps entries (:class:`registry.search.documents.IndexDocument`), finds those for which an expression holds,
in one fixed order (``order``, highest first), counts them, and hands back the texts stored with them. It scores
nothing and knows no language: two engines that keep to this give the same answers.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from registry.search.documents import IndexDocument
from registry.search.expression import Expression

Stored = Literal["none", "card", "forms"]
"""What is wanted of each row: only its number, what a page shows of it, or what similar names are compared by."""


class EngineUnavailable(Exception):
    """There is no readable index of this program’s shape; the database answers instead."""


class EngineAway(EngineUnavailable):
    """Nobody answers for the index, which may be fine: to be tried again later, not to be rebuilt."""


class WriterBusy(Exception):
    """Another process is writing the index; try again later."""


class RebuildBusy(WriterBusy):
    """Another process is building a version beside the one in use; try again when it is done."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One lookup. ``below``: only rows whose order is smaller. ``counts``: fields whose values are counted.

    ``closest``: rows come in tiers, first those for which the first of these holds too, then those for which the second
    does, at last the rest. The page begins in ``tier``, and ``below`` speaks of that one.
    ``total`` and ``counts`` look at all that match, whatever ``limit``, ``tier`` and ``below`` say.
    """

    where: Expression
    limit: int = 0
    below: int | None = None
    stored: Stored = "card"
    total: bool = False
    counts: tuple[str, ...] = ()
    closest: tuple[Expression, ...] = ()
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One entry found: its number in its kind, its place in the fixed order, the stored text asked for, its tier."""

    id: int
    order: int
    stored: str = ""
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one :class:`Ask`: rows tier by tier, in each by falling order; ``total`` is 0 unless asked for."""

    rows: tuple[Row, ...] = ()
    total: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Field to value to number of matching entries; values without a match are left out."""


class IndexReader(Protocol):
    """One view of an index. The embedded engine’s never changes; a server’s may, between two calls."""

    @property
    def day(self) -> date:
        """The day for which title states were written."""
        ...

    @property
    def count(self) -> int:
        """How many enterprises are in it."""
        ...

    def ask(self, asks: Sequence[Ask]) -> list[Found]:
        """The answers, in the order of the questions, in as few round trips as can be. Raises EngineUnavailable."""
        ...


class Writer(Protocol):
    """Held by one process at a time for the version in use, and by one for those that are not."""

    def apply(
        self, *, upserts: Iterable[IndexDocument], deletes: Iterable[str], day: date, version: str | None = None
    ) -> None:
        """Write a batch, set the day, and return when readers will see it. Harmless when repeated.

        ``deletes`` are document keys; ``version`` is a finished one if not that in use is meant. Raises
        EngineUnavailable if there is no index to write to.
        """
        ...

    def build_beside(self, documents: Iterable[IndexDocument], *, day: date) -> str:
        """Write a whole new index next to the present one; returns its name."""
        ...

    def reader_of(self, version: str) -> IndexReader:
        """A view of a built version, for the gates before a swap. Raises EngineUnavailable."""
        ...

    def swap(self, version: str) -> None:
        """Make a built version the one that is read, at once; the one before is kept, older ones are dropped."""
        ...

    def versions(self) -> list[str]:
        """The versions that can be read, oldest first; the one in use among them."""
        ...

    def keys(self, version: str | None = None) -> Iterable[tuple[str, str]]:
        """Every entry’s key and the digest it was written with, in any order: what the drift check compares."""
        ...


class SearchEngine(Protocol):
    """An index that everybody can read, one process can write, and one can build anew beside it."""

    name: str
    """``embedded`` or ``meilisearch``: for people."""

    def reader(self) -> IndexReader:
        """The newest committed view. Raises EngineUnavailable."""
        ...

    def version(self) -> str:
        """The version that is read now. Raises EngineUnavailable."""
        ...

    def writing(self) -> AbstractContextManager[Writer]:
        """The right to write the version in use. Raises WriterBusy while another process has it."""
        ...

    def building(self) -> AbstractContextManager[Writer]:
        """The right to make another version ready, while others go on writing the one in use.

        Its writer builds, applies to named versions and reads; to swap, ``writing`` is held as well. Raises
        RebuildBusy while another process has it.
        """
        ...

    def is_building(self) -> bool:
        """Whether somebody has the right to build now, in whatever process."""
        ...
