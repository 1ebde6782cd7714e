"""Made-up announcements with known truth: what an authority prints around, above, between and below its records."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from registry.schemas.tables import Merge, Row, Sheet

CITIES = ("广州市", "深圳市", "珠海市", "汕头市", "佛山市", "韶关市", "湛江市", "肇庆市")
BRANDS = ("示例甲", "示例乙", "示例丙", "示例丁", "示例戊", "示例己", "示例庚", "示例辛")
TRADES = ("生物科技", "新能源", "精密仪器", "软件", "材料", "食品", "物流", "环保设备")
ENDS = ("有限公司", "股份有限公司", "有限责任公司")
COLUMNS = ("序号", "企业名称", "统一社会信用代码", "产品", "金额（万元）", "备注")
FOOTNOTES = ("注：排名不分先后", "备注：本名单解释权归主管部门所有。", "说明：以上企业按地区排列")
SIGNATURES = ("示例省工业和信息化厅", "2024年5月6日", "二〇二四年五月六日", "联系人：示例处 联系电话：略")
TITLES = ("附件", "附件1：", "2024年度示例名单", "第六批示例企业公示名单", "（共若干家，排名不分先后）")


@dataclass
class Announcement:
    """A sheet and what is true of it."""

    sheet: Sheet
    header_row: int
    columns: tuple[str, ...]
    records: list[list[str]]
    groups: list[str]
    """The group of each record; empty if there are no groups."""
    counts_differ: bool = False


@dataclass
class _Page:
    """A sheet while it is written."""

    width: int
    rows: list[Row] = field(default_factory=list)
    merged: list[Merge] = field(default_factory=list)
    number: int = 0

    def add(self, cells: list[str]) -> int:
        self.number += 1
        if any(cells):
            self.rows.append((self.number, cells + [""] * (self.width - len(cells))))
        return self.number

    def wide(self, text: str, *, merged: bool) -> int:
        number = self.add([text])
        if merged:
            self.merged.append((number, 1, number, self.width))
        return number


@st.composite
def announcements(draw: st.DrawFn) -> Announcement:
    """A list with any mixture of titles, deep header, groups, repeated headers, blank rows, notes and signatures."""
    deep = draw(st.booleans())
    columns = COLUMNS[: draw(st.integers(4, len(COLUMNS)))]
    extra = ("人数研发", "人数合计") if deep else ()
    page = _Page(len(columns) + len(extra))
    merge_titles = draw(st.booleans())
    for title in draw(st.lists(st.sampled_from(TITLES), max_size=3, unique=True)):
        page.wide(title, merged=merge_titles)
        if draw(st.booleans()):
            page.add([])
    header = _header(draw, page, columns, deep=deep)
    truth = Announcement(Sheet("名单", page.rows), header[0][0], (*columns, *extra), [], [])
    if draw(st.booleans()):
        page.add([str(i) for i in range(1, page.width + 1)])
    _body(draw, page, truth, header)
    for text in draw(st.lists(st.sampled_from(FOOTNOTES), max_size=2, unique=True)):
        page.wide(text, merged=merge_titles)
    if draw(st.booleans()):
        page.add(["合计", "", "", str(len(truth.records))])
    for text in draw(st.lists(st.sampled_from(SIGNATURES), max_size=2, unique=True)):
        page.wide(text, merged=False)
    truth.sheet = Sheet("名单", page.rows, tuple(page.merged), draw(st.sampled_from(["sheet", "text"])))
    return truth


def _header(draw: st.DrawFn, page: _Page, columns: tuple[str, ...], *, deep: bool) -> list[Row]:
    printed = [draw(st.sampled_from([c, "\n".join((c[:2], c[2:])) if len(c) > 3 else c])) for c in columns]
    first = page.add([*printed, "人数"] if deep else printed)
    rows = [page.rows[-1]]
    if deep:
        page.add([""] * len(columns) + ["研发", "合计"])
        rows.append(page.rows[-1])
        if draw(st.booleans()):
            page.merged.append((first, len(columns) + 1, first, len(columns) + 2))
            page.merged += [(first, i, first + 1, i) for i in range(1, len(columns) + 1)]
    return rows


def _body(draw: st.DrawFn, page: _Page, truth: Announcement, header: list[Row]) -> None:
    groups = draw(st.lists(st.sampled_from(CITIES), max_size=4, unique=True))
    form = draw(st.sampled_from(["{0}（{1}家）", "{0}", "{2}、{0}", "（{2}）{0}：{1}家", "{0}（共{1}户）"]))
    merged, restart = draw(st.booleans()), draw(st.booleans())
    repeat_header = draw(st.booleans())
    blank_rows = draw(st.booleans())
    running = 0
    for place, group in enumerate(groups or [""]):
        size = draw(st.integers(1 if groups else 3, 6))
        if group:
            page.wide(form.format(group, size, "一二三四"[place]), merged=merged)
        running = 0 if restart else running
        for _ in range(size):
            running += 1
            record = _record(draw, running, len(truth.records), truth.columns)
            page.add(list(record))
            truth.records.append(record)
            truth.groups += [group] if group else []
            if blank_rows and draw(st.integers(0, 4)) == 0:
                page.add([])
        if repeat_header and not groups:
            for _, cells in header:
                page.add(list(cells))
            record = _record(draw, running + 1, len(truth.records), truth.columns)
            page.add(list(record))
            truth.records.append(record)


def _record(draw: st.DrawFn, number: int, nth: int, columns: tuple[str, ...]) -> list[str]:
    name = (
        CITIES[nth % len(CITIES)] + BRANDS[nth // 8 % 8] + draw(st.sampled_from(TRADES)) + draw(st.sampled_from(ENDS))
    )
    cells = {
        "序号": str(number),
        "企业名称": name,
        "统一社会信用代码": "91350100M000100Y43",
        "产品": draw(st.sampled_from(("示例产品", "V2.0系统", "疫苗", "无"))),
        "金额（万元）": draw(st.sampled_from(("12.5", "300", "", "无", "1,200"))),
        "备注": draw(st.sampled_from(("", "", "复核", "更名"))),
        "人数研发": "12",
        "人数合计": "345",
    }
    return [cells[column] for column in columns]
