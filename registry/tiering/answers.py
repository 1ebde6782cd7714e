"""Answers as people write them in a form, read into a figures file. Whatever is left empty is unknown."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from registry.errors import InvalidInput, Text, shorten
from registry.identity.industries import industry
from registry.tiering.directory_words import title_words
from registry.tiering.figures_file import check_figures
from registry.tiering.questions import Question
from registry.tiering.standard import Procedure
from registry.tiering.wording import show

SCALES = {"wan": 10**4, "one": 1, "yi": 10**8}
"""Units money may be given in: 万元, 元, 亿元."""
SUFFIXES = {"万": "wan", "亿": "yi", "": "one"}
NUMBER = re.compile(r"(?P<digits>[-−]?\d{1,15}(?:\.\d{1,10})?)(?P<scale>万|亿|)(?P<unit>元?)")
NOT_LISTED = ("未上市", "无", "没有", "not listed", "none", "no")
LONGEST = 200
YES, NO = "yes", "no"
YES_WORDS, NO_WORDS = Text("是", "yes"), Text("否", "no")
ODD = 1000
"""Two years of one figure that differ by so much were hardly written in the same unit."""


@dataclass
class Answers:
    """What was answered: ``figures`` in the shape of a figures file; by field name what is wrong (``faults``), how each
    answer was understood (``read_as``) and what looks like a wrong unit (``doubts``).
    """

    figures: dict[str, Any]
    faults: dict[str, Text] = field(default_factory=dict)
    read_as: dict[str, Text] = field(default_factory=dict)
    doubts: dict[str, Text] = field(default_factory=dict)


class _Wrong(ValueError):
    """An answer that cannot be read, with what to say."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.text = Text(zh, en)


def read_answers(
    asked: Iterable[Question],
    fields: Mapping[str, str],
    *,
    as_of: date,
    procedure: Procedure,
    region_code: str | None,
) -> Answers:
    """Read the fields of a form, one question after another; every fault is found, not only the first.

    ``fields``: by ``Question.path``; money also has ``<path>.unit`` (a key of SCALES), a valuation ``<path>.currency``,
    titles ``<path>.<directory>`` with ``.from`` and ``.to``. Unknown names are ignored. Never raises for an answer.
    """
    head: dict[str, Any] = {"as_of": as_of.isoformat(), "procedure": procedure}
    answers = Answers({**head, "enterprise": {}, "annual": {}, "facts": {}})
    if region_code:
        answers.figures["enterprise"]["region_code"] = region_code
    asked = tuple(asked)
    for question in asked:
        if question.kind == "titles":
            _read_titles(question, fields, answers, head)
        elif question.kind != "region":
            _read_one(question, fields, answers, head)
    _doubt_units(asked, answers)
    return answers


def _read_one(question: Question, fields: Mapping[str, str], answers: Answers, head: dict[str, Any]) -> None:
    text = _plain(fields.get(question.path, ""))
    if not text:
        return
    try:
        value, words = READERS[question.kind](question, text, fields)
        check_figures({**head, **_placed(question.path, value)})
    except _Wrong as wrong:
        answers.faults[question.path] = wrong.text
        return
    except InvalidInput as error:
        answers.faults[question.path] = _without_place(error)
        return
    _merge(answers.figures, _placed(question.path, value))
    answers.read_as[question.path] = words


def _plain(text: str) -> str:
    """Full-width signs as plain ones, without spaces around and without separators of thousands."""
    return unicodedata.normalize("NFKC", text).strip()[: LONGEST + 1]


def _placed(path: str, value: Any) -> dict[str, Any]:
    *way, last = path.split(".")
    placed: dict[str, Any] = {last: value}
    for step in reversed(way):
        placed = {step: placed}
    return placed


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def _without_place(error: InvalidInput) -> Text:
    """The sentence of a figures file without the address, which stands beside the field anyway."""
    place = error.field or ""
    return Text(error.text.zh.removeprefix(f"{place}："), error.text.en.removeprefix(f"{place}: "))


