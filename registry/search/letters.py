"""Text into the units both sides of the search are made of: runs, bigrams, characters, deletions."""

import re
import unicodedata
from functools import lru_cache

from registry.identity.names import bare_brand, core_name, fold_name, fold_text

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"[{_HAN}]+|[a-z0-9]+|(?:(?![a-z0-9{_HAN}])[^\W_])+")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")
_ACCENTED = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_LATIN_RUN = re.compile(r"[a-z0-9]+")
_VERSION = re.compile(r"[a-z]*[0-9]+")
_UMLAUT = re.compile(r"([ln])v")
NEIGHBOUR_LENGTHS = range(3, 9)
PREFIX_LENGTHS = range(2, 9)
LETTERS_MIN = 4
"""So many letters before a number are a name (mysql8), fewer belong to the version (v10, sp3)."""


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


def house_of(short: str) -> str:
    """The brand alone (字号) of a compact short name: 华星光电 and 华星 are of one house. "" if it is only trade.

    >>> house_of(compact_core("深圳市华星光电技术有限公司")), house_of("光电")
    ('华星', '')
    """
    found = bare_brand(short)
    return found if len(found) > 1 else ""


def is_han(run: str) -> bool:
    """Whether a run is made of Han characters."""
    return bool(_HAN_RUN.fullmatch(run))


def grams(text: str) -> list[str]:
    """Han runs as overlapping pairs (a lone character as itself), other runs whole; distinct, in order.

    >>> grams("华星光电tcl")
    ['华星', '星光', '光电', 'tcl']
    """
    found: list[str] = []
    for run in runs(normalise(text)):
        # A run is of one kind: its first character tells which.
        if len(run) > 1 and is_han(run[0]):
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            found.append(run)
    return list(dict.fromkeys(found))


def pairs(run: str) -> list[str]:
    """Overlapping pairs of one compact text, distinct, in order."""
    return list(dict.fromkeys(run[i : i + 2] for i in range(len(run) - 1)))


def characters(text: str) -> list[str]:
    """The distinct Han characters of a text, in order."""
    return list(dict.fromkeys("".join(_HAN_RUN.findall(normalise(text)))))


def deletions(text: str) -> list[str]:
    """The text and each form of it with one character left out, distinct: two texts one edit apart share one.

    >>> deletions("abb")
    ['abb', 'bb', 'ab']
    """
    return list(dict.fromkeys([text, *[text[:i] + text[i + 1 :] for i in range(len(text))]]))


def plain_reading(text: str) -> str:
    """Pinyin in letters only, with ü written u as people do.

    >>> plain_reading("lüdi"), plain_reading("lvdi")
    ('ludi', 'ludi')
    """
    bare = _without_accents(text.lower())
    return _UMLAUT.sub(r"\1u", bare) if "v" in bare else bare


def latin_words(normalised: str) -> list[str]:
    """The Latin runs of a text."""
    return _LATIN_RUN.findall(normalised)


def version_words(text: str) -> list[str]:
    """The Latin and digit words of a product’s name and version, also in their parts: v10 of v10sp3, bare numbers.

    >>> version_words("麒麟 V10(SP3)"), version_words("V10SP3")
    (['v10', '10', 'sp3', '3'], ['v10sp3', 'v10', '10', 'sp3', '3'])
    """
    found: dict[str, None] = {}
    for word in latin_words(normalise(text)):
        found[word] = None
        for part in _VERSION.findall(word):
            digits = part.lstrip("abcdefghijklmnopqrstuvwxyz")
            found |= dict.fromkeys((part, digits))
            if len(part) - len(digits) >= LETTERS_MIN:
                found[part[: -len(digits)]] = None
    return list(found)
