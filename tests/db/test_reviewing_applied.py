"""What an approved submission writes to the register, and what it leaves alone."""

from datetime import date

import pytest
from sqlmodel import Session, select

from registry import clock
from registry.errors import InvalidTransition
from registry.models import AuditEvent, Contact, Enterprise, EnterpriseName, Fact, Figure, IndexOutbox, Product
from registry.services.enterprises import get_page
from registry.services.reviewing.acts import approve_submission, refuse_submission
from registry.vocabulary import NameKind, SubmissionKind, SubmissionState, Trust
from tests.db.review_cases import LOCAL, STEPS, VALUES, WHY, a_document, a_submission, send
from tests.db.test_reviewing import YES, accept_all, decide
from tests.factories import a_figure, an_enterprise


def test_approving_writes_the_register_and_queues_the_index(session: Session) -> None:
    product = {"name": "示例芯片", "version": "V2", "category": "芯片"}
    values = VALUES | {
        "profile.region_code": "440106",
        "profile.founded_on": "2015-04-01",
        "profile.website": "",
        "products": [product, product],
    }
    submission = a_submission(session, values=values, steps=STEPS[:1])
    firm = session.get_one(Enterprise, submission.enterprise_id)
    firm.website = "https://example.org"
    session.flush()
    accept_all(session, submission)
    approve_submission(session, submission_id=submission.id, version=submission.version, actor=LOCAL)
    session.refresh(firm)
    assert (firm.address, firm.region_code, firm.city_code) == (VALUES["profile.address"], "440106", "440100")
    assert firm.website is None
    assert firm.founded_on == date(2015, 4, 1)
    figure = session.exec(select(Figure).where(Figure.name == "revenue")).one()
    assert (int(figure.value), figure.trust) == (82_000_000, Trust.DECLARED)
    assert submission.receipt is not None
    assert submission.receipt in figure.source
    assert session.exec(select(Fact.value).where(Fact.name == "class1_ip")).one() == 3
    assert [one.version for one in session.exec(select(Product))] == ["V2"]
    assert firm.id in session.exec(select(IndexOutbox.subject_id)).all()
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "enterprise.updated")).one()
    assert event.before is not None
    assert event.before["profile.website"] == "https://example.org"
    assert firm.uscc is not None
    assert get_page(session, firm.uscc, as_of=clock.today()).profile.address == VALUES["profile.address"]


def test_a_figure_is_audited_only_where_the_report_that_proves_it_was_sent(session: Session) -> None:
    firm = an_enterprise()
    session.add(firm)
    session.flush()
    submission = a_submission(session, enterprise=firm, steps=STEPS[:1])
    a_document(session, firm, submission)
    send(session, submission, VALUES)
    accept_all(session, submission)
    approve_submission(session, submission_id=submission.id, version=submission.version, actor=LOCAL)
    trust = {one.name: one.trust for one in session.exec(select(Figure))}
    assert trust == {"revenue": Trust.AUDITED, "rd_expense": Trust.DECLARED}


def test_values_of_other_trust_stay_beside(session: Session) -> None:
    submission = a_submission(session, steps=STEPS[:1])
    session.add(a_figure(session.get_one(Enterprise, submission.enterprise_id), value=81_000_000))
    session.flush()
    accept_all(session, submission)
    approve_submission(session, submission_id=submission.id, version=submission.version, actor=LOCAL)
    figures = session.exec(select(Figure).where(Figure.name == "revenue")).all()
    assert {(one.trust, int(one.value)) for one in figures} == {
        (Trust.AUDITED, 81_000_000),
        (Trust.DECLARED, 82_000_000),
    }


def test_refusing_ends_it_and_writes_nothing_to_the_register(session: Session) -> None:
    submission = a_submission(session)
    refuse_submission(session, submission_id=submission.id, version=submission.version, actor=LOCAL, reason=WHY)
    assert submission.state is SubmissionState.REFUSED
    assert session.exec(select(Figure)).all() == []
    with pytest.raises(InvalidTransition):
        decide(session, submission, {"profile.address": YES})
    with pytest.raises(InvalidTransition):
        refuse_submission(session, submission_id=submission.id, version=submission.version, actor=LOCAL, reason=WHY)


def test_a_reported_name_and_contact_are_taken_over_and_the_old_name_is_kept(session: Session) -> None:
    values = {
        "profile.name_zh": "深圳市示例新名传感技术有限公司",
        "contact.name": "示例李某",
        "contact.phone": "0755-12345678",
        "contact.public": True,
    }
    submission = a_submission(session, values=values, steps=STEPS[:1], kind=SubmissionKind.CHANGE)
    firm = session.get_one(Enterprise, submission.enterprise_id)
    accept_all(session, submission)
    approve_submission(session, submission_id=submission.id, version=submission.version, actor=LOCAL)
    assert firm.name_zh == values["profile.name_zh"]
    names = session.exec(select(EnterpriseName).where(EnterpriseName.enterprise_id == firm.id)).all()
    assert {one.kind for one in names} == {NameKind.CURRENT, NameKind.FORMER}
    contact = session.exec(select(Contact)).one()
    assert (contact.name, contact.phone, contact.public) == ("示例李某", "0755-12345678", True)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "enterprise.updated")).one()
    assert "12345678" not in str(event.after)
