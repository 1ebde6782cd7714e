"""Two scores side by side: the pass mark, the parts, the items and their bands."""

from collections.abc import Iterator

from registry.errors import Text
from registry.tiering.facets import bare
from registry.tiering.language import Score, ScoreItem, ScorePart
from registry.tiering.score_tables import item_table, part_needs
from registry.tiering.version_changes import Change, Move

NO_MINIMUM = Text("没有单独的下限", "no minimum of its own")


def compare_scores(before: Score, after: Score) -> Iterator[Change]:
    """What changed between two scores; parts and items are the same thing where their names or ids are."""
    what = Text(after.label.zh, after.label.en)
    if before.needed != after.needed:
        raised = after.needed > before.needed
        yield Change("threshold", _move(raised), raised, what, _mark(before), _mark(after))
    if bare(before.known_total) != bare(after.known_total):
        yield Change("reading", "changed", None, what, None, None)
    parts = {_key(one): one for one in before.score}
    for part in after.score:
        yield from _part(parts.pop(_key(part), None), part)
    for gone in parts.values():
        yield Change("points", "removed", None, _name(gone), _full(gone.max), None)


def _part(before: ScorePart | None, after: ScorePart) -> Iterator[Change]:
    what = _name(after)
    if before is None:
        yield Change("points", "added", None, what, None, _full(after.max))
        return
    yield from _most(before.max, after.max, what)
    old, new = (max(one.minimum or 0, int(one.not_zero)) for one in (before, after))
    if old != new:
        words = [part_needs(one) or NO_MINIMUM for one in (before, after)]
        yield Change("threshold", _move(new > old), new > old, what, *words)
    if before.best != after.best:
        yield Change("points", "changed", after.best, what, _together(before.best), _together(after.best))
    items = {_key(one): one for one in before.items}
    for item in after.items:
        yield from _item(items.pop(_key(item), None), item)
    for gone in items.values():
        yield Change("points", "removed", None, _name(gone), _bands(gone), None)


def _item(before: ScoreItem | None, after: ScoreItem) -> Iterator[Change]:
    what = _name(after)
    if before is None:
        yield Change("points", "added", None, what, None, _bands(after))
    elif bare(before) != bare(after):
        old, new = _bands(before), _bands(after)
        yield Change("points", "changed", None, what, old, new)


def _most(before: int, after: int, what: Text) -> Iterator[Change]:
    if before != after:
        yield Change("points", _move(after > before), None, what, _full(before), _full(after))


def _key(one: ScorePart | ScoreItem) -> str:
    """The name without its punctuation: ids differ from version to version."""
    return "".join(letter for letter in one.name.zh if letter.isalnum())


def _name(one: ScorePart | ScoreItem) -> Text:
    return Text(one.name.zh, one.name.en)


def _mark(score: Score) -> Text:
    sign = f"> {score.more_than}" if score.more_than is not None else f"≥ {score.at_least}"
    return Text(f"{sign} 分", f"{sign} points")


def _full(most: int) -> Text:
    return Text(f"满分 {most} 分", f"up to {most} points")


def _together(best: bool) -> Text:
    return Text("各项取最高", "the best item counts") if best else Text("各项相加", "items add up")


def _bands(item: ScoreItem) -> Text:
    """The bands on one line: ≥ 5%：20 分；其他：0 分."""
    table = item_table(item)
    if not table.rows:
        most = _full(item.max)
        return Text(f"专家评分，{most.zh}", f"given by experts, {most.en}")
    return Text(
        "；".join(f"{row.test.zh}：{row.points} 分" for row in table.rows),
        "; ".join(f"{row.test.en}: {row.points}" for row in table.rows),
    )


def _move(raised: bool) -> Move:
    return "raised" if raised else "lowered"
