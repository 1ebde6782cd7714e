"""Find the table on a sheet: which of the first rows is the header, what stands above it, where the records begin."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from import_scripts.columns import is_known_header, recognise
from registry.errors import FileRefused, Text
from registry.schemas.tables import Row, Table

HEADER_WITHIN = 15
"""The header is looked for in so many rows that are not blank."""
_SAMPLE = 200
_HEADER_CELL = 60


@dataclass(frozen=True, slots=True)
class RecordRows:
    """The rows below the header, each brought to the width of the header; blank rows are left out.

    Cells beyond the header are kept only if they are filled.
    """

    sheet_rows: Iterable[Row]
    header_row: int
    width: int

    def __iter__(self) -> Iterator[Row]:
        width = self.width
        for number, cells in self.sheet_rows:
            if number <= self.header_row or not any(map(str.strip, cells)):
                continue
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            elif len(cells) > width:
                cells = cells[: max(width, _last_filled(cells))]
            yield number, cells


def find_table(sheet: str, rows: Iterable[Row]) -> tuple[Table | None, list[Text]]:
    """The table on a sheet and what to note about it; no table on an empty sheet.

    Raises FileRefused naming a column that occurs twice.
    """
    head = list(itertools.islice(((n, cells) for n, cells in rows if any(map(str.strip, cells))), _SAMPLE))
    if not head:
        return None, [Text(f"工作表“{sheet}”是空的。", f"Sheet “{sheet}” is empty.")] if sheet else []
    place = _header_place(head[:HEADER_WITHIN])
    header_row, header = head[place]
    columns = _column_names(header)
    _refuse_duplicates(columns, header_row, sheet)
    sample = [cells for _, cells in head[place + 1 :]]
    table = Table(
        sheet=sheet,
        title=" ".join(" ".join(c.split()) for _, cells in head[:place] for c in cells if c.strip()),
        header_row=header_row,
        columns=columns,
        rows=RecordRows(rows, header_row, len(columns)),
        roles=recognise(columns, sample),
    )
    return table, _width_notes(sheet, len(columns), head[place + 1 :])


def _header_place(head: Sequence[Row]) -> int:
    """The first row with the most known header words; without any, the first row as wide as those below it."""
    known = [sum(map(is_known_header, cells)) if _short(cells) else 0 for _, cells in head]
    if max(known) > 0:
        return known.index(max(known))
    filled = [sum(1 for cell in cells if cell.strip()) for _, cells in head]
    usual = sorted(filled)[len(filled) // 2]
    return next((i for i, count in enumerate(filled) if count >= usual), 0)


def _short(cells: Sequence[str]) -> bool:
    return all(len(cell) <= _HEADER_CELL for cell in cells)


def _column_names(header: Sequence[str]) -> tuple[str, ...]:
    """Header cells without white space; a column without a header is called by its place."""
    trimmed = list(header[: _last_filled(header)])
    return tuple("".join(cell.split()) or f"第{i}列" for i, cell in enumerate(trimmed, 1))


def _last_filled(cells: Sequence[str]) -> int:
    return max((i for i, cell in enumerate(cells, 1) if cell.strip()), default=0)


def _refuse_duplicates(columns: Sequence[str], header_row: int, sheet: str) -> None:
    seen: dict[str, int] = {}
    for place, column in enumerate(columns, 1):
        if column in seen:
            where_zh = f"工作表“{sheet}”" if sheet else ""
            where_en = f"Sheet “{sheet}”, " if sheet else ""
            raise FileRefused(
                f"{where_zh}第 {header_row} 行的表头有两列都叫“{column}”（第 {seen[column]} 列和第 {place} 列），"
                "不知以哪列为准。请改名或删去一列。",
                f"{where_en}row {header_row}: two columns are both called “{column}” (columns {seen[column]} and "
                f"{place}). Rename or delete one.",
                field=column,
            )
        seen[column] = place


def _width_notes(sheet: str, width: int, below: Sequence[Row]) -> list[Text]:
    wider = [number for number, cells in below if _last_filled(cells) > width]
    if not wider:
        return []
    where = f"“{sheet}”" if sheet else ""
    return [
        Text(
            f"{where}第 {wider[0]} 行等 {len(wider)} 行的格数多于表头的 {width} 列，多出的内容原样保留，不参与识别。",
            f"{where + ': ' if where else ''}{len(wider)} of the first rows (such as row {wider[0]}) have more cells "
            f"than the {width} columns of the header; the extra cells are kept and not interpreted.",
        )
    ]
