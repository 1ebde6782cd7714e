"""Keep the search index true to the database: rebuild beside and swap, apply the outbox, turn the day."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import distinct, func, select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry import clock
from registry.db import reading
from registry.models import Batch, Enterprise, IndexOutbox, Listing, ProductListing
from registry.search.documents import IndexDocument, Kind, document_key
from registry.search.embedded import EmbeddedEngine
from registry.search.engine import EngineAway, EngineUnavailable, SearchEngine, Writer
from registry.search.sources import (
    BATCH,
    load_documents,
    load_products,
    products_of,
    stream_documents,
    surviving,
    visible,
)
from registry.services.index_check import forget
from registry.services.index_gates import Sample, pass_gates
from registry.services.outbox import REBUILD_ABOVE, Change
from registry.settings import Settings
from registry.titles import Dated, shown, status_on

OUTBOX_BATCH = 1_000

Progress = Callable[[int, int], None]
"""Called with how many of how many are done; may raise to stop the work."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A finished rebuild. ``count``: enterprises."""

    version: str
    count: int
    seconds: float


def search_engine(settings: Settings) -> SearchEngine:
    """The engine of this installation: a Meilisearch server where one is named, else the embedded one."""
    if settings.search_url:
        from registry.search.meilisearch import meilisearch_engine

        return meilisearch_engine(settings)
    return EmbeddedEngine(settings.index_dir)


def rebuild(database: Engine, search: SearchEngine, *, progress: Progress | None = None) -> Rebuilt:
    """Build a new index beside the present one, let it pass its gates, swap. Readers notice nothing until it is done.

    Raises WriterBusy, GateClosed, StorageUnavailable; then the present index stays.
    """
    with search.writing() as writer:
        return _rebuild(database, writer, progress)


def apply_outbox(database: Engine, search: SearchEngine, *, limit: int = OUTBOX_BATCH, may_rebuild: bool = True) -> int:
    """Bring one batch of waiting changes into the index, turn its day if needed, rebuild where nothing less will do.

    Returns how many outbox rows were done with. The rows go only after the index has committed: a crash in between
    repeats the batch, which changes nothing. Without ``may_rebuild`` what needs a rebuild goes on waiting, and the
    rest is applied. Raises WriterBusy, GateClosed, StorageUnavailable, EngineUnavailable.
    """
    today = clock.today()
    day = _day_of(search)
    if (day == today and not _waiting(database, may_rebuild)) or (day is None and not may_rebuild):
        return 0
    with search.writing() as writer:
        day = _day_of(search)
        if day is None or (may_rebuild and _waits_for_rebuild(database)):
            return _rebuild_for_outbox(database, writer)
        try:
            if day != today:
                _turn_day(database, writer, day, today)
            return _apply_batch(database, writer, today, limit)
        except EngineAway:
            raise
        except EngineUnavailable:
            if not may_rebuild:
                raise
            return _rebuild_for_outbox(database, writer)


def changed_between(session: Session, before: date, after: date, of: Dated = Listing) -> list[int]:
    """Enterprises (or products) of which some shown title has another state on the second day than on the first."""
    subject = col(of.product_id) if of is ProductListing else col(Listing.enterprise_id)
    query = (
        select(subject)
        .join(Batch, col(Batch.id) == col(of.batch_id))
        .where(shown(of), status_on(before, of) != status_on(after, of))
        .distinct()
        .order_by(subject)
    )
    return list(session.scalars(query))


def _apply_batch(database: Engine, writer: Writer, day: date, limit: int) -> int:
    with reading(database) as session:
        # The rows are read before the facts: a change that comes later has a row of its own.
        query = select(col(IndexOutbox.id), col(IndexOutbox.kind), col(IndexOutbox.subject_id))
        query = query.where(col(IndexOutbox.kind) != Change.EVERYTHING.value)
        rows = session.execute(query.order_by(col(IndexOutbox.id)).limit(limit)).all()
        named: dict[str, set[int]] = {Change.ENTERPRISE: set(), Change.PRODUCT: set()}
        for row in rows:
            if row.kind in named and row.subject_id is not None:
                named[row.kind].add(row.subject_id)
        firms = surviving(session, named[Change.ENTERPRISE])
        products = named[Change.PRODUCT].union(products_of(session, firms)) if firms else named[Change.PRODUCT]
        _write(session, writer, "enterprise", sorted(firms), day)
        _write(session, writer, "product", sorted(products), day)
    forget(database, [row.id for row in rows])
    return len(rows)


