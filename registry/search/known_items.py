"""Questions with known answers, made from any table of enterprises: the name of each, typed the way people type.

Pure and repeatable: the same enterprises, seed and half give the same questions. Half of the names (by their hash) are
for tuning, the other half for reporting, so that nobody is praised for what was tuned on.

An answer is right if it is the enterprise the question was made from, **or any other from which the same typing gives
the same question**: of two firms of one brand, or of two that are one slip away from what was typed, either is right.
"""

import hashlib
import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import OSA

from registry.identity import names as identity_names
from registry.identity.names import core_name, fold_name
from registry.identity.uscc import explain_code

Half = Literal["tuning", "reporting", "all"]
Measure = Literal["top1", "top3", "recall"]

COMMON_CHARACTERS = 1_500
"""So many of the most frequent characters are put in the place of others."""
POOL = 40
"""Subjects looked at for each question wanted, as not every name can be typed in every way."""
DAMAGED_LENGTHS = range(3, 13)
TRIES = 20
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class Subject:
    """An enterprise as far as a question may be made from it. ``others``: short names and aliases."""

    key: str
    name: str
    uscc: str | None = None
    others: tuple[str, ...] = ()
    english: str | None = None


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A question: how it was made, its text, and what it was made from."""

    kind: str
    text: str
    target: Subject


@dataclass(frozen=True, slots=True)
class Kind:
    """A way of typing. ``measure`` must reach ``aim``; ``offered``: similar names and suggestions count as answers."""

    make: "Callable[[Subject, random.Random, Letters], str | None]"
    same: Callable[[str, Subject, Subject], bool]
    """Whether another enterprise is as right as the target, given text, other and target."""
    measure: Measure
    aim: float
    offered: bool = False


class Letters:
    """The characters of a population, to make slips from: frequent ones, and those that sound alike."""

    def __init__(self, names: Iterable[str]) -> None:
        counted = Counter(c for name in names for c in name if "\u4e00" <= c <= "\u9fff")
        self.common = [c for c, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:COMMON_CHARACTERS]]
        self._alike: dict[str, list[str]] = defaultdict(list)
        for character in self.common:
            self._alike[reading(character)].append(character)

    def alike(self, character: str) -> list[str]:
        """Others of the same sound."""
        return [c for c in self._alike.get(reading(character), ()) if c != character]


def known_items(
    subjects: Iterable[Subject], *, each: int, seed: int = 1, half: Half = "reporting", kinds: Iterable[str] = ()
) -> list[KnownItem]:
    """Up to ``each`` questions of each kind (all kinds if none is named), in the order of the kinds."""

    def rank(subject: Subject) -> bytes:
        return hashlib.blake2b(f"{seed}/{subject.key}/{subject.name}".encode(), digest_size=8).digest()

    chosen = (s for s in subjects if half in ("all", half_of(s.name)))
    pool = heapq.nsmallest(each * POOL, chosen, key=rank)
    letters = Letters(subject.name for subject in pool)
    return [item for kind in (kinds or KINDS) for item in _of_kind(kind, pool, letters, each, seed)]


def _of_kind(kind: str, pool: list[Subject], letters: Letters, each: int, seed: int) -> Iterator[KnownItem]:
    chance = random.Random(f"{seed}/{kind}")  # noqa: S311 - a repeatable choice, no secret
    made = 0
    for subject in chance.sample(pool, len(pool)):
        if made == each:
            return
        text = KINDS[kind].make(subject, chance, letters)
        if text:
            made += 1
            yield KnownItem(kind, text, subject)


def half_of(name: str) -> Half:
    """Which half a name belongs to, for ever.

    >>> half_of("深圳市示例科技有限公司") == half_of("深圳市示例科技 有限公司")
    True
    """
    return "tuning" if hashlib.blake2b(fold_name(name).encode(), digest_size=1).digest()[0] & 1 else "reporting"


def is_right(item: KnownItem, answer: Subject) -> bool:
    """Whether an enterprise answers the question; see the module for ties."""
    return answer.key == item.target.key or KINDS[item.kind].same(item.text, answer, item.target)


def brand(name: str) -> str:
    """The distinctive part of a name, folded; all of it if nothing else is left."""
    return core_name(name) or fold_name(name)


def forms(subject: Subject) -> tuple[str, ...]:
    """What an enterprise may be called in short, folded, and its whole name."""
    return tuple(dict.fromkeys([brand(subject.name), fold_name(subject.name), *map(fold_name, subject.others)]))


@lru_cache(maxsize=200_000)
def syllables(text: str) -> tuple[str, ...]:
    """The usual pinyin of a text, words read as words: what somebody types who knows no better."""
    from pypinyin import lazy_pinyin

    return tuple(syllable.lower() for syllable in lazy_pinyin(text))


def reading(text: str, start: int = 0) -> str:
    """Its syllables joined, from one of them on."""
    return "".join(syllables(text)[start:])


def initials(text: str, start: int = 0) -> str:
    """First letters of its syllables."""
    return "".join(syllable[0] for syllable in syllables(text)[start:])


# How each kind is typed.


def _full(subject: Subject, _: random.Random, __: Letters) -> str | None:
    return subject.name


def _brand(subject: Subject, _: random.Random, __: Letters) -> str | None:
    found = brand(subject.name)
    return found if len(found) >= 2 else None


def _alias(subject: Subject, chance: random.Random, _: Letters) -> str | None:
    return chance.choice(subject.others) if subject.others else None


def _short(subject: Subject, chance: random.Random, _: Letters) -> str | None:
    found = brand(subject.name)
    return found[: chance.choice((2, 3))] if len(found) >= 4 and _is_han(found[:3]) else None


def _skip(subject: Subject, _: random.Random, __: Letters) -> str | None:
    return skipped(brand(subject.name))


def skipped(text: str) -> str | None:
    """Brand and last word without the middle: 华星光电半导体 as 华星导体; None for a short one."""
    return text[:2] + text[-2:] if len(text) >= 6 and _is_han(text) else None


def _infix(subject: Subject, chance: random.Random, _: Letters) -> str | None:
    found = brand(subject.name)
    if len(found) < 5 or not _is_han(found):
        return None
    at = chance.randrange(1, len(found) - 3)
    return found[at : at + 3]


def _homophone(subject: Subject, chance: random.Random, letters: Letters) -> str | None:
    found = _damageable(subject)
    at = _place(found, chance, lambda c: bool(letters.alike(c)))
    return None if at is None else found[:at] + chance.choice(letters.alike(found[at])) + found[at + 1 :]


def _wrong(subject: Subject, chance: random.Random, letters: Letters) -> str | None:
    found = _damageable(subject)
    at = _place(found, chance, lambda c: True)
    if at is None:
        return None
    other = chance.choice(letters.common)
    return None if reading(other) == reading(found[at]) else found[:at] + other + found[at + 1 :]


def _swapped(subject: Subject, chance: random.Random, _: Letters) -> str | None:
    found = _damageable(subject)
    places = [at for at in range(len(found) - 1) if found[at] != found[at + 1]]
    if not places:
        return None
    at = chance.choice(places)
    return found[:at] + found[at + 1] + found[at] + found[at + 2 :]


def _damageable(subject: Subject) -> str:
    found = brand(subject.name)
    return found if len(found) in DAMAGED_LENGTHS and _is_han(found) else ""


def _place(text: str, chance: random.Random, fits: Callable[[str], bool]) -> int | None:
    places = [at for at, character in enumerate(text) if fits(character)]
    return chance.choice(places) if places else None


def _pinyin(subject: Subject, _: random.Random, __: Letters) -> str | None:
    found = brand(subject.name)[:6]
    return reading(found) if len(found) >= 3 and _is_han(found) else None


def _initials(subject: Subject, _: random.Random, __: Letters) -> str | None:
    found = brand(subject.name)[:6]
    return initials(found) if len(found) >= 4 and _is_han(found) else None


def _mixed(subject: Subject, chance: random.Random, _: Letters) -> str | None:
    found = brand(subject.name)[:6]
    if len(found) < 4 or not _is_han(found):
        return None
    return found[0] + chance.choice((initials, reading))(found, 1)


def _traditional(subject: Subject, _: random.Random, __: Letters) -> str | None:
    found = _to_traditional(brand(subject.name))
    return found if len(found) >= 2 and found != brand(subject.name) else None


@lru_cache(maxsize=20_000)
def _to_traditional(text: str) -> str:
    from opencc import OpenCC

    converted: str = OpenCC("s2t").convert(text)
    return converted


def _full_width(subject: Subject, _: random.Random, __: Letters) -> str | None:
    wide = subject.name.translate(_WIDE)
    return wide if wide != subject.name else None


def _brackets(subject: Subject, chance: random.Random, _: Letters) -> str | None:
    """Another form of the brackets in the name, or the place from its beginning in brackets behind the brand."""
    if "（" in subject.name or "(" in subject.name:
        left, right = chance.choice([("(", ")"), ("（", "）"), ("", ""), (" (", ") ")])
        plain = subject.name.replace("（", "(").replace("）", ")")
        other = plain.replace("(", left).replace(")", right)
        return other if other != subject.name else None
    found, place = brand(subject.name), leading_place(subject.name)
    return f"{found}（{place}）" if place and len(found) >= 3 and _is_han(found) else None


def leading_place(name: str) -> str:
    """The place a name begins with, or nothing.

    >>> leading_place("深圳市示例科技有限公司")
    '深圳'
    """
    folded = fold_name(name)
    found = max((folded[:n] for n in range(2, 9) if folded[:n] in identity_names.PLACES), key=len, default="")
    return found[:-1] if found.endswith("市") and len(found) > 2 else found


def _english(subject: Subject, _: random.Random, __: Letters) -> str | None:
    words = (subject.english or "").split()
    return " ".join(words[:3]) if len(words) >= 4 else None


def _code(change: Callable[[str, random.Random], str]) -> "Callable[[Subject, random.Random, Letters], str | None]":
    def make(subject: Subject, chance: random.Random, _: Letters) -> str | None:
        code = subject.uscc
        return change(code, chance) if code and explain_code(code).valid else None

    return make


def _spaced(code: str, chance: random.Random) -> str:
    return chance.choice([" ", "-", "　"]).join((code[:4], code[4:8], code[8:12], code[12:]))


def _slip(code: str, chance: random.Random) -> str:
    """One character wrong so that the check fails, as one wrong character always makes it."""
    for _ in range(TRIES):
        at = chance.randrange(8, len(code))
        other = code[:at] + chance.choice(_CODE_ALPHABET) + code[at + 1 :]
        if other != code and not explain_code(other).valid:
            return other
    return ""


def _is_han(text: str) -> bool:
    return bool(text) and all("\u4e00" <= c <= "\u9fff" for c in text)


# What else is as right as the target.


def _same_name(_: str, other: Subject, target: Subject) -> bool:
    return fold_name(other.name) == fold_name(target.name)


def _same_form(text: str, other: Subject, _: Subject) -> bool:
    return fold_name(text) in forms(other)


def _begins(text: str, other: Subject, _: Subject) -> bool:
    return any(form.startswith(fold_name(text)) for form in forms(other))


def _contains(text: str, other: Subject, _: Subject) -> bool:
    return any(fold_name(text) in form for form in forms(other))


def _same_skip(text: str, other: Subject, _: Subject) -> bool:
    return any(skipped(form) == text or form == text for form in forms(other))


def _one_slip(text: str, other: Subject, _: Subject) -> bool:
    return any(OSA.distance(text, form, score_cutoff=1) <= 1 for form in forms(other))


def _sounds(text: str, other: Subject, target: Subject) -> bool:
    return _one_slip(text, other, target) or any(reading(form) == reading(text) for form in forms(other))


def _read_so(text: str, other: Subject, _: Subject) -> bool:
    return any(reading(form).startswith(text) for form in forms(other))


def _initials_so(text: str, other: Subject, _: Subject) -> bool:
    return any(initials(form).startswith(text) for form in forms(other))


def _mixed_so(text: str, other: Subject, _: Subject) -> bool:
    alike = [form for form in forms(other) if form[:1] == text[0]]
    return any(typed(form, 1).startswith(text[1:]) for form in alike for typed in (initials, reading))


def _same_brand_there(text: str, other: Subject, target: Subject) -> bool:
    place = leading_place(target.name)
    return fold_name(text) == fold_name(other.name) or (
        bool(place) and brand(other.name) == brand(target.name) and place in other.name
    )


def _english_so(text: str, other: Subject, _: Subject) -> bool:
    return (other.english or "").lower().startswith(text.lower())


def _never(_: str, __: Subject, ___: Subject) -> bool:
    return False


KINDS: dict[str, Kind] = {
    "full": Kind(_full, _same_name, "top1", 0.95),
    "brand": Kind(_brand, _same_form, "top1", 0.95),
    "alias": Kind(_alias, _same_form, "top1", 0.95),
    "short": Kind(_short, _begins, "top1", 0.95),
    "infix": Kind(_infix, _contains, "top1", 0.95),
    "english": Kind(_english, _english_so, "top1", 0.95),
    "traditional": Kind(_traditional, _same_form, "top1", 0.95),
    "full_width": Kind(_full_width, _same_name, "top1", 0.95),
    "brackets": Kind(_brackets, _same_brand_there, "top1", 0.95),
    "pinyin": Kind(_pinyin, _read_so, "top3", 0.95),
    "initials": Kind(_initials, _initials_so, "top3", 0.95),
    "mixed": Kind(_mixed, _mixed_so, "top3", 0.95),
    "skip": Kind(_skip, _same_skip, "recall", 0.98, offered=True),
    "homophone": Kind(_homophone, _sounds, "recall", 0.98, offered=True),
    "wrong": Kind(_wrong, _one_slip, "recall", 0.98, offered=True),
    "swapped": Kind(_swapped, _one_slip, "recall", 0.98, offered=True),
    "code": Kind(_code(lambda code, _: code), _never, "top1", 1.0),
    "code_lower": Kind(_code(lambda code, _: code.lower()), _never, "top1", 1.0),
    "code_spaced": Kind(_code(_spaced), _never, "top1", 1.0),
    "code_wide": Kind(_code(lambda code, _: code.translate(_WIDE)), _never, "top1", 1.0),
    "code_slip": Kind(_code(_slip), _never, "recall", 1.0, offered=True),
    "organisation_code": Kind(_code(lambda code, _: f"{code[8:16]}-{code[16]}"), _never, "top1", 1.0),
}
"""The ways of typing, with what the search must reach for each."""
