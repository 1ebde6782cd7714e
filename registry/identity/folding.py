"""Fold names so that the same firm written in another dress compares equal. Feeds search and matching only.

Folding is a function of single characters (and a few listed words), so it is fast, the same for query and data, and
idempotent. Phrase-wise conversion would fold a word differently inside and outside its phrase.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from registry.identity._tables import search_settings

_HAN = "\u4e00", "\u9fff"
"""Characters that never combine with their neighbours."""
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def fold_name(name: str) -> str:
    """The compact folded form: half-width, lower case, simplified, and nothing but Han, letters and digits.

    Brackets, spaces and punctuation go, so （上海） and (上海) and 上海 are equal. 乾 and 昇 stay (乾照 is not 干照)
    except in words such as 乾燥. Equal folded forms mean “probably the same name”, never “the same firm”.

    >>> fold_name("ＨＵＡＷＥＩ　技術（深圳）"), fold_name("乾照光電"), fold_name("大彊創新")
    ('huawei技术深圳', '乾照光电', '大疆创新')
    """
    plain = _plain()
    if plain.issuperset(name):
        return name
    folded = _fold(name, _compact_table())
    if folded == name:
        plain.update(c for c in name if _HAN[0] <= c <= _HAN[1] and c not in _protected()[0])
    return folded


def fold_text(text: str) -> str:
    """The same folding with word boundaries kept: each run of anything else becomes one space, none at the ends.

    >>> fold_text(" 華星  (光電) / BYD ")
    '华星 光电 byd'
    """
    return " ".join(_fold(_INVISIBLE.sub("", text), _spaced_table()).split())


def _fold(text: str, table: "_FoldTable") -> str:
    folded = unicodedata.normalize("NFKC", text).translate(table)
    # Taking a mark out can bring letters together that compose (Hangul parts); rare, and cheap to see.
    while not unicodedata.is_normalized("NFKC", folded):
        folded = unicodedata.normalize("NFKC", folded).translate(table)
    protected, ordinary = _protected()
    if not protected.isdisjoint(folded):
        folded = ordinary.sub(lambda match: _means()[match.group()], folded)
    return folded


class _FoldTable(dict[int, str]):
    """A translation table that learns each character the first time it is met."""

    def __init__(self, otherwise: str) -> None:
        super().__init__()
        self.otherwise = otherwise

    def __missing__(self, code: int) -> str:
        folded = _fold_character(chr(code))
        kept = "".join(c if c.isalnum() else self.otherwise for c in folded)
        self[code] = kept
        return kept


def _fold_character(character: str) -> str:
    """Lower case and simplify one character until nothing changes (ß, İ and ligatures become several)."""
    seen: set[str] = set()
    while character not in seen:
        seen.add(character)
        lower = unicodedata.normalize("NFKC", character).lower()
        character = "".join(map(_simplify, unicodedata.normalize("NFKC", lower)))
    return character


def _simplify(character: str) -> str:
    if character < "\u2e80":
        return character
    settings = _settings()
    if character in settings["protected"]:
        return character
    variant: str | None = settings["variants"].get(character)
    return variant or _converter()(character)


@cache
def _plain() -> set[str]:
    """Han characters met that fold to themselves in whatever company; a name of such characters is its folded form."""
    return set()


@cache
def _compact_table() -> _FoldTable:
    return _FoldTable("")


@cache
def _spaced_table() -> _FoldTable:
    return _FoldTable(" ")


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


@cache
def _settings() -> dict[str, Any]:
    settings: dict[str, Any] = search_settings("variants.yaml")
    return settings


@cache
def _means() -> dict[str, str]:
    """Each protected character → what it stands for in the listed words."""
    means = {}
    for entry in _settings()["words"]:
        for before, after in zip(entry["word"], entry["means"], strict=True):
            if before != after:
                means[before] = after
    return means


@cache
def _protected() -> tuple[frozenset[str], re.Pattern[str]]:
    """The protected characters, and a pattern finding them inside the listed words.

    By look-around: a neighbour may belong to two words (晒乾货), so it must not be consumed.
    """
    parts = []
    for entry in _settings()["words"]:
        word = entry["word"]
        at = next(i for i, c in enumerate(word) if c in _means())
        before = f"(?<={word[:at]})" if at else ""
        after = f"(?={word[at + 1 :]})" if at + 1 < len(word) else ""
        parts.append(before + word[at] + after)
    return frozenset(_settings()["protected"]), re.compile("|".join(parts))
