"""The embedded engine: tantivy in the data folder. Nothing to install, nothing to start."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path

import tantivy

from registry.search.documents import IndexDocument
from registry.search.embedded_queries import QueryBuilder
from registry.search.embedded_schema import (
    ID_MASK,
    JOIN,
    META_KEY,
    build_schema,
    day_document,
    document_key,
    register_tokenizers,
    to_tantivy,
)
from registry.search.embedded_store import current_version, new_version, point_to, write_lock
from registry.search.engine import EngineUnavailable
from registry.search.plan import FacetCounts, Filters, LadderPlan, Position, Ranked, StrictPlan
from registry.search.query import FACETS

BROAD_SHARE = 0.05
BROAD_LEAST = 2_000
"""A word in more documents than both says nothing about closeness: order by standing, which is also quicker."""
BUCKETS = 60_000
STANDING_LIMIT = 2**62
BUILD_HEAP = 256_000_000
UPDATE_HEAP = 32_000_000
_FACET_FIELDS = {"directory": "held_set", "city": "city", "chain": "chain_set", "level": "level_set"}


@contextmanager
def _engine_faults() -> Iterator[None]:
    """What the engine complains about while reading (a damaged file) means: no usable index."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise EngineUnavailable(str(error)) from error


class EmbeddedReader:
    """One committed state of the index. Safe to use from several threads."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self._searcher = searcher
        self._queries = QueryBuilder(schema)
        self._remembered: dict[Filters, FacetCounts] = {}
        self.count = _count(searcher.search(self._queries.term("kind", "enterprise"), 1))
        self.day = self._read_day()

    def _read_day(self) -> date:
        found = self._searcher.search(self._queries.term("key", META_KEY), 1).hits
        if not found:
            raise EngineUnavailable("the index does not say for which day it was written")
        return date.fromisoformat(self._searcher.doc(found[0][1])["day"][0])

    @_engine_faults()
    def strict(self, plan: StrictPlan, filters: Filters, *, limit: int, after: Position | None = None) -> Ranked:
        """One page, best first; by standing alone where closeness means nothing."""
        if self._by_standing(plan):
            return self._standing_page(plan, filters, limit, after)
        query = self._queries.filtered(self._queries.strict(plan), filters)
        start = min(after.offset, self.count) if after else 0
        first = max(0, start - limit) if after else 0
        found = self._searcher.search(query, limit + (start - first) + limit, offset=first, weight_by_field="weight")
        rows = self._rows(found.hits)
        skip = _resume(rows, after, start - first)
        page = rows[skip : skip + limit]
        end = first + skip + len(page)
        more = Position(page[-1][1], page[-1][0], end) if page and end < _count(found) else None
        return Ranked(tuple(page), _count(found), more)

    def _standing_page(self, plan: StrictPlan, filters: Filters, limit: int, after: Position | None) -> Ranked:
        query = self._queries.filtered(self._queries.strict(plan, scored=False), filters)
        found = self._searcher.search(query, limit + 1, order_by_field="standing")
        total = _count(found)
        if after is not None:
            rest = self._queries.below(query, min(max(0, int(after.score)), STANDING_LIMIT))
            found = self._searcher.search(rest, limit + 1, order_by_field="standing", count=False)
        numbers = [int(order) for order, _ in found.hits]
        rows = [(ID_MASK - (number & ID_MASK), float(number)) for number in numbers[:limit]]
        offset = (after.offset if after else 0) + len(rows)
        more = Position(float(numbers[limit - 1]), rows[-1][0], offset) if len(numbers) > limit else None
        return Ranked(tuple(rows), total, more)

    def _by_standing(self, plan: StrictPlan) -> bool:
        if plan.standing or not (plan.words or plan.identifiers):
            return True
        grams = [gram for word in plan.words for gram in word.grams]
        if not grams or any(word.latin or word.lone for word in plan.words):
            return False
        if any(self._searcher.doc_freq(field, plan.whole) for field in ("exact", "exact_alias")):
            return False
        return min(self._searcher.doc_freq("name", g) for g in grams) > max(BROAD_LEAST, BROAD_SHARE * self.count)

    @_engine_faults()
    def matching(self, plan: StrictPlan, *, limit: int) -> tuple[list[int], bool]:
        """All matches best first, without filters."""
        query = self._queries.strict(plan)
        if self._by_standing(plan):
            found = self._searcher.search(query, limit, order_by_field="standing")
        else:
            found = self._searcher.search(query, limit, weight_by_field="weight")
        return [number for number, _ in self._rows(found.hits)], _count(found) > limit

    @_engine_faults()
    def candidates(self, ladder: LadderPlan, filters: Filters, *, limit: int) -> list[tuple[int, float]]:
        """Similar enterprises under the filters."""
        query = self._queries.ladder(ladder)
        if query is None:
            return []
        found = self._searcher.search(
            self._queries.filtered(query, filters), limit, count=False, weight_by_field="weight"
        )
        return self._rows(found.hits)

    @_engine_faults()
    def facets(self, plan: StrictPlan, filters: Filters) -> FacetCounts:
        """One pass for the facets nothing is chosen in, one more for each in which something is."""
        if plan.is_everything and filters in self._remembered:
            return self._remembered[filters]
        query = self._queries.strict(plan, scored=False)
        groups: dict[Filters, list[str]] = {}
        for facet in FACETS:
            groups.setdefault(filters.without(facet), []).append(facet)
        counts: FacetCounts = {}
        for scope, facets in groups.items():
            counts |= self._count_facets(self._queries.filtered(query, scope), facets, filters)
        if plan.is_everything and len(self._remembered) < 1_000:
            self._remembered[filters] = counts
        return counts

    def _count_facets(self, query: tantivy.Query, facets: list[str], filters: Filters) -> FacetCounts:
        fields = {facet: _field_for(facet, filters) for facet in facets}
        request = {field: {"terms": {"field": field, "size": BUCKETS}} for field in set(fields.values())}
        answer = self._searcher.aggregate(query, request)
        counts: FacetCounts = {}
        for facet, field in fields.items():
            if answer[field].get("sum_other_doc_count"):
                raise EngineUnavailable(f"too many different values to count in {field}")
            counts[facet] = _fold(answer[field]["buckets"], _value_of(facet, field, filters))
        return counts

    def _rows(self, hits: Sequence[tuple[float, tantivy.DocAddress]]) -> list[tuple[int, float]]:
        numbers = self._searcher.fast_field_values("id", [address for _, address in hits])
        rows = [(int(number or 0), float(score)) for number, (score, _) in zip(numbers, hits, strict=True)]
        return sorted(rows, key=lambda row: (-row[1], row[0]))


def _count(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined] # missing in the package's stub


def _resume(rows: list[tuple[int, float]], after: Position | None, expected: int) -> int:
    """Where to go on among rows read again: behind the last one shown, or where it stood if it is gone."""
    if after is None:
        return 0
    return next((i + 1 for i, (number, _) in enumerate(rows) if number == after.id), min(expected, len(rows)))


def _field_for(facet: str, filters: Filters) -> str:
    if facet == "status":
        return "title_set" if filters.directories else "status_set"
    if facet == "directory" and filters.statuses:
        return "title_set"
    return _FACET_FIELDS[facet]


def _value_of(facet: str, field: str, filters: Filters) -> dict[str, str] | None:
    """For a count over ``directory:status`` tokens: which of them count, and as which value. None: all, as they are."""
    if field != "title_set":
        return None
    if facet == "directory":
        return {"status": ",".join(s.value for s in filters.wanted_statuses)}
    return {"directory": ",".join(filters.directories)}


def _fold(buckets: Iterable[dict[str, object]], wanted: dict[str, str] | None) -> dict[str, int]:
    """Counts of single values from counts of value sets."""
    counts: dict[str, int] = {}
    for bucket in buckets:
        number = int(str(bucket["doc_count"]))
        for value in _values(str(bucket["key"]), tuple((wanted or {}).items())):
            counts[value] = counts.get(value, 0) + number
    return counts


@lru_cache(maxsize=65_536)
def _values(joined: str, wanted: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    parts = [part for part in joined.split(JOIN) if part]
    if not wanted:
        return tuple(parts)
    (side, chosen) = wanted[0]
    accepted = set(chosen.split(","))
    pairs = [part.split(":", 1) for part in parts if not part.startswith("*:")]
    if side == "status":
        return tuple({directory for directory, status in pairs if status in accepted})
    return tuple({status for directory, status in pairs if directory in accepted})


class EmbeddedWriter:
    """Writes the index in one folder; made by :meth:`EmbeddedEngine.writing`, which holds the lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @_engine_faults()
    def apply(self, *, upserts: Iterable[IndexDocument], deletes: Iterable[int], day: date) -> None:
        """Delete and add in one commit: a reader sees all of the batch or nothing."""
        index = _open(self._folder / current_version(self._folder))
        writer = index.writer(UPDATE_HEAP, 1)
        for number in deletes:
            writer.delete_documents_by_term("key", document_key(number))
        for document in upserts:
            writer.delete_documents_by_term("key", document_key(document.id))
            writer.add_document(to_tantivy(document))
        writer.delete_documents_by_term("key", META_KEY)
        writer.add_document(day_document(day))
        writer.commit()
        writer.wait_merging_threads()

    def build_beside(self, documents: Iterable[IndexDocument], *, day: date) -> str:
        """Stream the documents into a new version; memory does not grow with their number."""
        version = new_version(self._folder)
        index = tantivy.Index(build_schema(), path=str(self._folder / version))
        register_tokenizers(index)
        writer = index.writer(BUILD_HEAP, 1)
        for document in documents:
            writer.add_document(to_tantivy(document))
        writer.add_document(day_document(day))
        writer.commit()
        writer.wait_merging_threads()
        return version

    def count_of(self, version: str) -> int:
        """How many enterprises the version holds."""
        index = _open(self._folder / version)
        enterprises = QueryBuilder(index.schema).term("kind", "enterprise")
        return _count(index.searcher().search(enterprises, 1))

    def swap(self, version: str) -> None:
        """Let readers see the version."""
        point_to(self._folder, version)


