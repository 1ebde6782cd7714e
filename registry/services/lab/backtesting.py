"""A rule held against lists that were recognised: what it would have said of whom on the day of each list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.models import Batch, Listing
from registry.services.assessing.gathering import rows_of
from registry.services.lab.columns import Columns, both_read, some_of
from registry.services.lab.comparing import in_region, letters_of
from registry.services.lab.shapes import Backtest, BatchScore, Score, Wrong
from registry.tiering.evaluation import Evaluation, Verdict, evaluate
from registry.tiering.population import Bools
from registry.tiering.standard import Standard
from registry.vocabulary import BatchState

BATCHES = 3
"""So many lists are tried unless others are chosen: the newest."""
WRONG = 2_000
"""At most so many firms a list and side are kept."""


@dataclass(frozen=True, slots=True)
class RecognisedList:
    """A list that can be tried: a final batch and how many of its titles are not taken back."""

    batch_id: int
    label: str
    year: int
    granted_on: date
    listed: int


@dataclass(frozen=True, slots=True)
class Tested:
    """A backtest and the firms rule and list disagree on."""

    backtest: Backtest
    wrong: tuple[Wrong, ...]


def recognised_lists(session: Session, *, tier: str) -> list[RecognisedList]:
    """The lists of a tier's directory, newest first."""
    granted = func.min(col(Listing.valid_from))
    query = (
        select(
            col(Batch.id),
            col(Batch.label),
            col(Batch.year),
            col(Batch.announced_on),
            granted,
            func.count(col(Listing.id)),
        )
        .join(Listing, col(Listing.batch_id) == col(Batch.id))
        .where(
            col(Batch.directory_code) == tier,
            col(Batch.state) == BatchState.FINAL,
            col(Batch.voided_at).is_(None),
            col(Listing.voided_at).is_(None),
        )
        .group_by(col(Batch.id), col(Batch.label), col(Batch.year), col(Batch.announced_on))
    )
    found = [
        RecognisedList(number, label, year, min(announced or first, first), count)
        for number, label, year, announced, first, count in session.execute(query)
    ]
    return sorted(found, key=lambda one: (one.granted_on, one.batch_id), reverse=True)


def backtest(
    session: Session, columns: Columns, *, base: Standard, draft: Standard, batches: Sequence[RecognisedList]
) -> Tested:
    """Judge everybody without the title on the day before each list by both versions, as new applicants of that day.

    Figures are those of the years before the list, facts those stated for a day up to it, titles those of the day.
    Who was never recognised may never have applied: ``extra`` is not proof that the rule is too wide.
    """
    scores, wrong = [], []
    for one in batches:
        score, disagreed = _one_list(session, columns, base, draft, one)
        scores.append(score)
        wrong += disagreed
    return Tested(Backtest(base=base.id, batches=tuple(scores)), tuple(wrong))


def _one_list(
    session: Session, columns: Columns, base: Standard, draft: Standard, one: RecognisedList
) -> tuple[BatchScore, list[Wrong]]:
    # The day before: the list itself must not count as a title already held.
    day = one.granted_on - timedelta(days=1)
    everybody = columns.population(both_read((base, draft), as_of=day, procedures=("new",)), as_of=day)
    rows = np.flatnonzero(in_region(columns, draft.region) & ~everybody.holders([draft.tier]) & ~_unborn(columns, day))
    population = some_of(everybody, rows, "new")
    listed = _members(session, columns, one.batch_id)[rows]
    before, after = evaluate(base, population), evaluate(draft, population)
    score = BatchScore(
        batch_id=one.batch_id,
        label=one.label,
        year=one.year,
        as_of=day,
        listed=int(listed.sum()),
        judged=int(rows.size),
        base=_score(before, listed),
        draft=_score(after, listed),
    )
    missed = np.flatnonzero(listed & (after.verdict == Verdict.INELIGIBLE))[:WRONG]
    extra = np.flatnonzero(~listed & (after.verdict == Verdict.ELIGIBLE))[:WRONG]
    wrong = [
        Wrong(
            batch_id=one.batch_id,
            enterprise_id=int(columns.ids[rows[at]]),
            listed=bool(listed[at]),
            results=letters_of(after, int(at)),
        )
        for at in [*missed, *extra]
    ]
    return score, wrong


def _members(session: Session, columns: Columns, batch_id: int) -> Bools:
    query = select(col(Listing.enterprise_id)).where(
        col(Listing.batch_id) == batch_id, col(Listing.voided_at).is_(None)
    )
    rows, _ = rows_of(columns.ids, np.array(list(session.scalars(query)), dtype=np.int64))
    found = np.zeros(columns.size, dtype=np.bool_)
    found[rows] = True
    return found


def _unborn(columns: Columns, day: date) -> Bools:
    """Who was founded later: nobody could have recognised them."""
    founded: Bools = columns.founded > np.datetime64(day, "D")
    return founded


def _score(evaluation: Evaluation, listed: Bools) -> Score:
    eligible, ineligible = (evaluation.verdict == one for one in (Verdict.ELIGIBLE, Verdict.INELIGIBLE))
    return Score(
        hits=int((listed & eligible).sum()),
        missed=int((listed & ineligible).sum()),
        extra=int((~listed & eligible).sum()),
        rest=int((~listed & ineligible).sum()),
        open_listed=int((listed & ~eligible & ~ineligible).sum()),
        open_others=int((~listed & ~eligible & ~ineligible).sum()),
    )
