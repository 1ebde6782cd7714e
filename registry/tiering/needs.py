"""Which figures an expression or rule reads, and which of them one enterprise has not reported."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from registry.errors import Locale
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
from registry.tiering.population import Population


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


def missing(expression: Expression, firm: Population, shift: int = 0) -> list[Need]:
    """What this one enterprise has not reported of what the expression reads.

    Years before its founding are not missing.
    """
    founded = float(founding_year(firm)[0])
    return [
        need
        for need in figures_read(expression, firm.last_year + shift)
        if not is_known(need, firm)
        and not (need.year is not None and need.year < founded and _allows_young(expression))
    ]


def _allows_young(expression: Expression) -> bool:
    if isinstance(expression, Total):
        return expression.young
    if isinstance(expression, MeanGrowth):
        return expression.lenient
    return any(_allows_young(inner) for inner in inner_expressions(expression))


def is_known(need: Need, firm: Population) -> bool:
    """Whether the one enterprise has stated this."""
    if need.year is not None:
        return bool(firm.figure(need.name, need.year).known[0])
    if need.name == "titles":
        return bool(firm.titles_known[0])
    if fact_names()[stated_name(need.name)].kind == "date":
        return bool(firm.date_fact(need.name)[0] == firm.date_fact(need.name)[0])  # NaT differs from itself
    return bool(firm.fact(need.name).known[0])


def needs_of_rule(rule: Rule, firm: Population, shift: int = 0) -> list[Need]:
    """What one condition without conditions inside is missing."""
    match rule:
        case Compare():
            found = missing(rule.value, firm, shift)
            if isinstance(rule.threshold, BandedThreshold):
                found += missing(rule.threshold.by, firm, shift)
            return found
        case Yes() | No() | OneOf():
            name = rule.yes if isinstance(rule, Yes) else rule.no if isinstance(rule, No) else rule.code
            return [] if is_known(Need(name), firm) else [Need(name)]
        case Title() | NoTitle():
            return [] if is_known(Need("titles"), firm) else [Need("titles")]
        case LocatedIn():
            return [] if is_known(Need("region"), firm) else [Need("region")]
        case Size():
            last_year = firm.last_year + shift
            read = (Need("industry_division"), Need("employees", last_year), Need("revenue", last_year))
            return [need for need in read if not is_known(need, firm)]
        case Score():
            return list(_score_needs(rule, firm, shift))
        case _:
            return [
                need
                for child in children(rule, firm.procedure)
                for need in needs_of_rule(child.rule, firm, shift + child.shift)
            ]


def _score_needs(rule: Score, firm: Population, shift: int) -> Iterator[Need]:
    for part in rule.score:
        for item in part.items:
            if item.given is not None and is_known(Need(item.given), firm):
                continue
            if item.value is not None:
                yield from missing(item.value, firm, shift)
            for band in item.bands:
                if band.when is not None:
                    yield from needs_of_rule(band.when, firm, shift)


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
