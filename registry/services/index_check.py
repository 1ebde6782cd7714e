"""Is the index what the database says? Compare them entry by entry, mend exactly what differs, go back a version."""

import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry import clock
from registry.db import reading
from registry.errors import Conflict, Text
from registry.models import IndexOutbox
from registry.search import tiers
from registry.search.cards import EnterpriseCard, ProductCard
from registry.search.documents import IndexDocument, document_key
from registry.search.engine import Ask, EngineUnavailable, RebuildBusy, SearchEngine, Writer, WriterBusy
from registry.search.sources import BATCH, load_documents, load_products, stream_documents
from registry.services.index_changes import CatchingUp, forget_kept
from registry.services.search_hits import stale_among, stale_products_among

if TYPE_CHECKING:
    import numpy as np

EXAMPLES = 5
PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.1
_PRODUCT = 1 << 62

WRITING = Text(
    "另一个进程正在写搜索索引，请稍后再试。",
    "Another process is writing the search index; try again in a moment.",
)
REBUILDING = Text(
    "另一个进程正在重建或退回搜索索引，请等它结束后再试。",
    "Another process is rebuilding the search index or going back a version; try again when it is done.",
)

Counted = Callable[[int], None]
"""Called with how many entries were compared so far."""


@dataclass
class Drift:
    """What a comparison found. Entries whose change is still waiting in the outbox are none of it."""

    compared: int = 0
    """Entries the database has."""
    counts: dict[str, int] = field(default_factory=lambda: {"missing": 0, "extra": 0, "different": 0})
    examples: dict[str, list[str]] = field(default_factory=lambda: {"missing": [], "extra": [], "different": []})
    """Keys with names, a few of each."""
    repaired: bool = False

    @property
    def total(self) -> int:
        """Entries that were not as they should be."""
        return sum(self.counts.values())

    def note(self, what: str, label: str) -> None:
        """One more."""
        self.counts[what] += 1
        if len(self.examples[what]) < EXAMPLES:
            self.examples[what].append(label)


@dataclass(frozen=True, slots=True)
class RolledBack:
    """A finished return to the version before."""

    version: str
    left: str
    mended: Drift


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How the index stands. Without a usable index ``version`` is None and ``reason`` says why."""

    engine: str
    version: str | None
    reason: str
    day: date | None
    enterprises: int
    products: int
    versions: tuple[str, ...] | None
    """Those that can be read, oldest first; None while another process is writing."""
    waiting: int
    oldest: datetime | None
    building: bool
    """Whether another version is being made ready now."""


def check(database: Engine, search: SearchEngine, *, repair: bool = False, counted: Counted | None = None) -> Drift:
    """Compare every entry with the database. With ``repair`` those that differ are written anew, and no others.

    The index can be written by others nearly all the time; sixteen bytes of memory an entry are needed. Raises
    EngineUnavailable without a usable index, Conflict while another process keeps writing it.
    """
    day = search.reader().day
    with _soon(search) as writer:
        kept = _Kept(writer)
    with reading(database) as session:
        compared, suspects = _suspects(kept, stream_documents(session, day), counted)
    if not len(suspects):
        return Drift(compared, repaired=repair)
    with _soon(search) as writer:
        mending = _Mending(writer, search.version(), search.reader().day)
        return _settle(database, mending, suspects, Drift(compared, repaired=repair))


def rollback(database: Engine, search: SearchEngine) -> RolledBack:
    """Bring the version before the present one up to date with the database, and let readers see it.

    Changes go on reaching the present one meanwhile, and are brought into the other too before readers see it. Raises
    Conflict if there is none that can be read, while a rebuild is under way, or while another process keeps writing.
    """
    try:
        with search.building() as writer:
            left = _version_in_use(search)
            older = [name for name in writer.versions() if name < left]
            if not older:
                raise Conflict(
                    f"版本 {left} 之前没有可用的旧索引。需要时请运行 registry reindex 重建。",
                    f"There is no version before {left} that can be read. Rebuild with registry reindex if need be.",
                )
            forget_kept(database)
            today = clock.today()
            mended = _bring_up_to_date(database, writer, older[-1], today)
            CatchingUp(database, writer, older[-1], today).swap_in(search)
    except RebuildBusy as busy:
        raise Conflict(REBUILDING.zh, REBUILDING.en) from busy
    except WriterBusy as busy:
        raise Conflict(WRITING.zh, WRITING.en) from busy
    return RolledBack(older[-1], left, mended)


def _bring_up_to_date(database: Engine, writer: Writer, version: str, today: date) -> Drift:
    with reading(database) as session:
        compared, suspects = _suspects(_Kept(writer, version), stream_documents(session, today), None)
    drift = Drift(compared, repaired=True)
    _settle(database, _Mending(writer, version, today), suspects, drift)
    writer.apply(upserts=(), deletes=(), day=today, version=version)
    return drift


def status(database: Engine, search: SearchEngine) -> IndexStatus:
    """How the index stands. Writes nothing."""
    with reading(database) as session:
        waiting, oldest = session.execute(select(func.count(), func.min(col(IndexOutbox.queued_at)))).one()
    building = search.is_building()
    try:
        with search.writing() as writer:
            versions: tuple[str, ...] | None = tuple(writer.versions())
    except WriterBusy:
        versions = None
    except EngineUnavailable:
        versions = ()
    try:
        version, reader = search.version(), search.reader()
        products = reader.ask([Ask(tiers.PRODUCTS, total=True)])[0].total
    except EngineUnavailable as error:
        return IndexStatus(search.name, None, str(error), None, 0, 0, versions, waiting, oldest, building)
    return IndexStatus(
        search.name, version, "", reader.day, reader.count, products, versions, waiting, oldest, building
    )


@contextmanager
def _soon(search: SearchEngine) -> Iterator[Writer]:
    """The right to write, waited for a little: the worker has it for moments only. Raises Conflict."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            held = search.writing()
            writer = held.__enter__()
            break
        except WriterBusy as busy:
            if time.monotonic() > deadline:
                raise Conflict(WRITING.zh, WRITING.en) from busy
            time.sleep(_PAUSE_SECONDS)
    try:
        yield writer
    finally:
        held.__exit__(None, None, None)


