"""Sheets that are pieces of one table: pages of a PDF, one HTML table a row, a table broken over several in Word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from import_scripts.structure.headers import Header, filled, find_header, is_header_row, same_header
from registry.schemas.tables import Merge, Row, Sheet

PIECES = frozenset({"page", "html", "word"})
"""Origins whose tables may go on in the next sheet, and whose rows have no numbers of their own."""
_HEAD = 60


@dataclass(slots=True)
class _Piece:
    """One sheet of a paged file as far as joining it needs."""

    sheet: Sheet
    last: int
    first_wide: int
    """Number of the first row with more than one cell; 0 if there is none."""
    width: int
    head: list[Row]
    header: Header | None

    def header_rows(self) -> list[list[str]]:
        """The cells of its header rows."""
        found = self.header
        return [cells for _, cells in self.head[found.first : found.last + 1]] if found is not None else []


@dataclass(slots=True)
class _Chain:
    pieces: list[_Piece] = field(default_factory=list)
    width: int = 0
    header: tuple[list[str], ...] = ()

    def takes(self, piece: _Piece) -> bool:
        """Whether a piece goes on with the table: text, its header again, or rows as wide without a header."""
        if not self.pieces or not self.width or not piece.first_wide:
            return True
        first = next(cells for number, cells in piece.head if number == piece.first_wide)
        if any(same_header(cells, self.header) for cells in (first, *piece.header_rows())):
            return True
        if piece.header is not None and _is_strong(piece):
            return False
        slack = 1 if piece.sheet.origin == "page" else 0
        return abs(piece.width - self.width) <= slack

    def add(self, piece: _Piece) -> None:
        self.pieces.append(piece)
        if piece.first_wide and not self.width:
            self.width = piece.width
            self.header = tuple(piece.header_rows())


@dataclass(frozen=True, slots=True)
class Chained:
    """The rows of several sheets one after the other, numbered through: the table's first row is row 1."""

    parts: tuple[tuple[Iterable[Row], int], ...]

    def __iter__(self) -> Iterator[Row]:
        for rows, offset in self.parts:
            for number, cells in rows:
                yield number + offset, cells


def join_sheets(sheets: Iterable[Sheet]) -> Iterator[Sheet]:
    """Worksheets and text files as they are; pieces of one table as one sheet."""
    chain = _Chain()
    for sheet in sheets:
        if sheet.origin not in PIECES:
            yield from _joined(chain)
            chain = _Chain()
            yield sheet
            continue
        piece = _piece_of(sheet)
        if not piece.last:
            continue
        if not chain.takes(piece):
            yield from _joined(chain)
            chain = _Chain()
        chain.add(piece)
    yield from _joined(chain)


def _is_strong(piece: _Piece) -> bool:
    return any(map(is_header_row, piece.header_rows()))


def _piece_of(sheet: Sheet) -> _Piece:
    last = first_wide = 0
    head: list[Row] = []
    widths: dict[int, int] = {}
    for number, cells in sheet.rows:
        last = number
        at = filled(cells)
        if len(at) > 1:
            first_wide = first_wide or number
            widths[len(cells)] = widths.get(len(cells), 0) + 1
        if at and len(head) < _HEAD:
            head.append((number, cells))
    width = max(widths, key=lambda size: (widths[size], size)) if widths else 0
    wide = any(len(filled(cells)) > 1 for _, cells in head)
    return _Piece(sheet, last, first_wide, width, head, find_header(head, sheet.merged) if wide else None)


def _joined(chain: _Chain) -> Iterator[Sheet]:
    if not chain.pieces:
        return
    named = next((piece for piece in chain.pieces if piece.first_wide), chain.pieces[0])
    before = 0
    for piece in chain.pieces:
        if piece.first_wide:
            before += piece.first_wide - 1
            break
        before += piece.last
    offset = -before
    parts: list[tuple[Iterable[Row], int]] = []
    merged: list[Merge] = []
    for piece in chain.pieces:
        parts.append((piece.sheet.rows, offset))
        merged += [(r1 + offset, c1, r2 + offset, c2) for r1, c1, r2, c2 in piece.sheet.merged]
        offset += piece.last
    sheet = named.sheet
    uncertain = any(piece.sheet.uncertain for piece in chain.pieces)
    yield Sheet(sheet.name, Chained(tuple(parts)), tuple(merged), sheet.origin, uncertain)
