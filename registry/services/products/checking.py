"""A shopping list (采购清单) held against the catalogue of one day. The list is not stored."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col

from registry import clock
from registry.models import ProductListing
from registry.products.checking import Answer, Catalogue, Verdict
from registry.products.entries import Entry
from registry.products.lines import Asked
from registry.schemas.products import CatalogueRow, CheckedEntry, CheckedLine, CheckedList
from registry.services.products.standing import catalogue_query, entry_of, read_rows

DIRECTORY = "secure_product"
"""The catalogue lists are held against unless another is named."""


def check_list(
    session: Session, *, lines: Sequence[Asked], as_of: date | None = None, directory: str = DIRECTORY
) -> CheckedList:
    """The answer to each line, in order, as of a day (today). Nothing is kept."""
    as_of = as_of or clock.today()
    query = catalogue_query(as_of).where(col(ProductListing.directory_code) == directory)
    rows = {row.listing_id: row for row in read_rows(session, query, as_of)}
    catalogue = Catalogue(map(entry_of, rows.values()))
    answers = [catalogue.check(line) for line in lines]
    counts = {verdict.value: sum(answer.verdict is verdict for answer in answers) for verdict in Verdict}
    return CheckedList(
        as_of=as_of, total=len(answers), counts=counts, lines=[_line(answer, rows) for answer in answers]
    )


def _line(answer: Answer, rows: dict[int, CatalogueRow]) -> CheckedLine:
    def shown(entries: Sequence[Entry]) -> list[CheckedEntry]:
        return [_entry(entry, rows[entry.listing_id]) for entry in entries]

    return CheckedLine(
        number=answer.asked.number,
        written=answer.asked.written,
        quantity=answer.asked.quantity,
        verdict=answer.verdict.value,
        note=answer.note,
        category_code=answer.category.code if answer.category else None,
        grade_asked=answer.asked.grade,
        entry=_entry(answer.entry, rows[answer.entry.listing_id]) if answer.entry else None,
        later=shown(answer.later),
        others=shown(answer.others),
        others_total=answer.others_total,
        candidates=shown(answer.candidates),
    )


def _entry(entry: Entry, row: CatalogueRow) -> CheckedEntry:
    return CheckedEntry(
        product_id=entry.product_id,
        listing_id=entry.listing_id,
        label=row.label,
        maker=row.maker_name,
        maker_key=row.maker_key,
        in_province=entry.in_province,
        category=row.category,
        grade=row.grade,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        status=row.status,
        days_left=row.days_left,
        document_ref=row.document_ref,
    )
