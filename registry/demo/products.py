"""The fictional catalogue of secure and reliable products: versions with grades, in three batches, one of them over."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from registry.demo.firms import DemoFirm
from registry.demo.lists import DemoList
from registry.demo.words import MARK

DIRECTORY = "secure_product"
CATEGORIES = {
    "3915": "安全设备",
    "6440": "安全软件",
    "6511": "数据库",
    "3911": "整机",
    "3973": "中央处理器",
    "6513": "办公软件",
}
BATCHES = ((1_300, "示例第一批"), (600, "示例第二批"), (150, "示例第三批"))
"""Age in days and label; the first has expired."""
MAKERS_A_BATCH = 40
COLUMNS = (
    ("序号", "serial"),
    ("产品名称", "product"),
    ("版本", "version"),
    ("产品类别", "category"),
    ("送测单位", "maker"),
    ("安全可靠等级", "grade"),
)
GRADES = ("Ⅰ级", "Ⅱ级", "Ⅲ级")


def product_lists(firms: Sequence[DemoFirm], *, today: date) -> list[DemoList]:
    """The announcements of the catalogue, oldest first; each maker lists a version of a product in each of its batches.

    As in real ones a maker is known by its name alone.
    """
    makers = [firm for firm in firms if firm.line.industry_code in CATEGORIES]
    made = []
    for number, (age, label) in enumerate(BATCHES):
        on = today - timedelta(days=age)
        listed = makers[number * 20 : number * 20 + MAKERS_A_BATCH]
        made.append(
            DemoList(
                directory=DIRECTORY,
                label=label,
                title=f"{label}安全可靠重点产品目录（虚构，仅供演示）",
                document_no=f"示安函〔{on.year}〕{on.month}号",
                announced_on=on,
                notice_to=None,
                columns=tuple(column for column, _ in COLUMNS),
                roles=tuple(role for _, role in COLUMNS),
                rows=tuple(_rows(listed, version=number + 1)),
            )
        )
    return made


def _rows(makers: Sequence[DemoFirm], *, version: int) -> Iterator[tuple[str, ...]]:
    for serial, firm in enumerate(makers, start=1):
        yield (
            str(serial),
            f"{MARK}{firm.brand}{firm.line.product}",
            f"V{version}.{firm.number % 10}",
            CATEGORIES[firm.line.industry_code],
            firm.name,
            GRADES[firm.number % 3],
        )
