"""Cells brought to their places: rows cut to the table's columns, merged cells filled down, wrapped text joined."""

from collections.abc import Sequence

from import_scripts.structure.headers import filled
from import_scripts.structure.layout import Layout, tall_merges
from registry.schemas.tables import Merge

_NEVER = 1 << 62


class Filling:
    """Gives the cells below the top of a merge over several rows its value. Rows come in order."""

    def __init__(self, merges: Sequence[Merge], layout: Layout) -> None:
        self._left, self._width = layout.region.left, layout.width
        self._coming = tall_merges(merges)[::-1]
        self._open: list[tuple[int, int, str]] = []
        self.edge = self._coming[-1][0] if self._coming else _NEVER
        """Rows before this one are outside of all such merges."""

    def into(self, number: int, cells: list[str]) -> tuple[list[str], set[int]]:
        """The row with the values of merges begun above, and the positions that got one."""
        if number < self.edge:
            return cells, set()
        self._open = [each for each in self._open if each[0] >= number]
        covered: set[int] = set()
        full = cells
        for _, place, value in self._open:
            if value and not cells[place].strip():
                full = list(full) if full is cells else full
                full[place] = value
                covered.add(place)
        while self._coming and self._coming[-1][0] <= number:
            first, column, last, _ = self._coming.pop()
            place = column - 1 - self._left
            if last > number and 0 <= place < self._width:
                self._open.append((last, place, cells[place] if first == number else ""))
        self.edge = 0 if self._open else self._coming[-1][0] if self._coming else _NEVER
        return full, covered


def fit(cells: list[str], layout: Layout) -> list[str]:
    """The cells of the table's columns; what stands beside the table is kept behind them if it is filled.

    A row of one text beside a bounded table (a group row over two tables) comes as its first cell.
    """
    left, width = layout.region.left, layout.width
    own = cells[left : left + width]
    if len(own) < width:
        own = own + [""] * (width - len(own))
    if layout.bounded:
        beside = filled(cells)
        if len(beside) == 1 and not left <= beside[0] < left + width:
            own[0] = cells[beside[0]]
        return own
    extra = cells[left + width :]
    return own + extra[: filled(extra)[-1] + 1] if any(map(str.strip, extra)) else own


def join_wrapped(above: str, below: str) -> str:
    """Text that was wrapped onto the next row, in one piece: words of letters keep a space between them.

    >>> join_wrapped("冻干甲型肝炎", "减毒活疫苗"), join_wrapped("Merck Sharp", "& Dohme")
    ('冻干甲型肝炎减毒活疫苗', 'Merck Sharp & Dohme')
    """
    first, second = above.rstrip(), below.lstrip()
    if not first or not second:
        return first or below
    apart = first[-1].isascii() and second[0].isascii() and first[-1].isalpha()
    return f"{first} {second}" if apart else first + second


def row_text(cells: Sequence[str]) -> str:
    """A row as one line: its filled cells with white space made single; once if all say the same."""
    texts = [" ".join(cells[i].split()) for i in filled(cells)]
    return texts[0] if len(set(texts)) == 1 else " ".join(texts)
