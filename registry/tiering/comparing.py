"""Two versions of a standard clause by clause: what stayed, what was raised, read differently, added or dropped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from registry.errors import Text
from registry.tiering.clauses import Clause, clauses, paired
from registry.tiering.describe import requirement
from registry.tiering.facets import Facet, bare, facets, same_measure
from registry.tiering.inside import names_in, within
from registry.tiering.language import Compare, Rule, Score, SomeOf
from registry.tiering.score_comparing import compare_scores
from registry.tiering.selection import PROCEDURES
from registry.tiering.standard import Standard
from registry.tiering.version_changes import Change, Kind, threshold_change
from registry.tiering.wording import about

Status: TypeAlias = Literal["same", "changed", "added", "removed"]
Pair: TypeAlias = tuple[Facet, Facet]
Fits: TypeAlias = Callable[[Facet, Facet], bool]

BY_DATA = Text("由数据判断", "decided by the data")
RECALLED = Text("未见原文，一律人工核对", "text not seen, always checked by a person")
ROLES = {
    "must": Text("必须符合", "must hold"),
    "condition": Text("必须符合", "must hold"),
    "alternative": Text("几种途径之一", "one of several ways"),
    "waiver": Text("可用于豁免", "serves as a waiver"),
}
SUBJECT = 1 / 3
"""Two conditions that share less of what they read are about different things."""


@dataclass(frozen=True)
class ComparedClause:
    """A clause of both versions, or of one of them; ``changes`` only where both have it."""

    before: Clause | None
    after: Clause | None
    changes: tuple[Change, ...] = ()

    @property
    def status(self) -> Status:
        """Whether it stayed, changed, came or went."""
        if self.before is None or self.after is None:
            return "added" if self.before is None else "removed"
        return "changed" if self.changes else "same"


@dataclass(frozen=True)
class Comparison:
    """Two versions side by side: clauses in the order of the later side, then those only the other has."""

    before: Standard
    after: Standard
    clauses: tuple[ComparedClause, ...]

    def having(self, status: Status) -> tuple[ComparedClause, ...]:
        """The clauses of one status."""
        return tuple(one for one in self.clauses if one.status == status)


def compare(before: Standard, after: Standard) -> Comparison:
    """Pair the clauses of two versions by what they measure and say of each pair what changed.

    Generated from the rules alone. A version against itself is the same throughout; swapping the sides swaps raised
    and lowered, added and removed.
    """
    pairs = paired(clauses(before), clauses(after))
    return Comparison(before, after, tuple(_compared(one, other) for one, other in pairs))


def _compared(before: Clause | None, after: Clause | None) -> ComparedClause:
    if before is None or after is None:
        return ComparedClause(before, after)
    return ComparedClause(before, after, (*_circumstances(before, after), *_rule_changes(before, after)))


def _circumstances(before: Clause, after: Clause) -> Iterator[Change]:
    """Whether it must hold, whom it is asked of, whether data may decide it."""
    old, new = before.criterion, after.criterion
    if before.role != after.role:
        yield Change("role", "changed", after.role == "must", after.name, ROLES[before.role], ROLES[after.role])
    was, now = set(old.procedures), set(new.procedures)
    if was != now:
        stricter = True if was < now else False if now < was else None
        yield Change("procedures", "changed", stricter, after.name, _procedures(was), _procedures(now))
    if (old.confidence == "R") != (new.confidence == "R"):
        marks = [RECALLED if one.confidence == "R" else BY_DATA for one in (old, new)]
        yield Change("confidence", "changed", None, after.name, *marks)


def _procedures(names: set[str] | set[Literal["new", "review"]]) -> Text:
    words = [PROCEDURES[one] for one in sorted(names)]
    return Text("、".join(zh for zh, _ in words), ", ".join(en for _, en in words))


def _rule_changes(before: Clause, after: Clause) -> list[Change]:
    if bare(before.rule) == bare(after.rule):
        return []
    left, right = list(facets(before.rule)), list(facets(after.rule))
    found: list[Change] = []
    for pair in _take(left, right, lambda one, other: bare(one.core) == bare(other.core)):
        found += [*_framed(*pair), *_moved(*pair)]
    for pair in _take(left, right, lambda one, other: same_measure(one.core, other.core)):
        found += [*threshold_change(*pair), *_framed(*pair), *_moved(*pair)]
    for one, other in _take(left, right, _both_scores):
        if isinstance(one.core, Score) and isinstance(other.core, Score):
            found += compare_scores(one.core, other.core)
    for pair in _take(left, right, _same_subject):
        found += [_reading(*pair), *_moved(*pair)]
    found += [*_left_over(left, right, after.name), *_counted(before.rule, after.rule, after.name)]
    return found or [Change("reading", "changed", None, after.name, _words(before.rule), _words(after.rule))]


def _take(left: list[Facet], right: list[Facet], fits: Fits) -> list[Pair]:
    """Pairs that fit, taken out of both lists; of the same role and procedure first."""
    fitting = [(one, other) for one in left for other in right if fits(one, other)]
    fitting.sort(key=lambda pair: (pair[0].role != pair[1].role) + (pair[0].procedure != pair[1].procedure))
    taken: list[Pair] = []
    for one, other in fitting:
        if any(one is facet for facet in left) and any(other is facet for facet in right):
            taken.append((one, other))
            left[:] = [facet for facet in left if facet is not one]
            right[:] = [facet for facet in right if facet is not other]
    return taken


def _both_scores(one: Facet, other: Facet) -> bool:
    return isinstance(one.core, Score) and isinstance(other.core, Score)


def _same_subject(one: Facet, other: Facet) -> bool:
    """Of one kind and about largely the same figures, so that it is read differently and not another condition."""
    if type(one.core) is not type(other.core) or (one.role == "waiver") != (other.role == "waiver"):
        return False
    if isinstance(one.core, Compare) and isinstance(other.core, Compare):
        if about(one.core.value)[0] != about(other.core.value)[0]:
            return False
        if type(one.core.value).__name__.endswith("Growth") and type(other.core.value).__name__.endswith("Growth"):
            return True
    mine, theirs = names_in(one.core), names_in(other.core)
    return bool(mine & theirs) and len(mine & theirs) / len(mine | theirs) >= SUBJECT


def _reading(one: Facet, other: Facet) -> Change:
    return Change("reading", "changed", None, other.words, one.words, other.words)


def _framed(one: Facet, other: Facet) -> Iterator[Change]:
    """The same measure, but asked of each year, in principle only, or in one procedure only."""
    if (one.frames, one.procedure) != (other.frames, other.procedure):
        yield _reading(one, other)


def _moved(one: Facet, other: Facet) -> Iterator[Change]:
    if one.role != other.role:
        stricter = None if "waiver" in (one.role, other.role) else other.role == "condition"
        yield Change("role", "changed", stricter, other.words, ROLES[one.role], ROLES[other.role])


def _left_over(left: list[Facet], right: list[Facet], name: Text) -> Iterator[Change]:
    """Conditions only one side has; where both have some left, one took the place of the other."""
    old, new = ([one for one in side if one.role == "condition"] for side in (left, right))
    if old and new:
        yield Change("reading", "changed", None, name, _joined(old), _joined(new))
    else:
        yield from (Change("condition", "removed", False, one.words, one.words, None) for one in old)
        yield from (Change("condition", "added", True, one.words, None, one.words) for one in new)
    # Another way in, or a waiver, makes it easier.
    others: tuple[Kind, ...] = ("alternative", "waiver")
    for kind in others:
        yield from (Change(kind, "removed", True, one.words, one.words, None) for one in left if one.role == kind)
        yield from (Change(kind, "added", False, one.words, None, one.words) for one in right if one.role == kind)


def _joined(several: Sequence[Facet]) -> Text:
    return Text("；".join(one.words.zh for one in several), "; ".join(one.words.en for one in several))


def _counted(before: Rule, after: Rule, name: Text) -> Iterator[Change]:
    """How many of several conditions are needed."""
    counts = [[(one.count, len(one.some)) for one in within(rule, SomeOf)] for rule in (before, after)]
    if all(counts) and counts[0] != counts[1]:
        words = [Text(f"{k} 项（共 {n} 项）", f"{k} of {n}") for k, n in (counts[0][0], counts[1][0])]
        stricter = counts[1][0][0] > counts[0][0][0] if counts[0][0][0] != counts[1][0][0] else None
        yield Change("count", "changed", stricter, name, *words)


def _words(rule: Rule) -> Text:
    return Text(requirement(rule, "zh"), requirement(rule, "en"))
