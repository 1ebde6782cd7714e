"""Text into the units both sides of the search are made of: runs, bigrams, deletions, pinyin. No engine in here."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from registry.identity.names import core_name, fold_name, fold_text

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"[{_HAN}]+|[a-z0-9]+|(?:(?![a-z0-9{_HAN}])[^\W_])+")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
_ACCENTED = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_LATIN_RUN = re.compile(r"[a-z0-9]+")
_UMLAUT = re.compile(r"([ln])v")
PINYIN_SYLLABLES = 10
INITIALS_MAX = 9
NEIGHBOUR_LENGTHS = range(3, 9)
PREFIX_LENGTHS = range(2, 9)


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Folded text for matching: width, case, traditional and variant forms, accents; words stay apart.

    A bracket or blank between Han characters joins them: 华星（深圳） and 华星深圳 are one word.
    """
    return _BETWEEN_HAN.sub("", _without_accents(fold_text(text)))


def _without_accents(text: str) -> str:
    if not _ACCENTED.search(text):
        return text
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not "\u0300" <= c <= "\u036f")).lower()


def runs(normalised: str) -> list[str]:
    """Maximal runs of Han characters, of Latin letters and digits, and of other letters, in order."""
    return _RUN.findall(normalised)


def compact(text: str) -> str:
    """Only the Han characters, letters and digits of a text, folded: two dresses of one name become equal."""
    return _without_accents(fold_name(text))


def compact_core(name: str) -> str:
    """The compact distinctive part of a company name (without place and legal form), or all of it."""
    return _without_accents(core_name(name)) or compact(name)


def is_han(run: str) -> bool:
    """Whether a run is made of Han characters."""
    return bool(_HAN_RUN.fullmatch(run))


def grams(text: str) -> list[str]:
    """Han runs as overlapping pairs (a lone character as itself), other runs whole; distinct, in order.

    >>> grams("华星光电tcl")
    ['华星', '星光', '光电', 'tcl']
    """
    found: dict[str, None] = {}
    for run in runs(normalise(text)):
        pieces = [run[i : i + 2] for i in range(len(run) - 1)] if is_han(run) and len(run) > 1 else [run]
        found.update(dict.fromkeys(pieces))
    return list(found)


def pairs(run: str) -> list[str]:
    """Overlapping pairs of one compact text, distinct, in order."""
    return list(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))


def characters(text: str) -> list[str]:
    """The distinct Han characters of a text, in order."""
    return list(dict.fromkeys("".join(_HAN_RUN.findall(normalise(text)))))


def deletions(text: str) -> set[str]:
    """The text and each form of it with one character left out: two texts one edit apart share one.

    >>> sorted(deletions("abc"))
    ['ab', 'abc', 'ac', 'bc']
    """
    return {text} | {text[:i] + text[i + 1 :] for i in range(len(text))}


@lru_cache(maxsize=20_000)
def syllables(text: str) -> tuple[str, ...]:
    """The usual reading of a compact text, one entry per Han character or Latin run; ü, v and u are equal."""
    return tuple(syllable for run in runs(text) for syllable in _read_run(run))


def _read_run(run: str) -> Iterable[str]:
    """Character by character, unless a word may stand in it that is read otherwise than its characters."""
    if not is_han(run):
        return (run,)
    if _words_read_otherwise().isdisjoint(pairs(run)):
        return (_read_word(character)[0] for character in run)
    from pypinyin.seg.mmseg import seg

    return (syllable for word in seg.cut(run) for syllable in _read_word(word))


@lru_cache(maxsize=100_000)
def _read_word(word: str) -> tuple[str, ...]:
    """The reading of one dictionary word or character, a syllable for each character."""
    from pypinyin import lazy_pinyin

    return tuple(plain_reading(syllable) for syllable in lazy_pinyin(word, errors="default"))


@cache
def _words_read_otherwise() -> frozenset[str]:
    """The first two characters of each dictionary word whose reading is not that of its characters (重庆, 银行)."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    usual = {code: readings.split(",", 1)[0] for code, readings in PINYIN_DICT.items()}
    return frozenset(
        word[:2]
        for word, readings in PHRASES_DICT.items()
        if any(
            usual.get(ord(c)) != r[0] and plain_reading(usual.get(ord(c), "")) != plain_reading(r[0])
            for c, r in zip(word, readings, strict=False)
        )
    )


def plain_reading(text: str) -> str:
    """Pinyin in letters only, with ü written u as people do.

    >>> plain_reading("lüdi"), plain_reading("lvdi")
    ('ludi', 'ludi')
    """
    bare = _without_accents(text.lower())
    return _UMLAUT.sub(r"\1u", bare) if "v" in bare else bare


def pinyin(text: str) -> str:
    """The whole reading joined: two homophones are equal."""
    return "".join(syllables(text))


def reading_prefixes(text: str) -> list[str]:
    """Readings of the first 1, 2, … characters joined, at most ten: what somebody types by sound."""
    parts, joined, found = syllables(text)[:PINYIN_SYLLABLES], "", []
    for part in parts:
        joined += part
        found.append(joined)
    return found


def initial_prefixes(text: str) -> list[str]:
    """First letters of the first 2 … 9 syllables."""
    letters = "".join(part[0] for part in syllables(text)[:INITIALS_MAX])
    return [letters[:n] for n in range(2, len(letters) + 1)]


def latin_words(normalised: str) -> list[str]:
    """The Latin runs of a text."""
    return _LATIN_RUN.findall(normalised)
