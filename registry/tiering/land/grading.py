"""Scoring, ranking and grading a whole run: the same columns under the same scheme always give the same grades."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from registry.errors import Text
from registry.tiering.land.columns import ADJUSTMENT, KINDS, SCALE_FIGURE, Columns, Ints
from registry.tiering.land.ratios import LAND, RATIOS, RatioCode
from registry.tiering.land.scheme import Family, Item, Kind, Scheme
from registry.tiering.population import Bools, Floats

DECIMALS = 4
"""Scores are rounded to so many decimals before they are ranked, so that equal is equal on every machine."""


class Reason(IntEnum):
    """Why a firm has no grade; GRADED: it has a score."""

    GRADED = 0
    EXCLUDED = 1
    NO_LAND = 2
    NO_SCALE = 3
    OUT_OF_SCOPE = 4
    MISSING = 5
    NO_GROUP = 6


REASON_WORDS = {
    Reason.GRADED: Text("已评", "graded"),
    Reason.EXCLUDED: Text("按规定不参评", "left out by the rules"),
    Reason.NO_LAND: Text("无用地面积，不评级", "no land figure, not graded"),
    Reason.NO_SCALE: Text("无主营业务收入，不知规上规下", "no main business revenue, scale unknown"),
    Reason.OUT_OF_SCOPE: Text("不在评价范围", "out of scope"),
    Reason.MISSING: Text("缺指标，不评级", "an indicator is missing, not graded"),
    Reason.NO_GROUP: Text("无登记地或行业，无从比较", "no place or industry to compare within"),
}


@dataclass(frozen=True)
class Grades:
    """One row a firm.

    ``ratios[code]`` in the unit of the indicator, NaN unknown. ``score`` NaN where not graded. ``group``: the place of
    its group in ``groups`` (kind, region prefix or −1, division or −1), −1 for none; ``rank`` from 1 and ``of`` firms
    in it, 0 where not graded. ``grade``: A, B, C, D or "". ``benchmarks``: those used, by kind and indicator.
    """

    ratios: dict[RatioCode, Floats]
    score: Floats
    reason: NDArray[np.int8]
    group: Ints
    groups: tuple[tuple[Kind, int, int], ...]
    rank: Ints
    of: Ints
    grade: NDArray[np.str_]
    benchmarks: dict[Kind, dict[RatioCode, float]]


def grade(scheme: Scheme, columns: Columns, *, year: int) -> Grades:
    """Score every firm of the run and grade it by its rank in its group. InvalidInput: no benchmarks that year."""
    scheme.require_year(year)
    ratios = ratios_of(scheme, columns)
    above = columns.figures[SCALE_FIGURE] >= float(scheme.scale_line)
    reason = _reasons(scheme, columns)
    score = np.full(columns.size, np.nan)
    benchmarks: dict[Kind, dict[RatioCode, float]] = {}
    for kind, mine in zip(KINDS, (above, ~above), strict=True):
        family = scheme.families.get(kind)
        if family is None:
            continue
        running = mine & (reason == Reason.GRADED)
        benchmarks[kind] = {one.ratio: _benchmark(scheme, columns, year, kind, one, running) for one in family.items}
        points = _points(scheme, family, ratios, benchmarks[kind], running)
        score = np.where(running, points, score)
        reason[running & np.isnan(points)] = Reason.MISSING
    if scheme.adjustments:
        score = score + np.nan_to_num(columns.figures[ADJUSTMENT])
    score = np.round(score, DECIMALS) + 0.0
    group, groups = _groups(scheme, columns, above, reason == Reason.GRADED)
    rank, of = _ranks(score, group)
    letters = _letters(scheme, rank, of)
    for place, veto in enumerate(scheme.vetoes):
        letters[(columns.vetoed == place) & (rank > 0)] = veto.grade
    return Grades(ratios, score, reason, group, groups, rank, of, letters, benchmarks)


def ratios_of(scheme: Scheme, columns: Columns) -> dict[RatioCode, Floats]:
    """Every indicator the scheme weighs, of every firm; NaN where a figure is missing or the divisor is not above 0."""
    wanted = dict.fromkeys(item.ratio for family in scheme.families.values() for item in family.items)
    found: dict[RatioCode, Floats] = {}
    for code in wanted:
        about = RATIOS[code]
        bottom = np.where(columns.figures[about.bottom] > 0, columns.figures[about.bottom], np.nan)
        found[code] = columns.figures[about.top] / bottom / about.per
    return found


def _reasons(scheme: Scheme, columns: Columns) -> NDArray[np.int8]:
    """Why a firm is not scored at all; of several reasons the one that would stay if the others were mended."""
    reason = np.full(columns.size, Reason.GRADED, dtype=np.int8)
    place = columns.region >= 0 if scheme.within.region_digits else np.ones(columns.size, dtype=np.bool_)
    trade = columns.division >= 0 if scheme.within.industry else np.ones(columns.size, dtype=np.bool_)
    reason[~(place & trade)] = Reason.NO_GROUP
    reason[np.isnan(columns.figures[LAND])] = Reason.NO_LAND
    reason[~columns.in_scope] = Reason.OUT_OF_SCOPE
    reason[np.isnan(columns.figures[SCALE_FIGURE])] = Reason.NO_SCALE
    reason[columns.excluded >= 0] = Reason.EXCLUDED
    return reason


def _benchmark(scheme: Scheme, columns: Columns, year: int, kind: Kind, item: Item, running: Bools) -> float:
    """The stated benchmark, or the run's own value: the sum of what is divided by the sum of what divides."""
    stated = scheme.benchmark(year, kind, item.ratio)
    if stated is not None:
        return stated
    if not scheme.benchmark_from_run:
        return float("nan")
    about = RATIOS[item.ratio]
    top, bottom = columns.figures[about.top], columns.figures[about.bottom]
    both = running & ~np.isnan(top) & (np.nan_to_num(bottom) > 0)
    divisor = float(bottom[both].sum())
    return float(top[both].sum()) / divisor / about.per if divisor > 0 else float("nan")