def _write(session: Session, writer: Writer, kind: Kind, ids: list[int], day: date) -> None:
    """Entries of a kind as the database has them now; those it does not show any more go."""
    load = load_documents if kind == "enterprise" else load_products
    for start in range(0, len(ids), BATCH):
        numbers = ids[start : start + BATCH]
        documents = load(session, numbers, day)
        gone = {document_key(kind, number) for number in numbers} - {each.key for each in documents}
        writer.apply(upserts=documents, deletes=sorted(gone), day=day)


def _turn_day(database: Engine, writer: Writer, before: date, today: date) -> None:
    """Rewrite what has another state than on the day before, and the day, in one commit."""
    with reading(database) as session:
        firms = changed_between(session, before, today)
        products = changed_between(session, before, today, ProductListing)
        if len(firms) + len(products) > REBUILD_ABOVE:
            raise EngineUnavailable(f"{len(firms) + len(products)} entries changed state; a rebuild is quicker")
        writer.apply(upserts=_in_batches(session, firms, products, today), deletes=(), day=today)


def _in_batches(session: Session, firms: list[int], products: list[int], day: date) -> Iterator[IndexDocument]:
    for start in range(0, len(firms), BATCH):
        yield from load_documents(session, firms[start : start + BATCH], day)
    for start in range(0, len(products), BATCH):
        yield from load_products(session, products[start : start + BATCH], day)


def _rebuild_for_outbox(database: Engine, writer: Writer) -> int:
    return _rebuild(database, writer, None).rows


@dataclass(frozen=True, slots=True)
class _Built(Rebuilt):
    rows: int
    """Outbox rows it made unnecessary."""


def _rebuild(database: Engine, writer: Writer, progress: Progress | None) -> _Built:
    started = time.perf_counter()
    day = clock.today()
    with reading(_at_one_moment(database)) as session:
        seen = list(session.scalars(select(col(IndexOutbox.id))))
        counted = _counts(session)
        sample = Sample(stream_documents(session, day), counted["enterprise"])
        version = writer.build_beside(_told(sample, sum(counted.values()), progress), day=day)
    pass_gates(database, writer, version, sample, counted)
    writer.swap(version)
    # All that was waiting when the entries were read is in them.
    forget(database, seen)
    return _Built(version, counted["enterprise"], time.perf_counter() - started, len(seen))


def _at_one_moment(database: Engine) -> Engine:
    """Reading all entries sees one state of the database, however long it takes; SQLite does so anyway."""
    if database.dialect.name == "sqlite":
        return database
    return database.execution_options(isolation_level="REPEATABLE READ")


def _counts(session: Session) -> dict[Kind, int]:
    products = (
        select(func.count(distinct(col(ProductListing.product_id))))
        .join(Batch, col(Batch.id) == col(ProductListing.batch_id))
        .where(shown(ProductListing))
    )
    firms = select(func.count()).select_from(Enterprise).where(visible())
    return {"enterprise": session.scalar(firms) or 0, "product": session.scalar(products) or 0}


def _told(documents: Iterable[IndexDocument], total: int, progress: Progress | None) -> Iterator[IndexDocument]:
    """The documents; progress is told once per thousand and at the end."""
    number = 0
    for number, document in enumerate(documents, start=1):
        if progress is not None and number % 1_000 == 0:
            progress(number, max(total, number))
        yield document
    if progress is not None:
        progress(number, max(total, number))


def _day_of(search: SearchEngine) -> date | None:
    """The day the index was written for, or None if there is no usable index. Raises EngineAway."""
    try:
        return search.reader().day
    except EngineAway:
        raise
    except EngineUnavailable:
        return None


def _waiting(database: Engine, may_rebuild: bool) -> bool:
    query = select(col(IndexOutbox.id)).limit(1)
    if not may_rebuild:
        query = query.where(col(IndexOutbox.kind) != Change.EVERYTHING.value)
    with reading(database) as session:
        return session.scalar(query) is not None


def _waits_for_rebuild(database: Engine) -> bool:
    with reading(database) as session:
        query = select(col(IndexOutbox.id)).where(col(IndexOutbox.kind) == Change.EVERYTHING.value)
        return session.scalar(query.limit(1)) is not None
