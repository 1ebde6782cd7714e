"""A title's state: the SQL says what the Python says, on every boundary day."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from registry.models import Batch, Listing
from registry.titles import DUE_DAYS, HELD, held_on, shown, status_on, title_status
from registry.vocabulary import BatchState, TitleStatus
from tests.factories import a_batch, a_listing, an_enterprise

FIRST, LAST, GONE = date(2024, 7, 1), date(2027, 6, 30), date(2026, 5, 1)
DAY = timedelta(days=1)
DUE_FROM = LAST - timedelta(days=DUE_DAYS)


@dataclass(frozen=True)
class Case:
    """A title, a day and what the title is on it."""

    on: date
    status: TitleStatus
    valid_to: date | None = LAST
    withdrawn_on: date | None = None
    batch_state: BatchState = BatchState.FINAL


CASES = {
    "the day before the first": Case(FIRST - DAY, TitleStatus.FUTURE),
    "the first day": Case(FIRST, TitleStatus.VALID),
    "the day before due": Case(DUE_FROM - DAY, TitleStatus.VALID),
    "ninety days before the end": Case(DUE_FROM, TitleStatus.DUE),
    "the last day": Case(LAST, TitleStatus.DUE),
    "the day after the last": Case(LAST + DAY, TitleStatus.EXPIRED),
    "without an end, long after": Case(date(2099, 1, 1), TitleStatus.VALID, valid_to=None),
    "without an end, before the first day": Case(FIRST - DAY, TitleStatus.FUTURE, valid_to=None),
    "the day before the withdrawal": Case(GONE - DAY, TitleStatus.VALID, withdrawn_on=GONE),
    "the day of the withdrawal": Case(GONE, TitleStatus.WITHDRAWN, withdrawn_on=GONE),
    "withdrawn, after the end": Case(LAST + DAY, TitleStatus.WITHDRAWN, withdrawn_on=GONE),
    "withdrawn before it began": Case(FIRST - DAY, TitleStatus.WITHDRAWN, withdrawn_on=FIRST - DAY),
    "in public notice": Case(FIRST, TitleStatus.PUBLIC_NOTICE, batch_state=BatchState.PUBLIC_NOTICE),
    "a single day": Case(FIRST, TitleStatus.DUE, valid_to=FIRST),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_sql_and_python_agree(session: Session, case: Case) -> None:
    firm, batch = an_enterprise(), a_batch(state=case.batch_state)
    session.add_all([firm, batch])
    session.flush()
    session.add(a_listing(firm, batch, valid_from=FIRST, valid_to=case.valid_to, withdrawn_on=case.withdrawn_on))
    session.flush()
    in_python = title_status(
        case.on,
        valid_from=FIRST,
        valid_to=case.valid_to,
        withdrawn_on=case.withdrawn_on,
        batch_state=case.batch_state,
    )
    joined = select(status_on(case.on)).select_from(Listing).join(Batch, col(Batch.id) == col(Listing.batch_id))
    assert in_python is case.status
    assert session.exec(joined).one() == case.status.value
    assert len(session.exec(joined.where(held_on(case.on))).all()) == (case.status in HELD)


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (BatchState.DRAFT, False),
        (BatchState.PUBLIC_NOTICE, True),
        (BatchState.FINAL, True),
        (BatchState.SUPERSEDED, False),
    ],
)
def test_only_announced_and_noticed_batches_are_shown(session: Session, state: BatchState, *, seen: bool) -> None:
    firm, batch = an_enterprise(), a_batch(state=state)
    session.add_all([firm, batch])
    session.flush()
    session.add(a_listing(firm, batch))
    session.flush()
    found = session.exec(select(Listing).join(Batch, col(Batch.id) == col(Listing.batch_id)).where(shown())).all()
    assert bool(found) is seen


def test_a_voided_listing_is_neither_shown_nor_held(session: Session) -> None:
    firm, batch = an_enterprise(), a_batch()
    session.add_all([firm, batch])
    session.flush()
    session.add(a_listing(firm, batch, voided_at=firm.created_at))
    session.flush()
    joined = select(Listing).join(Batch, col(Batch.id) == col(Listing.batch_id))
    assert session.exec(joined.where(shown())).all() == []
    assert session.exec(joined.where(held_on(date(2025, 1, 1)))).all() == []
