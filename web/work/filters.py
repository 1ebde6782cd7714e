"""What the officials' lists are narrowed by: place, chain and order, in the shapes their selects take."""

from enum import StrEnum
from typing import Any

from registry.errors import Locale, Text
from registry.identity.regions import children, city_of
from registry.policies import EVERYWHERE
from registry.schemas.assessments import ReasonCount
from registry.services.places import full_place, place
from registry.services.reference import shipped
from registry.services.tables import TABLE_FORMATS
from web.formats import grouped
from web.rendering import url_with

HOME_PROVINCE = "440000"
Options = list[tuple[str, str]]
OUTCOME_WORDS = {
    "unmet": Text("不符合", "Not met:"),
    "unknown": Text("数据不足", "Without data:"),
    "needs_review": Text("须人工判断", "For a person:"),
}


def place_options(region_code: str, chosen: str | None, locale: Locale) -> Options:
    """The divisions below the official's region (everywhere: the province's cities), and those of the city chosen."""
    options = [("", Text("全部地区", "All places").in_(locale))]
    city = city_of(chosen) if chosen else None
    for code in children(HOME_PROVINCE if region_code == EVERYWHERE else region_code):
        options += _named(code, place(code), locale)
        if code == city:
            options += [named for inner in children(code) for named in _named(inner, full_place(inner), locale)]
    if chosen and chosen not in dict(options):
        options += _named(chosen, full_place(chosen) or Text(chosen, chosen), locale)
    return options


def _named(code: str, name: Text | None, locale: Locale) -> Options:
    return [(code, name.in_(locale))] if name else []


def chain_options(locale: Locale) -> Options:
    """Every chain, after all of them."""
    options = [("", Text("全部产业链", "All chains").in_(locale))]
    return options + [(row["code"], Text(row["name_zh"], row["name_en"]).in_(locale)) for row in shipped("chains")]


def directory_name(code: str, locale: Locale) -> str | None:
    """The short name of a directory, if one bears this code."""
    named = {row["code"]: Text(row["short_zh"], row["short_en"]) for row in shipped("directories")}
    return named[code].in_(locale) if code in named else None


def sort_options(kinds: type[StrEnum], locale: Locale) -> Options:
    """The orders of a list."""
    return [(one.value, one.label.in_(locale)) for one in kinds]  # type: ignore[attr-defined] # members carry labels


def region_words(region_code: str) -> Text:
    """The official's own region."""
    if region_code == EVERYWHERE:
        return Text("全部地区", "everywhere")
    return place(region_code) or Text(region_code, region_code)


def exports(url: str, locale: Locale) -> list[dict[str, Any]]:
    """A link for each format of the list as it is filtered."""
    return [{"text": one.upper(), "href": url_with(url, format=one)} for one in TABLE_FORMATS]


def one_select(name: str, label: Text, options: Options, value: str | None) -> dict[str, Any]:
    """One select of a list's form."""
    return {"name": name, "label": label, "options": options, "value": value or ""}


def reason_options(reasons: tuple[ReasonCount, ...], chosen: str, locale: Locale) -> Options:
    """What keeps the firms on a list, with how many; the chosen one also where nobody is left."""
    options = [("", Text("全部原因", "All reasons").in_(locale))]
    for one in reasons:
        words = f"{OUTCOME_WORDS[one.outcome].in_(locale)} {one.criterion} {one.name.in_(locale)}"
        count = grouped(one.count)
        options.append((one.key, Text(f"{words}（{count}）", f"{words} ({count})").in_(locale)))
    if chosen not in dict(options):
        outcome, _, criterion = chosen.partition(":")
        options.append((chosen, f"{OUTCOME_WORDS[outcome].in_(locale)} {criterion}"))
    return options
