"""Valid codes at one edit from a faulty one: what to offer as “did you mean”."""

from collections.abc import Iterator
from typing import Final

from registry.identity.faults import LOOK_ALIKES
from registry.identity.modulo import USCC_ALPHABET, is_uscc
from registry.identity.normal import normalise_code
from registry.identity.org_code import is_org_code

_CONFUSED: Final = frozenset(
    frozenset(pair) for pair in (*("0O 0D 0Q 1I 1L 17 2Z 5S 8B 3B 38 6G 08 UV CG EF MN PR UY".split()),)
)
"""Pairs taken for one another by eye, by ear or by a text recogniser, in either direction."""

_USUAL: Final = ("91", "92", "93", "11", "12", "51", "52", "53")
_KINDS: Final = {"substitution": 0, "swap": 1, "insertion": 2, "deletion": 2}


def nearest_uscc(text: str, limit: int | None = None) -> list[str]:
    """All valid codes one edit away, likeliest first; empty for a valid code and for hopeless ones.

    An edit is one substitution, one swap of neighbours (18 characters), one insertion (17) or one deletion (19).
    A place has only one character that makes the sum right, so there are at most 18 + 17 answers; ``limit``
    cuts the list. Order: a look-alike (O0, I1, B8, S5, Z2 …), then codes whose inner organisation code also
    holds, then usual categories, then substitution before swap, then from left to right.

    >>> nearest_uscc("9135090O587527783P")
    ['91350900587527783P']
    """
    code = normalise_code(text)
    if not 17 <= len(code) <= 19 or is_uscc(code):
        return []
    best: dict[str, tuple[bool, bool, bool, int, int]] = {}
    for place, kind, likely, candidate in _edits(code):
        if is_uscc(candidate):
            inner_wrong = not is_org_code(candidate[8:17])
            rank = (not likely, inner_wrong, candidate[:2] not in _USUAL, _KINDS[kind], place)
            best[candidate] = min(rank, best.get(candidate, rank))
    return sorted(best, key=lambda candidate: (best[candidate], candidate))[:limit]


def repair_look_alikes(code: str) -> str | None:
    """The valid code left when every I, O, S, V, Z of a normalised text is read as its look-alike, or None.

    >>> repair_look_alikes("9135O9OO587527783P")
    '91350900587527783P'
    """
    repaired = "".join(LOOK_ALIKES.get(character, character) for character in code)
    return repaired if repaired != code and is_uscc(repaired) else None


def _edits(code: str) -> Iterator[tuple[int, str, bool, str]]:
    """Every single edit that gives 18 characters: place, kind, whether it undoes a usual confusion, result."""
    if len(code) == 18:
        for i, old in enumerate(code):
            for new in USCC_ALPHABET:
                likely = frozenset((old, new)) in _CONFUSED
                yield i, "substitution", likely, code[:i] + new + code[i + 1 :]
        for i in range(17):
            yield i, "swap", False, code[:i] + code[i + 1] + code[i] + code[i + 2 :]
    elif len(code) == 17:
        for i in range(18):
            for new in USCC_ALPHABET:
                yield i, "insertion", False, code[:i] + new + code[i:]
    else:
        for i in range(19):
            doubled = i > 0 and code[i] == code[i - 1]
            yield i, "deletion", doubled, code[:i] + code[i + 1 :]
