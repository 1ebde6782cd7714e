"""Ask the judged queries of a real index over the invented world, through the one call page, API and command use."""

from collections.abc import Iterator
from contextlib import contextmanager

import time_machine
from sqlalchemy.engine import Engine

from registry.db import reading
from registry.search.engine import SearchEngine
from registry.search.query import SearchPage, SearchQuery
from registry.services.finding import find
from registry.services.indexing import rebuild
from tests.judged.judge import judge_class
from tests.judged.loading import load_classes, load_world
from tests.judged.population import Populated, populate
from tests.judged.schema import Class

TODAY = "2026-05-06T04:00:00Z"
"""The day on which the expectations hold."""


class Judged:
    """A database with the invented world and an index of it."""

    def __init__(self, database: Engine, search: SearchEngine, world: Populated) -> None:
        self.database, self.search, self.world = database, search, world

    def ask(self, text: str) -> SearchPage:
        """The answer to a text, without filters."""
        with reading(self.database) as session:
            return find(session, self.search, SearchQuery(text=text))

    def misses(self, found: Class) -> list[str]:
        """What is wrong with the answers to a class; how long they took is for the report."""
        return judge_class(found.queries, self.ask, self.world, timed=False)


@contextmanager
def judged(database: Engine, search: SearchEngine) -> Iterator[Judged]:
    """The world written and indexed. ``database`` is migrated and empty."""
    with time_machine.travel(TODAY, tick=True):
        world = populate(database, load_world())
        rebuild(database, search)
        found = Judged(database, search, world)
        # The first question of a process reads dictionaries.
        found.ask("澜为")
        yield found


def report(found: Judged) -> Iterator[str]:
    """A line a class: how many of its queries are answered right, and what is wrong with the others."""
    asked = right = 0
    for name, given in load_classes().items():
        each = (judge_class([query], found.ask, found.world, timed=True) for query in given.queries)
        wrong = [misses for misses in each if misses]
        asked, right = asked + len(given.queries), right + len(given.queries) - len(wrong)
        yield f"{len(given.queries) - len(wrong):4d}/{len(given.queries):<4d} {name} (row {given.row})"
        yield from (f"           {line}" for misses in wrong for line in misses)
    yield f"{right:4d}/{asked:<4d} queries"
