"""Small files made for tests, and ugly ones."""

import gzip
import zipfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

HEADER = ("序号", "企业名称", "统一社会信用代码", "所在地")


def csv_file(folder: Path, *rows: Sequence[str], name: str = "list.csv", encoding: str = "utf-8") -> Path:
    """A CSV file of the rows."""
    path = folder / name
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding=encoding)
    return path


def gzipped(path: Path) -> Path:
    """The file, compressed beside itself."""
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    return packed


def workbook(folder: Path, sheets: dict[str, list[list[object]]], name: str = "list.xlsx") -> Path:
    """A workbook with the sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(folder / name)
    return folder / name


def one_cell_workbook(folder: Path, reference: str, *, extra: dict[str, bytes] | None = None) -> Path:
    """The smallest workbook with one filled cell at ``reference``."""
    row = "".join(c for c in reference if c.isdigit())
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        '<sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData><row r="{row}"><c r="{reference}" '
        't="inlineStr"><is><t>企业名称</t></is></c></row></sheetData></worksheet>',
    }
    path = folder / "one.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return path
