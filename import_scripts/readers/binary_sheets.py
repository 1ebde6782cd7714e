"""What a workbook in binary records (xlsb) says about the shape of its sheets: how far they reach, which cells are one.

The library that reads its cells keeps the whole rectangle in memory and tells nothing of merged cells. A part is a row
of records: a number and a size in groups of seven bits, then as many bytes ([MS-XLSB] 2.1.4).
"""

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from import_scripts.readers.refused import Refused

Area = tuple[tuple[int, int], tuple[int, int]]
"""Top left and bottom right, from 0."""

_ROW, _MERGED, _SHEET = 0, 176, 156
_CELLS = frozenset({*range(2, 12), 62})
"""Cells with a value; 1 is one that has only a format."""
_RELATION = re.compile(r"<Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(Id|Target)="([^"]*)"')
_WORKBOOK = "xl/workbook.bin"
_MOST_GROUPS = 4
_BLOCK = 1 << 16


@dataclass(slots=True)
class Shape:
    """The filled rectangle of a sheet in rows and columns, and the areas that are one cell."""

    rows: int = 0
    columns: int = 0
    merged: list[Area] = field(default_factory=list)


def shapes(package: zipfile.ZipFile, limit: int) -> dict[str, Shape]:
    """Name of a sheet → its shape. Raises Refused if a sheet reaches over more than ``limit`` cells, or is damaged."""
    try:
        return {name: _shape(package, part, limit) for name, part in _sheets(package)}
    except (struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
        raise Refused("damaged") from error


def _shape(package: zipfile.ZipFile, part: str, limit: int) -> Shape:
    shape, row = Shape(), 0
    for number, content in _records(package, part):
        if number in _CELLS:
            shape.rows = max(shape.rows, row + 1)
            shape.columns = max(shape.columns, struct.unpack_from("<I", content)[0] + 1)
            if shape.rows * shape.columns > limit:
                raise Refused("extent", cell=f"{shape.rows}×{shape.columns}", limit=limit)
        elif number == _ROW:
            (row,) = struct.unpack_from("<I", content)
        elif number == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", content)
            shape.merged.append(((top, left), (bottom, right)))
    return shape


def _sheets(package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Name and part of every sheet, in order."""
    names = {name.lower(): name for name in package.namelist()}
    targets = {}
    for link in _RELATION.findall(package.read(names["xl/_rels/workbook.bin.rels"]).decode()):
        said = dict(_ATTRIBUTE.findall(link))
        if said.keys() >= {"Id", "Target"}:
            # From the folder of the workbook, or from the top.
            targets[said["Id"]] = posixpath.normpath(posixpath.join("/xl", said["Target"])).lstrip("/").lower()
    for number, content in _records(package, names[_WORKBOOK]):
        if number == _SHEET:
            key, at = _text(content, 8)
            name, _ = _text(content, at)
            if targets.get(key) in names:
                yield name, names[targets[key]]


def _text(content: bytes, at: int) -> tuple[str, int]:
    """A text with its number of UTF-16 units in front, and where it ends."""
    (units,) = struct.unpack_from("<I", content, at)
    if units == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * units
    if end > len(content):
        raise IndexError(end)
    return content[at + 4 : end].decode("utf-16-le"), end


def _records(package: zipfile.ZipFile, part: str) -> Iterator[tuple[int, bytes]]:
    """Number and content of every record; one that is cut short ends the part."""
    with package.open(part) as stream:
        held, at = b"", 0
        while True:
            if len(held) - at < _BLOCK and (block := stream.read(_BLOCK)):
                held, at = held[at:] + block, 0
            if at >= len(held):
                return
            number, at = held[at], at + 1
            if number & 0x80:
                number, at = number & 0x7F | (held[at] & 0x7F) << 7, at + 1
            size = 0
            for group in range(_MOST_GROUPS):
                byte, at = held[at], at + 1
                size |= (byte & 0x7F) << 7 * group
                if byte < 0x80:
                    break
            while len(held) - at < size:
                if not (block := stream.read(max(_BLOCK, size))):
                    return
                held, at = held[at:] + block, 0
            yield number, held[at : at + size]
            at += size
