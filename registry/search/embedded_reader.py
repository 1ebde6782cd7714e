"""Asking one committed state of the embedded index."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import tantivy

from registry.search.documents import Kind, document_key
from registry.search.embedded_queries import Built, QueryBuilder
from registry.search.embedded_schema import JOIN, META_KEY, set_field
from registry.search.embedded_store import faults_of
from registry.search.engine import Ask, EngineUnavailable, Found, Row, Stored
from registry.search.expression import AllOf, Term
from registry.search.pruning import Pruner
from registry.search.tiered import tier_of
from registry.tracing import span

BUCKETS = 60_000
REMEMBERED = 2_000
"""So many answers to broad questions are kept with one view of the index."""
BROAD = 2_000
"""A question that may have so many matches is worth remembering."""
KINDS: tuple[Kind, ...] = ("enterprise", "product")
KEYS_AT_ONCE = 50_000

Hit = tuple[int, tantivy.DocAddress]
"""Order and address of an entry."""


class EmbeddedReader:
    """One committed state of the index. Safe to use from several threads."""

    def __init__(self, index: tantivy.Index, path: Path) -> None:
        self._searcher = index.searcher()
        self._path = path
        self._queries = QueryBuilder(index.schema)
        self._remembered: dict[Ask, Found] = {}
        with faults_of(path, damage=True):
            self.count = self._total(self._queries.query(Term("kind", "enterprise")))
            self.day = self._read_day()

    def _read_day(self) -> date:
        found = self._searcher.search(self._queries.term("key", META_KEY), 1).hits
        if not found:
            raise EngineUnavailable("the index does not say for which day it was written")
        return date.fromisoformat(self._searcher.doc(found[0][1])["day"][0])

    @span("search.ask", search_engine="embedded")
    def ask(self, asks: Sequence[Ask]) -> list[Found]:
        """The answers, one lookup after the other."""
        with faults_of(self._path, damage=True):
            asking = _Asking(self._searcher, self._queries)
            return [self._answer(ask, asking) for ask in asks]

    def _answer(self, ask: Ask, asking: "_Asking") -> Found:
        at_most = asking.at_most(ask)
        if not at_most:
            return Found(counts={name: {} for name in ask.counts})
        if at_most < BROAD:
            return asking.look_up(ask)
        known = self._remembered.get(ask)
        if known is None:
            known = asking.look_up(ask)
            if len(self._remembered) < REMEMBERED:
                self._remembered[ask] = known
        return known

    def _total(self, query: tantivy.Query) -> int:
        return _count(self._searcher.search(query, 1, order_by_field="order"))

    def keys(self) -> Iterator[tuple[str, str]]:
        """Every entry’s key and digest."""
        for kind in KINDS:
            query = self._queries.query(Term("kind", kind))
            below: int | None = None
            while True:
                page = query if below is None else self._queries.below(query, below)
                with faults_of(self._path, damage=True):
                    found, below = self._keys(kind, page)
                yield from found
                if len(found) < KEYS_AT_ONCE:
                    break

    def _keys(self, kind: Kind, page: tantivy.Query) -> tuple[list[tuple[str, str]], int]:
        hits = self._searcher.search(page, KEYS_AT_ONCE, count=False, order_by_field="order").hits
        addresses = [address for _, address in hits]
        numbers = self._searcher.fast_field_values("id", addresses)
        digests = self._searcher.fast_field_values("digest", addresses)
        found = [
            (document_key(kind, int(n or 0)), f"{int(d or 0):016x}") for n, d in zip(numbers, digests, strict=True)
        ]
        return found, int(hits[-1][0]) if hits else 0


class _Asking:
    """The lookups of one question; what their expressions share is looked at and built once."""

    def __init__(self, searcher: tantivy.Searcher, queries: QueryBuilder) -> None:
        self._searcher, self._queries = searcher, queries
        self._pruner, self._built = Pruner(searcher.doc_freq), Built(queries)

    def at_most(self, ask: Ask) -> int:
        """How many entries can match."""
        return self._pruner.simple(ask.where)[1]

    def look_up(self, ask: Ask) -> Found:
        """The answer to a lookup that may have one."""
        query = self._built.query(self._pruner.simple(ask.where)[0])
        found = Found()
        if ask.limit or ask.total:
            result = self._searcher.search(query, ask.limit or 1, order_by_field="order")
            rows = self._rows(ask, result.hits, _count(result)) if ask.limit else ()
            found = Found(rows, _count(result) if ask.total else 0)
        return replace(found, counts=self._counted(query, ask.counts)) if ask.counts else found

    def _rows(self, ask: Ask, first: list[Hit], total: int) -> tuple[Row, ...]:
        """The page, tier by tier. No tier is looked up that can add nothing.

        ``first`` are the first that match, whatever their tier; ``total`` is how many match.
        """
        from_start = ask.below is None and not ask.tier
        found: dict[tuple[int, int], tuple[int, Hit]] = {}
        """Where an entry stands to its tier and itself."""
        for tier in range(ask.tier, len(ask.closest) + 1):
            if len(found) >= min(ask.limit, total):
                break
            # Here all of the tiers before are found: what comes first and is not among them belongs to the last.
            hits = first if from_start and tier == len(ask.closest) else self._tier(ask, tier, apart=not from_start)
            for hit in hits:
                if len(found) < ask.limit:
                    found.setdefault((hit[1].segment_ord, hit[1].doc), (tier, hit))
        return self._read(list(found.values()), ask.stored)

    def _tier(self, ask: Ask, tier: int, *, apart: bool) -> list[Hit]:
        """The first of a tier; not ``apart``, those of the tiers before may be among them."""
        where = tier_of(ask, tier) if apart else AllOf((ask.where, ask.closest[tier]))
        where, at_most = self._pruner.simple(where)
        if not at_most:
            return []
        query = self._built.query(where)
        if tier == ask.tier and ask.below is not None:
            query = self._queries.below(query, ask.below)
        return self._searcher.search(query, ask.limit, count=False, order_by_field="order").hits

    def _read(self, found: list[tuple[int, Hit]], stored: Stored) -> tuple[Row, ...]:
        if not found:
            return ()
        addresses = [address for _, (_, address) in found]
        numbers = self._searcher.fast_field_values("id", addresses)
        texts = [""] * len(found) if stored == "none" else [self._text(address, stored) for address in addresses]
        rows = zip(found, numbers, texts, strict=True)
        return tuple(Row(int(number or 0), int(order), text, tier) for (tier, (order, _)), number, text in rows)

    def _text(self, address: tantivy.DocAddress, name: str) -> str:
        found = self._searcher.doc(address)[name]
        return bytes(found[0]).decode() if found else ""

    def _counted(self, query: tantivy.Query, names: Sequence[str]) -> dict[str, dict[str, int]]:
        """Counts of single values, in one pass over the sets they stand in."""
        request = {name: {"terms": {"field": set_field(name), "size": BUCKETS}} for name in names}
        answer = self._searcher.aggregate(query, request)
        found: dict[str, dict[str, int]] = {}
        for name in names:
            if answer[name].get("sum_other_doc_count"):
                raise EngineUnavailable(f"too many different values to count in {name}")
            counts = found[name] = {}
            for bucket in answer[name]["buckets"]:
                for value in _values(str(bucket["key"])):
                    counts[value] = counts.get(value, 0) + int(bucket["doc_count"])
        return found


def _count(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined] # missing in the package's stub


@lru_cache(maxsize=65_536)
def _values(joined: str) -> tuple[str, ...]:
    return tuple(part for part in joined.split(JOIN) if part)
