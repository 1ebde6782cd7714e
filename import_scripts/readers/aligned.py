"""Text whose columns are lined up with spaces, as old systems print it. One line in memory at a time."""

import re
import statistics
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from import_scripts.readers.text_layout import Word, columns_of, in_columns
from registry.schemas.tables import Row

_CELL = re.compile(r"[^\s\u3000]+(?:[ \t\xa0][^\s\u3000]+)*")
"""Words parted by one space are one cell; two spaces or a full-width one part cells."""
_UNIT = 8.0
"""Points of one column of a terminal: the layout of pages measures in points."""
_FEWEST_LINES = 3
_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class AlignedRows:
    """The lines of a text file cut into columns. Iterating opens the file anew."""

    path: Path
    encoding: str
    columns: tuple[tuple[float, float], ...]

    def __iter__(self) -> Iterator[Row]:
        with self.path.open(encoding=self.encoding) as file:
            for number, line in enumerate(file, 1):
                words = _words(line)
                if words:
                    yield number, in_columns(words, self.columns) if self.columns else [word.text for word in words]


def aligned_columns(lines: Sequence[str]) -> tuple[tuple[float, float], ...] | None:
    """Where the columns of the sample stand; empty if cells follow each other unaligned; None for other text."""
    cut = [_words(line) for line in lines if line.strip()]
    several = [words for words in cut if len(words) > 1]
    if len(several) < _FEWEST_LINES or len(several) < _SHARE * len(cut):
        return None
    columns = columns_of(several)
    usual = statistics.mode(len(words) for words in several)
    return tuple(columns) if len(columns) >= usual else ()


def _words(line: str) -> list[Word]:
    words, place, at = [], 0.0, 0
    for found in _CELL.finditer(line):
        place += _width(line[at : found.start()])
        width = _width(found[0])
        words.append(Word(found[0], place * _UNIT, (place + width) * _UNIT - 1, 0, _UNIT))
        place, at = place + width, found.end()
    return words


def _width(text: str) -> int:
    """Columns of a terminal: a Han character takes two."""
    if text.isascii():
        return len(text.expandtabs(8))
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
