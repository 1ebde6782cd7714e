"""What the checks of a list look at, counted: the import itself and the edition before it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.models import Batch, ImportRow, ImportRun, Listing, ProductListing
from registry.schemas.tables import StatedCount
from registry.services.batch_life.previous import batch_before
from registry.services.imports.browsing import what_it_lists
from registry.services.imports.guards import ListCounts
from registry.services.imports.options import resolve, stored_options
from registry.vocabulary import DirectoryKind, ImportState, RowOutcome

_CODES = ("uscc", "registration_no")
_PLACES = ("city", "region", "county", "city_code", "county_code", "province")


def previous_batch(session: Session, run: ImportRun) -> Batch | None:
    """The edition before the batch an import is for, None for one that gives no titles."""
    destination = resolve(session, stored_options(run.understood))
    if destination is None:
        return None
    return batch_before(
        session,
        directory_code=destination.directory_code,
        before=destination.valid_from + timedelta(days=1),
        besides=(destination.year, destination.label),
    )


def counts_of(session: Session, run: ImportRun) -> ListCounts:
    """The counts of a staged import."""
    outcomes: dict[str, int] = run.counts["outcomes"]
    before = previous_batch(session, run)
    own = _roles(run.understood)
    needed = ["product" if what_it_lists(run) is DirectoryKind.PRODUCT else "name"]
    had = _roles_of_batch(session, before) if before is not None else set()
    for one_of in (_CODES, _PLACES):
        if not had.isdisjoint(one_of):
            needed.append(next((role for role in one_of if role in own), next(role for role in one_of if role in had)))
    groups = [StatedCount(*one) for table in run.understood["tables"] for one in table["stated"]]
    return ListCounts(
        rows=run.counts["rows"],
        writable=outcomes[RowOutcome.NEW.value] + outcomes[RowOutcome.MATCHED.value],
        rejected=outcomes[RowOutcome.REJECTED.value],
        repeated=_repeated(session, run),
        previous=_rows_of_batch(session, before) if before is not None else None,
        missing=[role for role in needed if role not in own],
        needed=needed,
        groups=len(groups),
        differing=[one for one in groups if one.stated != one.read],
    )


def _repeated(session: Session, run: ImportRun) -> int:
    query = select(func.count()).where(
        col(ImportRow.import_id) == run.id,
        col(ImportRow.outcome) == RowOutcome.UNCHANGED,
        col(ImportRow.matched_by) == "file",
    )
    return int(session.execute(query).scalar_one())


def _rows_of_batch(session: Session, batch: Batch) -> int:
    of_batch = (
        select(func.count()).where(col(table.batch_id) == batch.id, col(table.voided_at).is_(None))
        for table in (Listing, ProductListing)
    )
    return sum(int(session.execute(query).scalar_one()) for query in of_batch)


def _roles_of_batch(session: Session, batch: Batch) -> set[str]:
    found = session.scalars(
        select(ImportRun)
        .where(col(ImportRun.batch_id) == batch.id, col(ImportRun.state) == ImportState.WRITTEN)
        .order_by(col(ImportRun.id).desc())
        .limit(1)
    ).first()
    return _roles(found.understood) if found is not None else set()


def _roles(understood: dict[str, Any]) -> set[str]:
    return {column["role"] for table in understood["tables"] for column in table["columns"] if column["role"]}
