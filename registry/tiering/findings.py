"""One condition of one enterprise in values and words: what was read, against what, and what is short."""

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from registry.errors import Locale, Text
from registry.tiering.describe import requirement, threshold_words
from registry.tiering.directory_words import place_words, title_words
from registry.tiering.evaluation import Result
from registry.tiering.expressions import limit, measure
from registry.tiering.figures import choice_words, fact_names
from registry.tiering.language import Compare, LocatedIn, No, NoTitle, OneOf, Rule, Size, Title, Yes
from registry.tiering.measures import Amount, FactOf, FigureOf
from registry.tiering.needs import figures_read, missing
from registry.tiering.population import Population
from registry.tiering.sizes import CLASS_WORDS, CLASSES, size_range
from registry.tiering.wording import SIGNS, about, label, show, show_gap, show_pair

Json: TypeAlias = int | float | bool | str | None


@dataclass(frozen=True)
class Finding:
    """A condition read for one enterprise. ``short`` are the words of what is missing to meet it, if it is unmet.

    ``short_kind``: more — "还差 180 万元"; less — a value is too high; other — a step to take.
    """

    rule: Rule
    result: Result
    value: Json
    threshold: Json
    gap: Json
    unit: str
    years: tuple[int, ...]
    text: Text
    name: Text
    short: Text | None = None
    short_kind: str = "other"


def read(rule: Rule, firm: Population, shift: int, result: Result, *, yearly: bool) -> Finding:
    """The finding of a condition without conditions inside.

    ``yearly``: it is asked of several years, so name the year.
    """
    if isinstance(rule, Compare):
        return _compare(rule, firm, shift, result, yearly=yearly)
    value, threshold = _stated(rule, firm, shift)
    return Finding(
        rule=rule,
        result=result,
        value=value,
        threshold=threshold,
        gap=None,
        unit="boolean" if isinstance(threshold, bool) else "",
        years=(),
        text=Text(_fact_text(rule, value, "zh"), _fact_text(rule, value, "en")),
        name=Text(_fact_name(rule, "zh"), _fact_name(rule, "en")),
        short=_fact_short(rule) if result is Result.UNMET else None,
    )


def plain(value: float | Fraction) -> int | float:
    """A JSON number: whole where it is whole, without the noise of binary fractions."""
    number = round(float(value), 10)
    return int(number) if number == int(number) else number


def _compare(rule: Compare, firm: Population, shift: int, result: Result, *, yearly: bool) -> Finding:
    value = measure(rule.value, firm, shift)
    against = limit(rule.threshold, firm, shift)
    unit, _ = about(rule.value)
    years = tuple(sorted({need.year for need in figures_read(rule.value, firm.last_year + shift) if need.year}))
    known = bool(value.known[0])
    threshold_known = against.known is None or bool(against.known[0])
    top = against.top if isinstance(against.top, float) else float(against.top[0])
    threshold = Fraction(top) / against.bottom if threshold_known else None
    number = plain(float(value.floats()[0])) if known else None
    gap = None
    if number is not None and threshold is not None and result is Result.UNMET:
        gap = abs(threshold - Fraction(str(number)))
    year = firm.last_year + shift if yearly else None
    sentences = [_sentence(rule, number, threshold, gap, year, firm, shift, locale) for locale in ("zh", "en")]
    short, kind = _shortfall(rule, gap, threshold, year)
    return Finding(
        rule=rule,
        result=result,
        value=number,
        threshold=None if threshold is None else plain(threshold),
        gap=None if gap is None else plain(gap),
        unit=unit if unit != "number" else (about(rule.value)[1].en or "number"),
        years=years,
        text=Text(*sentences),
        name=Text(label(rule, "zh", year=year), label(rule, "en", year=year)),
        short=short,
        short_kind=kind,
    )


def _sentence(
    rule: Compare,
    number: int | float | None,
    threshold: Fraction | None,
    gap: Fraction | None,
    year: int | None,
    firm: Population,
    shift: int,
    locale: Locale,
) -> str:
    english = locale == "en"
    name, (unit, counter), sign = label(rule, locale, year=year), about(rule.value), SIGNS[rule.operator]
    asked = "" if threshold is None else f"{sign} {show(unit, counter, threshold, locale)}"
    if number is None:
        why = _why_unknown(rule, firm, shift, locale)
        return f"{name} {why}" + (f", must be {asked}" if english and asked else f"，须 {asked}" if asked else "")
    if threshold is None:
        return f"{name} {show(unit, counter, number, locale)}"
    shown, _ = show_pair(unit, counter, number, threshold, locale)
    text = f"{name} {shown}, must be {asked}" if english else f"{name} {shown}，须 {asked}"
    if gap is None or is_rank(rule) or unit == "calendar_year":
        return text
    over = rule.operator in ("at_most", "less_than")
    words = show_gap(unit, counter, gap, locale)
    if english:
        return f"{text}, {words} too {'high' if over else 'low'}"
    return f"{text}，{'高' if over else '差'} {words}"


def _why_unknown(rule: Compare, firm: Population, shift: int, locale: Locale) -> str:
    english = locale == "en"
    absent = missing(rule.value, firm, shift)
    if not absent:
        return "cannot be computed (divided by nothing)" if english else "无法计算（除数不大于 0）"
    if isinstance(rule.value, Amount):
        return f"not stated in {rule.value.currency}" if english else f"未以 {rule.value.currency} 填报"
    if isinstance(rule.value, FactOf | FigureOf):
        return "not reported" if english else "未填"
    names = [need.words(locale) for need in absent]
    return f"lacks {', '.join(names)}" if english else f"缺 {'、'.join(names)}"


