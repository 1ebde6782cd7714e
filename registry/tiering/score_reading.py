"""A scored criterion of one row: the range of points, part by part."""

from registry.errors import Text
from registry.tiering.evaluation import Evaluation, Result
from registry.tiering.findings import Finding
from registry.tiering.language import Score
from registry.tiering.measures import Words
from registry.tiering.report_shapes import RESULT_CODES, PartReport, ScoreReport
from registry.tiering.scoring import PartRange


def score_report(evaluation: Evaluation, row: int) -> ScoreReport | None:
    """Low, high and the mark; None where the standard is not scored."""
    rule = evaluation.standard.score
    if evaluation.score is None or rule is None:
        return None
    low, high = int(evaluation.score.low[row]), int(evaluation.score.high[row])
    return ScoreReport(low=low, high=high, needed=rule.needed)


def score_finding(rule: Score, evaluation: Evaluation, row: int, result: Result) -> Finding:
    """The total against the mark. A range has no single value."""
    found = score_report(evaluation, row) or ScoreReport(low=0, high=0, needed=rule.needed)
    value = found.low if found.low == found.high else None
    mark = f"> {rule.more_than}" if rule.more_than is not None else f"≥ {rule.at_least}"
    gap = rule.needed - found.high if found.high < rule.needed else None
    shown = _points(found.low, found.high)
    return Finding(
        rule=rule,
        result=result,
        value=value,
        threshold=rule.more_than if rule.more_than is not None else rule.at_least,
        gap=gap,
        unit="points",
        years=(),
        text=Text(
            f"{rule.label.zh} {shown} 分，须 {mark} 分" + (f"，差 {gap} 分" if gap else ""),
            f"{rule.label.en} {shown} points, must be {mark}" + (f", {gap} points too low" if gap else ""),
        ),
        name=Text(rule.label.zh, rule.label.en),
        short=Text(f"{rule.label.zh} {gap} 分", f"{gap} points of {rule.label.en}") if gap else None,
        short_kind="more",
    )


def score_parts(rule: Score, evaluation: Evaluation, row: int, period: str) -> tuple[PartReport, ...]:
    """Points of every part and item. Nothing where the total was given as a whole."""
    score = evaluation.score
    if score is None or (rule.known_total is not None and int(score.low[row]) == int(score.high[row])):
        return ()
    found = []
    for part, part_range, items in zip(rule.score, score.parts, score.items, strict=True):
        found.append(_row(part.id, part.name, part.max, part_range, row, period))
        for item, item_range in zip(part.items, items, strict=True):
            found.append(_row(item.id, item.name, item.max, item_range, row, period))
    return tuple(found)


def _row(row_id: str, name: Words, most: int, points: PartRange, row: int, period: str) -> PartReport:
    low, high = int(points.low[row]), int(points.high[row])
    open_result = Result.UNKNOWN if points.data_missing[row] else Result.NEEDS_REVIEW
    shown = _points(low, high)
    return PartReport(
        id=row_id,
        name=name.zh,
        name_en=name.en,
        result=None if low == high else RESULT_CODES[open_result],
        value=low if low == high else None,
        threshold=None,
        gap=None,
        unit="points",
        period=period,
        text=f"{name.zh} {shown} 分（满分 {most}）",
        text_en=f"{name.en} {shown} of {most} points",
    )


def _points(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"
