"""A batch from draft to final list: by whom, when, with which trace; and what a frozen one still allows."""

from datetime import date

import pytest
from sqlmodel import Session, col, select, update

from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import AuditEvent, Batch, BatchSeal, IndexOutbox, Listing
from registry.schemas.imports import ImportOptions
from registry.services import batches, directories
from registry.services.batch_life.acts import freeze_batch, start_batch, withdraw_batch
from registry.services.batch_life.freezing import verify_batches
from registry.services.batch_life.moves import history
from registry.services.identities import rename_enterprise
from registry.services.imports.options import existing_batch, resolve
from registry.services.imports.undoing import undo
from registry.vocabulary import BatchAct, BatchState, TitleStatus
from tests.db.batch_life import CITY, DIRECTORY, FIRST, SECOND, WHY, a_draft, day, final, in_notice
from tests.factories import a_batch, a_listing, an_enterprise


def _rows(session: Session, batch: Batch) -> list[Listing]:
    return list(session.exec(select(Listing).where(Listing.batch_id == batch.id).order_by(col(Listing.id))))


def _held(session: Session) -> int:
    return directories.get_directory(session, DIRECTORY, as_of=day(0)).summary.held


def test_a_draft_is_seen_by_officials_only_and_counts_for_nothing(session: Session) -> None:
    batch = a_draft(session)
    with pytest.raises(NotFound):
        batches.get(session, batch.id, as_of=day(0))
    shown = batches.get(session, batch.id, as_of=day(0), for_officials=True)
    assert [row.status for row in shown.rows.items] == [None] * 3
    assert _held(session) == 0
    assert [event.act for event in history(session, batch.id)] == [BatchAct.START]


def test_a_public_notice_is_shown_and_counts_for_nothing(session: Session) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    shown = batches.get(session, batch.id, as_of=day(0))
    assert [row.status for row in shown.rows.items] == [TitleStatus.PUBLIC_NOTICE] * 3
    assert (shown.batch.notice_from, shown.batch.notice_to) == (day(-10), day(5))
    assert _held(session) == 0
    assert shown.content_hash is None


def test_a_notice_becomes_the_final_list_by_one_act_with_event_index_and_hash(session: Session) -> None:
    batch = in_notice(session, a_draft(session))
    session.execute(IndexOutbox.__table__.delete())  # type: ignore[attr-defined]
    final(session, batch)
    assert (batch.state, batch.announced_on, batch.document_no) == (BatchState.FINAL, day(0), "示信函〔2026〕9号")
    event = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
    assert event is not None
    assert (event.action, event.actor, event.reason) == ("batch.final", "乙", WHY)
    assert event.before == {"state": "public_notice"}
    assert event.after is not None
    assert (event.after["sha256"], event.after["early"]) == (batch.content_hash, False)
    assert len(session.exec(select(IndexOutbox)).all()) == 3
    assert _held(session) == 3


def test_titles_begin_on_the_day_of_the_announcement_unless_their_row_says_otherwise(session: Session) -> None:
    batch = a_draft(session)
    one, other, third = _rows(session, batch)
    from registry.models import ImportRow

    row = session.get_one(ImportRow, other.import_row_id)
    row.facts = {**(row.facts or {}), "valid_from": "2026-02-03", "valid_to": "2027-02-02"}
    third.import_row_id = None
    session.flush()
    final(session, in_notice(session, batch))
    one, other, third = _rows(session, batch)
    assert one.valid_from == day(0)
    assert one.valid_to is not None
    assert one.valid_to > day(3 * 365 - 2)
    assert (other.valid_from, other.valid_to) == (date(2026, 2, 3), date(2027, 2, 2))
    assert (third.valid_from, third.valid_to) == (date(2026, 1, 1), date(2028, 12, 31))
    assert verify_batches(session)[0].ok


def test_whoever_opened_a_notice_may_end_it_only_after_its_last_day(session: Session) -> None:
    running = in_notice(session, a_draft(session), ends=0)
    with pytest.raises(NotAllowed) as refused:
        final(session, running, actor=FIRST)
    assert str(day(0)) in refused.value.text.zh
    final(session, running, actor=SECOND)
    assert history(session, running.id)[-1].actor == "乙"
    over = in_notice(session, a_draft(session, label="示例另一批"), ends=-1)
    assert final(session, over, actor=FIRST).state is BatchState.FINAL


def test_a_notice_that_is_taken_down_stays_readable_and_never_becomes_final(session: Session) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    withdraw_batch(session, batch_id=batch.id, on=day(0), actor=FIRST, reason=WHY, document_no="示〔2026〕3号")
    shown = batches.get(session, batch.id, as_of=day(0))
    assert (shown.batch.state, {row.status for row in shown.rows.items}) == (BatchState.WITHDRAWN, {None})
    last = shown.history[-1]
    assert (last.act, last.on, last.document_no, last.reason, last.actor) == (
        BatchAct.WITHDRAW,
        day(0),
        "示〔2026〕3号",
        WHY,
        "",
    )
    assert directories.get_directory(session, DIRECTORY, as_of=day(0)).batches == []
    with pytest.raises(InvalidTransition):
        final(session, batch)


def test_a_draft_that_is_taken_down_was_never_public(session: Session) -> None:
    batch = a_draft(session)
    withdraw_batch(session, batch_id=batch.id, on=day(0), actor=FIRST, reason=WHY)
    with pytest.raises(NotFound):
        batches.get(session, batch.id, as_of=day(0))


