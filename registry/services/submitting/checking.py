"""What the values of a submission say about each other: identities, jumps of unit, what is missing, ratios.

Pure: from fields and values to faults, each with the fields it stands at and what to do. No database.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from registry.errors import Text
from registry.services.submitting.catalogue import FieldDef
from registry.services.submitting.values import UNIT, Fault, wan

NOT_ABOVE = (
    ("rd_expense", "revenue"), ("main_business_revenue", "revenue"), ("high_tech_revenue", "revenue"),
    ("product_revenue", "revenue"), ("rd_expense_domestic", "rd_expense"), ("rd_expense", "total_costs"),
    ("rd_staff", "employees"), ("sci_tech_staff", "employees"), ("ai_revenue", "revenue"),
    ("ai_rd_expense", "rd_expense"), ("ai_certified_staff", "employees"),
)  # fmt: skip
"""Yearly figures of which the first is part of the second: R&D expense is not above revenue, and so on."""
FACTS_NOT_ABOVE = (("class1_ip_self", "class1_ip"), ("class1_ip_high_value", "class1_ip"))
JUMP = 1_000
"""An amount so many times last year's, or that small a part of it, was hardly written in the same unit."""
RATIOS: tuple[tuple[str, str, str, str, str], ...] = (
    ("rd_intensity", "研发费用占营业收入", "R&D expense to revenue", "rd_expense", "revenue"),
    ("debt_ratio", "资产负债率", "Liabilities to assets", "total_liabilities", "total_assets"),
    ("net_margin", "营业净利率", "Net profit to revenue", "net_profit", "revenue"),
    ("rd_staff_share", "研发人员占比", "R&D staff to employees", "rd_staff", "employees"),
    ("main_share", "主营业务收入占比", "Main business to revenue", "main_business_revenue", "revenue"),
)
"""Slug, words, part and whole: worked out from what is filled in, never asked for."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two values that cannot both be right. ``paths``: the part first, then the whole."""

    paths: tuple[str, str]
    fault: Fault


@dataclass(frozen=True, slots=True)
class UnitQuestion:
    """A value far from last year's. Each reading says what would be kept: (answer, yuan, words)."""

    path: str
    before: int
    times: int
    readings: tuple[tuple[str, int, Text], ...]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share worked out; ``value`` None where a figure is missing, is not sure yet, or the whole is not above 0."""

    slug: str
    words: Text
    year: int
    value: Decimal | None


def contradictions(fields: Mapping[str, FieldDef], values: Values) -> list[Contradiction]:
    """Every pair of values of which a part is above its whole."""
    years = sorted({field.year for field in fields.values() if field.year is not None}, reverse=True)
    pairs = [(f"annual.{year}.{part}", f"annual.{year}.{whole}") for year in years for part, whole in NOT_ABOVE]
    pairs += [(f"facts.{part}", f"facts.{whole}") for part, whole in FACTS_NOT_ABOVE]
    found = []
    for part, whole in pairs:
        low, high = _number(values.get(part)), _number(values.get(whole))
        if low is not None and high is not None and low > high and part in fields and whole in fields:
            found.append(Contradiction((part, whole), _above(fields[part], fields[whole], low, high)))
    return found


def single_faults(fields: Mapping[str, FieldDef], values: Values, *, today: date) -> dict[str, Fault]:
    """What is wrong with one value by itself: a date to come, a stock code without a market."""
    found = {}
    for path in ("profile.founded_on", "facts.niche_since"):
        said = values.get(path)
        if path in fields and isinstance(said, str) and said > today.isoformat():
            found[path] = Fault(
                "future", Text("日期还没有到。请填过去的日期。", "This day has not come yet. Give a day in the past.")
            )
    if values.get("profile.stock_code") and not values.get("profile.listed_market"):
        found["profile.listed_market"] = Fault(
            "market", Text("填了股票代码，请同时填上市地。", "There is a stock code; give its market as well.")
        )
    return found


def missing(fields: Iterable[FieldDef], values: Values) -> list[str]:
    """Required fields without a value."""
    return [field.path for field in fields if field.required and values.get(field.path) in (None, "")]


def unit_question(field: FieldDef, value: Any, before: Any) -> UnitQuestion | None:
    """Whether an amount of money looks as if written in another unit than last year's, with the readings there are."""
    now, then = _number(value), _number(before)
    if field.kind != "money" or not now or not then or now * then < 0:
        return None
    times = abs(now) / abs(then)
    if Decimal(1) / JUMP < times < JUMP:
        return None
    if times >= JUMP:
        readings = [_reading("one", field, int(now / 10_000), then), _reading("wan", field, int(now), then)]
    else:
        readings = [_reading("yi", field, int(now * 10_000), then), _reading("wan", field, int(now), then)]
    shown = times if times >= 1 else 1 / times
    return UnitQuestion(field.path, int(then), round(shown), tuple(readings))


