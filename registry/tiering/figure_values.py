"""Reading one value of a figures file by its kind."""

import math
import re
from datetime import date
from typing import Any, TypeAlias

from registry.errors import InvalidInput, shorten
from registry.tiering.figures import FigureDef

Number: TypeAlias = int | float
FactValue: TypeAlias = bool | int | float | str | date | dict[str, Any]

LARGEST = {"money": 10**15, "count": 10**9, "quantity": 10**12}
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
MONEY_TEXT = re.compile(r"(?P<digits>[\d,，.]+)\s*(?P<unit>万|亿|)元?")
CURRENCY = re.compile(r"[A-Z]{3}")


def printable(value: object) -> str:
    """The value on one short line; half a character pair, which no terminal can print, becomes a question mark."""
    return shorten(str(value).encode("utf-8", "replace").decode("utf-8"))


def refuse(where: str, value: object, zh: str, en: str) -> InvalidInput:
    """One sentence: the place, what is wrong, the value given."""
    shown = printable(value)
    place = where or "JSON"
    return InvalidInput(
        f"{place}：{zh}；现为“{shown}”。", f"{place}: {en}; got “{shown}”.", field=where or None, value=shown
    )


def read_date(where: str, value: object) -> date:
    """A date written YYYY-MM-DD."""
    try:
        if isinstance(value, str) and ISO_DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        raise refuse(where, value, "没有这一天", "there is no such day") from None
    raise refuse(where, value, "日期须写作 2025-12-31", "a date is written 2025-12-31")


def read_value(where: str, about: FigureDef, value: Any) -> FactValue | None:
    """The checked value; None where nothing was stated. Raises InvalidInput."""
    if value is None:
        return None
    match about.kind:
        case "bool":
            return _truth(where, about, value)
        case "presence":
            return value if isinstance(value, bool) else _number(where, about, value)
        case "date":
            return read_date(where, value)
        case "code":
            if value not in about.choices:
                raise refuse(
                    where, value, f"须为 {'、'.join(about.choices)} 之一", f"must be one of {', '.join(about.choices)}"
                )
            return str(value)
        case "text":
            if not isinstance(value, str) or len(value) > 200:
                raise refuse(where, value, "须为不超过 200 字的文本", "must be text of at most 200 characters")
            return value
        case "valuation":
            return _valuation(where, value)
        case _:
            return _number(where, about, value)


def _truth(where: str, about: FigureDef, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if about.choices and value in about.choices:
        return True
    more_zh = f"，或 {'、'.join(about.choices)}" if about.choices else ""
    more_en = f", or one of {', '.join(about.choices)}" if about.choices else ""
    raise refuse(where, value, f"须为 true 或 false{more_zh}", f"must be true or false{more_en}")


def _number(where: str, about: FigureDef, value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(where, value, *_ask_for_number(about, value))
    if not math.isfinite(value):
        raise refuse(where, value, "数字过大", "the number is too large")
    if value < 0 and not about.may_be_negative:
        raise refuse(where, value, f"{about.label.zh}不能为负数", f"{about.label.en} cannot be negative")
    most = about.most or LARGEST.get(about.kind, 10**15)
    if about.kind in ("money", "count", "presence") and value != int(value):
        zh, en = (
            ("须为整数元", "must be whole yuan") if about.kind == "money" else ("须为整数", "must be a whole number")
        )
        raise refuse(where, value, zh, en)
    if about.kind == "ratio" and 1 < value <= 100:
        raise refuse(
            where,
            value,
            f"比例须为 0–1 的小数；如为 {value:g}%，请填 {value / 100:g}",
            f"a ratio is a fraction from 0 to 1; for {value:g} % write {value / 100:g}",
        )
    if abs(value) > most:
        raise refuse(where, value, f"超出合理范围（至多 {most:,}）", f"out of range (at most {most:,})")
    if about.name.startswith("market_rank") and value < 1:
        raise refuse(where, value, "排名从 1 起", "ranks start at 1")
    return int(value) if about.kind in ("money", "count", "presence") else value


def _ask_for_number(about: FigureDef, value: Any) -> tuple[str, str]:
    """What to say about something that is not a number; text with a unit is answered with the number to write."""
    unit_zh, unit_en = ("元", " in yuan") if about.kind == "money" else ("", "")
    zh, en = f"须为数字{unit_zh and f'（单位：{unit_zh}）'}", f"must be a number{unit_en}"
    found = MONEY_TEXT.fullmatch(value.strip()) if isinstance(value, str) and about.kind == "money" else None
    digits = found["digits"].replace(",", "").replace("，", "") if found else ""
    if not found or not re.fullmatch(r"\d{1,12}(\.\d{1,8})?", digits):
        return zh, en
    yuan = round(float(digits) * {"万": 10_000, "亿": 100_000_000, "": 1}[found["unit"]])
    return f"{zh}，如 {yuan}", f"{en}, such as {yuan}"


def _valuation(where: str, value: Any) -> dict[str, Any]:
    """{amount, currency, date}: money in the definition's own currency, never converted."""
    if not isinstance(value, dict) or set(value) - {"amount", "currency", "date"} or "amount" not in value:
        raise refuse(where, value, "须为 {amount, currency, date}", "must be {amount, currency, date}")
    amount, currency = value["amount"], value.get("currency", "CNY")
    if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount) or amount < 0:
        raise refuse(f"{where}.amount", amount, "须为不小于 0 的数字", "must be a number from 0 up")
    if not isinstance(currency, str) or not CURRENCY.fullmatch(currency):
        raise refuse(
            f"{where}.currency", currency, "须为三个字母的货币代码，如 CNY", "must be a currency code like CNY"
        )
    day = None if value.get("date") is None else read_date(f"{where}.date", value["date"])
    return {"amount": amount, "currency": currency, "date": day}