def is_rank(rule: Compare) -> bool:
    """Ranks are reached, not added to."""
    return isinstance(rule.value, FactOf) and rule.value.fact.startswith("market_rank")


def _shortfall(
    rule: Compare, gap: Fraction | None, threshold: Fraction | None, year: int | None
) -> tuple[Text | None, str]:
    if gap is None or threshold is None:
        return None, "other"
    unit, counter = about(rule.value)
    names = Text(label(rule, "zh", year=year), label(rule, "en", year=year))
    if rule.brief is not None:
        names = Text(rule.brief.zh, rule.brief.en)
    if is_rank(rule):
        return Text(
            f"{names.zh}须进前 {plain(threshold)}", f"{names.en} must reach the top {plain(threshold)}"
        ), "other"
    amounts = Text(show_gap(unit, counter, gap, "zh"), show_gap(unit, counter, gap, "en"))
    if unit == "calendar_year":
        asked = threshold_words(rule, "zh"), threshold_words(rule, "en")
        return Text(f"{names.zh}须 {asked[0]}", f"{names.en} must be {asked[1]}"), "other"
    if rule.operator in ("at_most", "less_than"):
        return Text(f"{names.zh}高 {amounts.zh}", f"{names.en} is {amounts.en} too high"), "less"
    if counter.zh == "件":
        return Text(f"{amounts.zh}{names.zh}", f"{amounts.en} of {names.en}"), "more"
    return Text(f"{names.zh} {amounts.zh}", f"{amounts.en} of {names.en}"), "more"


def _stated(rule: Rule, firm: Population, shift: int) -> tuple[Json, Json]:
    """What a true/false, coded, title, place or size condition read, and what it wants."""
    match rule:
        case LocatedIn():
            known, _ = firm.located(rule.located_in)
            return (f"{int(firm.fact('region').values[0]):06d}" if known[0] else None), "/".join(rule.located_in)
        case Size():
            found = size_range(firm, shift)
            possible = CLASSES[int(found.low[0]) : int(found.high[0]) + 1] if found.known[0] else CLASSES
            return ("/".join(possible) if len(possible) < len(CLASSES) else None), "/".join(rule.size)
        case Yes() | No():
            column = firm.fact(rule.yes if isinstance(rule, Yes) else rule.no)
            return (bool(column.values[0] > 0) if column.known[0] else None), isinstance(rule, Yes)
        case OneOf():
            column = firm.fact(rule.code)
            choice = fact_names()[rule.code].choices[int(column.values[0])] if column.known[0] else None
            return choice, "/".join(rule.among)
        case Title() | NoTitle():
            directories = rule.title if isinstance(rule, Title) else rule.no_title
            held = bool(firm.holders(directories)[0])
            return (held if firm.titles_known[0] else None), isinstance(rule, Title)
        case _:
            return None, None


def _fact_name(rule: Rule, locale: Locale) -> str:
    match rule:
        case Yes() | No() | OneOf():
            name = rule.yes if isinstance(rule, Yes) else rule.no if isinstance(rule, No) else rule.code
            return fact_names()[name].label.in_(locale)
        case LocatedIn():
            return "place of registration" if locale == "en" else "登记地"
        case Size():
            return "size class" if locale == "en" else "企业划型"
        case Title() | NoTitle():
            names = title_words(rule.title if isinstance(rule, Title) else rule.no_title, locale)
            return f"valid title of {names}" if locale == "en" else f"有效的{names}称号"
        case _:
            return requirement(rule, locale)


def _fact_text(rule: Rule, value: Json, locale: Locale) -> str:
    name = _fact_name(rule, locale)
    if isinstance(rule, LocatedIn | Size):
        return _class_or_place(rule, name, value, locale)
    if not isinstance(rule, Yes | No | OneOf | Title | NoTitle):
        return name
    if locale == "en":
        said = "not stated" if value is None else "yes" if value else "no"
        return f"{name}: {choice_words(value).en if isinstance(value, str) else said}"
    holding = ("持有", "未持有") if isinstance(rule, Title | NoTitle) else ("是", "否")
    said = "未填" if value is None else holding[0 if value else 1]
    return f"{name}：{choice_words(value).zh if isinstance(value, str) else said}"


def _class_or_place(rule: LocatedIn | Size, name: str, value: Json, locale: Locale) -> str:
    english = locale == "en"
    if value is None:
        return f"{name}: not stated" if english else f"{name}：未填"
    if isinstance(rule, LocatedIn):
        shown = place_words((str(value),), locale)
    else:
        possible = [words.in_(locale) for code, words in CLASS_WORDS.items() if code in str(value).split("/")]
        shown = (" or " if english else "或").join(possible)
    return (
        f"{name}: {shown}; {requirement(rule, locale)}" if english else f"{name}：{shown}，{requirement(rule, locale)}"
    )


def _fact_short(rule: Rule) -> Text:
    zh, en = _fact_name(rule, "zh"), _fact_name(rule, "en")
    match rule:
        case Title():
            return Text(f"须先取得{zh}", f"first needs a {en}")
        case NoTitle():
            return Text(f"已持有{zh}，不再推荐", f"already holds a {en}")
        case LocatedIn() | Size():
            return Text(requirement(rule, "zh"), requirement(rule, "en"))
        case No():
            return Text(f"有“{zh}”的情形", f"the following applies: {en}")
        case _:
            return Text(f"须具备“{zh}”", f"needs: {en}")


def period_words(years: tuple[int, ...], fallback: Text) -> Text:
    """2025, 2024–2025; where no yearly figure is read, the words of the criterion."""
    if not years:
        return fallback
    span = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    return Text(span, span)
