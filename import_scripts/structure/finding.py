"""All tables of a file: where each begins and ends on its sheet, what stands above it, what its columns are."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from import_scripts.columns import place_role
from import_scripts.structure import remarks
from import_scripts.structure.cells import is_firm, squeeze
from import_scripts.structure.filling import row_text
from import_scripts.structure.groups import Groups, derived_names
from import_scripts.structure.headers import Header, before_next_header, filled, find_header, header_at
from import_scripts.structure.joining import PIECES, join_sheets
from import_scripts.structure.layout import Layout, display_names, find_regions, make_layout
from import_scripts.structure.mending import mended
from import_scripts.structure.records import Walk
from import_scripts.structure.sentences import could_head, is_sentence, is_title, read_group
from import_scripts.structure.table_rows import LeftOutRows, Stretch, TableRows
from registry.errors import Text
from registry.schemas.tables import ColumnRole, Row, Sheet, Table

HEAD = 250
"""So many rows are looked at to find a header and the layout below it."""
SCAN = 5_000
"""A table without a single odd row so far is read to its end only when its records are asked for."""
TABLES = 40
"""So many tables of one sheet are told apart; further headers are left out as repeated ones."""
_NAMES_AT_LEAST = 5
"""So many short lines are a list even if they do not look like names of firms."""
_TITLE_LINES = 4
_TITLE_MAX = 400
_PAGED = "\0"
"""Before the name of a table that is no worksheet, until all are known."""


@dataclass(slots=True)
class _Found:
    """The tables of one sheet and the notes about it."""

    sheet: Sheet
    tables: list[Table] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Text of a sheet without a table."""


def find_tables(
    sheets: Iterable[Sheet], header_rows: Mapping[str, int] | None = None
) -> tuple[list[Table], list[Text]]:
    """The tables of a file in reading order, and what an official should know about how they were found.

    Table names are unique: the second table of Sheet1 is called Sheet1#2. ``header_rows`` says for tables by name in
    which row the header stands, 0 for none. Never raises for what a file contains; a file without any table gives an
    empty list and notes that say why. Raises InvalidInput for a header row there is none of.
    """
    tables: list[Table] = []
    notes: list[Text] = []
    for sheet in join_sheets(sheets):
        found = _Found(mended(sheet))
        _read_sheet(found, header_rows or {})
        if not found.tables and found.said:
            notes.append(remarks.only_text(sheet.name, found.said))
        tables += found.tables
        notes += found.notes
    return _usable(tables, notes)


def _usable(tables: list[Table], notes: list[Text]) -> tuple[list[Table], list[Text]]:
    """Without the scraps of a page's layout, and with a name of its own for every table."""
    with_header = any(table.header_row > 0 for table in tables)
    kept: list[Table] = []
    seen: dict[str, int] = {}
    for table in tables:
        name = table.sheet.removeprefix(_PAGED)
        scrap = with_header and table.header_row == 0 and name != table.sheet
        if scrap and table.position_of("name") is None:
            notes.append(remarks.scrap(name, next((row_text(cells) for _, cells in table.rows), "")))
            continue
        seen[name] = seen.get(name, 0) + 1
        kept.append(replace(table, sheet=name if seen[name] == 1 else f"{name}#{seen[name]}"))
    return kept, notes


def _read_sheet(found: _Found, header_rows: Mapping[str, int]) -> None:
    """Table after table, from the top of the sheet down."""
    after: int | None = None
    empty = True
    for count in range(1, TABLES + 1):
        rows = (row for row in Stretch(found.sheet.rows, after) if any(map(str.strip, row[1])))
        head = list(itertools.islice(rows, HEAD))
        if not head:
            break
        empty = False
        name = found.sheet.name if count == 1 else f"{found.sheet.name}#{count}"
        after = _read_table(found, head, begin=after, last=count == TABLES, header_row=header_rows.get(name))
        if after is None:
            break
    if empty and found.sheet.name:
        found.notes.append(remarks.empty_sheet(found.sheet.name))


def _read_table(found: _Found, head: list[Row], *, begin: int | None, last: bool, header_row: int | None) -> int | None:
    """One table that begins in ``head``, behind row ``begin``. ``header_row``: where its header is said to stand.

    Answers the row behind which the next one begins, None if there is none.
    """
    sheet = found.sheet
    header = header_at(head, header_row, sheet.merged) if header_row else find_header(head, sheet.merged)
    if header_row == 0:
        header = None
    elif header is None and not _is_list(head, sheet):
        found.said += [row_text(cells) for _, cells in head]
        return None
    above, printed, below = _parts(head, header)
    names = header.names if header else ()
    regions, side_notes = find_regions(names, below)
    if side_notes:
        found.notes.append(remarks.side_notes(sheet.name))
    following: list[int] = []
    for region in regions:
        layout = make_layout(header, [cells for _, cells in printed], below, region, bounded=len(regions) > 1)
        table, next_at = _table(found, layout, above, printed, begin=begin, stop=not last)
        found.tables.append(table)
        if next_at:
            following.append(next_at - 1)
    return min(following) if following else None


