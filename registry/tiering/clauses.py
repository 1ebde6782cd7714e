"""The clauses of a standard, and which clause of one version answers to which of another."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from registry.errors import Text
from registry.tiering.inside import names_in, within
from registry.tiering.language import AnyOf, Part, Rule, Score, SomeOf
from registry.tiering.measures import Node, Ratio
from registry.tiering.standard import Criterion, Standard, subrules

Role: TypeAlias = Literal["must", "alternative"]

ALIKE = 0.36
"""Two clauses less alike than this are not the same clause changed, but one dropped and another one new."""


@dataclass(frozen=True)
class Clause:
    """A criterion, or one of its named parts. ``role``: it must hold, or it is one of several ways."""

    id: str
    name: Text
    criterion: Criterion
    rule: Rule
    role: Role


def clauses(standard: Standard) -> tuple[Clause, ...]:
    """Every clause in the order of the document; a criterion with named parts gives one clause a part."""
    return tuple(clause for one in standard.criteria for clause in _split(one, one.rule, "must"))


def _split(criterion: Criterion, rule: Rule, role: Role) -> Iterator[Clause]:
    if isinstance(rule, Part):
        name = Text(f"{criterion.name.zh} · {rule.name.zh}", f"{criterion.name.en} · {rule.name.en}")
        yield Clause(rule.id, name, criterion, rule.rule, role)
    elif not any(True for _ in within(rule, Part)):
        yield Clause(criterion.id, Text(criterion.name.zh, criterion.name.en), criterion, rule, role)
    else:
        inner: Role = "alternative" if isinstance(rule, AnyOf | SomeOf) else role
        for one in subrules(rule):
            yield from _split(criterion, one, inner)


def paired(before: tuple[Clause, ...], after: tuple[Clause, ...]) -> list[tuple[Clause | None, Clause | None]]:
    """Clauses that measure the same thing side by side, each used once, the most alike first; then what is left over.

    Swapping the sides gives the same pairs the other way round.
    """
    found = [(alike(one, other), i, j) for i, one in enumerate(before) for j, other in enumerate(after)]
    near = [entry for entry in found if entry[0] >= ALIKE]
    near.sort(key=lambda entry: (-entry[0], sorted((before[entry[1]].id, after[entry[2]].id)), entry[1] + entry[2]))
    left, right = dict(enumerate(before)), dict(enumerate(after))
    pairs: dict[int, Clause] = {}
    for _, i, j in near:
        if i in left and j in right:
            pairs[j] = left.pop(i)
            del right[j]
    together: list[tuple[Clause | None, Clause | None]] = [(pairs.get(j), one) for j, one in enumerate(after)]
    return together + [(one, None) for one in left.values()]


def alike(one: Clause, other: Clause) -> float:
    """How far two clauses ask the same thing: by the figures and facts they read, how they measure, and their names."""
    names = _dice(_bigrams(one.name.zh), _bigrams(other.name.zh))
    same_id = 0.5 if one.id == other.id else 0.0
    mine, theirs = names_in(one.rule), names_in(other.rule)
    if not mine and not theirs:
        return same_id + 0.6 * names
    ways, other_ways = _ways(one.rule), _ways(other.rule)
    together = len((mine | ways) & (theirs | other_ways)) / len(mine | theirs | ways | other_ways)
    measured_alike = 0.1 if ways and ways == other_ways else 0.0
    return same_id + 0.55 * together + 0.35 * names + measured_alike


def _ways(rule: Rule) -> frozenset[str]:
    """Kinds of measuring that make two figures comparable: rates of growth, shares, points."""
    kinds = {type(one) for one in within(rule, Node)}
    growth = any(kind.__name__.endswith("Growth") for kind in kinds)
    named = (("growth", growth), ("share", Ratio in kinds), ("points", Score in kinds))
    return frozenset(name for name, used in named if used)


def _bigrams(name: str) -> frozenset[str]:
    """Pairs of neighbouring characters of the last piece: 专：主营业务收入占比 and 主营业务收入占比 are one name."""
    last = name.replace(" · ", "：").split("：")[-1]
    letters = [one for one in last if one.isalnum()]
    return frozenset(a + b for a, b in pairwise(letters))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 0.0
