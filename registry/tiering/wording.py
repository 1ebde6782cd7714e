"""Numbers and results in words: 8,200 万元, 1.2 亿元, 88.6%, 6 件; and what an expression is called and measured in."""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from registry.errors import Locale, Text
from registry.tiering.evaluation import Result
from registry.tiering.figures import FigureDef, annual_names, fact_names
from registry.tiering.language import Compare, Operator
from registry.tiering.measures import (
    Amount,
    Average,
    Capped,
    CompoundGrowth,
    Days,
    Expression,
    FactOf,
    FigureOf,
    FirstKnown,
    FullYears,
    Mean,
    MeanGrowth,
    Ratio,
    Sum,
    Total,
    YearOf,
    YearsSince,
)

Unit: TypeAlias = Literal["yuan", "dollars", "ratio", "points", "years", "days", "calendar_year", "number"]
Number: TypeAlias = int | float | Fraction

RESULT_WORDS = {
    Result.MET: Text("符合", "met"),
    Result.UNMET: Text("不符合", "not met"),
    Result.UNKNOWN: Text("数据不足", "not enough data"),
    Result.NEEDS_REVIEW: Text("须人工判断", "needs a person"),
    Result.NOT_APPLICABLE: Text("不适用", "not applicable"),
}
SIGNS: dict[Operator, str] = {"at_least": "≥", "more_than": ">", "at_most": "≤", "less_than": "<"}
UNITS: dict[str, Unit] = {"money": "yuan", "ratio": "ratio", "score": "points"}
CURRENCY_WORDS: dict[Unit, Text] = {"yuan": Text("元", "yuan"), "dollars": Text("美元", "US dollars")}
COUNTERS: dict[Unit, Text] = {"years": Text("年", "years"), "days": Text("天", "days"), "points": Text("分", "points")}


def about(expression: Expression) -> tuple[Unit, Text]:
    """The unit of an expression and its counter word (件, 人; empty for money and ratios)."""
    match expression:
        case FigureOf() | Total() | Mean():
            return defined(annual_names()[_figure_name(expression)])
        case FactOf():
            return defined(fact_names()[expression.fact])
        case Ratio():
            # Like by like is a share; results by years or yuan by mu keep the unit of what is divided.
            top, bottom = (about(one) for one in expression.ratio)
            return ("ratio", Text("", "")) if top == bottom else top
        case CompoundGrowth() | MeanGrowth():
            return "ratio", Text("", "")
        case FullYears() | YearsSince():
            return "years", COUNTERS["years"]
        case YearOf():
            return "calendar_year", Text("", "")
        case Amount():
            return ("yuan", Text("", "")) if expression.currency == "CNY" else ("dollars", Text("", ""))
        case Days():
            return "days", COUNTERS["days"]
        case _:
            return about(_inner(expression))


def _figure_name(expression: FigureOf | Total | Mean) -> str:
    if isinstance(expression, FigureOf):
        return expression.figure
    return expression.total if isinstance(expression, Total) else expression.mean


def _inner(expression: Sum | Capped | FirstKnown | Average) -> Expression:
    if isinstance(expression, Capped):
        return expression.capped
    if isinstance(expression, Average):
        return expression.average
    return expression.sum[0] if isinstance(expression, Sum) else expression.first_known[0]


def defined(figure: FigureDef) -> tuple[Unit, Text]:
    """The unit of a figure or fact and its counter word."""
    unit = UNITS.get(figure.kind, "number")
    return unit, Text("", "") if unit in ("yuan", "ratio") else figure.unit


def label(rule: Compare, locale: Locale, *, year: int | None = None) -> str:
    """What is compared. ``year``: the calendar year when the same condition is asked of several years."""
    if rule.label is not None:
        words = rule.label.en if locale == "en" else rule.label.zh
    elif isinstance(rule.value, FigureOf):
        name = annual_names()[rule.value.figure].label.in_(locale)
        last = rule.value.year == 0 and year is None
        words = (f"{name} last year" if locale == "en" else f"上年度{name}") if last else name
    elif isinstance(rule.value, FactOf):
        words = fact_names()[rule.value.fact].label.in_(locale)
    else:
        raise TypeError("the loader lets no computed value pass without a label")
    if year is None:
        return words
    return f"{words} in {year}" if locale == "en" else f"{year} 年{words}"


def show(unit: Unit, counter: Text, value: Number, locale: Locale, *, places: int | None = None) -> str:
    """A number for people.

    ``places``: that many decimals of the shown unit, more than usual, to tell two values apart.
    """
    exact = (
        Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else Decimal(str(value))
    )
    match unit:
        case "yuan" | "dollars":
            return _money(exact, unit, locale, places)
        case "calendar_year":
            return f"{exact:.0f}" if locale == "en" else f"{exact:.0f} 年"
        case "ratio":
            return f"{_trim(exact * 100, 1 if places is None else places)}%"
        case _:
            text = _trim(exact, 2 if places is None else places)
            word = counter.in_(locale)
            if locale == "en" and text == "1":
                word = "person" if word == "people" else word.removesuffix("s")
            return f"{text} {word}" if word else text


def show_pair(unit: Unit, counter: Text, value: Number, threshold: Number, locale: Locale) -> tuple[str, str]:
    """A value and its threshold, with as many decimals as it takes to see that they differ."""
    for places in (None, 2, 4, 6, 8):
        shown = show(unit, counter, value, locale, places=places)
        against = show(unit, counter, threshold, locale)
        if shown != against or value == threshold:
            break
    return shown, against


def show_gap(unit: Unit, counter: Text, gap: Number, locale: Locale) -> str:
    """A difference in its own unit, rounded up so that it is never understated."""
    exact = Decimal(gap.numerator) / Decimal(gap.denominator) if isinstance(gap, Fraction) else Decimal(str(gap))
    if unit == "calendar_year":
        unit, counter = "years", COUNTERS["years"]
    if unit != "ratio":
        return show(unit, counter, gap, locale)
    points = (exact * 100).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)
    shown = points.quantize(Decimal("0.1"), rounding=ROUND_CEILING)
    return f"{_trim(shown, 1)} " + ("percentage points" if locale == "en" else "个百分点")


def _money(amount: Decimal, unit: Unit, locale: Locale, places: int | None) -> str:
    size, word = abs(amount), CURRENCY_WORDS[unit].in_(locale)
    decimals = 2 if places is None else places
    if locale == "en":
        for factor, short in ((10**9, "bn"), (10**6, "m")):
            if size >= factor:
                return f"{_trim(amount / factor, decimals)} {short} {word}"
        return f"{_trim(amount, 2)} {word}"
    if size >= 10**8:
        return f"{_trim(amount / 10**8, decimals)} 亿{word}"
    return f"{_trim(amount / 10**4, 4)} 万{word}" if size >= 10**4 else f"{_trim(amount, 2)} {word}"


def _trim(value: Decimal, places: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−") if text not in ("-0", "−0") else "0"
