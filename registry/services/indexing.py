"""Keep the search index true to the database: rebuild beside and swap, apply the outbox, turn the day."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry import clock
from registry.db import reading, transaction
from registry.errors import StorageUnavailable
from registry.models import Batch, Enterprise, IndexOutbox, Listing
from registry.search.documents import IndexDocument, document_key
from registry.search.embedded import EmbeddedEngine
from registry.search.engine import EngineUnavailable, SearchEngine, Writer
from registry.search.sources import BATCH, load_documents, stream_documents, surviving, visible
from registry.services.outbox import REBUILD_ABOVE
from registry.settings import Settings
from registry.titles import shown, status_on

EVERYTHING = "everything"
OUTBOX_BATCH = 1_000

Progress = Callable[[int, int], None]
"""Called with how many of how many are done; may raise to stop the work."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A finished rebuild."""

    version: str
    count: int
    seconds: float


def search_engine(settings: Settings) -> SearchEngine:
    """The engine of this installation: the embedded one in its data folder."""
    return EmbeddedEngine(settings.index_dir)


def rebuild(database: Engine, search: SearchEngine, *, progress: Progress | None = None) -> Rebuilt:
    """Build a new index beside the present one, check its count, swap. Readers notice nothing until it is done.

    Raises WriterBusy, StorageUnavailable; then the present index stays.
    """
    with search.writing() as writer:
        return _rebuild(database, writer, progress)


def apply_outbox(database: Engine, search: SearchEngine, *, limit: int = OUTBOX_BATCH) -> int:
    """Bring one batch of waiting changes into the index, turn its day if needed, rebuild where nothing less will do.

    Returns how many outbox rows were done with. The rows go only after the index has committed: a crash in between
    repeats the batch, which changes nothing. Raises WriterBusy, StorageUnavailable.
    """
    today = clock.today()
    day = _day_of(search)
    if day == today and not _waiting(database):
        return 0
    with search.writing() as writer:
        day = _day_of(search)
        if day is None:
            return _rebuild_for_outbox(database, writer)
        try:
            if day != today:
                _turn_day(database, writer, day, today)
            return _apply_batch(database, writer, today, limit)
        except EngineUnavailable:
            return _rebuild_for_outbox(database, writer)


def changed_between(session: Session, before: date, after: date) -> list[int]:
    """Enterprises of which some shown title has another state on the second day than on the first."""
    query = (
        select(col(Listing.enterprise_id))
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .where(shown(), status_on(before) != status_on(after))
        .distinct()
        .order_by(col(Listing.enterprise_id))
    )
    return list(session.scalars(query))


def _apply_batch(database: Engine, writer: Writer, day: date, limit: int) -> int:
    with reading(database) as session:
        # The rows are read before the facts: a change that comes later has a row of its own.
        query = select(col(IndexOutbox.id), col(IndexOutbox.kind), col(IndexOutbox.subject_id))
        rows = session.execute(query.order_by(col(IndexOutbox.id)).limit(limit)).all()
        if not rows:
            return 0
        if any(row.kind == EVERYTHING for row in rows):
            return _rebuild_for_outbox(database, writer)
        ids = surviving(session, {row.subject_id for row in rows if row.subject_id is not None})
        documents = load_documents(session, sorted(ids), day)
    writer.apply(
        upserts=documents,
        deletes=sorted({document_key("enterprise", number) for number in ids} - {each.key for each in documents}),
        day=day,
    )
    _forget(database, [row.id for row in rows])
    return len(rows)


def _turn_day(database: Engine, writer: Writer, before: date, today: date) -> None:
    """Rewrite the enterprises whose titles changed state over night, and the day, in one commit."""
    with reading(database) as session:
        ids = changed_between(session, before, today)
        if len(ids) > REBUILD_ABOVE:
            raise EngineUnavailable(f"{len(ids)} enterprises changed state; a rebuild is quicker")
        writer.apply(upserts=_in_batches(session, ids, today), deletes=(), day=today)


def _in_batches(session: Session, ids: list[int], day: date) -> Iterator[IndexDocument]:
    for start in range(0, len(ids), BATCH):
        yield from load_documents(session, ids[start : start + BATCH], day)


def _rebuild_for_outbox(database: Engine, writer: Writer) -> int:
    with reading(database) as session:
        query = select(col(IndexOutbox.id)).where(col(IndexOutbox.kind) == EVERYTHING)
        rows = list(session.scalars(query))
    _rebuild(database, writer, None)
    return len(rows)


def _rebuild(database: Engine, writer: Writer, progress: Progress | None) -> Rebuilt:
    started = time.perf_counter()
    day = clock.today()
    with reading(database) as session:
        whole = list(session.scalars(select(col(IndexOutbox.id)).where(col(IndexOutbox.kind) == EVERYTHING)))
        total = session.scalar(select(func.count()).select_from(Enterprise).where(visible())) or 0
        counted = _Counted(stream_documents(session, day), total, progress)
        version = writer.build_beside(counted, day=day)
    held = writer.reader_of(version).count
    if held != counted.enterprises:
        raise StorageUnavailable(
            f"新索引有 {held} 家企业，应有 {counted.enterprises} 家，没有启用；原索引不变。请检查磁盘后重建。",
            f"The new index holds {held} enterprises instead of {counted.enterprises}; it was not put to use and the "
            "old one stays. Check the disk and rebuild.",
        )
    writer.swap(version)
    _forget(database, whole)
    return Rebuilt(version, held, time.perf_counter() - started)


class _Counted:
    """Documents on their way, counted; progress is told once per thousand."""

    def __init__(self, documents: Iterable[IndexDocument], total: int, progress: Progress | None) -> None:
        self._documents, self._total, self._progress = documents, total, progress
        self.number = self.enterprises = 0

    def __iter__(self) -> Iterator[IndexDocument]:
        for document in self._documents:
            self.number += 1
            self.enterprises += document.kind == "enterprise"
            if self._progress is not None and self.number % 1_000 == 0:
                self._progress(self.number, max(self._total, self.number))
            yield document
        if self._progress is not None:
            self._progress(self.number, max(self._total, self.number))


def _day_of(search: SearchEngine) -> date | None:
    """The day the index was written for, or None if there is no usable index."""
    try:
        return search.reader().day
    except EngineUnavailable:
        return None


def _waiting(database: Engine) -> bool:
    with reading(database) as session:
        return session.scalar(select(col(IndexOutbox.id)).limit(1)) is not None


def _forget(database: Engine, rows: list[int]) -> None:
    if not rows:
        return
    with transaction(database) as session:
        for start in range(0, len(rows), BATCH):
            session.execute(delete(IndexOutbox).where(col(IndexOutbox.id).in_(rows[start : start + BATCH])))
