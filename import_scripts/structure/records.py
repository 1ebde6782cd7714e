"""Rows below a header, one after the other: records, and rows that are none, each with what it was taken for.

Most rows are filled like their neighbours and pass with one look. Any other is judged by its cells and by what follows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from import_scripts.columns import header_words
from import_scripts.structure.cells import squeeze
from import_scripts.structure.filling import Filling, fit, join_wrapped, row_text
from import_scripts.structure.groups import Groups
from import_scripts.structure.headers import filled
from import_scripts.structure.judging import FIRM_ENDS, TOTALS, group_text, judge
from import_scripts.structure.layout import Layout
from import_scripts.structure.sentences import (
    could_head,
    is_authority,
    is_note,
    is_office,
    is_page_number,
    is_sentence,
    is_signature,
    is_title,
    is_total,
    read_group,
)
from registry.schemas.tables import LeftOut, LeftOutKind, Merge, Row

_TEXT_MAX = 500
_WIDER_MAX = 1000
_CELL_MAX = 4000


@dataclass(slots=True)
class Walk:
    """One way through the rows of one table. After it, the fields say what was met."""

    layout: Layout
    merges: Sequence[Merge] = ()
    depth: int = 0
    """So many group values follow the cells of each record."""
    first_group: str = ""
    """The group of the records before the first group row."""
    titles: frozenset[str] = frozenset()
    stop_at_header: bool = False
    """End at the header of another table; else that row is left out and the table goes on."""
    left_out: list[LeftOut] = field(default_factory=list)
    groups: Groups = field(default_factory=Groups)
    records: int = 0
    group_above_header: bool = False
    next_table_at: int = 0
    """Row at which another table begins with its title; 0 if none does."""
    wider: list[int] = field(default_factory=list)
    _revived: list[Row] = field(default_factory=list)
    _texts: list[tuple[int, str, bool, list[str]]] = field(default_factory=list)
    _held: Row | None = None
    _below_header: bool = True
    _after_group: bool = False
    _places: dict[int, str] = field(default_factory=dict)
    _wide_rows: frozenset[int] = frozenset()

    def records_of(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The records, each with the group values behind its cells."""
        layout, width = self.layout, self.layout.width
        dense = itemgetter(*(layout.dense if len(layout.dense) > 1 else layout.dense * 2))
        anchor, suspects, headings = layout.anchor, layout.suspects, header_words() | TOTALS
        strict = len(layout.dense) == 1
        cut = layout.region.left > 0 or layout.bounded
        fill = Filling(self.merges, layout)
        self._wide_rows = frozenset(r1 for r1, c1, _, c2 in self.merges if c2 - c1 + 1 > max(1, width // 2))
        self._open_first_group()
        grouped, texts, special = self.groups.values, self._texts, self.depth or bool(layout.told_once)
        for row in rows:
            number, cells = row
            if cut or len(cells) != width:
                row = number, (cells := fit(cells, layout))
            if (
                number < fill.edge
                and all(dense(cells))
                and cells[anchor][:2] not in suspects
                and cells[0] not in headings
                and (not anchor or cells[0] != cells[anchor])
                and (not strict or cells[anchor].endswith(FIRM_ENDS))
                and not texts
                and not self._below_header
            ):
                if self._held is not None:
                    yield self._held
                if grouped or special or len(cells) != width:
                    self._hold(row)
                else:
                    self.records += 1
                    self._held = row
                continue
            verdict, row = self._look(number, cells, fill)
            if verdict == "stop":
                break
            if verdict == "record":
                yield from self._next(row)
        yield from self._finish()

    def _open_first_group(self) -> None:
        if self.first_group:
            self.groups.enter(read_group(self.first_group), directly=False)

    def _finish(self) -> Iterator[Row]:
        self._settle("end")
        if self._held is not None:
            yield self._held
            self._held = None
        self.groups.finish()
        self.left_out.sort(key=lambda each: each.row)

    def _next(self, row: Row) -> Iterator[Row]:
        """Hand out the record held; before the new one come rows of text that turned out to be records."""
        for each in (*self._revived, row):
            if self._held is not None:
                yield self._held
            self._hold(each)
        self._revived.clear()

    def _hold(self, row: Row) -> None:
        """Count a record and give it its group values. It is handed out when the next row is known to be another."""
        self.records += 1
        self._below_header = self._after_group = False
        self._held = row
        if self.layout.told_once:
            row = row[0], self._told(row[1])
            self._held = row
        if len(row[1]) > self.layout.width and len(self.wider) < _WIDER_MAX:
            self.wider.append(row[0])
        if self.groups.values:
            self.groups.count()
        if self.depth:
            width = self.layout.width
            self._held = row[0], row[1][:width] + self.groups.cells(self.depth) + row[1][width:]

    def _told(self, cells: list[str]) -> list[str]:
        """The cells with the last place told where a place is told only once."""
        full = list(cells)
        for i in self.layout.told_once:
            if full[i].strip():
                self._places[i] = full[i]
            else:
                full[i] = self._places.get(i, full[i])
        return full

    def _look(self, number: int, printed: list[str], fill: Filling) -> tuple[str, Row]:
        """Judge one row that is not filled like its neighbours: record, stop or skip; and it with merges filled."""
        cells, covered = fill.into(number, printed)
        verdict = judge(self.layout, cells, covered, below_header=self._below_header)
        row, text = (number, cells), row_text(printed)
        if verdict == "blank":
            return "skip", row
        if verdict == "text":
            self._texts.append((number, text, number in self._wide_rows, printed))
            return "skip", row
        if verdict == "header":
            return self._other_header(number, text), row
        self._settle(verdict)
        if verdict == "record":
            return "record", row
        if verdict == "continuation":
            self._continue(number, cells, covered, text)
        elif verdict == "group":
            self._group(number, group_text(cells), text)
        else:
            self._leave(number, verdict, text)
            self._below_header = verdict in ("repeated_header", "type_row")
        return "skip", row

    def _other_header(self, number: int, text: str) -> str:
        if self._below_header and not self._texts and self.records == 0:
            # Directly below the header: its translation (Company, City), not another table.
            self._leave(number, "type_row", text)
            return "skip"
        if not self.stop_at_header:
            self._settle("repeated_header")
            self._leave(number, "repeated_header", text)
            return "skip"
        self.next_table_at = number
        while self._texts and not _ends_a_table(self._texts[-1][1]):
            self.next_table_at = self._texts.pop()[0]
        return "stop"

    def _continue(self, number: int, cells: list[str], covered: set[int], text: str) -> None:
        """Join the cells of a row to the record above, unless they only say the same again."""
        if self._held is None:
            self._leave(number, "note", text)
            return
        above = list(self._held[1])
        for i in filled(cells):
            if i < len(above) and i not in covered and squeeze(cells[i]) != squeeze(above[i]):
                above[i] = join_wrapped(above[i], cells[i])[:_CELL_MAX]
        self._held = self._held[0], above
        self._leave(number, "continuation", text)

    def _settle(self, following: str) -> None:
        """Decide what the rows of text just met are, now that is known what follows them."""
        texts = list(self._texts)
        self._texts.clear()
        noted = False
        for number, text, wide, cells in texts:
            if following == "record" and self.layout.width == 1 and is_authority(text):
                self._revived.append((number, cells))
                continue
            kind = self._kind_of_text(text, following, wide=wide, noted=noted)
            noted = noted or kind == "note"
            if kind == "group":
                self.group_above_header |= following == "repeated_header"
                self._group(number, text, text)
            elif kind == "continuation" and cells[0].strip():
                self._continue(number, cells, set(), text)
            else:
                self._leave(number, "note" if kind == "continuation" else kind, text)

    def _kind_of_text(self, text: str, following: str, *, wide: bool, noted: bool) -> LeftOutKind:
        if is_page_number(text) or is_note(text):
            return "note"
        if is_signature(text):
            return "signature"
        if is_total(text, alone=True) and not could_head(text):
            return "total"
        if following == "end":
            return self._kind_at_end(text, noted=noted)
        if text in self.titles or (is_sentence(text) and following == "repeated_header"):
            return "title"
        marked = read_group(text).marked
        if not could_head(text) or (noted and not marked):
            return "note"
        if following == "repeated_header":
            return "group" if not text.startswith("附件") else "title"
        if is_title(text) and text.startswith("附"):
            return "title"
        if marked or wide or self.groups.values or (self.records == 0 and self._held is None):
            return "group"
        return "continuation" if self._held is not None and self.layout.width > 1 else "note"

    def _kind_at_end(self, text: str, *, noted: bool) -> LeftOutKind:
        if is_total(text, alone=True):
            return "total"
        if not noted and is_office(text) and not read_group(text).marked:
            return "signature"
        place = read_group(text)
        return "group" if place.count is not None and could_head(text) and self.groups.values else "note"

    def _group(self, number: int, text: str, printed: str) -> None:
        self.groups.enter(read_group(text), directly=self._after_group)
        self._after_group = True
        self._leave(number, "group", printed)

    def _leave(self, number: int, kind: LeftOutKind, text: str) -> None:
        self.left_out.append(LeftOut(number, kind, text[:_TEXT_MAX]))


def _ends_a_table(text: str) -> bool:
    """Whether a row of text belongs to the table above it rather than to the title of the one below."""
    return is_note(text) or is_signature(text) or is_total(text, alone=True)