class EmbeddedEngine:
    """The index in one folder. One object serves all threads of a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._seen: tuple[object, ...] = ()
        self._index: tuple[str, tantivy.Index] | None = None
        self._reader: EmbeddedReader | None = None

    def reader(self) -> EmbeddedReader:
        """The newest committed state, also of what another process committed. Raises EngineUnavailable."""
        try:
            version = current_version(self._folder)
            meta = (self._folder / version / "meta.json").stat()
            state = (version, meta.st_mtime_ns, meta.st_ino, meta.st_size)
            with self._guard:
                if self._reader is None or state != self._seen:
                    self._reader, self._seen = self._refresh(version), state
                return self._reader
        except (ValueError, OSError) as error:
            raise EngineUnavailable(str(error)) from error

    def _refresh(self, version: str) -> EmbeddedReader:
        if self._index is None or self._index[0] != version:
            self._index = (version, _open(self._folder / version))
        index = self._index[1]
        index.reload()
        return EmbeddedReader(index.searcher(), index.schema)

    @contextmanager
    def writing(self) -> Iterator[EmbeddedWriter]:
        """The right to write. Raises WriterBusy while another process or thread has it."""
        with write_lock(self._folder):
            yield EmbeddedWriter(self._folder)


def _open(path: Path) -> tantivy.Index:
    try:
        index = tantivy.Index.open(str(path))
    except (ValueError, OSError) as error:
        raise EngineUnavailable(str(error)) from error
    register_tokenizers(index)
    index.config_reader("manual")
    index.reload()
    return index
