"""What a firm empties is taken out of the register on approval, and shown to officials as emptied."""

from sqlmodel import Session, select

from registry.models import Contact, Enterprise, Submission
from registry.policies import Actor, Grant
from registry.services.reviewing.acts import approve_submission
from registry.services.reviewing.case import open_case
from registry.services.reviewing.deciding import Choice, decide_fields, tally
from registry.services.submitting.drafting import save_fields, start_submission
from registry.services.submitting.sending import submit
from registry.vocabulary import FieldDecision, Role, SubmissionKind
from tests.support.firms import Firm, a_firm

CITY = Actor(None, "市示例", (Grant(Role.REVIEWER, "440300"),), "市示例")
PERSON, PHONE = "示例联系人甲", "0755-13572468"
TYPED = {
    "contact.name": PERSON,
    "contact.office": "经理",
    "contact.phone": PHONE,
    "contact.email": "someone@example.org",
}


def send(session: Session, firm: Firm, typed: dict[str, str]) -> Submission:
    draft = start_submission(session, actor=firm.owner, enterprise_id=firm.enterprise.id, kind=SubmissionKind.PROFILE)
    save_fields(session, submission_id=draft.id, actor=firm.owner, typed=typed)
    submit(
        session, submission_id=draft.id, version=draft.version, actor=firm.owner, declared_by="示例负责人", agreed=True
    )
    return draft


def approve(session: Session, draft: Submission) -> None:
    waiting = dict.fromkeys(tally(session, draft).waiting, Choice(FieldDecision.ACCEPTED))
    decide_fields(session, submission_id=draft.id, version=draft.version, choices=waiting, actor=CITY)
    approve_submission(session, submission_id=draft.id, version=draft.version, actor=CITY)


def test_a_contact_that_was_emptied_is_gone_after_approval(session: Session) -> None:
    firm = a_firm(session)
    approve(session, send(session, firm, TYPED | {"contact.public": "yes", "profile.website": "https://example.org"}))
    assert session.get_one(Enterprise, firm.enterprise.id).website
    taken_away = ("contact.email", "contact.office", "contact.public", "profile.website")
    draft = send(session, firm, dict.fromkeys(taken_away, ""))
    rows = {row.path: row for row in open_case(session, submission_id=draft.id, actor=CITY).rows}
    for path in taken_away:
        assert (rows[path].open, rows[path].sent, rows[path].changed) == (True, None, True), path
    assert not rows["profile.listed_market"].open
    approve(session, draft)
    session.expire_all()
    contact = session.exec(select(Contact)).one()
    assert (contact.name, contact.phone) == (PERSON, PHONE)
    assert (contact.office, contact.email, contact.public) == ("", "", False)
    assert not session.get_one(Enterprise, firm.enterprise.id).website