def _parts(head: list[Row], header: Header | None) -> tuple[list[Row], list[Row], list[Row]]:
    """Title rows, header rows, rows below."""
    if header is not None:
        printed = head[header.first : header.last + 1]
        below = before_next_header(head[header.last + 1 :], [cells for _, cells in printed])
        return head[: header.first], printed, list(below)
    if max(len(filled(cells)) for _, cells in head) > 1:
        first = next(i for i, (_, cells) in enumerate(head) if len(filled(cells)) > 1)
    else:
        first = _first_name([row_text(cells) for _, cells in head])
    return head[:first], [], head[first:]


def _first_name(texts: Sequence[str]) -> int:
    """In one column of names: where the titles end, at the first name or the first group row."""
    if 2 * sum(map(is_firm, texts)) < len(texts):
        return 0
    return next(i for i, text in enumerate(texts) if is_firm(text) or (could_head(text) and read_group(text).marked))


def _is_list(head: Sequence[Row], sheet: Sheet) -> bool:
    """Whether rows without a header are records: several cells each, or one column of names in a worksheet or text."""
    widths = [len(filled(cells)) for _, cells in head]
    if max(widths) > 1:
        return sheet.origin not in PIECES or sum(1 for width in widths if width > 1) > 1 or _has_firm(head)
    if sheet.origin in PIECES:
        return False
    texts = [row_text(cells) for _, cells in head]
    if 2 * sum(map(is_firm, texts)) >= len(texts):
        return True
    return len(texts) >= _NAMES_AT_LEAST and not any(map(is_sentence, texts))


def _has_firm(head: Sequence[Row]) -> bool:
    return any(is_firm(cell) for _, cells in head if len(filled(cells)) > 1 for cell in cells)


def _table(
    found: _Found, layout: Layout, above: Sequence[Row], printed: Sequence[Row], *, begin: int | None, stop: bool
) -> tuple[Table, int]:
    """The table of a layout, and the row at which another begins below it (0: none)."""
    sheet = found.sheet
    lines = [row_text(cells[: layout.region.right]) or row_text(cells) for _, cells in above]
    after = printed[-1][0] if printed else above[-1][0] if above else begin
    rows = TableRows(
        Stretch(sheet.rows, after),
        layout,
        [merge for merge in sheet.merged if after is None or merge[0] > after],
        titles=frozenset(lines),
    )
    walk = rows.walk(stop_at_header=stop)
    whole = _scan(walk, rows.stretch)
    if walk.next_table_at:
        rows.stretch = replace(rows.stretch, until=walk.next_table_at)
    if walk.group_above_header and lines and could_head(lines[-1]):
        rows.first_group = lines[-1]
    rows.depth = max(len(walk.groups.styles), 1 if rows.first_group else 0)
    if whole and not rows.depth:
        rows.known = walk.left_out
    derived = derived_names(rows.depth)
    table = Table(
        sheet=(_PAGED if sheet.origin in PIECES else "") + sheet.name,
        title=_title(lines),
        header_row=_header_row(printed),
        columns=layout.names,
        rows=rows,
        roles=_roles(layout, derived, walk.groups),
        derived=derived,
        left_out=LeftOutRows(rows),
        stated=tuple(walk.groups.counts) if whole and not layout.bounded else (),
        uncertain=sheet.uncertain,
    )
    found.notes += remarks.about(table, layout, walk)
    return table, walk.next_table_at


def _scan(walk: Walk, rows: Iterable[Row]) -> bool:
    """Go through the rows until it is clear that they are plain; answers whether all were seen."""
    for count, _ in enumerate(walk.records_of(rows), 1):
        if count >= SCAN and not walk.left_out:
            return False
    return True


def _header_row(printed: Sequence[Row]) -> int:
    """Of the rows of a header the one that names most columns; 0 without a header."""
    if not printed:
        return 0
    return max(printed, key=lambda row: (len(filled(row[1])), -row[0]))[0]


def _title(lines: Sequence[str]) -> str:
    """What stands above the header in one line; of a page full of text, the lines that look like a title."""
    if len(lines) > _TITLE_LINES:
        short = [
            line
            for line in lines
            if not (is_sentence(line) or line.endswith(("。", "；", "，"))) or (is_title(line) and len(line) <= 80)
        ]
        lines = short[-_TITLE_LINES:] or lines[-2:]
    return " ".join(lines)[:_TITLE_MAX]


def _roles(layout: Layout, derived: Sequence[str], groups: Groups) -> tuple[ColumnRole, ...]:
    """The roles of the columns and of the derived ones, under names that occur once."""
    names = display_names(layout, derived)
    roles = [replace(role, column=name) for role, name in zip(layout.roles, names, strict=False)]
    taken = {role.role for role in roles}
    for level, name in enumerate(names[layout.width :]):
        values = groups.seen[level] if level < len(groups.seen) else []
        place = place_role([squeeze(value) for value in values])
        role = place or "group"
        if role in taken:
            role = "region" if place and "region" not in taken else ""
        taken.add(role)
        roles.append(ColumnRole(layout.width + level, name, role or None, 0.9 if role else 0.0, tuple(values[:3])))
    return tuple(roles)