def doubted(question: UnitQuestion) -> Fault:
    """The fault a unit question is until it is answered."""
    return Fault(UNIT, Text("请确认单位是元还是万元", "Say which unit the amount is in"))


def ratios(fields: Mapping[str, FieldDef], values: Values, *, year: int, unsure: Collection[str] = ()) -> list[Ratio]:
    """The shares of a year. ``unsure``: paths whose unit is still asked about."""
    found = []
    for slug, zh, en, part, whole in RATIOS:
        paths = (f"annual.{year}.{part}", f"annual.{year}.{whole}")
        low, high = _number(values.get(paths[0])), _number(values.get(paths[1]))
        known = all(path in fields and path not in unsure for path in paths) and low is not None and bool(high)
        value = low / high if known and low is not None and high is not None and high > 0 else None
        found.append(Ratio(slug, Text(zh, en), year, value))
    return found


def growth(now: Any, before: Any) -> Decimal | None:
    """The change against last year as a fraction; None where there is nothing to compare with."""
    new, old = _number(now), _number(before)
    return None if new is None or not old or old < 0 else (new - old) / old


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(str(value))


def _reading(answer: str, field: FieldDef, yuan: int, before: Decimal) -> tuple[str, int, Text]:
    names = {
        "one": Text("是元", "yuan"),
        "wan": Text("是万元", "10,000 yuan"),
        "yi": Text("是亿元", "100 million yuan"),
    }
    change = (Decimal(yuan) - before) / abs(before) * 100
    against = f"{change:+,.1f}%".replace("-", "−") if abs(change) < 1_000 else ""
    zh = f"{names[answer].zh}：记为 {wan(yuan)} 万元" + (f"（比上年 {against}）" if against else "")
    en = f"{names[answer].en}: kept as {yuan:,} yuan" + (f" ({against} on last year)" if against else "")
    return answer, yuan, Text(zh, en)


def _above(part: FieldDef, whole: FieldDef, low: Decimal, high: Decimal) -> Fault:
    if part.kind == "money":
        zh = (
            f"{part.label.zh} {wan(low)} 万元大于{whole.label.zh} {wan(high)} 万元。"
            f"请改为不大于 {wan(high)} 的数，或改正{whole.label.zh}。"
        )
        en = (
            f"{_capital(part.label.en)} ({wan(low)}) is larger than {whole.label.en} ({wan(high)}), both in 10,000 "
            f"yuan. Enter a number up to {wan(high)}, or correct {whole.label.en}."
        )
    else:
        unit = part.unit
        zh = (
            f"{part.label.zh} {low:,} {unit.zh}多于{whole.label.zh} {high:,} {unit.zh}。"
            f"请改为不大于 {high:,} 的数，或改正{whole.label.zh}。"
        )
        en = (
            f"{_capital(part.label.en)} ({low:,}) is more than {whole.label.en} ({high:,}). "
            f"Enter a number up to {high:,}, or correct {whole.label.en}."
        )
    return Fault("above", Text(zh, en))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
