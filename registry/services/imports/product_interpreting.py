"""A row of a product list into the facts it states: those of the maker as in any list, and those of the product.

Besides what ``interpreting`` says, facts hold ``product``, ``product_folded``, ``product_as_printed``, ``version``,
``category`` and ``grade``, each only where stated. ``name`` and the codes are the maker's. Pure: no database.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from registry.errors import FileRefused, Text
from registry.grades import WRITTEN, grade_number
from registry.identity import fold_name
from registry.schemas.tables import ReadFile, Table
from registry.services.imports import cells as read
from registry.services.imports.interpreting import Facts, Interpreter

VERSION_MAX = 100
CATEGORY_MAX = 60
CATEGORIES = (
    *("桌面操作系统", "服务器操作系统", "操作系统", "集中式数据库", "分布式数据库", "数据库", "人工智能芯片"),
    *("中央处理器", "CPU", "台式计算机", "便携式计算机", "一体式计算机", "工作站", "通用服务器"),
)
"""Categories an announcement puts above its tables instead of beside each product."""
SUBSTANCE = ("product", "model", "version", "category", "grade", "certificate_no", "valid_from", "valid_to")
"""Roles whose columns say what the entry itself says; a column of another role goes into its details."""

_GRADE = re.compile(rf"(?:安全可靠)?(?:等级|级别|grade|level|第)?[:]?(?P<grade>{WRITTEN})(?:级|等)?")
_NUMERAL = re.compile(r"[0-9]+(?:\.[0-9]+)*")

Identity = tuple[str, tuple[str, ...], str]
"""What makes two products of one maker the same: folded name, the numerals in the name, the version."""


class ProductInterpreter:
    """Reads the rows of one table of products."""

    def __init__(self, table: Table) -> None:
        self.columns = table.names
        self._maker = Interpreter(_makers_table(table))
        at = {each.role: each.position for each in table.roles if each.role}
        self._product = at["product"]
        self._version = [at[role] for role in ("model", "version") if role in at]
        self._category, self._grade = at.get("category"), at.get("grade")
        self._heading = category_of_heading(f"{table.sheet} {table.title}")

    @property
    def notes(self) -> list[Text]:
        """What was decided for whole columns."""
        return self._maker.notes

    def interpret(self, cells: Sequence[str]) -> Facts:
        """The facts one row states."""
        facts = self._maker.interpret(cells)
        warnings: list[dict[str, str]] = facts.pop("warnings", [])
        printed = _said(cells[self._product])
        if printed:
            name = _plain(printed)
            facts["product"], facts["product_folded"] = name, fold_name(name)
            if name != printed:
                facts["product_as_printed"] = printed
        version = " ".join(filter(None, (_plain(_said(cells[place])) for place in self._version)))
        if version:
            facts["version"] = version
        self._read_category(cells, facts, warnings)
        if self._grade is not None and not read.is_empty(cells[self._grade]):
            grade, fault = read_grade(cells[self._grade])
            if grade is not None:
                facts["grade"] = grade
            elif fault is not None:
                warnings.append(read.warning(self.columns[self._grade], cells[self._grade], fault))
        if warnings:
            facts["warnings"] = warnings
        return facts

    def _read_category(self, cells: Sequence[str], facts: Facts, warnings: list[dict[str, str]]) -> None:
        said = _plain(_said(cells[self._category])) if self._category is not None else ""
        if len(said) > CATEGORY_MAX:
            fault = Text(f"超过 {CATEGORY_MAX} 字", f"Longer than {CATEGORY_MAX} characters")
            warnings.append(read.warning(self.columns[self._category or 0], said, fault))
            said = ""
        if said or self._heading:
            facts["category"] = said or self._heading


@lru_cache(maxsize=1024)
def read_grade(cell: str) -> read.Reading:
    """The grade (安全可靠等级) as a number, higher is stronger: Ⅰ级 is 1.

    >>> read_grade("Ⅱ级")[0], read_grade("安全可靠III级")[0], read_grade("一级")[0], read_grade("甲级")[0]
    (2, 3, 1, None)
    """
    text = "".join(unicodedata.normalize("NFKC", cell).split()).lower()
    found = _GRADE.fullmatch(text)
    number = grade_number(found["grade"]) if found else None
    if number is None:
        return None, Text("不认识的等级（应如 Ⅰ级、Ⅱ级、Ⅲ级）", "Unknown grade (such as Ⅰ级, Ⅱ级, Ⅲ级)")
    return number, None


def identity_of(name: str, folded: str, version: str) -> Identity:
    """What tells this product version from all others of its maker; folding alone would take V1.0 for V10.

    >>> identity_of("示例库V1.0", "示例库v10", "") == identity_of("示例库V10", "示例库v10", "")
    False
    """
    return folded, tuple(_NUMERAL.findall(unicodedata.normalize("NFKC", name))), version


def category_of_heading(heading: str) -> str:
    """The one category named in a sheet's name or in the title above a table; empty where none or several are.

    >>> category_of_heading("附件3 集中式数据库"), category_of_heading("操作系统、数据库")
    ('集中式数据库', '')
    """
    named = [category for category in CATEGORIES if category in heading]
    if "中央处理器" in named and "CPU" in named:
        named.remove("CPU")
    exact = [each for each in named if not any(each in other and each != other for other in named)]
    return exact[0] if len(exact) == 1 else ""


def product_tables(read_file: ReadFile) -> tuple[list[Table], list[Text]]:
    """The tables with a column of products and one of makers, and a note on each other table. Raises FileRefused."""
    usable = [table for table in read_file.tables if _is_product_table(table)]
    if not usable:
        raise _refusal(read_file.tables)
    notes = list(read_file.notes)
    notes += [
        Text(
            f"工作表“{table.sheet}”没有产品名称列和生产单位列，未导入。",
            f"Sheet “{table.sheet}” has no columns of products and their makers and was left out.",
        )
        for table in read_file.tables
        if not _is_product_table(table)
    ]
    return usable, notes


def looks_like_products(table: Table) -> bool:
    """Whether a table lists product versions rather than enterprises that happen to name a product."""
    return table.position_of("product") is not None and any(
        table.position_of(role) is not None for role in ("maker", "model", "version", "grade")
    )


def refuse_products(tables: Sequence[Table], directory_code: str | None) -> None:
    """Raises FileRefused if all tables list products, which no enterprise list and no plain import takes."""
    if not all(map(looks_like_products, tables)):
        return
    columns = [each.column for each in tables[0].roles if each.role in ("product", "maker", *SUBSTANCE)]
    into_zh = f"“{directory_code}”是企业名录，不能导入产品。" if directory_code else ""
    into_en = f"“{directory_code}” lists enterprises and takes no products. " if directory_code else ""
    raise FileRefused(
        f"这像是产品名单（有 {'、'.join(columns)} 列）。{into_zh}请导入产品目录，如 --directory secure_product。",
        f"This looks like a list of products (columns {', '.join(columns)}). {into_en}"
        "Import it into a product catalogue, such as --directory secure_product.",
        field="directory",
        value=directory_code,
    )


def maker_position(table: Table) -> int | None:
    """Where the maker of each product stands: the column of makers, else that of enterprise names."""
    maker = table.position_of("maker")
    return table.position_of("name") if maker is None else maker


def _is_product_table(table: Table) -> bool:
    return table.position_of("product") is not None and maker_position(table) is not None


def _makers_table(table: Table) -> Table:
    """The table as a list of the makers: the same cells, the maker's column read as the name of an enterprise."""
    at = maker_position(table)
    roles = tuple(
        replace(each, role="name" if each.position == at else None if each.role == "name" else each.role)
        for each in table.roles
    )
    return replace(table, roles=roles)


