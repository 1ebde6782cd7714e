"""A workbook in binary records (xlsb), made byte by byte from the public layout of [MS-XLSB]."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

Cell = str | float | bool | None
Merge = tuple[int, int, int, int]
"""First and last row, first and last column, from 0."""

_DATE_STYLE = 1
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(number: int, content: bytes = b"") -> bytes:
    """One record: its number and its size in groups of seven bits, then what it holds."""
    head = bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80, number >> 7])
    size, sizes = len(content), b""
    while size > 0x7F:
        sizes += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + sizes + bytes([size]) + content


def wide(text: str) -> bytes:
    """A text with its number of UTF-16 units in front."""
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def xlsb(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    *,
    merges: Sequence[Merge] = (),
    dates: Sequence[tuple[int, int]] = (),
    hidden: Sequence[str] = (),
    corner: tuple[int, int] | None = None,
) -> Path:
    """A workbook with these sheets. ``dates`` are cells (row, column) shown as days; ``corner`` is one more cell far
    out; ``merges`` are in every sheet."""
    texts: list[str] = []
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _relations([("rId1", "officeDocument", "xl/workbook.bin")]),
        "xl/workbook.bin": _workbook(sheets, hidden),
        "xl/styles.bin": _styles(),
    }
    links = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.bin") for number in range(1, len(sheets) + 1)]
    links += [("rIdS", "sharedStrings", "sharedStrings.bin"), ("rIdT", "styles", "styles.bin")]
    parts["xl/_rels/workbook.bin.rels"] = _relations(links)
    for number, rows in enumerate(sheets.values(), 1):
        parts[f"xl/worksheets/sheet{number}.bin"] = _sheet(rows, texts, merges, dates, corner)
    parts["xl/sharedStrings.bin"] = b"".join(
        [
            record(159, struct.pack("<II", len(texts), len(texts))),
            *(record(19, b"\0" + wide(text)) for text in texts),
            record(160),
        ]
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def _relations(links: Sequence[tuple[str, str, str]]) -> bytes:
    said = "".join(f'<Relationship Id="{key}" Type="{_OF}/{kind}" Target="{target}"/>' for key, kind, target in links)
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{space}">{said}</Relationships>'.encode()


def _workbook(sheets: Mapping[str, object], hidden: Sequence[str]) -> bytes:
    bundles = [
        record(156, struct.pack("<II", int(name in hidden), number) + wide(f"rId{number}") + wide(name))
        for number, name in enumerate(sheets, 1)
    ]
    return b"".join([record(131), record(153, bytes(8) + wide("")), record(143), *bundles, record(144), record(132)])


def _styles() -> bytes:
    general, day = struct.pack("<HH", 0xFFFF, 0) + bytes(12), struct.pack("<HH", 0, 14) + bytes(12)
    return b"".join(
        [record(278), record(617, struct.pack("<I", 2)), record(47, general), record(47, day), record(618), record(279)]
    )


def _sheet(
    rows: Sequence[Sequence[Cell]],
    texts: list[str],
    merges: Sequence[Merge],
    dates: Sequence[tuple[int, int]],
    corner: tuple[int, int] | None,
) -> bytes:
    width = max(map(len, rows), default=1)
    out = [record(129), record(148, struct.pack("<IIII", 0, max(0, len(rows) - 1), 0, width - 1)), record(145)]
    for row, cells in enumerate(rows):
        out.append(_row(row))
        for column, value in enumerate(cells):
            style = _DATE_STYLE if (row, column) in dates else 0
            out.append(_cell(column, style, value, texts))
    if corner is not None:
        out += [_row(corner[0]), _cell(corner[1], 0, 1.0, texts)]
    out.append(record(146))
    if merges:
        out += [record(177, struct.pack("<I", len(merges))), *(record(176, struct.pack("<IIII", *m)) for m in merges)]
        out.append(record(178))
    return b"".join([*out, record(130)])


def _row(number: int) -> bytes:
    return record(0, struct.pack("<IIH", number, 0, 300) + bytes(3) + struct.pack("<I", 0))


def _cell(column: int, style: int, value: Cell, texts: list[str]) -> bytes:
    place = struct.pack("<II", column, style)
    if value is None:
        return record(1, place)
    if isinstance(value, bool):
        return record(4, place + bytes([value]))
    if isinstance(value, (int, float)):
        return record(5, place + struct.pack("<d", value))
    if value.startswith("="):  # a formula with the text it came to
        return record(8, place + wide(value[1:]) + bytes(2) + struct.pack("<II", 0, 0))
    texts.append(value)
    return record(7, place + struct.pack("<I", len(texts) - 1))
