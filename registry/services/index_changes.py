"""Changes on their way from the outbox into the index: into the version in use, and into one made ready beside it.

While a version is made ready, rows that the version in use has seen are not thrown away but kept aside for the other
(:class:`registry.models.IndexCatchUp`). It catches up with them, the last ones under the lock on writing, and is
swapped in.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry.db import reading, transaction
from registry.models import IndexCatchUp, IndexOutbox
from registry.search.documents import Kind, document_key
from registry.search.engine import SearchEngine, Writer, WriterBusy
from registry.search.sources import BATCH, load_documents, load_products, products_of, surviving
from registry.services.outbox import Change

OUTBOX_BATCH = 1_000
LITTLE = 20
"""So few changes are left for the moment in which nobody else may write: a fraction of a second."""
PATIENCE_SECONDS = 300.0
_PAUSE_SECONDS = 0.01

Changed = Row[tuple[int, str, int | None]]
"""Number, kind and subject of an outbox row, wherever it is kept."""


def bring_in(
    session: Session, writer: Writer, rows: Sequence[Changed], day: date, *, version: str | None = None
) -> None:
    """Write what the rows name as the database has it now; what it does not show any more goes.

    The rows must have been read before: a change that comes later has a row of its own. Rows that ask for everything
    are passed over.
    """
    named: dict[str, set[int]] = {Change.ENTERPRISE: set(), Change.PRODUCT: set()}
    for row in rows:
        if row.kind in named and row.subject_id is not None:
            named[row.kind].add(row.subject_id)
    firms = surviving(session, named[Change.ENTERPRISE])
    products = named[Change.PRODUCT].union(products_of(session, firms)) if firms else named[Change.PRODUCT]
    _write(session, writer, "enterprise", sorted(firms), day, version)
    _write(session, writer, "product", sorted(products), day, version)


def _write(session: Session, writer: Writer, kind: Kind, ids: list[int], day: date, version: str | None) -> None:
    load = load_documents if kind == "enterprise" else load_products
    for numbers in _portions(ids):
        documents = load(session, numbers, day)
        gone = {document_key(kind, number) for number in numbers} - {each.key for each in documents}
        writer.apply(upserts=documents, deletes=sorted(gone), day=day, version=version)


def forget(database: Engine, rows: Iterable[int], *, keep: bool = False) -> None:
    """Take outbox rows away: the index has what they asked for. ``keep``: another that is being built has not yet."""
    with transaction(database) as session:
        for some in _portions(list(rows)):
            chosen = col(IndexOutbox.id).in_(some)
            if keep:
                told = select(col(IndexOutbox.id), col(IndexOutbox.kind), col(IndexOutbox.subject_id)).where(chosen)
                session.execute(insert(IndexCatchUp).from_select(["id", "kind", "subject_id"], told))
            session.execute(delete(IndexOutbox).where(chosen))


def forget_kept(database: Engine) -> None:
    """Throw away what was kept aside: nothing is being made ready, or it has all of it."""
    with transaction(database) as session:
        session.execute(delete(IndexCatchUp))


def changes(session: Session) -> list[Changed]:
    """All that waits, and all that is kept aside."""
    # In this order: a row that is moved meanwhile is met twice, never missed.
    waiting = session.execute(select(col(IndexOutbox.id), col(IndexOutbox.kind), col(IndexOutbox.subject_id))).all()
    kept = session.execute(select(col(IndexCatchUp.id), col(IndexCatchUp.kind), col(IndexCatchUp.subject_id))).all()
    return list({row.id: row for row in (*waiting, *kept)}.values())


def _portions(numbers: list[int]) -> Iterator[list[int]]:
    return (numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH))


@dataclass
class CatchingUp:
    """A finished version that is not in use yet, written for ``day``. ``seen``: numbers of the changes it holds.

    Only its builder writes it, with ``writer``, under the right to build.
    """

    database: Engine
    writer: Writer
    version: str
    day: date
    seen: set[int] = field(default_factory=set)

    def go_on(self, limit: int | None = OUTBOX_BATCH) -> int:
        """Bring in changes it has not seen; how many those were."""
        with reading(self.database) as session:
            new = [row for row in changes(session) if row.id not in self.seen and row.kind != Change.EVERYTHING]
            new = sorted(new, key=lambda row: row.id)[:limit]
            bring_in(session, self.writer, new, self.day, version=self.version)
        self.seen.update(row.id for row in new)
        return len(new)

    def swap_in(self, search: SearchEngine) -> float:
        """Catch up and let readers see it; the seconds for which nobody else could write.

        Changes committed after the last look wait in the outbox for the version that is in use then. Raises WriterBusy
        if the right to write was never free in all that time.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            while self.go_on() > LITTLE:
                pass
            try:
                with search.writing() as writer:
                    started = time.perf_counter()
                    self.go_on(limit=None)
                    writer.swap(self.version)
                    # What it has seen is in it, and whoever comes next writes to it.
                    forget(self.database, self.seen)
                    forget_kept(self.database)
                    return time.perf_counter() - started
            except WriterBusy:
                if time.monotonic() > deadline:
                    raise
            time.sleep(_PAUSE_SECONDS)