def _points(
    scheme: Scheme, family: Family, ratios: dict[RatioCode, Floats], benchmarks: dict[RatioCode, float], running: Bools
) -> Floats:
    total = np.zeros(running.size)
    for item in family.items:
        weight, against = float(item.weight), benchmarks[item.ratio]
        # A run whose own value is not above nothing has nothing to measure against: as if it were missing.
        points = ratios[item.ratio] / (against if against > 0 else np.nan) * weight
        if scheme.cap is not None:
            points = np.minimum(points, float(scheme.cap) * weight)
        if scheme.floor is not None:
            points = np.maximum(points, float(scheme.floor))
        total = total + _filled(points, item.missing or scheme.missing, running)
    return total


def _filled(points: Floats, missing: str, running: Bools) -> Floats:
    """Points with a value for firms that lack the indicator; NaN: not graded."""
    known = running & ~np.isnan(points)
    if missing == "zero":
        return np.nan_to_num(points)
    if missing == "mean" and known.any():
        return np.where(np.isnan(points), float(points[known].mean()), points)
    return points


def _groups(
    scheme: Scheme, columns: Columns, above: Bools, graded: Bools
) -> tuple[Ints, tuple[tuple[Kind, int, int], ...]]:
    digits = scheme.within.region_digits
    region = columns.region // 10 ** (6 - digits) if digits else np.full(columns.size, -1)
    division = columns.division if scheme.within.industry else np.full(columns.size, -1)
    # One whole number a group sorts far faster than three columns: two digits of industry, six of region, one of kind.
    keys = (((~above).astype(np.int64) * 10**7 + (region + 1)) * 1000 + (division + 1))[graded]
    group = np.full(columns.size, -1, dtype=np.int64)
    distinct, places = np.unique(keys, return_inverse=True)
    group[graded] = places
    return group, tuple((KINDS[one // 10**10], one // 1000 % 10**7 - 1, one % 1000 - 1) for one in distinct.tolist())


def _ranks(score: Floats, group: Ints) -> tuple[Ints, Ints]:
    """Rank (1 is best, equals share the better one) and size of the group, 0 where there is no group."""
    rank, of = np.zeros(group.size, dtype=np.int64), np.zeros(group.size, dtype=np.int64)
    rows = np.flatnonzero(group >= 0)
    if not rows.size:
        return rank, of
    order = rows[np.lexsort((-score[rows], group[rows]))]
    groups, scores = group[order], score[order]
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    first = np.repeat(starts, np.diff(np.r_[starts, groups.size]))
    place = np.arange(groups.size)
    new = np.r_[True, (groups[1:] != groups[:-1]) | (scores[1:] != scores[:-1])]
    rank[order] = np.maximum.accumulate(np.where(new, place, 0)) - first + 1
    of[order] = np.bincount(groups)[groups]
    return rank, of


def _letters(scheme: Scheme, rank: Ints, of: Ints) -> NDArray[np.str_]:
    """A firm has the first grade whose share of the group is more than the share of firms better than it."""
    letters = np.full(rank.size, "", dtype="<U1")
    for cut in reversed(scheme.cuts):
        share = cut.up_to
        letters[(rank > 0) & ((rank - 1) * share.denominator < share.numerator * of)] = cut.grade
    return letters
