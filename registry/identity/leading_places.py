"""Places at the front (or the end) of a folded firm name: which division they are and what is left of the name."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from registry.identity.divisions import level_of, region, table
from registry.identity.folding import fold_name
from registry.identity.place_forms import short_place_name
from registry.identity.places import former_place_names

LONGEST = 12
_DEPTH = 3


def take_leading_places(folded: str, *, least: int = 2) -> tuple[str | None, str]:
    """The division a folded name begins with, read province, city, county, and the rest; at least ``least`` stay.

    Kinds may be missing (深圳, 江阴 for 江阴市); a district counts behind its city only, alone it may be a brand.

    >>> take_leading_places("广东省深圳市南山区示例科技"), take_leading_places("江阴示例纺织")
    (('440305', '示例科技'), ('320281', '示例纺织'))
    >>> take_leading_places("示例科技"), take_leading_places("南山示例科技")
    ((None, '示例科技'), (None, '南山示例科技'))
    """
    code: str | None = None
    for _ in range(_DEPTH):
        names, heads = _front() if code is None else _inside(code)
        found = None
        if folded[:2] in heads:
            for length in range(min(LONGEST, len(folded) - least), 1, -1):
                found = names.get(folded[:length])
                if found is not None:
                    folded = folded[length:]
                    break
        if found is None:
            break
        code = found
    return code, folded


def take_trailing_city(folded: str, *, least: int = 4) -> tuple[str | None, str]:
    """The province or city a text ends with (示例科技深圳, brackets gone) and what stands before it.

    >>> take_trailing_city("示例科技深圳"), take_trailing_city("示例海南")
    (('440300', '示例科技'), (None, '示例海南'))
    """
    if folded[-2:] not in _ends():
        return None, folded
    names, _ = _upper()
    for length in range(min(LONGEST, len(folded) - least), 1, -1):
        found = names.get(folded[-length:])
        if found is not None:
            return found, folded[:-length]
    return None, folded


_KINDS = frozenset("省市县")


@lru_cache(maxsize=8192)
def take_misspelt_place(folded: str, *, least: int = 3) -> tuple[str, str] | None:
    """The one city (else 县级市) whose full name a text begins with but for one character (深训市…), and the rest.

    >>> take_misspelt_place("深训市示例科技"), take_misspelt_place("大都市示例科技"), take_misspelt_place("示例科技")
    (('440300', '示例科技'), None, None)
    """
    for length in (3, 4):
        front = folded[:length]
        if len(folded) - length < least or front[-1] not in _KINDS or front in former_place_names():
            continue
        near = {code for codes in _one_wrong(front) for code in codes}
        # 深圳市 before 深州市: a whole city is what people mean.
        alike = {code for code in near if level_of(code) != "county"} or near
        if len(alike) == 1:
            code = alike.pop()
            deeper, rest = take_leading_places(place_label(code) + folded[length:], least=least)
            return (deeper, rest) if deeper is not None else None
    return None


def _one_wrong(front: str) -> Iterator[frozenset[str]]:
    blurred = _blurred()
    for at in range(len(front) - 1):
        yield blurred.get(front[:at] + "?" + front[at + 1 :], frozenset())


@cache
def _blurred() -> dict[str, frozenset[str]]:
    """Full names of provinces and cities (and 县级市) with one character blotted out → the codes they may be."""
    found: dict[str, set[str]] = defaultdict(set)
    for code, row in table().items():
        name = fold_name(row[0])
        if row[1] and name[-1:] in _KINDS and len(name) in (3, 4):
            for at in range(len(name) - 1):
                found[name[:at] + "?" + name[at + 1 :]].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


Names = tuple[Mapping[str, str], frozenset[str]]
"""Folded names with the code each means, and the first two characters of all of them."""


@cache
def _front() -> Names:
    """Provinces, cities and what counties are cities of their own or write 县; the higher level wins a name."""
    upper = dict(_upper()[0])
    for code, row in table().items():
        if row[1] and level_of(code) == "county" and row[0].endswith(("市", "县", "旗", "特区")):
            for name in (row[0], short_place_name(row[0])):
                upper.setdefault(fold_name(name), code)
    for code, row in table().items():
        found = None if row[1] or not row[0].endswith(("市", "县")) else region(code)
        if found is not None and len(found.successors) == 1:
            upper.setdefault(fold_name(row[0]), found.successors[0])
    return _with_heads({name: code for name, code in upper.items() if 2 <= len(name) <= LONGEST})


@cache
def _upper() -> Names:
    names: dict[str, str] = {}
    for level in ("province", "city"):
        for code, row in table().items():
            if row[1] and level_of(code) == level:
                for name in (row[0], short_place_name(row[0])):
                    names.setdefault(fold_name(name), code)
    return _with_heads({name: code for name, code in names.items() if 2 <= len(name) <= LONGEST})


@cache
def _ends() -> frozenset[str]:
    return frozenset(name[-2:] for name in _upper()[0])


def _inside(outer: str) -> Names:
    """Divisions in force inside one, in full and short."""
    return _by_outer().get(outer, ({}, frozenset()))


@cache
def _by_outer() -> dict[str, Names]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for code, row in table().items():
        if row[1]:
            written = {fold_name(row[0]), fold_name(short_place_name(row[0]))}
            for outer in {code[:2] + "0000", code[:4] + "00"} - {code}:
                for name in written:
                    if 2 <= len(name) <= LONGEST:
                        found[outer].setdefault(name, code)
    for name, code in _front()[0].items():
        for outer in {code[:2] + "0000", code[:4] + "00"} - {code}:
            found[outer].setdefault(name, code)
    return {outer: _with_heads(names) for outer, names in found.items()}


def _with_heads(names: dict[str, str]) -> Names:
    return names, frozenset(name[:2] for name in names)


def place_label(code: str) -> str:
    """The name of a division, or the code where there is none of it."""
    found = region(code)
    return found.name if found else code
