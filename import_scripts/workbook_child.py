"""Run as a process of its own: read one workbook and write its cells as text. Imports nothing of the project.

A native abort, a memory limit or a time limit ends this process only. Usage: workbook_child.py IN OUT KIND LIMITS,
where LIMITS is JSON. OUT gets one JSON value a line: ``{"sheet": name}``, then ``[row number, [cells]]`` for each row
that is not blank. A refusal is printed as one JSON line ``{"refused": slug, ...}`` on standard output.
"""

import datetime
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

REFUSED_EXIT = 3
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_EXACT_DIGITS = 10**15
"""A spreadsheet keeps 15 digits of a number and shows longer ones in scientific notation."""


class Refused(Exception):
    """The workbook is beyond a limit; ``details`` go to the parent as JSON."""

    def __init__(self, slug: str, **details: Any) -> None:
        super().__init__(slug)
        self.details = {"refused": slug, **details}


def main(source: str, target: str, kind: str, limits: dict[str, int]) -> None:
    """Check, read and write out the workbook."""
    _limit_process(limits)
    if kind == "xlsx":
        check_package(source, limits)
    with open(target, "w", encoding="utf-8") as out:
        for line in read_sheets(source, limits):
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _limit_process(limits: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits["child_memory"], limits["child_memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["child_cpu_seconds"], limits["child_cpu_seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["unpacked_bytes"], limits["unpacked_bytes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def check_package(source: str, limits: dict[str, int]) -> None:
    """Refuse bombs before anything is unpacked whole: sizes by the directory, extents by walking the cells."""
    with zipfile.ZipFile(source) as package:
        members = package.infolist()
        if len(members) > limits["archive_members"]:
            raise Refused("members", found=len(members), limit=limits["archive_members"])
        unpacked = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members) or 1
        if unpacked > limits["unpacked_bytes"]:
            raise Refused("unpacked", found=unpacked, limit=limits["unpacked_bytes"])
        if unpacked > limits["ratio_from_bytes"] and unpacked / packed > limits["compression_ratio"]:
            raise Refused("ratio", found=unpacked, limit=packed * limits["compression_ratio"])
        for member in members:
            if member.filename.lower().startswith("xl/worksheets/") and member.filename.lower().endswith(".xml"):
                _check_extent(package, member, limits["cells"])


def _check_extent(package: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> None:
    """Walk the filled cells of a sheet; the rectangle they span must stay below ``limit`` cells."""
    from lxml import etree

    last_row = last_column = 0
    with package.open(member) as stream:
        for _, cell in etree.iterparse(
            stream, events=("end",), tag="{*}c", resolve_entities=False, no_network=True, huge_tree=False
        ):
            reference = _CELL.fullmatch(cell.get("r") or "") if len(cell) else None
            if reference:
                column, row = _column_number(reference[1]), int(reference[2])
                last_column, last_row = max(last_column, column), max(last_row, row)
                if last_row * last_column > limit:
                    raise Refused("extent", cell=reference[0], limit=limit, sheet=member.filename)
            cell.clear()
            parent = cell.getparent()
            while parent is not None and cell.getprevious() is not None:
                del parent[0]


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def read_sheets(source: str, limits: dict[str, int]) -> Iterator[Any]:
    """The sheets in order, each announced by its name and followed by its rows that are not blank."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_path(source)
    sheets = [each for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if len(sheets) > limits["sheets"]:
        raise Refused("sheets", found=len(sheets), limit=limits["sheets"])
    for sheet in sheets:
        content = workbook.get_sheet_by_name(sheet.name)
        yield {"sheet": sheet.name}
        if content.start is None or content.end is None:
            continue
        if (content.end[0] + 1) * (content.end[1] + 1) > limits["cells"]:
            raise Refused("extent", cell=f"{content.end[0] + 1}×{content.end[1] + 1}", limit=limits["cells"])
        for number, row in enumerate(content.iter_rows(), 1):
            cells = [cell_text(value) for value in row]
            if any(cells):
                yield [number, cells]


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


def _run(arguments: list[str]) -> int:
    source, target, kind, limits = arguments
    try:
        main(source, target, kind, json.loads(limits))
    except Refused as refusal:
        print(json.dumps(refusal.details))  # noqa: T201 - the answer to the parent
        return REFUSED_EXIT
    except MemoryError:
        print(json.dumps({"refused": "memory"}))  # noqa: T201 - the answer to the parent
        return REFUSED_EXIT
    return 0


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
