"""Workbooks (xlsx, xls, xlsb, ods) in the child process: stored values as text, never formulas, never macros."""

import datetime
import mmap
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from import_scripts.readers.binary_sheets import Area, shapes
from import_scripts.readers.packages import check_package
from import_scripts.readers.refused import Refused

_BLOCK = 1 << 20
_OVERLAP = 4_096
_FILLED = re.compile(rb'<(?:\w{1,9}+:)?+c\s++r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*+(?<!/)>(?!</)')
_NO_RESULT = re.compile(rb"<c\s++([^<>]*+)><f[^<>]*+>[^<>]*+(?:</f>)?+(?:<v></v>|<v\s?/>)?</c>")
_MOST_COLUMNS = 16_384
"""Of any spreadsheet program; only a forged file says more."""
_EXACT_DIGITS = 10**15
"""A spreadsheet keeps 15 digits of a number and shows longer ones in scientific notation."""


def read(source: str, kind: str, limits: dict[str, int]) -> Iterator[Any]:
    """The sheets in order, each announced with its merged cells and followed by its rows that are not blank."""
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    yield from _check(source, kind, limits)
    merged = _merged_of_binary(source, limits) if kind == "xlsb" else {}
    try:
        workbook = CalamineWorkbook.from_path(source)
    except PasswordError as error:
        raise Refused("encrypted") from error
    sheets = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if len(sheets) > limits["sheets"]:
        raise Refused("sheets", found=len(sheets), limit=limits["sheets"])
    for sheet in sheets:
        if sheet.visible != SheetVisibleEnum.Visible:
            yield {"note": "hidden", "sheet": sheet.name}
        yield from _sheet(sheet.name, workbook.get_sheet_by_name(sheet.name), limits, merged.get(sheet.name, ()))


def _merged_of_binary(source: str, limits: dict[str, int]) -> dict[str, list[Area]]:
    """The merged areas by sheet, which the library does not tell; refuses sheets that reach too far."""
    with zipfile.ZipFile(source) as package:
        return {name: shape.merged for name, shape in shapes(package, limits["cells"]).items()}


def _sheet(name: str, content: Any, limits: dict[str, int], merged: Sequence[Area]) -> Iterator[Any]:
    if content.start is None or content.end is None:
        yield {"sheet": name}
        return
    last_row, last_column = content.end[0] + 1, content.end[1] + 1
    if last_row * last_column > limits["cells"] or last_column > _MOST_COLUMNS:
        raise Refused("extent", cell=f"{last_row}×{last_column}", limit=limits["cells"])
    yield {"sheet": name, "merged": clipped(content.merged_cell_ranges or merged, last_row, last_column)}
    for number, row in enumerate(content.iter_rows(), 1):
        cells = [cell_text(value) for value in row]
        if any(cells):
            yield [number, cells]


def clipped(
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]], last_row: int, last_column: int
) -> list[tuple[int, int, int, int]]:
    """Ranges counted from 0 as merges counted from 1, cut to the filled part of the sheet, in reading order.

    >>> clipped([((0, 0), (0, 16383)), ((8, 0), (9, 0)), ((1, 1), (1, 1))], 5, 7)
    [(1, 1, 1, 7)]
    """
    merged = []
    for (top, left), (bottom, right) in ranges:
        merge = (top + 1, left + 1, min(bottom + 1, last_row), min(right + 1, last_column))
        if merge[0] <= merge[2] and merge[1] <= merge[3] and merge[:2] != merge[2:]:
            merged.append(merge)
    return sorted(merged)


def _check(source: str, kind: str, limits: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Refuse bombs before anything is unpacked whole; notes about what is ignored."""
    if kind == "xls":
        if _has_macros(source):
            yield {"note": "macros"}
        return
    without_result = 0
    with zipfile.ZipFile(source) as package:
        names = check_package(package, limits)
        if any(name.endswith("vbaproject.bin") or name.startswith("basic/") for name in names):
            yield {"note": "macros"}
        for member in package.infolist():
            name = member.filename.lower()
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                without_result += _check_extent(package, member, limits["cells"])
    if without_result:
        yield {"note": "formulas", "count": without_result}


def _has_macros(source: str) -> bool:
    with open(source, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find("_VBA_PROJECT".encode("utf-16-le")) >= 0


def _check_extent(package: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> int:
    """The rectangle of the filled cells must stay below ``limit`` cells. Answers how many formulas have no result.

    What is written so oddly that the pattern misses it meets the limits of the process instead.
    """
    last_row = last_column = without_result = 0
    for content in _whole_cells(package, member):
        without_result += sum(b't="str"' not in attributes for attributes in _NO_RESULT.findall(content))
        found = _FILLED.findall(content)
        if not found:
            continue
        last_row = max(last_row, *(int(row) for _, row in found))
        widest = max({letters for letters, _ in found}, key=_column_number)
        last_column = max(last_column, _column_number(widest))
        if last_row * last_column > limit:
            raise Refused("extent", cell=f"{widest.decode()}{last_row}", limit=limit)
    return without_result


def _whole_cells(package: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The sheet in blocks that end before a cell begins; a stretch without cells is cut anywhere."""
    rest = b""
    with package.open(member) as stream:
        while block := stream.read(_BLOCK):
            content = rest + block
            cut = content.rfind(b"<c ")
            if cut <= 0:
                cut = len(content) - _OVERLAP
            yield content[:cut]
            rest = content[cut:]
        yield rest


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def cell_text(value: Any) -> str:
    """A cell as a person sees it: whole numbers without .0, dates as dates, damaged long codes left damaged.

    >>> cell_text(12.0), cell_text(0.3), cell_text(9.14403e17), cell_text(True)
    ('12', '0.3', '9.14403E+17', 'TRUE')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return _number_text(float(value))
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def _number_text(value: float) -> str:
    if abs(value) >= _EXACT_DIGITS:
        mantissa, _, exponent = f"{value:.14E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    if value == int(value):
        return str(int(value))
    return f"{value:.15g}"
