"""Everything an import will not write or did not understand, as a workbook or CSV: all of it, grouped by reason."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Locale, NotFound, Text
from registry.models import ImportRow, ImportRun
from registry.services.downloads import guarded
from registry.services.imports.browsing import problem_of, understood_tables
from registry.vocabulary import RowOutcome

ReportFormat = Literal["xlsx", "csv"]
MEDIA_TYPES: dict[ReportFormat, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
CHUNK = 1_000
CELL_MAX = 32_000
"""A spreadsheet cell takes a little more."""
_UNREAD = Text("未采用的单元格", "Cell not used")
_HEADS = (
    Text("类别", "Kind"),
    Text("原因", "Reason"),
    Text("工作表", "Sheet"),
    Text("行", "Row"),
    Text("列", "Column"),
    Text("原文", "As printed"),
    Text("可能是", "Perhaps"),
)
_WIDTHS = (12, 44, 12, 8, 18, 32, 40)


@dataclass(frozen=True, slots=True)
class _Fault:
    kind: str
    reason: str
    sheet: str
    row: int
    column: str
    value: str
    offered: str
    cells: Sequence[str]
    rejected: bool


def write_report(session: Session, stream: BinaryIO, *, import_id: int, format: ReportFormat, locale: Locale) -> int:
    """Write all problems of a staged or written import to ``stream`` (left open); returns how many.

    Rejected rows first, then undecided ones, each grouped by reason, then cells that feed no field; the row as printed
    stands behind each. Nothing in it is ever calculated. Raises NotFound.
    """
    run = session.get(ImportRun, import_id)
    if run is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    faults = _faults(session, run, locale)
    return _write_csv(stream, faults, locale) if format == "csv" else _write_xlsx(stream, faults, locale)


def _faults(session: Session, run: ImportRun, locale: Locale) -> Iterator[_Fault]:
    columns = {(table.sheet, one.role): one for table in understood_tables(run) for one in table.columns if one.role}
    for outcome in (RowOutcome.REJECTED, RowOutcome.AMBIGUOUS):
        query = select(ImportRow).where(col(ImportRow.import_id) == run.id, col(ImportRow.outcome) == outcome)
        ordered = query.order_by(col(ImportRow.reason_code), col(ImportRow.id)).execution_options(yield_per=CHUNK)
        for row in session.scalars(ordered):
            found = problem_of(row, columns)
            yield _Fault(
                kind=outcome.label.in_(locale),
                reason=found.reason_en if locale == "en" else found.reason_zh,
                sheet=row.sheet,
                row=row.row_number,
                column=found.column,
                value=found.value,
                offered="；".join(f"{one.key} {one.name or ''}".strip() for one in found.candidates),
                cells=[str(cell) for cell in row.cells],
                rejected=outcome is RowOutcome.REJECTED,
            )
    yield from _unread(session, run, locale)


def _unread(session: Session, run: ImportRun, locale: Locale) -> Iterator[_Fault]:
    if not run.counts.get("warnings"):
        return
    query = select(ImportRow).where(
        col(ImportRow.import_id) == run.id, col(ImportRow.facts)["warnings"].as_string().is_not(None)
    )
    for row in session.scalars(query.order_by(col(ImportRow.id)).execution_options(yield_per=CHUNK)):
        for one in (row.facts or {}).get("warnings", ()):
            yield _Fault(
                kind=_UNREAD.in_(locale),
                reason=one["en"] if locale == "en" else one["zh"],
                sheet=row.sheet,
                row=row.row_number,
                column=one["column"],
                value=one["value"],
                offered="",
                cells=[str(cell) for cell in row.cells],
                rejected=False,
            )


def _write_csv(stream: BinaryIO, faults: Iterator[_Fault], locale: Locale) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    count = 0
    try:
        writer = csv.writer(text)
        writer.writerow([head.in_(locale) for head in _HEADS])
        for one in faults:
            writer.writerow([guarded(value) for value in (*_said(one), *one.cells)])
            count += 1
        return count
    finally:
        text.detach()


def _write_xlsx(stream: BinaryIO, faults: Iterator[_Fault], locale: Locale) -> int:
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    count = 0
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True})
        red, amber = book.add_format({"bg_color": "#FAEAE5"}), book.add_format({"bg_color": "#FAF0D8"})
        sheet = book.add_worksheet(Text("错误清单", "Problems").in_(locale))
        sheet.freeze_panes(1, 0)
        for place, (head, width) in enumerate(zip(_HEADS, _WIDTHS, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, head.in_(locale), bold)
        for count, one in enumerate(faults, 1):
            tint = red if one.rejected else amber
            for place, value in enumerate(_said(one)):
                if isinstance(value, int):
                    sheet.write_number(count, place, value)
                else:
                    sheet.write_string(count, place, value[:CELL_MAX], *((tint,) if place in (0, 5) else ()))
            for place, value in enumerate(one.cells, len(_HEADS)):
                marked = (tint,) if value and value == one.value else ()
                sheet.write_string(count, place, value[:CELL_MAX], *marked)
    return count


def _said(one: _Fault) -> tuple[Any, ...]:
    return one.kind, one.reason, one.sheet, one.row, one.column, one.value, one.offered
