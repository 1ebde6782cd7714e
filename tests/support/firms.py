"""Firms with people: an enterprise in Nanshan, its owner and editor, officials, and a submission filled in."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from registry import clock
from registry.models import Account, Call, Enterprise, Membership, Submission
from registry.policies import Actor, FirmRight, Grant
from registry.services.submitting.calls import NewCall, open_call
from registry.services.submitting.drafting import save_fields, start_submission
from registry.services.submitting.plans import LEVELS, Step
from registry.vocabulary import FirmRole, Procedure, Role, SubmissionKind
from tests.factories import an_enterprise

CURATOR = Actor(None, "示例处长", (Grant(Role.CURATOR, "440000"),), "示例处长")
REVIEWER = Actor(None, "示例审核", (Grant(Role.REVIEWER, "440300"),), "示例审核")
STRANGER = Actor(None, "示例路人", (), "示例路人")
YEAR = clock.today().year - 1

FILLED = {
    "contact.name": "示例联系人",
    "contact.phone": "0755-12345678",
    f"annual.{YEAR}.revenue": "8,200",
    f"annual.{YEAR}.rd_expense": "820",
    f"annual.{YEAR}.total_assets": "14,150",
    f"annual.{YEAR}.total_liabilities": "6,537",
    f"annual.{YEAR}.employees": "171",
}
"""All that must be there."""


@dataclass
class Firm:
    """An enterprise and two people of it."""

    enterprise: Enterprise
    owner: Actor
    editor: Actor


def a_firm(session: Session, **overrides: object) -> Firm:
    """A firm with an owner and an editor, whose accounts exist."""
    enterprise = an_enterprise(**overrides)
    session.add(enterprise)
    session.flush()
    people = [a_member(session, enterprise, role) for role in (FirmRole.OWNER, FirmRole.EDITOR)]
    return Firm(enterprise, *people)


def a_member(session: Session, enterprise: Enterprise, role: FirmRole) -> Actor:
    """A new person of a firm."""
    account = an_account(session, f"{role.value}-{enterprise.id}")
    session.add(Membership(account_id=account.id, enterprise_id=enterprise.id, role=role, granted_by="示例"))
    session.flush()
    return Actor(account.id, account.login, (), account.display_name, firms=(FirmRight(enterprise.id, role),))


def an_account(session: Session, login: str) -> Account:
    """An account that cannot sign in."""
    account = Account(login=login, display_name=login, password_hash="-")
    session.add(account)
    session.flush()
    return account


def a_call(session: Session, **overrides: object) -> Call:
    """An open call of the little giants: city, then province."""
    given: dict[str, object] = {
        "directory_code": "little_giant",
        "procedure": Procedure.NEW,
        "title": "示例申报通知",
        "region_code": "440000",
        "opens_at": clock.now() - timedelta(days=1),
        "closes_at": clock.now() + timedelta(days=11),
        "standard_version": "LG26",
        "document_no": "示信函〔2026〕1号",
        "documents": (("audit_report", False),),
        "steps": tuple(Step(level, 10) for level in LEVELS),
    }
    return open_call(session, actor=CURATOR, new=NewCall(**given | overrides))  # type: ignore[arg-type]


def a_draft(
    session: Session, firm: Firm, kind: SubmissionKind = SubmissionKind.PROFILE, call: Call | None = None
) -> Submission:
    """A draft with everything in it that must be there, except documents."""
    submission = start_submission(
        session,
        actor=firm.owner,
        enterprise_id=firm.enterprise.id,
        kind=kind,
        call_id=call.id if call else None,
    )
    save_fields(session, submission_id=submission.id, actor=firm.owner, typed=FILLED)
    return submission
