"""Any list as of any day, asked twice with a year of acts of officials between the asking, through their services.

What the list says is the same: which rows, the names as printed, days and states. The present name and address of a
firm are today's by design; a new edition is an act that changes a past day, and the list then says so.
"""

from datetime import date, timedelta

import time_machine
from sqlmodel import Session, col, select

from registry import clock
from registry.models import Batch, Listing
from registry.policies import SYSTEM
from registry.services import batches, directories
from registry.services.batch_life.editions import correct, drop_row
from registry.services.identities import rename_enterprise
from registry.services.merging import merge_enterprises
from registry.services.standing import withdraw_title
from registry.vocabulary import BatchState
from tests.db.batch_life import DIRECTORY, FIRST, SECOND, WHY, a_draft, day, final

START = "2026-03-02T04:00:00Z"
NAMES = ("示例甲公司", "示例乙公司", "示例丙公司", "示例丁公司")
Said = set[tuple[int, str, date, date | None, str | None]]


def _said(session: Session, on: date) -> Said:
    page = directories.rows(session, code=DIRECTORY, as_of=on, limit=100)
    counted = directories.get_directory(session, DIRECTORY, as_of=on)
    assert counted.summary.held == page.total == sum(city.held for city in counted.cities)
    return {(row.listing_id, row.name_as_announced, row.valid_from, row.valid_to, row.status) for row in page.items}


def _rows(session: Session, batch: Batch) -> list[Listing]:
    return list(session.exec(select(Listing).where(Listing.batch_id == batch.id).order_by(col(Listing.id))))


def _a_year(session: Session, batch: Batch) -> None:
    """A withdrawal, a new name, a merger and a new announcement, one each season; later the list runs out."""
    one, other, third, fourth = _rows(session, batch)
    with time_machine.travel("2026-06-01T04:00:00Z"):
        withdraw_title(session, listing_id=one.id, on=clock.today(), document="示〔2026〕1号", actor=SECOND, reason=WHY)
    with time_machine.travel("2026-09-01T04:00:00Z"):
        rename_enterprise(
            session, enterprise_id=other.enterprise_id, new_name="示例新名公司", on=day(0), actor=SYSTEM, reason=WHY
        )
    with time_machine.travel("2026-12-01T04:00:00Z"):
        merge_enterprises(
            session,
            source_id=third.enterprise_id,
            target_id=fourth.enterprise_id,
            on=day(0),
            actor=SYSTEM,
            reason=WHY,
        )
    with time_machine.travel("2027-02-01T04:00:00Z"):
        final(session, a_draft(session, ("示例戊公司",), label="示例后一批"))


def _world(session: Session) -> Batch:
    with time_machine.travel(START):
        return final(session, a_draft(session, NAMES))


def test_a_list_of_a_past_day_says_the_same_a_year_later(session: Session) -> None:
    batch = _world(session)
    with time_machine.travel(START):
        days = [day(offset) for offset in (-90, -1, 0)]
        before = {on: _said(session, on) for on in days}
    _a_year(session, batch)
    assert len(before[days[-1]]) == len(NAMES)
    with time_machine.travel("2027-03-02T04:00:00Z"):
        assert {on: _said(session, on) for on in days} == before
        assert {row[1] for row in _said(session, day(0))} == {*NAMES[1:], "示例戊公司"}
    with time_machine.travel("2029-06-01T04:00:00Z"):
        assert {on: _said(session, on) for on in days} == before
        assert {row[1] for row in _said(session, day(0))} == {"示例戊公司"}


def test_only_a_new_edition_changes_a_past_day_and_says_so(session: Session) -> None:
    batch = _world(session)
    with time_machine.travel(START):
        on, before = day(0), _said(session, day(0))
    with time_machine.travel("2027-03-02T04:00:00Z"):
        new = correct(session, batch_id=batch.id, actor=FIRST, reason=WHY, document_no="示〔2027〕10号")
        assert _said(session, on) == before
        drop_row(session, batch_id=new.id, listing_id=_rows(session, new)[0].id, actor=FIRST, reason=WHY)
        final(session, new)
        after = _said(session, on)
        assert {row[1:] for row in after} == {row[1:] for row in before if row[1] != NAMES[0]}
        old = batches.get(session, batch.id, as_of=on)
        assert old.superseded_by is not None
        assert (batch.state, old.superseded_by.id) == (BatchState.SUPERSEDED, new.id)
        assert [row.name_as_announced for row in old.rows.items] == list(NAMES)
        assert all(row.recorded_at - batch.created_at > timedelta(days=300) for row in _rows(session, new))
