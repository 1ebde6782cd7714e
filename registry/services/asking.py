"""From what people typed into filters to a question: names or codes in, checked values out."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

from rapidfuzz import process
from sqlmodel import Session

from registry.errors import InvalidInput, shorten
from registry.grades import grade_number, known_grades
from registry.identity.regions import region
from registry.schemas.paging import check_limit
from registry.search.lexicon import Lexicon, place_entry
from registry.search.query import KINDS, LIMIT_MAX, YEARS, SearchQuery
from registry.search.words import compact
from registry.services.lexicons import lexicon_for
from registry.vocabulary import LabelledEnum, Level, TitleStatus

Word = TypeVar("Word", bound=LabelledEnum)
Value = TypeVar("Value")
NEAREST = 5
CATEGORY_MAX = 60
BRAND_MAX = 60
SORTS = ("relevance", "standing")


def ask(
    session: Session,
    *,
    text: str = "",
    directories: Sequence[str] = (),
    cities: Sequence[str] = (),
    districts: Sequence[str] = (),
    chains: Sequence[str] = (),
    levels: Sequence[str] = (),
    statuses: Sequence[str] = (),
    granted: Sequence[str | int] = (),
    ending: Sequence[str | int] = (),
    brands: Sequence[str] = (),
    categories: Sequence[str] = (),
    grades: Sequence[str | int] = (),
    as_of: date | None = None,
    kind: str = "all",
    sort: str = "relevance",
    cursor: str | None = None,
    limit: int = 20,
    literal: bool = False,
) -> SearchQuery:
    """A checked question. Directories, chains and places may be given by code or by name (高企, 深圳, 440300).

    Raises InvalidInput naming the parameter, with the legal values if they are few or the nearest ones.
    """
    lexicon = lexicon_for(session)
    if (set(directories) - set(lexicon.directories)) or (set(chains) - set(lexicon.chains)):
        lexicon = lexicon_for(session, fresh=True)
    for name, value, words, legal in (
        ("sort", sort, ("排序", "order"), SORTS),
        ("kind", kind, ("类别", "kind"), tuple(KINDS)),
    ):
        if value not in legal:
            raise _unknown(name, *words, value, legal)
    return SearchQuery(
        text=text,
        directories=_each(directories, lambda v: _named(v, "directory", lexicon)),
        cities=_each(cities, _city),
        districts=_each(districts, _district),
        chains=_each(chains, lambda v: _named(v, "chain", lexicon)),
        levels=_each(levels, lambda v: _word(v, Level, "level")),
        statuses=_each(statuses, lambda v: _word(v, TitleStatus, "status")),
        granted=_each(map(str, granted), lambda v: _year(v, "granted")),
        ending=_each(map(str, ending), lambda v: _year(v, "ending")),
        brands=_each(brands, _brand),
        categories=_each(categories, lambda v: v[:CATEGORY_MAX]),
        grades=_each(map(str, grades), _grade),
        as_of=as_of,
        kind=KINDS[kind],
        sort="standing" if sort == "standing" else "relevance",
        cursor=cursor or None,
        limit=min(check_limit(limit), LIMIT_MAX),
        literal=literal,
    )


def _each(values: Iterable[str], read: Callable[[str], Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(read(value.strip()) for value in values if value.strip()))


def _named(value: str, field: str, lexicon: Lexicon) -> str:
    """A directory or chain by code or by any of its names."""
    known = tuple(lexicon.directories if field == "directory" else lexicon.chains)
    if value in known:
        return value
    entry = lexicon.words.get(compact(value))
    if entry is not None and entry.field == field:
        return entry.value
    names = {"directory": ("名录", "directory"), "chain": ("产业链", "chain")}[field]
    raise _unknown(field, *names, value, known)


def _city(value: str) -> str:
    found = region(value) if value.isascii() else None
    if found is not None:
        return found.code
    entry = place_entry(compact(value))
    if entry is not None and entry.field == "city":
        return entry.value
    raise _unknown("city", "城市", "city", value, ())


def _district(value: str) -> str:
    found = region(value) if value.isascii() else None
    if found is not None:
        return found.code
    entry = place_entry(compact(value))
    if entry is not None:
        return entry.value
    raise _unknown("district", "区县", "district", value, ())


def _word(value: str, words: type[Word], field: str) -> Word:
    found = next((word for word in words if value in (word.value, word.label.zh, word.label.en)), None)
    if found is None:
        zh = {"level": "级别", "status": "状态"}[field]
        raise _unknown(field, zh, field, value, tuple(word.value for word in words))
    return found


def _year(value: str, field: str) -> int:
    """A year a title can begin or end in: 2023 or 2023年."""
    digits = value.removesuffix("年")
    if digits.isdecimal() and len(digits) == 4 and int(digits) in YEARS:
        return int(digits)
    raise InvalidInput(
        f"{field} 的值“{shorten(value)}”不是 {YEARS.start} 至 {YEARS.stop - 1} 年之间的年份。",
        f"“{shorten(value)}” is not a year from {YEARS.start} to {YEARS.stop - 1} ({field}).",
        field=field,
        value=value,
    )


def _brand(value: str) -> str:
    """A brand (字号) in any dress."""
    found = compact(value)[:BRAND_MAX]
    if not found:
        raise InvalidInput(
            f"字号“{shorten(value)}”里没有文字。",
            f"There is no letter in the brand “{shorten(value)}”.",
            field="brand",
            value=value,
        )
    return found


def _grade(value: str) -> int:
    """A grade of a product as 1, Ⅰ, I or 一, with or without 级."""
    found = grade_number(value)
    if found is None:
        raise _unknown("grade", "等级", "grade", value, tuple(map(str, known_grades())))
    return found


def _unknown(field: str, zh: str, en: str, value: str, choices: tuple[str, ...]) -> InvalidInput:
    near = tuple(found for found, _, _ in process.extract(value, choices, limit=NEAREST, score_cutoff=60))
    hint_zh = f"是否要找：{'、'.join(near)}？" if near else ""
    hint_en = f" Did you mean {', '.join(near)}?" if near else ""
    return InvalidInput(
        f"没有“{shorten(value)}”这个{zh}。{hint_zh}",
        f"There is no {en} “{shorten(value)}”.{hint_en}",
        field=field,
        value=value,
        choices=choices,
    )
