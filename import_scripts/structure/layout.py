"""How a table lies on its sheet: its columns, which of them are filled in every row, where its enterprises stand."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from import_scripts.columns import enterprise_columns, is_known_header, recognise, unique_names
from import_scripts.structure.cells import SERIAL_WORDS, is_firm, kind_of, squeeze
from import_scripts.structure.headers import Header, filled, same_header
from registry.schemas.tables import ColumnRole, Merge, Row

_DENSE = 0.9
_USUAL = 0.5
_SPARSE = 0.3
_WITHOUT_HEADER = 3
"""So many rows must fill a column without a name before it is taken as one."""
_PLACES = frozenset({"province", "city", "county", "region"})
_TOLD_AT_LEAST = 4
_SECOND_LOOK = frozenset(
    {
        "企业",
        "单位",
        "公司",
        "名称",
        "全称",
        "申报",
        "生产",
        "投标",
        "中标",
        "成交",
        "供应",
        "厂家",
        "厂商",
        "机构",
        "法人",
    }
    | {
        "产品",
        "合计",
        "总计",
        "小计",
        "共计",
        "累计",
        "合 计",
        "总 计",
        "小 计",
        "无",
        "暂无",
        "-",
        "--",
        "—",
        "——",
        "/",
        "／",
    }
    | {"空", "Company", "company", "name", "Name", "null", "None"}
)
"""What heads columns of names, totals, and nothing."""


@dataclass(frozen=True, slots=True)
class Region:
    """The columns of a sheet a table takes, from ``left`` up to but without ``right``; the rest is beside it."""

    left: int
    right: int

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rows of one table are judged by. Positions count from the table's first column."""

    region: Region
    names: tuple[str, ...]
    header_rows: tuple[tuple[str, ...], ...]
    roles: tuple[ColumnRole, ...]
    firms: tuple[int, ...]
    dense: tuple[int, ...]
    anchor: int
    serial: int | None
    bounded: bool
    """Cells beside the table belong to another one; else they are kept behind the row's own."""
    suspects: frozenset[str] = field(default=frozenset())
    told_once: tuple[int, ...] = ()
    """Columns of places that are filled only where the place changes: merged cells of a file that lost its merges."""

    @property
    def width(self) -> int:
        """Number of columns of the table."""
        return self.region.width

    def position_of(self, role: str) -> int | None:
        """Where the column with this role stands."""
        return next((each.position for each in self.roles if each.role == role), None)


def find_regions(names: Sequence[str], below: Sequence[Row]) -> tuple[list[Region], bool]:
    """The tables that stand side by side, and whether there are notes beside them.

    A column blank in the header and in all rows divides. What stands behind it is a table of its own if its header
    repeats words of the first, a side note if few rows fill it, and otherwise part of the same table.
    """
    multi = [cells for _, cells in below if len(filled(cells)) > 1] or [cells for _, cells in below]
    width = _width(names, multi)
    used = [bool(i < len(names) and names[i]) or any(i < len(c) and c[i].strip() for c in multi) for i in range(width)]
    blocks = _blocks(used)
    if not blocks:
        return [Region(0, max(1, width))], False
    main = max(blocks, key=lambda block: sum(_fill(multi, block)))
    regions, notes = [main], False
    for block in blocks:
        if block is main:
            continue
        if _is_side_note(block, main, multi):
            notes = True
        elif _repeats(names, main, block):
            regions.append(block)
        else:
            regions[0] = Region(min(regions[0].left, block.left), max(regions[0].right, block.right))
    regions = regions if len(regions) > 1 else _halves(names, regions[0])
    return sorted(regions, key=lambda region: region.left), notes


def make_layout(
    header: Header | None, printed: Sequence[Sequence[str]], below: Sequence[Row], region: Region, *, bounded: bool
) -> Layout:
    """The layout of the table in a region. ``printed`` are the header rows, ``below`` the first rows under them."""
    names = header.names if header else ()
    cut = tuple(names[region.left : region.right])
    cut += ("",) * (region.width - len(cut))
    rows = [cells[region.left : region.right] for _, cells in below]
    head = tuple(tuple(row[region.left : region.right]) for row in printed)
    multi = [row for row in rows if not same_header(row, head)]
    multi = _typical(multi) if region.width > 1 else _names(multi)
    roles = recognise(cut, multi)
    firms = enterprise_columns(cut, multi, roles)
    dense = _dense(multi, region.width)
    anchor = next((i for i in firms if i in dense), firms[0] if firms else dense[-1])
    return Layout(
        region=region,
        names=cut,
        header_rows=head,
        roles=roles,
        firms=firms,
        dense=dense,
        anchor=anchor,
        serial=_serial(cut, roles),
        bounded=bounded,
        suspects=_suspects(head, anchor),
        told_once=tuple(each.position for each in roles if each.role in _PLACES and _told_once(multi, each.position)),
    )


