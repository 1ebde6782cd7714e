"""Answers from an index: pages filled tier by tier, disjunctive facet counts, similar entries. No engine in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.search import tiers
from registry.search.documents import standing_in
from registry.search.engine import Ask, Found, IndexReader
from registry.search.entries import ANY
from registry.search.expression import Expression, all_of, any_term
from registry.search.plan import Answer, FacetCounts, Filters, LadderPlan, Placed, Position, Ranked, StrictPlan
from registry.search.query import FACETS
from registry.vocabulary import TitleStatus

_FIELDS = {"directory": "held", "city": "city", "chain": "chains", "level": "levels", "status": "statuses"}
STANDING_WEIGHT = 0.1
"""What a step of standing adds to the likeness of a similar name: it decides between equals only."""


@dataclass(frozen=True, slots=True)
class Like:
    """An entry that shows signs of similarity: how strong they are, and what its names are compared by."""

    id: int
    score: float
    forms: str


class IndexAnswers:
    """The questions people have, put to one view of an index."""

    def __init__(self, reader: IndexReader, directories: Sequence[str]) -> None:
        self.reader = reader
        self._directories = directories

    @property
    def day(self) -> date:
        """The day for which title states were written."""
        return self.reader.day

    def answer(
        self, plan: StrictPlan, filters: Filters, *, limit: int, after: Position | None = None, facets: bool = True
    ) -> Answer:
        """One page of enterprises, best first, with total and counts of the same view. Raises EngineUnavailable."""
        counting = _FacetAsks(tiers.strict(plan), filters, self._directories) if facets else None
        pages = page_asks(tiers.tiers(plan, filters), limit=limit, after=after)
        found = self.reader.ask([*pages, *(counting.asks if counting else ())])
        ranked = page_of(found[: len(pages)], limit=limit, after=after)
        return Answer(ranked, counting.counts(found[len(pages) :]) if counting else {})

    def rank(self, expressions: Sequence[Expression], *, limit: int, after: Position | None = None) -> Ranked:
        """One page of what disjoint expressions hold for, in their order. Raises EngineUnavailable."""
        if not expressions:
            return Ranked((), 0)
        found = self.reader.ask(page_asks(expressions, limit=limit, after=after))
        return page_of(found, limit=limit, after=after)

    def matching(self, plan: StrictPlan, *, limit: int) -> tuple[list[int], bool]:
        """Numbers of all matches whatever the filters, best first, and whether the list was cut at ``limit``."""
        asks = [Ask(where, limit=limit, stored="none", total=True) for where in tiers.tiers(plan, Filters())]
        found = self.reader.ask(asks)
        numbers = [row.id for each in found for row in each.rows]
        return numbers[:limit], sum(each.total for each in found) > limit

    def similar(self, ladder: LadderPlan, filters: Filters, *, limit: int) -> list[Like]:
        """Enterprises with some sign of similarity, the strongest sign of each counting; at most ``limit``."""
        steps = tiers.similar(ladder, filters)
        if not steps:
            return []
        found = self.reader.ask([Ask(where, limit=limit, stored="forms") for _, where in steps])
        likes: dict[int, Like] = {}
        for (weight, _), each in zip(steps, found, strict=True):
            for row in each.rows:
                likes.setdefault(row.id, Like(row.id, weight + STANDING_WEIGHT * standing_in(row.order), row.stored))
        return list(likes.values())[:limit]


def page_asks(expressions: Sequence[Expression], *, limit: int, after: Position | None) -> list[Ask]:
    """One lookup for each tier; those before the place where the page goes on are only counted."""
    start = min(after.tier, len(expressions) - 1) if after else 0
    return [
        Ask(where, stored="none", total=True)
        if tier < start
        else Ask(where, limit=limit, below=after.order if after and tier == start else None, total=True)
        for tier, where in enumerate(expressions)
    ]


def page_of(found: Sequence[Found], *, limit: int, after: Position | None) -> Ranked:
    """The page out of the answers to :func:`page_asks`."""
    rows = [Placed(r.id, tier, r.order, r.stored) for tier, each in enumerate(found) for r in each.rows][:limit]
    total = sum(each.total for each in found)
    offset = (after.offset if after else 0) + len(rows)
    more = Position(rows[-1].tier, rows[-1].order, rows[-1].id, offset) if rows and offset < total else None
    return Ranked(tuple(rows), total, more)


class _FacetAsks:
    """The lookups behind the facets: each is counted under all filters but its own."""

    def __init__(self, strict: Expression, filters: Filters, directories: Sequence[str]) -> None:
        self._filters, self._directories = filters, directories
        self.asks: list[Ask] = []
        self._plain: dict[int, list[str]] = {}
        """Place of a lookup to the facets its counts answer."""
        self._single: dict[tuple[str, str], int] = {}
        """Facet and value to the place of the lookup whose total is the count."""
        self._sided: dict[str, int] = {}
        """Facet counted over ``directory:status`` to the place of its lookup."""
        scopes: dict[Filters, list[str]] = {}
        for facet in FACETS:
            scopes.setdefault(filters.without(facet), []).append(facet)
        for scope, facets in scopes.items():
            self._ask_scope(all_of([strict, *tiers.filter_clauses(scope)]), facets)

    def _ask_scope(self, where: Expression, facets: list[str]) -> None:
        plain = [facet for facet in facets if not self._by_title(facet)]
        if plain:
            self._plain[len(self.asks)] = plain
            self.asks.append(Ask(where, stored="none", counts=tuple(_FIELDS[facet] for facet in plain)))
        for facet in (facet for facet in facets if self._by_title(facet)):
            if len(self._others(facet)) == 1:
                self._sided[facet] = len(self.asks)
                self.asks.append(Ask(where, stored="none", counts=("titles",)))
                continue
            # One enterprise may have several titles of one directory in the chosen states: it counts once.
            for value in self._values(facet):
                self._single[facet, value] = len(self.asks)
                self.asks.append(Ask(all_of([where, self._having(facet, value)]), stored="none", total=True))

    def _by_title(self, facet: str) -> bool:
        """Whether a count has to look at directory and status of one and the same title."""
        return bool(
            (facet == "directory" and self._filters.statuses) or (facet == "status" and self._filters.directories)
        )

    def _others(self, facet: str) -> list[str]:
        chosen = self._filters.statuses if facet == "directory" else self._filters.directories
        return [str(value) for value in chosen]

    def _values(self, facet: str) -> list[str]:
        return [status.value for status in TitleStatus] if facet == "status" else list(self._directories)

    def _having(self, facet: str, value: str) -> Expression:
        pairs = [(value, o) if facet == "directory" else (o, value) for o in self._others(facet)]
        return any_term("titles", [f"{directory}:{status}" for directory, status in pairs])

    def counts(self, found: Sequence[Found]) -> FacetCounts:
        """The counts out of the answers; values without an enterprise are left out."""
        counts: FacetCounts = {facet: {} for facet in FACETS}
        for place, facets in self._plain.items():
            for facet in facets:
                counts[facet] = dict(found[place].counts.get(_FIELDS[facet], {}))
        for facet, place in self._sided.items():
            (other,) = self._others(facet)
            counts[facet] = _one_side(found[place].counts.get("titles", {}), facet, other)
        for (facet, value), place in self._single.items():
            if found[place].total:
                counts[facet][value] = found[place].total
        return counts


def _one_side(counts: dict[str, int], facet: str, other: str) -> dict[str, int]:
    """Out of counts of ``directory:status`` those with one fixed side."""
    tokens = ((*token.partition(":"), number) for token, number in counts.items() if not token.startswith(ANY))
    if facet == "directory":
        return {directory: number for directory, _, status, number in tokens if status == other}
    return {status: number for directory, _, status, number in tokens if directory == other}
