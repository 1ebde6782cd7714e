"""Delimited text with the delimiter inside brackets: 品目一（疫苗,0.5ml）,示例公司 has two cells, not three."""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from registry.schemas.tables import Row, Sheet

_HEAD = 200
_UNIFORM = 0.8
_BRACKETS = re.compile(r"[（(）)]")


@dataclass(frozen=True, slots=True)
class Rejoined:
    """Rows in which cells that a bracket holds together are one again."""

    rows: Iterable[Row]

    def __iter__(self) -> Iterator[Row]:
        for number, cells in self.rows:
            yield number, rejoin(cells)


def rejoin(cells: list[str]) -> list[str]:
    """Cells from one that opens a bracket to the one that closes it, joined by the comma they were cut at.

    >>> rejoin(["品目一（疫苗", "0.5ml）", "示例公司", ""])
    ['品目一（疫苗,0.5ml）', '示例公司', '']
    """
    joined: list[str] = []
    depth = 0
    for cell in cells:
        if depth > 0:
            joined[-1] += f",{cell}"
        else:
            joined.append(cell)
        depth = max(0, depth + sum(1 if sign in "（(" else -1 for sign in _BRACKETS.findall(cell)))
    return joined if depth == 0 else cells


def mended(sheet: Sheet) -> Sheet:
    """The sheet with such cells joined, if that makes its rows more equally wide; else as it is."""
    if sheet.origin != "text":
        return sheet
    head = [cells for _, cells in itertools.islice(sheet.rows, _HEAD)]
    if len(head) < 2:
        return sheet
    as_is, joined = _uniform(head), _uniform([rejoin(cells) for cells in head])
    if as_is == 1 or joined <= as_is or joined < _UNIFORM:
        return sheet
    return replace(sheet, rows=Rejoined(sheet.rows))


def _uniform(rows: list[list[str]]) -> float:
    """Share of rows as wide as most. Blank cells at the end do not count."""
    widths = Counter(
        len(cells) - len(list(itertools.takewhile(lambda c: not c.strip(), reversed(cells)))) for cells in rows
    )
    width, count = widths.most_common(1)[0]
    return count / len(rows) if width > 1 else 0.0
