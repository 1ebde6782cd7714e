"""What the readers alone make of a file: sheets before anybody looks for headers."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from import_scripts.limits import Limits
from import_scripts.reading import reader_of
from import_scripts.sniffing import sniff
from registry.errors import FileRefused
from registry.schemas.tables import Merge, Row


@dataclass(frozen=True)
class Seen:
    """One sheet with its rows read out."""

    name: str
    rows: list[Row]
    merged: tuple[Merge, ...]
    table_row: int
    uncertain: bool
    origin: str

    @property
    def cells(self) -> list[list[str]]:
        """The rows without their numbers."""
        return [cells for _, cells in self.rows]


def read_sheets(path: Path, limits: Limits | None = None) -> tuple[list[Seen], list[str]]:
    """The sheets and the notes in Chinese."""
    with tempfile.TemporaryDirectory() as scratch:
        found, notes = reader_of(sniff(path), path.name)(path, Path(scratch), limits or Limits())
        for each in found:
            assert list(each.rows) == list(each.rows)
        seen = [Seen(s.name, list(s.rows), s.merged, s.table_row, s.uncertain, s.origin) for s in found]
    for sheet in seen:
        numbers = [number for number, _ in sheet.rows]
        assert numbers == sorted(set(numbers))
    return seen, [note.zh for note in notes]


def only(path: Path) -> Seen:
    """The one sheet of a file."""
    (sheet,), _ = read_sheets(path)
    return sheet


def refusal(path: Path, limits: Limits | None = None) -> str:
    """Why the file is refused, in Chinese."""
    with pytest.raises(FileRefused) as refused:
        read_sheets(path, limits)
    assert refused.value.text.en
    return refused.value.text.zh
