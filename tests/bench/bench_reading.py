"""How faithfully announcements are read: every file of two folders against what people found in it.

A file is right if its header row, columns, number of records and enterprise cells (for lists in groups: the groups and
their sizes) all are. Cells are compared with an independent reading: openpyxl for xlsx, and the names the collector of
the files cleaned by hand. Skipped without the data.
"""

import csv
import json
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from import_scripts.reading import open_file
from import_scripts.structure.cells import says_nothing
from registry.errors import FileRefused
from registry.schemas.tables import LeftOut, ReadFile, Table
from tests.support import machine

FOLDERS = ("gov-procurement-originals", "gov-college-lists")
CLEANED = {"内蒙古2018.docx": "内蒙古自治区", "广西.html": "广西壮族自治区", "河北省": "河北省"}
"""Files the collector's cleaning is kept for under another name."""
RETYPED = frozenset({"上海市.pdf"})
"""Files whose cleaning was typed by hand with mistakes of its own (康秦 for 康泰, 析健 for 祈健)."""
MISCOUNTED = {
    "江西省2018.xlsx": "the expected figures count row 123, the header again, as a record of a firm called 生产企业"
}
"""Where the expectation itself is wrong. It is counted as a file that is not right all the same."""
MENDED = ("continuation",)


@dataclass
class Cells:
    """Cells compared with another reading."""

    right: int = 0
    all: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, here: str, there: str, where: str) -> None:
        """One cell, white space aside."""
        self.all += 1
        if squeeze(here) == squeeze(there):
            self.right += 1
        elif len(self.wrong) < 3:
            self.wrong.append(f"{where}: {here[:20]!r} instead of {there[:20]!r}")


def main() -> None:
    """Print a line a file and the two shares."""
    data = machine.published_files()
    if data is None:
        print(f"  skipped: {machine.NO_DATA}")
        return
    right = total = 0
    cells = Cells()
    for folder in FOLDERS:
        expected: dict[str, dict[str, Any]] = json.loads((data / folder / "expected.json").read_text("utf-8"))
        for name in sorted({key.partition("#")[0] for key in expected}):
            total += 1
            truth = {key: value for key, value in expected.items() if key.partition("#")[0] == name}
            right += _file(data / folder / name, truth, cells)
    print(f"  files all right without a human: {right} of {total} ({right / total:.1%})")
    share = cells.right / max(1, cells.all)
    print(f"  cells as another reading has them: {cells.right:,} of {cells.all:,} ({share:.3%})")


def _file(path: Path, expected: dict[str, dict[str, Any]], cells: Cells) -> bool:
    begun = time.perf_counter()
    wrong: list[str] = []
    records = 0
    before = cells.right, cells.all
    try:
        with open_file(path) as read:
            for key, truth in expected.items():
                table = read.tables[int(key.partition("#")[2] or 0)]
                rows = list(table.rows)
                records += len(rows)
                wrong += list(_differences(table, rows, truth))
            mine = Cells()
            _compare_with_openpyxl(read, mine)
            _compare_with_cleaned(path, read, mine)
    except (FileRefused, IndexError) as error:
        wrong.append(f"not read: {error}")
        mine = Cells()
    cells.right, cells.all = before[0] + mine.right, before[1] + mine.all
    share = f"{mine.right}/{mine.all} cells" if mine.all else "no other reading"
    print(f"  {'right' if not wrong else 'WRONG'}  {path.name:<30} {records:>5} records  {share:<18} "
          f"{time.perf_counter() - begun:.2f} s", flush=True)  # fmt: skip
    for each in (*wrong, *mine.wrong, *([MISCOUNTED[path.name]] if wrong and path.name in MISCOUNTED else ())):
        print(f"           {each}")
    return not wrong


def _differences(table: Table, rows: list[Any], truth: dict[str, Any]) -> Iterator[str]:
    if table.header_row != truth["header_row"]:
        yield f"header in row {table.header_row}, not {truth['header_row']}"
    if list(table.columns) != truth["columns"]:
        yield f"columns {table.columns}, not {truth['columns']}"
    count = truth.get("records", truth["data_rows"])
    if len(rows) != count:
        yield f"{len(rows)} records, not {count}"
    for column, figures in truth.get("enterprise_columns", {}).items():
        if column not in table.columns:
            yield f"no column {column}"
            continue
        at = table.columns.index(column)
        names = [squeeze(cells[at]) for _, cells in rows if not says_nothing(cells[at])] or [""]
        found = {"non_empty": len(names), "distinct_after_trim": len(set(names)), "first": names[0], "last": names[-1]}
        for figure, value in found.items():
            if squeeze(str(value)) != squeeze(str(figures[figure])):
                yield f"{column}: {figure} {value}, not {figures[figure]}"
    if "groups" in truth:
        sizes = Counter(cells[len(table.columns)] for _, cells in rows) if table.derived else Counter()
        if dict(sizes) != truth["groups"]:
            yield f"groups {dict(sizes)}, not {truth['groups']}"


def _compare_with_openpyxl(read: ReadFile, cells: Cells) -> None:
    """Every cell of every record that openpyxl has filled; what is continued or merged belongs to several rows."""
    if read.path.suffix != ".xlsx":
        return
    from openpyxl import load_workbook

    book = load_workbook(read.path, data_only=True)
    for table in read.tables:
        sheet = book[table.sheet.partition("#")[0]]
        continued = {each.row - 1 for each in table.left_out if _is_mended(each)}
        for number, row in table.rows:
            for place in range(len(table.columns)):
                there = _text(sheet.cell(number, place + 1).value)
                if there and number not in continued:
                    cells.add(row[place], there, f"row {number} column {place + 1}")


def _is_mended(each: LeftOut) -> bool:
    return each.kind in MENDED


def _compare_with_cleaned(path: Path, read: ReadFile, cells: Cells) -> None:
    """The firm of every record the collector cleaned by hand, where he kept as many rows."""
    cleaned = path.parent / "cleaned-by-source" / f"{CLEANED.get(path.name, path.stem.rstrip('0123456789'))}.csv"
    if not cleaned.is_file() or path.name in RETYPED:
        return
    with cleaned.open(encoding="utf-8-sig", newline="") as file:
        truth = list(csv.DictReader(file))
    table = read.tables[0]
    rows = list(table.rows)
    if len(rows) != len(truth) or table.position_of("name") is None:
        return
    said = {squeeze(cell) for _, row in rows for cell in row}
    for number, each in enumerate(truth, 1):
        for column in ("create_company", "report_company"):
            name = squeeze(each[column])
            cells.add(name if name in said else "", name, f"{column} {number}")


def _text(value: object) -> str:
    """A value of openpyxl as the readers write it."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else f"{value:.15g}"
    return str(value)


def squeeze(text: str) -> str:
    """Without white space and half width: brackets are printed in both widths."""
    return "".join(unicodedata.normalize("NFKC", text).split())


if __name__ == "__main__":
    main()
