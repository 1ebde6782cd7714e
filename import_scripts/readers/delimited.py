"""Delimited text (csv, tsv, txt) in the encodings Chinese offices use, one record at a time."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from import_scripts.limits import Limits, size_text
from import_scripts.readers.aligned import AlignedRows, aligned_columns
from import_scripts.readers.encodings import (
    MAC_CHINESE,
    decoded_blocks,
    decodes,
    marked_encoding,
    undecodable,
    unmarked_encoding,
)
from registry.errors import FileRefused
from registry.schemas.tables import Row

BLOCK = 1 << 20
SAMPLE = 1 << 16
_DELIMITERS = (",", "\t", ";", "|")
_ALSO_PROSE = ("，", " ")
"""Signs that part words of sentences too: taken only where nearly all lines agree."""
_AGREED = 0.8
_FEWEST_LINES = 3
_SOME = 0.3
"""Titles and notes have no signs; where fewer lines than this share have one, it parts no columns."""
_SAID_FIRST = re.compile(r"\ufeff?sep=(.)\s*$", re.MULTILINE)


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


@dataclass(frozen=True, slots=True)
class BracketRows:
    """Lines whose separators within brackets belong to the text: 品目一（甲,0.5ml/支）,某公司."""

    path: Path
    encoding: str
    delimiter: str

    def __iter__(self) -> Iterator[Row]:
        with self.path.open(encoding=self.encoding) as file:
            for number, line in enumerate(file, 1):
                cells = split_outside_brackets(line.rstrip("\r\n"), self.delimiter)
                if any(cells):
                    yield number, cells


def split_outside_brackets(line: str, delimiter: str) -> list[str]:
    """The cells of a line; where brackets do not close, every delimiter parts.

    >>> split_outside_brackets("甲（乙（丙）,丁）,戊", ","), split_outside_brackets("甲（乙,丙", ",")
    (['甲（乙（丙）,丁）', '戊'], ['甲（乙', '丙'])
    """
    cells, depth, start = [], 0, 0
    for place, character in enumerate(line):
        if character in "（(":
            depth += 1
        elif character in "）)":
            depth = max(depth - 1, 0)
        elif character == delimiter and depth == 0:
            cells.append(line[start:place])
            start = place + 1
    return line.split(delimiter) if depth else [*cells, line[start:]]


def read_delimited(path: Path, scratch: Path, limits: Limits) -> Iterable[Row]:
    """Find encoding and delimiter and check every byte before a row is handed out.

    ``scratch`` is a folder that outlives the rows. Raises FileRefused for a text that cannot be decoded, holds NUL
    bytes or has a row beyond the limit.
    """
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    encoding = marked_encoding(sample)
    if encoding is None or encoding == "utf-8-sig":
        _check_lines(path, sample, limits)
    if encoding is None:
        encoding = unmarked_encoding(path, sample)
    elif not decodes(path, encoding):
        raise undecodable()
    if encoding == MAC_CHINESE:
        path, encoding = _as_utf_8(path, scratch), "utf-8"
    with path.open(encoding=encoding, newline="") as file_of_text:
        text = file_of_text.read(SAMPLE)
    if "\x00" in text:
        raise _nul_bytes(1 + text[: text.index("\x00")].count("\n"))
    delimiter = _delimiter(text)
    if delimiter is None:
        columns = aligned_columns(_first_lines(text))
        if columns is not None:
            return AlignedRows(path, encoding, columns)
    elif _brackets_hold_separators(_first_lines(text), delimiter):
        return BracketRows(path, encoding, delimiter)
    return DelimitedRows(path, encoding, delimiter or ",", limits.row_bytes)


def _as_utf_8(path: Path, scratch: Path) -> Path:
    """A copy Python can read line by line: it has no codec for Mac Chinese."""
    copy = scratch / "text.utf-8"
    with copy.open("w", encoding="utf-8", newline="") as out:
        out.writelines(decoded_blocks(path, MAC_CHINESE))
    return copy


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


def _first_lines(text: str) -> list[str]:
    return [line for line in text.splitlines()[:40] if line.strip()][:30]


def _delimiter(text: str) -> str | None:
    """The sign that cuts the first lines into the most equal columns; None where no sign does."""
    said = _SAID_FIRST.match(text)
    if said:
        return said[1]
    lines = _first_lines(text)
    best, best_score = None, 0.0
    for delimiter in (*_DELIMITERS, *_ALSO_PROSE):
        if delimiter in _ALSO_PROSE and best is not None:
            break
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else 0, item[0]), default=(1, 0))
        if width < 2 or count < _SOME * len(lines):
            continue
        if delimiter in _ALSO_PROSE and not _parts_rows(delimiter, width, count, lines):
            continue
        score = count * (1 + width / 100)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _brackets_hold_separators(lines: list[str], delimiter: str) -> bool:
    """Whether lines that are ragged as they stand have one width without the separators within brackets."""
    if len(lines) < _FEWEST_LINES or any('"' in line for line in lines):
        return False
    plain = Counter(line.count(delimiter) for line in lines)
    outside = Counter(len(split_outside_brackets(line, delimiter)) for line in lines)
    width, agreed = outside.most_common(1)[0]
    return width > 1 and agreed >= 0.9 * len(lines) and plain.most_common(1)[0][1] < _AGREED * len(lines)


def _parts_rows(delimiter: str, width: int, count: int, lines: list[str]) -> bool:
    """Whether a sign of prose parts columns here: nearly every line has as many, and spaces stand alone."""
    if count < max(2, _AGREED * len(lines)):
        return False
    return delimiter != " " or (width > 2 and not any("  " in line.strip() for line in lines))


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
