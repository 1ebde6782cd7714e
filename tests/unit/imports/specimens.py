"""Files of every kind made byte by byte, without the programs that usually write them: PDF, xls, docx, ods, XML."""

import struct
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Mark = tuple[float, float, float, str]
"""Left and baseline from the bottom left in points, size, text."""
Line = tuple[float, float, float, float]


@dataclass
class PdfPage:
    """What is drawn on a page of 595 × 842 points."""

    marks: list[Mark] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    rotate: int = 0
    matrix: str = "1 0 0 1 0 0"
    extra: bytes = b""


def ruled(rows: Sequence[Sequence[str]], widths: Sequence[float], *, top: float = 780, height: float = 20) -> PdfPage:
    """A page with a ruled table; line breaks in cells are kept."""
    page = PdfPage()
    lefts = [50 + sum(widths[:i]) for i in range(len(widths) + 1)]
    bottom = top - height * len(rows)
    page.lines += [(x, bottom, x, top) for x in lefts]
    page.lines += [(lefts[0], top - height * i, lefts[-1], top - height * i) for i in range(len(rows) + 1)]
    page.marks += unruled(rows, widths, top=top, height=height).marks
    return page


def unruled(rows: Sequence[Sequence[str]], widths: Sequence[float], *, top: float = 780, height: float = 20) -> PdfPage:
    """The same without lines."""
    page = PdfPage()
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            for k, text in enumerate(cell.split("\n")):
                page.marks.append((53 + sum(widths[:j]), top - height * i - 9 - 8 * k, 8, text))
    return page


def pdf(path: Path, pages: Iterable[PdfPage], *, trailer: str = "") -> Path:
    """A PDF whose font is one of the standard Chinese ones, so nothing has to be embedded."""
    pages = list(pages)
    kids = " ".join(f"{10 + 2 * i} 0 R" for i in range(len(pages)))
    objects: dict[int, bytes] = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        3: b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[4 0 R]>>",
        4: b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 5 0 R/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>",
        5: b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
        b"/Descent -120/CapHeight 880/StemV 93>>",
    }
    for i, page in enumerate(pages):
        drawn = [f"{x0} {y0} m {x1} {y1} l S" for x0, y0, x1, y1 in page.lines]
        drawn += [
            f"BT /F1 {size} Tf {x} {y} Td <{text.encode('utf-16-be').hex()}> Tj ET" for x, y, size, text in page.marks
        ]
        content = f"q {page.matrix} cm 0.5 w\n{chr(10).join(drawn)}\nQ\n".encode() + page.extra
        objects[10 + 2 * i] = (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Rotate {page.rotate}/Contents {11 + 2 * i} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        ).encode()
        objects[11 + 2 * i] = b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)
    return write_pdf(path, objects, trailer=trailer)


