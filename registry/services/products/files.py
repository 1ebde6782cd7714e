"""The catalogue and the answers about a list as files: the same columns each time; new ones go to the end."""

import json
from collections.abc import Iterable
from datetime import date
from typing import BinaryIO

from registry.errors import Locale, Text
from registry.products.checking import Verdict
from registry.products.grades import grade_name
from registry.schemas.bulk import BulkColumn, ColumnType
from registry.schemas.inputs import ListFormat
from registry.schemas.products import CatalogueRow, CheckedEntry, CheckedLine, CheckedList
from registry.schemas.titles import DocumentRef
from registry.services.parquet import write_parquet
from registry.services.tables import About, Cell, Head, TableFormat, write_table

CATALOGUE_HEADS = (
    Head(Text("产品编号", "Number")),
    Head(Text("产品名称", "Product"), "name"),
    Head(Text("版本", "Version")),
    Head(Text("类别", "Category")),
    Head(Text("类别代码", "Category code")),
    Head(Text("等级", "Grade")),
    Head(Text("生产企业", "Maker"), "name"),
    Head(Text("企业标识", "Key of the maker"), "code"),
    Head(Text("名录代码", "Directory")),
    Head(Text("批次", "Batch")),
    Head(Text("文号", "Document number"), "code"),
    Head(Text("公告日期", "Announced on")),
    Head(Text("有效期起", "Valid from")),
    Head(Text("有效期止", "Valid to")),
    Head(Text("状态", "State")),
    Head(Text("存档原文", "Archived row"), "code"),
)
_TYPED: tuple[tuple[str, ColumnType], ...] = (
    ("id", "integer"),
    ("name", "string"),
    ("version", "string"),
    ("category", "string"),
    ("category_code", "string"),
    ("grade", "integer"),
    ("maker_name", "string"),
    ("maker_key", "string"),
    ("directory_code", "string"),
    ("batch_label", "string"),
    ("document_no", "string"),
    ("announced_on", "date"),
    ("valid_from", "date"),
    ("valid_to", "date"),
    ("status", "string"),
    ("archived_row", "string"),
)
CATALOGUE_COLUMNS = tuple(
    BulkColumn(name=name, type=type, meaning=head.label)
    for (name, type), head in zip(_TYPED, CATALOGUE_HEADS, strict=True)
)
"""The same columns with names and types: grade and state are their codes there, as in JSON."""
CHECK_HEADS = (
    Head(Text("行", "Line")),
    Head(Text("清单写法", "As written"), "name"),
    Head(Text("数量", "Quantity")),
    Head(Text("结果", "Answer")),
    Head(Text("说明", "Note"), "text"),
    Head(Text("目录中的产品", "Product in the catalogue"), "name"),
    Head(Text("生产企业", "Maker"), "name"),
    Head(Text("等级", "Grade")),
    Head(Text("有效期起", "Valid from")),
    Head(Text("有效期止", "Valid to")),
    Head(Text("存档原文", "Archived row"), "code"),
    Head(Text("后续版本", "Later versions"), "text"),
    Head(Text("同类有效产品", "Same category, in force"), "text"),
    Head(Text("可能的产品", "May mean"), "text"),
)


def write_catalogue(
    stream: BinaryIO, rows: Iterable[CatalogueRow], *, as_of: date, format: ListFormat, locale: Locale
) -> int:
    """Write the rows to ``stream`` (left open); returns how many. Raises NotInstalled."""
    if format == "json":
        found = [row.model_dump(mode="json") for row in rows]
        said = {"meta": {"as_of": as_of.isoformat()}, "rows": found, "count": len(found)}
        stream.write(json.dumps(said, ensure_ascii=False, indent=1).encode())
        return len(found)
    if format == "parquet":
        typed = (_typed(row) for row in rows)
        return write_parquet(stream, CATALOGUE_COLUMNS, typed, about={"as_of": as_of.isoformat()})
    about = About(Text("产品目录", "Products"), [(Text("截至日期", "As of"), as_of.isoformat())])
    cells = (_catalogue_cells(row, locale) for row in rows)
    return write_table(stream, CATALOGUE_HEADS, cells, about=about, format=format, locale=locale)


def write_answers(stream: BinaryIO, checked: CheckedList, *, format: TableFormat, locale: Locale) -> int:
    """Write a checked list to ``stream`` (left open), a row a line; returns how many."""
    counts = [(Verdict.of(code).label, str(count)) for code, count in checked.counts.items()]
    about = About(Text("清单核对", "List checked"), [(Text("核对日期", "As of"), checked.as_of.isoformat()), *counts])
    cells = (_check_cells(line, locale) for line in checked.lines)
    return write_table(stream, CHECK_HEADS, cells, about=about, format=format, locale=locale)


def archived_row(ref: DocumentRef | None) -> str:
    """The page of the very row of the archived document, as an address on this site; empty if there is none."""
    return f"/documents/{ref.import_id}/rows/{ref.row_id}" if ref else ""


def _grade(grade: int | None, locale: Locale) -> str:
    return grade_name(grade).in_(locale) if grade else ""


def _catalogue_cells(row: CatalogueRow, locale: Locale) -> list[Cell]:
    return [
        row.id,
        row.name,
        row.version,
        row.category,
        row.category_code or "",
        _grade(row.grade, locale),
        row.maker_name,
        row.maker_key or "",
        row.directory_code,
        row.batch_label,
        row.document_no or "",
        row.announced_on,
        row.valid_from,
        row.valid_to,
        row.status.label.in_(locale),
        archived_row(row.document_ref),
    ]


def _typed(row: CatalogueRow) -> list[object]:
    said = {"status": row.status.value, "archived_row": archived_row(row.document_ref) or None}
    return [said[column.name] if column.name in said else getattr(row, column.name) for column in CATALOGUE_COLUMNS]


def _check_cells(line: CheckedLine, locale: Locale) -> list[Cell]:
    entry = line.entry
    return [
        line.number,
        line.written,
        line.quantity,
        Verdict.of(line.verdict).label.in_(locale),
        line.note.in_(locale) if line.note else "",
        entry.label if entry else "",
        entry.maker if entry else "",
        _grade(entry.grade, locale) if entry else "",
        entry.valid_from if entry else None,
        entry.valid_to if entry else None,
        archived_row(entry.document_ref) if entry else "",
        _several(line.later, locale),
        _several(line.others, locale),
        _several(line.candidates, locale),
    ]


def _several(entries: Iterable[CheckedEntry], locale: Locale) -> str:
    stop = "; " if locale == "en" else "；"
    return stop.join(f"{each.label} {_grade(each.grade, locale)}".strip() for each in entries)
