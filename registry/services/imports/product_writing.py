"""Write a staged product list: makers as any list writes enterprises, then product versions and their entries."""

from array import array
from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.models import ImportRow, ImportRun, Product, ProductListing
from registry.services.imports.bulk import among, insert_rows, reserve_numbers, update_values
from registry.services.imports.conflicts import changed_since
from registry.services.imports.interpreting import Facts
from registry.services.imports.lookups import Lookup
from registry.services.imports.options import Destination, titled_days
from registry.services.imports.product_deciding import REGRADE
from registry.services.imports.product_interpreting import SUBSTANCE
from registry.services.imports.product_lookups import (
    KnownProduct,
    grades_in_batch,
    known_products,
    stated_identity,
)
from registry.services.imports.staged_rows import StagedRow, staged_rows
from registry.vocabulary import RowOutcome

_NAMED = frozenset({"product", "model", "version", "serial", "uscc", "registration_no"})
"""Roles that say which product of whom a row is about; the entry leads there and need not repeat them."""


class Makers(Protocol):
    """Writes enterprises; the writer of a plain enterprise file does."""

    touched: "array[int]"

    def write_new(self, rows: Sequence[StagedRow]) -> None: ...

    def write_matched(self, rows: Sequence[StagedRow]) -> None: ...

    def tell(self, rows: int) -> None: ...


def write_products(session: Session, *, run: ImportRun, destination: Destination, batch_id: int, makers: Makers) -> int:
    """Write every new and matched row: new makers first, then products and entries. Returns the entries.

    Raises Conflict if a maker or product is no longer as it was when the rows were staged.
    """
    fresh = _write_new_makers(session, run.id, makers)
    _point_to_makers(session, run.id)
    work = _ProductWriting(session, run, destination, batch_id, makers, fresh)
    for chunk in staged_rows(session, run.id, RowOutcome.NEW, with_cells=True):
        work.write(chunk, new=True)
    for chunk in staged_rows(session, run.id, RowOutcome.MATCHED, with_cells=True):
        work.write(chunk, new=False)
    return work.entries


def _write_new_makers(session: Session, import_id: int, makers: Makers) -> set[int]:
    """Enterprises for the rows that name a maker nobody knew; the numbers of these rows."""
    fresh: set[int] = set()
    for chunk in staged_rows(session, import_id, RowOutcome.NEW, with_cells=False):
        rows = [row for row in chunk if row.enterprise_id is None and "same_maker" not in row.facts]
        if rows:
            makers.write_new(rows)
            fresh.update(row.id for row in rows)
    return fresh


def _point_to_makers(session: Session, import_id: int) -> None:
    """A further row about a maker that was new points to the enterprise made for the first one."""
    waiting = session.execute(
        select(col(ImportRow.id), col(ImportRow.facts)).where(
            col(ImportRow.import_id) == import_id,
            col(ImportRow.outcome) == RowOutcome.NEW,
            col(ImportRow.enterprise_id).is_(None),
        )
    ).all()
    if not waiting:
        return
    firsts = {row.facts["same_maker"][1] for row in waiting if row.facts}
    found = session.execute(
        select(col(ImportRow.sheet), col(ImportRow.row_number), col(ImportRow.enterprise_id)).where(
            col(ImportRow.import_id) == import_id, among(session, col(ImportRow.row_number), firsts)
        )
    )
    maker_at = {(sheet, number): maker for sheet, number, maker in found}
    pointed = [(maker_at[tuple(row.facts["same_maker"])], row.id) for row in waiting if row.facts]
    update_values(session, ImportRow, ("enterprise_id",), pointed)