def _refusal(tables: Sequence[Table]) -> FileRefused:
    found = [column for table in tables[:3] for column in table.names[:30]]
    columns_zh, columns_en = "、".join(found), ", ".join(found)
    if all(table.position_of("product") is None for table in tables):
        firms = any(table.position_of("name") is not None for table in tables)
        hint_zh = "这像是企业名单，不能导入产品目录。" if firms else ""
        hint_en = "This looks like a list of enterprises, which cannot go into a product catalogue. " if firms else ""
        return FileRefused(
            f"没有产品名称列（如 产品名称、产品、品名、软件名称）。{hint_zh}文件里的列是：{columns_zh}。",
            "There is no column of products (such as 产品名称, 产品, 品名, productName). "
            f"{hint_en}The columns are: {columns_en}.",
            field="产品名称",
        )
    return FileRefused(
        f"没有生产单位列（如 送测单位、研制单位、生产厂商、企业名称）。文件里的列是：{columns_zh}。",
        f"There is no column of makers (such as 送测单位, 研制单位, 生产厂商, maker). The columns are: {columns_en}.",
        field="送测单位",
    )


def _said(cell: str) -> str:
    return "" if read.is_empty(cell) else cell.strip()


def _plain(text: str) -> str:
    """Half width, single spaces; brackets and letter case stay."""
    return " ".join(unicodedata.normalize("NFKC", text).split())