def _version_in_use(search: SearchEngine) -> str:
    try:
        return search.version()
    except EngineUnavailable as error:
        raise Conflict(
            "没有正在使用的索引，无从退回。请运行 registry reindex 重建。",
            "No index is in use, so there is nothing to go back from. Rebuild with registry reindex.",
        ) from error


class _Kept:
    """What the index holds: sorted codes of its entries, each with its digest. A key twice is there twice."""

    def __init__(self, writer: Writer, version: str | None = None) -> None:
        import numpy as np

        codes, digests = array("Q"), array("Q")
        for key, digest in writer.keys(version):
            codes.append(_code(key))
            digests.append(int(digest, 16))
        unsorted = np.frombuffer(codes, dtype=np.uint64)
        order = np.argsort(unsorted, kind="stable")
        self.codes: np.ndarray[Any, Any] = unsorted[order]
        self.digests: np.ndarray[Any, Any] = np.frombuffer(digests, dtype=np.uint64)[order]

    def digests_of(self, code: int) -> list[int]:
        """The digests under one code."""
        import numpy as np

        start, end = (int(np.searchsorted(self.codes, np.uint64(code), side)) for side in ("left", "right"))
        return [int(digest) for digest in self.digests[start:end]]


def _suspects(
    kept: _Kept, documents: Iterable[IndexDocument], counted: Counted | None
) -> tuple[int, "np.ndarray[Any, Any]"]:
    """How many documents there are, and the codes that differ from what is kept on either side, sorted."""
    import numpy as np

    seen = np.zeros(len(kept.codes), dtype=bool)
    found, compared = [np.array([], dtype=np.uint64)], 0
    stream = iter(documents)
    while chunk := list(islice(stream, BATCH)):
        codes = np.array([_code(each.key) for each in chunk], dtype=np.uint64)
        digests = np.array([int(each.digest, 16) for each in chunk], dtype=np.uint64)
        at = np.searchsorted(kept.codes, codes)
        there = at < len(kept.codes)
        there[there] = kept.codes[at[there]] == codes[there]
        same = there.copy()
        same[there] = kept.digests[at[there]] == digests[there]
        seen[at[there]] = True
        found.append(codes[~same])
        compared += len(chunk)
        if counted is not None:
            counted(compared)
    return compared, np.unique(np.concatenate([*found, kept.codes[~seen]]))


@dataclass(frozen=True, slots=True)
class _Mending:
    """A version that nobody else is writing, and the day its states are written for."""

    writer: Writer
    version: str
    day: date


def _settle(database: Engine, mending: _Mending, suspects: "np.ndarray[Any, Any]", drift: Drift) -> Drift:
    """Look at the suspects again while nobody writes; note what is wrong, and write it anew if that is wanted."""
    if not len(suspects):
        return drift
    writer, version, day = mending.writer, mending.version, mending.day
    kept = _Kept(writer, version)
    with reading(database) as session:
        waiting = _waiting(session)
        for start in range(0, len(suspects), BATCH):
            codes = [int(code) for code in suspects[start : start + BATCH]]
            entries = _entries(session, codes, day)
            wrong = [c for c in codes if c not in waiting and _differs(drift, kept.digests_of(c), c, entries.get(c))]
            if drift.repaired and wrong:
                upserts = [entries[code] for code in wrong if code in entries]
                deletes = [_key(code) for code in wrong if code not in entries]
                writer.apply(upserts=upserts, deletes=deletes, day=day, version=version)
    return drift


def _differs(drift: Drift, digests: list[int], code: int, entry: IndexDocument | None) -> bool:
    if entry is None:
        what = "extra" if digests else ""
    elif not digests:
        what = "missing"
    else:
        what = "" if digests == [int(entry.digest, 16)] else "different"
    if what:
        drift.note(what, _label(code, entry))
    return bool(what)


def _waiting(session: Session) -> frozenset[int]:
    """Codes of entries whose change waits in the outbox by name."""
    rows = [(r.kind, r.subject_id) for r in session.execute(select(col(IndexOutbox.kind), col(IndexOutbox.subject_id)))]
    named = [row for row in rows if row[1] is not None]
    firms = stale_among(session, named) or frozenset()
    products = stale_products_among(session, named) or frozenset()
    return frozenset(firms | {_PRODUCT | number for number in products})


def _entries(session: Session, codes: list[int], day: date) -> dict[int, IndexDocument]:
    firms = load_documents(session, [code for code in codes if code < _PRODUCT], day)
    products = load_products(session, [code ^ _PRODUCT for code in codes if code >= _PRODUCT], day)
    return {_code(entry.key): entry for entry in (*firms, *products)}


def _code(key: str) -> int:
    """A number for a key: enterprises first, then products, each by number."""
    return int(key[1:]) | (_PRODUCT if key[0] == "p" else 0)


def _key(code: int) -> str:
    return document_key("product", code ^ _PRODUCT) if code >= _PRODUCT else document_key("enterprise", code)


def _label(code: int, entry: IndexDocument | None) -> str:
    if entry is None:
        return _key(code)
    card = EnterpriseCard if entry.kind == "enterprise" else ProductCard
    return f"{entry.key} {card.load(entry.card).name}"
