"""The one evaluator: a standard over a population, for one enterprise or a million.

Results are ordered unmet < unknown < needs_review < met, so that all-of is the smallest and any-of the largest
(Kleene's three-valued logic with a fourth step for "a person must look"); not_applicable stands above and counts
for nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from registry.tiering.expressions import holds, limit, measure
from registry.tiering.figures import fact_names
from registry.tiering.language import (
    AllOf,
    AnyOf,
    ByProcedure,
    Choose,
    Compare,
    EachYear,
    FirstDecided,
    InPrinciple,
    Judged,
    LocatedIn,
    No,
    NoTitle,
    OneOf,
    Part,
    Review,
    Rule,
    Score,
    Size,
    SomeOf,
    Title,
    Waiver,
    Yes,
)
from registry.tiering.population import Bools, Population
from registry.tiering.scoring import ScoreRange, score_range
from registry.tiering.sizes import size_result
from registry.tiering.standard import Criterion, Procedure, Standard, subrules

Codes: TypeAlias = NDArray[np.uint8]
Path: TypeAlias = tuple[int, ...]


class Result(IntEnum):
    """What a criterion came to. The order is the logic; see the module."""

    UNMET = 0
    UNKNOWN = 1
    NEEDS_REVIEW = 2
    MET = 3
    NOT_APPLICABLE = 4


_UNMET, _UNKNOWN, _NEEDS_REVIEW, _MET, _NOT_APPLICABLE = (np.uint8(one) for one in Result)
"""The same as bytes: asking the class for a member takes longer than judging one firm by it."""


class Verdict(IntEnum):
    """What the standard came to."""

    INELIGIBLE = 0
    UNDECIDED = 1
    ELIGIBLE = 2


@dataclass(frozen=True)
class Child:
    """A rule inside a rule, with the years its figures are moved by."""

    rule: Rule
    shift: int = 0


@dataclass(frozen=True)
class Evaluation:
    """The results of one standard over one population, one element a row in every array.

    ``codes[criterion id]`` are Result values as uint8; ``nodes[criterion id][path]`` the same for every condition
    inside; ``verdict`` Verdict values; ``gaps`` how many criteria are unmet, ``unknowns`` how many are unknown,
    ``reviews`` how many need a person and hold up the verdict, ``veto`` whether an unmet one cannot be made good by
    better figures; ``score`` the range of points where the standard is scored. ``population`` is kept (not copied)
    so that a row can be explained.
    """

    standard: Standard
    population: Population
    codes: dict[str, Codes]
    nodes: dict[str, dict[Path, Codes]]
    verdict: Codes
    gaps: Codes
    unknowns: Codes
    reviews: Codes
    veto: Bools
    score: ScoreRange | None


def evaluate(standard: Standard, population: Population) -> Evaluation:
    """Judge every row of the population by the standard. Missing data is never met and never unmet."""
    run = _Run(population)
    codes: dict[str, Codes] = {}
    for criterion in standard.criteria:
        codes[criterion.id] = run.criterion(criterion)
    weighing = [one for one in standard.criteria if not one.advisory]
    gaps = _count([codes[one.id] == _UNMET for one in weighing], population.size)
    unknowns = _count([codes[one.id] == _UNKNOWN for one in weighing], population.size)
    held_up = [codes[one.id] == _NEEDS_REVIEW for one in weighing if one.blocking]
    reviews = _count(held_up, population.size)
    vetoes = [codes[one.id] == _UNMET for one in weighing if one.veto]
    undecided = (unknowns > 0) | (reviews > 0)
    verdict = np.where(gaps > 0, Verdict.INELIGIBLE, np.where(undecided, Verdict.UNDECIDED, Verdict.ELIGIBLE))
    return Evaluation(
        standard=standard,
        population=population,
        codes=codes,
        nodes=run.nodes,
        verdict=verdict.astype(np.uint8),
        gaps=gaps,
        unknowns=unknowns,
        reviews=reviews,
        veto=np.logical_or.reduce(vetoes) if vetoes else np.zeros(population.size, dtype=np.bool_),
        score=run.score,
    )


def judge(rule: Rule, population: Population, shift: int = 0) -> Codes:
    """One condition by itself, over every row."""
    return _Run(population).rule("", (), rule, shift)


def children(rule: Rule, procedure: Procedure) -> tuple[Child, ...]:
    """The conditions directly inside one that count under this procedure, in a fixed order.

    A choice alternates when and then.
    """
    match rule:
        case EachYear():
            return tuple(Child(rule.each_year, -back) for back in range(rule.years))
        case ByProcedure():
            return (Child(rule.new if procedure == "new" else rule.review),)
        case _:
            return tuple(Child(one) for one in subrules(rule))


def members(rule: AllOf | AnyOf | SomeOf | FirstDecided) -> tuple[Rule, ...]:
    """The conditions of a group."""
    if isinstance(rule, FirstDecided):
        return rule.first_decided
    if isinstance(rule, AllOf):
        return rule.all
    return rule.any if isinstance(rule, AnyOf) else rule.some


RESULTS = tuple(Result)
"""Results by their number: quicker than asking the class, of which one explanation does a thousand."""


def results_of(evaluation: Evaluation, criterion_id: str, row: int) -> dict[Path, Result]:
    """The result of every condition inside a criterion, for one row; nothing where the criterion was not read."""
    return {path: RESULTS[codes[row]] for path, codes in evaluation.nodes.get(criterion_id, {}).items()}


class _Run:
    """One evaluation under way: the population and what has been found so far."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self.nodes: dict[str, dict[Path, Codes]] = {}
        self.score: ScoreRange | None = None

    def criterion(self, criterion: Criterion) -> Codes:
        size = self.population.size
        if self.population.procedure not in criterion.procedures:
            return np.full(size, _NOT_APPLICABLE, dtype=np.uint8)
        found = self.rule(criterion.id, (), criterion.rule, 0)
        if criterion.confidence == "R":  # read all the same, so that whoever decides sees the value
            return np.full(size, _NEEDS_REVIEW, dtype=np.uint8)
        return found

    def rule(self, criterion_id: str, path: Path, rule: Rule, shift: int) -> Codes:
        inner = [
            self.rule(criterion_id, (*path, index), child.rule, shift + child.shift)
            for index, child in enumerate(children(rule, self.population.procedure))
        ]
        if isinstance(rule, Score):
            found = self._score(rule, shift)
        elif inner:
            found = COMBINE[type(rule)](rule, inner)
        else:
            found = leaf(rule, self.population, shift)
        self.nodes.setdefault(criterion_id, {})[path] = found
        return found

    def _score(self, rule: Score, shift: int) -> Codes:
        # Conditions of score bands need no place of their own in ``nodes``: the score is explained as a whole.
        self.score = score_range(rule, self.population, shift, lambda one: judge(one, self.population, shift))
        low, high, data_missing = self.score.low, self.score.high, self.score.data_missing
        parts = [(rule.needed, low, high)]
        for part, part_range in zip(rule.score, self.score.parts, strict=True):
            least = max(part.minimum or 0, 1 if part.not_zero else 0)
            if least:
                parts.append((least, part_range.low, part_range.high))
        open_result = np.where(data_missing, Result.UNKNOWN, Result.NEEDS_REVIEW).astype(np.uint8)
        each = [_against(needed, one_low, one_high, open_result) for needed, one_low, one_high in parts]
        worst: Codes = np.minimum.reduce(each)
        return worst


