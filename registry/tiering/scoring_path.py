"""The cheapest steps to a pass mark: which items to lift to which band, so that total and parts are enough."""

from dataclasses import dataclass
from typing import TypeAlias

from registry.tiering.evaluation import Result, children, judge
from registry.tiering.language import AnyOf, Compare, Rule, Score, ScoreBand, ScoreItem, ScorePart
from registry.tiering.population import Population
from registry.tiering.scoring import score_range
from registry.tiering.steps import Step, step_for

Option: TypeAlias = tuple[int, float, tuple[Step, ...]]
"""Points an item would give, what that costs, and the steps."""


@dataclass(frozen=True, slots=True)
class _Best:
    cost: float
    steps: tuple[Step, ...]


def score_plan(rule: Score, firm: Population, shift: int) -> tuple[Step, ...] | None:
    """Steps after which the highest possible total and every part's minimum are reached; None where bands do not do.

    Points an expert gives are left as they may best be.
    """

    found = score_range(rule, firm, shift, lambda one: judge(one, firm, shift))
    table: dict[int, _Best] = {0: _Best(0.0, ())}
    for part, items in zip(rule.score, found.items, strict=True):
        ways = [
            _options(item, int(points.high[0]), firm, shift) for item, points in zip(part.items, items, strict=True)
        ]
        table = _together(table, _part_table(part, ways))
    passing = [best for points, best in table.items() if points >= rule.needed]
    return min(passing, key=lambda best: best.cost).steps if passing else None


def _options(item: ScoreItem, now: int, firm: Population, shift: int) -> list[Option]:
    """What the item gives now, and every higher band with the step that reaches it."""
    found: list[Option] = [(now, 0.0, ())]
    if item.given is not None and firm.fact(item.given).known[0]:
        return found
    for band in item.bands:
        step = _band_step(item, band, firm, shift)
        points = min(item.max, now + band.points[1]) if item.each else band.points[1]
        if step is not None and points > now:
            found.append((points, step.cost, (step,)))
    return found


def _band_step(item: ScoreItem, band: ScoreBand, firm: Population, shift: int) -> Step | None:
    if band.when is not None:
        alternatives = band.when.any if isinstance(band.when, AnyOf) else (band.when,)
        simple = [one for one in alternatives if _simple_and_unmet(one, firm, shift)]
        steps = [step for step in (step_for(one, firm, shift) for one in simple) if step is not None]
        return min(steps, key=lambda step: step.cost) if steps else None
    if item.value is None:
        return None
    asked = Compare.model_construct(
        value=item.value,
        label=None,
        brief=None,
        at_least=band.at_least,
        more_than=band.more_than,
        at_most=None,
        less_than=None,
    )
    return step_for(asked, firm, shift)


def _simple_and_unmet(rule: Rule, firm: Population, shift: int) -> bool:
    """A condition without others inside that the firm does not meet."""
    return not children(rule, firm.procedure) and int(judge(rule, firm, shift)[0]) == Result.UNMET


def _part_table(part: ScorePart, ways: list[list[Option]]) -> dict[int, _Best]:
    """The cheapest way to each number of points of a part that its minimum lets pass."""
    table: dict[int, _Best] = {0: _Best(0.0, ())}
    for options in ways:
        if part.best:
            single = {points: _Best(cost, steps) for points, cost, steps in sorted(options, key=lambda one: -one[1])}
            table = _pointwise_best(table, single)
        else:
            table = _together(table, {points: _Best(cost, steps) for points, cost, steps in options})
    least = max(part.minimum or 0, 1 if part.not_zero else 0)
    capped: dict[int, _Best] = {}
    for points, best in table.items():
        _keep(capped, min(points, part.max), best)
    return {points: best for points, best in capped.items() if points >= least}


def _pointwise_best(one: dict[int, _Best], other: dict[int, _Best]) -> dict[int, _Best]:
    found: dict[int, _Best] = {}
    for points, best in one.items():
        for more, step in other.items():
            _keep(found, max(points, more), _Best(best.cost + step.cost, best.steps + step.steps))
    return found


def _together(one: dict[int, _Best], other: dict[int, _Best]) -> dict[int, _Best]:
    found: dict[int, _Best] = {}
    for points, best in one.items():
        for more, step in other.items():
            _keep(found, points + more, _Best(best.cost + step.cost, best.steps + step.steps))
    return found


def _keep(table: dict[int, _Best], points: int, best: _Best) -> None:
    if points not in table or best.cost < table[points].cost:
        table[points] = best
