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
from registry.models import Batch, Enterprise, IndexCatchUp, IndexOutbox, Listing, ProductListing
from registry.search.documents import IndexDocument, Kind
from registry.search.embedded import EmbeddedEngine
from registry.search.engine import EngineAway, EngineUnavailable, SearchEngine, Writer
from registry.search.sources import (
    BATCH,
    load_documents,
    load_products,
    stream_documents,
    visible,
)
from registry.services.index_changes import OUTBOX_BATCH, CatchingUp, bring_in, forget, forget_kept
from registry.services.index_gates import Sample, pass_gates
from registry.services.outbox import REBUILD_ABOVE, Change
from registry.settings import Settings
from registry.titles import Dated, shown, status_on

Progress = Callable[[int, int], None]
"""Called with how many of how many are done; may raise to stop the work."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A finished rebuild. ``count``: enterprises; ``locked``: seconds for which changes could not reach the index.

    ``rows``: how many changes that waited at its start it made unnecessary.
    """

    version: str
    count: int
    seconds: float
    locked: float
    rows: int


def search_engine(settings: Settings) -> SearchEngine:
    """The engine of this installation: a Meilisearch server where one is named, else the embedded one."""
    if settings.search_url:
        from registry.search.meilisearch import meilisearch_engine

        return meilisearch_engine(settings)
    return EmbeddedEngine(settings.index_dir)


def rebuild(database: Engine, search: SearchEngine, *, progress: Progress | None = None) -> Rebuilt:
    """Build a new index beside the present one, let it pass its gates, catch up with what changed meanwhile, swap.

    Changes go on reaching the present index all the while. Raises RebuildBusy while another process builds, WriterBusy,
    GateClosed, StorageUnavailable; then the present index stays.
    """
    with search.building() as builder:
        return _rebuild(database, search, builder, progress)


def rebuild_if_needed(database: Engine, search: SearchEngine, *, progress: Progress | None = None) -> Rebuilt | None:
    """Rebuild where nothing less will do: no usable index, a change of everything, very many new states at once.

    Returns None if there is no need. Raises what :func:`rebuild` does, and EngineAway.
    """
    if not _is_needed(database, search):
        return None
    with search.building() as builder:
        # Another process may have done it between the look and the lock.
        return _rebuild(database, search, builder, progress) if _is_needed(database, search) else None


def apply_outbox(database: Engine, search: SearchEngine, *, limit: int = OUTBOX_BATCH, may_rebuild: bool = True) -> int:
    """Bring one batch of waiting changes into the index, turn its day if needed, rebuild where nothing less will do.

    Returns how many outbox rows were done with. The rows go only after the index has committed: a crash in between
    repeats the batch, which changes nothing. Without ``may_rebuild`` what needs a rebuild goes on waiting, and the
    rest is applied. Raises WriterBusy, GateClosed, StorageUnavailable, EngineUnavailable.
    """
    if may_rebuild and (done := rebuild_if_needed(database, search)) is not None:
        return done.rows
    day = _day_of(search)
    if day is None or (day == clock.today() and not _waiting(database)):
        return 0
    try:
        with search.writing() as writer:
            return _apply_batch(database, search, writer, limit)
    except EngineAway:
        raise
    except EngineUnavailable:
        if not may_rebuild:
            raise
    return rebuild(database, search).rows


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


def _apply_batch(database: Engine, search: SearchEngine, writer: Writer, limit: int) -> int:
    day, today = search.reader().day, clock.today()
    if day != today and _turn_day(database, writer, day, today):
        day = today
    with reading(database) as session:
        query = select(col(IndexOutbox.id), col(IndexOutbox.kind), col(IndexOutbox.subject_id))
        query = query.where(col(IndexOutbox.kind) != Change.EVERYTHING.value)
        rows = session.execute(query.order_by(col(IndexOutbox.id)).limit(limit)).all()
        bring_in(session, writer, rows, day)
    # Looked at after the rows were read: who begins to build later finds what they name in the database.
    forget(database, [row.id for row in rows], keep=search.is_building())
    return len(rows)


def _turn_day(database: Engine, writer: Writer, before: date, today: date) -> bool:
    """Rewrite what has another state than the day before, and the day, in one commit; not if a rebuild is quicker."""
    with reading(database) as session:
        firms, products = _turned(session, before, today)
        if len(firms) + len(products) > REBUILD_ABOVE:
            return False
        writer.apply(upserts=_in_batches(session, firms, products, today), deletes=(), day=today)
    return True


def _turned(session: Session, before: date, today: date) -> tuple[list[int], list[int]]:
    return changed_between(session, before, today), changed_between(session, before, today, ProductListing)


def _in_batches(session: Session, firms: list[int], products: list[int], day: date) -> Iterator[IndexDocument]:
    for start in range(0, len(firms), BATCH):
        yield from load_documents(session, firms[start : start + BATCH], day)
    for start in range(0, len(products), BATCH):
        yield from load_products(session, products[start : start + BATCH], day)


def _rebuild(database: Engine, search: SearchEngine, builder: Writer, progress: Progress | None) -> Rebuilt:
    started = time.perf_counter()
    day = clock.today()
    # From here on the worker keeps aside what it takes from the outbox; what is there from before is in the database.
    forget_kept(database)
    with reading(_at_one_moment(database)) as session:
        seen = set(session.scalars(select(col(IndexOutbox.id)))) | set(session.scalars(select(col(IndexCatchUp.id))))
        counted = _counts(session)
        sample = Sample(stream_documents(session, day), counted["enterprise"])
        version = builder.build_beside(_told(sample, sum(counted.values()), progress), day=day)
    pass_gates(database, builder, version, sample, counted)
    rows = len(seen)
    locked = CatchingUp(database, builder, version, day, seen).swap_in(search)
    return Rebuilt(version, counted["enterprise"], time.perf_counter() - started, locked, rows)


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


def _is_needed(database: Engine, search: SearchEngine) -> bool:
    day, today = _day_of(search), clock.today()
    if day is None:
        return True
    with reading(database) as session:
        query = select(col(IndexOutbox.id)).where(col(IndexOutbox.kind) == Change.EVERYTHING.value)
        if session.scalar(query.limit(1)) is not None:
            return True
        return day != today and sum(map(len, _turned(session, day, today))) > REBUILD_ABOVE


def _waiting(database: Engine) -> bool:
    query = select(col(IndexOutbox.id)).where(col(IndexOutbox.kind) != Change.EVERYTHING.value)
    with reading(database) as session:
        return session.scalar(query.limit(1)) is not None
