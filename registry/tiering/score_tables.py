"""A scored rule as tables of bands with their points, in words generated from the rule."""

from dataclasses import dataclass

from registry.errors import Locale, Text
from registry.tiering.describe import condition
from registry.tiering.figures import choice_words, fact_names
from registry.tiering.language import AnyOf, OneOf, Rule, Score, ScoreBand, ScoreItem, ScorePart, Yes
from registry.tiering.measures import Expression
from registry.tiering.wording import about, show


@dataclass(frozen=True, slots=True)
class BandRow:
    """One band: what it takes, and the points it gives (25–30 where experts choose inside a range)."""

    test: Text
    points: str


@dataclass(frozen=True, slots=True)
class ItemTable:
    """One scored item. ``by_experts``: points an expert has given go before the bands; without bands only they count.

    ``adds_up``: every band that fits adds its points; otherwise the first that fits counts.
    """

    id: str
    name: Text
    most: int
    rows: tuple[BandRow, ...]
    by_experts: bool
    adds_up: bool


@dataclass(frozen=True, slots=True)
class PartTable:
    """One part: its items add up to ``most`` at the most. ``needs``: what this part must reach by itself."""

    id: str
    name: Text
    most: int
    needs: Text | None
    best_counts: bool
    items: tuple[ItemTable, ...]


def score_table(score: Score) -> tuple[PartTable, ...]:
    """Every part of a score with the bands of its items, in the order of the document."""
    return tuple(
        PartTable(
            id=part.id,
            name=Text(part.name.zh, part.name.en),
            most=part.max,
            needs=part_needs(part),
            best_counts=part.best,
            items=tuple(item_table(item) for item in part.items),
        )
        for part in score.score
    )


def item_table(item: ScoreItem) -> ItemTable:
    """The bands of one item, and what everybody else gets."""
    rows = [
        BandRow(
            Text(_test(item, at, "zh"), _test(item, at, "en")),
            points_words(band.points),
        )
        for at, band in enumerate(item.bands)
    ]
    if rows and not item.each:
        rows.append(BandRow(Text("其他", "otherwise"), points_words(item.otherwise)))
    return ItemTable(
        id=item.id,
        name=Text(item.name.zh, item.name.en),
        most=item.max,
        rows=tuple(rows),
        by_experts=item.given is not None,
        adds_up=item.each,
    )


def part_needs(part: ScorePart) -> Text | None:
    """The least a part needs by itself, or None."""
    if part.minimum is not None:
        return Text(f"本部分不得低于 {part.minimum} 分", f"this part needs at least {part.minimum} points")
    return Text("本部分不得为 0 分", "this part must not be zero") if part.not_zero else None


def points_words(points: tuple[int, int]) -> str:
    """5, or 25–30."""
    low, high = points
    return str(low) if low == high else f"{low}–{high}"


def _test(item: ScoreItem, at: int, locale: Locale) -> str:
    """What a band takes. A band of numbers ends where the one above it begins."""
    band = item.bands[at]
    if band.when is not None or item.value is None:
        return band_condition(band.when, locale) if band.when is not None else ""
    text = _edge(item.value, band, locale, from_below=True)
    above = item.bands[at - 1] if at and not item.each else None
    if above is None or above.when is not None:
        return text
    return f"{text}{', ' if locale == 'en' else '，'}{_edge(item.value, above, locale, from_below=False)}"


def band_condition(rule: Rule, locale: Locale) -> str:
    """What a band takes, without "must": a band is no requirement."""
    match rule:
        case Yes():
            return fact_names()[rule.yes].label.in_(locale)
        case OneOf():
            name = fact_names()[rule.code].label.in_(locale)
            among = (" or " if locale == "en" else "或").join(choice_words(one).in_(locale) for one in rule.among)
            return f"{name}: {among}" if locale == "en" else f"{name}：{among}"
        case AnyOf():
            return (" or " if locale == "en" else " 或 ").join(band_condition(one, locale) for one in rule.any)
        case _:
            return condition(rule, locale)


def _edge(value: Expression, band: ScoreBand, locale: Locale, *, from_below: bool) -> str:
    unit, counter = about(value)
    included = band.at_least is not None
    edge = band.at_least if band.at_least is not None else band.more_than
    sign = ("≥" if included else ">") if from_below else ("<" if included else "≤")
    return f"{sign} {show(unit, counter, edge or 0, locale)}"