def write_pdf(path: Path, objects: dict[int, bytes], *, trailer: str = "") -> Path:
    """The objects with a right table of places."""
    out = bytearray(b"%PDF-1.4\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += f"trailer<</Size {max(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(bytes(out))
    return path


def xls(
    path: Path,
    rows: Sequence[Sequence[str | float]],
    *,
    merges: Sequence[tuple[int, int, int, int]] = (),
    password: bool = False,
    streams: Sequence[str] = (),
    cell_at: tuple[int, int] | None = None,
) -> Path:
    """A workbook of Excel 97 with one sheet. Merges are (first row, last row, first column, last column) from 0."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def label(row: int, column: int, text: str) -> bytes:
        raw = text.encode("utf-16-le")
        return record(0x204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + raw)

    globals_start = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    if password:
        globals_start += record(0x2F, struct.pack("<HHH", 0, 0x1234, 0x5678))
    name = "名单".encode("utf-16-le")
    place = len(globals_start) + 4 + 8 + len(name) + 4
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if isinstance(cell, str):
                sheet += label(i, j, cell) if cell else b""
            else:
                sheet += record(0x203, struct.pack("<HHHd", i, j, 0, cell))
    if cell_at:
        sheet += label(*cell_at, "远")
    if merges:
        sheet += record(0xE5, struct.pack("<H", len(merges)) + b"".join(struct.pack("<HHHH", *each) for each in merges))
    bound = record(0x85, struct.pack("<IHBB", place, 0, 2, 1) + name)
    book = globals_start + bound + record(0x0A, b"") + sheet + record(0x0A, b"")
    return compound(path, {"Workbook": book, **dict.fromkeys(streams, b"x")})


def compound(path: Path, streams: dict[str, bytes]) -> Path:
    """A compound file (the envelope of old Office) with the streams at its top, in sectors of 512 bytes."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    contents = {name: body.ljust(4_096, b"\x00") for name, body in streams.items()}
    directory_sectors = (len(streams) + 4) // 4
    used = directory_sectors + sum(-(-len(body) // 512) for body in contents.values())
    fat_sectors = -(-(used + used // 100 + 2) // 128)
    chain = [table] * fat_sectors + list(range(fat_sectors + 1, fat_sectors + directory_sectors)) + [end]
    starts, data = {}, b""
    for name, body in contents.items():
        body = body.ljust(-(-len(body) // 512) * 512, b"\x00")
        starts[name] = len(chain)
        chain += [*range(len(chain) + 1, len(chain) + len(body) // 512), end]
        data += body

    def entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\x00\x00"
        return raw.ljust(64, b"\x00") + struct.pack(
            "<HBBIII16sIQQIQ", len(raw), kind, 1, free, right, child, b"", 0, 0, 0, start, size
        )

    entries = [entry("Root Entry", 5, free, 1 if streams else free, end, 0)]
    for i, (name, body) in enumerate(contents.items(), 1):
        entries.append(entry(name, 2, i + 1 if i < len(streams) else free, free, starts[name], len(body)))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, fat_sectors, fat_sectors, 0, 4_096,
        end, 0, end, 0, 0,
    )  # fmt: skip
    header = header[:76] + struct.pack("<109I", *range(fat_sectors), *[free] * (109 - fat_sectors))
    fat = struct.pack(f"<{fat_sectors * 128}I", *chain, *[free] * (fat_sectors * 128 - len(chain)))
    path.write_bytes(header + fat + b"".join(entries).ljust(directory_sectors * 512, b"\x00") + data)
    return path


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(path: Path, body: str, *, extra: dict[str, bytes] | None = None, before: str = "") -> Path:
    """A Word document with this body (elements of the prefix w)."""
    document = f'{before}<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr/></w:body></w:document>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", document)
        for name, content in (extra or {}).items():
            package.writestr(name, content)
    return path


def p(text: str) -> str:
    """A paragraph of Word."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def tc(text: str, *, span: int = 1, merge: str = "") -> str:
    """A cell of Word; ``merge`` is restart or continue."""
    down = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{span}"/>{down}</w:tcPr>{p(text)}</w:tc>'


def tbl(*rows: Sequence[str]) -> str:
    """A table of Word out of rows of cells."""
    return f"<w:tbl>{''.join('<w:tr>' + ''.join(row) + '</w:tr>' for row in rows)}</w:tbl>"


def ods(path: Path, rows: Sequence[Sequence[str]], *, repeat: int = 1) -> Path:
    """A spreadsheet of OpenDocument; ``repeat`` is said of the last cell of each row."""
    ns = "urn:oasis:names:tc:opendocument:xmlns"
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"'
            f"{f' table:number-columns-repeated={chr(34)}{repeat}{chr(34)}' if i == len(row) - 1 else ''}>"
            f"<text:p>{cell}</text:p></table:table-cell>"
            for i, cell in enumerate(row)
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        f'<office:document-content xmlns:office="{ns}:office:1.0" xmlns:table="{ns}:table:1.0" '
        f'xmlns:text="{ns}:text:1.0"><office:body><office:spreadsheet><table:table table:name="名单">{cells}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", content)
    return path


def spreadsheetml(rows: str, *, before: str = "") -> str:
    """A workbook as one XML file, from its rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="名单"><Table>'
        f"{rows}</Table></Worksheet></Workbook>"
    )
