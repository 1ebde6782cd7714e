"""Announcements: frozen as made, in printed order, corrected by a later edition."""

from datetime import date

import pytest
from sqlmodel import Session

from registry import clock
from registry.errors import Gone, InvalidInput, NotFound
from registry.models import ImportRun, SourceFile
from registry.services import batches
from registry.vocabulary import BatchState, ImportState, TitleStatus
from tests.factories import a_batch, a_listing, an_enterprise

TODAY = date(2026, 11, 20)


def _added(session: Session, *rows: object) -> None:
    session.add_all(rows)
    session.flush()


def test_rows_come_in_printed_order_page_by_page(session: Session) -> None:
    batch = a_batch()
    firms = [an_enterprise(name_zh=name) for name in ("示例丙公司", "示例甲公司", "示例乙公司")]
    _added(session, batch, *firms)
    for firm in firms:
        _added(session, a_listing(firm, batch))
    first = batches.get(session, batch.id, as_of=TODAY, limit=2)
    assert [row.name for row in first.rows.items] == ["示例丙公司", "示例甲公司"]
    assert (first.rows.total, first.batch.rows) == (3, 3)
    rest = batches.get(session, batch.id, as_of=TODAY, cursor=first.rows.next_cursor, limit=2).rows
    assert [row.name for row in rest.items] == ["示例乙公司"]
    assert rest.next_cursor is None


def test_rows_that_expired_or_were_withdrawn_stay_in_their_announcement(session: Session) -> None:
    batch, firm = a_batch(), an_enterprise()
    _added(session, batch, firm)
    _added(
        session,
        a_listing(firm, batch, valid_to=date(2025, 1, 1)),
        a_listing(firm, batch, withdrawn_on=date(2025, 1, 1)),
        a_listing(firm, batch, voided_at=clock.now()),
    )
    rows = batches.get(session, batch.id, as_of=TODAY).rows
    assert [row.status for row in rows.items] == [TitleStatus.EXPIRED, TitleStatus.WITHDRAWN]


def test_a_corrected_edition_stays_readable_and_points_to_the_next(session: Session) -> None:
    first, firm = a_batch(label="示例批", state=BatchState.SUPERSEDED), an_enterprise()
    _added(session, first, firm)
    second = a_batch(label="示例批", edition=2, supersedes_id=first.id)
    _added(session, second)
    _added(session, a_listing(firm, first), a_listing(firm, second))
    old, new = (batches.get(session, number, as_of=TODAY) for number in (first.id, second.id))
    assert old.superseded_by is not None
    assert old.superseded_by.id == second.id
    assert [row.status for row in old.rows.items] == [None]
    assert new.supersedes is not None
    assert new.supersedes.id == first.id
    assert [row.status for row in new.rows.items] == [TitleStatus.VALID]


def test_the_archived_document_is_named(session: Session) -> None:
    batch, file = a_batch(), SourceFile(sha256="a" * 64, filename="示例.xlsx", media_type="x", size=9)
    _added(session, batch, file)
    states = (ImportState.WRITTEN, ImportState.UNDONE)
    for state in states:
        run = ImportRun(
            source_file_id=file.id,
            batch_id=batch.id,
            options_hash=state.value,
            state=state,
            understood={},
            counts={},
            actor="测试",
        )
        _added(session, run)
    (document,) = batches.get(session, batch.id, as_of=TODAY).documents
    assert (document.filename, document.sha256, document.size) == ("示例.xlsx", "a" * 64, 9)


@pytest.mark.parametrize("number", [0, -1, 10**12, 2**70])
def test_an_unknown_number_is_not_found(session: Session, number: int) -> None:
    with pytest.raises(NotFound):
        batches.get(session, number, as_of=TODAY)


def test_a_draft_is_not_found_and_an_undone_announcement_is_gone(session: Session) -> None:
    draft, undone = a_batch(state=BatchState.DRAFT), a_batch(voided_at=clock.now())
    _added(session, draft, undone)
    with pytest.raises(NotFound):
        batches.get(session, draft.id, as_of=TODAY)
    with pytest.raises(Gone):
        batches.get(session, undone.id, as_of=TODAY)


def test_a_cursor_of_another_announcement_is_refused(session: Session) -> None:
    one, other, firm = a_batch(), a_batch(), an_enterprise()
    _added(session, one, other, firm)
    _added(session, a_listing(firm, one), a_listing(firm, one))
    cursor = batches.get(session, one.id, as_of=TODAY, limit=1).rows.next_cursor
    with pytest.raises(InvalidInput):
        batches.get(session, other.id, as_of=TODAY, cursor=cursor)


def test_the_latest_come_first_and_drafts_never(session: Session) -> None:
    old, new = a_batch(announced_on=date(2024, 1, 1)), a_batch(announced_on=date(2026, 1, 1))
    notice = a_batch(state=BatchState.PUBLIC_NOTICE, announced_on=None, notice_from=date(2025, 1, 1))
    undated = a_batch(announced_on=None)
    _added(session, old, new, notice, undated, a_batch(state=BatchState.DRAFT), a_batch(voided_at=clock.now()))
    assert [batch.id for batch in batches.latest(session, 10)] == [new.id, notice.id, old.id, undated.id]
    assert [batch.id for batch in batches.latest(session, 1)] == [new.id]
