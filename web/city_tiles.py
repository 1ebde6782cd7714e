"""The province's 21 cities as squares: where each stands, and where the five steps of the scale begin."""

import re
from collections.abc import Iterable

PLACES: dict[str, tuple[int, int]] = {
    "441800": (4, 1), "440200": (5, 1), "441600": (6, 1), "441400": (7, 1),
    "445300": (2, 2), "441200": (3, 2), "440100": (4, 2), "441900": (5, 2), "441300": (6, 2), "445200": (7, 2),
    "445100": (8, 2),
    "440900": (2, 3), "440600": (3, 3), "442000": (4, 3), "440300": (5, 3), "441500": (7, 3), "440500": (8, 3),
    "440800": (1, 4), "441700": (2, 4), "440700": (3, 4), "440400": (4, 4),
}  # fmt: skip
"""Region code to column (1–8) and row (1–4): roughly as on a map, borders do not matter."""

_LAST_SYLLABLE = re.compile(r"(?<=[a-z])(?=(?:fu|guan|hai|jiang|men|ming|qing|shan|tou|wei|yang|yuan|zhen|zhou)$)")
"""How the English names of the 21 cities end."""

_SHARES = (0.05, 0.18, 0.4, 0.7)


def syllables(name: str) -> str:
    """A city's English name that may wrap between its two syllables (a zero-width space), for a narrow square.

    >>> syllables("Guangzhou").split("\\u200b"), syllables("Jieyang").split("\\u200b")
    (['Guang', 'zhou'], ['Jie', 'yang'])
    """
    return _LAST_SYLLABLE.sub("\u200b", name)


def scale_bounds(values: Iterable[int]) -> tuple[int, int, int, int, int]:
    """Where the five steps begin, in round numbers for the largest value; each step is at least one wide.

    >>> scale_bounds([442, 196, 3]), scale_bounds([]), scale_bounds([2, 7])
    ((1, 22, 80, 180, 310), (1, 2, 3, 4, 5), (1, 2, 3, 4, 5))
    """
    largest = max(values, default=0)
    bounds = [1]
    for share in _SHARES:
        bounds.append(max(bounds[-1] + 1, _rounded(largest * share)))
    first, second, third, fourth, fifth = bounds
    return first, second, third, fourth, fifth


def _rounded(value: float) -> int:
    """Two significant digits."""
    whole = round(value)
    step = int("1" + "0" * max(0, len(str(whole)) - 2))
    return round(whole / step) * step
