"""Objections to a public notice: taken while it runs, never public, decided by officials, obeyed by the list."""

import re

import pytest
from sqlmodel import Session, col, select

from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import AuditEvent, IndexOutbox, Listing, Objection
from registry.services import batches
from registry.services.audit import verify_chain
from registry.services.batch_life.acts import make_final, withdraw_batch
from registry.services.batch_life.objection_reading import by_receipt, get_objection, list_objections
from registry.services.batch_life.objections import (
    A_DAY_FROM_ONE,
    Words,
    decide_objection,
    file_objection,
    record_objection,
)
from registry.vocabulary import BatchState, ObjectionState
from tests.db.batch_life import CITY, FIRST, SECOND, WHY, a_draft, day, final, in_notice

WORDS = Words(text="该企业近三年发生过重大安全事故。", objector="示例王某", contact="wang@example.org")


def _object(session: Session, batch_id: int, *, row: int | None = None, text: str = WORDS.text) -> Objection:
    words = Words(text=text, objector=WORDS.objector, contact=WORDS.contact, listing_id=row)
    receipt = file_objection(session, batch_id=batch_id, words=words)
    return session.exec(select(Objection).where(Objection.receipt == receipt)).one()


def _first_row(session: Session, batch_id: int) -> Listing:
    found = session.exec(select(Listing).where(Listing.batch_id == batch_id).order_by(col(Listing.id))).first()
    assert found is not None
    return found


def test_an_objection_gets_a_receipt_that_says_nothing_of_who_made_it(session: Session) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    made = _object(session, batch.id, row=_first_row(session, batch.id).id)
    assert re.fullmatch(r"YY(-[0-9A-HJKMNP-TV-Z]{4}){4}", made.receipt)
    shown = by_receipt(session, made.receipt.lower())
    assert (shown.subject, shown.state, shown.text) == ("示例甲公司", ObjectionState.OPEN, WORDS.text)
    said = shown.model_dump_json()
    assert WORDS.objector not in said
    assert WORDS.contact not in said
    events = session.exec(select(AuditEvent).where(AuditEvent.subject_kind == "objection")).all()
    assert [(event.actor, event.action) for event in events] == [("公众", "objection.received")]
    assert WORDS.contact not in events[0].model_dump_json()
    assert verify_chain(session)[1] is None


@pytest.mark.parametrize(("begins", "ends", "taken"), [(-3, -1, False), (-3, 0, True), (0, 3, True)])
def test_objections_are_taken_on_every_day_of_the_notice_and_no_other(
    session: Session, begins: int, ends: int, taken: bool
) -> None:
    batch = in_notice(session, a_draft(session), begins=begins, ends=ends)
    if taken:
        assert _object(session, batch.id).state is ObjectionState.OPEN
    else:
        with pytest.raises(InvalidTransition):
            _object(session, batch.id)


def test_a_draft_takes_no_objection_and_is_not_even_known(session: Session) -> None:
    with pytest.raises(NotFound):
        _object(session, a_draft(session).id)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "太短"}, "text"),
        ({"text": "长" * 2_001}, "text"),
        ({"objector": " "}, "objector"),
        ({"contact": "12"}, "contact"),
        ({"subject": "长" * 301}, "subject"),
    ],
)
def test_words_that_cannot_be_used_name_their_field(session: Session, change: dict[str, str], field: str) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    given = {"text": WORDS.text, "objector": WORDS.objector, "contact": WORDS.contact} | change
    with pytest.raises(InvalidInput) as refused:
        file_objection(session, batch_id=batch.id, words=Words(**given))  # type: ignore[arg-type]
    assert refused.value.field == field


def test_a_row_of_another_batch_cannot_be_objected_to(session: Session) -> None:
    other = in_notice(session, a_draft(session, label="示例另一批"), ends=5)
    batch = in_notice(session, a_draft(session), ends=5)
    with pytest.raises(NotFound):
        _object(session, batch.id, row=_first_row(session, other.id).id)


def test_a_name_as_printed_finds_its_row_and_any_other_name_is_kept_as_typed(session: Session) -> None:
    batch = in_notice(session, a_draft(session, ("示例甲（深圳）公司", "示例乙公司", "示例乙公司")), ends=5)
    subjects = {"示例甲(深圳)公司": "示例甲（深圳）公司", "示例乙公司": "示例乙公司", "没有的公司": "没有的公司"}
    for number, typed in enumerate(subjects):
        words = Words(text=f"{WORDS.text}{number}", objector="示例", contact="示例@example", subject=typed)
        file_objection(session, batch_id=batch.id, words=words)
    made = session.exec(select(Objection).order_by(col(Objection.id))).all()
    assert [one.subject for one in made] == list(subjects.values())
    assert [one.listing_id is not None for one in made] == [True, False, False]


def test_the_same_words_twice_are_one_objection(session: Session) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    assert _object(session, batch.id).receipt == _object(session, batch.id).receipt
    assert len(session.exec(select(Objection)).all()) == 1


