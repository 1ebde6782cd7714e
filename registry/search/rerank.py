"""Order similar names by how little differs: letters first, then sound. Works on any engine’s candidates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from registry.search.lexicon import search_settings
from registry.search.plan import LadderPlan, StrictPlan
from registry.search.words import (
    NEIGHBOUR_LENGTHS,
    characters,
    compact,
    compact_core,
    deletions,
    latin_words,
    normalise,
    pairs,
    pinyin,
)

LADDER_TEXT_MAX = 40
"""Longer texts are sentences; nothing similar to them is a name."""
SURE = 70.0
"""From this closeness on a candidate is worth offering as what was meant."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A similar enterprise with the forms its name is compared in, all compact."""

    id: int
    score: float
    name: str
    shorts: tuple[tuple[str, str], ...]
    """Short forms with their readings: the distinctive part of the name, short names, aliases."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close a candidate comes. ``value`` orders; ``likeness`` 0–100 is letters or sound alone."""

    id: int
    value: float
    likeness: float
    form: str
    """The short form that comes closest."""
    by_sound: bool


def plan_ladder(plan: StrictPlan, text: str) -> LadderPlan | None:
    """The forms to look for similar names by; None for identifiers, empty and overlong texts."""
    whole = compact(text)
    if plan.identifiers or plan.industries or not 2 <= len(whole) <= LADDER_TEXT_MAX:
        return None
    core = compact_core(text)
    near = {d for form in (whole, core) if len(form) in NEIGHBOUR_LENGTHS for d in deletions(form)}
    han = characters(core)
    stop = search_settings().stop_pairs
    latin = tuple(latin_words(normalise(text))) if whole.isascii() else ()
    return LadderPlan(
        whole=whole,
        core=core,
        neighbours=tuple(sorted(near)),
        reading=pinyin(core) if han else "",
        characters=tuple(han),
        grams=tuple(pair for pair in pairs(core) if pair not in stop) if han else (),
        latin=latin if len(latin) < 2 else (*latin, "".join(latin)),
    )


def rerank(ladder: LadderPlan, candidates: Iterable[Candidate]) -> list[Closeness]:
    """Candidates closest first; equals by number."""
    sound = pinyin(ladder.core)
    measured = (_measure(ladder, sound, candidate) for candidate in candidates)
    return sorted(measured, key=lambda c: (-c.value, c.id))


def _measure(ladder: LadderPlan, sound: str, candidate: Candidate) -> Closeness:
    letters = 100 * OSA.normalized_similarity(ladder.whole, candidate.name)
    form, short = _closest(ladder.core, [(s, s) for s, _ in candidate.shorts])
    heard, best_heard = _closest(sound, [(reading, s) for s, reading in candidate.shorts])
    by_sound = bool(heard) and 96 * best_heard > max(letters, 100 * short)
    if by_sound:
        form = heard
    likeness = max(letters, 100 * short, 96 * best_heard)
    best = max(likeness, 0.9 * fuzz.partial_ratio(ladder.whole, candidate.name))
    if _is_subsequence(ladder.core, candidate.name):
        best = max(best, 86.0)
    if any(s[:1] == ladder.core[:1] for s in (candidate.name, *(s for s, _ in candidate.shorts))):
        best += 2
    return Closeness(candidate.id, best + candidate.score, likeness, form or candidate.name, by_sound)


def _closest(text: str, forms: Sequence[tuple[str, str]]) -> tuple[str, float]:
    """The second part of the form whose first part comes closest, and how close."""
    scored = [(OSA.normalized_similarity(text, form), shown) for form, shown in forms]
    if not scored:
        return "", 0.0
    likeness, form = max(scored, key=lambda pair: pair[0])
    return form, likeness


def _is_subsequence(text: str, whole: str) -> bool:
    rest = iter(whole)
    return bool(text) and all(character in rest for character in text)
