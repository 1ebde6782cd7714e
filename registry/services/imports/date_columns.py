"""How the dates of one column are written where a single cell does not say: day first or month first, or as numbers.

Decided once for a column from its cells and told as a note; where the cells allow both ways none is taken.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from registry.errors import Text
from registry.schemas.tables import Table
from registry.services.imports import cells as read

LOOKED_AT = 5_000
"""So many rows of a table are looked at."""
_PARTS = re.compile(r"(?P<first>[0-9]{1,2})\s*[/.-]\s*(?P<second>[0-9]{1,2})\s*[/.-]\s*(?P<year>(?:19|20)[0-9]{2})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_EPOCH = date(1899, 12, 30)
_SERIALS = range(14_000, 80_000)
"""1938 to 2119: what a spreadsheet counts from the end of 1899."""
_NEITHER_KNOWN = Text("日和月哪个在前无法判断，未采用", "Day or month first cannot be told; not used")

Reader = Callable[[str], read.Reading]


def date_reader(table: Table, position: int) -> tuple[Reader, Text | None]:
    """How to read the dates of a column, and what to tell about it; usual dates need neither.

    Looks at the column only if one of its examples is written in an unusual way.
    """
    role = next(each for each in table.roles if each.position == position)
    if not any(map(_unusual, role.examples)):
        return read.read_date, None
    cells = _cells(table.rows, position)
    column = role.column
    parts = [found for cell in cells if (found := _PARTS.fullmatch(cell))]
    if parts:
        return _by_order(column, parts)
    serials = sum(1 for cell in cells if _SERIAL.fullmatch(cell) and int(float(cell)) in _SERIALS)
    if 10 * serials < 9 * len(cells):
        return read.read_date, None
    note = Text(
        f"“{column}”列的日期是电子表格的序号（如 {cells[0]} 即 {_from_serial(cells[0])[0]}），已换算。",
        f"The dates of “{column}” are serial numbers of a spreadsheet ({cells[0]} is {_from_serial(cells[0])[0]}); "
        "they were converted.",
    )
    return lambda cell: _from_serial(cell) if _SERIAL.fullmatch(cell.strip()) else read.read_date(cell), note


def _by_order(column: str, parts: Sequence[re.Match[str]]) -> tuple[Reader, Text]:
    day_first = any(int(found["first"]) > 12 for found in parts)
    month_first = any(int(found["second"]) > 12 for found in parts)
    example = parts[0].group()
    if day_first == month_first:
        both_zh, both_en = ("两种写法都有", "is written both ways") if day_first else ("看不出", "cannot be told")
        return lambda cell: _in_order(cell, None), Text(
            f"“{column}”列的日期（如 {example}）日在前还是月在前{both_zh}，没有采用，请核对。",
            f"In “{column}” (such as {example}) whether the day or the month comes first {both_en}; these dates were "
            "not used. Please check.",
        )
    order = ("day", "month") if day_first else ("month", "day")
    return lambda cell: _in_order(cell, order), Text(
        f"“{column}”列的日期按{'日/月/年' if day_first else '月/日/年'}读（如 {example}）。",
        f"The dates of “{column}” are read as {'day/month/year' if day_first else 'month/day/year'} ({example}).",
    )


def _in_order(cell: str, order: tuple[str, str] | None) -> read.Reading:
    found = _PARTS.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if found is None:
        return read.read_date(cell)
    if order is None:
        return None, _NEITHER_KNOWN
    said = dict(zip(order, (found["first"], found["second"]), strict=True))
    return read.read_date(f"{found['year']}-{said['month']}-{said['day']}")


def _from_serial(cell: str) -> read.Reading:
    number = int(float(cell))
    if number not in _SERIALS:
        return None, Text("不是年月日齐全的日期", "Not a full date")
    return (_EPOCH + timedelta(days=number)).isoformat(), None


def _unusual(cell: str) -> bool:
    text = unicodedata.normalize("NFKC", cell).strip()
    return bool(_PARTS.fullmatch(text) or _SERIAL.fullmatch(text))


def _cells(rows: Iterable[tuple[int, list[str]]], position: int) -> list[str]:
    seen = (cells[position] for _, cells in itertools.islice(rows, LOOKED_AT) if position < len(cells))
    return [unicodedata.normalize("NFKC", cell).strip() for cell in seen if not read.is_empty(cell)]
