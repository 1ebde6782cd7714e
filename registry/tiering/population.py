"""The columns a standard is evaluated over: one row an enterprise, one array a figure, fact or kind of title."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from registry.tiering.figures import FigureDef, annual_names, fact_names, in_currency, stated_name
from registry.tiering.standard import Procedure

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
Dates: TypeAlias = NDArray[np.datetime64]
Values: TypeAlias = ArrayLike | Sequence[object]
"""An array, or a list in which None is unknown."""

REGION = re.compile(r"[0-9]{6}")
HOME_CURRENCY = "CNY"
MAINLAND = (11, 65)
"""First two digits of mainland region codes; 71, 81 and 82 are Taiwan, Hong Kong and Macao."""


@dataclass(frozen=True, slots=True)
class Column:
    """Values with a known-mask. Where ``known`` is false the value is 0 and means nothing."""

    values: Floats
    known: Bools


@dataclass(frozen=True, slots=True)
class TitleSpans:
    """Titles of one directory in ragged form: element k says that row ``rows[k]`` holds it from ``valid_from[k]`` to
    ``valid_to[k]``, both days included. NaT: no beginning or no end recorded. A row may occur any number of times
    or not at all.
    """

    rows: NDArray[np.int64]
    valid_from: Dates
    valid_to: Dates

    def holders(self, size: int, day: np.datetime64) -> Bools:
        """Which of ``size`` rows hold the title on ``day``."""
        begun = np.isnat(self.valid_from) | (self.valid_from <= day)
        lasting = np.isnat(self.valid_to) | (self.valid_to >= day)
        held = np.zeros(size, dtype=np.bool_)
        held[self.rows[begun & lasting]] = True
        return held


@dataclass(frozen=True)
class Population:
    """``size`` enterprises on one day under one procedure. A name that is absent is unknown for every row.

    ``figures[(name, year)]`` and numeric ``facts[name]`` are Columns; ``dates[name]`` are datetime64[D] with NaT
    for unknown; ``titles[directory]`` are TitleSpans (an absent directory: nobody holds it); ``titles_known`` is
    false for rows whose titles were not stated at all.
    """

    size: int
    as_of: date
    procedure: Procedure
    figures: Mapping[tuple[str, int], Column]
    facts: Mapping[str, Column]
    dates: Mapping[str, Dates]
    titles: Mapping[str, TitleSpans]
    titles_known: Bools
    _unknown: Column = field(init=False, repr=False)

    def __post_init__(self) -> None:
        nothing = np.zeros(self.size)
        object.__setattr__(self, "_unknown", Column(nothing, np.zeros(self.size, dtype=np.bool_)))

    @classmethod
    def from_columns(
        cls,
        *,
        size: int,
        as_of: date,
        procedure: Procedure = "new",
        figures: Mapping[tuple[str, int], Values] | None = None,
        facts: Mapping[str, Values] | None = None,
        titles: Mapping[str, tuple[Values, Values, Values]] | None = None,
        titles_known: ArrayLike | None = None,
    ) -> "Population":
        """Build from plain arrays of length ``size``.

        figures: {(annual name, calendar year): numbers}, money in yuan; NaN or None is unknown.
        facts: {name: array} for every name of ``figures.FACTS`` and ``figures.FIELDS`` by its kind —
            money, count, score, ratio: numbers, NaN or None unknown; bool and presence: bool, 0/1, NaN or None unknown;
            date: datetime64[D], datetime.date or None, NaT unknown; code: strings of its ``choices`` or None;
            valuation: mappings of amount and currency or None (or numbers under ``name@USD``); text: ignored. Besides:
            ``region_code``, ``industry_code`` and ``listed_market`` as strings or None, from which ``mainland``,
            ``region``, ``industry_division`` and ``listed`` are derived ("" is a firm that is not listed anywhere).
        titles: {directory code: (rows, valid_from, valid_to)}, three arrays of one length, see TitleSpans.
        titles_known: bool array; left out: the titles of every row are known.

        Raises ValueError for an unknown name or an array of another length.
        """
        stated = {**(facts or {})}
        stated.update(derived(stated))
        stated.update(_by_currency(stated))
        dates, numbers = {}, {}
        for name, raw in stated.items():
            about = _known(fact_names(), stated_name(name))
            if about.kind == "date":
                dates[name] = _sized(_dates(raw), size, name)
            elif about.kind != "text":
                numbers[name] = _column(_coded(raw, about) if about.kind == "code" else raw, size, name)
        _nothing_of_none(numbers)
        yearly = {
            (_known(annual_names(), name).name, year): _column(raw, size, f"{name} {year}")
            for (name, year), raw in (figures or {}).items()
        }
        _three_years_on_record(numbers, yearly, as_of.year - 1)
        spans = {code: _spans(raw, size, code) for code, raw in (titles or {}).items()}
        known = np.ones(size, np.bool_) if titles_known is None else np.asarray(titles_known, np.bool_)
        return cls(size, as_of, procedure, yearly, numbers, dates, spans, _sized(known, size, "titles_known"))

    @property
    def last_year(self) -> int:
        """The calendar year before the assessment date."""
        return self.as_of.year - 1

    @property
    def day(self) -> np.datetime64:
        """The assessment date as NumPy knows it."""
        return np.datetime64(self.as_of, "D")

    def figure(self, name: str, year: int) -> Column:
        """A yearly figure; unknown everywhere if nobody reported it."""
        return self.figures.get((name, year), self._unknown)

    def fact(self, name: str) -> Column:
        """A numeric, true/false or coded fact."""
        return self.facts.get(name, self._unknown)

    def date_fact(self, name: str) -> Dates:
        """A date fact; NaT is unknown."""
        found = self.dates.get(name)
        return np.full(self.size, "NaT", dtype="datetime64[D]") if found is None else found

    def holders(self, directories: Sequence[str], *, days_ahead: int = 0) -> Bools:
        """Which rows hold a title of any of these directories on the assessment date, or so many days after it."""
        held = np.zeros(self.size, dtype=np.bool_)
        for code in directories:
            if code in self.titles:
                held |= self.titles[code].holders(self.size, self.day + days_ahead)
        return held

    def located(self, places: Sequence[str]) -> tuple[Bools, Bools]:
        """Whose place is known, and who is in one of these (prefixes of region codes)."""
        region = self.fact("region")
        inside = [np.floor_divide(region.values, 10 ** (6 - len(one))) == int(one) for one in places]
        return region.known, np.logical_or.reduce(inside)

    def row(self, index: int) -> "Population":
        """The population of one enterprise, for explaining it."""
        at = slice(index, index + 1)
        titles = {}
        for code, spans in self.titles.items():
            mine = spans.rows == index
            rows = np.zeros(int(mine.sum()), dtype=np.int64)
            titles[code] = TitleSpans(rows, spans.valid_from[mine], spans.valid_to[mine])
        return Population(
            1,
            self.as_of,
            self.procedure,
            {key: Column(one.values[at], one.known[at]) for key, one in self.figures.items()},
            {key: Column(one.values[at], one.known[at]) for key, one in self.facts.items()},
            {key: one[at] for key, one in self.dates.items()},
            titles,
            self.titles_known[at],
        )


def _known(names: Mapping[str, FigureDef], name: str) -> FigureDef:
    if name not in names:
        raise ValueError(f"no figure or fact is called {name!r}")
    return names[name]


def _sized(array: NDArray, size: int, name: str) -> NDArray:  # type: ignore[type-arg]
    if array.shape != (size,):
        raise ValueError(f"{name}: shape {array.shape} where ({size},) is needed")
    return array


def _column(raw: Values, size: int, name: str) -> Column:
    given = np.asarray(raw)
    values = _sized(given.astype(np.float64), size, name)  # None becomes NaN, True becomes 1
    known = np.isfinite(values)
    return Column(np.where(known, values, 0.0), known)


def _dates(raw: Values) -> Dates:
    return np.asarray(raw, dtype="datetime64[D]")


def _coded(raw: Values, about: FigureDef) -> Floats:
    place = {choice: float(index) for index, choice in enumerate(about.choices)}
    return np.array([place.get(one, np.nan) for one in np.asarray(raw, dtype=object)], dtype=np.float64)


def _spans(raw: tuple[Values, Values, Values], size: int, code: str) -> TitleSpans:
    rows, begins, ends = np.asarray(raw[0], dtype=np.int64), _dates(raw[1]), _dates(raw[2])
    if not rows.shape == begins.shape == ends.shape:
        raise ValueError(f"titles of {code}: three arrays of one length are needed")
    if rows.size and not (0 <= rows.min() and rows.max() < size):
        raise ValueError(f"titles of {code}: a row is outside 0–{size - 1}")
    return TitleSpans(rows, begins, ends)


def _three_years_on_record(
    numbers: dict[str, Column], yearly: Mapping[tuple[str, int], Column], last_year: int
) -> None:
    """Revenue known for three years is a record of three years, whatever was stated."""
    columns = [yearly.get(("revenue", last_year - back)) for back in range(3)]
    if any(one is None for one in columns):
        return
    full = np.logical_and.reduce([one.known for one in columns if one is not None])
    stated = numbers.get("revenue_record", Column(np.zeros(full.size), np.zeros(full.size, dtype=np.bool_)))
    place = float(fact_names()["revenue_record"].choices.index("three_years"))
    numbers["revenue_record"] = Column(np.where(full, place, stated.values), stated.known | full)


SUBSETS = {"class1_ip": ("class1_ip_self", "class1_ip_high_value")}
"""Counts that are part of another count."""


def _nothing_of_none(numbers: dict[str, Column]) -> None:
    """Where there are none of a thing, there are none of any kind of it, whether or not that was stated."""
    for whole, parts in SUBSETS.items():
        if whole not in numbers:
            continue
        none = numbers[whole].known & (numbers[whole].values == 0)
        for part in parts:
            column = numbers.get(part, Column(np.zeros_like(numbers[whole].values), np.zeros_like(none)))
            numbers[part] = Column(column.values, column.known | none)


def derived(facts: dict[str, Values]) -> dict[str, Values]:
    """``mainland``, ``region``, ``industry_division`` and ``listed`` from codes and words, which leave ``facts``."""
    found: dict[str, Values] = {}
    if (markets := facts.pop("listed_market", None)) is not None:
        found["listed"] = [None if one is None else _is_listed(str(one)) for one in np.asarray(markets, dtype=object)]
    if (regions := facts.pop("region_code", None)) is not None:
        found["region"] = _numbers(regions)
        province = _two_digits(regions)
        inside = (province >= MAINLAND[0]) & (province <= MAINLAND[1])
        found["mainland"] = np.where(np.isnan(province), np.nan, inside.astype(np.float64))
    if (industries := facts.pop("industry_code", None)) is not None:
        found["industry_division"] = _two_digits(industries)
    return {name: facts.get(name, value) for name, value in found.items()}


OVER_THE_COUNTER = ("新三板", "NEEQ", "全国股转", "全国中小企业股份转让", "区域性股权")
"""Where shares are quoted without the firm being listed (上市)."""


def _is_listed(market: str) -> bool:
    return bool(market.strip()) and not any(one in market.upper() for one in OVER_THE_COUNTER)


def _by_currency(facts: dict[str, Values]) -> dict[str, Values]:
    """A column of amounts for every currency a valuation is stated in; takes the valuations out of ``facts``."""
    found: dict[str, Values] = {}
    for name in [one for one in facts if "@" not in one and _known(fact_names(), one).kind == "valuation"]:
        stated = [one if isinstance(one, Mapping) else None for one in np.asarray(facts.pop(name), dtype=object)]
        for currency in sorted({str(one.get("currency") or HOME_CURRENCY) for one in stated if one}):
            found[in_currency(name, currency)] = [
                one["amount"] if one and str(one.get("currency") or HOME_CURRENCY) == currency else None
                for one in stated
            ]
    return found


def _numbers(codes: Values) -> Floats:
    """Region codes as whole numbers; NaN where there is none."""
    texts = np.asarray(codes, dtype=object)
    number = {code: float(code) if isinstance(code, str) and REGION.fullmatch(code) else np.nan for code in set(texts)}
    return np.array([number[code] for code in texts], dtype=np.float64)


def _two_digits(codes: Values) -> Floats:
    """The first two digits of each code (a section letter in front is skipped); NaN where there are none."""
    texts = np.asarray(codes, dtype=object)
    division = {code: _division(code) for code in set(texts.tolist())}
    return np.array([division[code] for code in texts], dtype=np.float64)


def _division(code: object) -> float:
    if not isinstance(code, str):
        return np.nan
    digits = code.lstrip("ABCDEFGHIJKLMNOPQRST")[:2]
    return float(digits) if len(digits) == 2 and digits.isdigit() else np.nan
