"""Corrections by a new edition, and any two batches of a directory compared."""

import io

import pytest
from sqlmodel import Session, col, select

from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import Batch, Listing
from registry.services import batches, directories
from registry.services.batch_life.acts import start_batch, withdraw_batch
from registry.services.batch_life.comparing import compare, write_comparison
from registry.services.batch_life.editions import Amendment, amend_row, correct, drop_row, previous_edition
from registry.services.batch_life.freezing import verify_batches
from registry.vocabulary import BatchState, RowChange, TitleStatus
from tests.db.batch_life import DIRECTORY, FIRST, SECOND, WHY, a_draft, day, fill, final, in_notice


def _rows(session: Session, batch: Batch) -> list[Listing]:
    found = select(Listing).where(Listing.batch_id == batch.id, col(Listing.voided_at).is_(None))
    return list(session.exec(found.order_by(col(Listing.id))))


def _corrected(session: Session, old: Batch) -> Batch:
    return correct(session, batch_id=old.id, actor=FIRST, reason=WHY, document_no="示〔2026〕10号")


def test_a_correction_copies_the_rows_and_changes_nothing_until_it_is_final(session: Session) -> None:
    old = final(session, a_draft(session))
    new = _corrected(session, old)
    assert (new.edition, new.state, new.supersedes_id) == (2, BatchState.DRAFT, old.id)
    assert [row.name_as_announced for row in _rows(session, new)] == [
        row.name_as_announced for row in _rows(session, old)
    ]
    assert [row.import_row_id for row in _rows(session, new)] == [row.import_row_id for row in _rows(session, old)]
    shown = batches.get(session, old.id, as_of=day(0))
    assert (shown.superseded_by, [one.edition for one in shown.editions]) == (None, [1])
    assert directories.get_directory(session, DIRECTORY, as_of=day(0)).summary.held == 3


def test_the_new_edition_takes_over_and_the_old_stays_readable(session: Session) -> None:
    old = final(session, a_draft(session))
    digest = old.content_hash
    new = _corrected(session, old)
    first, second, _ = _rows(session, new)
    drop_row(session, batch_id=new.id, listing_id=first.id, actor=FIRST, reason=WHY)
    amend_row(
        session,
        batch_id=new.id,
        listing_id=second.id,
        amendment=Amendment(name_as_announced="示例乙（更正）公司", rank=2),
        actor=FIRST,
        reason=WHY,
    )
    final(session, new)
    assert (old.state, new.state) == (BatchState.SUPERSEDED, BatchState.FINAL)
    shown = batches.get(session, old.id, as_of=day(0))
    assert shown.superseded_by is not None
    assert (shown.superseded_by.id, shown.content_hash) == (new.id, digest)
    assert [one.edition for one in shown.editions] == [1, 2]
    assert directories.get_directory(session, DIRECTORY, as_of=day(0)).summary.held == 2
    assert [check.ok for check in verify_batches(session)] == [True, True]


def test_titles_of_a_correction_keep_their_days_and_withdrawals_made_meanwhile(session: Session) -> None:
    old = final(session, a_draft(session))
    before = _rows(session, old)
    new = _corrected(session, old)
    before[0].withdrawn_on, before[0].withdrawal_reason = day(0), "示例撤销"
    session.flush()
    final(session, new)
    after = _rows(session, new)
    assert [(row.valid_from, row.valid_to) for row in after] == [(row.valid_from, row.valid_to) for row in before]
    assert (after[0].withdrawn_on, after[0].withdrawal_reason) == (day(0), "示例撤销")
    statuses = [row.status for row in batches.get(session, new.id, as_of=day(0)).rows.items]
    assert statuses == [TitleStatus.WITHDRAWN, TitleStatus.VALID, TitleStatus.VALID]


def test_only_a_frozen_list_is_corrected_and_by_one_correction_at_a_time(session: Session) -> None:
    draft = a_draft(session)
    with pytest.raises(InvalidTransition):
        _corrected(session, draft)
    old = final(session, draft)
    new = _corrected(session, old)
    with pytest.raises(Conflict):
        _corrected(session, old)
    withdraw_batch(session, batch_id=new.id, on=day(0), actor=FIRST, reason=WHY)
    assert _corrected(session, old).edition == 3


