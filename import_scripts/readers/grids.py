"""Tables of pages and documents: cells that span, tables in tables, text around them, laid out as sheets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from import_scripts.readers.refused import Refused

LINE = "\n"


@dataclass(slots=True)
class GridCell:
    """One cell as written: lines of text and tables in reading order, and how far it spans."""

    items: "list[str | Grid]" = field(default_factory=list)
    columns: int = 1
    rows: int = 1


@dataclass(slots=True)
class Grid:
    """One table as written: rows of cells, those covered by a span from above or the left left out."""

    rows: list[list[GridCell]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A table as a rectangle; of merged cells the top left one is filled. Merges count from 1."""

    rows: list[list[str]]
    merged: list[tuple[int, int, int, int]]


class Budget:
    """Counts cells and refuses the file when there are more than ``limit``."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.spent = 0

    def spend(self, cells: int) -> None:
        """Raises Refused beyond the limit."""
        self.spent += cells
        if self.spent > self.limit:
            raise Refused("cells", limit=self.limit)


def sheets_of(items: Iterable[str | Grid], origin: str, limits: dict[str, int]) -> Iterator[Any]:
    """The tables of a page as lines for the parent, each with the text before it, the last also with the text after."""
    budget = Budget(limits["document_cells"])
    before: list[str] = []
    last: LaidOut | None = None
    last_before: list[str] = []
    count = 0
    for item in _blocks(items, budget):
        if isinstance(item, str):
            before.append(item)
            continue
        if last is not None:
            yield from _sheet(count, origin, last_before, last, [])
        count += 1
        if count > limits["tables"]:
            raise Refused("sheets", found=count, limit=limits["tables"])
        last, last_before, before = item, before, []
    if last is not None:
        yield from _sheet(count, origin, last_before, last, before)
    elif before:
        yield {"sheet": "", "origin": origin}
        for number, line in enumerate(before, 1):
            yield [number, [line]]


def _sheet(count: int, origin: str, before: list[str], table: LaidOut, after: list[str]) -> Iterator[Any]:
    shift = len(before)
    merged = [(top + shift, left, bottom + shift, right) for top, left, bottom, right in table.merged]
    yield {"sheet": f"表{count}", "origin": origin, "merged": merged, "table_row": shift + 1}
    rows = [[line] for line in before] + table.rows + [[line] for line in after]
    for number, cells in enumerate(rows, 1):
        if any(cells):
            yield [number, cells]


def _blocks(items: Iterable[str | Grid], budget: Budget) -> Iterator[str | LaidOut]:
    """Lines and tables in reading order. A table that only places other tables dissolves into what it places."""
    for item in items:
        if isinstance(item, str):
            yield item
        elif _only_places(item):
            yield from _blocks((each for row in item.rows for cell in row for each in cell.items), budget)
        elif table := lay_out(item, budget):
            yield table


def _only_places(grid: Grid) -> bool:
    """A table of data may hold a small table in a few cells; one that lays out a page has little else."""
    placing = sum(any(_holds_table(cell) for cell in row) for row in grid.rows)
    if not placing:
        return False
    plain = sum(sum(1 for cell in row if cell.items) > 1 and not any(map(_holds_table, row)) for row in grid.rows)
    return plain < 3 or plain < 2 * placing


def _holds_table(cell: GridCell) -> bool:
    return any(isinstance(item, Grid) and _is_tabular(item) for item in cell.items)


def _is_tabular(grid: Grid) -> bool:
    """Whether a table has cells side by side, or one deeper inside has; a box around some lines has none."""
    return any(len(row) > 1 or any(map(_holds_table, row)) for row in grid.rows)


def lay_out(grid: Grid, budget: Budget) -> LaidOut | None:
    """The table as a rectangle; None where no cell holds text."""
    rows: list[list[str]] = []
    merged: list[tuple[int, int, int, int]] = []
    covered: dict[int, int] = {}
    height = len(grid.rows)
    for number, row in enumerate(grid.rows, 1):
        line: list[str] = []
        reaches: dict[int, int] = {}
        for cell in row:
            while covered.get(len(line), 0) >= number:
                line.append("")
            left = len(line) + 1
            budget.spend(cell.columns)
            line += [cell_text(cell), *[""] * (cell.columns - 1)]
            bottom = min(number + cell.rows - 1, height)
            if bottom > number or cell.columns > 1:
                merged.append((number, left, bottom, len(line)))
            if bottom > number:
                reaches.update(dict.fromkeys(range(left - 1, len(line)), bottom))
        while covered.get(len(line), 0) >= number:
            line.append("")
        covered = {column: until for column, until in covered.items() if until > number} | reaches
        budget.spend(len(covered))
        rows.append(line)
    return LaidOut(rows, merged) if any(any(line) for line in rows) else None


def cell_text(cell: GridCell) -> str:
    """The lines of a cell; a table inside a cell of data becomes lines too."""
    lines = []
    for item in cell.items:
        if isinstance(item, str):
            lines.append(item)
        else:
            lines += [text for row in item.rows for inner in row if (text := cell_text(inner))]
    return LINE.join(lines)
