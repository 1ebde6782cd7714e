"""Each product version with its strongest entry on a day: in force before not, then by grade, then the newest."""

from datetime import date
from typing import Any

from sqlalchemy import RowMapping, Select, Subquery, case, func, select
from sqlmodel import Session, col

from registry.models import Batch, Enterprise, ImportRow, Product, ProductListing
from registry.products.categories import category_of
from registry.products.entries import Entry
from registry.schemas.products import CatalogueRow
from registry.services.badges import days_left, document_ref
from registry.services.keys import canonical_key
from registry.titles import DOCUMENT, held_on, shown, status_of
from registry.vocabulary import BatchState

PROVINCE = "44"
"""Codes of divisions of the province begin so."""


def strongest_entries(as_of: date) -> Subquery:
    """SQL: number, batch and printed category of the strongest shown entry of each product version on the day."""
    held, announced = held_on(as_of, ProductListing), col(Batch.state) == BatchState.FINAL
    standing = case((held, 0), (announced & (col(ProductListing.valid_from) <= as_of), 1), else_=2)
    place = func.row_number().over(
        partition_by=col(ProductListing.product_id),
        order_by=(
            standing,
            func.coalesce(col(ProductListing.grade), 0).desc(),
            col(ProductListing.valid_from).desc(),
            col(ProductListing.id).desc(),
        ),
    )
    ranked = (
        select(col(ProductListing.id).label("listing_id"), place.label("place"))
        .join(Batch, col(Batch.id) == col(ProductListing.batch_id))
        .where(shown(ProductListing))
        .subquery()
    )
    return select(ranked.c.listing_id).where(ranked.c.place == 1).subquery()


def printed_category() -> Any:
    """SQL: what the entry calls its category, else what the product’s first list did."""
    return func.coalesce(func.nullif(col(ProductListing.category), ""), col(Product.category))


def strongest(as_of: date, *columns: Any) -> Select[Any]:
    """SQL over Product, its strongest entry, that entry’s Batch and its maker: these columns."""
    best = strongest_entries(as_of)
    return (
        select(*columns)
        .select_from(ProductListing)
        .join(best, best.c.listing_id == col(ProductListing.id))
        .join(Batch, col(Batch.id) == col(ProductListing.batch_id))
        .join(Product, (col(Product.id) == col(ProductListing.product_id)) & col(Product.voided_at).is_(None))
        .outerjoin(Enterprise, col(Enterprise.id) == col(Product.enterprise_id))
    )


def catalogue_query(as_of: date) -> Select[Any]:
    """SQL: all that ``catalogue_row`` reads."""
    return strongest(as_of, *_columns()).outerjoin(ImportRow, col(ImportRow.id) == col(ProductListing.import_row_id))


def catalogue_row(row: RowMapping, as_of: date) -> CatalogueRow:
    """One row with its state on the day."""
    status = status_of(row, as_of)
    category = category_of(row["category"])
    return CatalogueRow(
        **{name: row[name] for name in _TAKEN},
        category_code=category.code if category else None,
        status=status,
        days_left=days_left(status, row["valid_to"], as_of),
        document_ref=document_ref(row),
    )


def entry_of(row: CatalogueRow) -> Entry:
    """The row as the check of a list needs it."""
    return Entry(
        product_id=row.id,
        listing_id=row.listing_id,
        name=row.name,
        version=row.version,
        maker=row.maker_name,
        maker_key=row.maker_key,
        in_province=(row.city_code or "").startswith(PROVINCE),
        category=row.category,
        grade=row.grade,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        status=row.status,
        days_left=row.days_left,
    )


def read_rows(session: Session, query: Select[Any], as_of: date) -> list[CatalogueRow]:
    """The rows of a narrowed ``catalogue_query``."""
    return [catalogue_row(row, as_of) for row in session.execute(query).mappings()]


_COMPUTED = {"category_code", "status", "days_left", "document_ref"}
_TAKEN = tuple(name for name in CatalogueRow.model_fields if name not in _COMPUTED)


def _columns() -> tuple[Any, ...]:
    return (
        col(Product.id).label("id"),
        col(Product.name).label("name"),
        col(Product.version).label("version"),
        col(Product.maker_name).label("maker_name"),
        canonical_key().label("maker_key"),
        col(Enterprise.city_code).label("city_code"),
        printed_category().label("category"),
        col(ProductListing.grade).label("grade"),
        col(ProductListing.id).label("listing_id"),
        col(ProductListing.directory_code).label("directory_code"),
        col(Batch.id).label("batch_id"),
        col(Batch.label).label("batch_label"),
        col(Batch.document_no).label("document_no"),
        col(Batch.announced_on).label("announced_on"),
        col(ProductListing.valid_from).label("valid_from"),
        col(ProductListing.valid_to).label("valid_to"),
        col(ProductListing.withdrawn_on).label("withdrawn_on"),
        col(Batch.state).label("state"),
        *DOCUMENT,
    )
