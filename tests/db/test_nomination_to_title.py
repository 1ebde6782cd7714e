"""From a nomination to a title: sent by the firm, reviewed at three levels, listed, objected to, made final."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, InvalidTransition, NotAllowed
from registry.models import Batch, Call, Contact, Figure, Listing, Objection, ReviewStep, Submission, WorkItem
from registry.policies import Actor, Grant
from registry.services.audit import verify_chain
from registry.services.batch_life.acts import make_final, publish_notice
from registry.services.batch_life.nominated import list_nominations, waiting_nominations
from registry.services.batch_life.objections import Words, decide_objection, file_objection
from registry.services.enterprises import get_page
from registry.services.reviewing.acts import approve_submission, forward_submission, return_submission
from registry.services.reviewing.deciding import Choice, decide_fields, tally
from registry.services.submitting.drafting import save_fields
from registry.services.submitting.plans import Step
from registry.services.submitting.sending import submit
from registry.vocabulary import (
    BatchState,
    FieldDecision,
    ObjectionState,
    Role,
    StepOutcome,
    SubmissionKind,
    SubmissionState,
)
from tests.support.firms import CURATOR, YEAR, Firm, a_call, a_draft, a_firm

COUNTY = Actor(None, "区示例", (Grant(Role.REVIEWER, "440305"),), "区示例")
CITY = Actor(None, "市示例", (Grant(Role.REVIEWER, "440300"),), "市示例")
PROVINCE = Actor(None, "省示例", (Grant(Role.REVIEWER, "440000"),), "省示例")
OTHER_CURATOR = Actor(None, "示例副处长", (Grant(Role.CURATOR, "440000"),), "示例副处长")
REVENUE, RD = f"annual.{YEAR}.revenue", f"annual.{YEAR}.rd_expense"


def send(session: Session, firm: Firm, submission: Submission) -> None:
    submit(
        session,
        submission_id=submission.id,
        version=submission.version,
        actor=firm.owner,
        declared_by="示例负责人 总经理",
        agreed=True,
    )


def accept_all(session: Session, submission: Submission, actor: Actor) -> None:
    choices = {path: Choice(FieldDecision.ACCEPTED) for path in tally(session, submission).waiting}
    decide_fields(session, submission_id=submission.id, version=submission.version, choices=choices, actor=actor)


def through_three_steps(session: Session, submission: Submission) -> None:
    for actor in (COUNTY, CITY):
        accept_all(session, submission, actor)
        forward_submission(session, submission_id=submission.id, version=submission.version, actor=actor)
    accept_all(session, submission, PROVINCE)
    approve_submission(session, submission_id=submission.id, version=submission.version, actor=PROVINCE)


def nominated(session: Session, call: Call) -> tuple[Firm, Submission]:
    firm = a_firm(session)
    submission = a_draft(session, firm, SubmissionKind.NOMINATION, call)
    send(session, firm, submission)
    return firm, submission


def final(session: Session, batch: Batch) -> Batch:
    return make_final(
        session,
        batch_id=batch.id,
        announced_on=clock.today(),
        document_no="示〔2026〕9号",
        actor=OTHER_CURATOR,
        reason="示例公告",
    )


def test_what_was_returned_is_mended_and_what_was_approved_stands_in_the_register(session: Session) -> None:
    firm, submission = nominated(session, a_call(session, steps=(Step("city", 10), Step("province", 10))))
    reader = CITY
    wrong = {path: Choice(FieldDecision.RETURNED, "mismatch", "与审计报告不一致") for path in (REVENUE, RD)}
    decide_fields(session, submission_id=submission.id, version=submission.version, choices=wrong, actor=reader)
    accept_all(session, submission, reader)
    return_submission(session, submission_id=submission.id, version=submission.version, actor=reader)
    assert submission.state is SubmissionState.RETURNED
    save_fields(session, submission_id=submission.id, actor=firm.editor, typed={REVENUE: "8,300", RD: "830"})
    send(session, firm, submission)
    assert set(tally(session, submission).waiting) == {REVENUE, RD}
    for actor, act in ((CITY, forward_submission), (PROVINCE, approve_submission)):
        accept_all(session, submission, actor)
        act(session, submission_id=submission.id, version=submission.version, actor=actor)
    figure = session.exec(
        select(Figure).where(Figure.enterprise_id == firm.enterprise.id, Figure.year == YEAR, Figure.name == "revenue")
    ).one()
    assert figure.value == 83_000_000
    shown = get_page(session, str(firm.enterprise.uscc), as_of=clock.today())
    assert "revenue" not in {row.name for row in shown.figures.rows}
    contact = session.exec(select(Contact).where(Contact.enterprise_id == firm.enterprise.id)).one()
    assert (contact.name, contact.public) == ("示例联系人", False)
    item = session.exec(select(WorkItem).where(WorkItem.subject_id == submission.id)).one()
    assert item.closed_at is not None
    assert verify_chain(session)[1] is None


def test_three_levels_review_and_each_step_keeps_its_times(session: Session) -> None:
    _, submission = nominated(session, a_call(session))
    for stranger in (CITY, PROVINCE):
        with pytest.raises((NotAllowed, InvalidTransition)):
            approve_submission(session, submission_id=submission.id, version=submission.version, actor=stranger)
    through_three_steps(session, submission)
    assert submission.state is SubmissionState.APPROVED
    steps = session.exec(select(ReviewStep).where(ReviewStep.submission_id == submission.id).order_by("id")).all()
    assert [step.outcome for step in steps] == [StepOutcome.FORWARDED, StepOutcome.FORWARDED, StepOutcome.APPROVED]
    assert all(step.decided_at is not None and step.decided_at >= step.entered_at for step in steps)


def test_approved_nominations_become_a_notice_an_objection_takes_one_out_the_rest_get_titles(session: Session) -> None:
    call = a_call(session)
    both = [nominated(session, call) for _ in range(2)]
    with pytest.raises(Conflict):
        list_nominations(session, call_id=call.id, label="第九批", year=2026, actor=CURATOR)
    with pytest.raises(NotAllowed):
        list_nominations(session, call_id=call.id, label="第九批", year=2026, actor=PROVINCE)
    for _, submission in both:
        through_three_steps(session, submission)
    batch = list_nominations(session, call_id=call.id, label="第九批", year=2026, actor=CURATOR)
    assert waiting_nominations(session, call) == []
    notice = publish_notice(
        session,
        batch_id=batch.id,
        notice_from=clock.today(),
        notice_to=clock.today() + timedelta(days=5),
        actor=CURATOR,
        reason="公示",
    )
    rows = session.exec(select(Listing).where(Listing.batch_id == batch.id).order_by(col(Listing.id))).all()
    words = Words("这家企业去年发生过重大事故。", "示例王某", "13800000000", listing_id=rows[0].id)
    file_objection(session, batch_id=notice.id, words=words)
    with pytest.raises(Conflict):
        final(session, batch)
    filed = session.exec(select(Objection).where(Objection.batch_id == batch.id)).one()
    decide_objection(session, objection_id=filed.id, decision=ObjectionState.UPHELD, actor=CURATOR, reason="核实属实")
    done = final(session, batch)
    assert done.state is BatchState.FINAL
    kept = session.exec(select(Listing).where(Listing.batch_id == batch.id, col(Listing.voided_at).is_(None))).one()
    assert kept.enterprise_id == both[1][0].enterprise.id
    assert kept.valid_from == clock.today()
    assert kept.valid_to is not None
    assert waiting_nominations(session, call) == []
