"""A shopping list as it comes, pasted or as a file, read into its lines."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from registry.errors import FileRefused, InvalidInput
from registry.grades import grade_name
from registry.products.lines import LINES_MAX, Asked, read_line, read_text
from registry.schemas.tables import OpenFile, Table

TEXT_MAX = 200_000
"""Characters of a list that are read."""
PLAIN = frozenset({".txt", ".csv", ".tsv"})
SUFFIXES = (".xlsx", ".xls", ".csv", ".txt", ".tsv")
"""Files a list is read from."""
_PRODUCT_HEADS = frozenset(
    {"货物名称", "设备名称", "标的名称", "采购内容", "物品名称", "软件名称", "名称", "品目", "品名"}
)
_VERSION_HEADS = frozenset(
    {"型号", "规格型号", "品牌型号", "产品型号", "型号规格", "版本", "版本号", "软件版本", "model", "version"}
)
_QUANTITY_HEADS = frozenset({"数量", "采购数量", "需求数量", "数量(台)", "数量(套)", "quantity", "qty"})
_UNIT_HEADS = frozenset({"单位", "计量单位", "unit"})


def lines_of_text(text: str) -> list[Asked]:
    """The lines of a pasted list. Raises InvalidInput naming ``lines`` if there are none or too many."""
    lines = read_text(text[:TEXT_MAX])
    if not 1 <= len(lines) <= LINES_MAX:
        raise InvalidInput(
            f"请写 1 至 {LINES_MAX} 行，每行一个产品；现在有 {len(lines)} 行。",
            f"Write 1 to {LINES_MAX} lines, one product each; there are {len(lines)}.",
            field="lines",
        )
    return lines


def lines_of_file(path: Path, open_file: OpenFile) -> list[Asked]:
    """The lines of a list in a file, numbered as its rows; a plain text has a product on each line.

    Raises FileRefused for another kind of file, one without products, or one with too many lines.
    """
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise FileRefused(
            f"清单请用 {'、'.join(SUFFIXES)} 文件，“{path.name}”不是。",
            f"A list comes as {', '.join(SUFFIXES)}; “{path.name}” does not.",
            field="file",
        )
    try:
        with open_file(path) as read_file:
            lines = [line for table in read_file.tables for line in _lines_of_table(table)]
    except FileRefused:
        if kind not in PLAIN:
            raise
        lines = []
    if not lines and kind in PLAIN:
        lines = read_text(_decoded(path)[:TEXT_MAX].replace(",", "\t"))
    if not 1 <= len(lines) <= LINES_MAX:
        raise FileRefused(
            f"清单应有 1 至 {LINES_MAX} 行，文件里读出 {len(lines)} 行。表格须有产品名称列。",
            f"A list has 1 to {LINES_MAX} lines; {len(lines)} were read. "
            "A table needs a column of products (产品名称, product).",
            field="file",
        )
    return lines


def as_text(lines: Sequence[Asked]) -> str:
    """The lines as they would be pasted, each on the line of its number where that is possible: read again the same."""
    rows: list[str] = []
    for line in lines:
        rows += [""] * (line.number - 1 - len(rows))
        rows.append("\t".join(filter(None, (_whole(line), line.quantity if line.quantity.isdigit() else ""))))
    return "\n".join(rows)


def _whole(line: Asked) -> str:
    """What was written, with what stood in columns of its own and is not in it."""
    text = line.written
    plain = read_line(1, text)
    if line.category is not None and plain.category is not line.category:
        text += f" {line.category.name.zh}"
    if line.grade is not None and plain.grade != line.grade:
        text += f" {grade_name(line.grade).zh}"
    if line.quantity and not line.quantity.isdigit() and plain.quantity != line.quantity:
        text += f" {line.quantity}"
    return text


def _lines_of_table(table: Table) -> list[Asked]:
    product = _product_place(table)
    if product is None:
        return []
    further = [at for at, name in enumerate(table.columns) if name in _VERSION_HEADS]
    places = list(dict.fromkeys([product, *further]))
    category, grade = table.position_of("category"), table.position_of("grade")
    quantity, unit = _place(table, _QUANTITY_HEADS), _place(table, _UNIT_HEADS)
    lines = []
    for number, cells in table.rows:
        said: list[str] = []
        for cell in (_cell(cells, place) for place in places):
            if cell and not any(cell in other for other in said):
                said.append(cell)
        if said:
            asked = read_line(number, " ".join(said), category=_cell(cells, category), grade=_cell(cells, grade))
            counted = f"{_cell(cells, quantity)} {_cell(cells, unit)}".strip()
            lines.append(replace(asked, quantity=counted or asked.quantity))
    return lines


def _product_place(table: Table) -> int | None:
    """The column that says the product: read as such, called so, or whatever is called a name."""
    for found in (table.position_of("product"), _place(table, _PRODUCT_HEADS), table.position_of("name")):
        if found is not None:
            return found
    return None


def _place(table: Table, heads: frozenset[str]) -> int | None:
    return next((at for at, name in enumerate(table.columns) if name.casefold() in heads), None)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")
