"""The rules once more, as SQL: every condition of a standard as an expression over one wide table of firms.

Written from the meaning of the language and not from the evaluator, so that the two can be held against each other.
NULL is unknown; a result is 0 unmet, 1 unknown, 2 needs review, 3 met, 4 not applicable. A measure is a fraction of two
SQL numbers (so that edges are exact), with a root and an offset for growth rates.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import singledispatch
from math import lcm
from typing import Any

from registry.tiering import language as rules
from registry.tiering import measures
from registry.tiering.figures import fact_names
from registry.tiering.sizes import CLASSES, Lines, size_table
from registry.tiering.standard import Criterion, Procedure, Standard
from tests.unit.tiering.sql_scores import score_code

UNMET, UNKNOWN, REVIEW, MET, NOT_APPLICABLE = range(5)


@dataclass(frozen=True)
class Day:
    """What the rules are asked about: the assessment date, the procedure, and how many years back to look."""

    as_of: date
    procedure: Procedure
    shift: int = 0

    @property
    def last_year(self) -> int:
        return self.as_of.year - 1 + self.shift

    def back(self, years: int) -> "Day":
        return Day(self.as_of, self.procedure, self.shift - years)


@dataclass(frozen=True)
class Sql:
    """(num ÷ den) ^ (1 ÷ root) + offset, NULL where unknown."""

    num: str
    den: str = "1"
    root: int = 1
    offset: int = 0

    @property
    def plain(self) -> str:
        return self.num if self.den == "1" else f"(({self.num}) * 1.0 / ({self.den}))"


def results(standard: Standard, day: Day) -> dict[str, str]:
    """An expression for every criterion."""
    return {one.id: _criterion(one, day) for one in standard.criteria}


def _criterion(criterion: Criterion, day: Day) -> str:
    if day.procedure not in criterion.procedures:
        return str(NOT_APPLICABLE)
    return str(REVIEW) if criterion.confidence == "R" else code(criterion.rule, day)


def figure(name: str, year: int) -> str:
    return f'"{name} {year}"'


def fact(name: str) -> str:
    return f'"{name}"'


def three(condition: str) -> str:
    """MET or UNMET of a condition, UNKNOWN where it is NULL."""
    return f"(CASE WHEN ({condition}) IS NULL THEN {UNKNOWN} WHEN ({condition}) THEN {MET} ELSE {UNMET} END)"


def least(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"min({', '.join(parts)})"


def most(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"max({', '.join(parts)})"


# Measures


@singledispatch
def value(expression: Any, _day: Day) -> Sql:
    raise NotImplementedError(type(expression).__name__)


@value.register
def _(expression: measures.FigureOf, day: Day) -> Sql:
    return Sql(figure(expression.figure, day.last_year + expression.year))


@value.register
def _(expression: measures.FactOf, _day: Day) -> Sql:
    return Sql(fact(expression.fact))


@value.register
def _(expression: measures.Amount, _day: Day) -> Sql:
    return Sql(fact(expression.column))


FOUNDED = "CAST(strftime('%Y', founded_on) AS INTEGER)"


@value.register
def _(expression: measures.Total, day: Day) -> Sql:
    years = [day.last_year - back for back in range(expression.years)]
    parts = [figure(expression.total, year) for year in years]
    if expression.young:
        pairs = zip(parts, years, strict=True)
        parts = [f"coalesce({part}, CASE WHEN {FOUNDED} > {year} THEN 0 END)" for part, year in pairs]
    return Sql(f"({' + '.join(parts)})")


@value.register
def _(expression: measures.Mean, day: Day) -> Sql:
    total = value(measures.Total(total=expression.mean, years=expression.years), day)
    return Sql(total.num, str(expression.years))


@value.register
def _(expression: measures.Sum, day: Day) -> Sql:
    return Sql(f"({' + '.join(value(one, day).plain for one in expression.sum)})")


@value.register
def _(expression: measures.Ratio, day: Day) -> Sql:
    top, bottom = (value(one, day) for one in expression.ratio)
    num, den = f"({top.num}) * ({bottom.den})", f"(({bottom.num}) * ({top.den}))"
    return Sql(f"(CASE WHEN ({bottom.num}) > 0 THEN {num} END)", den)


@value.register
def _(expression: measures.CompoundGrowth, day: Day) -> Sql:
    name, year = expression.compound_growth, day.last_year
    last, first = figure(name, year), figure(name, year - expression.years)
    return Sql(f"(CASE WHEN {first} > 0 AND {last} >= 0 THEN {last} END)", first, expression.years, -1)


@value.register
def _(expression: measures.MeanGrowth, day: Day) -> Sql:
    a, b, c = (figure(expression.mean_growth, day.last_year - back) for back in (2, 1, 0))
    cases = [f"WHEN {a} > 0 AND {b} > 0 AND {c} IS NOT NULL THEN (({b}*1.0/{a}) + ({c}*1.0/{b})) / 2"]
    if expression.lenient:
        # One year of operation: no growth, whatever is reported. Then the plain case, a zero second year, one ratio.
        cases.insert(0, f"WHEN {FOUNDED} > {day.last_year - 1} THEN 1")
        cases.append(f"WHEN {b} = 0 THEN 1")
        young = f"{FOUNDED} > {day.last_year - 2}"
        cases.append(f"WHEN {b} > 0 AND {c} IS NOT NULL AND ({a} = 0 OR {young}) THEN {c}*1.0/{b}")
    return Sql(f"(CASE {' '.join(cases)} END)", offset=-1)


@value.register
def _(expression: measures.FullYears, day: Day) -> Sql:
    name = fact(expression.full_years_since)
    begun = f"CAST(strftime('%Y', {name}) AS INTEGER)"
    return Sql(f"max(0, {day.as_of.year} - {begun} - (strftime('%m-%d', {name}) <> '01-01'))")


@value.register
def _(expression: measures.Days, day: Day) -> Sql:
    return Sql(f"CAST(julianday('{day.as_of}') - julianday({fact(expression.days_since)}) AS INTEGER)")


@value.register
def _(expression: measures.YearsSince, day: Day) -> Sql:
    name = fact(expression.years_since)
    begun = f"CAST(strftime('%Y', {name}) AS INTEGER)"
    full = f"({day.as_of.year} - {begun} - ('{day.as_of:%m-%d}' < strftime('%m-%d', {name})))"
    since = f"CAST(julianday('{day.as_of}') - julianday({name}, '+' || {full} || ' years') AS INTEGER)"
    return Sql(f"({full} * 366 + {since})", "366")


@value.register
def _(expression: measures.YearOf, _day: Day) -> Sql:
    return Sql(f"CAST(strftime('%Y', {fact(expression.year_of)}) AS INTEGER)")


@value.register
def _(expression: measures.Average, day: Day) -> Sql:
    parts = [value(expression.average, day.back(back)).plain for back in range(expression.years)]
    return Sql(f"({' + '.join(parts)})", str(expression.years))


@value.register
def _(expression: measures.Capped, day: Day) -> Sql:
    return Sql(f"min({value(expression.capped, day).plain}, {expression.at})")


@value.register
def _(expression: measures.FirstKnown, day: Day) -> Sql:
    return Sql(f"coalesce({', '.join(value(one, day).plain for one in expression.first_known)})")


# Conditions

SIGNS = {"at_least": ">=", "more_than": ">", "at_most": "<=", "less_than": "<"}


def holds(measured: Sql, operator: str, top: str, bottom: int) -> str:
    """The comparison with ``top ÷ bottom`` multiplied out; numbers with decimals are equal within 1e-12."""
    left = f"(({measured.num}) * {bottom**measured.root})"
    side = f"({top} - {measured.offset * bottom})"
    right = f"({' * '.join([side] * measured.root)} * ({measured.den}))"
    sign = SIGNS[operator]
    near = f"abs({left} - {right}) <= 1e-12 * max(abs({left}), abs({right}))"
    exact = f"typeof({left}) = 'integer' AND typeof({right}) = 'integer'"
    return f"(CASE WHEN NOT ({exact}) AND {near} THEN {int('=' in sign)} ELSE {left} {sign} {right} END)"


def edge(measured: Sql, operator: str, against: Fraction) -> str:
    return holds(measured, operator, str(against.numerator), against.denominator)


@singledispatch
def code(rule: Any, _day: Day) -> str:
    """The result of a rule."""
    raise NotImplementedError(type(rule).__name__)


@code.register
def _(rule: rules.Compare, day: Day) -> str:
    measured, threshold = value(rule.value, day), rule.threshold
    if isinstance(threshold, Fraction):
        return three(f"CASE WHEN ({measured.num}) IS NOT NULL THEN {edge(measured, rule.operator, threshold)} END")
    by, bottom = value(threshold.by, day), lcm(*(band.use.denominator for band in threshold.bands))
    cases = [
        f"WHEN {edge(by, 'at_most', band.up_to)} THEN {band.use * bottom}"
        for band in threshold.bands
        if band.up_to is not None
    ]
    top = f"(CASE WHEN ({by.num}) IS NULL THEN NULL {' '.join(cases)} ELSE {threshold.bands[-1].use * bottom} END)"
    known = f"({measured.num}) IS NOT NULL AND ({by.num}) IS NOT NULL"
    return three(f"CASE WHEN {known} THEN {holds(measured, rule.operator, top, bottom)} END")


@code.register
def _(rule: rules.Yes, _day: Day) -> str:
    return three(f"{fact(rule.yes)} > 0")


@code.register
def _(rule: rules.No, _day: Day) -> str:
    return three(f"{fact(rule.no)} <= 0")


@code.register
def _(rule: rules.OneOf, _day: Day) -> str:
    places = [str(fact_names()[rule.code].choices.index(one)) for one in rule.among]
    return three(f"{fact(rule.code)} IN ({', '.join(places)})")


def held(directories: tuple[str, ...], day: Day) -> str:
    names = ", ".join(f"'{one}'" for one in directories)
    lasting = f"(begin IS NULL OR begin <= '{day.as_of}') AND (end IS NULL OR end >= '{day.as_of}')"
    return f"EXISTS (SELECT 1 FROM title WHERE title.firm = firm.id AND directory IN ({names}) AND {lasting})"  # noqa: S608


@code.register
def _(rule: rules.Title, day: Day) -> str:
    return three(f"CASE WHEN titles_known THEN {held(rule.title, day)} END")


@code.register
def _(rule: rules.NoTitle, day: Day) -> str:
    return three(f"CASE WHEN titles_known THEN NOT {held(rule.no_title, day)} END")


@code.register
def _(rule: rules.LocatedIn, _day: Day) -> str:
    places = [f"CAST({fact('region')} AS INTEGER) / {10 ** (6 - len(one))} = {int(one)}" for one in rule.located_in]
    return three(" OR ".join(places))


@code.register
def _(rule: rules.Size, day: Day) -> str:
    staff, revenue = figure("employees", day.last_year), figure("revenue", day.last_year)
    whens = []
    for lines in size_table().industries:
        spans = [f"industry_division BETWEEN {first} AND {last}" for first, last in lines.divisions]
        whens.append(f"WHEN {' OR '.join(spans) or '1'} THEN {_sized(rule, lines, staff, revenue)}")
    return f"(CASE WHEN industry_division IS NULL THEN {UNKNOWN} {' '.join(whens)} END)"


def _sized(rule: rules.Size, lines: Lines, staff: str, revenue: str) -> str:
    """One industry: try every class each figure may mean."""
    wanted = [one in rule.size for one in CLASSES]
    crossed = [CLASSES[at] for at in range(1, 4) if wanted[at] != wanted[at - 1]]
    if not set(crossed) <= set(lines.seen):
        return str(REVIEW)
    by_staff = [_in_class(staff, lines.staff, at) for at in range(4)]
    by_revenue = by_staff if lines.revenue is None else [_in_class(revenue, lines.revenue, at) for at in range(4)]
    pairs = [(a, b) for a in range(4) for b in range(4) if lines.revenue is not None or a == b]
    good = " OR ".join(f"({by_staff[a]} AND {by_revenue[b]})" for a, b in pairs if wanted[min(a, b)]) or "0"
    bad = " OR ".join(f"({by_staff[a]} AND {by_revenue[b]})" for a, b in pairs if not wanted[min(a, b)]) or "0"
    return f"(CASE WHEN ({good}) AND ({bad}) THEN {UNKNOWN} WHEN {good} THEN {MET} ELSE {UNMET} END)"


def _in_class(name: str, lines: tuple[Fraction, Fraction, Fraction], place: int) -> str:
    """Whether a figure may lie in a class: it does, or nobody knows."""
    low = "1" if place == 0 else f"{name} >= {lines[place - 1]}"
    high = "1" if place == 3 else f"{name} < {lines[place]}"
    return f"({name} IS NULL OR ({low} AND {high}))"


@code.register
def _(_rule: rules.Review, _day: Day) -> str:
    return str(REVIEW)


@code.register
def _(rule: rules.Part, day: Day) -> str:
    return code(rule.rule, day)


@code.register
def _(rule: rules.AllOf, day: Day) -> str:
    return least([code(one, day) for one in rule.all])


@code.register
def _(rule: rules.AnyOf, day: Day) -> str:
    return most([code(one, day) for one in rule.any])


@code.register
def _(rule: rules.Waiver, day: Day) -> str:
    return most([code(rule.need, day), code(rule.waived_by, day)])


@code.register
def _(rule: rules.EachYear, day: Day) -> str:
    return least([code(rule.each_year, day.back(back)) for back in range(rule.years)])


@code.register
def _(rule: rules.ByProcedure, day: Day) -> str:
    return code(rule.new if day.procedure == "new" else rule.review, day)


@code.register
def _(rule: rules.SomeOf, day: Day) -> str:
    """How far down one must go until ``count`` conditions are at least as good."""
    codes = [code(one, day) for one in rule.some]
    whens = []
    for level in (NOT_APPLICABLE, MET, REVIEW, UNKNOWN):
        reached = " + ".join(f"({one} >= {level})" for one in codes)
        whens.append(f"WHEN {reached} >= {rule.count} THEN {level}")
    return f"(CASE {' '.join(whens)} ELSE {UNMET} END)"


@code.register
def _(rule: rules.Choose, day: Day) -> str:
    whens = []
    for case in rule.choose:
        when = code(case.when, day)
        whens.append(
            f"WHEN {when} = {MET} THEN {code(case.then, day)} WHEN {when} IN ({UNKNOWN}, {REVIEW}) THEN {when}"
        )
    return f"(CASE {' '.join(whens)} ELSE {code(rule.otherwise, day)} END)"


@code.register
def _(rule: rules.FirstDecided, day: Day) -> str:
    codes = [f"nullif({code(one, day)}, {UNKNOWN})" for one in rule.first_decided]
    return f"coalesce({', '.join(codes)}, {UNKNOWN})"


@code.register
def _(rule: rules.Judged, day: Day) -> str:
    inner = code(rule.judged, day)
    return inner if rule.if_absent == "unknown" else f"(CASE {inner} WHEN {UNKNOWN} THEN {REVIEW} ELSE {inner} END)"


@code.register
def _(rule: rules.InPrinciple, day: Day) -> str:
    inner = code(rule.in_principle, day)
    return f"(CASE {inner} WHEN {UNMET} THEN {REVIEW} ELSE {inner} END)"


@code.register
def _(rule: rules.Score, day: Day) -> str:
    total = None if rule.known_total is None else value(rule.known_total, day).plain
    return score_code(rule, total, lambda one: code(one, day), lambda one: value(one, day), edge, fact)
