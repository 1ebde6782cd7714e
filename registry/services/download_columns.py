"""The columns of a downloaded directory: fixed, because people build on them. New ones go to the end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from registry.errors import Text
from registry.models import Directory
from registry.schemas.bulk import BulkColumn, ColumnType
from registry.schemas.directories import ListedProduct, ListingRow
from registry.vocabulary import DirectoryKind

Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: stable machine name, heading, how to read it from a row, width in characters, what its values are."""

    name: str
    label: Text
    read: Callable[[ListingRow], Cell]
    width: int = 14
    type: ColumnType = "string"

    @property
    def typed(self) -> BulkColumn:
        """Name, type and meaning, for files whose columns have types."""
        return BulkColumn(name=self.name, type=self.type, meaning=self.label)


def columns_of(directory: Directory) -> tuple[Column, ...]:
    """The columns of a directory, by what it lists."""
    return PRODUCT_COLUMNS if directory.kind is DirectoryKind.PRODUCT else ENTERPRISE_COLUMNS


def _plain(name: str, zh: str, en: str, width: int = 14, type: ColumnType = "string") -> Column:
    def read(row: ListingRow) -> Cell:
        value = getattr(row, name)
        return value if value is None or isinstance(value, int | date) else str(value)

    return Column(name, Text(zh, en), read, width, type)


def _day(name: str, zh: str, en: str) -> Column:
    return _plain(name, zh, en, type="date")


def _status(row: ListingRow) -> Cell:
    return row.status.value if row.status else None


def _status_words(row: ListingRow) -> Cell:
    return row.status.label.zh if row.status else None


def _archived_row(row: ListingRow) -> Cell:
    """The page of the very row of the archived document, as an address on this site."""
    ref = row.document_ref
    return f"/documents/{ref.import_id}/rows/{ref.row_id}" if ref else None


def _of_product(
    name: str, zh: str, en: str, read: Callable[[ListedProduct], Cell], width: int = 14, type: ColumnType = "string"
) -> Column:
    return Column(name, Text(zh, en), lambda row: read(row.product) if row.product else None, width, type)


_TITLE = (
    _plain("batch_year", "年份", "Year", 8, "integer"),
    _plain("batch_label", "批次", "Batch"),
    _plain("document_no", "文号", "Document number", 24),
    _day("announced_on", "公告日期", "Announced on"),
    _day("valid_from", "有效期起", "Valid from"),
    _day("valid_to", "有效期止", "Valid to"),
    _day("withdrawn_on", "撤销日期", "Withdrawn on"),
    Column("status", Text("状态代码", "State code"), _status),
    Column("status_zh", Text("状态", "State"), _status_words),
)
_ARCHIVED = Column("archived_row", Text("存档原文", "Archived row"), _archived_row, 28)
_PLACE = (
    _plain("city_code", "城市代码", "City code", 10),
    _plain("city_name", "城市", "City", 10),
)

ENTERPRISE_COLUMNS: tuple[Column, ...] = (
    _plain("key", "企业标识", "Key", 22),
    _plain("uscc", "统一社会信用代码", "Unified social credit code", 22),
    _plain("name", "企业名称", "Enterprise", 36),
    _plain("name_as_announced", "公告所印名称", "Name as announced", 36),
    *_PLACE,
    _plain("directory_code", "名录代码", "Directory code"),
    *_TITLE,
    _plain("certificate_no", "证书编号", "Certificate number", 20),
    _plain("rank", "名次", "Rank", 8, "integer"),
    _plain("group_label", "分组", "Group"),
    _plain("listing_id", "认定记录编号", "Title number", type="integer"),
    _ARCHIVED,
)

PRODUCT_COLUMNS: tuple[Column, ...] = (
    _of_product("product_name", "产品名称", "Product", lambda product: product.name, 36),
    _of_product("version", "版本", "Version", lambda product: product.version),
    _of_product("category", "类别", "Category", lambda product: product.category),
    _of_product("grade", "等级", "Grade", lambda product: product.grade, 8, "integer"),
    _plain("name_as_announced", "公告所印名称", "Name as announced", 36),
    _of_product("maker_name", "生产企业", "Maker", lambda product: product.maker_name, 36),
    _plain("key", "企业标识", "Key", 22),
    _plain("uscc", "统一社会信用代码", "Unified social credit code", 22),
    *_PLACE,
    _plain("directory_code", "名录代码", "Directory code"),
    *_TITLE,
    _plain("listing_id", "认定记录编号", "Title number", type="integer"),
    _plain("certificate_no", "证书编号", "Certificate number", 20),
    _ARCHIVED,
)
