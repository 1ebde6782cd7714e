"""A directory as a file, for a day: streamed from the database, the same columns each time.

CSV is a pure table (UTF-8 with BOM, text that a spreadsheet would take for a formula is given an apostrophe); XLSX
keeps codes as text and says where it comes from on a second sheet; JSON carries names of columns and provenance;
Parquet, where its extra is installed, has the same with typed columns.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.extras import PARQUET
from registry.models import Batch, Directory, ImportRun, SourceFile
from registry.schemas.directories import ListingRow
from registry.schemas.inputs import LIST_FORMATS, DownloadFormat, ListFormat, StatusFilter
from registry.services.directories import rows_query
from registry.services.download_columns import Column, columns_of
from registry.services.listing_rows import find_directory, listing_row, row_source
from registry.services.parquet import MEDIA_TYPE, write_parquet
from registry.vocabulary import ImportState

MEDIA_TYPES: dict[DownloadFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
LIST_MEDIA_TYPES: dict[ListFormat, str] = {
    "csv": MEDIA_TYPES["csv"],
    "xlsx": MEDIA_TYPES["xlsx"],
    "json": MEDIA_TYPES["json"],
    "parquet": MEDIA_TYPE,
}
CHUNK = 500
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def offered_formats() -> tuple[ListFormat, ...]:
    """The formats a list can be had in here."""
    return tuple(one for one in LIST_FORMATS if one != "parquet" or PARQUET.installed())


def write_listing(
    session: Session,
    stream: BinaryIO,
    *,
    code: str,
    as_of: date,
    format: ListFormat,
    city: str | None = None,
    status: StatusFilter = "held",
) -> int:
    """Write the rows of a directory on a day to ``stream`` (left open); returns how many.

    Memory does not grow with the rows. Order and meaning are those of ``directories.rows``. Raises NotFound and
    NotInstalled before anything is written.
    """
    if format == "parquet":
        PARQUET.require()  # before rows are asked for: nobody would close what reads them
    directory = find_directory(session, code)
    columns = columns_of(directory)
    about = _provenance(session, directory, as_of=as_of, city=city, status=status)
    found = _stream(session, directory, as_of=as_of, city=city, status=status)
    if format == "csv":
        return _write_csv(stream, columns, found)
    if format == "parquet":
        rows = ([column.read(row) for column in columns] for row in found)
        return write_parquet(stream, [column.typed for column in columns], rows, about=about)
    write = _write_xlsx if format == "xlsx" else _write_json
    return write(stream, columns, found, about)


def file_name(code: str, *, as_of: date, format: ListFormat) -> str:
    """The name to save a download under, plain ASCII: ``little_giant-2026-11-20.csv``."""
    return f"{code}-{as_of.isoformat()}.{format}"


def _stream(
    session: Session, directory: Directory, *, as_of: date, city: str | None, status: StatusFilter
) -> Iterator[ListingRow]:
    query = rows_query(row_source(directory.kind), code=directory.code, as_of=as_of, city=city, status=status)
    result = session.execute(query.execution_options(yield_per=CHUNK))
    return (listing_row(row, as_of) for row in result.mappings())


def _write_csv(stream: BinaryIO, columns: tuple[Column, ...], found: Iterator[ListingRow]) -> int:
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer, count = csv.writer(text), 0
        writer.writerow([column.label.zh for column in columns])
        for row in found:
            writer.writerow([guarded(column.read(row)) for column in columns])
            count += 1
        return count
    finally:
        text.detach()


def guarded(value: object) -> str:
    """A cell of a CSV file: empty for None, and never something a spreadsheet would calculate.

    >>> guarded("=1+1"), guarded(None), guarded(-3)
    ("'=1+1", '', '-3')
    """
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return "'" + value
    return str(value)


def _write_xlsx(
    stream: BinaryIO, columns: tuple[Column, ...], found: Iterator[ListingRow], about: dict[str, Any]
) -> int:
    import xlsxwriter  # type: ignore[import-untyped]

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("名录")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(0, place, column.label.zh, bold)
        count = 0
        for count, row in enumerate(found, start=1):
            for place, column in enumerate(columns):
                value = column.read(row)
                if isinstance(value, int):
                    sheet.write_number(count, place, value)
                elif value is not None:
                    sheet.write_string(count, place, str(value))
        notes = book.add_worksheet("说明")
        notes.set_column(0, 1, 40)
        for line, (name, said) in enumerate(_notes(about, count)):
            notes.write_string(line, 0, name, bold)
            notes.write_string(line, 1, said)
    return count


def _write_json(
    stream: BinaryIO, columns: tuple[Column, ...], found: Iterator[ListingRow], about: dict[str, Any]
) -> int:
    named = [{"name": c.name, "label_zh": c.label.zh, "label_en": c.label.en} for c in columns]
    stream.write(f'{{"meta":{_json(about)},\n"columns":{_json(named)},\n"rows":['.encode())
    count = 0
    for row in found:
        stream.write((",\n" if count else "\n").encode())
        stream.write(_json({column.name: column.read(row) for column in columns}).encode())
        count += 1
    stream.write(f'\n],\n"count":{count}}}\n'.encode())
    return count


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _provenance(
    session: Session, directory: Directory, *, as_of: date, city: str | None, status: StatusFilter
) -> dict[str, Any]:
    """What the file is, of which day, when it was made, and the archived documents behind the directory."""
    query = (
        select(
            col(Batch.year), col(Batch.label), col(Batch.document_no), col(SourceFile.filename), col(SourceFile.sha256)
        )
        .join(ImportRun, col(ImportRun.batch_id) == col(Batch.id))
        .join(SourceFile, col(SourceFile.id) == col(ImportRun.source_file_id))
        .where(col(Batch.directory_code) == directory.code, col(ImportRun.state) == ImportState.WRITTEN)
        .order_by(col(Batch.year), col(Batch.id), col(ImportRun.id))
    )
    names = ("year", "batch", "document_no", "file", "sha256")
    return {
        "directory": directory.code,
        "name_zh": directory.name_zh,
        "name_en": directory.name_en,
        "authority_zh": directory.authority_zh,
        "authority_en": directory.authority_en,
        "as_of": as_of.isoformat(),
        "status": str(status),
        "city": city,
        "generated_at": _instant(clock.now()),
        "sources": [dict(zip(names, row, strict=True)) for row in session.execute(query)],
    }


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _notes(about: dict[str, Any], count: int) -> Iterator[tuple[str, str]]:
    words = {
        "name_zh": Text("名录", "Directory"),
        "authority_zh": Text("发布机关", "Authority"),
        "as_of": Text("截至日期", "As of"),
        "status": Text("状态条件", "State"),
        "city": Text("城市条件", "City"),
        "generated_at": Text("生成时间（UTC）", "Generated at (UTC)"),
    }
    for name, label in words.items():
        yield f"{label.zh} {label.en}", str(about[name] or "")
    yield "条数 Rows", str(count)
    for source in about["sources"]:
        said = "；".join(str(source[name]) for name in ("document_no", "file", "sha256") if source[name])
        yield f"来源 Source：{source['year']} {source['batch']}", said
