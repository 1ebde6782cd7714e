"""One line of a shopping list (采购清单) read: which product, which version, what grade at least, how many."""

import re
from dataclasses import dataclass

from registry.grades import asked_grade
from registry.products.categories import Category, category_of
from registry.products.versions import Printed, normalised, take_apart

LINES_MAX = 500
WRITTEN_MAX = 300
_UNITS = "台|套|颗|个|块|片|件|张|节点|份|用户|点|只|批|把|部|枚|授权|许可|端|支|箱|盒|核|路|set|sets|pcs|unit|units"
_QUANTITY = re.compile(
    rf"(?:[x×*✕]\s*(?P<times>[0-9][0-9,]*)\s*(?P<unit_a>{_UNITS})?|(?<![a-z0-9.])(?P<count>[0-9][0-9,]*)\s*(?P<unit_b>{_UNITS}))"
    r"(?=$|[\s,;，；。)\]、])"
)
_BULLET = re.compile(r"^\s*(?:[0-9]{1,3}[.、)）]\s+|[-•·*]\s+)")
_HEADS = frozenset(
    "序号 编号 产品名称 产品 品名 名称 货物名称 设备名称 软件名称 型号 规格 规格型号 版本 版本号 数量 单位 类别 等级 "
    "备注 品牌 厂商 单价 金额 product name model version quantity qty unit category grade".split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What one line asks for. ``number`` counts lines from 1 as the person sees them; ``written`` is verbatim."""

    number: int
    written: str
    printed: Printed
    category: Category | None
    grade: int | None
    quantity: str

    @property
    def names_a_product(self) -> bool:
        """Whether it says a product or at least a version, and not only a category and a grade."""
        return bool(self.printed.chunks or self.printed.version)


def read_line(number: int, written: str, *, category: str = "", grade: str = "", quantity: str = "") -> Asked:
    """Read one line. What stands in columns of its own (``category``, ``grade``, ``quantity``) goes before the text.

    >>> line = read_line(1, "示例鲲920 x 2台")
    >>> line.printed.core, line.printed.version, line.quantity
    ('示例鲲', (Part(shape='#', numbers=(920,)),), '2 台')
    >>> read_line(2, "二级 数据库").names_a_product, read_line(2, "二级 数据库").grade
    (False, 2)
    """
    text = normalised(_BULLET.sub("", written))
    found = _QUANTITY.search(text)
    if found is not None:
        said = f"{found['times'] or found['count']} {found['unit_a'] or found['unit_b'] or ''}".strip()
        quantity = quantity or said
        text = f"{text[: found.start()]} {text[found.end() :]}"
    in_text, text = asked_grade(text)
    in_column = asked_grade(normalised(grade))[0] if grade else None
    printed = take_apart(text)
    stated = category_of(category) if category.strip() else None
    return Asked(
        number=number,
        written=written.strip()[:WRITTEN_MAX],
        printed=printed,
        category=stated or printed.category,
        grade=in_column or in_text,
        quantity=quantity.strip(),
    )


def read_text(text: str) -> list[Asked]:
    """The lines of a pasted text, blank ones and a header left out; numbers count the lines as pasted.

    Cells pasted from a spreadsheet (tabs between) are one line; a bare number in the last ones is the quantity.
    """
    lines = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
        if not cells or all(normalised(cell) in _HEADS for cell in cells):
            continue
        counted = cells.pop() if len(cells) > 1 and cells[-1].isdigit() else ""
        if len(cells) > 1 and cells[0].isdigit():
            cells = cells[1:]
        lines.append(read_line(number, " ".join(cells), quantity=counted))
    return lines
