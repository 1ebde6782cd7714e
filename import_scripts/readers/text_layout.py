"""Words on a page without ruled lines: which stand in one line, and which lines make columns."""

import itertools
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_SAME_LINE = 0.5
"""Words whose middles are closer than this share of their height stand in one line."""
_APART = 0.95
"""A gap of so many heights begins another column, a smaller one is a space."""
_GUTTER = 4
"""Points that must be free between columns."""
_STRAY = 0.04
"""Share of the lines that may reach across a gutter (a long cell, a title)."""
_FEWEST_LINES = 3
_FEWEST_RULES = 3
_LINES_OF_ROW = 4
_MOST_LINES = 8
_CLOSER = 0.12
"""Gaps that differ by less than this share of the height of a line are alike."""
_OVERLAP = 0.15
"""Lines of one paragraph may touch by this share of their height."""
_WIDEST = 20_000


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text and where it stands, in points from the top left."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half way between top and bottom."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Height, never nothing."""
        return max(self.bottom - self.top, 1.0)


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row of cells and how far down it begins."""

    top: float
    cells: list[str]


def rows_of(words: Iterable[Word], rules: Sequence[float] = ()) -> list[TextRow]:
    """The lines from top to bottom: cells by column where enough lines agree on columns, else one cell a line.

    ``rules`` are heights of long horizontal lines; where they part rows of several lines, these become one row.
    """
    chains = _overlapping([_segments(line) for line in _lines(words)])
    columns = columns_of([[word for line in chain for word in line] for chain in chains])
    if len(columns) < 2:
        lines = [line for chain in chains for line in chain]
        return [TextRow(line[0].top, [" ".join(word.text for word in line)]) for line in lines]
    rows = [
        _as_one([_PlacedRow(_top(line), _bottom(line), in_columns(line, columns)) for line in chain])
        for chain in chains
    ]
    joined = _joined_by_spacing(_joined_between(rows, rules))
    return [TextRow(row.top, _trimmed(row.cells)) for row in joined]


@dataclass(frozen=True, slots=True)
class _PlacedRow:
    top: float
    bottom: float
    cells: list[str]


def _top(line: Sequence[Word]) -> float:
    return min(word.top for word in line)


def _bottom(line: Sequence[Word]) -> float:
    return max(word.bottom for word in line)


def _trimmed(cells: list[str]) -> list[str]:
    return cells[: max((i for i, cell in enumerate(cells, 1) if cell), default=0)]


def _lines(words: Iterable[Word]) -> Iterator[list[Word]]:
    """Words that stand side by side, from left to right; the lines from top to bottom."""
    line: list[Word] = []
    for word in sorted(words, key=lambda each: (each.middle, each.left)):
        if line and abs(word.middle - line[-1].middle) > _SAME_LINE * max(word.height, line[-1].height):
            yield sorted(line, key=lambda each: each.left)
            line = []
        line.append(word)
    if line:
        yield sorted(line, key=lambda each: each.left)


def _segments(line: Sequence[Word]) -> list[Word]:
    """The words of a line joined where only a space parts them."""
    joined = [line[0]]
    for word in line[1:]:
        before = joined[-1]
        gap = word.left - before.right
        if gap >= _APART * max(word.height, before.height):
            joined.append(word)
        else:
            space = " " if gap > 0.2 * word.height else ""
            joined[-1] = Word(
                before.text + space + word.text,
                before.left,
                max(word.right, before.right),
                min(word.top, before.top),
                max(word.bottom, before.bottom),
            )
    return joined


def columns_of(lines: Sequence[Sequence[Word]]) -> list[tuple[float, float]]:
    """Left and right of each column, from what (nearly) no line reaches across; empty where there are none."""
    tabular = [line for line in lines if len(line) > 1]
    if len(tabular) < _FEWEST_LINES or len(tabular) < 0.3 * len(lines):
        return []
    # Room for pages of any size; a width beyond it is no page.
    left = min(word.left for line in tabular for word in line)
    width = int(max(word.right for line in tabular for word in line) - left) + 2
    if width > _WIDEST:
        return []
    steps = [0] * (width + 1)
    for word in itertools.chain.from_iterable(tabular):
        steps[max(int(word.left - left), 0)] += 1
        steps[min(int(word.right - left) + 1, width)] -= 1
    allowed = int(_STRAY * len(tabular))
    taken = [count > allowed for count in itertools.accumulate(steps)]
    columns: list[tuple[float, float]] = []
    position = 0
    for is_taken, run in itertools.groupby(taken):
        length = sum(1 for _ in run)
        if is_taken and columns and left + position - columns[-1][1] < _GUTTER:
            columns[-1] = (columns[-1][0], left + position + length)
        elif is_taken:
            columns.append((left + position, left + position + length))
        position += length
    return columns