def test_one_contact_makes_so_many_a_day_and_no_more(session: Session) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    for number in range(A_DAY_FROM_ONE):
        _object(session, batch.id, text=f"{WORDS.text}（{number}）")
    with pytest.raises(Conflict):
        _object(session, batch.id, text=f"{WORDS.text}（又一件）")
    assert len(session.exec(select(Objection)).all()) == A_DAY_FROM_ONE


def test_one_notice_takes_so_many_an_hour_and_no_more(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.services.batch_life.objections.AN_HOUR_FOR_ONE", 2)
    batch = in_notice(session, a_draft(session), ends=5)
    _object(session, batch.id, text=f"{WORDS.text}一")
    _object(session, batch.id, text=f"{WORDS.text}二")
    with pytest.raises(Conflict):
        _object(session, batch.id, text=f"{WORDS.text}三")


def test_an_upheld_objection_takes_the_row_out_before_the_list_is_final(session: Session) -> None:
    batch = in_notice(session, a_draft(session))
    row = _first_row(session, batch.id)
    words = Words(text=WORDS.text, objector="示例来信人", contact="示例路1号", listing_id=row.id)
    receipt = record_objection(session, batch_id=batch.id, words=words, received_on=day(-3), actor=FIRST, reason="来信")
    (found,) = list_objections(session, actor=FIRST)
    with pytest.raises(Conflict):
        final(session, batch)
    session.execute(IndexOutbox.__table__.delete())  # type: ignore[attr-defined]
    decide_objection(session, objection_id=found.id, decision=ObjectionState.UPHELD, actor=FIRST, reason=WHY)
    assert len(session.exec(select(IndexOutbox)).all()) == 1
    final(session, batch)
    names = [one.name for one in batches.get(session, batch.id, as_of=day(0)).rows.items]
    assert names == ["示例乙公司", "示例丙公司"]
    shown = by_receipt(session, receipt)
    assert (shown.state, shown.reason, shown.decided_on) == (ObjectionState.UPHELD, WHY, day(0))


@pytest.mark.parametrize("decision", [ObjectionState.DISMISSED, ObjectionState.WITHDRAWN])
def test_any_other_decision_leaves_the_row(session: Session, decision: ObjectionState) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    made = _object(session, batch.id, row=_first_row(session, batch.id).id)
    decide_objection(session, objection_id=made.id, decision=decision, actor=FIRST, reason=WHY)
    assert batches.get(session, batch.id, as_of=day(0)).rows.total == 3
    final(session, batch)


def test_two_upheld_objections_to_one_row_are_both_recorded(session: Session) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    row = _first_row(session, batch.id).id
    made = [_object(session, batch.id, row=row, text=f"{WORDS.text}{number}") for number in "一二"]
    for one in made:
        decide_objection(session, objection_id=one.id, decision=ObjectionState.UPHELD, actor=FIRST, reason=WHY)
    assert {one.state for one in made} == {ObjectionState.UPHELD}
    assert batches.get(session, batch.id, as_of=day(0)).rows.total == 2


def test_a_decision_is_made_once_with_a_reason_by_who_curates_the_directory(session: Session) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    made = _object(session, batch.id)
    with pytest.raises(NotAllowed):
        decide_objection(session, objection_id=made.id, decision=ObjectionState.UPHELD, actor=CITY, reason=WHY)
    with pytest.raises(NotAllowed):
        get_objection(session, made.id, actor=CITY)
    assert list_objections(session, actor=CITY) == []
    for decision, reason in ((ObjectionState.OPEN, WHY), (ObjectionState.UPHELD, " ")):
        with pytest.raises(InvalidInput):
            decide_objection(session, objection_id=made.id, decision=decision, actor=FIRST, reason=reason)
    decide_objection(session, objection_id=made.id, decision=ObjectionState.DISMISSED, actor=FIRST, reason=WHY)
    with pytest.raises(InvalidTransition):
        decide_objection(session, objection_id=made.id, decision=ObjectionState.UPHELD, actor=SECOND, reason=WHY)
    assert get_objection(session, made.id, actor=SECOND).decided_by == "甲"


def test_an_open_objection_keeps_a_notice_from_being_final_but_not_from_being_taken_down(session: Session) -> None:
    batch = in_notice(session, a_draft(session), ends=5)
    made = _object(session, batch.id)
    with pytest.raises(Conflict):
        make_final(
            session, batch_id=batch.id, announced_on=day(0), document_no="示〔2026〕1号", actor=SECOND, reason=WHY
        )
    withdraw_batch(session, batch_id=batch.id, on=day(0), actor=FIRST, reason=WHY)
    assert batch.state is BatchState.WITHDRAWN
    decide_objection(session, objection_id=made.id, decision=ObjectionState.UPHELD, actor=FIRST, reason=WHY)
    assert batches.get(session, batch.id, as_of=day(0)).rows.total == 3


def test_a_letter_from_before_the_notice_or_after_today_is_refused(session: Session) -> None:
    batch = in_notice(session, a_draft(session))
    for received in (day(-11), day(1)):
        with pytest.raises(InvalidInput):
            record_objection(session, batch_id=batch.id, words=WORDS, received_on=received, actor=FIRST, reason=WHY)


def test_an_unknown_receipt_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        by_receipt(session, "YY-0000-0000-0000-0000")
