"""Computing expressions over a population, exactly.

A value is (num ÷ den) ^ (1 ÷ root) + offset, kept apart so that a comparison multiplies crosswise instead of
dividing: 3 % of a revenue is met by exactly 3 %. Where both products are whole numbers below 2^53 the comparison is
exact; otherwise values within a relative 1e-12 of each other count as equal, that is, as on the edge. Both are
decided row by row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry.tiering.language import BandedThreshold, Operator
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
from registry.tiering.population import Bools, Floats, Population

EXACT_BELOW = 2.0**53
EDGE = 1e-12
DAYS = 366
"""Parts of a year: with so many, no day of the year under way rounds up to a whole year."""


@dataclass(frozen=True, slots=True)
class Value:
    """(num ÷ den) ^ (1 ÷ root) + offset for every row, where ``known``; ``den`` None is 1."""

    num: Floats
    known: Bools
    den: Floats | None = None
    root: int = 1
    offset: int = 0

    def flat(self) -> Floats:
        """The number where nothing is divided (the usual part of a sum); otherwise the quotient, 0 where unknown."""
        return self.num if self.den is None and not self.offset else np.where(self.known, self.floats(), 0.0)

    def floats(self) -> Floats:
        """Plain numbers for showing; NaN where unknown."""
        with np.errstate(divide="ignore", invalid="ignore"):
            quotient = self.num if self.den is None else self.num / self.den
            shown = quotient ** (1 / self.root) + self.offset if self.root > 1 else quotient + self.offset
        return np.where(self.known, shown, np.nan)


def measure(expression: Expression, population: Population, shift: int = 0) -> Value:
    """The value of an expression for every row; ``shift`` moves its years (−1: a year earlier)."""
    compute: Callable[[Population, Any, int], Value] = MEASURES[type(expression)]
    return compute(population, expression, shift)


def founding_year(population: Population) -> Floats:
    """The calendar year of registration; NaN if not known."""
    founded = population.date_fact("founded_on")
    years = founded.astype("datetime64[Y]").astype(np.int64) + 1970
    return np.where(np.isnat(founded), np.nan, years)


def _figure(population: Population, expression: FigureOf, shift: int) -> Value:
    column = population.figure(expression.figure, population.last_year + expression.year + shift)
    return Value(column.values, column.known)


def _fact(population: Population, expression: FactOf, _shift: int) -> Value:
    column = population.fact(expression.fact)
    return Value(column.values, column.known)


def _amount(population: Population, expression: Amount, _shift: int) -> Value:
    column = population.fact(expression.column)
    return Value(column.values, column.known)


def _average(population: Population, expression: Average, shift: int) -> Value:
    years = [measure(expression.average, population, shift - back) for back in range(expression.years)]
    known = np.logical_and.reduce([year.known for year in years])
    total = np.add.reduce([year.flat() for year in years])
    return Value(total, known, np.full(population.size, float(expression.years)))


def _years(population: Population, expression: YearsSince, _shift: int) -> Value:
    """Full years and the share of the year under way: 10 on the tenth anniversary, more from the day after."""
    begin = population.date_fact(expression.years_since)
    known = ~np.isnat(begin)
    begin = np.where(known, begin, population.day)
    months = begin.astype("datetime64[M]")
    # Born on 29 February: the anniversary of a common year is 1 March, as the day count gives it.
    day_of_month = begin - months.astype("datetime64[D]")
    year = population.as_of.year - 1970
    born = begin.astype("datetime64[Y]").astype(np.int64)
    this = (months + (year - born) * 12).astype("datetime64[D]") + day_of_month
    full = year - born - (this > population.day)
    last = (months + full * 12).astype("datetime64[D]") + day_of_month
    begun = (population.day - last).astype(np.int64)
    return Value(
        np.where(known, full * DAYS + begun, 0).astype(np.float64), known, np.full(population.size, float(DAYS))
    )


def _year_of(population: Population, expression: YearOf, _shift: int) -> Value:
    date = population.date_fact(expression.year_of)
    known = ~np.isnat(date)
    years = date.astype("datetime64[Y]").astype(np.int64) + 1970
    return Value(np.where(known, years, 0).astype(np.float64), known)


def _mean(population: Population, expression: Mean, shift: int) -> Value:
    total = _total(population, Total(total=expression.mean, years=expression.years), shift)
    return Value(total.num, total.known, np.full(population.size, float(expression.years)))


def _capped(population: Population, expression: Capped, shift: int) -> Value:
    inner = measure(expression.capped, population, shift)
    return Value(np.minimum(inner.flat(), expression.at), inner.known)


def _total(population: Population, expression: Total, shift: int) -> Value:
    num = np.zeros(population.size)
    known = np.ones(population.size, dtype=np.bool_)
    founded = founding_year(population) if expression.young else None
    for back in range(expression.years):
        year = population.last_year + shift - back
        column = population.figure(expression.total, year)
        num = num + column.values
        known &= column.known if founded is None else column.known | (founded > year)
    return Value(num, known)


def _sum(population: Population, expression: Sum, shift: int) -> Value:
    values = [measure(one, population, shift) for one in expression.sum]
    known = np.logical_and.reduce([value.known for value in values])
    return Value(np.add.reduce([value.flat() for value in values]), known)


def _ratio(population: Population, expression: Ratio, shift: int) -> Value:
    top, bottom = (measure(one, population, shift) for one in expression.ratio)
    known = top.known & bottom.known & (bottom.num > 0)
    num = top.num if bottom.den is None else top.num * bottom.den
    den = bottom.num if top.den is None else bottom.num * top.den
    return Value(num, known, np.where(known, den, 1.0))


def _compound(population: Population, growth: CompoundGrowth, shift: int) -> Value:
    year = population.last_year + shift
    last, first = (population.figure(growth.compound_growth, year - back) for back in (0, growth.years))
    known = last.known & first.known & (first.values > 0) & (last.values >= 0)
    return Value(
        np.where(known, last.values, 1.0), known, np.where(known, first.values, 1.0), root=growth.years, offset=-1
    )


def _mean_growth(population: Population, growth: MeanGrowth, shift: int) -> Value:
    """Mean of two growth rates as one fraction: ½ (b÷a + c÷b) = (b² + ca) ÷ 2ab."""
    year = population.last_year + shift
    a, b, c = (population.figure(growth.mean_growth, year - back) for back in (2, 1, 0))
    known = a.known & b.known & c.known & (a.values > 0) & (b.values > 0)
    num = np.where(known, b.values * b.values + c.values * a.values, 1.0)
    den = np.where(known, 2 * a.values * b.values, 1.0)
    if growth.lenient:
        founded = founding_year(population)
        one_ratio = (a.known & (a.values == 0)) | (founded > year - 2)
        pair = b.known & c.known & (b.values > 0) & one_ratio & ~known
        num, den = np.where(pair, c.values, num), np.where(pair, b.values, den)
        none = (b.known & (b.values == 0) & ~known) | (founded > year - 1)
        num, den = np.where(none, 1.0, num), np.where(none, 1.0, den)
        known = known | pair | none
    return Value(num, known, den, offset=-1)


def _since(population: Population, expression: FullYears | Days, _shift: int) -> Value:
    name = expression.days_since if isinstance(expression, Days) else expression.full_years_since
    begin = population.date_fact(name)
    known = ~np.isnat(begin)
    if isinstance(expression, Days):
        days = (population.day - begin).astype(np.int64)
        return Value(np.where(known, days, 0).astype(np.float64), known)
    # To the end of last year is up to 1 January: begun on 2023-01-01, three full years on 2026-01-01.
    year_begins = begin.astype("datetime64[Y]")
    begun_late = begin > year_begins.astype("datetime64[D]")
    years = population.as_of.year - (year_begins.astype(np.int64) + 1970) - begun_late
    return Value(np.where(known, np.maximum(years, 0), 0).astype(np.float64), known)


def _first(population: Population, expression: FirstKnown, shift: int) -> Value:
    values = [measure(one, population, shift) for one in expression.first_known]
    num, known = values[-1].flat(), values[-1].known
    for value in reversed(values[:-1]):
        num = np.where(value.known, value.flat(), num)
        known = known | value.known
    return Value(num, known)


MEASURES: dict[type, Callable[[Population, Any, int], Value]] = {
    FigureOf: _figure,
    FactOf: _fact,
    Total: _total,
    Mean: _mean,
    Sum: _sum,
    Ratio: _ratio,
    CompoundGrowth: _compound,
    MeanGrowth: _mean_growth,
    FullYears: _since,
    Days: _since,
    YearsSince: _years,
    YearOf: _year_of,
    Amount: _amount,
    Average: _average,
    Capped: _capped,
    FirstKnown: _first,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold for every row as a fraction ``top ÷ bottom`` with one whole bottom; unknown where its band is."""

    top: Floats | float
    bottom: int
    known: Bools | None = None


