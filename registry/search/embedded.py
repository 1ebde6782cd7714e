"""The embedded engine: tantivy in the data folder. Nothing to install, nothing to start."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import tantivy

from registry.search.documents import IndexDocument, Kind, document_key
from registry.search.embedded_queries import Built, QueryBuilder
from registry.search.embedded_schema import (
    JOIN,
    META_KEY,
    build_schema,
    day_document,
    register_tokenizers,
    set_field,
    to_tantivy,
)
from registry.search.embedded_store import (
    current_version,
    faults_of,
    mark_complete,
    new_version,
    point_to,
    readable_versions,
)
from registry.search.engine import Ask, EngineUnavailable, Found, Row
from registry.search.expression import Term
from registry.search.locks import Locks
from registry.search.pruning import Pruner

BUCKETS = 60_000
REMEMBERED = 2_000
"""So many answers to broad questions are kept with one view of the index."""
BROAD = 2_000
"""A question that may have so many matches is worth remembering."""
KINDS: tuple[Kind, ...] = ("enterprise", "product")
KEYS_AT_ONCE = 50_000
BUILD_HEAP = 256_000_000
UPDATE_HEAP = 32_000_000


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

    def ask(self, asks: Sequence[Ask]) -> list[Found]:
        """The answers, one lookup after the other."""
        with faults_of(self._path, damage=True):
            pruner, built = Pruner(self._searcher.doc_freq), Built(self._queries)
            return [self._answer(ask, pruner, built) for ask in asks]

    def _answer(self, ask: Ask, pruner: Pruner, built: Built) -> Found:
        where, at_most = pruner.simple(ask.where)
        if not at_most:
            return Found(counts={name: {} for name in ask.counts})
        if at_most < BROAD:
            return self._look_up(ask, built.query(where))
        asked = replace(ask, where=where)
        known = self._remembered.get(asked)
        if known is None:
            known = self._look_up(ask, built.query(where))
            if len(self._remembered) < REMEMBERED:
                self._remembered[asked] = known
        return known

    def _look_up(self, ask: Ask, query: tantivy.Query) -> Found:
        rows, total = self._rows(ask, query)
        return Found(rows, total, self._counted(query, ask.counts) if ask.counts else {})

    def _rows(self, ask: Ask, query: tantivy.Query) -> tuple[tuple[Row, ...], int]:
        if not ask.limit:
            return (), self._total(query) if ask.total else 0
        searched = query if ask.below is None else self._queries.below(query, ask.below)
        counting = ask.total and ask.below is None
        result = self._searcher.search(searched, ask.limit, count=counting, order_by_field="order")
        total = _count(result) if counting else self._total(query) if ask.total else 0
        addresses = [address for _, address in result.hits]
        numbers = self._searcher.fast_field_values("id", addresses)
        texts = [""] * len(addresses) if ask.stored == "none" else [self._text(a, ask.stored) for a in addresses]
        rows = zip(result.hits, numbers, texts, strict=True)
        return tuple(Row(int(number or 0), int(order), text) for (order, _), number, text in rows), total

    def _text(self, address: tantivy.DocAddress, name: str) -> str:
        found = self._searcher.doc(address)[name]
        return bytes(found[0]).decode() if found else ""

    def _total(self, query: tantivy.Query) -> int:
        return _count(self._searcher.search(query, 1, order_by_field="order"))

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


def _count(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined] # missing in the package's stub


@lru_cache(maxsize=65_536)
def _values(joined: str) -> tuple[str, ...]:
    return tuple(part for part in joined.split(JOIN) if part)


class EmbeddedWriter:
    """Writes the index in one folder; made by the engine’s ``writing`` and ``building``, which hold the locks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def apply(
        self, *, upserts: Iterable[IndexDocument], deletes: Iterable[str], day: date, version: str | None = None
    ) -> None:
        """Delete and add in one commit: a reader sees all of the batch or nothing."""
        path = self._folder / (version or current_version(self._folder))
        index = _open(path)
        with faults_of(path):
            writer = index.writer(UPDATE_HEAP, 1)
        for key in deletes:
            writer.delete_documents_by_term("key", key)
        for entry in upserts:
            writer.delete_documents_by_term("key", entry.key)
            writer.add_document(to_tantivy(entry))
        writer.delete_documents_by_term("key", META_KEY)
        writer.add_document(day_document(day))
        with faults_of(path):
            writer.commit()
            writer.wait_merging_threads()

    def build_beside(self, documents: Iterable[IndexDocument], *, day: date) -> str:
        """Stream the entries into a new version; memory does not grow with their number."""
        version = new_version(self._folder)
        index = tantivy.Index(build_schema(), path=str(self._folder / version))
        register_tokenizers(index)
        writer = index.writer(BUILD_HEAP, 1)
        for entry in documents:
            writer.add_document(to_tantivy(entry))
        writer.add_document(day_document(day))
        writer.commit()
        writer.wait_merging_threads()
        mark_complete(self._folder, version)
        return version

    def reader_of(self, version: str) -> EmbeddedReader:
        """A view of a built version. Raises EngineUnavailable."""
        path = self._folder / version
        return EmbeddedReader(_open(path), path)

    def swap(self, version: str) -> None:
        """Let readers see the version."""
        point_to(self._folder, version)

    def versions(self) -> list[str]:
        """The versions that can be read, oldest first."""
        return readable_versions(self._folder)

    def keys(self, version: str | None = None) -> Iterator[tuple[str, str]]:
        """Every entry’s key and digest, of the version in use if no other is named."""
        return self.reader_of(version or current_version(self._folder)).keys()


class EmbeddedEngine:
    """The index in one folder. One object serves all threads of a process."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks = Locks(folder)
        self._guard = threading.Lock()
        self._seen: tuple[object, ...] = ()
        self._index: tuple[str, tantivy.Index] | None = None
        self._reader: EmbeddedReader | None = None

    def version(self) -> str:
        """The version that is read now. Raises EngineUnavailable."""
        return current_version(self._folder)

    def reader(self) -> EmbeddedReader:
        """The newest committed state, also of what another process committed. Raises EngineUnavailable."""
        version = current_version(self._folder)
        with faults_of(self._folder / version):
            meta = (self._folder / version / "meta.json").stat()
            state = (version, meta.st_mtime_ns, meta.st_ino, meta.st_size)
            with self._guard:
                if self._reader is None or state != self._seen:
                    self._reader, self._seen = self._refresh(version), state
                return self._reader

    def _refresh(self, version: str) -> EmbeddedReader:
        if self._index is None or self._index[0] != version:
            self._index = (version, _open(self._folder / version))
        index = self._index[1]
        index.reload()
        return EmbeddedReader(index, self._folder / version)

    @contextmanager
    def writing(self) -> Iterator[EmbeddedWriter]:
        """The right to write. Raises WriterBusy while another process or thread has it."""
        with self._locks.writing():
            yield EmbeddedWriter(self._folder)

    @contextmanager
    def building(self) -> Iterator[EmbeddedWriter]:
        """The right to build a version beside. Raises RebuildBusy while another process or thread has it."""
        with self._locks.building():
            yield EmbeddedWriter(self._folder)

    def is_building(self) -> bool:
        """Whether a version is being built, by whatever process."""
        return self._locks.is_building()


def _open(path: Path) -> tantivy.Index:
    with faults_of(path):
        index = tantivy.Index.open(str(path))
        register_tokenizers(index)
        index.config_reader("manual")
        index.reload()
    return index