def _number(text: str) -> tuple[Decimal, str | None]:
    """The number and the scale written behind it (8200万), if any."""
    found = NUMBER.fullmatch(text.replace(",", "").replace(" ", ""))
    if not found:
        raise _Wrong(f"须为数字；现为“{shorten(text, 40)}”。", f"Must be a number; got “{shorten(text, 40)}”.")
    written = SUFFIXES[found["scale"]] if found["scale"] or found["unit"] else None
    return Decimal(found["digits"].replace("−", "-")), written


def _amount(question: Question, text: str, fields: Mapping[str, str]) -> Decimal:
    number, written = _number(text)
    return number * SCALES.get(written or fields.get(f"{question.path}.unit", "wan"), SCALES["wan"])


def _money(question: Question, text: str, fields: Mapping[str, str]) -> tuple[Any, Text]:
    yuan = _amount(question, text, fields)
    if yuan != int(yuan):
        raise _Wrong("最多精确到元，小数位过多。", "Whole yuan at the finest: too many decimals.")
    shown = Text(f"{int(yuan):,} 元（{show('yuan', EMPTY, int(yuan), 'zh')}）", show("yuan", EMPTY, int(yuan), "en"))
    return int(yuan), Text(shown.zh, f"{int(yuan):,} yuan ({shown.en})")


EMPTY = Text("", "")


