"""The living style page: every component in every state, drawn by the same macros as the pages, with made-up data."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from web.rendering import render

router = APIRouter()

AS_OF = date(2026, 11, 20)
"""The page shows one fixed day, so that its pictures can be compared."""


@dataclass(frozen=True, slots=True)
class Term:
    """A made-up dated title, in the shape the badge and timeline macros take."""

    level: str
    name: str
    status: str
    valid_from: date | None
    valid_to: date | None
    document: str
    days_left: int | None = None
    href: str = "#titles"


LITTLE_GIANT = "专精特新“小巨人”"
BADGES = (
    Term("national", "高新技术企业", "valid", date(2024, 12, 20), date(2027, 12, 19), "粤示科〔2024〕61 号"),
    Term("national", LITTLE_GIANT, "due", date(2023, 7, 14), date(2026, 12, 31), "示信〔2023〕88 号", 41),
    Term("national", LITTLE_GIANT, "public_notice", date(2027, 1, 1), date(2029, 12, 31), "公示名单第 37 行"),
    Term("provincial", "创新型中小企业", "expired", date(2022, 12, 28), date(2025, 12, 27), "粤示信〔2022〕97 号"),
    Term("provincial", "人工智能骨干企业", "withdrawn", date(2022, 3, 1), date(2023, 9, 8), "公告"),
    Term("municipal", "潜在独角兽企业", "future", date(2027, 1, 1), date(2029, 12, 31), "示发〔2026〕5 号"),
)
HIGH_TECH = (
    Term("national", "高新技术企业", "expired", date(2018, 11, 30), date(2021, 11, 29), "粤示科〔2018〕31 号"),
    Term("national", "高新技术企业", "expired", date(2022, 1, 20), date(2024, 12, 19), "粤示科〔2021〕54 号"),
    BADGES[0],
)
TIMELINE = (
    {"level": "national", "name": LITTLE_GIANT, "terms": BADGES[1:3]},
    {"level": "national", "name": "高新技术企业", "terms": HIGH_TECH},
    {"level": "provincial", "name": "创新型中小企业", "terms": BADGES[3:4]},
    {"level": "provincial", "name": "人工智能骨干企业", "terms": BADGES[4:5]},
)
FINDINGS = (
    {"outcome": "met", "name": "营业收入", "value": "8,200 万元，须 ≥ 5,000 万元", "cite": "示例标准第三条"},
    {"outcome": "unmet", "name": "Ⅰ类知识产权", "value": "3 件，须 ≥ 4 件", "gap": "差 1 件"},
    {"outcome": "unknown", "name": "发展评价得分", "value": "2026 年未提供"},
    {"outcome": "needs_review", "name": "主导产品领域", "value": "条文未给数值"},
    {"outcome": "not_applicable", "name": "复合增长率", "value": "复核不考察本项"},
)
STRIP = ["met"] * 7 + ["unmet", "unmet", "unknown", "needs_review"]
SHARES = {"met": 7, "unmet": 2, "unknown": 1, "needs_review": 1}
FACTS = (
    {"term": "登记状态", "value": "存续", "source": "官 · 2026-11-18"},
    {"term": "成立日期", "value": "2014-03-01"},
    {"term": "注册资本", "value": "6,200 万元"},
    {"term": "企业规模", "value": "中型", "source": "算 · 2025 年数据"},
    {"term": "所在地", "value": "深圳市南山区示例科技园 6 栋"},
    {"term": "行业", "value": "C3973　集成电路制造"},
    {"term": "上级与关联", "value": "示例星河控股", "href": "#facts"},
    {"term": "英文名", "value": None},
)
STEPS = (
    {"rank": "第一级", "name": "科技和创新型中小企业", "holders": 6418, "ready": 912, "notes": ()},
    {"rank": "第二级", "name": "专精特新中小企业", "holders": 2967, "ready": 96, "notes": ("12 个月内到期 388",)},
    {"rank": "第三级", "name": LITTLE_GIANT, "holders": 442, "ready": 12, "notes": ("有风险 39",)},
    {"rank": "第四级", "name": "制造业单项冠军", "holders": 41, "ready": None, "notes": ("有风险 2",)},
)
TILES = tuple(
    {"name": name, "value": value, "column": column, "row": row, "href": "#map"}
    for name, value, column, row in (
        ("清远", 9, 4, 1), ("韶关", 6, 5, 1), ("河源", 5, 6, 1), ("梅州", 8, 7, 1), ("云浮", 3, 2, 2),
        ("肇庆", 14, 3, 2), ("广州", 196, 4, 2), ("东莞", 141, 5, 2), ("惠州", 62, 6, 2), ("揭阳", 5, 7, 2),
        ("潮州", 7, 8, 2), ("茂名", 3, 2, 3), ("佛山", 118, 3, 3), ("中山", 57, 4, 3), ("深圳", 442, 5, 3),
        ("汕尾", 4, 7, 3), ("汕头", 21, 8, 3), ("湛江", 6, 1, 4), ("阳江", 4, 2, 4), ("江门", 38, 3, 4),
        ("珠海", 55, 4, 4),
    )
)  # fmt: skip
FACET = {
    "field": "status",
    "title": "状态",
    "more": [],
    "options": [
        {"value": value, "text": text, "count": count, "chosen": chosen, "fixed": False}
        for value, text, count, chosen in (("valid", "有效", 81, True), ("due", "即将到期", 14, False))
    ],
}
SUGGESTIONS = (
    {
        "title": "企业",
        "items": (
            {"name": "示例星河微电子（深圳）有限公司", "reason": "拼音首字母", "href": "#suggest", "selected": True},
            {"name": "东莞市示例轩豪电子有限公司", "reason": "拼音首字母", "href": "#suggest"},
        ),
    },
    {
        "title": "产品",
        "items": ({"name": "车规级电源管理芯片 XH-PM9", "reason": "企业：示例星河", "href": "#suggest"},),
    },
)
CHIPS = (
    {"field": "名录", "value": LITTLE_GIANT, "remove_href": "#parsed", "read": True},
    {"field": "文字", "value": "芯片", "remove_href": "#parsed", "read": False},
)
PAGES = (
    {"number": 1, "href": "#pages", "current": True},
    {"number": 2, "href": "#pages", "current": False},
    {"number": None},
    {"number": 13, "href": "#pages", "current": False},
)


@router.get("/style", name="style_page", include_in_schema=False)
def style_page(request: Request) -> HTMLResponse:
    """Every component in every state."""
    context = {
        "as_of": AS_OF,
        "badges": BADGES,
        "timeline_rows": TIMELINE,
        "terms": [*BADGES, *HIGH_TECH[:2]],
        "samples": FINDINGS,
        "strip": STRIP,
        "shares": SHARES,
        "facts": FACTS,
        "steps": [s | {"href": "#ladder", "ready_href": "#ladder", "chosen": s["rank"] == "第三级"} for s in STEPS],
        "tiles": TILES,
        "facet": FACET,
        "suggested": SUGGESTIONS,
        "chips": CHIPS,
        "pages": PAGES,
    }
    return render(request, "style.html", context)