def _typical(rows: Sequence[list[str]]) -> list[list[str]]:
    """The rows that are filled like most: no group rows, no totals, no rests of other rows."""
    counts = [len(filled(row)) for row in rows]
    several = sorted(count for count in counts if count > 1)
    usual = several[len(several) // 2] if several else 1
    return [row for row, count in zip(rows, counts, strict=True) if count > 1 and 2 * count > usual]


def _names(rows: list[list[str]]) -> list[list[str]]:
    """Of one column the rows that name firms, if these are most; what stands between them does not count."""
    firms = [row for row in rows if row and is_firm(row[0])]
    return firms if 2 * len(firms) >= len(rows) and firms else rows


def display_names(layout: Layout, derived: Sequence[str]) -> tuple[str, ...]:
    """A name for every column, none twice: 第3列 for one without, 名称(2) for the second of a name."""
    return unique_names((*layout.names, *derived))


def tall_merges(merges: Sequence[Merge]) -> list[Merge]:
    """Merges over several rows, in the order in which they begin."""
    return sorted(merge for merge in merges if merge[2] > merge[0])


def _width(names: Sequence[str], multi: Sequence[Sequence[str]]) -> int:
    """As wide as the header, and further while most rows fill the next column."""
    width = len(names)
    if width and len(multi) < _WITHOUT_HEADER:
        return width
    most = max((filled(cells)[-1] + 1 for cells in multi if filled(cells)), default=0)
    if not width:
        return most
    while width < most and _share(multi, width) >= _USUAL:
        width += 1
    return width


def _share(rows: Sequence[Sequence[str]], column: int) -> float:
    count = sum(1 for cells in rows if column < len(cells) and cells[column].strip())
    return count / len(rows) if rows else 0.0


def _blocks(used: Sequence[bool]) -> list[Region]:
    blocks, start = [], None
    for i, flag in enumerate([*used, False]):
        if flag and start is None:
            start = i
        elif not flag and start is not None:
            blocks.append(Region(start, i))
            start = None
    return blocks


def _fill(rows: Sequence[Sequence[str]], block: Region) -> list[int]:
    return [len(filled(cells[block.left : block.right])) for cells in rows]


def _is_side_note(block: Region, main: Region, rows: Sequence[Sequence[str]]) -> bool:
    """Few of the rows that fill the table also fill the block."""
    beside = sum(1 for count in _fill(rows, block) if count)
    return bool(rows) and beside < _SPARSE * sum(1 for count in _fill(rows, main) if count)


def _repeats(names: Sequence[str], main: Region, block: Region) -> bool:
    first = {squeeze(name) for name in names[main.left : main.right] if name}
    return any(squeeze(name) in first for name in names[block.left : block.right] if name)


def _halves(names: Sequence[str], region: Region) -> list[Region]:
    """Two or three tables side by side without a gap (序号 企业名称 序号 企业名称): the header says its words again."""
    said = [squeeze(name) for name in names[region.left : region.right]]
    for parts in (4, 3, 2):
        size, rest = divmod(len(said), parts)
        if rest == 0 and size >= 2 and all(said[:size]) and said == said[:size] * parts:
            if any(map(is_known_header, said[:size])):
                return [Region(region.left + n * size, region.left + (n + 1) * size) for n in range(parts)]
    return [region]


def _dense(rows: Sequence[Sequence[str]], width: int) -> tuple[int, ...]:
    """Columns filled in nearly all rows; without one, the column filled most often."""
    shares = [_share(rows, i) for i in range(width)]
    dense = tuple(i for i, share in enumerate(shares) if share >= _DENSE)
    return dense or ((shares.index(max(shares)),) if shares else (0,))


def _serial(names: Sequence[str], roles: Sequence[ColumnRole]) -> int | None:
    by_role = next((each.position for each in roles if each.role == "serial"), None)
    by_word = next((i for i, name in enumerate(names) if squeeze(name).lower() in SERIAL_WORDS), None)
    return by_role if by_role is not None else by_word


def _told_once(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Whether a column is filled in its first row, blank in many, and never names one value twice."""
    said = [row[column].strip() if column < len(row) else "" for row in rows]
    values = [cell for cell in said if cell]
    return (
        len(said) >= _TOLD_AT_LEAST
        and bool(said[0])
        and 1 < len(values) < 0.7 * len(said)
        and len(set(values)) == len(values)
    )


def _suspects(head: Sequence[Sequence[str]], anchor: int) -> frozenset[str]:
    """First two characters of what the anchor column holds in rows that are no records; others need no second look."""
    words = {row[anchor] for row in head if anchor < len(row)}
    words |= _SECOND_LOOK
    return frozenset({""}) | frozenset(word.lstrip()[:2] for word in words if word.strip())


def sample_kinds(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    """The kinds of the filled cells of a column."""
    return [kind for row in rows if column < len(row) and (kind := kind_of(row[column]))]
