"""Small valid files of every kind, and ways to damage them: bytes flipped, cut, doubled, parts of packages changed."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from tests.unit.imports import specimens as made
from tests.unit.imports.files import workbook

ROWS = [
    ["附件1", "", ""],
    ["序号", "企业名称", "统一社会\n信用代码"],
    ["1", "示例甲有限公司", "91350100M000100Y43"],
    ["2", "示例乙（集团）有限公司", "91350100M000100Y43"],
    ["注：以上排名不分先后", "", ""],
]
LONGEST = 200_000


def valid_files(folder: Path) -> dict[str, bytes]:
    """Name of the kind → the bytes of a small file of it."""
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in ROWS)
    spaced = "".join("    ".join(cell.replace("\n", "") for cell in row) + "\n" for row in ROWS)
    cells = "".join("<tr>" + "".join(f"<td rowspan=1>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    page = f"<html><meta charset=gb2312><p>附件</p><table>{cells}</table></html>"
    xml = "".join(
        "<Row>"
        + "".join(f'<Cell ss:MergeDown="0"><Data ss:Type="String">{cell}</Data></Cell>' for cell in row)
        + "</Row>"
        for row in ROWS
    )
    word = made.p("附件") + made.tbl(*[[made.tc(cell, merge="restart") for cell in row] for row in ROWS]) + made.p("注")
    ruled = made.ruled(ROWS, [140, 150, 200])
    files = {
        "csv": text.encode("utf-8-sig"),
        "gb18030": text.encode("gb18030"),
        "utf-16": text.encode("utf-16"),
        "aligned": spaced.encode(),
        "html": page.encode("gb18030"),
        "xml": made.spreadsheetml(xml).encode(),
        "xls": made.xls(folder / "x", ROWS, merges=[(0, 0, 0, 2)]).read_bytes(),
        "xlsx": workbook(folder, {"名单": [list(row) for row in ROWS], "空": []}, name="x").read_bytes(),
        "ods": made.ods(folder / "x", ROWS, repeat=2).read_bytes(),
        "docx": made.docx(folder / "x", word).read_bytes(),
        "pdf": made.pdf(folder / "x", [ruled, made.unruled(ROWS, [140, 150, 200])]).read_bytes(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("csv", "html", "xlsx"):
            archive.writestr(f"{name}.bin", files[name])
    return files | {"zip": packed.getvalue()}


def _flip(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 20)):
        damaged[chance.randrange(len(damaged))] = chance.choice((0, 255, chance.randrange(256), 0x3C, 0x22, 0x7F))
    return bytes(damaged)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(1, len(content) + 1)]


def _drop(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 200) :]


def _double(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    piece = content[start : start + chance.randint(1, 400)]
    return (content[:start] + piece * chance.choice((2, 3, 50)) + content[start:])[:LONGEST]


def _number(content: bytes, chance: random.Random) -> bytes:
    """Another number in place of one: sizes, spans and places are what readers believe."""
    digits = [i for i, byte in enumerate(content) if 48 <= byte <= 57]
    if not digits:
        return _flip(content, chance)
    place = chance.choice(digits)
    return (
        content[:place]
        + chance.choice((b"0", b"-1", b"65536", b"4294967295", b"99999999999999"))
        + content[place + 1 :]
    )


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_flip, _cut, _drop, _double, _number)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file with one to three damages; of a package mostly one part is damaged and the package made anew."""
    for _ in range(chance.randint(1, 3)):
        if not content:
            break
        if content.startswith(b"PK") and chance.random() < 0.75:
            content = _with_damaged_part(content, chance)
        else:
            content = chance.choice(_WAYS)(content, chance)
    return content


def _with_damaged_part(content: bytes, chance: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = {name: package.read(name) for name in package.namelist()}
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, EOFError, OSError, struct.error):
        return _flip(content, chance)
    filled = [name for name, part in parts.items() if part]
    if not filled:
        return _flip(content, chance)
    chosen = chance.choice(filled)
    parts[chosen] = chance.choice(_WAYS)(parts[chosen], chance)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return out.getvalue()
