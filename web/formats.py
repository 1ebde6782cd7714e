"""How values read on a page: money, dates, shares, names. Pure functions; ``filters`` binds them to a language.

Missing data is words, never 0 and never an empty cell; 0 is printed as 0.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache, partial
from itertools import pairwise
from typing import Literal

from markupsafe import Markup, escape

from registry.clock import PROVINCE_ZONE
from registry.errors import Locale, Text

MINUS = "−"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MISSING = {
    "provided": Text("未提供", "not provided"),
    "registered": Text("未登记", "not registered"),
    "counted": Text("未统计", "not counted"),
    "scheduled": Text("未定", "not set"),
    "stated": Text("未载明", "not stated"),
}
"""The words for a value that is not there: not given, not in the registry, not counted, not in the source."""

LEVELS = {
    "national": (Text("国", "N"), Text("国家级", "National")),
    "provincial": (Text("省", "P"), Text("省级", "Provincial")),
    "municipal": (Text("市", "C"), Text("市级", "City")),
    "county": (Text("县", "D"), Text("县级", "County")),
    "publisher": (Text("榜", "L"), Text("机构发布", "Publisher’s list")),
}
"""Level of a directory: the character of its badge, and the full words for those who cannot see it."""

MoneyUnit = Literal["wan", "yi", "million", "billion"]
UNITS: dict[MoneyUnit, tuple[int, str]] = {
    "wan": (10**4, "万元"),
    "yi": (10**8, "亿元"),
    "million": (10**6, "m yuan"),
    "billion": (10**9, "bn yuan"),
}


def grouped(value: int | Decimal | float) -> str:
    """Thousands separated, with a true minus sign: 48,216; −45. Fractions keep their digits."""
    return f"{value:,}".replace("-", MINUS)


def in_year(label: str, year: int) -> str:
    """The label of a batch with its year, said once.

    >>> in_year("第八批", 2026), in_year("2026示例榜", 2026)
    ('2026 第八批', '2026示例榜')
    """
    return label if str(year) in label else f"{year} {label}"


def signed(value: int | Decimal | float) -> str:
    """A change, with its plus or minus written: +102, −45, 0."""
    return f"+{grouped(value)}" if value > 0 else grouped(value)


def money_unit(amounts: Iterable[int | None], locale: Locale = "zh") -> MoneyUnit:
    """The one unit for a column of yuan: 亿元 only if every amount but zero reaches one 亿元 (English: 1 bn)."""
    sizes = [abs(amount) for amount in amounts if amount]
    small, large = _units_of(locale)
    return large if sizes and min(sizes) >= UNITS[large][0] else small


def in_unit(yuan: int, unit: MoneyUnit) -> str:
    """A yuan amount as a bare number in a unit: two decimals in 亿元 and bn, at most two otherwise, none needlessly."""
    value = (Decimal(yuan) / UNITS[unit][0]).quantize(Decimal("0.01"))
    if unit in ("yi", "billion"):
        return grouped(value)
    return grouped(value).removesuffix("0").removesuffix(".0") if value % 1 else grouped(int(value))


def unit_word(unit: MoneyUnit) -> str:
    """The unit as printed: 万元, 亿元, m yuan, bn yuan."""
    return UNITS[unit][1]


def money(yuan: int, locale: Locale = "zh") -> str:
    """An amount of yuan in a sentence or fact: 8,200 万元; from one 亿元 up, 1.25 亿元. English: 82 m yuan."""
    unit = money_unit([yuan], locale)
    return f"{in_unit(yuan, unit)} {unit_word(unit)}"


def _units_of(locale: Locale) -> tuple[MoneyUnit, MoneyUnit]:
    return ("wan", "yi") if locale == "zh" else ("million", "billion")


def percent(ratio: float | Decimal, places: int = 1) -> str:
    """A share given as a fraction: 0.462 is 46.2%. One decimal in facts, none in bars."""
    return f"{_exact(ratio) * 100:.{places}f}%".replace("-", MINUS)


def points(difference: float | Decimal, locale: Locale = "zh") -> str:
    """A difference of two shares given as fractions: +0.2 个百分点."""
    value = (_exact(difference) * 100).quantize(Decimal("0.1"))
    return f"{signed(value)} {Text('个百分点', 'percentage points').in_(locale)}"


def _exact(value: float | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def day(value: date, locale: Locale = "zh") -> str:
    """A date in tables and facts: 2026-11-20; English 20 Nov 2026. A moment is given its Shanghai date."""
    value = _local(value).date() if isinstance(value, datetime) else value
    return value.isoformat() if locale == "zh" else f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def month(value: date) -> str:
    """Year and month as badges print them, in both languages: 2026.07."""
    return f"{value.year:04}.{value.month:02}"


def month_day(value: date, locale: Locale = "zh") -> str:
    """A date within the year in work lists: 11-24; English 24 Nov."""
    return f"{value.month:02}-{value.day:02}" if locale == "zh" else f"{value.day} {MONTHS[value.month - 1]}"


def moment(value: datetime, locale: Locale = "zh") -> str:
    """A moment in local (Shanghai) time: 2026-11-20 06:00. ``value`` is aware."""
    return f"{day(value, locale)} {_local(value):%H:%M}"


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone")
    return value.astimezone(PROVINCE_ZONE)


def period(start: date | None, end: date | None, locale: Locale = "zh") -> str:
    """A period: 2023-07-14 至 2026-12-31. An open end says so in words."""
    if start is None and end is None:
        return Text("起止未定", "dates not set").in_(locale)
    if start is None and end is not None:
        return Text(f"至 {day(end)}", f"to {day(end, 'en')}").in_(locale)
    if start is not None and end is None:
        return Text(f"{day(start)} 起", f"from {day(start, 'en')}").in_(locale)
    first, last = start or date.min, end or date.max
    return Text(f"{day(first)} 至 {day(last)}", f"{day(first, 'en')} to {day(last, 'en')}").in_(locale)


def months(start: date | None, end: date | None) -> str:
    """The dates of a badge, 2023.07–2026.12; a title without a stated end keeps its dash open, 2023.07–."""
    return f"{month(start) if start else ''}–{month(end) if end else ''}"


def days_left(count: int, locale: Locale = "zh") -> str:
    """Time left until a deadline, in days: 还剩 7 天; 今天截止; 逾期 3 天."""
    if count == 0:
        return Text("今天截止", "due today").in_(locale)
    if count < 0:
        return Text(f"逾期 {-count} 天", f"{_days(-count)} overdue").in_(locale)
    return Text(f"还剩 {count} 天", f"{_days(count)} left").in_(locale)


def expires_in(count: int, locale: Locale = "zh") -> str:
    """When a title ends, in days from the date looked at: 41 天后到期; 今天到期."""
    if count <= 0:
        return Text("今天到期", "ends today").in_(locale)
    return Text(f"{count} 天后到期", f"ends in {_days(count)}").in_(locale)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


@cache
def missing(kind: str = "provided", locale: Locale = "zh") -> Markup:
    """The word for a value that is not there; ``kind`` is a key of ``MISSING``."""
    return Markup('<span class="missing">{}</span>').format(MISSING[kind].in_(locale))


def or_missing(value: object, kind: str = "provided", locale: Locale = "zh") -> object:
    """The value, or the word for its absence when it is None or empty text. Zero is a value."""
    return missing(kind, locale) if value is None or value == "" else value


BREAK_AFTER = re.compile(
    r"(有限责任公司|有限公司|集团公司|公司|集团|研究院|研究所|事务所|中心|厂)(?=[^）)])(?!分?公司)|(?=（)"
)


LEGAL_FORM = re.compile(r"(?<=[^）)份])(?=(?:科技)?(?:股份)?有限(?:责任)?公司$)")
"""Where a heading or a name too long for one line may wrap at last: before 科技有限公司, before 有限公司."""


@lru_cache(maxsize=4_096, typed=True)
def company_name(name: str, whole: int = 16) -> Markup:
    """A name as printed that may wrap only after 公司-like units and before （; headings set ``whole`` lower.

    A unit of more than ``whole`` characters is wider than a narrow screen: it may wrap before its legal form too.
    """
    cuts = sorted({match.end() for match in BREAK_AFTER.finditer(name)} - {0, len(name)})
    edges = [0, *cuts, len(name)]
    return Markup("<wbr>").join(_unit(name[start:end], whole) for start, end in pairwise(edges))


def _unit(text: str, whole: int) -> Markup:
    if text.isascii():
        return escape(text)  # Latin letters wrap between words.
    if len(text) <= whole:
        return Markup('<span class="nw">{}</span>').format(text)
    return Markup('<span class="keep">{}</span>').format(Markup("<wbr>").join(LEGAL_FORM.split(text)))


def level_char(level: str, locale: Locale = "zh") -> str:
    """The level character of a directory: 国 省 市 县, 榜 for a publisher's list (N P C D L in English)."""
    return LEVELS[level][0].in_(locale)


