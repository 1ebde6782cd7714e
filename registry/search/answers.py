"""Answers from an index: pages filled tier by tier, disjunctive facet counts, similar entries. No engine in here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.search import tiers
from registry.search.documents import standing_in
from registry.search.engine import Ask, Found, IndexReader
from registry.search.entries import ANY
from registry.search.expression import Expression, Term, all_of, any_term
from registry.search.plan import (
    Answer,
    FacetCounts,
    Filters,
    LadderPlan,
    Placed,
    Position,
    ProductPlan,
    Ranked,
    StrictPlan,
)
from registry.search.query import FACETS, PRODUCT_FACETS
from registry.vocabulary import TitleStatus

_FIELDS = {"directory": "held", "city": "city", "chain": "chains", "level": "levels", "status": "statuses"}
_PRODUCT_FIELDS = {"status": "p_state", "grade": "p_grade", "category": "p_category", "city": "p_city"}
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
        self,
        plan: StrictPlan,
        filters: Filters,
        *,
        limit: int,
        after: Position | None = None,
        facets: bool = True,
        house: str = "",
    ) -> Answer:
        """One page of enterprises, best first, with total and counts of the same view. Raises EngineUnavailable.

        ``house``: a brand; how many of all that match are of it is counted too.
        """
        strict = tiers.strict(plan)
        every = all_of([strict, *tiers.filter_clauses(filters)])
        counting = _FacetAsks(strict, every, filters, self._directories) if facets else None
        page = _page_ask(every, tiers.closeness(plan), limit=limit, after=after)
        sharing = [Ask(all_of([Term("house", house), every]), stored="none", total=True)] if house else []
        first, *found = self.reader.ask([page, *sharing, *(counting.asks if counting else ())])
        shared = found.pop(0).total if sharing else 0
        return Answer(_page_of(first, after), counting.counts(found) if counting else {}, shared)

    def rank(
        self, every: Expression, closest: Sequence[Expression] = (), *, limit: int, after: Position | None = None
    ) -> Ranked:
        """One page of what an expression holds for, ``closest`` first. Raises EngineUnavailable."""
        [found] = self.reader.ask([_page_ask(every, closest, limit=limit, after=after)])
        return _page_of(found, after)

    def product_counts(self, plan: ProductPlan) -> FacetCounts:
        """Counts of products, each facet under all filters but its own. Raises EngineUnavailable."""
        asks = [
            Ask(tiers.strict_product(plan.without(facet)), stored="none", counts=(_PRODUCT_FIELDS[facet],))
            for facet in PRODUCT_FACETS
        ]
        found = self.reader.ask(asks)
        return {
            facet: dict(each.counts.get(_PRODUCT_FIELDS[facet], {}))
            for facet, each in zip(PRODUCT_FACETS, found, strict=True)
        }

    def matching(self, plan: StrictPlan, *, limit: int) -> tuple[list[int], bool]:
        """Numbers of all matches whatever the filters, best first, and whether the list was cut at ``limit``."""
        closest = tuple(tiers.closeness(plan))
        [found] = self.reader.ask([Ask(tiers.strict(plan), closest=closest, limit=limit, stored="none", total=True)])
        return [row.id for row in found.rows], found.total > limit

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


def _page_ask(every: Expression, closest: Sequence[Expression], *, limit: int, after: Position | None) -> Ask:
    if after is None:
        return Ask(every, closest=tuple(closest), limit=limit, total=True)
    tier = min(after.tier, len(closest))
    return Ask(every, closest=tuple(closest), limit=limit, tier=tier, below=after.order, total=True)


def _page_of(found: Found, after: Position | None) -> Ranked:
    rows = tuple(Placed(row.id, row.tier, row.order, row.stored) for row in found.rows)
    offset = (after.offset if after else 0) + len(rows)
    more = Position(rows[-1].tier, rows[-1].order, rows[-1].id, offset) if rows and offset < found.total else None
    return Ranked(rows, found.total, more)


class _FacetAsks:
    """The lookups behind the facets: each is counted under all filters but its own."""

    def __init__(self, strict: Expression, every: Expression, filters: Filters, directories: Sequence[str]) -> None:
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
            # What the page asks for as well is looked at once.
            where = every if scope == filters else all_of([strict, *tiers.filter_clauses(scope)])
            self._ask_scope(where, facets)

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
