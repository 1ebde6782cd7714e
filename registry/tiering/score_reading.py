"""A scored criterion of one row: the range of points, part by part."""

from registry.errors import Text
from registry.tiering.evaluation import Evaluation, Result
from registry.tiering.findings import Finding
from registry.tiering.language import Score, ScorePart
from registry.tiering.measures import Words
from registry.tiering.report_shapes import RESULT_CODES, PartReport, ScoreReport
from registry.tiering.scoring import PartRange
from registry.tiering.wording import RESULT_WORDS


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
    mark = f"> {rule.more_than}" if rule.more_than is not None else f"≥ {rule.at_least}"
    gap = rule.needed - found.high if found.high < rule.needed else None
    shown = _points(found.low, found.high)
    texts = [
        Text(
            f"{rule.label.zh} {shown} 分，须 {mark} 分" + (f"，差 {gap} 分" if gap else ""),
            f"{rule.label.en} {shown} points, must be {mark}" + (f", {gap} points too low" if gap else ""),
        )
    ]
    short = [Text(f"{rule.label.zh} {gap} 分", f"{gap} points of {rule.label.en}")] if gap else []
    for part, points in _parts_with_least(rule, evaluation):
        low, high = int(points.low[row]), int(points.high[row])
        if low < _least(part):
            texts.append(_part_text(part, low, high))
        if high < _least(part):
            short.append(_part_short(part, high))
    if result is Result.NEEDS_REVIEW and (text := _awaited(rule, evaluation, row)):
        texts.append(text)
    return Finding(
        rule=rule,
        result=result,
        value=found.low if found.low == found.high else None,
        threshold=rule.more_than if rule.more_than is not None else rule.at_least,
        gap=gap,
        unit="points",
        years=(),
        text=Text("，".join(one.zh for one in texts), ", ".join(one.en for one in texts)),
        name=Text(rule.label.zh, rule.label.en),
        short=Text("、".join(one.zh for one in short), ", ".join(one.en for one in short)) if short else None,
        short_kind="more",
    )


AWAITED = 3
"""So many items without their points are named; of more, their rows are enough."""


def _awaited(rule: Score, evaluation: Evaluation, row: int) -> Text | None:
    """The items whose points somebody still has to give, when that is all that is missing."""
    score = evaluation.score
    if score is None:
        return None
    pairs = ((part, items) for part, items in zip(rule.score, score.items, strict=True))
    names = [
        item.name
        for part, items in pairs
        for item, points in zip(part.items, items, strict=True)
        if item.given and int(points.low[row]) < int(points.high[row])
    ]
    if not 0 < len(names) <= AWAITED:
        return None
    zh, en = "、".join(one.zh for one in names), ", ".join(one.en for one in names)
    return Text(f"待给分：{zh}", f"points still to be given: {en}")


def _parts_with_least(rule: Score, evaluation: Evaluation) -> list[tuple[ScorePart, PartRange]]:
    """The parts that need points of their own, with those they have."""
    score = evaluation.score
    return [] if score is None else [one for one in zip(rule.score, score.parts, strict=True) if _least(one[0])]


def _least(part: ScorePart) -> int:
    return max(part.minimum or 0, 1 if part.not_zero else 0)


def _part_text(part: ScorePart, low: int, high: int) -> Text:
    """其中创新能力 15 分，须 ≥ 20 分."""
    shown = _points(low, high)
    zh, en = (f"须 ≥ {part.minimum} 分", f"must be ≥ {part.minimum}")
    if part.minimum is None:
        zh, en = "不得为 0 分", "must not be 0"
    return Text(f"其中{part.name.zh} {shown} 分，{zh}", f"of which {part.name.en} {shown}, {en}")


def _part_short(part: ScorePart, high: int) -> Text:
    gap = _least(part) - high
    if part.minimum is None:
        return Text(f"{part.name.zh}得分（不得为 0 分）", f"points of {part.name.en} (not 0)")
    return Text(f"{part.name.zh}得分 {gap} 分", f"{gap} points of {part.name.en}")


def score_parts(rule: Score, evaluation: Evaluation, row: int, period: str) -> tuple[PartReport, ...]:
    """Points of every part and item. Nothing where the total was given as a whole."""
    score = evaluation.score
    if score is None or (rule.known_total is not None and int(score.low[row]) == int(score.high[row])):
        return ()
    found = []
    for part, part_range, items in zip(rule.score, score.parts, score.items, strict=True):
        found.append(_with_least(_row(part.id, part.name, part.max, part_range, row, period), part))
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


def _with_least(shown: PartReport, part: ScorePart) -> PartReport:
    """A part that needs points of its own: against its mark."""
    least = _least(part)
    if not least or not isinstance(shown.value, int):
        return shown
    met, mark = shown.value >= least, f"≥ {least}" if part.minimum is not None else "> 0"
    words = RESULT_WORDS[Result.MET if met else Result.UNMET]
    return shown.model_copy(
        update={
            "result": "met" if met else "unmet",
            "threshold": least,
            "gap": None if met else least - shown.value,
            "text": f"{shown.text}，本部分须 {mark} 分：{words.zh}",
            "text_en": f"{shown.text_en}, this part must be {mark}: {words.en}",
        }
    )


def _points(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}–{high}"