def in_columns(line: Sequence[Word], columns: Sequence[tuple[float, float]]) -> list[str]:
    """The pieces of a line in their columns; a single piece reaching over several columns stays a row of one cell."""
    if len(line) == 1 and sum(line[0].left < right and left < line[0].right for left, right in columns) > 1:
        return [line[0].text]
    cells = [""] * len(columns)
    for word in line:
        place = max(range(len(columns)), key=lambda i: _overlap(word, columns[i]))
        cells[place] = f"{cells[place]} {word.text}" if cells[place] else word.text
    return cells


def _overlap(word: Word, column: tuple[float, float]) -> float:
    return min(word.right, column[1]) - max(word.left, column[0])


def _overlapping(lines: list[list[Word]]) -> list[list[list[Word]]]:
    """Lines that overlap in height belong together: a number printed half way beside a name of two lines."""
    chains: list[list[list[Word]]] = []
    for line in lines:
        before = chains[-1][-1] if chains else line
        if chains and _top(line) < _bottom(before) - _OVERLAP * (_bottom(before) - _top(before)):
            chains[-1].append(line)
        else:
            chains.append([line])
    return chains


def _joined_between(rows: list[_PlacedRow], rules: Sequence[float]) -> list[_PlacedRow]:
    """Rows of the same band between two rules as one row.

    Of a table ruled at top, below the header and at the bottom only the header is one band of a row.
    """
    if len(rules) < _FEWEST_RULES:
        return rows
    edges = sorted(rules)
    bands: dict[int, list[_PlacedRow]] = {}
    for row in rows:
        bands.setdefault(sum(edge <= row.top + 1 for edge in edges), []).append(row)
    inner = {band: len(found) for band, found in bands.items() if 0 < band < len(edges)}
    every = len(inner) >= _FEWEST_RULES and statistics.median(inner.values()) <= _LINES_OF_ROW
    joined: list[_PlacedRow] = []
    for band, found in sorted(bands.items()):
        is_header = band == min(inner, default=0) and len(found) <= _LINES_OF_ROW
        joined += [_as_one(found)] if band in inner and (every or is_header) else found
    return joined


def _joined_by_spacing(rows: list[_PlacedRow]) -> list[_PlacedRow]:
    """Lines closer together than rows are belong to one row, if their later lines do leave cells free."""
    gaps = [after.top - before.bottom for before, after in itertools.pairwise(rows)]
    heights = [row.bottom - row.top for row in rows]
    if len(gaps) < _FEWEST_LINES:
        return rows
    close = min(gaps) + _CLOSER * statistics.median(heights)
    groups = [[rows[0]]]
    for row, gap in zip(rows[1:], gaps, strict=True):
        if gap <= close:
            groups[-1].append(row)
        else:
            groups.append([row])
    several = [group for group in groups if len(group) > 1]
    wrapped = sum(all(_leaves_free(group[0], later) for later in group[1:]) for group in several)
    if max(map(len, groups)) > _MOST_LINES or len(groups) < _FEWEST_LINES or wrapped < 0.8 * len(several):
        return rows
    return [_as_one(group) for group in groups]


def _leaves_free(first: _PlacedRow, later: _PlacedRow) -> bool:
    return any(cell and not below for cell, below in zip(first.cells, later.cells, strict=False))


def _as_one(rows: Sequence[_PlacedRow]) -> _PlacedRow:
    width = max(len(row.cells) for row in rows)
    cells = [row.cells + [""] * (width - len(row.cells)) for row in rows]
    lines = ["\n".join(filter(None, column)) for column in zip(*cells, strict=True)]
    return _PlacedRow(min(row.top for row in rows), max(row.bottom for row in rows), lines)
