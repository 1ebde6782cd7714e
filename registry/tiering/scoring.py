"""Points as a range from low to high: experts give points inside bands, and missing data widens the range."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from registry.tiering.expressions import Limit, holds, measure
from registry.tiering.language import Rule, Score, ScoreBand, ScoreItem, ScorePart
from registry.tiering.population import Bools, Population

Points: TypeAlias = NDArray[np.int16]
Judge: TypeAlias = Callable[[Rule], NDArray[np.uint8]]

UNMET, UNKNOWN, MET = 0, 1, 3  # as in evaluation.Result, which builds on this module


@dataclass(frozen=True)
class PartRange:
    """Points of one part or item. ``data_missing``: figures or facts, not only experts, are still wanted."""

    low: Points
    high: Points
    data_missing: Bools


@dataclass(frozen=True)
class ScoreRange(PartRange):
    """The total with its parts and, in the order of the rule, their items."""

    parts: tuple[PartRange, ...]
    items: tuple[tuple[PartRange, ...], ...]


def score_range(rule: Score, population: Population, shift: int, judge: Judge) -> ScoreRange:
    """The lowest and highest total each row can have; ``judge`` gives the results of conditions inside the bands."""
    items = tuple(tuple(_item(one, population, shift, judge) for one in part.items) for part in rule.score)
    parts = tuple(_part(part, inside) for part, inside in zip(rule.score, items, strict=True))
    low: Points = np.add.reduce([part.low for part in parts])
    high: Points = np.add.reduce([part.high for part in parts])
    missing = np.logical_or.reduce([part.data_missing for part in parts])
    if rule.known_total is not None:
        total = measure(rule.known_total, population, shift)
        # Whole-number scoring: 70.5 is no more than 70.
        points = np.floor(np.clip(total.flat(), 0, sum(part.max for part in rule.score))).astype(np.int16)
        low, high = np.where(total.known, points, low), np.where(total.known, points, high)
        missing = missing & ~total.known
    return ScoreRange(low, high, missing, parts, items)


def _part(part: ScorePart, items: tuple[PartRange, ...]) -> PartRange:
    cap, together = np.int16(part.max), np.maximum if part.best else np.add
    low = np.minimum(together.reduce([item.low for item in items]), cap)
    high = np.minimum(together.reduce([item.high for item in items]), cap)
    # A missing figure that can no longer change the points is not missed.
    missing = np.logical_or.reduce([item.data_missing for item in items]) & (low < high)
    return PartRange(low, high, missing)


def _item(item: ScoreItem, population: Population, shift: int, judge: Judge) -> PartRange:
    size = population.size
    if item.bands:
        add_up = _added if item.each else _banded
        low, high, missing = add_up(item, population, shift, judge)
    else:
        low, high = np.zeros(size, dtype=np.int16), np.full(size, item.max, dtype=np.int16)
        missing = np.zeros(size, dtype=np.bool_)
    if item.given is not None:
        given = population.fact(item.given)
        points = np.floor(np.clip(given.values, 0, item.max)).astype(np.int16)
        low, high = np.where(given.known, points, low), np.where(given.known, points, high)
        missing = missing & ~given.known
    return PartRange(low, high, missing)


def _banded(item: ScoreItem, population: Population, shift: int, judge: Judge) -> tuple[Points, Points, Bools]:
    """First matching band; bands that may or may not match widen the range."""
    size = population.size
    low, high = np.full(size, np.int16(item.max)), np.zeros(size, dtype=np.int16)
    still_open = np.ones(size, dtype=np.bool_)
    missing = np.zeros(size, dtype=np.bool_)
    for codes, points in [*_tests(item, population, shift, judge), (None, item.otherwise)]:
        possible = still_open if codes is None else still_open & (codes != UNMET)
        low = np.where(possible, np.minimum(low, np.int16(points[0])), low)
        high = np.where(possible, np.maximum(high, np.int16(points[1])), high)
        if codes is not None:
            missing |= still_open & (codes == UNKNOWN)
            still_open = still_open & (codes != MET)
    return low, high, missing


def _added(item: ScoreItem, population: Population, shift: int, judge: Judge) -> tuple[Points, Points, Bools]:
    """Every matching band adds its points, up to the most the item can give."""
    size = population.size
    low, high = np.full(size, np.int16(item.otherwise[0])), np.full(size, np.int16(item.otherwise[1]))
    missing = np.zeros(size, dtype=np.bool_)
    for codes, points in _tests(item, population, shift, judge):
        low = low + np.where(codes == MET, np.int16(points[0]), np.int16(0))
        high = high + np.where(codes != UNMET, np.int16(points[1]), np.int16(0))
        missing |= codes == UNKNOWN
    cap = np.int16(item.max)
    return np.minimum(low, cap), np.minimum(high, cap), missing


def _tests(
    item: ScoreItem, population: Population, shift: int, judge: Judge
) -> list[tuple[NDArray[np.uint8], tuple[int, int]]]:
    value = None if item.value is None else measure(item.value, population, shift)
    found = []
    for band in item.bands:
        if band.when is not None:
            codes = judge(band.when)
        elif value is not None:
            edge = _edge(band)
            against = Limit(float(edge.numerator), edge.denominator)
            reached = holds(value, "at_least" if band.at_least is not None else "more_than", against)
            codes = np.where(value.known, np.where(reached, MET, UNMET), UNKNOWN).astype(np.uint8)
        found.append((codes, band.points))
    return found


def _edge(band: ScoreBand) -> Fraction:
    edge = band.at_least if band.at_least is not None else band.more_than
    return edge if edge is not None else Fraction(0)