def _whole(question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    number, scale = _number(text)
    value = number * SCALES[scale or "one"]
    if value != int(value):
        raise _Wrong("须为整数。", "Must be a whole number.")
    return int(value), _with_unit(question, f"{int(value):,}")


def _decimal(question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    number, scale = _number(text)
    value = number * SCALES[scale or "one"]
    return (int(value) if value == int(value) else float(value)), _with_unit(question, f"{value:,}")


def _with_unit(question: Question, shown: str) -> Text:
    unit = question.about.unit if question.about else EMPTY
    return Text(f"{shown} {unit.zh}".strip(), f"{shown} {unit.en}".strip())


def _percent(_question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    number, _ = _number(text.removesuffix("%"))
    if not 0 <= number <= 100:
        raise _Wrong("须在 0 到 100 之间（百分数）。", "Must be from 0 to 100 (percent).")
    return float(number / 100), Text(f"{number}%", f"{number}%")


def _date(_question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    return text, Text(text, text)


def _yes_no(_question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    if text not in (YES, NO):
        raise _Wrong("请选是、否或不清楚。", "Choose yes, no or “I don't know”.")
    return text == YES, YES_WORDS if text == YES else NO_WORDS


def _choice(question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    if text == NO and question.about is not None and question.about.kind == "bool":
        return False, NO_WORDS
    words = dict(question.choices).get(text)
    if words is None:
        raise _Wrong("请从列出的选项中选。", "Choose one of the options.")
    return text, words


def _industry(_question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    found = industry(text.upper())
    if found is None or found.level == "section":
        raise _Wrong(
            f"没有“{shorten(text, 20)}”这个行业代码。请填 GB/T 4754—2017 的代码，如 3973。",
            f"There is no industry code “{shorten(text, 20)}”. Write a code of GB/T 4754-2017, such as 3973.",
        )
    return found.code, Text(f"{found.full_code} {found.name}", f"{found.full_code} {found.name}")


def _market(_question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    if text.lower() in NOT_LISTED:
        return None, Text("未上市", "not listed")
    return text, Text(text, text)


def _text(_question: Question, text: str, _fields: Mapping[str, str]) -> tuple[Any, Text]:
    return text, Text(text, text)


def _valuation(question: Question, text: str, fields: Mapping[str, str]) -> tuple[Any, Text]:
    amount = _amount(question, text, fields)
    currency = fields.get(f"{question.path}.currency") or (question.currencies or ("CNY",))[0]
    value = int(amount) if amount == int(amount) else float(amount)
    return {"amount": value, "currency": currency}, Text(f"{amount:,f} {currency}", f"{amount:,f} {currency}")


Reader = Callable[[Question, str, Mapping[str, str]], tuple[Any, Text]]
READERS: dict[str, Reader] = {
    "money": _money,
    "count": _whole,
    "quantity": _decimal,
    "points": _decimal,
    "percent": _percent,
    "date": _date,
    "yes_no": _yes_no,
    "choice": _choice,
    "industry": _industry,
    "market": _market,
    "text": _text,
    "valuation": _valuation,
}


def _read_titles(question: Question, fields: Mapping[str, str], answers: Answers, head: dict[str, Any]) -> None:
    """Known to hold none, or those ticked; nothing said is unknown. A tick beside "I don't know" is asked about."""
    said = fields.get(question.path, "")
    ticked = [code for code in question.directories if fields.get(f"{question.path}.{code}") == YES]
    if said not in ("some", "none"):
        if ticked:
            answers.faults[question.path] = Text(
                "勾了称号，却选了“不清楚”。请选“有”，没有勾的即没有。",
                "A title is ticked, but “I don't know” is chosen. Choose “yes”: what is not ticked is not held.",
            )
        return
    if said == "none" and ticked:
        answers.faults[question.path] = Text(
            "选了“一个也没有”，却勾了称号。", "“None” is chosen, but a title is ticked."
        )
        return
    titles = [_span(question, code, fields) for code in ticked]
    for code, title in zip(ticked, titles, strict=True):
        try:
            check_figures({**head, "enterprise": {"titles": [title]}})
        except InvalidInput as error:
            last = (error.field or "").rpartition(".")[2]
            name = {"valid_from": ".from", "valid_to": ".to"}.get(last, "")
            answers.faults[f"{question.path}.{code}{name}"] = _without_place(error)
            return
    answers.figures["enterprise"]["titles"] = titles
    none = Text("没有", "none")
    named = Text(title_words(tuple(ticked), "zh"), title_words(tuple(ticked), "en"))
    answers.read_as[question.path] = (
        Text(named.zh.replace("或", "、"), named.en.replace(" or ", ", ")) if ticked else none
    )


def _span(question: Question, code: str, fields: Mapping[str, str]) -> dict[str, Any]:
    begin, end = (_plain(fields.get(f"{question.path}.{code}.{name}", "")) or None for name in ("from", "to"))
    return {"directory": code, "valid_from": begin, "valid_to": end}


def _doubt_units(asked: tuple[Question, ...], answers: Answers) -> None:
    """Ask, without correcting, where a unit looks wrong: money between two years, money of a few yuan, tiny shares."""
    for question in asked:
        value = _value(answers.figures, question.path)
        if question.kind == "percent" and isinstance(value, float) and 0 < value < 0.01:
            answers.doubts[question.path] = Text(
                f"是否想填 {value * 10000:g}%？",
                f"Did you mean {value * 10000:g}%?",
            )
        if question.kind != "money" or not isinstance(value, int) or not value:
            continue
        for other in asked:
            if other.name == question.name and other.year and question.year and other.year == question.year - 1:
                before = _value(answers.figures, other.path)
                if isinstance(before, int) and before and not 1 / ODD < abs(value / before) < ODD:
                    answers.doubts[question.path] = Text(
                        f"与 {other.year} 年相差一千倍以上，单位是否选对？",
                        f"More than a thousand times apart from {other.year}: is the unit right?",
                    )
        if abs(value) < SCALES["wan"]:
            answers.doubts.setdefault(
                question.path, Text("不到 1 万元，单位是否选对？", "Less than 10,000 yuan: is the unit right?")
            )


def _value(figures: Mapping[str, Any], path: str) -> Any:
    here: Any = figures
    for step in path.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here