class _ProductWriting:
    """Writes chunk after chunk and counts."""

    def __init__(
        self,
        session: Session,
        run: ImportRun,
        destination: Destination,
        batch_id: int,
        makers: Makers,
        fresh: set[int],
    ) -> None:
        self.session, self.run, self.destination, self.batch_id = session, run, destination, batch_id
        self.makers, self.fresh = makers, fresh
        self.lookup, self.at = Lookup(session), clock.now()
        self.entries = 0
        self._columns = {table["sheet"]: table["columns"] for table in run.understood["tables"]}

    def write(self, rows: Sequence[StagedRow], *, new: bool) -> None:
        """Products that are ``new`` are made or brought back, known ones must still be there; each gets its entry."""
        self._write_makers(rows)
        makers = {row.enterprise_id for row in rows}
        known = known_products(self.session, makers, {row.facts["product_folded"] for row in rows})
        found = [(row, known.get((row.enterprise_id, stated_identity(row.facts)))) for row in rows]
        for row, product in found:
            if new is (product is not None and product.voided_at is None):
                raise changed_since(row.facts["product"])
        numbered = self._make(found) if new else [(row, product.id) for row, product in found if product]
        listed = grades_in_batch(self.session, self.batch_id, [number for _, number in numbered])
        entries = [self._entry(row, number) for row, number in numbered if number not in listed]
        insert_rows(self.session, ProductListing, entries)
        self.entries += len(entries)
        for row, number in numbered:
            if REGRADE in row.facts and number in listed:
                self._regrade(row, number)
        self.makers.touched.extend(makers)
        self.makers.tell(len(rows))

    def _regrade(self, row: StagedRow, product: int) -> None:
        """The grade a person took from the file, on the entry the batch has; the old one is kept for an undo."""
        standing = select(ProductListing).where(
            col(ProductListing.batch_id) == self.batch_id,
            col(ProductListing.product_id) == product,
            col(ProductListing.voided_at).is_(None),
        )
        entry = self.session.scalars(standing.order_by(col(ProductListing.id)).limit(1)).one()
        said = {"entry": entry.id, "from": entry.grade, "to": row.facts["grade"]}
        entry.grade = row.facts["grade"]
        stored = self.session.get_one(ImportRow, row.id, populate_existing=True)
        stored.effects = {**(stored.effects or {}), "regraded": said}
        self.session.flush()

    def _write_makers(self, rows: Sequence[StagedRow]) -> None:
        """Fill what is empty on makers that were there before; each is filled by the first row that names it."""
        firms = self.lookup.firms({row.enterprise_id for row in rows})
        for firm in firms.values():
            if firm.voided_at is not None or firm.merged_into_id is not None:
                raise changed_since(firm.name_zh)
        self.makers.write_matched([row for row in rows if row.id not in self.fresh and "same_maker" not in row.facts])

    def _make(self, found: Sequence[tuple[StagedRow, KnownProduct | None]]) -> list[tuple[StagedRow, int]]:
        """Insert products nobody knew; those an undo had taken back return under their old number."""
        numbers = iter(reserve_numbers(self.session, Product, sum(1 for _, known in found if known is None)))
        numbered = [(row, known.id if known else next(numbers), known is not None) for row, known in found]
        made = [{"id": number, **self._product(row), "created_at": self.at} for row, number, old in numbered if not old]
        insert_rows(self.session, Product, made)
        revived = [(*self._product(row).values(), None, number) for row, number, old in numbered if old]
        if revived:
            update_values(self.session, Product, (*_PRODUCT_COLUMNS, "voided_at"), revived)
        return [(row, number) for row, number, _ in numbered]

    def _product(self, row: StagedRow) -> dict[str, Any]:
        facts: Facts = row.facts
        stated = (
            row.enterprise_id,
            (facts.get("name_as_printed") or facts["name"])[:300],
            facts["product"],
            facts["product_folded"],
            facts.get("version", ""),
            facts.get("category", ""),
            self.run.id,
        )
        return dict(zip(_PRODUCT_COLUMNS, stated, strict=True))

    def _entry(self, row: StagedRow, number: int) -> dict[str, Any]:
        facts: Facts = row.facts
        valid_from, valid_to = titled_days(facts, self.destination)
        return {
            "product_id": number,
            "directory_code": self.destination.directory_code,
            "batch_id": self.batch_id,
            "name_as_announced": (facts.get("product_as_printed") or facts["product"])[:300],
            "category": facts.get("category", ""),
            "grade": facts.get("grade"),
            "certificate_no": facts.get("certificate_no"),
            "valid_from": valid_from,
            "valid_to": valid_to,
            "details": self._details(row),
            "import_row_id": row.id,
            "recorded_at": self.at,
        }

    def _details(self, row: StagedRow) -> dict[str, str]:
        """What else the row says; also a cell that should say something of the entry and could not be read."""
        columns = self._columns[row.sheet]
        roles = {each["role"] for each in columns}
        maker = "maker" if "maker" in roles else "name"
        said = {
            each["position"]
            for each in columns
            if each["role"] in _NAMED
            or each["role"] == maker
            or (each["role"] in SUBSTANCE and each["role"] in row.facts)
        }
        names = {each["position"]: each["column"] for each in columns}
        return {
            names.get(place, f"第{place + 1}列"): cell
            for place, cell in enumerate(row.cells)
            if cell.strip() and place not in said
        }


_PRODUCT_COLUMNS = ("enterprise_id", "maker_name", "name", "folded", "version", "category", "import_id")