def test_a_frozen_or_noticed_row_is_not_amended(session: Session) -> None:
    batch = in_notice(session, a_draft(session))
    row = _rows(session, batch)[0]
    with pytest.raises(InvalidTransition):
        amend_row(session, batch_id=batch.id, listing_id=row.id, amendment=Amendment(rank=1), actor=FIRST, reason=WHY)
    final(session, batch)
    with pytest.raises(InvalidTransition):
        drop_row(session, batch_id=batch.id, listing_id=row.id, actor=FIRST, reason=WHY)


def test_an_amendment_that_does_not_hold_is_refused(session: Session) -> None:
    batch = a_draft(session)
    row = _rows(session, batch)[0]
    for field, wrong in (
        ("name_as_announced", Amendment(name_as_announced=" ")),
        ("certificate_no", Amendment(certificate_no="9" * 61)),
        ("group_label", Amendment(group_label="组" * 101)),
        ("valid_to", Amendment(valid_to=day(-9_000))),
    ):
        with pytest.raises(InvalidInput) as refused:
            amend_row(session, batch_id=batch.id, listing_id=row.id, amendment=wrong, actor=FIRST, reason=WHY)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        drop_row(session, batch_id=batch.id, listing_id=row.id + 999, actor=FIRST, reason=WHY)


def test_editions_are_compared_row_by_row(session: Session) -> None:
    old = final(session, a_draft(session))
    new = _corrected(session, old)
    first, second, third = _rows(session, new)
    drop_row(session, batch_id=new.id, listing_id=first.id, actor=FIRST, reason=WHY)
    for row, amendment in ((second, Amendment(name_as_announced="示例新名公司")), (third, Amendment(valid_to=day(9)))):
        amend_row(session, batch_id=new.id, listing_id=row.id, amendment=amendment, actor=FIRST, reason=WHY)
    with pytest.raises(NotFound):
        compare(session, old.id, new.id)
    found = compare(session, old.id, new.id, for_officials=True)
    assert found.summary.counts == {"added": 0, "absent": 1, "renamed": 1, "moved": 0, "changed": 1, "same": 0}
    assert found.summary.same_announcement
    assert [row.change for row in found.rows] == [RowChange.RENAMED, RowChange.CHANGED, RowChange.ABSENT]
    stream = io.BytesIO()
    assert write_comparison(stream, found) == 3
    lines = stream.getvalue().decode("utf-8-sig").splitlines()
    assert lines[1].startswith("名称不同,renamed,示例乙公司,示例新名公司")


def test_two_announcements_are_compared_without_their_days(session: Session) -> None:
    old = final(session, a_draft(session, label="示例一批"))
    new = start_batch(session, directory=DIRECTORY, year=2026, label="示例二批", actor=FIRST)
    fill(session, new, ("示例丁公司",), "440100")
    for row, moved in zip(_rows(session, old)[:2], (None, day(0)), strict=True):
        copy = Listing(**row.model_dump(exclude={"id", "batch_id"}), batch_id=new.id)
        copy.valid_from = moved or copy.valid_from
        session.add(copy)
    final(session, new)
    found = compare(session, old.id, new.id)
    assert (
        found.summary.same_announcement,
        found.summary.counts["same"],
        found.summary.counts["added"],
        found.summary.counts["absent"],
    ) == (
        False,
        2,
        1,
        1,
    )


def test_batches_of_two_directories_are_not_compared(session: Session) -> None:
    one = final(session, a_draft(session))
    other = start_batch(session, directory="hte", year=2026, label="示例批", actor=SECOND)
    fill(session, other, ("示例丁公司",))
    final(session, other)
    with pytest.raises(InvalidInput):
        compare(session, one.id, other.id)


def test_the_previous_edition_is_the_newest_final_list_before_the_day(session: Session) -> None:
    assert previous_edition(session, directory=DIRECTORY, before=day(1)) is None
    one = final(session, a_draft(session, label="示例一批"))
    a_draft(session, label="示例草案")
    found = previous_edition(session, directory=DIRECTORY, before=day(1))
    assert found is not None
    assert (found.id, found.rows) == (one.id, 3)
    assert previous_edition(session, directory=DIRECTORY, before=day(0)) is None
