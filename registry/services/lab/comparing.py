"""Who gains and who loses if a draft took the place of a version: both judged over the same firms on the same data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from registry.services.assessing.running import LETTERS
from registry.services.lab.columns import Columns, Rows, both_read, some_of
from registry.services.lab.shapes import CriterionMove, Group, Mover, WhatIf
from registry.tiering.evaluation import Codes, Evaluation, Result, Verdict, evaluate
from registry.tiering.population import Bools, Population
from registry.tiering.sizes import CLASSES, size_range
from registry.tiering.standard import Procedure, Standard

PROCEDURES: tuple[Procedure, ...] = ("new", "review")
NOWHERE = ""
"""Code of the group whose city or size is not known."""


@dataclass(frozen=True)
class Pair:
    """Both versions over the firms of one procedure; ``rows`` are their places among all."""

    rows: Rows
    before: Evaluation
    after: Evaluation

    @property
    def gains(self) -> Bools:
        """Who is eligible now and was not."""
        found: Bools = (self.after.verdict == Verdict.ELIGIBLE) & (self.before.verdict != Verdict.ELIGIBLE)
        return found

    @property
    def losses(self) -> Bools:
        """Who was eligible and is not now."""
        found: Bools = (self.before.verdict == Verdict.ELIGIBLE) & (self.after.verdict != Verdict.ELIGIBLE)
        return found


@dataclass(frozen=True)
class Compared:
    """A comparison and the firms behind it."""

    what_if: WhatIf
    pairs: tuple[Pair, ...]
    columns: Columns

    def movers(self, limit: int | None = None) -> list[Mover]:
        """Who changes sides, those who gain first, each side by number of the enterprise."""
        found = [mover for gains in (True, False) for mover in self._movers(gains)]
        return found if limit is None else found[:limit]

    def _movers(self, gains: bool) -> Iterator[Mover]:
        places = [(int(pair.rows[at]), pair, int(at)) for pair in self.pairs for at in _side(pair, gains)]
        for row, pair, at in sorted(places, key=lambda place: place[0]):
            yield Mover(
                enterprise_id=int(self.columns.ids[row]),
                gains=gains,
                before=letters_of(pair.before, at),
                after=letters_of(pair.after, at),
            )


def compare(columns: Columns, *, base: Standard, draft: Standard, as_of: date) -> Compared:
    """Judge everybody the draft would judge by both versions.

    Firms without the title of the tier count as new applicants, holders as under review; a procedure the draft does not
    apply to is left out, and so are firms outside its region.
    """
    procedures = [one for one in PROCEDURES if one in draft.in_force]
    wanted = both_read((base, draft), as_of=as_of, procedures=procedures)
    everybody = columns.population(wanted, as_of=as_of)
    holds = everybody.holders([draft.tier])
    inside = in_region(columns, draft.region)
    pairs = []
    for procedure in procedures:
        rows = np.flatnonzero(inside & (holds if procedure == "review" else ~holds))
        population = some_of(everybody, rows, procedure)
        pairs.append(Pair(rows, evaluate(base, population), evaluate(draft, population)))
    return Compared(_what_if(columns, base, draft, everybody, tuple(pairs), procedures), tuple(pairs), columns)


def in_region(columns: Columns, region: str | None) -> Bools:
    """Which rows lie in the region of a standard (44 or 440000); everybody for a national one."""
    if region is None:
        return np.ones(columns.size, dtype=np.bool_)
    prefix = region
    while len(prefix) > 2 and prefix.endswith("00"):
        prefix = prefix[:-2]
    return np.strings.startswith(columns.regions, prefix)


def letters_of(evaluation: Evaluation, row: int) -> str:
    """The results of one row, one letter a criterion in the order of the rule."""
    return "".join(LETTERS[Result(int(codes[row]))] for codes in evaluation.codes.values())


def _side(pair: Pair, gains: bool) -> NDArray[np.intp]:
    return np.flatnonzero(pair.gains if gains else pair.losses)


def _what_if(
    columns: Columns,
    base: Standard,
    draft: Standard,
    everybody: Population,
    pairs: tuple[Pair, ...],
    procedures: list[Procedure],
) -> WhatIf:
    moves = sum((_moves(pair) for pair in pairs), np.zeros((3, 3), dtype=np.int64))
    sides = _Sides(columns.size, pairs)
    return WhatIf(
        base=base.id,
        population={name: int(pair.rows.size) for name, pair in zip(procedures, pairs, strict=True)},
        moves=tuple(tuple(int(one) for one in row) for row in moves),
        gains=int(sum(pair.gains.sum() for pair in pairs)),
        losses=int(sum(pair.losses.sum() for pair in pairs)),
        cities=sides.by_code(np.char.add(columns.regions.astype("U4"), "00"), empty="00"),
        chains=tuple(sides.group(code, columns.chain(code)) for code in columns.names("chain")),
        sizes=sides.by_code(_sizes(everybody), empty=NOWHERE),
        criteria=tuple(_criteria(base, draft, pairs)),
    )


def _moves(pair: Pair) -> NDArray[np.int64]:
    both = pair.before.verdict.astype(np.int64) * 3 + pair.after.verdict
    return np.bincount(both, minlength=9).reshape(3, 3)


def _sizes(everybody: Population) -> NDArray[np.str_]:
    """The size class of each row where its figures leave one only."""
    found = size_range(everybody)
    names = np.array([*CLASSES, NOWHERE])
    return names[np.where(found.known & (found.low == found.high), found.low, len(CLASSES))]


class _Sides:
    """Who is eligible before and after, and who changes sides, row by row of everybody."""

    def __init__(self, size: int, pairs: tuple[Pair, ...]) -> None:
        self.planes = [np.zeros(size, dtype=np.bool_) for _ in range(4)]
        for pair in pairs:
            before, after = (one.verdict == Verdict.ELIGIBLE for one in (pair.before, pair.after))
            for plane, mine in zip(self.planes, (before, after, pair.gains, pair.losses), strict=True):
                plane[pair.rows] = mine

    def group(self, code: str, rows: Rows) -> Group:
        """The counts of some rows."""
        before, after, gains, losses = (int(plane[rows].sum()) for plane in self.planes)
        return Group(code=code, before=before, after=after, gains=gains, losses=losses)

    def by_code(self, codes: NDArray[np.str_], *, empty: str) -> tuple[Group, ...]:
        """The counts of every code that occurs among those who are eligible before or after; most gained first."""
        touched = np.flatnonzero(self.planes[0] | self.planes[1])
        names, places = np.unique(codes[touched], return_inverse=True)
        counts = [np.bincount(places, weights=plane[touched], minlength=names.size) for plane in self.planes]
        found = [
            Group(
                code=NOWHERE if name == empty else name,
                before=int(counts[0][at]),
                after=int(counts[1][at]),
                gains=int(counts[2][at]),
                losses=int(counts[3][at]),
            )
            for at, name in enumerate(names.tolist())
        ]
        return tuple(sorted(found, key=lambda one: (-one.gains - one.losses, -one.after, one.code)))


def _criteria(base: Standard, draft: Standard, pairs: tuple[Pair, ...]) -> Iterator[CriterionMove]:
    kept = [one.id for one in draft.criteria]
    for name in kept + [one.id for one in base.criteria if one.id not in kept]:
        let_in = kept_out = alone = 0
        for pair in pairs:
            held_up, short = _held_up(pair.before, name), _held_up(pair.after, name)
            gained, lost = pair.gains & held_up, pair.losses & short
            let_in, kept_out = let_in + int(gained.sum()), kept_out + int(lost.sum())
            only_before, only_after = _hindrances(pair.before) == 1, _hindrances(pair.after) == 1
            alone += int((gained & only_before).sum()) + int((lost & only_after).sum())
        yield CriterionMove(
            id=name,
            unmet=_counts(pairs, name, Result.UNMET),
            unknown=_counts(pairs, name, Result.UNKNOWN),
            let_in=let_in,
            kept_out=kept_out,
            alone=alone,
        )


def _held_up(evaluation: Evaluation, name: str) -> Bools:
    """Whose verdict this criterion holds up: unmet, unknown, or a person has to look first."""
    codes = evaluation.codes.get(name)
    if codes is None:
        return np.zeros(evaluation.population.size, dtype=np.bool_)
    one = evaluation.standard.criterion(name)
    if one.advisory:
        return np.zeros(codes.size, dtype=np.bool_)
    most = Result.NEEDS_REVIEW if one.blocking else Result.UNKNOWN
    found: Bools = codes <= most
    return found


def _hindrances(evaluation: Evaluation) -> Codes:
    return evaluation.gaps + evaluation.unknowns + evaluation.reviews


def _counts(pairs: tuple[Pair, ...], name: str, result: Result) -> tuple[int | None, int | None]:
    sides: list[int | None] = []
    for side in ("before", "after"):
        evaluations: list[Evaluation] = [getattr(pair, side) for pair in pairs]
        known = [one.codes[name] for one in evaluations if name in one.codes]
        sides.append(int(sum((codes == result).sum() for codes in known)) if known else None)
    return sides[0], sides[1]
