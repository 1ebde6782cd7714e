"""Delimited text (csv, tsv, txt) in the encodings Chinese offices use, one record at a time."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from import_scripts.limits import Limits, size_text
from import_scripts.sniffing import looks_like_utf_16
from registry.errors import FileRefused
from registry.schemas.tables import Row

BLOCK = 1 << 20
SAMPLE = 1 << 16
_DELIMITERS = (",", "\t", ";", "|")
_CHINESE_ENCODINGS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "big5hkscs": "big5hkscs",
}


@dataclass(frozen=True, slots=True)
class DelimitedRows:
    """The records of a text file. Iterating opens the file anew and keeps one record in memory."""

    path: Path
    encoding: str
    delimiter: str
    row_bytes: int

    def __iter__(self) -> Iterator[Row]:
        csv.field_size_limit(self.row_bytes)
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter)
            number = 0
            try:
                for number, cells in enumerate(reader, 1):
                    yield number, cells
            except csv.Error as error:
                raise _broken_record(number + 1, self.row_bytes) from error


def read_delimited(path: Path, limits: Limits) -> DelimitedRows:
    """Find encoding and delimiter and check every byte before a row is handed out.

    Raises FileRefused for a text that cannot be decoded, holds NUL bytes or has a row beyond the limit.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    encoding = _marked_encoding(sample)
    if encoding is None or encoding == "utf-8-sig":
        _check_lines(path, sample, limits)
    if encoding is None:
        encoding = _unmarked_encoding(path, sample)
    elif not _decodes(path, encoding):
        raise _undecodable()
    text = codecs.getincrementaldecoder(encoding)().decode(sample)
    if "\x00" in text:
        raise _nul_bytes(1 + text[: text.index("\x00")].count("\n"))
    return DelimitedRows(path, encoding, _delimiter(text), limits.row_bytes)


def _marked_encoding(sample: bytes) -> str | None:
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return looks_like_utf_16(sample)


def _unmarked_encoding(path: Path, sample: bytes) -> str:
    """UTF-8 if every byte agrees; else what the letters suggest, Chinese first, if every byte agrees."""
    if _decodes(path, "utf-8"):
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=sorted(_CHINESE_ENCODINGS)).best()
    likely = _CHINESE_ENCODINGS.get(best.encoding.replace("_", "")) if best else None
    for encoding in dict.fromkeys((likely or "gb18030", "gb18030")):
        if _decodes(path, encoding):
            return encoding
    raise _undecodable()


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _check_lines(path: Path, sample: bytes, limits: Limits) -> None:
    """Refuse NUL bytes and lines beyond the limit, reading block by block (a line of 50 MB is never held)."""
    end = b"\n" if b"\n" in sample or b"\r" not in sample else b"\r"
    number, carried, too_long = 1, 0, False
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if b"\x00" in block:
                raise _nul_bytes(number + block[: block.index(b"\x00")].count(end))
            first = block.find(end)
            carried += len(block) if first < 0 else first
            too_long = carried > limits.row_bytes
            if first < 0:
                continue
            if too_long:
                break
            number += block.count(end)
            carried = len(block) - block.rfind(end) - 1
    if too_long or carried > limits.row_bytes:
        raise _long_row(number, carried, limits.row_bytes)


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines into the most equal columns."""
    lines = [line for line in text.splitlines()[:40] if line.strip()][:30]
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        if not widths:
            return best
        width, count = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]))
        score = count * (1 + width / 100) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _long_row(number: int, size: int, limit: int) -> FileRefused:
    return FileRefused(
        f"第 {number} 行长 {size_text(size)}，超过 {size_text(limit)}，不像名单。请检查文件是否缺少换行。",
        f"Row {number} is {size_text(size)} long, more than {size_text(limit)}; this is no list. "
        "Check whether line breaks are missing.",
        field=f"row {number}",
    )


def _broken_record(number: int, limit: int) -> FileRefused:
    return FileRefused(
        f"从第 {number} 行起无法分列：引号没有成对，或一格超过 {size_text(limit)}。请检查这一行的引号。",
        f"From row {number} on the columns cannot be told apart: a quote is not closed or a cell exceeds "
        f"{size_text(limit)}. Check the quotes in that row.",
        field=f"row {number}",
    )


def _nul_bytes(number: int) -> FileRefused:
    return FileRefused(
        f"第 {number} 行含有空字节（NUL），文件不是纯文本或已损坏。请重新导出。",
        f"Row {number} contains NUL bytes; the file is no plain text or is damaged. Export it again.",
        field=f"row {number}",
    )


def _undecodable() -> FileRefused:
    return FileRefused(
        "文字编码无法识别（不是 UTF-8、UTF-16、GB18030 或 Big5）。请另存为 UTF-8 的 CSV 或 xlsx。",
        "The text encoding was not recognised (not UTF-8, UTF-16, GB18030 or Big5). Save it as UTF-8 CSV or xlsx.",
    )
