"""Other ways to take a word apart: a known piece at its head or tail (珠海格力, 格力珠海), a generic end (招商公司)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from registry.errors import Text
from registry.identity.names import LEGAL_SUFFIXES
from registry.search.lexicon import Entry, Lexicon, search_settings
from registry.search.words import compact, compact_core, is_han

REST_MIN = 2
"""So many characters must remain; fewer are no word."""
WORD_MAX = 40
_BRACKETS = re.compile(r"[（）()\[\]【】〔〕]+")
BRACKETS_OPENED = Text(
    "没有整词匹配，括号内外的文字已分开查找。",
    "Nothing matched the whole: what stands in brackets was looked for apart.",
)
PLACES = ("city", "district", "province")


@dataclass(frozen=True, slots=True)
class Split:
    """A compact word without the known piece at one of its ends."""

    entry: Entry
    piece: str
    rest: str


def split(word: str, lexicon: Lexicon) -> Split | None:
    """The longest known piece at the head of a compact word, else at its tail; None if there is none.

    What would leave nothing but generic words is not split off.
    """
    if not REST_MIN + 2 <= len(word) <= WORD_MAX:
        return None
    generic = search_settings().generic_words
    for head in (True, False):
        for length in range(len(word) - REST_MIN, 1, -1):
            piece = word[:length] if head else word[-length:]
            entry = lexicon.find(piece) if is_han(piece[0]) else None
            rest = word[length:] if head else word[:-length]
            if entry is not None and rest not in generic:
                return Split(entry, piece, rest)
    return None


def is_whole_name(word: str) -> bool:
    """Whether a word ends in a legal form: a firm’s full name, in which nothing is meant apart."""
    text = compact(word)
    return len(text) > 6 and text.endswith(_long_forms())


def rewritings(text: str, words: list[str], lexicon: Lexicon, *, placed: bool) -> Iterator[tuple[str, bool, Text]]:
    """Other texts for the same question, each with whether it is mere text and what was done, likeliest first.

    ``placed``: it says where already; a second place would widen it.
    """
    splits = {word: found for word in words if (found := split(compact(word), lexicon)) is not None}
    splits = {word: found for word, found in splits.items() if not (placed and found.entry.field in PLACES)}
    if splits:
        apart = " ".join(_apart(splits[word]) if word in splits else word for word in text.split(" "))
        yield apart, False, _split_notice(splits)
        if any(found.entry.field in PLACES for found in splits.values()):
            yield apart, True, _split_notice(splits)
    opened = _BRACKETS.sub(" ", text).strip()
    if opened != text and len(opened.split()) > len(text.split()):
        yield opened, True, BRACKETS_OPENED
    shorter = {word: short for word in words if (short := _without_generic_end(compact(word)))}
    if shorter:
        yield " ".join(shorter.get(word, word) for word in text.split(" ")), False, _generic_notice(shorter)


def _apart(found: Split) -> str:
    """What is left and the piece as words of their own; of a whole name only what tells it from others."""
    rest = compact_core(found.rest) if is_whole_name(found.rest) else found.rest
    return f"{rest} {found.piece}"


def _without_generic_end(word: str) -> str:
    if len(word) > WORD_MAX or is_whole_name(word):
        return ""
    ends = sorted((w for w in search_settings().generic_words if len(w) > 1), key=len, reverse=True)
    return next((word[: -len(e)] for e in ends if word.endswith(e) and len(word) - len(e) >= REST_MIN), "")


def _split_notice(splits: dict[str, Split]) -> Text:
    zh = "；".join(f"“{word}”按“{s.rest}”和“{s.entry.label.zh}”查找" for word, s in splits.items())
    en = "; ".join(f"“{word}” was read as “{s.rest}” and “{s.entry.label.en}”" for word, s in splits.items())
    return Text(f"没有整词匹配，{zh}。", f"Nothing matched the whole: {en}.")


def _generic_notice(shorter: dict[str, str]) -> Text:
    zh = "；".join(f"“{word}”按“{short}”查找" for word, short in shorter.items())
    en = "; ".join(f"“{word}” was read as “{short}”" for word, short in shorter.items())
    return Text(f"没有整词匹配，{zh}。", f"Nothing matched the whole: {en}.")


@cache
def _long_forms() -> tuple[str, ...]:
    return tuple(form for form in LEGAL_SUFFIXES if len(form) > 3)
