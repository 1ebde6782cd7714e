"""Industry codes (国民经济行业分类, GB/T 4754-2017), codes of 2011 that moved, and the chains they suggest."""

import bisect
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from registry.identity._tables import read_rows
from registry.identity.chains import CHAIN_INDUSTRIES, CHAINS, ChainFit
from registry.identity.normal import normalise_code

__all__ = [
    "CHAINS",
    "Industry",
    "SizeGroup",
    "chains_of_industry",
    "industries",
    "industry",
    "industry_2011",
    "industry_path",
    "size_class_group",
]

IndustryLevel = Literal["section", "division", "group", "class"]
SizeGroup = Literal["industrial", "information_transmission", "software", "wholesale", "other"]

_SHAPE = re.compile(r"([A-T]?)([0-9]{2,4})|([A-T])")
_LEVELS: dict[str, IndustryLevel] = {
    "section": "section",
    "division": "division",
    "group": "group",
    "class": "class",
}


@dataclass(frozen=True, slots=True)
class Industry:
    """One entry. ``code`` has no section letter (a section's code is its letter).

    ``edition`` is 2011 only for a class that no longer exists or has moved; then ``successors`` are its 2017 classes.
    """

    code: str
    section: str
    name: str
    level: IndustryLevel
    parent_code: str | None
    edition: Literal[2017, 2011] = 2017
    successors: tuple[str, ...] = ()

    @property
    def full_code(self) -> str:
        """With the section letter, as printed in many lists: C3973."""
        return self.code if self.level == "section" else self.section + self.code


def industry(code: str) -> Industry | None:
    """The entry for 3973, C3973, 39, C; None if unknown or if the letter contradicts the number.

    A class that only the 2011 edition has is given with its successors. A number that both editions use with
    another meaning (6520) is read as 2017; for files known to be of 2011 use ``industry_2011``.

    >>> industry("C3973").name, industry("6510").successors, industry("A3973")
    ('集成电路制造', ('6511', '6512', '6513', '6519'), None)
    """
    parsed = _parse(code)
    if parsed is None:
        return None
    letter, key = parsed
    found = _edition_2017().get(key) or _moved_2011().get(key)
    return found if found is not None and letter in ("", found.section) else None


def industry_named(text: str) -> Industry | None:
    """The entry of 2017 with this name, or the most general one if it is the only one whose name begins so.

    >>> industry_named("光电子器件制造").full_code, industry_named("光电子").full_code, industry_named("电子")
    ('C3976', 'C3976', None)
    """
    names = _by_name()
    if text in names:
        return names[text]
    found = _beginning_so(text) if len(text) >= 3 else []
    heads = [entry for entry in found if not any(_within(entry, other) for other in found)]
    return heads[0] if len(heads) == 1 else None


def _beginning_so(text: str) -> list[Industry]:
    names, ordered = _by_name(), _names_in_order()
    start = bisect.bisect_left(ordered, text)
    return [
        names[name]
        for name in itertools.takewhile(lambda n: n.startswith(text), itertools.islice(ordered, start, None))
    ]


@cache
def _names_in_order() -> list[str]:
    return sorted(_by_name())


def industry_2011(code: str) -> Industry | None:
    """The class a code meant in the 2011 edition, if it has certainly moved; else what ``industry`` says.

    >>> industry_2011("I6520").name, industry_2011("6520").successors
    ('信息系统集成服务', ('6531', '6532'))
    """
    parsed = _parse(code)
    found = None if parsed is None else _moved_2011().get(parsed[1])
    return found if found is not None and parsed is not None and parsed[0] in ("", found.section) else industry(code)


def industry_path(code: str) -> tuple[Industry, ...]:
    """From the section down to the entry itself; for a moved class from its successors' common ancestor.

    >>> [entry.full_code for entry in industry_path("3973")]
    ['C', 'C39', 'C397', 'C3973']
    """
    found = industry(code)
    path: list[Industry] = []
    while found is not None:
        path.insert(0, found)
        found = None if found.parent_code is None else _edition_2017().get(found.parent_code)
    return tuple(path)


@lru_cache(maxsize=4096)
def chains_of_industry(code: str) -> tuple[tuple[str, ChainFit], ...]:
    """The chains a code suggests, in the order of ``CHAINS``, each ``core`` or ``part``; empty if none or unknown.

    A division, a group or a moved class suggests a chain only if every class in it does, ``core`` only if all are.

    >>> chains_of_industry("C3985")
    (('integrated_circuits', 'part'), ('new_display', 'part'))
    >>> chains_of_industry("6510")[-2:]
    (('software_services', 'core'), ('artificial_intelligence', 'part'))
    """
    leaves = _classes_of(industry(code))
    found: list[tuple[str, ChainFit]] = []
    for chain in CHAINS if leaves else ():
        core, part = (CHAIN_INDUSTRIES[chain][fit] for fit in ("core", "part"))
        if all(leaf in core for leaf in leaves):
            found.append((chain, "core"))
        elif all(leaf in core or leaf in part for leaf in leaves):
            found.append((chain, "part"))
    return tuple(found)


def size_class_group(code: str) -> SizeGroup | None:
    """Which row of the SME size classes (中小企业划型) applies; None for an unknown code.

    >>> [size_class_group(c) for c in ("3973", "6410", "6510", "5176", "7320", "9999")]
    ['industrial', 'information_transmission', 'software', 'wholesale', 'other', None]
    """
    found = industry(code)
    if found is None:
        return None
    if found.section in "BCD":
        return "industrial"
    groups: dict[str, SizeGroup] = {
        "63": "information_transmission",
        "64": "information_transmission",
        "65": "software",
        "51": "wholesale",
    }
    return groups.get(found.code[:2], "other")


def _parse(code: str) -> tuple[str, str] | None:
    match = _SHAPE.fullmatch(normalise_code(code))
    return None if match is None else (match[1] or "", match[2] or match[3])


def _classes_of(found: Industry | None) -> tuple[str, ...]:
    if found is None or found.level == "section":
        return ()
    if found.successors or found.level == "class":
        return found.successors or (found.code,)
    tree = _edition_2017()
    return tuple(c for c, entry in tree.items() if entry.level == "class" and c.startswith(found.code))


def industries() -> Iterator[Industry]:
    """Every entry of the edition in force, from section to class.

    >>> next(industries()).full_code
    'A'
    """
    yield from _edition_2017().values()


@cache
def _edition_2017() -> dict[str, Industry]:
    return {
        code: Industry(code, section, name, _LEVELS[level], parent or None)
        for code, section, name, level, parent in read_rows("gbt4754_2017.csv")
    }


@cache
def _by_name() -> dict[str, Industry]:
    """Names to entries; a name on several levels means the most general one."""
    return {entry.name: entry for entry in reversed(_edition_2017().values())}


def _within(entry: Industry, other: Industry) -> bool:
    return entry is not other and entry.section == other.section and entry.code.startswith(other.code)


@cache
def _moved_2011() -> dict[str, Industry]:
    moved = {}
    for code, section, name, successors in read_rows("gbt4754_2011_moved.csv"):
        new = tuple(successors.split())
        parent = _common_parent(new)
        moved[code] = Industry(code, section, name, "class", parent, 2011, new)
    return moved


def _common_parent(codes: tuple[str, ...]) -> str | None:
    """The smallest 2017 group or division that holds all the codes."""
    for length in (3, 2):
        heads = {code[:length] for code in codes}
        if len(heads) == 1 and (head := heads.pop()) in _edition_2017():
            return head
    return None
