"""Errors the public reports: taken with a receipt, dealt with by officials of the place, no name in the trail."""

import pytest
from sqlmodel import Session, select

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotAuthenticated, NotFound
from registry.models import AuditEvent, Correction, Enterprise, WorkItem
from registry.services.corrections import (
    AN_HOUR_FOR_ONE,
    by_receipt,
    decide_correction,
    get_correction,
    report_error,
)
from registry.vocabulary import CorrectionState, WorkKind
from tests.db.review_cases import AUDITOR, LOCAL, PUBLIC, STRANGER, WHY
from tests.factories import an_enterprise

TEXT = "注册地址应为南山区示例路 20 号。"


@pytest.fixture
def firm(session: Session) -> Enterprise:
    made = an_enterprise()
    session.add(made)
    session.flush()
    return made


def report(session: Session, firm: Enterprise, text: str = TEXT, about: str = "profile") -> str:
    return report_error(session, key=firm.uscc or "", about=about, text=text, contact="wang@example.org")


def test_a_report_gets_a_receipt_and_lies_in_the_inbox_of_the_place(session: Session, firm: Enterprise) -> None:
    receipt = report(session, firm)
    assert by_receipt(session, receipt.lower()).text == TEXT
    item = session.exec(select(WorkItem)).one()
    assert (item.kind, item.region_code, item.title) == (WorkKind.CORRECTION, "440305", firm.name_zh)
    assert item.due_on is not None
    assert (item.due_on - clock.today()).days == 15
    assert report(session, firm) == receipt
    assert "wang" not in str([event.after for event in session.exec(select(AuditEvent))])


@pytest.mark.parametrize(
    ("about", "text", "field"),
    [
        ("nonsense", TEXT, "about"),
        ("name", "短", "text"),
        ("name", "长" * 2_001, "text"),
        ("name", "a\x00bcdefgh", "text"),
    ],
)
def test_what_cannot_be_taken_names_its_field(
    session: Session, firm: Enterprise, about: str, text: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        report(session, firm, text, about)
    assert refusal.value.field == field
    assert session.exec(select(Correction)).all() == []


def test_a_flood_about_one_enterprise_is_stopped(session: Session, firm: Enterprise) -> None:
    for number in range(AN_HOUR_FOR_ONE):
        report(session, firm, f"{TEXT}{number}")
    with pytest.raises(Conflict):
        report(session, firm, f"{TEXT}最后")
    with pytest.raises(NotFound):
        report_error(session, key="no-such-firm", about="name", text=TEXT)
    with pytest.raises(NotFound):
        by_receipt(session, "JC-0000")


def test_officials_of_the_place_decide_once_with_a_reason(session: Session, firm: Enterprise) -> None:
    receipt = report(session, firm)
    number = session.exec(select(Correction.id)).one()
    assert get_correction(session, number, actor=LOCAL).contact == "wang@example.org"
    assert get_correction(session, number, actor=AUDITOR).may_decide is False
    for actor, refusal in ((STRANGER, NotAllowed), (AUDITOR, NotAllowed), (PUBLIC, NotAuthenticated)):
        with pytest.raises(refusal):
            decide_correction(session, correction_id=number, decision=CorrectionState.DONE, actor=actor, reason=WHY)
    for decision, reason in ((CorrectionState.OPEN, WHY), (CorrectionState.DONE, " ")):
        with pytest.raises(InvalidInput):
            decide_correction(session, correction_id=number, decision=decision, actor=LOCAL, reason=reason)
    decide_correction(session, correction_id=number, decision=CorrectionState.DONE, actor=LOCAL, reason=WHY)
    assert (by_receipt(session, receipt).state, by_receipt(session, receipt).reason) == (CorrectionState.DONE, WHY)
    assert session.exec(select(WorkItem)).one().closed_at is not None
    with pytest.raises(InvalidTransition):
        decide_correction(session, correction_id=number, decision=CorrectionState.DISMISSED, actor=LOCAL, reason=WHY)