def _against(needed: int, low: NDArray[np.int16], high: NDArray[np.int16], still_open: Codes) -> Codes:
    found = np.where(low >= needed, Result.MET, np.where(high < needed, Result.UNMET, still_open))
    return found.astype(np.uint8)


def leaf(rule: Rule, population: Population, shift: int) -> Codes:
    """Result of a condition that has no conditions inside."""
    match rule:
        case Compare():
            value = measure(rule.value, population, shift)
            against = limit(rule.threshold, population, shift)
            known = value.known if against.known is None else value.known & against.known
            return _three(known, holds(value, rule.operator, against))
        case Yes():
            return _three(*_presence(population, rule.yes))
        case No():
            known, present = _presence(population, rule.no)
            return _three(known, ~present)
        case OneOf():
            column = population.fact(rule.code)
            places = [fact_names()[rule.code].choices.index(one) for one in rule.among]
            return _three(column.known, np.isin(column.values, places))
        case Title():
            return _three(population.titles_known, population.holders(rule.title))
        case NoTitle():
            return _three(population.titles_known, ~population.holders(rule.no_title))
        case LocatedIn():
            return _three(*population.located(rule.located_in))
        case Size():
            return size_result(rule.size, population, shift)
        case Review():
            return np.full(population.size, _NEEDS_REVIEW, dtype=np.uint8)
        case _:
            raise TypeError(f"{type(rule).__name__} has conditions inside")


def _presence(population: Population, name: str) -> tuple[Bools, Bools]:
    column = population.fact(name)
    return column.known, column.values > 0


def _three(known: Bools, true: Bools) -> Codes:
    # 3 and 0 for true and false, 1 for unknown: arithmetic on bytes is several times faster than two np.where.
    return np.where(known, true.view(np.uint8) * _MET, _UNKNOWN)


def _count(planes: list[Bools], size: int) -> Codes:
    total = np.zeros(size, dtype=np.uint8)
    for plane in planes:
        total += plane.view(np.uint8)
    return total


def _smallest(_rule: Rule, inner: list[Codes]) -> Codes:
    found: Codes = inner[0] if len(inner) == 1 else np.minimum.reduce(inner)
    return found


def _largest(_rule: Rule, inner: list[Codes]) -> Codes:
    found: Codes = np.maximum.reduce(inner)
    return found


def _first_decided(_rule: FirstDecided, inner: list[Codes]) -> Codes:
    found = inner[-1]
    for one in reversed(inner[:-1]):
        found = np.where(one == _UNKNOWN, found, one)
    return found


def _some(rule: SomeOf, inner: list[Codes]) -> Codes:
    """k of n hold as well as the k-th best of them does."""
    found: Codes = np.sort(np.stack(inner), axis=0)[-rule.count]
    return found


def _chosen(_rule: Choose, inner: list[Codes]) -> Codes:
    """The first branch whose condition holds; an undecided condition leaves the choice undecided in the same way."""
    found = inner[-1]
    for when, then in reversed(list(zip(inner[:-1:2], inner[1:-1:2], strict=True))):
        undecided = (when == _UNKNOWN) | (when == _NEEDS_REVIEW)
        found = np.where(when == _MET, then, np.where(undecided, when, found))
    return found


def _judged(rule: Judged, inner: list[Codes]) -> Codes:
    if rule.if_absent == "unknown":
        return inner[0]
    return np.where(inner[0] == _UNKNOWN, _NEEDS_REVIEW, inner[0])


def _in_principle(_rule: InPrinciple, inner: list[Codes]) -> Codes:
    return np.where(inner[0] == _UNMET, _NEEDS_REVIEW, inner[0])


COMBINE: dict[type, Callable[[Any, list[Codes]], Codes]] = {
    Part: _smallest,
    AllOf: _smallest,
    EachYear: _smallest,
    ByProcedure: _smallest,
    AnyOf: _largest,
    Waiver: _largest,
    FirstDecided: _first_decided,
    SomeOf: _some,
    Choose: _chosen,
    Judged: _judged,
    InPrinciple: _in_principle,
}
