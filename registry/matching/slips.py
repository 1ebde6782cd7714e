"""One wrong character, or two that changed places: where in a name, and whether it makes something that is no word.

A slip is told from the name of another firm by what it makes. A word of a list (科技, 有限公司) with one character
wrong is no word; a pair of characters that no name has is no brand people chose. What could be a name is never a slip.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

from registry.identity._tables import search_settings
from registry.identity.folding import fold_name
from registry.matching.characters import NUMBERING
from registry.matching.parts import Parts, trade_words

Heard = Callable[[str], int]
"""How many names hold a pair of characters."""

SELDOM, USUAL = 1, 10
"""A pair of characters that so few names hold is no word; one that so many hold is."""
TIMES = 200
"""A look-alike or a swap inside a word of a trade may be heard elsewhere if the word is heard so many times more."""
COMMON = 100
"""Outside of listed words a pair so usual is a word of its own."""
DEEP = 4
"""So far behind the beginning of brand and trade what is usual is a word of a trade that no list has."""
LONG_BRAND = 3
"""A brand of so many characters is told by the others when one looks alike or two changed places."""

_FORM_MIN = 3
"""Shorter words of a form (厂, 公司) are known only inside a longer one."""
_OFFICES = ("分公司", "支公司", "营业部", "经营部", "门市部", "服务部", "办事处", "事务所", "分理处")
_HEADS = frozenset("分支总子母")
"""What stands before 公司 and makes another firm of it."""
_KIND_OF_PLACE = ("市", "省", "县", "区", "州", "旗", "镇", "乡", "村")


def where_slipped(one: str, other: str) -> tuple[int, int] | None:
    """The first and the last place of the only slip between two texts; None if they differ in more, or not at all.

    >>> where_slipped("听澜料技", "听澜科技"), where_slipped("听澜技科", "听澜科技"), where_slipped("听澜", "听澜科")
    ((2, 2), (2, 3), None)
    """
    if len(one) != len(other):
        return None
    at = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(at) == 1:
        return at[0], at[0]
    if len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]] and one[at[1]] == other[at[0]]:
        return at[0], at[1]
    return None


def slipped_form(one: Parts, other: Parts) -> bool:
    """Whether the only difference is a slip in a word of the legal form or of a branch (有限公可, 科有技限公司).

    >>> from registry.matching.parts import parts_of
    >>> said = "示例科技有限公司惠州分公司"
    >>> [slipped_form(parts_of(said), parts_of(said.replace(*way))) for way in (("分公司", "分公可"), ("惠州", "惠川"))]
    [True, False]
    """
    return _form_of_other(one, other) or _form_of_other(other, one)


def _form_of_other(wrong: Parts, whole: Parts) -> bool:
    slip = where_slipped(wrong.folded, whole.folded)
    if slip is None:
        return False
    first, last = slip
    behind = whole.folded.find(whole.stem) + len(whole.stem)
    made = wrong.folded[first : last + 1]
    if first < behind - 1 or NUMBERING & set(made + whole.folded[first : last + 1]):
        return False
    for start, end in _form_spans(whole.folded, behind):
        inside = start <= first and last < end
        if first == last and not (inside and first not in _makes_another(whole.folded, start, end)):
            continue
        # Of two that changed places one may stand before the form: 科有技限公司.
        if (inside or (first == start - 1 and end - start > _FORM_MIN)) and wrong.folded[start:end] not in _forms():
            return True
    return False


def _makes_another(folded: str, start: int, end: int) -> tuple[int, ...]:
    """The place of the character that tells a branch from its parent (分公司, 总公司)."""
    return (start,) if folded[start] in _HEADS or folded[start:end] not in _legal() else ()


def _form_spans(folded: str, behind: int) -> Iterable[tuple[int, int]]:
    return (found.span() for found in _form_pattern().finditer(folded, behind))


@cache
def _legal() -> frozenset[str]:
    return frozenset(map(fold_name, search_settings("suffixes.yaml")["legal"]))


@cache
def _forms() -> frozenset[str]:
    return _legal() | set(_OFFICES)


@cache
def _form_pattern() -> re.Pattern[str]:
    words = sorted((word for word in _forms() if len(word) >= _FORM_MIN), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


def slipped_place(one: Parts, other: Parts) -> bool:
    """Whether two characters changed places at the end of the place in front, and nothing else differs (深圳听市澜)."""
    slip = where_slipped(one.folded, other.folded)
    if slip is None or slip[0] == slip[1]:
        return False
    for whole in (one, other):
        head = whole.folded.find(whole.stem)
        if whole.place is not None and not whole.inner_place and slip[1] == head:
            return True
    return False


def unheard_place(printed: Parts, known: Parts, heard: Heard) -> bool:
    """Whether a slip in a place makes what is no name: 北邮 is one, 深训 is none.

    A place that says what it is (深圳市) and lost nothing of that needs no proof.
    """
    slip = where_slipped(printed.folded, known.folded)
    if slip is None:
        return True
    first, last = slip
    head = known.folded.find(known.stem)
    if known.place is None or known.inner_place:
        return False
    swapped = first != last
    if last < head - (not swapped) and known.folded[:head].endswith(_KIND_OF_PLACE):
        return not swapped or heard(printed.folded[first : last + 1]) <= SELDOM
    return all(heard(pair) <= SELDOM for pair in _around(printed.folded, first, last))


def telling_slip(printed: Parts, known: Parts, code: str, heard: Heard) -> bool:
    """Whether a slip in brand or trade leaves no doubt which name was meant. ``code`` is its kind: shape, sound,
    swapped or character."""
    slip = where_slipped(printed.stem, known.stem)
    if slip is None:
        return False
    first, last = slip
    touched = printed.stem[first : last + 1] + known.stem[first : last + 1]
    if NUMBERING & set(touched):
        return False
    words = [(start, end) for start, end in _words(known) if start <= last and first < end]
    if words:
        return _no_word(printed.stem, known.stem, slip, words, code, heard)
    made, usual = _around(printed.stem, first, last), _around(known.stem, first, last)
    if code in ("shape", "swapped") and last < len(known.brand):
        return len(known.brand) >= LONG_BRAND and all(heard(pair) == 0 for pair in made)
    return (
        first >= DEEP and all(heard(pair) <= SELDOM for pair in made) and any(heard(pair) >= COMMON for pair in usual)
    )


def _no_word(
    printed: str, known: str, slip: tuple[int, int], words: list[tuple[int, int]], code: str, heard: Heard
) -> bool:
    """Whether a slip inside listed words makes none, and no pair of characters that names have."""
    listed = trade_words()[0]
    made: list[int] = []
    usual: list[int] = []
    for start, end in words:
        if printed[start:end] in listed:
            return False
        for at in range(max(start, slip[0] - 1), min(end - 1, slip[1] + 1)):
            made.append(heard(printed[at : at + 2]))
            usual.append(heard(known[at : at + 2]))
    if not made:
        return False
    if max(made) <= SELDOM and max(usual) >= USUAL:
        return True
    return code in ("shape", "swapped") and max(usual) >= COMMON and max(usual) >= TIMES * max(made)


def _words(parts: Parts) -> list[tuple[int, int]]:
    """Where the listed words of a trade stand in brand and trade, as they were taken off the end."""
    words, longest = trade_words()
    found, end = [], len(parts.stem)
    while end > len(parts.brand):
        length = next(n for n in range(min(longest, end - 2), 1, -1) if parts.stem[end - n : end] in words)
        found.append((end - length, end))
        end -= length
    return found


def _around(text: str, first: int, last: int) -> list[str]:
    """The pairs of characters that a slip makes, or breaks."""
    return [text[at : at + 2] for at in range(max(0, first - 1), min(last + 1, len(text) - 1))]
