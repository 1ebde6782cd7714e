"""One cell read as a value. What cannot be read is said in a warning and never guessed."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from registry.errors import Text, shorten
from registry.identity import industry
from registry.vocabulary import OperatingStatus

Reading = tuple[str | int | None, Text | None]
"""The value, and why there is none although the cell is filled."""

EMPTY = frozenset(
    {"", "-", "--", "---", "—", "——", "–", "－", "－－", "/", "//", "／", "\\", "无", "暂无", "空", "未提供"}
    | {"null", "none", "n/a", "na", "nan", "0000-00-00"}
)
"""Ways to write that there is nothing."""
_LONGEST = max(map(len, EMPTY))
EMPTY_AT_MOST = 24
"""With room for white space around them; a longer cell need not be folded to see that it says something."""

_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_NUMERALS = {each: value for value, each in enumerate("一二三四五六七八九", 1)} | {"〇": 0, "零": 0, "○": 0, "O": 0}
_HAN_NUMBER = re.compile(r"[一二三四五六七八九十〇零○O]+")
_BARE_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_UNIT_IN_HEADER = re.compile(
    r"[(\[【:,/_ ]\s*(?:单位[:为]?)?\s*(?P<unit>(?:人民币)?[十百千]?[万亿]?(?:元|美元|港元|欧元|日元))"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_AMOUNT = re.compile(
    r"(?P<before>人民币|RMB|￥|¥|CNY)?(?P<number>\d[\d,]*(?:\.\d+)?)(?P<scale>[千百十]?[万亿]|千|百)?(?P<unit>.*)", re.I
)
_SCALES = {
    "": 1,
    "百": 100,
    "千": 1_000,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "十亿": 10**9,
    "百亿": 10**10,
    "千亿": 10**11,
}
_YUAN = frozenset({"", "元", "人民币", "元人民币", "人民币元", "元(人民币)", "(人民币)", "rmb", "cny"})
_CAPITAL_MAX = 10**15
_STATUS_WORDS = (
    (OperatingStatus.REVOKED, ("吊销", "撤销", "责令关闭")),
    (OperatingStatus.CANCELLED, ("注销", "歇业", "清算")),
    (OperatingStatus.MOVED_OUT, ("迁出",)),
    (OperatingStatus.ACTIVE, ("存续", "在营", "开业", "在业", "正常", "在册", "迁入", "active")),
)


def unit_of_header(header: str) -> str:
    """The unit of money a header names for its column, empty for none.

    >>> unit_of_header("注册资本（万元）"), unit_of_header("注册资金(单位：亿元)"), unit_of_header("注册资本")
    ('万元', '亿元', '')
    """
    found = _UNIT_IN_HEADER.search(unicodedata.normalize("NFKC", header))
    return found["unit"].removeprefix("人民币") if found else ""


def with_arabic_numerals(text: str) -> str:
    """A text with its Chinese numerals as digits, read digit by digit or by tens.

    >>> with_arabic_numerals("二〇二六年五月二十六日"), with_arabic_numerals("二零一九年十月三十一日")
    ('2026年5月26日', '2019年10月31日')
    """
    return _HAN_NUMBER.sub(lambda found: _arabic(found.group()), text)


def _arabic(numeral: str) -> str:
    tens, sign, ones = numeral.partition("十")
    if not sign:
        return "".join(str(_NUMERALS[each]) for each in numeral)
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return numeral
    return str(10 * _NUMERALS.get(tens, 1) + _NUMERALS.get(ones, 0))


def is_empty(cell: str) -> bool:
    """Whether a cell says nothing.

    >>> is_empty(" — "), is_empty("无"), is_empty("无锡")
    (True, True, False)
    """
    return not cell or (len(cell) <= EMPTY_AT_MOST and len(text := cell.strip()) <= _LONGEST and text.lower() in EMPTY)


@lru_cache(maxsize=8192)
def read_date(cell: str) -> Reading:
    """A day as ISO text.

    >>> read_date("2002/9/2")[0], read_date("二〇二三年十二月五日")[0], read_date("2025-02-30")[1].zh
    ('2002-09-02', '2023-12-05', '没有这一天')
    """
    text = unicodedata.normalize("NFKC", cell).strip()
    if "年" in text and not text[:1].isdigit():
        text = with_arabic_numerals(text)
    found = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if found is None:
        return None, Text("不是年月日齐全的日期", "Not a full date")
    year, month, day = map(int, found.groups())
    try:
        read = date(year, month, day)
    except ValueError:
        return None, Text("没有这一天", "A day that does not exist")
    if not 1800 <= year <= 2200:
        return None, Text("年份超出范围", "The year is out of range")
    return read.isoformat(), None


@lru_cache(maxsize=8192)
def read_capital(cell: str, unit: str = "") -> Reading:
    """Registered capital in whole yuan; None without a warning where it is stated in another currency.

    ``unit`` is that of the column’s header (万元) and counts where the cell has none of its own.

    >>> read_capital("100万元人民币")[0], read_capital("293.52亿元")[0], read_capital("50万美元")
    (1000000, 29352000000, (None, None))
    >>> read_capital("1,200", "万元")[0], read_capital("1.2亿", "万元")[0], read_capital("50", "万美元")
    (12000000, 120000000, (None, None))
    """
    text = "".join(unicodedata.normalize("NFKC", cell).split())
    if unit and _BARE_NUMBER.fullmatch(text):
        text += unit
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None, Text("不是金额", "Not an amount")
    if found["unit"].lower() not in _YUAN:
        return None, None
    if not (found["scale"] or found["unit"] or found["before"]):
        return None, Text("金额没有单位（元、万元），未采用", "The amount has no unit (yuan, 10,000 yuan); not used")
    amount = Decimal(found["number"].replace(",", "")) * _SCALES[found["scale"] or ""]
    if amount >= _CAPITAL_MAX:
        return None, Text("金额过大", "The amount is too large")
    return int(amount.to_integral_value()), None


@lru_cache(maxsize=1024)
def read_status(cell: str) -> Reading:
    """Registration status (登记状态) as a value of OperatingStatus.

    >>> read_status("存续（在营、开业、在册）")[0], read_status("吊销，未注销")[0]
    ('active', 'revoked')
    """
    text = cell.lower()
    for status, words in _STATUS_WORDS:
        if any(word in text for word in words):
            return status.value, None
    return None, Text("不认识的登记状态", "Unknown registration status")


@lru_cache(maxsize=4096)
def read_industry_code(cell: str) -> Reading:
    """A code of GB/T 4754, without its section letter.

    >>> read_industry_code("C3973")[0], read_industry_code("0000")[1] is None
    ('3973', False)
    """
    found = industry(cell.strip())
    if found is None:
        return None, Text("不是国民经济行业代码（GB/T 4754）", "Not an industry code of GB/T 4754")
    return found.code, None


def read_stock_code(cell: str) -> Reading:
    """A stock code; a number that lost its leading zeros gets them back, six digits in all.

    >>> read_stock_code("1")[0], read_stock_code("600519.SH")[0], read_stock_code("第一")[1] is None
    ('000001', '600519.SH', False)
    """
    text = unicodedata.normalize("NFKC", cell).strip().upper()
    if re.fullmatch(r"[0-9]{1,6}", text):
        return text.zfill(6), None
    if re.fullmatch(r"[0-9A-Z.:]{1,12}", text):
        return text, None
    return None, Text("不是股票代码", "Not a stock code")


def read_rank(cell: str) -> Reading:
    """A place in a ranking."""
    text = unicodedata.normalize("NFKC", cell).strip().rstrip(".")
    if re.fullmatch(r"[0-9]{1,6}", text):
        return int(text), None
    return None, Text("不是名次", "Not a rank")


def short_text(limit: int) -> Callable[[str], Reading]:
    """A reader of plain text up to a length; longer text is not cut but left to its row."""

    def read(cell: str) -> Reading:
        text = " ".join(cell.split())
        if len(text) > limit:
            return None, Text(f"超过 {limit} 字", f"Longer than {limit} characters")
        return text, None

    return read


def warning(column: str, cell: str, reason: Text) -> dict[str, str]:
    """A warning as it is stored with its row."""
    return {"column": column, "value": shorten(cell), "zh": reason.zh, "en": reason.en}