def limit(threshold: Fraction | BandedThreshold, population: Population, shift: int = 0) -> Limit:
    """The threshold each row is compared with."""
    if isinstance(threshold, Fraction):
        return Limit(float(threshold.numerator), threshold.denominator)
    deciding = measure(threshold.by, population, shift)
    bottom = lcm(*(band.use.denominator for band in threshold.bands))
    tops = [float(band.use * bottom) for band in threshold.bands]
    top = np.full(population.size, tops[-1])
    for band, use in reversed(list(zip(threshold.bands[:-1], tops[:-1], strict=True))):
        if band.up_to is not None:
            edge = Limit(float(band.up_to.numerator), band.up_to.denominator)
            top = np.where(holds(deciding, "at_most", edge), use, top)
    return Limit(top, bottom, deciding.known)


def holds(value: Value, operator: Operator, against: Limit) -> Bools:
    """Whether the comparison holds, row by row; meaningless where the value is unknown."""
    top = against.top - value.offset * against.bottom
    left: Floats = value.num * float(against.bottom**value.root)
    right: Floats | float = top**value.root
    if value.den is not None:
        right = right * value.den
    size = np.maximum(np.abs(left), np.abs(right))
    difference: Floats = left - right
    if size.size and not _all_exact(left, right, size):
        loose = (size >= EXACT_BELOW) | (left % 1 != 0) | (np.asarray(right) % 1 != 0)
        difference = np.where(loose & (np.abs(difference) <= EDGE * size), 0.0, difference)
    match operator:
        case "at_least":
            return difference >= 0
        case "more_than":
            return difference > 0
        case "at_most":
            return difference <= 0
        case "less_than":
            return difference < 0


def _all_exact(left: Floats, right: Floats | float, size: NDArray[np.float64]) -> bool:
    """The usual case, tested cheaply: every row is whole and small, so no row needs the edge rule."""
    return bool(size.max() < EXACT_BELOW and np.array_equal(left, np.trunc(left)) and not np.any(np.mod(right, 1)))
