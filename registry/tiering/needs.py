"""Which figures an expression or rule reads, and which of them one enterprise has not reported."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from registry.errors import Locale, Text
from registry.tiering.evaluation import Path, Result, children
from registry.tiering.expressions import founding_year
from registry.tiering.figures import DERIVED_FROM, DERIVED_LABELS, annual_names, fact_names, stated_name
from registry.tiering.language import (
    BandedThreshold,
    Compare,
    LocatedIn,
    No,
    NoTitle,
    OneOf,
    Rule,
    Score,
    Size,
    Title,
    Yes,
)
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
from registry.tiering.population import Bools, Population


@dataclass(frozen=True, slots=True)
class Need:
    """One place of a figures file: annual.2024.rd_expense, facts.market_share, enterprise.titles."""

    name: str
    year: int | None = None

    @property
    def path(self) -> str:
        """Its address in a figures file."""
        if self.year is not None:
            return f"annual.{self.year}.{self.name}"
        if self.name == "titles":
            return "enterprise.titles"
        about = fact_names()[stated_name(self.name)]
        if about.kind == "valuation":
            return f"{about.scope}.{about.name}"
        return f"{about.scope}.{DERIVED_FROM.get(self.name, self.name)}"

    def words(self, locale: Locale) -> str:
        """What people call it: 2024 年研发费用."""
        if self.year is not None:
            name = annual_names()[self.name].label.in_(locale)
            return f"{name} {self.year}" if locale == "en" else f"{self.year} 年{name}"
        if self.name == "titles":
            return "titles held" if locale == "en" else "现有称号"
        about = fact_names()[stated_name(self.name)]
        if about.kind == "valuation":
            name, currency = about.label.in_(locale), self.name.partition("@")[2]
            return f"{name} in {currency}" if locale == "en" else f"{name}（{currency}）"
        if self.name in DERIVED_LABELS:
            return DERIVED_LABELS[self.name].in_(locale)
        if about.kind in ("bool", "presence"):
            return f"{about.label.en} (yes or no)" if locale == "en" else f"“{about.label.zh}”是否属实"
        return about.label.in_(locale)


def figures_read(expression: Expression, last_year: int) -> Iterator[Need]:
    """Every figure and fact an expression reads; of several places for one thing only the first."""
    match expression:
        case FigureOf() | Total() | Mean() | CompoundGrowth() | MeanGrowth():
            yield from _yearly(expression, last_year)
        case FactOf():
            yield Need(expression.fact)
        case FullYears() | Days() | YearsSince() | YearOf():
            yield Need(_date_name(expression))
        case Amount():
            yield Need(expression.column)
        case Average():
            for back in range(expression.years):
                yield from figures_read(expression.average, last_year - back)
        case _:
            for inner in inner_expressions(expression):
                yield from figures_read(inner, last_year)


def _date_name(expression: FullYears | Days | YearsSince | YearOf) -> str:
    match expression:
        case FullYears():
            return expression.full_years_since
        case Days():
            return expression.days_since
        case YearsSince():
            return expression.years_since
        case YearOf():
            return expression.year_of


def _yearly(expression: FigureOf | Total | Mean | CompoundGrowth | MeanGrowth, last_year: int) -> Iterator[Need]:
    match expression:
        case FigureOf():
            yield Need(expression.figure, last_year + expression.year)
        case Total() | Mean():
            name = expression.total if isinstance(expression, Total) else expression.mean
            yield from (Need(name, last_year - back) for back in range(expression.years))
        case CompoundGrowth():
            yield from (Need(expression.compound_growth, last_year - back) for back in (0, expression.years))
        case MeanGrowth():
            yield from (Need(expression.mean_growth, last_year - back) for back in range(3))


def inner_expressions(expression: Expression) -> tuple[Expression, ...]:
    """Expressions inside one that are read whenever it is."""
    match expression:
        case Sum():
            return expression.sum
        case Ratio():
            return expression.ratio
        case Capped():
            return (expression.capped,)
        case FirstKnown():
            return expression.first_known[:1]
        case _:
            return ()


Lack: TypeAlias = tuple[Need, Bools]
"""A place of the figures file, and which rows have nothing there."""


def known(need: Need, population: Population) -> Bools:
    """Which rows have stated this."""
    if need.year is not None:
        return population.figure(need.name, need.year).known
    if need.name == "titles":
        return population.titles_known
    if fact_names()[stated_name(need.name)].kind == "date":
        return ~np.isnat(population.date_fact(need.name))
    return population.fact(need.name).known


def is_known(need: Need, firm: Population) -> bool:
    """Whether the one enterprise has stated this."""
    return bool(known(need, firm)[0])


def lacking(expression: Expression, population: Population, shift: int = 0) -> Iterator[Lack]:
    """What an expression reads and which rows have not stated it. Years before founding are not missing."""
    young = _allows_young(expression)
    for need in figures_read(expression, population.last_year + shift):
        rows = ~known(need, population)
        if young and need.year is not None:
            rows = rows & ~(need.year < founding_year(population))
        yield need, rows


def missing(expression: Expression, firm: Population, shift: int = 0) -> list[Need]:
    """What this one enterprise has not reported of what the expression reads."""
    return [need for need, rows in lacking(expression, firm, shift) if rows[0]]


def _allows_young(expression: Expression) -> bool:
    if isinstance(expression, Total):
        return expression.young
    if isinstance(expression, MeanGrowth):
        return expression.lenient
    return any(_allows_young(inner) for inner in inner_expressions(expression))


def lacks(rule: Rule, population: Population, shift: int = 0) -> Iterator[Lack]:
    """What a condition reads and which rows have not stated it."""
    match rule:
        case Compare():
            yield from lacking(rule.value, population, shift)
            if isinstance(rule.threshold, BandedThreshold):
                yield from lacking(rule.threshold.by, population, shift)
        case Score():
            yield from _score_lacks(rule, population, shift)
        case _:
            for need in _asked(rule, population.last_year + shift):
                yield need, ~known(need, population)
            for child in children(rule, population.procedure):
                yield from lacks(child.rule, population, shift + child.shift)


def needs_of_rule(rule: Rule, firm: Population, shift: int = 0) -> list[Need]:
    """What this one enterprise has not stated of what a condition reads."""
    return [need for need, rows in lacks(rule, firm, shift) if rows[0]]


def _asked(rule: Rule, last_year: int) -> tuple[Need, ...]:
    """What a condition on facts, titles, place or size asks for."""
    match rule:
        case Yes():
            return (Need(rule.yes),)
        case No():
            return (Need(rule.no),)
        case OneOf():
            return (Need(rule.code),)
        case Title() | NoTitle():
            return (Need("titles"),)
        case LocatedIn():
            return (Need("region"),)
        case Size():
            return Need("industry_division"), Need("employees", last_year), Need("revenue", last_year)
        case _:
            return ()


def _score_lacks(rule: Score, population: Population, shift: int) -> Iterator[Lack]:
    for part in rule.score:
        for item in part.items:
            # Points somebody gave make the figures behind them needless.
            open_rows = np.ones(population.size, np.bool_)
            if item.given is not None:
                open_rows = ~known(Need(item.given), population)
            inside = [] if item.value is None else list(lacking(item.value, population, shift))
            for band in item.bands:
                inside += [] if band.when is None else lacks(band.when, population, shift)
            for need, rows in inside:
                yield need, open_rows & rows


def open_leaves(
    rule: Rule, path: Path, firm: Population, results: dict[Path, Result], shift: int = 0
) -> Iterator[tuple[Rule, int]]:
    """The undecided conditions that keep a rule undecided: subtrees with a result of their own are left alone."""
    if results[path] is not Result.UNKNOWN:
        return
    inside = children(rule, firm.procedure)
    if not inside:
        yield rule, shift
    for index, child in enumerate(inside):
        yield from open_leaves(child.rule, (*path, index), firm, results, shift + child.shift)


def distinct(needs: Iterable[Need]) -> list[Need]:
    """Each need once, in the order found."""
    return list(dict.fromkeys(needs))


def need_words(path: str) -> Text:
    """What people call a place of a figures file: annual.2024.rd_expense is 2024 年研发费用. Raises KeyError."""
    need = need_of(path)
    return Text(need.words("zh"), need.words("en"))


def need_of(path: str) -> Need:
    """The need whose place this is; one of the names, where several are read from one place."""
    scope, _, name = path.partition(".")
    if scope == "annual":
        year, _, name = name.partition(".")
        return Need(name, int(year))
    return Need(name)