def test_a_final_list_cannot_be_taken_down_or_put_back_into_notice(session: Session) -> None:
    batch = final(session, a_draft(session))
    with pytest.raises(InvalidTransition):
        withdraw_batch(session, batch_id=batch.id, on=day(0), actor=FIRST, reason=WHY)
    with pytest.raises(InvalidTransition):
        in_notice(session, batch)


@pytest.mark.parametrize("reason", ["", "  ", "长" * 401])
def test_every_act_takes_a_reason(session: Session, reason: str) -> None:
    batch = a_draft(session)
    with pytest.raises(InvalidInput) as refused:
        withdraw_batch(session, batch_id=batch.id, on=day(0), actor=FIRST, reason=reason)
    assert refused.value.field == "reason"


def test_a_curator_of_one_city_or_another_directory_may_do_nothing(session: Session) -> None:
    batch = a_draft(session)
    with pytest.raises(NotAllowed):
        withdraw_batch(session, batch_id=batch.id, on=day(0), actor=CITY, reason=WHY)
    with pytest.raises(NotAllowed):
        start_batch(session, directory="hte", year=2026, label="示例", actor=FIRST)


def test_an_empty_list_is_neither_announced_nor_put_into_notice(session: Session) -> None:
    batch = start_batch(session, directory=DIRECTORY, year=2026, label="空的", actor=FIRST)
    with pytest.raises(Conflict):
        in_notice(session, batch)
    with pytest.raises(Conflict):
        final(session, batch)


def test_days_that_cannot_be_are_refused(session: Session) -> None:
    batch = a_draft(session)
    with pytest.raises(InvalidInput):
        in_notice(session, batch, begins=0, ends=-1)
    with pytest.raises(InvalidInput):
        in_notice(session, batch, begins=1, ends=5)


def test_two_batches_of_one_name_in_one_year_are_refused(session: Session) -> None:
    a_draft(session)
    with pytest.raises(Conflict):
        start_batch(session, directory=DIRECTORY, year=2026, label=" 示例批 ", actor=FIRST)


def test_an_import_finds_a_draft_and_not_a_notice_or_a_frozen_list(session: Session) -> None:
    batch = a_draft(session)
    destination = resolve(session, ImportOptions(directory=DIRECTORY, batch="示例批", year=2026))
    assert destination is not None
    assert existing_batch(session, destination) is batch
    in_notice(session, batch)
    with pytest.raises(Conflict):
        existing_batch(session, destination)
    final(session, batch)
    with pytest.raises(Conflict) as refused:
        existing_batch(session, destination)
    assert "冻结" in refused.value.text.zh


def test_an_import_whose_rows_are_frozen_cannot_be_undone(session: Session) -> None:
    from registry.models import ImportRun

    batch = final(session, a_draft(session))
    run = session.exec(select(ImportRun)).one()
    with pytest.raises(Conflict):
        undo(session, import_id=run.id, actor=SECOND)
    assert {row.voided_at for row in _rows(session, batch)} == {None}


def test_undoing_the_import_of_a_draft_leaves_the_draft_empty(session: Session) -> None:
    from registry.models import ImportRun

    batch = a_draft(session)
    undo(session, import_id=session.exec(select(ImportRun)).one().id, actor=SECOND)
    session.refresh(batch)
    assert (batch.state, batch.voided_at) == (BatchState.DRAFT, None)


def test_a_list_that_imports_filled_is_frozen_once(session: Session) -> None:
    batch, firm = a_batch(), an_enterprise()
    session.add_all([batch, firm])
    session.flush()
    session.add(a_listing(firm, batch))
    session.flush()
    freeze_batch(session, batch_id=batch.id, actor=FIRST, reason=WHY)
    assert batch.frozen_at is not None
    with pytest.raises(InvalidTransition):
        freeze_batch(session, batch_id=batch.id, actor=FIRST, reason=WHY)


def test_a_later_renaming_or_withdrawal_breaks_no_seal(session: Session) -> None:
    batch = final(session, a_draft(session))
    row = _rows(session, batch)[0]
    rename_enterprise(
        session, enterprise_id=row.enterprise_id, new_name="示例改名公司", on=day(0), actor=SECOND, reason=WHY
    )
    row.withdrawn_on = day(0)
    session.flush()
    assert [check.ok for check in verify_batches(session)] == [True]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name_as_announced": "别的公司"}, ["缺少：示例甲公司", "多出：别的公司"]),
        ({"valid_to": date(2050, 1, 1)}, ["缺少：示例甲公司", "2050-01-01"]),
        ({"voided_at": None, "rank": 7}, ["rank 7"]),
    ],
)
def test_verifying_names_the_row_that_differs(session: Session, values: dict[str, object], words: list[str]) -> None:
    batch = final(session, a_draft(session))
    first = _rows(session, batch)[0]
    session.execute(update(Listing).where(col(Listing.id) == first.id).values(**values))
    (check,) = verify_batches(session)
    said = "；".join(one.zh for one in check.differences)
    assert not check.ok
    assert all(word in said for word in words), said


def test_verifying_sees_a_hash_that_was_changed_along(session: Session) -> None:
    batch = final(session, a_draft(session))
    session.execute(update(Batch).where(col(Batch.id) == batch.id).values(content_hash="0" * 64))
    (check,) = verify_batches(session, batch_id=batch.id)
    said = "；".join(one.zh for one in check.differences)
    assert "操作记录" in said
    session.execute(update(BatchSeal).values(content=b"damaged"))
    assert not verify_batches(session)[0].ok
