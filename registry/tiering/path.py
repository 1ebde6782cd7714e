"""The cheapest way of one firm to a title: the smallest set of changes after which no criterion is unmet.

Alternatives are weighed by how much of what they want is missing; changes over the same figure are made once, at the
larger amount. Because one change can spoil another criterion (more revenue lowers the R&D share), the changed firm is
judged again until nothing is unmet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from registry.tiering.evaluation import Evaluation, Path, Result, children, evaluate, results_of
from registry.tiering.figures import fact_names, stated_name
from registry.tiering.language import AnyOf, Choose, Rule, Score, SomeOf, Waiver
from registry.tiering.needs import Need
from registry.tiering.population import Column, Floats, Population, TitleSpans
from registry.tiering.scoring_path import score_plan
from registry.tiering.standard import Standard
from registry.tiering.steps import Step, larger, once_more, step_for

Plan: TypeAlias = tuple[Step, ...]
ROUNDS = 6
"""So often the changed firm is judged again before the path counts as not found."""


@dataclass(frozen=True, slots=True)
class Way:
    """Steps that leave no criterion unmet, cheapest first; ``blocked`` are criteria no change of the firm can mend."""

    steps: Plan
    blocked: tuple[str, ...]


def cheapest_way(evaluation: Evaluation) -> Way:
    """The way of the one firm of this evaluation. No steps and nothing blocked: no criterion is unmet."""
    standard, firm = evaluation.standard, evaluation.population
    steps: Plan = ()
    blocked: list[str] = []
    for _ in range(ROUNDS):
        judged = evaluate(standard, changed(firm, steps)) if steps else evaluation
        wanted, blocked = _wanted(judged, blocked)
        if not wanted:
            return Way(() if blocked else tuple(sorted(steps, key=lambda one: one.cost)), tuple(blocked))
        further = merged([*steps, *wanted])
        if further is None or further == steps:
            further = merged([*steps, *(once_more(one) for one in wanted)])
        if further is None:
            break
        steps = further
    unmet = [one for one in _unmet(standard, changed(firm, steps)) if one not in blocked]
    return Way((), tuple(blocked + unmet))


def changed(firm: Population, steps: Iterable[Step]) -> Population:
    """The firm after the steps; waiting is counted from the dates, so that a later assessment day is not needed."""
    figures, facts, dates, titles = dict(firm.figures), dict(firm.facts), dict(firm.dates), dict(firm.titles)
    known = np.ones(1, dtype=np.bool_)
    for step in steps:
        value = np.array([step.to])
        if step.kind == "title":
            always = np.array([np.datetime64("NaT")], dtype="datetime64[D]")
            titles[step.among[0]] = TitleSpans(np.zeros(1, dtype=np.int64), always, always)
        elif step.kind == "wait":
            years = int(np.ceil(step.by))
            day = dates[step.need.name]
            begun = day.astype("datetime64[M]") - 12 * years
            dates[step.need.name] = begun.astype("datetime64[D]") + (day - day.astype("datetime64[M]"))
        elif step.need.year is not None:
            figures[step.need.name, step.need.year] = Column(value, known)
        else:
            facts[step.need.name] = Column(_fact(step), known)
    return replace(firm, figures=figures, facts=facts, dates=dates, titles=titles)


def merged(steps: Sequence[Step]) -> Plan | None:
    """One step a figure; None where two want opposite things."""
    found: dict[tuple[Need, tuple[str, ...]], Step] = {}
    for step in steps:
        place = (step.need, step.among if step.kind == "title" else ())
        before = found.get(place)
        one = step if before is None else larger(before, step)
        if one is None:
            return None
        # What the firm has today is what the step is told from, also after an earlier round.
        found[place] = one if before is None else replace(one, now=before.now)
    return tuple(found.values())


def _fact(step: Step) -> Floats:
    choices = fact_names()[stated_name(step.need.name)].choices
    return np.array([float(choices.index(step.among[0]))]) if step.among else np.array([step.to])


def _unmet(standard: Standard, firm: Population) -> list[str]:
    codes = evaluate(standard, firm).codes
    return [one.id for one in standard.criteria if not one.advisory and codes[one.id][0] == Result.UNMET]


def _wanted(evaluation: Evaluation, blocked: list[str]) -> tuple[list[Step], list[str]]:
    """The steps the criteria still unmet want, and the criteria nothing can be done about."""
    steps: list[Step] = []
    for criterion in evaluation.standard.criteria:
        if criterion.advisory or criterion.id in blocked or evaluation.codes[criterion.id][0] != Result.UNMET:
            continue
        results = results_of(evaluation, criterion.id, 0)
        plan = _plan(criterion.rule, (), evaluation.population, 0, results)
        if plan is None:
            blocked = [*blocked, criterion.id]
        else:
            steps += plan
    return steps, blocked


def _plan(rule: Rule, path: Path, firm: Population, shift: int, results: dict[Path, Result]) -> Plan | None:
    """Steps that lift an unmet rule; nothing for a rule that is not unmet; None where there is no way."""
    if results[path] is not Result.UNMET:
        return ()
    inside = children(rule, firm.procedure)
    if isinstance(rule, Score):
        return score_plan(rule, firm, shift)
    if not inside:
        step = step_for(rule, firm, shift)
        return None if step is None else (step,)
    plans = [_plan(one.rule, (*path, at), firm, shift + one.shift, results) for at, one in enumerate(inside)]
    if isinstance(rule, AnyOf | Waiver | SomeOf):
        enough = rule.count if isinstance(rule, SomeOf) else 1
        return _cheapest([one for one in plans if one is not None], enough)
    if isinstance(rule, Choose):
        return plans[_taken(path, len(inside), results)]
    if any(one is None for one in plans):
        return None
    return merged([step for plan in plans for step in plan or ()])


def _cheapest(plans: list[Plan], enough: int) -> Plan | None:
    if len(plans) < enough:
        return None
    chosen = sorted(plans, key=lambda plan: sum(step.cost for step in plan))[:enough]
    return merged([step for plan in chosen for step in plan])


def _taken(path: Path, count: int, results: dict[Path, Result]) -> int:
    """The branch of a choice that applies to this firm."""
    met = (at + 1 for at in range(0, count - 1, 2) if results[(*path, at)] is Result.MET)
    return next(met, count - 1)
