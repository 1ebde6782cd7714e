"""Names of divisions: short forms, the list search needs, and which division a written place means."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

from registry.identity.divisions import Region, covers, level_of, region, table
from registry.identity.place_forms import short_place_name

_PLACEHOLDER: Final = re.compile(r"^(?:市辖区|县|直辖县|(?:省|自治区)?直辖.*|全省|全市|其他)$")


@cache
def place_names() -> dict[str, tuple[str, ...]]:
    """Every name in force and its short form → the codes that bear it, higher levels first.

    >>> place_names()["深圳"], place_names()["吉林"]
    (('440300',), ('220000', '220200'))
    """
    return _index(code for code, row in table().items() if row[1])


@cache
def former_place_names() -> dict[str, tuple[str, ...]]:
    """The same for replaced codes (长垣县, 崇文区)."""
    return _index(code for code, row in table().items() if not row[1])


def resolve_region(
    *,
    province: str | None = None,
    city: str | None = None,
    county: str | None = None,
    text: str | None = None,
    code: str | None = None,
) -> Region | None:
    """The most exact division meant by what is given, or None if that is nothing or ambiguous.

    A code wins and falls back to the city or province it lies in (410171 → 郑州市). Names may lack 省, 市, 区 and
    may be run together; functional zones and other unknown places below a known city are ignored. An unknown or
    contradictory province or city gives None. A replaced name gives its successor in force when there is just one.

    >>> resolve_region(text="广东省深圳市南山区").code, resolve_region(city="郑州", county="高新区").code
    ('440305', '410100')
    >>> resolve_region(text="鼓楼区") is None, resolve_region(code="410171").name
    (True, '郑州市')
    """
    if code and (found := _by_code(code.strip())) is not None:
        return found
    scope: str | None = None
    for part, may_fail in ((province, False), (city, False), (text, False), (county, True)):
        wanted = "".join((part or "").split())
        if not wanted or _PLACEHOLDER.match(wanted):
            continue
        found_code = _walk(wanted, scope)
        if found_code is None and not (may_fail and scope):
            return None
        scope = found_code or scope
    return None if scope is None else region(scope)


def _by_code(code: str) -> Region | None:
    if not re.fullmatch(r"[0-9]{2}(?:[0-9]{2}){0,2}[0-9]*", code):
        return None
    code = code[:6] if len(code) >= 6 else code
    return region(code) or (region(code[:4]) if len(code) > 4 else None) or region(code[:2])


@lru_cache(maxsize=16384)
def _walk(text: str, scope: str | None) -> str | None:
    """Read places off the front of the text, each inside the one before; what follows the last is ignored."""
    text = text.removeprefix("中国") if len(text) > 2 else text
    start = scope
    matched = False
    while text:
        step = _longest_prefix(text, scope)
        if step is None:
            break
        length, scope, matched = *step, True
        text = text[length:]
    return scope if matched and (start is None or scope is None or covers(start, scope)) else None


def _longest_prefix(text: str, scope: str | None) -> tuple[int, str] | None:
    for length in range(min(len(text), 15), 1, -1):
        name = text[:length]
        for names in (place_names(), former_place_names()):
            codes = [c for c in names.get(name, ()) if scope is None or covers(scope, c)]
            if codes:
                one = _only_one(codes, scope)
                return None if one is None else (length, one)
    return None


def _only_one(codes: list[str], scope: str | None) -> str | None:
    """The one code of the highest level below the scope; a successor for a replaced one; None if several."""
    below = [c for c in codes if c != scope] or codes
    highest = level_of(below[0])
    candidates = {_in_force(c, scope) for c in below if level_of(c) == highest}
    return candidates.pop() if len(candidates) == 1 else None


def _in_force(code: str, scope: str | None) -> str:
    found = region(code)
    if found is None or found.current:
        return code
    inside = [s for s in found.successors if scope is None or covers(scope, s)]
    return inside[0] if len(inside) == 1 else (scope or code)


def _index(codes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    index: dict[str, list[str]] = {}
    for code in sorted(codes, key=lambda c: (("province", "city", "county").index(level_of(c)), c)):
        for name in _names(table()[code][0]):
            index.setdefault(name, []).append(code)
    return {name: tuple(found) for name, found in index.items()}


def _names(name: str) -> Iterator[str]:
    yield name
    short = short_place_name(name)
    if short != name:
        yield short


def districts_in_names() -> frozenset[str]:
    """Names of districts (区) in full, which stand behind a city in firm names (佛山市顺德区…)."""
    names = (row[0] for code, row in table().items() if level_of(code) == "county")
    return frozenset(name for name in names if name.endswith("区") and 3 <= len(name) <= 12)


def places_in_names() -> frozenset[str]:
    """Names that stand before a brand in firm names: provinces, cities (full and short), 县级市 in full."""
    found = {"中国"}
    for code, row in table().items():
        level = level_of(code)
        if level != "county":
            found.update(_names(row[0]))
        elif row[0].endswith("市") or (row[0].endswith("县") and len(row[0]) > 2):
            found.add(row[0])
    return frozenset(name for name in found if 2 <= len(name) <= 12)
