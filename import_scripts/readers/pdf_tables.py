"""Ruled tables of one PDF page: cells from the lines drawn, text by where each character stands."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from import_scripts.readers.grids import Budget
from import_scripts.readers.radicals import without_radicals

if TYPE_CHECKING:
    from pdfplumber.page import Page

_SAME_COLUMN = 5
"""Points: no column that holds text is narrower."""
_SAME_ROW = 2.5
_MOST_EDGES = 20_000
_STRIPS = 3
_SPACE = 0.35
"""A gap of this share of the size of a character is a space."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the top left."""


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table as a rectangle of cells. Merges count from 1."""

    box: Box
    rows: list[list[str]]
    merged: list[tuple[int, int, int, int]]


def ruled_tables(page: "Page", budget: Budget) -> list[RuledTable]:
    """The ruled tables of at least two columns, from top to bottom."""
    if not 4 <= len(page.edges) <= _MOST_EDGES:
        return []
    found = page.find_tables()
    open_sides = [x for table in found for x in _open_sides(page, table.bbox)]
    if open_sides:
        found = page.find_tables({"explicit_vertical_lines": sorted(set(open_sides))})
    tables = [table for each in found if (table := _laid_out(page, each.cells, budget)) is not None]
    strips = sum(len(table.rows) == 1 for table in tables)
    if strips >= _STRIPS:  # every other row is shaded: no lines at all
        tables = [table for table in tables if len(table.rows) > 1]
    return sorted(tables, key=lambda table: table.box[1])


def _open_sides(page: "Page", box: Box) -> list[float]:
    """Where the horizontal lines of a table end beyond its outermost vertical ones: a table without borders there."""
    across = [
        edge
        for edge in page.edges
        if edge["orientation"] == "h" and box[1] - 2 <= edge["top"] <= box[3] + 2 and edge["x1"] - edge["x0"] > 3
    ]
    touching = [e for e in across if e["x0"] < box[2] + 3 and e["x1"] > box[0] - 3]
    if not touching:
        return []
    left, right = min(e["x0"] for e in touching), max(e["x1"] for e in touching)
    return [x for x, beyond in ((left, box[0] - left), (right, right - box[2])) if beyond > 2 * _SAME_COLUMN]


def _laid_out(page: "Page", cells: Sequence[Box], budget: Budget) -> RuledTable | None:
    xs = _boundaries([x for cell in cells for x in (cell[0], cell[2])], _SAME_COLUMN)
    ys = _boundaries([y for cell in cells for y in (cell[1], cell[3])], _SAME_ROW)
    starts = sorted({_nearest(xs, cell[0]) for cell in cells})
    if len(starts) < 2:
        return None
    budget.spend((len(ys) - 1) * len(starts))
    box = (xs[0], ys[0], xs[-1], ys[-1])
    place = {start: index for index, start in enumerate(starts)}
    rows = [[""] * len(starts) for _ in ys[1:]]
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    merged = []
    for cell in cells:
        left, right = _nearest(xs, cell[0]), _nearest(xs, cell[2])
        top, bottom = _nearest(ys, cell[1]), _nearest(ys, cell[3])
        inside = [place[x] for x in range(left, right) if x in place]
        if not inside or bottom <= top:
            continue
        for x in range(left, right):
            owners.update({(y, x): (top, inside[0]) for y in range(top, bottom)})
        if bottom - top > 1 or len(inside) > 1:
            merged.append((top + 1, inside[0] + 1, bottom, inside[-1] + 1))
    for (top, column), text in _texts(page, xs, ys, owners).items():
        rows[top][column] = text
    return RuledTable(box, rows, sorted(merged))


def _boundaries(values: Sequence[float], tolerance: float) -> list[float]:
    """Positions closer than the tolerance are one; each stands for the first of its kind."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > tolerance:
            found.append(value)
    return found


def _nearest(boundaries: Sequence[float], value: float) -> int:
    return max(bisect_right(boundaries, value + 0.001) - 1, 0)


def _texts(
    page: "Page", xs: Sequence[float], ys: Sequence[float], owners: dict[tuple[int, int], tuple[int, int]]
) -> dict[tuple[int, int], str]:
    """The text of each cell, its lines parted by line breaks."""
    held: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for char in page.chars:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        owner = owners.get((bisect_right(ys, y) - 1, bisect_right(xs, x) - 1))
        if owner is not None:
            held.setdefault(owner, []).append(char)
    return {owner: text_of(chars) for owner, chars in held.items()}


def text_of(chars: list[dict[str, Any]]) -> str:
    """Characters of one cell as lines of text."""
    from pdfplumber.utils.text import extract_text

    lines = without_radicals(extract_text(chars, x_tolerance_ratio=_SPACE)).split("\n")
    return "\n".join(line for line in (each.strip() for each in lines) if line)


def is_inside(char: dict[str, Any], box: Box) -> bool:
    """Whether the middle of a character stands in the box."""
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] <= x <= box[2] and box[1] <= y <= box[3])
