"""Rows of a directory or an announcement: one query shape for enterprise lists and product catalogues."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, RowMapping, Select, func, null, select
from sqlalchemy.orm import join
from sqlmodel import Session, col

from registry.errors import NotFound
from registry.models import Batch, Directory, Enterprise, ImportRow, Listing, Product, ProductListing
from registry.schemas.directories import ListedProduct, ListingRow
from registry.schemas.inputs import StatusFilter
from registry.services.badges import days_left, document_ref
from registry.services.keys import canonical_key
from registry.services.places import place
from registry.titles import DOCUMENT, Dated, held_on, shown, status_of, status_on
from registry.vocabulary import BatchState, DirectoryKind


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where the rows of one kind of directory are: their table, the columns read, and the name they are sorted by."""

    table: Dated
    columns: tuple[Any, ...]
    joined: FromClause
    """The table with its batches, enterprises and products; what the state, city and name of a row are read from."""
    name: Any

    @property
    def query(self) -> Select[Any]:
        """All columns of a row, with its place in the archived document."""
        documents = self.joined.outerjoin(ImportRow, col(ImportRow.id) == col(self.table.import_row_id))
        return select(*self.columns).select_from(documents)

    def narrow(self, *columns: Any) -> Select[Any]:
        """Only these columns, without the documents: for counting and sorting many rows."""
        return select(*columns).select_from(self.joined)

    @property
    def number(self) -> Any:
        """The row's own number: the last, unique sort column."""
        return col(self.table.id)


def find_directory(session: Session, code: str) -> Directory:
    """The directory with this code. Raises NotFound naming it."""
    directory = session.get(Directory, code)
    if directory is None:
        raise NotFound(
            f"没有代码为“{code[:60]}”的名录。请到名录目录中选择。",
            f"There is no directory with the code “{code[:60]}”. Choose one from the list of directories.",
            field="directory",
            value=code,
        )
    return directory


def row_source(kind: DirectoryKind) -> RowSource:
    """The query over all rows of one kind, without any condition."""
    return _product_rows() if kind is DirectoryKind.PRODUCT else _enterprise_rows()


def counts_on(table: Dated, *, as_of: date, status: StatusFilter) -> ColumnElement[bool]:
    """SQL: the rows shown under a filter of state: held (valid or due), one state, or all that are shown."""
    if status == "held":
        return held_on(as_of, table)
    if status == "all":
        return shown(table)
    return shown(table) & (status_on(as_of, table) == status.value)


def listing_row(row: RowMapping, as_of: date) -> ListingRow:
    """One row with its state on the day; rows of a corrected edition, a draft or a notice taken down have none."""
    status = None
    if row["state"] in (BatchState.FINAL, BatchState.PUBLIC_NOTICE):
        status = status_of(row, as_of)
    city = place(row["city_code"])
    return ListingRow(
        **{name: row[name] for name in _TAKEN},
        city_name=city.zh if city else None,
        city_name_en=city.en if city else None,
        status=status,
        days_left=days_left(status, row["valid_to"], as_of) if status else None,
        document_ref=document_ref(row),
        product=_product(row),
    )


def _product(row: RowMapping) -> ListedProduct | None:
    if row["product_id"] is None:
        return None
    return ListedProduct(
        id=row["product_id"],
        name=row["product_name"],
        version=row["version"],
        category=row["category"],
        grade=row["grade"],
        maker_name=row["maker_name"],
    )


_COMPUTED = {"city_name", "city_name_en", "status", "days_left", "document_ref", "product"}
_TAKEN = tuple(name for name in ListingRow.model_fields if name not in _COMPUTED)


def _shared(table: Dated) -> tuple[Any, ...]:
    return (
        col(table.id).label("listing_id"),
        canonical_key().label("key"),
        col(Enterprise.uscc).label("uscc"),
        col(Enterprise.city_code).label("city_code"),
        col(table.name_as_announced).label("name_as_announced"),
        col(table.directory_code).label("directory_code"),
        col(table.valid_from).label("valid_from"),
        col(table.valid_to).label("valid_to"),
        col(table.withdrawn_on).label("withdrawn_on"),
        col(Batch.id).label("batch_id"),
        col(Batch.label).label("batch_label"),
        col(Batch.year).label("batch_year"),
        col(Batch.document_no).label("document_no"),
        col(Batch.announced_on).label("announced_on"),
        col(Batch.state).label("state"),
        *DOCUMENT,
    )


def _enterprise_rows() -> RowSource:
    nothing = ("product_id", "product_name", "version", "category", "grade", "maker_name")
    columns = (
        *_shared(Listing),
        col(Enterprise.name_zh).label("name"),
        col(Listing.certificate_no).label("certificate_no"),
        col(Listing.rank).label("rank"),
        col(Listing.group_label).label("group_label"),
        *(null().label(name) for name in nothing),
    )
    batches = join(Listing, Batch, col(Batch.id) == col(Listing.batch_id))
    joined = batches.join(Enterprise, col(Enterprise.id) == col(Listing.enterprise_id))
    return RowSource(table=Listing, columns=columns, joined=joined, name=col(Enterprise.name_zh))


def _product_rows() -> RowSource:
    columns = (
        *_shared(ProductListing),
        col(Product.name).label("name"),
        col(ProductListing.certificate_no).label("certificate_no"),
        *(null().label(name) for name in ("rank", "group_label")),
        col(Product.id).label("product_id"),
        col(Product.name).label("product_name"),
        col(Product.version).label("version"),
        func.coalesce(func.nullif(col(ProductListing.category), ""), col(Product.category)).label("category"),
        col(ProductListing.grade).label("grade"),
        col(Product.maker_name).label("maker_name"),
    )
    batches = join(ProductListing, Batch, col(Batch.id) == col(ProductListing.batch_id))
    products = batches.join(Product, col(Product.id) == col(ProductListing.product_id))
    joined = products.outerjoin(Enterprise, col(Enterprise.id) == col(Product.enterprise_id))
    return RowSource(table=ProductListing, columns=columns, joined=joined, name=col(Product.name))
