"""A list of officials as a file: CSV or XLSX, the same cells, written row by row.

CSV is a pure table (UTF-8 with BOM; text that a spreadsheet would take for a formula is given an apostrophe); XLSX
keeps codes as text, freezes the head, and says on a second sheet what was asked and when.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Literal, TypeAlias

from registry.errors import InvalidInput, Locale, Text
from registry.services.downloads import MEDIA_TYPES, guarded

TableFormat: TypeAlias = Literal["csv", "xlsx"]
TABLE_FORMATS: tuple[TableFormat, ...] = ("csv", "xlsx")
Cell: TypeAlias = str | int | float | date | None
WIDTHS = {"name": 36, "code": 22, "text": 44, "short": 14}
NOTES = Text("说明", "About")


@dataclass(frozen=True, slots=True)
class Head:
    """A column: its heading, and how wide a spreadsheet shows it (name, code, text, short)."""

    label: Text
    width: str = "short"


@dataclass(frozen=True, slots=True)
class About:
    """What a file holds: its title and the filters and days it was made with, printed on the second sheet."""

    title: Text
    lines: Sequence[tuple[Text, str]] = ()


def parse_format(text: str) -> TableFormat:
    """csv or xlsx. Raises InvalidInput naming ``format``."""
    for known in TABLE_FORMATS:
        if text == known:
            return known
    raise InvalidInput(
        f"不能导出为“{text[:20]}”，只有 csv 和 xlsx。",
        f"“{text[:20]}” is not a format; there are csv and xlsx.",
        field="format",
        choices=TABLE_FORMATS,
    )


def media_type(format: TableFormat) -> str:
    """What to call the file on its way."""
    return MEDIA_TYPES[format]


def write_table(
    stream: BinaryIO,
    heads: Sequence[Head],
    rows: Iterable[Sequence[Cell]],
    *,
    about: About,
    format: TableFormat,
    locale: Locale,
) -> int:
    """Write heads and rows to ``stream``, left open; returns how many rows. Memory does not grow with them."""
    if format == "csv":
        return _write_csv(stream, heads, rows, locale)
    return _write_xlsx(stream, heads, rows, about, locale)


def _write_csv(stream: BinaryIO, heads: Sequence[Head], rows: Iterable[Sequence[Cell]], locale: Locale) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer, count = csv.writer(text), 0
        writer.writerow([head.label.in_(locale) for head in heads])
        for row in rows:
            writer.writerow([guarded(cell) for cell in row])
            count += 1
        return count
    finally:
        text.detach()


def _write_xlsx(
    stream: BinaryIO, heads: Sequence[Head], rows: Iterable[Sequence[Cell]], about: About, locale: Locale
) -> int:
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(about.title.in_(locale)[:31])
        sheet.freeze_panes(1, 0)
        for place, head in enumerate(heads):
            sheet.set_column(place, place, WIDTHS[head.width])
            sheet.write_string(0, place, head.label.in_(locale), bold)
        count = 0
        for count, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, int | float):
                    sheet.write_number(count, place, cell)
                elif cell is not None:
                    sheet.write_string(count, place, str(cell))
        notes = book.add_worksheet(NOTES.in_(locale))
        notes.set_column(0, 1, 40)
        for line, (name, said) in enumerate([*about.lines, (Text("条数", "Rows"), str(count))]):
            notes.write_string(line, 0, name.in_(locale), bold)
            notes.write_string(line, 1, said)
    return count
