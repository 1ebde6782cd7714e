"""What a person types into one field, read into the value that is stored, and back into text and words.

Money is typed in 万元 (a unit written behind it wins) and stored in yuan; shares are typed in percent and stored as
fractions. A text that cannot be read is a ``Fault``: the field keeps what was typed, and says what to do.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from registry.errors import InvalidInput, Text, shorten
from registry.identity.industries import industry
from registry.identity.regions import region
from registry.services.places import full_place
from registry.services.submitting.catalogue import FieldDef
from registry.tiering.answers import NUMBER, SCALES, SUFFIXES
from registry.tiering.figure_values import read_value
from registry.tiering.figures import choice_words
from registry.tiering.wording import show

TYPED_MAX = 4_000
"""Of any field: more is refused whole, so that nothing is cut."""
PRODUCTS_MAX = 30
PRODUCT_PARTS = {"name": 300, "version": 100, "category": 60, "note": 300}
"""What is asked about a product, and how long it may be."""
YES, NO = "yes", "no"
UNREADABLE, TOO_LONG, UNIT = "unreadable", "too_long", "unit"
"""Slugs of faults."""

_EMAIL = re.compile(r"[^@\s<>\"']{1,64}@[^@\s<>\"']+\.[^@\s<>\"'.]{2,}")
_PHONE = re.compile(r"[0-9+()（）\-— ]{5,40}(?:转\s?\d{1,6})?")
_WEBSITE = re.compile(r"(?:https?://)?[^\s/<>\"'@]+\.[^\s/<>\"'@]{2,}(?:/[^\s<>\"']*)?", re.I)
_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field and what to do about it."""

    slug: str
    text: Text


class Unreadable(ValueError):
    """A text that is no value of its field."""

    def __init__(self, zh: str, en: str, *, slug: str = UNREADABLE) -> None:
        super().__init__(zh)
        self.fault = Fault(slug, Text(zh, en))


def cleaned(typed: str) -> str:
    """The text without what no field can hold: control characters except line ends, half character pairs."""
    whole = typed.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    return "".join(one for one in whole if one in "\n\t" or unicodedata.category(one) != "Cc").strip()


def read(field: FieldDef, typed: str) -> Any:
    """The value a text stands for; None for an empty text. Raises Unreadable."""
    text = cleaned(typed)
    if not text:
        return None
    if len(text) > TYPED_MAX:
        raise Unreadable(
            f"有 {len(text):,} 个字，超过 {TYPED_MAX:,} 个，没有保存。请删减后再填。",
            f"{len(text):,} characters; at most {TYPED_MAX:,} can be saved. Shorten it.",
            slug=TOO_LONG,
        )
    return _READERS[field.kind](field, text)


def text_of(field: FieldDef, value: Any) -> str:
    """What stands in the field where a value comes from the registry: what a person would have typed."""
    if value is None:
        return ""
    if field.kind == "products":
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return YES if value else NO
    if field.kind == "money":
        return _plain(Decimal(str(value)) / SCALES["wan"])
    if field.kind == "ratio":
        return _plain(Decimal(str(value)) * 100)
    if field.kind in ("count", "quantity", "score", "presence"):
        return _plain(Decimal(str(value)))
    if field.kind == "valuation":
        return f"{_plain(Decimal(str(value['amount'])) / SCALES['wan'])} {value.get('currency', 'CNY')}"
    return str(value)


def in_words(field: FieldDef, value: Any) -> Text:
    """The value read back: 8,200 万元，即 0.82 亿元; 12 件; 3973 集成电路制造. Empty where the text says it all."""
    if value is None or field.kind in ("text", "long_text", "website", "email", "phone", "date"):
        return Text("", "") if value is None else Text(str(value), str(value))
    if isinstance(value, bool):
        return Text("是", "yes") if value else Text("否", "no")
    if field.kind == "money":
        return _money_words(int(value))
    if field.kind == "ratio":
        share = f"{_plain(Decimal(str(value)) * 100)}%"
        return Text(share, share)
    if field.kind == "code":
        return choice_words(str(value))
    if field.kind == "region":
        return full_place(str(value)) or Text(str(value), str(value))
    if field.kind == "industry":
        found = industry(str(value))
        words = f"{found.full_code} {found.name}" if found else str(value)
        return Text(words, words)
    if field.kind == "products":
        named = [f"{one['name']} {one.get('version', '')}".rstrip() for one in value]
        return Text("、".join(named), ", ".join(named))
    if field.kind == "valuation":
        words = f"{value['amount']:,} {value.get('currency', 'CNY')}"
        return Text(words, words)
    number = f"{value:,}"
    return Text(f"{number} {field.unit.zh}".strip(), f"{number} {field.unit.en}".strip())


