"""Scores as SQL: the range of points of every item, part and total, and what it comes to."""

from collections.abc import Callable
from typing import Any

from registry.tiering.language import Score, ScoreBand, ScoreItem, ScorePart

UNMET, UNKNOWN, REVIEW, MET = range(4)
Range = tuple[str, str, str]
"""SQL of the lowest points, the highest points, and whether data are missing."""


def score_code(
    rule: Score,
    total: str | None,
    code: Callable[[Any], str],
    value: Callable[[Any], Any],
    edge: Callable[[Any, str, Any], str],
    fact: Callable[[str], str],
) -> str:
    """The result of a score; ``total`` is the SQL of a total somebody has given already."""

    def test(item: ScoreItem, band: ScoreBand) -> str:
        if band.when is not None:
            return code(band.when)
        measured = value(item.value)
        operator, against = ("at_least", band.at_least) if band.at_least is not None else ("more_than", band.more_than)
        reached = edge(measured, operator, against)
        return f"(CASE WHEN ({measured.num}) IS NULL THEN {UNKNOWN} WHEN {reached} THEN {MET} ELSE {UNMET} END)"

    def item_range(item: ScoreItem) -> Range:
        low, high, missing = "0", str(item.max), "0"
        if item.bands:
            codes = [test(item, band) for band in item.bands]
            low, high, missing = (_added if item.each else _first)(item, codes)
        if item.given is not None:
            name = fact(item.given)
            given = f"min(max(CAST({name} AS INTEGER), 0), {item.max})"
            low, high = (f"coalesce({given}, {one})" for one in (low, high))
            missing = f"({name} IS NULL AND {missing})"
        return low, high, missing

    parts = [_part(part, [item_range(item) for item in part.items]) for part in rule.score]
    low, high = (" + ".join(f"({part[place]})" for part in parts) for place in (0, 1))
    missing = " OR ".join(f"({part[2]})" for part in parts)
    if total is not None:
        whole = f"min(max(CAST({total} AS INTEGER), 0), {sum(part.max for part in rule.score)})"
        low, high = (f"coalesce({whole}, {one})" for one in (low, high))
        missing = f"({total} IS NULL AND ({missing}))"
    judged = [_against(rule.needed, low, high, missing)]
    for part, (least, most, _) in zip(rule.score, parts, strict=True):
        wanted = max(part.minimum or 0, 1 if part.not_zero else 0)
        if wanted:
            judged.append(_against(wanted, least, most, missing))
    return judged[0] if len(judged) == 1 else f"min({', '.join(judged)})"


def _against(needed: int, low: str, high: str, missing: str) -> str:
    still_open = f"CASE WHEN {missing} THEN {UNKNOWN} ELSE {REVIEW} END"
    return f"(CASE WHEN ({low}) >= {needed} THEN {MET} WHEN ({high}) < {needed} THEN {UNMET} ELSE {still_open} END)"


def _part(part: ScorePart, items: list[Range]) -> Range:
    def together(place: int) -> str:
        each = [f"({item[place]})" for item in items]
        joined = f"max({', '.join(each)})" if part.best and len(each) > 1 else " + ".join(each)
        return f"min({joined}, {part.max})"

    low, high = together(0), together(1)
    missing = " OR ".join(f"({item[2]})" for item in items)
    return low, high, f"(({missing}) AND ({low}) < ({high}))"


def _first(item: ScoreItem, codes: list[str]) -> Range:
    """Bands in turn: one counts if none before it is met and it is not unmet itself."""
    tests = [*zip(codes, (band.points for band in item.bands), strict=True), ("1", item.otherwise)]
    lows, highs, missing = [], [], []
    before = "1"
    for test, (low, high) in tests:
        possible = f"({before} AND {test} <> {UNMET})"
        lows.append(f"(CASE WHEN {possible} THEN {low} ELSE {item.max} END)")
        highs.append(f"(CASE WHEN {possible} THEN {high} ELSE 0 END)")
        if test != "1":
            missing.append(f"({before} AND {test} = {UNKNOWN})")
            before = f"{before} AND {test} <> {MET}"
    return f"min({', '.join(lows)})", f"max({', '.join(highs)})", f"({' OR '.join(missing)})"


def _added(item: ScoreItem, codes: list[str]) -> Range:
    pairs = list(zip(codes, (band.points for band in item.bands), strict=True))
    low = " + ".join([str(item.otherwise[0]), *(f"({test} = {MET}) * {points[0]}" for test, points in pairs)])
    high = " + ".join([str(item.otherwise[1]), *(f"({test} <> {UNMET}) * {points[1]}" for test, points in pairs)])
    missing = " OR ".join(f"{test} = {UNKNOWN}" for test, _ in pairs)
    return f"min({low}, {item.max})", f"min({high}, {item.max})", f"({missing})"