def level_words(level: str, locale: Locale = "zh") -> str:
    """The level of a directory in full: 国家级, 省级, 市级, 县级, 机构发布."""
    return LEVELS[level][1].in_(locale)


def scale_step(value: int, lower_bounds: Sequence[int]) -> int:
    """The step 1…5 of a value on the map scale whose steps begin at ``lower_bounds``; 0 for nothing at all."""
    return 0 if value <= 0 else max(1, sum(value >= bound for bound in lower_bounds))


def format_name(kind: str) -> str:
    """How a file format is written: CSV, XLSX, JSON, Parquet."""
    return kind.capitalize() if len(kind) > 4 else kind.upper()


def said(text: Text, locale: Locale = "zh") -> str:
    """A bilingual sentence in the page's language."""
    return text.in_(locale)


def filters(locale: Locale) -> dict[str, Callable[..., object]]:
    """The Jinja filters of one language, by the names templates use."""
    plain: dict[str, Callable[..., object]] = {
        "grouped": grouped, "signed": signed, "in_unit": in_unit, "unit_word": unit_word, "percent": percent,
        "month": month, "in_year": in_year, "company_name": company_name, "scale_step": scale_step,
    }  # fmt: skip
    spoken: dict[str, Callable[..., object]] = {
        "money": money, "money_unit": money_unit, "points": points, "day": day, "month_day": month_day,
        "moment": moment, "days_left": days_left, "expires_in": expires_in, "or_missing": or_missing,
        "level_char": level_char, "level_words": level_words, "said": said,
    }  # fmt: skip
    return plain | {name: partial(function, locale=locale) for name, function in spoken.items()}
