"""Workbooks saved as one XML file (SpreadsheetML 2003, often named .xls) in the child process."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from import_scripts.readers.grids import Budget
from import_scripts.readers.refused import Refused

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEAD = 100_000
_MIDNIGHT = "T00:00:00"


@dataclass(slots=True)
class _Announced:
    """A sheet as the first pass over the file saw it."""

    name: str
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def read(source: str, kind: str, limits: dict[str, int]) -> Iterator[Any]:
    """The sheets in order. The file is walked twice, because merged cells are announced before the rows."""
    with open(source, "rb") as file:
        head = file.read(_HEAD)
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Refused("entities")
    size = Path(source).stat().st_size
    if size > limits["markup_bytes"]:
        raise Refused("markup", found=size, limit=limits["markup_bytes"])
    announced = list(_announced(source, limits))
    index = -1
    for each in _walk(source, limits):
        if isinstance(each, str):
            index += 1
            yield {"sheet": each, "merged": announced[index].merged}
        elif any(each[1]):
            yield [each[0], each[1]]


def _announced(source: str, limits: dict[str, int]) -> Iterator[_Announced]:
    found: list[_Announced] = []
    for each in _walk(source, limits):
        if isinstance(each, str):
            found.append(_Announced(each))
            if len(found) > limits["sheets"]:
                raise Refused("sheets", found=len(found), limit=limits["sheets"])
        elif found:
            found[-1].merged += each[2]
    return iter(found)


def _walk(
    source: str, limits: dict[str, int]
) -> Iterator[str | tuple[int, list[str], list[tuple[int, int, int, int]]]]:
    """Names of sheets, each followed by its rows: number, cells, merges that begin in it."""
    from lxml import etree

    budget = Budget(limits["cells"])
    row_number, in_sheet = 0, False
    walk = etree.iterparse(
        source, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    for event, element in walk:
        name = _local(element)
        if event == "start":
            if name == "Worksheet":
                row_number, in_sheet = 0, True
                yield _attribute(element, "Name")
            continue
        if name == "Row" and in_sheet:
            row_number = _number(element, "Index") or row_number + 1
            cells, merged = _row(element, row_number, budget)
            yield row_number, cells, merged
            element.clear()
            _forget_siblings(element)
        elif name == "Worksheet":
            in_sheet = False


def _forget_siblings(element: "_Element") -> None:
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _row(row: "_Element", number: int, budget: Budget) -> tuple[list[str], list[tuple[int, int, int, int]]]:
    cells: list[str] = []
    merged = []
    for cell in row:
        if not isinstance(cell.tag, str) or _local(cell) != "Cell":
            continue
        place = (_number(cell, "Index") or len(cells) + 1) - 1
        across, down = _number(cell, "MergeAcross"), _number(cell, "MergeDown")
        width = max(place - len(cells), 0) + 1 + across
        budget.spend(width)
        cells += [""] * max(place - len(cells), 0) + [_text(cell)] + [""] * across
        if across or down:
            merged.append((number, place + 1, number + down, place + 1 + across))
    return cells, merged


def _text(cell: "_Element") -> str:
    for data in cell:
        if isinstance(data.tag, str) and _local(data) == "Data":
            text = "".join(str(part) for part in data.itertext())
            if _attribute(data, "Type") == "DateTime" and _MIDNIGHT in text:
                return text.partition("T")[0]
            return text
    return ""


def _local(element: "_Element") -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: "_Element", name: str) -> str:
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


def _number(element: "_Element", name: str) -> int:
    """A count in an attribute; what is none, negative or beyond any sheet is 0."""
    digits = _attribute(element, name)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 8 else 0