def wan(yuan: int | Decimal) -> str:
    """An amount of yuan as a bare number of 万元, as it is typed: 8,200."""
    return _plain(Decimal(yuan) / SCALES["wan"])


def _money_words(yuan: int) -> Text:
    zh = f"{wan(yuan)} 万元"
    if abs(yuan) >= 10**7:
        zh += f"，即 {(Decimal(yuan) / 10**8).quantize(Decimal('0.01')):,} 亿元"
    return Text(zh, show("yuan", Text("", ""), yuan, "en"))


def _plain(number: Decimal) -> str:
    """Thousands separated, no needless zeros."""
    if number == number.to_integral_value():
        return f"{int(number):,}"
    return f"{number.normalize():,f}"


def _number(text: str) -> tuple[Decimal, str | None]:
    """The number and the unit of money written behind it (8200万元), if any."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    found = NUMBER.fullmatch(plain)
    if not found:
        shown = shorten(text, 40)
        raise Unreadable(
            f"“{shown}”不是数字。请只填数字，如 8,200。",
            f"“{shown}” is not a number. Write digits only, such as 8,200.",
        )
    written = SUFFIXES[found["scale"]] if found["scale"] or found["unit"] else None
    return Decimal(found["digits"].replace("−", "-")), written


def _checked(field: FieldDef, value: Any) -> Any:
    """The value if the rules may read it. Raises Unreadable with their own words."""
    if field.figure is None:
        return value
    try:
        read_value("", field.figure, value)
    except InvalidInput as error:
        zh, en = (one.removeprefix("JSON：").removeprefix("JSON: ") for one in (error.text.zh, error.text.en))
        raise Unreadable(zh.partition("；现为")[0] + "。", en.partition("; got")[0] + ".") from error
    return value


def _money(field: FieldDef, text: str) -> Any:
    number, written = _number(text)
    yuan = number * SCALES[written or "wan"]
    if yuan != int(yuan):
        raise Unreadable("小数位过多，最多精确到元。", "Too many decimals: whole yuan at the finest.")
    if field.figure is None and not 0 <= yuan <= 10**15:
        raise Unreadable("金额超出合理范围。", "The amount is out of range.")
    return _checked(field, int(yuan))


def _count(field: FieldDef, text: str) -> Any:
    number, written = _number(text.removesuffix(field.unit.zh) if field.unit.zh else text)
    value = number * SCALES[written or "one"]
    if value != int(value):
        raise Unreadable("须为整数。", "Must be a whole number.")
    return _checked(field, int(value))


def _quantity(field: FieldDef, text: str) -> Any:
    number, written = _number(text.removesuffix(field.unit.zh) if field.unit.zh else text)
    value = (number * SCALES[written or "one"]).quantize(_STEP)
    return _checked(field, int(value) if value == int(value) else float(value))


def _ratio(field: FieldDef, text: str) -> Any:
    number, _ = _number(unicodedata.normalize("NFKC", text).removesuffix("%"))
    if not 0 <= number <= 100:
        raise Unreadable("须在 0 到 100 之间（百分数）。", "Must be from 0 to 100 (percent).")
    return _checked(field, float(number / 100))


def _date(field: FieldDef, text: str) -> Any:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        shown = shorten(text, 20)
        raise Unreadable(
            f"“{shown}”不是日期。请写作 2014-03-01。", f"“{shown}” is not a date. Write it like 2014-03-01."
        ) from None
    if not date(1900, 1, 1) <= found <= date(2100, 1, 1):
        raise Unreadable("年份不合理，请核对。", "The year is out of range.")
    return found.isoformat()


def _yes_no(field: FieldDef, text: str) -> Any:
    if field.figure and text in field.figure.choices:
        return _checked(field, text)
    if text not in (YES, NO):
        raise Unreadable("请选是或否。", "Choose yes or no.")
    return text == YES


def _presence(field: FieldDef, text: str) -> Any:
    return text == YES if text in (YES, NO) else _count(field, text)


def _code(field: FieldDef, text: str) -> Any:
    choices = field.figure.choices if field.figure else ()
    if text not in choices:
        raise Unreadable("请从列出的选项中选。", "Choose one of the options.")
    return text


def _valuation(field: FieldDef, text: str) -> Any:
    amount, _, currency = text.rpartition(" ") if re.search(r" [A-Za-z]{3}$", text) else (text, "", "CNY")
    number, written = _number(amount)
    value = number * SCALES[written or "wan"]
    return _checked(field, {"amount": int(value), "currency": currency.upper() or "CNY"})


def _region(_field: FieldDef, text: str) -> Any:
    if not (len(text) == 6 and text.isascii() and region(text)):
        shown = shorten(text, 20)
        raise Unreadable(f"没有代码为“{shown}”的地区。", f"There is no place with the code “{shown}”.")
    return text


def _industry(_field: FieldDef, text: str) -> Any:
    found = industry(text.upper())
    if found is None or found.level == "section":
        shown = shorten(text, 20)
        raise Unreadable(
            f"没有“{shown}”这个行业代码。请填 GB/T 4754—2017 的代码，如 3973。",
            f"There is no industry code “{shown}”. Write a code of GB/T 4754-2017, such as 3973.",
        )
    return found.code


def _text(field: FieldDef, text: str) -> Any:
    if len(text) > field.most_text:
        raise Unreadable(
            f"有 {len(text):,} 个字，最多 {field.most_text:,} 个。请删减。",
            f"{len(text):,} characters; at most {field.most_text:,}. Shorten it.",
            slug=TOO_LONG,
        )
    return text


def _matching(pattern: re.Pattern[str], zh: str, en: str) -> Callable[[FieldDef, str], Any]:
    def checked(field: FieldDef, text: str) -> Any:
        if not pattern.fullmatch(text):
            raise Unreadable(zh, en)
        return _text(field, text)

    return checked


def _products(_field: FieldDef, text: str) -> Any:
    """A list of {name, version, category, note}, sent as JSON; rows without any text are left out."""
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("产品清单无法读取，请重新填写。", "The list of products cannot be read. Fill it in again.")
    found = []
    for number, row in enumerate(rows, 1):
        parts = {name: cleaned(str(row.get(name) or "")) for name in PRODUCT_PARTS}
        if not any(parts.values()):
            continue
        if not parts["name"]:
            raise Unreadable(f"第 {number} 个产品没有填名称。", f"Product {number} has no name.")
        for name, most in PRODUCT_PARTS.items():
            if len(parts[name]) > most:
                raise Unreadable(
                    f"第 {number} 个产品有一栏超过 {most} 个字。",
                    f"A part of product {number} has over {most} letters.",
                )
        found.append(parts)
    if len(found) > PRODUCTS_MAX:
        raise Unreadable(f"最多填 {PRODUCTS_MAX} 个产品。", f"At most {PRODUCTS_MAX} products.")
    return found or None


_READERS: dict[str, Callable[[FieldDef, str], Any]] = {
    "money": _money,
    "count": _count,
    "quantity": _quantity,
    "score": _quantity,
    "ratio": _ratio,
    "date": _date,
    "bool": _yes_no,
    "presence": _presence,
    "code": _code,
    "valuation": _valuation,
    "region": _region,
    "industry": _industry,
    "text": _text,
    "long_text": _text,
    "website": _matching(_WEBSITE, "网址写法不对，应如 www.example.com。", "Not an address such as www.example.com."),
    "email": _matching(_EMAIL, "电子邮箱写法不对，应如 name@example.com。", "Not an address such as name@example.com."),
    "phone": _matching(_PHONE, "电话写法不对，应如 0755-12345678。", "Not a number such as 0755-12345678."),
    "products": _products,
}
