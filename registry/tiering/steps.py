"""What would have to change so that one condition holds: a figure raised or lowered, a fact reached, a title won.

A measure of several figures is solved for the one a firm can still do something about: the newest year of a sum, the
upper part of a ratio, the last year of a growth rate. Whole yuan and whole pieces are rounded to the side that holds.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Literal, TypeAlias

from registry.tiering.expressions import limit, measure
from registry.tiering.figures import FigureDef, annual_names, fact_names, stated_name
from registry.tiering.language import Compare, No, OneOf, Rule, Title, Yes
from registry.tiering.measures import (
    Amount,
    Average,
    Capped,
    CompoundGrowth,
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
    YearsSince,
)
from registry.tiering.needs import Need, is_known
from registry.tiering.population import Population

Kind: TypeAlias = Literal["raise", "lower", "state", "title", "wait"]
TITLE_COST, STATE_COST, YEAR_COST = 2.0, 1.0, 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """One change. ``now`` and ``to`` are values in the figure's own unit (years for a date, 0 and 1 for a fact).

    ``cost`` orders alternatives and nothing else: the share of the wanted value that is missing; a fact to bring about
    counts one, a title two, a year of waiting one.
    """

    need: Need
    kind: Kind
    now: float
    to: float
    cost: float
    among: tuple[str, ...] = ()
    """Titles of which one is enough, or the values a coded fact may take."""

    @property
    def by(self) -> float:
        """How much is missing, never negative."""
        return abs(self.to - self.now)


def step_for(rule: Rule, firm: Population, shift: int) -> Step | None:
    """The change that makes an unmet condition of this firm hold; None where nothing the firm does could."""
    match rule:
        case Compare():
            return _compare(rule, firm, shift)
        case Yes():
            return Step(Need(rule.yes), "state", 0, 1, STATE_COST)
        case No():
            return Step(Need(rule.no), "state", 1, 0, STATE_COST)
        case OneOf():
            return Step(Need(rule.code), "state", 0, 1, STATE_COST, rule.among)
        case Title():
            return Step(Need("titles"), "title", 0, 1, TITLE_COST, rule.title)
        case _:
            return None


def _compare(rule: Compare, firm: Population, shift: int) -> Step | None:
    against = limit(rule.threshold, firm, shift)
    top = against.top if isinstance(against.top, float) else float(against.top[0])
    up = rule.operator in ("at_least", "more_than")
    strict = rule.operator in ("more_than", "less_than")
    return _reach(rule.value, Fraction(top) / against.bottom, firm, shift, up=up, strict=strict)


def _value(expression: Expression, firm: Population, shift: int) -> Fraction | None:
    found = measure(expression, firm, shift)
    return Fraction(float(found.floats()[0])) if found.known[0] else None


def _reach(
    expression: Expression, target: Fraction, firm: Population, shift: int, *, up: bool, strict: bool
) -> Step | None:
    """The step that takes an expression to a target; None where it cannot be got there."""
    match expression:
        case FigureOf() | FactOf() | Amount():
            return _direct(expression, target, firm, shift, up=up, strict=strict)
        case FullYears() | YearsSince():
            name = expression.years_since if isinstance(expression, YearsSince) else expression.full_years_since
            now = _value(expression, firm, shift)
            if not up or now is None:
                return None
            return Step(Need(name), "wait", float(now), float(target), float(target - now) * YEAR_COST)
        case _:
            inner = _inner(expression, target, firm, shift)
            if inner is None:
                return None
            part, wanted, moved = inner
            return _reach(part, wanted, firm, shift + moved, up=up, strict=strict)


def _inner(
    expression: Expression, target: Fraction, firm: Population, shift: int
) -> tuple[Expression, Fraction, int] | None:
    """The part to change, the value it needs, and how many years back it lies."""
    match expression:
        case Total() | Mean():
            name = expression.total if isinstance(expression, Total) else expression.mean
            wanted = target * expression.years if isinstance(expression, Mean) else target
            return _rest(Total(total=name, years=expression.years), FigureOf(figure=name), wanted, firm, shift)
        case Sum():
            return _rest(expression, expression.sum[0], target, firm, shift)
        case Ratio():
            below = _value(expression.ratio[1], firm, shift)
            return None if below is None else (expression.ratio[0], target * below, 0)
        case Average():
            now = _value(expression, firm, shift)
            last = _value(expression.average, firm, shift)
            if now is None or last is None:
                return None
            return expression.average, last + (target - now) * expression.years, 0
        case CompoundGrowth():
            first = _value(FigureOf(figure=expression.compound_growth, year=-expression.years), firm, shift)
            last_name = FigureOf(figure=expression.compound_growth)
            return None if first is None else (last_name, first * (1 + target) ** expression.years, 0)
        case MeanGrowth():
            return _mean_growth(expression, target, firm, shift)
        case Capped():
            return (expression.capped, target, 0) if target <= expression.at else None
        case FirstKnown():
            known = [one for one in expression.first_known if _value(one, firm, shift) is not None]
            return ([*known, expression.first_known[0]][0], target, 0)
        case _:
            return None


def _rest(
    whole: Expression, part: Expression, target: Fraction, firm: Population, shift: int
) -> tuple[Expression, Fraction, int] | None:
    """The part of a sum takes all that is missing of the whole."""
    total, own = _value(whole, firm, shift), _value(part, firm, shift)
    return None if total is None or own is None else (part, own + target - total, 0)


def _mean_growth(
    growth: MeanGrowth, target: Fraction, firm: Population, shift: int
) -> tuple[Expression, Fraction, int] | None:
    """½ (b÷a + c÷b) − 1 = target, solved for c."""
    name = growth.mean_growth
    a, b = (_value(FigureOf(figure=name, year=year), firm, shift) for year in (-2, -1))
    if not a or not b:
        return None
    return FigureOf(figure=name), b * (2 * (target + 1) - b / a), 0


def _direct(
    expression: FigureOf | FactOf | Amount, target: Fraction, firm: Population, shift: int, *, up: bool, strict: bool
) -> Step | None:
    if isinstance(expression, FigureOf):
        about, need = (
            annual_names()[expression.figure],
            Need(expression.figure, firm.last_year + expression.year + shift),
        )
        column = firm.figure(need.name, need.year or 0)
    else:
        need = Need(expression.fact if isinstance(expression, FactOf) else expression.column)
        about, column = fact_names()[stated_name(need.name)], firm.fact(need.name)
    if not is_known(need, firm):
        return None
    now, to = float(column.values[0]), _rounded(about, target, up=up, strict=strict)
    least = 1.0 if about.name.startswith("market_rank") else 0.0
    if (about.most is not None and to > about.most) or (to < least and not about.may_be_negative) or (to > now) != up:
        return None
    return Step(need, "raise" if up else "lower", now, to, abs(to - now) / max(abs(to), abs(now), 1e-9))


def _rounded(about: FigureDef, target: Fraction, *, up: bool, strict: bool) -> float:
    """The nearest value of the figure on the side that holds."""
    if about.kind in ("money", "count", "presence"):
        whole = ceil(target) if up else floor(target)
        if strict and whole == target:
            whole += 1 if up else -1
        return float(whole)
    nudge = Fraction(1, 10**6) if strict else Fraction(0)
    return float(target + nudge if up else target - nudge)


def larger(one: Step, other: Step) -> Step | None:
    """One step in place of two over the same thing; None where they pull apart."""
    if one.kind != other.kind or one.among != other.among:
        return None
    if one.kind in ("raise", "wait"):
        return one if one.to >= other.to else other
    if one.kind == "lower":
        return one if one.to <= other.to else other
    return one if one.to == other.to else None


def once_more(step: Step) -> Step:
    """The same step one unit further, where rounding of decimals left it just short."""
    onward = 1 if step.kind == "raise" else -1
    return replace(step, to=step.to + onward * (1 if float(step.to).is_integer() else 1e-6))
