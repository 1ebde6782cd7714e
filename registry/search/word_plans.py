"""One typed word in every form it may be found by: pairs of characters, reading, initials, code, equals, address."""

import re

from registry.identity.regions import short_place_name
from registry.search.lexicon import Lexicon, parks
from registry.search.plan import WordPlan
from registry.search.splitting import PLACES, is_whole_name, split
from registry.search.words import compact, grams, is_han, normalise, pinyin, plain_reading, runs, syllables

GRAMS_MAX = 48
OTHERS_MAX = 8
PLACED_MIN = 3
"""A brand of so many characters is meant wherever its firm’s name puts the city; a shorter one may be anything."""
_CODE_LIKE = re.compile(r"(?=.*[0-9])[0-9a-z]{4,18}")
_STREET = re.compile(
    r"(?:路|街|大道|道|巷|弄|园区|开发区|高新区|工业区|科技园|产业园)(?:.{0,12}?[0-9]+(?:号|栋|幢|座|楼|室|$)|$)"
)
_NUMBER = re.compile(r"[0-9]+号(?:楼|院)?")
_HOUSE = re.compile(r"([0-9])号$")


def plan_word(word: str, lexicon: Lexicon | None = None) -> list[WordPlan]:
    """The forms one typed word may be found by; none if it holds no letter. Latin words split at punctuation."""
    parts = runs(normalise(word))
    if not parts:
        return []
    if all(part.isascii() for part in parts):
        return [_latin(part, lexicon) for part in parts]
    address = speaks_of_address(word)
    # What follows a house number decides how 号 is indexed, so it cannot be asked for.
    whole = _HOUSE.sub(r"\1", "".join(parts)) if address else "".join(parts)
    pieces = grams(whole)[:GRAMS_MAX]
    mixed = any(part.isascii() for part in parts) and not any(c.isdigit() for c in whole)
    return [
        WordPlan(
            text=whole,
            grams=tuple(p for p in pieces if len(p) > 1 or not is_han(p)),
            lone=tuple(p for p in pieces if len(p) == 1 and is_han(p)),
            reading=mixed_reading(parts) if mixed and len(whole) <= 40 else "",
            initials=mixed_initials(parts) if mixed and len(whole) <= 12 else "",
            written=tuple(c for part in parts if is_han(part) for c in part) if mixed else (),
            address=address,
            others=(*_others(whole, lexicon), *_permuted(whole, lexicon)),
            placed=_placed(whole, lexicon),
            categories=lexicon.categories_of(whole) if lexicon else (),
        )
    ]


def speaks_of_address(word: str) -> bool:
    """Whether a word looks like a street with or without a number, a house number, or a park.

    >>> [speaks_of_address(word) for word in ("光谷大道77号", "77号", "东湖高新区", "道通科技")]
    [True, True, True, False]
    """
    text = compact(word)
    return text in parks() or bool(_STREET.search(text) or _NUMBER.fullmatch(text))


def _latin(part: str, lexicon: Lexicon | None) -> WordPlan:
    letters = part.isalpha()
    return WordPlan(
        text=part,
        latin=part,
        reading=plain_reading(part) if letters and len(part) <= 60 else "",
        initials=part if letters and 2 <= len(part) <= 9 else "",
        code=part if _CODE_LIKE.fullmatch(part) else "",
        others=_others(part, lexicon),
        categories=lexicon.categories_of(part) if lexicon else (),
    )


def _others(word: str, lexicon: Lexicon | None) -> tuple[tuple[str, ...], ...]:
    """Words that mean the same, each as its pairs; a single character cannot be looked up so."""
    if lexicon is None or len(word) > GRAMS_MAX:
        return ()
    return tuple(tuple(grams(other)[:GRAMS_MAX]) for other in lexicon.others(word)[:OTHERS_MAX] if len(other) > 1)


def _permuted(word: str, lexicon: Lexicon | None) -> tuple[tuple[str, ...], ...]:
    """A place at the head or tail may stand elsewhere in the name: 格力珠海, 某某科技（上海）, 上海某某科技."""
    found = split(word, lexicon) if lexicon is not None else None
    if found is None or found.entry.field not in PLACES or is_whole_name(word):
        return ()
    return (tuple(dict.fromkeys((*grams(found.rest)[:GRAMS_MAX], *grams(short_place_name(found.piece))))),)


def _placed(word: str, lexicon: Lexicon | None) -> tuple[str, str] | None:
    found = split(word, lexicon) if lexicon is not None else None
    if found is None or found.entry.field != "city" or not word.endswith(found.rest) or is_whole_name(word):
        return None
    return (found.entry.value, found.rest) if len(found.rest) >= PLACED_MIN else None


def mixed_reading(parts: list[str]) -> str:
    """善lvye as shanluye: the sound of the characters, the letters in the one spelling the index knows."""
    return "".join(pinyin(part) if is_han(part) else plain_reading(part) for part in parts)


def mixed_initials(parts: list[str]) -> str:
    """宁dsd as ndsd: first letters of the Han characters, Latin letters as they are."""
    return "".join("".join(s[0] for s in syllables(p)) if is_han(p) else p for p in parts)
