"""Order similar names by how little differs: letters first, then sound and shape. Works on any engine’s candidates."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from registry.search.config import ConfusablesFile, load_config
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
    whole_readings,
)

LADDER_TEXT_MAX = 40
"""Longer texts are sentences; nothing similar to them is a name."""
SHAPES_MAX = 40
"""Forms with one look-alike character that are looked up."""
UNSEEN = 96.0
"""Likeness of names that sound or look the same but are not: nearly the same."""
INSIDE = 90.0
"""Likeness of a name that only sounds as if the typed one stood in it."""
INSIDE_LETTERS = 5
SURE = 70.0
"""From this closeness on a candidate is worth offering as what was meant."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A similar enterprise with the forms its name is compared in, all compact."""

    id: int
    score: float
    name: str
    shorts: tuple[tuple[str, str], ...]
    """Short forms with their readings (several joined by a slash): the distinctive part, short names, aliases."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """How close a candidate comes. ``value`` orders; ``likeness`` 0–100 is letters, sound or shape alone."""

    id: int
    value: float
    likeness: float
    form: str
    """The short form that comes closest."""
    by_sound: bool
    by_shape: bool = False
    """Only characters differ that look alike."""


def plan_ladder(plan: StrictPlan, text: str) -> LadderPlan | None:
    """The forms to look for similar names by; None for identifiers, empty and overlong texts."""
    whole = compact(text)
    if plan.identifiers or plan.industries or plan.brands or not 2 <= len(whole) <= LADDER_TEXT_MAX:
        return None
    core = compact_core(text)
    near = {d for form in (whole, core) if len(form) in NEIGHBOUR_LENGTHS for d in deletions(form)}
    han = characters(core)
    stop = search_settings().stop_pairs
    latin = tuple(latin_words(normalise(text))) if whole.isascii() else ()
    sounds = tuple(whole_readings(core)) if han else ()
    return LadderPlan(
        whole=whole,
        core=core,
        neighbours=tuple(sorted(near)),
        reading=sounds[0] if sounds else "",
        characters=tuple(han),
        grams=tuple(pair for pair in pairs(core) if pair not in stop) if han else (),
        latin=latin if len(latin) < 2 else (*latin, "".join(latin)),
        shapes=tuple(_look_alikes(core)),
        sounds=sounds,
    )


def rerank(ladder: LadderPlan, candidates: Iterable[Candidate]) -> list[Closeness]:
    """Candidates closest first; equals by number."""
    sounds = ladder.sounds or (ladder.core,)
    measured = (_measure(ladder, sounds, candidate) for candidate in candidates)
    return sorted(measured, key=lambda c: (-c.value, c.id))


def _measure(ladder: LadderPlan, sounds: Sequence[str], candidate: Candidate) -> Closeness:
    letters = 100 * OSA.normalized_similarity(ladder.whole, candidate.name)
    form, short = _closest(ladder.core, [(s, s) for s, _ in candidate.shorts])
    spoken = [(one, s) for s, reading in candidate.shorts for one in reading.split("/")]
    heard, best_heard = max((_closest(sound, spoken) for sound in sounds), key=lambda found: found[1])
    seen, best_seen = _closest_by_shape(ladder, candidate)
    written, by_ear, by_eye = max(letters, 100 * short), UNSEEN * best_heard, UNSEEN * best_seen
    by_sound = bool(heard) and by_ear > written and by_ear >= by_eye
    by_shape = not by_sound and bool(seen) and by_eye > written
    form = heard if by_sound else seen if by_shape else form
    likeness = max(written, by_ear, by_eye)
    if likeness < INSIDE and (inside := _heard_inside(sounds, candidate)):
        form, likeness, by_sound, by_shape = inside, INSIDE, True, False
    best = max(likeness, 0.9 * fuzz.partial_ratio(ladder.whole, candidate.name))
    if _is_subsequence(ladder.core, candidate.name):
        best = max(best, 86.0)
    if any(s[:1] == ladder.core[:1] for s in (candidate.name, *(s for s, _ in candidate.shorts))):
        best += 2
    return Closeness(candidate.id, best + candidate.score, likeness, form or candidate.name, by_sound, by_shape)


def _closest(text: str, forms: Sequence[tuple[str, str]]) -> tuple[str, float]:
    """The second part of the form whose first part comes closest, and how close."""
    scored = [(OSA.normalized_similarity(text, form), shown) for form, shown in forms]
    if not scored:
        return "", 0.0
    likeness, form = max(scored, key=lambda pair: pair[0])
    return form, likeness


def _closest_by_shape(ladder: LadderPlan, candidate: Candidate) -> tuple[str, float]:
    """The form that comes closest when look-alikes count as equal, if there are any; and how close."""
    forms = [(_seen_as(ladder.core, s), s) for s, _ in candidate.shorts]
    forms.append((_seen_as(ladder.whole, candidate.name), candidate.name))
    scored = [
        (OSA.normalized_similarity(ladder.whole if shown == candidate.name else ladder.core, seen), shown)
        for seen, shown in forms
        if seen
    ]
    likeness, form = max(scored, default=(0.0, ""), key=lambda pair: pair[0])
    return form, likeness


def _heard_inside(sounds: Sequence[str], candidate: Candidate) -> str:
    """The form in whose reading the typed one stands whole: 寒武记 in 中科寒武纪."""
    heard = [sound for sound in sounds if len(sound) >= INSIDE_LETTERS]
    return next((s for s, reading in candidate.shorts for sound in heard if sound in reading), "")


def _seen_as(typed: str, form: str) -> str:
    """The form with each character that looks like the typed one in its place replaced by that; empty if none does."""
    if typed == form or len(typed) != len(form):
        return ""
    looks = _confusable()
    seen = "".join(t if t != f and f in looks.get(t, "") else f for t, f in zip(typed, form, strict=True))
    return seen if seen != form else ""


def _look_alikes(core: str) -> Iterator[str]:
    """The text with one character replaced by one that looks like it."""
    looks = _confusable()
    found = 0
    for place, character in enumerate(core[:8]):
        for other in looks.get(character, ""):
            if found < SHAPES_MAX and 2 <= len(core) <= 8:
                found += 1
                yield core[:place] + other + core[place + 1 :]


@cache
def _confusable() -> dict[str, str]:
    """Each character to those that look like it."""
    found: dict[str, dict[str, None]] = {}
    for group in load_config(ConfusablesFile).groups:
        for character in group:
            found.setdefault(character, {}).update(dict.fromkeys(c for c in group if c != character))
    return {character: "".join(others) for character, others in found.items()}


def _is_subsequence(text: str, whole: str) -> bool:
    rest = iter(whole)
    return bool(text) and all(character in rest for character in text)
