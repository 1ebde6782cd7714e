"""The fictional catalogue of secure and reliable products: versions with grades in four batches, one of them over."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registry.demo.firms import DemoFirm
from registry.demo.lists import DemoList
from registry.demo.words import MARK

DIRECTORY = "secure_product"
INDUSTRIES = frozenset({"3911", "3915", "3973", "6440", "6511", "6513", "6520", "6540"})
"""Who makes such products."""
BATCHES = ((1_300, "示例第一批"), (1_010, "示例第二批"), (600, "示例第三批"), (150, "示例第四批"))
"""Age in days and label; the first has expired, the second ends soon."""
MAKERS = 76
COLUMNS = (
    ("序号", "serial"),
    ("产品名称", "product"),
    ("版本", "version"),
    ("产品类别", "category"),
    ("送测单位", "maker"),
    ("安全可靠等级", "grade"),
)
GRADES = ("Ⅰ级", "Ⅱ级", "Ⅲ级")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of product: how it is called behind the brand, its category as lists print it, how versions look."""

    noun: str
    category: str
    version: str
    """{major} counts up with each version of a family."""


KINDS = (
    Kind("处理器", "中央处理器", "{major}A{major}000"),
    Kind("推理卡", "人工智能芯片", "A{major}0"),
    Kind("桌面操作系统", "桌面操作系统", "V1{major}"),
    Kind("服务器操作系统（内核版本{kernel}）", "服务器操作系统", "V1{major} SP{major}"),
    Kind("数据库管理系统", "集中式数据库", "V{major}.0"),
    Kind("分布式数据库", "分布式数据库", "V{major}.5"),
    Kind("应用服务器软件", "应用服务器中间件", "V{major}.0"),
    Kind("消息中间件", "消息中间件", "V{major}.2"),
    Kind("办公套件", "流式办公软件", "202{major}专业版"),
    Kind("版式阅读器", "版式软件", "V{major}.0"),
    Kind("激光打印机", "激光打印机", "M{major}20"),
    Kind("硒鼓", "耗材", "T{major}20"),
    Kind("浏览器", "浏览器", "V{major}.0"),
    Kind("输入法", "输入法", "V{major}.1"),
    Kind("即时通信软件", "即时通信软件", "V{major}.0"),
    Kind("打印机驱动", "驱动程序", "V{major}.3"),
    Kind("台式计算机", "台式计算机", "D{major}00"),
    Kind("安全网关", "安全网关设备", "V{major}.0"),
)
"""All categories of the plan, complete machines, and one that the tree of categories does not know."""
COURSES = (((0, 1), (2, 2)), ((1, 1), (3, 2)), ((0, 1),), ((2, 2), (3, 3)))
"""Which version stands in which batch: ended or ending with a later one, ended for good, two in force."""


def product_lists(firms: Sequence[DemoFirm], *, today: date) -> list[DemoList]:
    """The announcements of the catalogue, oldest first. As in real ones a maker is known by its name alone."""
    makers = [firm for firm in firms if firm.line.industry_code in INDUSTRIES][:MAKERS]
    made = []
    for number, (age, label) in enumerate(BATCHES):
        on = today - timedelta(days=age)
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
                rows=tuple(_rows(makers, number)),
            )
        )
    return made


def _rows(makers: Sequence[DemoFirm], batch: int) -> Iterator[tuple[str, ...]]:
    serial = 0
    for place, firm in enumerate(makers):
        kind = KINDS[place % len(KINDS)]
        # One step further after each round of kinds, so that every kind sees every course.
        for at, major in COURSES[(place + place // len(KINDS)) % len(COURSES)]:
            if at == batch:
                serial += 1
                yield (
                    str(serial),
                    product_name(firm, kind, major),
                    kind.version.format(major=major),
                    kind.category,
                    firm.name,
                    GRADES[min((place + major) % 3, major)],
                )


def catalogue_labels(firms: Sequence[DemoFirm]) -> dict[str, list[str]]:
    """The product versions of the catalogue by category, name and version as one text, in the order of their makers."""
    makers = [firm for firm in firms if firm.line.industry_code in INDUSTRIES][:MAKERS]
    found: dict[str, list[str]] = {kind.category: [] for kind in KINDS}
    for batch in range(len(BATCHES)):
        for _, name, version, category, _, _ in _rows(makers, batch):
            found[category].append(f"{name} {version}")
    return found


def product_name(firm: DemoFirm, kind: Kind, major: int) -> str:
    """The name as printed, without the version that stands in a column of its own."""
    return f"{MARK}{firm.brand}{kind.noun.format(kernel=f'{4 + major}.{10 * major}')}"
