"""The days of titles, counted from the day of the announcement once it is known."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Batch, Directory, ImportRow, Listing, ProductListing
from registry.services.imports.bulk import update_values
from registry.services.imports.options import Destination, titled_days
from registry.vocabulary import DirectoryKind

FACTS = ("valid_from", "issued_on", "valid_to")


def date_titles(session: Session, batch: Batch, announced_on: date) -> int:
    """Give titles whose row states no first day the day of the announcement; how many changed.

    A public notice is imported before that day is known, and nominations are listed before it. Other rows without an
    archived row keep the days they have.
    """
    directory = session.get_one(Directory, batch.directory_code)
    table = ProductListing if directory.kind is DirectoryKind.PRODUCT else Listing
    destination = Destination(
        directory_code=directory.code,
        kind=directory.kind,
        year=batch.year,
        label=batch.label,
        announced_on=announced_on,
        document_no=batch.document_no,
        valid_from=announced_on,
        validity_months=directory.validity_months,
    )
    stated = (col(ImportRow.facts)[name].as_string().label(name) for name in FACTS)
    columns: tuple[Any, ...] = (col(table.id).label("id"), *stated)
    days: tuple[Any, ...] = (col(table.valid_from).label("present_from"), col(table.valid_to).label("present_to"))
    query = (
        select(*columns, *days)
        .join(ImportRow, col(ImportRow.id) == col(table.import_row_id))
        .where(col(table.batch_id) == batch.id, col(table.voided_at).is_(None))
    )
    changed = []
    for row in session.execute(query).mappings():
        first, last = titled_days(_stated(row), destination)
        if (first, last) != (row["present_from"], row["present_to"]):
            changed.append((first, last, row["id"]))
    changed += _nominated(session, batch, destination) if table is Listing else []
    update_values(session, table, ("valid_from", "valid_to"), changed)
    session.expire_all()
    return len(changed)


def _nominated(session: Session, batch: Batch, destination: Destination) -> list[tuple[date, date | None, int]]:
    """Rows that came from nominations state no day of their own: they begin with the announcement."""
    from registry.models import Submission  # not a table of lists that come in

    first, last = titled_days({}, destination)
    query = (
        select(col(Listing.id))
        .join(Submission, col(Submission.listing_id) == col(Listing.id))
        .where(col(Listing.batch_id) == batch.id, col(Listing.voided_at).is_(None))
    )
    return [(first, last, number) for number in session.scalars(query)]


def _stated(row: Mapping[Any, Any]) -> dict[str, str]:
    return {name: row[name] for name in FACTS if row[name] is not None}
