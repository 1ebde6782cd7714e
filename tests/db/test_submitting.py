"""What firms send: drafting, checking, sending, taking back; only what was returned is open."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import (
    AuditEvent,
    Fact,
    Figure,
    ReviewStep,
    Submission,
    SubmissionField,
    SubmissionRevision,
    WorkItem,
)
from registry.services.submitting.drafting import get_submission, save_fields, start_submission
from registry.services.submitting.moves import move
from registry.services.submitting.plans import Step
from registry.services.submitting.sending import digest, recall, submit, withdraw
from registry.services.submitting.state import State, read_state
from registry.services.submitting.stepping import steps_for
from registry.vocabulary import (
    FieldDecision,
    StepOutcome,
    SubmissionAct,
    SubmissionKind,
    SubmissionState,
    Trust,
)
from tests.factories import a_figure, an_enterprise
from tests.support.firms import FILLED, REVIEWER, STRANGER, YEAR, Firm, a_call, a_draft, a_firm

REVENUE, RD = f"annual.{YEAR}.revenue", f"annual.{YEAR}.rd_expense"


@pytest.fixture
def firm(session: Session) -> Firm:
    return a_firm(session)


def state_of(session: Session, submission: Submission) -> State:
    return read_state(session, submission, today=clock.today())


def send(session: Session, firm: Firm, submission: Submission) -> SubmissionRevision:
    return submit(
        session,
        submission_id=submission.id,
        version=submission.version,
        actor=firm.owner,
        declared_by="示例负责人 总经理",
        agreed=True,
    )


def hand_back(session: Session, submission: Submission, *paths: str) -> None:
    """As an official would: these fields are returned."""
    for path in paths:
        row = session.exec(
            select(SubmissionField).where(SubmissionField.submission_id == submission.id, SubmissionField.path == path)
        ).one()
        row.decision, row.decided_revision, row.reason_code = FieldDecision.RETURNED, submission.revision, "mismatch"
    step = session.exec(
        select(ReviewStep).where(ReviewStep.submission_id == submission.id, col(ReviewStep.decided_at).is_(None))
    ).one()
    step.outcome, step.decided_at = StepOutcome.RETURNED, clock.now()
    move(session, submission, SubmissionAct.RETURN, actor=REVIEWER)
    session.flush()


def test_a_draft_begins_with_what_the_registry_holds(session: Session, firm: Firm) -> None:
    session.add(a_figure(firm.enterprise, year=YEAR - 1, value=70_100_000))
    session.add(
        Fact(
            enterprise_id=firm.enterprise.id,
            name="class1_ip",
            value=6,
            known_on=clock.today(),
            trust=Trust.OFFICIAL,
            source="示例",
        )
    )
    session.flush()
    draft = start_submission(session, actor=firm.editor, enterprise_id=firm.enterprise.id, kind=SubmissionKind.YEARLY)
    state = state_of(session, draft)
    assert state.fields["profile.industry_code"].shown == "3973"
    assert state.fields[f"annual.{YEAR - 1}.revenue"].value == 70_100_000
    assert state.fields[REVENUE].value is None
    assert state.fields[REVENUE].before == 70_100_000
    assert state.fields["facts.class1_ip"].value == 6
    assert state.status("profile") == "untouched"
    assert not state.fields["profile.industry_code"].touched


def test_starting_twice_gives_the_same_draft(session: Session, firm: Firm) -> None:
    kind = SubmissionKind.YEARLY
    first = start_submission(session, actor=firm.owner, enterprise_id=firm.enterprise.id, kind=kind)
    assert start_submission(session, actor=firm.editor, enterprise_id=firm.enterprise.id, kind=kind) is first


def test_strangers_and_other_firms_cannot_begin_read_or_write(session: Session, firm: Firm) -> None:
    other = a_firm(session)
    draft = a_draft(session, firm)
    for actor in (STRANGER, other.owner, REVIEWER):
        with pytest.raises(NotAllowed):
            start_submission(session, actor=actor, enterprise_id=firm.enterprise.id, kind=SubmissionKind.PROFILE)
        with pytest.raises(NotAllowed):
            save_fields(session, submission_id=draft.id, actor=actor, typed={"contact.name": "x"})
    with pytest.raises(NotFound):
        get_submission(session, draft.id, actor=other.owner, enterprise_id=other.enterprise.id)


def test_what_cannot_be_read_is_kept_with_what_to_do(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm, SubmissionKind.YEARLY)
    save_fields(session, submission_id=draft.id, actor=firm.editor, typed={REVENUE: "八千二百", "contact.email": "x"})
    state = state_of(session, draft)
    assert state.fields[REVENUE].shown == "八千二百"
    assert state.fields[REVENUE].value is None
    assert state.fields[REVENUE].fault is not None
    assert state.fields["contact.email"].fault is not None
    with pytest.raises(InvalidInput) as refusal:
        send(session, firm, draft)
    assert refusal.value.field == "contact.email"


def test_rd_above_revenue_is_said_beside_the_field(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm, SubmissionKind.YEARLY)
    save_fields(session, submission_id=draft.id, actor=firm.owner, typed={RD: "62,000"})
    fault = state_of(session, draft).fields[RD].fault
    assert fault is not None
    assert "62,000 万元大于营业收入 8,200 万元" in fault.text.zh
    save_fields(session, submission_id=draft.id, actor=firm.owner, typed={RD: "620"})
    assert state_of(session, draft).fields[RD].fault is None


@pytest.mark.parametrize(("answer", "value"), [("one", 141_500_000), ("wan", 1_415_000_000_000), ("again", None)])
def test_a_jump_of_ten_thousand_asks_and_never_corrects(
    session: Session, firm: Firm, answer: str, value: int | None
) -> None:
    path = f"annual.{YEAR}.total_assets"
    session.add(a_figure(firm.enterprise, year=YEAR - 1, name="total_assets", value=134_200_000))
    session.flush()
    draft = a_draft(session, firm, SubmissionKind.YEARLY)
    save_fields(session, submission_id=draft.id, actor=firm.owner, typed={path: "141,500,000"})
    asked = state_of(session, draft).fields[path]
    assert asked.question is not None
    assert asked.value == 1_415_000_000_000
    assert [slug for slug, _, _ in asked.question.readings] == ["one", "wan"]
    assert asked.question.readings[0][2].zh == "是元：记为 14,150 万元（比上年 +5.4%）"
    save_fields(session, submission_id=draft.id, actor=firm.owner, typed={}, units={path: answer})
    now = state_of(session, draft).fields[path]
    assert now.question is None
    assert now.value == value


def test_a_field_somebody_else_changed_is_not_overwritten(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm)
    was = {"contact.name": "示例联系人", "contact.phone": "0755-12345678"}
    save_fields(session, submission_id=draft.id, actor=firm.editor, typed={"contact.name": "示例甲"}, was=was)
    saved = save_fields(
        session,
        submission_id=draft.id,
        actor=firm.owner,
        typed={"contact.name": "示例乙", "contact.phone": "0755-87654321"},
        was=was,
    )
    state = state_of(session, draft)
    assert saved.conflicts == {"contact.name": "示例乙"}
    assert state.fields["contact.name"].shown == "示例甲"
    assert state.fields["contact.phone"].shown == "0755-87654321"
    # Whoever did not touch a field leaves it as it is now.
    save_fields(session, submission_id=draft.id, actor=firm.owner, typed={"contact.name": "示例联系人"}, was=was)
    assert state_of(session, draft).fields["contact.name"].shown == "示例甲"


def test_sending_gives_a_number_a_hash_a_step_and_an_entry_in_the_inbox(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm)
    revision = send(session, firm, draft)
    session.expire_all()
    assert draft.receipt == f"SB-{clock.today().year}-{draft.id:06d}"
    assert (draft.state, draft.revision, draft.step) == (SubmissionState.SUBMITTED, 1, 0)
    assert draft.steps == [{"level": "city", "region_code": "440300", "days": 10}]
    assert digest(revision.content) == revision.sha256
    assert revision.content["fields"]["contact.name"] == "示例联系人"
    item = session.exec(select(WorkItem)).one()
    assert (item.region_code, item.title, item.closed_at) == ("440300", firm.enterprise.name_zh, None)
    assert item.due_on == draft.due_on == clock.today() + timedelta(days=10)
    assert session.exec(select(ReviewStep)).one().revision == 1
    event = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
    assert event is not None
    assert event.action == "submission.submit"


def test_a_nomination_takes_the_findings_of_its_standard_along(session: Session, firm: Firm) -> None:
    call = a_call(session)
    draft = a_draft(session, firm, SubmissionKind.NOMINATION, call)
    revision = send(session, firm, draft)
    assert [step["level"] for step in draft.steps] == ["county", "city", "province"]
    assert revision.content["findings"]["standard"] == "LG26"
    assert {one["result"] for one in revision.content["findings"]["criteria"]} & {"met", "unmet"}
    assert session.exec(select(WorkItem)).one().directory_code == "little_giant"


def test_only_an_owner_signs(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm)
    with pytest.raises(NotAllowed):
        submit(
            session,
            submission_id=draft.id,
            version=draft.version,
            actor=firm.editor,
            declared_by="示例填报人",
            agreed=True,
        )


def test_the_declaration_is_asked_for(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm)
    for name, agreed, place in (("", True, "declared_by"), ("示例负责人", False, "agreed")):
        with pytest.raises(InvalidInput) as refusal:
            submit(
                session,
                submission_id=draft.id,
                version=draft.version,
                actor=firm.owner,
                declared_by=name,
                agreed=agreed,
            )
        assert refusal.value.field == place


def test_a_page_that_is_out_of_date_sends_nothing(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm)
    seen = draft.version
    save_fields(session, submission_id=draft.id, actor=firm.editor, typed={"contact.name": "示例丙"})
    with pytest.raises(Conflict):
        submit(session, submission_id=draft.id, version=seen, actor=firm.owner, declared_by="示例负责人", agreed=True)
    assert draft.state is SubmissionState.DRAFT


def test_of_a_returned_submission_only_the_returned_fields_are_open(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm)
    first = send(session, firm, draft)
    hand_back(session, draft, "contact.phone")
    saved = save_fields(
        session,
        submission_id=draft.id,
        actor=firm.editor,
        typed={"contact.phone": "0755-87654321", "contact.name": "示例丁"},
    )
    assert saved.changed == 1
    second = send(session, firm, draft)
    assert (draft.revision, draft.state) == (2, SubmissionState.SUBMITTED)
    assert second.content["fields"]["contact.phone"] == "0755-87654321"
    assert second.content["fields"]["contact.name"] == "示例联系人"
    assert first.content["fields"]["contact.phone"] == "0755-12345678"
    assert draft.receipt == first.content["receipt"]
    row = session.exec(select(SubmissionField).where(SubmissionField.path == "contact.phone")).one()
    assert (row.decision, row.decided_revision) == (None, 1)


def test_what_was_sent_cannot_be_changed_until_taken_back(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm)
    send(session, firm, draft)
    with pytest.raises(InvalidTransition):
        save_fields(session, submission_id=draft.id, actor=firm.owner, typed={"contact.name": "示例戊"})
    recall(session, submission_id=draft.id, version=draft.version, actor=firm.owner)
    save_fields(session, submission_id=draft.id, actor=firm.owner, typed={"contact.name": "示例戊"})
    item = session.exec(select(WorkItem)).one()
    assert item.closed_at is not None
    assert session.exec(select(ReviewStep)).one().outcome is StepOutcome.RECALLED
    send(session, firm, draft)
    session.refresh(item)
    assert item.closed_at is None
    assert draft.revision == 2


def test_what_was_passed_on_is_withdrawn_not_taken_back(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm, SubmissionKind.NOMINATION, a_call(session))
    send(session, firm, draft)
    draft.step = 1
    session.flush()
    with pytest.raises(InvalidTransition):
        recall(session, submission_id=draft.id, version=draft.version, actor=firm.owner)
    withdraw(session, submission_id=draft.id, version=draft.version, actor=firm.owner)
    assert draft.state is SubmissionState.WITHDRAWN
    assert session.exec(select(WorkItem)).one().closed_at is not None
    with pytest.raises(InvalidTransition):
        withdraw(session, submission_id=draft.id, version=draft.version, actor=firm.owner)


def test_a_closed_call_takes_nothing_new_but_what_was_returned(session: Session, firm: Firm) -> None:
    call = a_call(session)
    draft = a_draft(session, firm, SubmissionKind.NOMINATION, call)
    late = a_draft(session, other := a_firm(session), SubmissionKind.NOMINATION, call)
    send(session, firm, draft)
    call.closes_at = clock.now()
    session.flush()
    with pytest.raises(Conflict):
        send(session, other, late)
    hand_back(session, draft, "contact.name")
    send(session, firm, draft)
    assert draft.revision == 2


def test_firms_of_another_place_cannot_answer_a_call(session: Session) -> None:
    call = a_call(session, region_code="440300")
    outside = a_firm(session, region_code="440106", city_code="440100")
    with pytest.raises(Conflict):
        start_submission(
            session,
            actor=outside.owner,
            enterprise_id=outside.enterprise.id,
            kind=SubmissionKind.NOMINATION,
            call_id=call.id,
        )


@pytest.mark.parametrize(
    ("place", "levels", "codes"),
    [
        ("440305", ("county", "city", "province"), ["440305", "440300", "440000"]),
        ("441900", ("county", "city", "province"), ["441900", "440000"]),
        (None, ("county", "city", "province"), [""]),
        ("440305", ("city",), ["440300"]),
    ],
)
def test_steps_follow_the_place(place: str | None, levels: tuple[str, ...], codes: list[str]) -> None:
    enterprise = an_enterprise(region_code=place, city_code=None)
    steps = [Step(level, days) for days, level in enumerate(levels, start=1)]
    found = steps_for(enterprise, steps)
    assert [step["region_code"] for step in found] == codes
    assert found[-1]["days"] == len(levels)


def test_filled_names_all_that_is_required(session: Session, firm: Firm) -> None:
    draft = a_draft(session, firm, SubmissionKind.YEARLY)
    assert not state_of(session, draft).gaps()
    assert [one.slug for one in state_of(session, draft).missing_documents()] == ["audit_report"]
    assert session.exec(select(Figure)).first() is None
    assert set(FILLED) <= set(state_of(session, draft).fields)
