"""Mark what matched in a shown name. Gives pieces, no markup: the page escapes and marks them."""

from collections.abc import Iterable
from functools import lru_cache

from registry.search.plan import StrictPlan
from registry.search.query import Segment
from registry.search.words import compact


def highlight(shown: str, plan: StrictPlan) -> tuple[Segment, ...]:
    """The text in pieces; joined again they are the text. Marked: the whole text, words, or the pairs of words."""
    if not (plan.whole or plan.words):
        return segments(shown, ())
    needles = [plan.whole, *(word.text for word in plan.words)]
    pieces = [gram for word in plan.words for gram in word.grams if len(gram) > 1]
    pieces += [gram for word in plan.words for other in word.others for gram in other]
    lone = [character for word in plan.words for character in word.lone]
    folded, places = _fold_with_places(shown)
    marks = _spans(folded, [needle for needle in needles if needle])
    if not marks:
        marks = _spans(folded, [*pieces, *lone])
    return segments(shown, [(places[a], places[b - 1] + 1) for a, b in marks])


def segments(shown: str, spans: Iterable[tuple[int, int]]) -> tuple[Segment, ...]:
    """The text cut at the spans; overlapping spans are joined, empty pieces left out."""
    found: list[Segment] = []
    at = 0
    for start, end in _joined(spans):
        if start > at:
            found.append(Segment(text=shown[at:start], marked=False))
        found.append(Segment(text=shown[start:end], marked=True))
        at = end
    if at < len(shown):
        found.append(Segment(text=shown[at:], marked=False))
    return tuple(found)


def _fold_with_places(shown: str) -> tuple[str, list[int]]:
    """The compact form and, for each of its characters, the place in the shown text it comes from."""
    folded = [_fold_character(character) for character in shown]
    return "".join(folded), [place for place, pieces in enumerate(folded) for _ in pieces]


@lru_cache(maxsize=65_536)
def _fold_character(character: str) -> str:
    return compact(character)


def _spans(text: str, needles: list[str]) -> list[tuple[int, int]]:
    found = []
    for needle in dict.fromkeys(needles):
        at = text.find(needle)
        while at >= 0:
            found.append((at, at + len(needle)))
            at = text.find(needle, at + 1)
    return found


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        else:
            result.append((start, end))
    return result
