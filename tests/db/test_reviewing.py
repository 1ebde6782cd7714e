"""What officials do with a submission: reading it, deciding field by field, and how it leaves each step."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotAuthenticated, NotFound
from registry.models import (
    AuditEvent,
    Enterprise,
    Evidence,
    GroupLink,
    ReviewStep,
    Submission,
    SubmissionField,
    WorkItem,
)
from registry.policies import Actor, Grant
from registry.pool_words import GroupKind
from registry.review_vocabulary import ReturnReason
from registry.services.audit import verify_chain
from registry.services.inbox.listing import InboxQuery, inbox
from registry.services.reviewing.acts import (
    approve_submission,
    forward_submission,
    refuse_submission,
    return_submission,
)
from registry.services.reviewing.case import open_case
from registry.services.reviewing.deciding import Choice, FaultyChoices, accept_clear, decide_fields, tally
from registry.services.reviewing.rights import may_decide
from registry.vocabulary import FieldDecision, Role, StepOutcome, SubmissionState
from tests.db.review_cases import (
    AUDITOR,
    CITY,
    COUNTY,
    LOCAL,
    MUNICIPAL,
    PROVINCIAL,
    PUBLIC,
    STRANGER,
    VALUES,
    a_call,
    a_document,
    a_submission,
    send,
)
from tests.factories import a_figure, an_enterprise

YES = Choice(FieldDecision.ACCEPTED)
NO = Choice(FieldDecision.RETURNED, ReturnReason.MISMATCH.value, "请说明差额")


def decide(session: Session, submission: Submission, choices: dict[str, Choice], actor: Actor = LOCAL) -> None:
    decide_fields(session, submission_id=submission.id, version=submission.version, choices=choices, actor=actor)


def accept_all(session: Session, submission: Submission, actor: Actor = LOCAL) -> None:
    waiting = tally(session, submission).waiting
    decide(session, submission, dict.fromkeys(waiting, YES), actor)


def row_of(session: Session, submission: Submission, path: str, actor: Actor = LOCAL) -> Any:
    found = open_case(session, submission_id=submission.id, actor=actor)
    return next(row for row in found.rows if row.path == path)


def test_a_case_shows_live_sent_and_last_years_values_with_the_size_of_the_change(session: Session) -> None:
    submission = a_submission(session)
    firm = session.get_one(Enterprise, submission.enterprise_id)
    session.add(a_figure(firm, year=2024, value=70_100_000))
    session.flush()
    case = open_case(session, submission_id=submission.id, actor=LOCAL)
    rows = {row.path: row for row in case.rows}
    revenue, address = rows["annual.2025.revenue"], rows["profile.address"]
    assert (revenue.live, revenue.sent, revenue.last) == (None, 82_000_000, 70_100_000)
    assert revenue.change is not None
    assert revenue.change.said is not None
    assert revenue.change.said.zh == "+17.0%"
    assert address.live == "南山区示例路 18 号 3 栋"
    assert address.change is not None
    assert any(kind == "ins" for kind, _ in address.change.pieces)
    assert rows["profile.website"].open is False
    assert (case.counts.total, case.counts.waiting) == (4, 4)
    assert [step.state for step in case.steps] == ["now", "later", "later"]


def test_only_officials_of_the_place_read_and_only_those_of_the_step_decide(session: Session) -> None:
    submission = a_submission(session)
    for actor in (LOCAL, MUNICIPAL, PROVINCIAL, AUDITOR):
        assert open_case(session, submission_id=submission.id, actor=actor).receipt == submission.receipt
    with pytest.raises(NotAllowed):
        open_case(session, submission_id=submission.id, actor=STRANGER)
    with pytest.raises(NotAuthenticated):
        open_case(session, submission_id=submission.id, actor=PUBLIC)
    for actor in (STRANGER, AUDITOR):
        with pytest.raises(NotAllowed):
            decide(session, submission, {"profile.address": YES}, actor)


def test_what_belongs_to_no_directory_takes_a_grant_for_every_directory(session: Session) -> None:
    limited = Actor(None, "名录示例", (Grant(Role.REVIEWER, COUNTY, "little_giant"),))
    whole, nomination = a_submission(session), a_submission(session, call=a_call(session))
    assert whole.directory_code is None
    assert not may_decide(limited, whole)
    with pytest.raises(NotAllowed):
        decide(session, whole, {"profile.address": YES}, limited)
    with pytest.raises(NotAllowed):
        approve_submission(session, submission_id=whole.id, version=whole.version, actor=limited)
    assert may_decide(limited, nomination)
    decide(session, nomination, {"profile.address": YES}, limited)
    assert [row.subject_id for row in inbox(session, InboxQuery(), actor=limited).rows] == [nomination.id]


def test_a_draft_nobody_sent_is_not_there_for_officials(session: Session) -> None:
    submission = a_submission(session)
    submission.revision, submission.state = 0, SubmissionState.DRAFT
    session.flush()
    with pytest.raises(NotFound):
        open_case(session, submission_id=submission.id, actor=PROVINCIAL)
    with pytest.raises(NotFound):
        open_case(session, submission_id=2**70, actor=PROVINCIAL)


def test_a_decision_names_revision_person_and_reason_and_leaves_an_event(session: Session) -> None:
    submission = a_submission(session)
    version = submission.version
    decide(session, submission, {"annual.2025.rd_expense": NO, "annual.2025.revenue": YES})
    field = session.exec(select(SubmissionField).where(SubmissionField.path == "annual.2025.rd_expense")).one()
    assert (field.decision, field.decided_revision, field.decided_by) == (FieldDecision.RETURNED, 1, LOCAL.label)
    assert (field.reason_code, field.reason) == ("mismatch", "请说明差额")
    assert submission.version == version + 1
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "submission.decided")).one()
    assert event.after is not None
    assert event.after["accepted"] == ["annual.2025.revenue"]
    assert event.after["returned"] == {"annual.2025.rd_expense": {"code": "mismatch", "text": "请说明差额"}}


def test_deciding_the_same_again_changes_nothing(session: Session) -> None:
    submission = a_submission(session)
    decide(session, submission, {"annual.2025.revenue": YES})
    version = submission.version
    decide(session, submission, {"annual.2025.revenue": YES})
    assert submission.version == version


def test_of_two_officials_with_the_same_page_the_second_is_told(session: Session) -> None:
    submission = a_submission(session)
    read = submission.version
    decide(session, submission, {"annual.2025.revenue": YES})
    with pytest.raises(Conflict):
        decide_fields(
            session, submission_id=submission.id, version=read, choices={"annual.2025.revenue": NO}, actor=MUNICIPAL
        )
    assert row_of(session, submission, "annual.2025.revenue").decided.decision is FieldDecision.ACCEPTED


@pytest.mark.parametrize(
    "choice",
    [
        Choice(FieldDecision.RETURNED),
        Choice(FieldDecision.RETURNED, "no-such-reason", "x"),
        Choice(FieldDecision.RETURNED, ReturnReason.OTHER.value),
        Choice(FieldDecision.RETURNED, ReturnReason.UNIT.value, "长" * 401),
        Choice(FieldDecision.RETURNED, ReturnReason.UNIT.value, "a\x00b"),
    ],
)
def test_a_return_without_a_reason_is_refused_beside_its_field(session: Session, choice: Choice) -> None:
    submission = a_submission(session)
    with pytest.raises(FaultyChoices) as refusal:
        decide(session, submission, {"annual.2025.revenue": choice, "profile.address": YES})
    assert refusal.value.faults.keys() == {"annual.2025.revenue"}
    assert tally(session, submission).accepted == ()


def test_what_the_firm_left_empty_can_be_asked_for_but_not_accepted(session: Session) -> None:
    submission = a_submission(session)
    with pytest.raises(InvalidInput):
        decide(session, submission, {"profile.website": YES})
    with pytest.raises(InvalidInput):
        decide(session, submission, {"no.such.field": YES})
    decide(session, submission, {"profile.website": NO})
    assert tally(session, submission).returned == ("profile.website",)


def test_only_returned_fields_go_back_and_only_they_ask_again(session: Session) -> None:
    submission = a_submission(session)
    decide(session, submission, {path: YES for path in VALUES if path != "annual.2025.rd_expense"})
    decide(session, submission, {"annual.2025.rd_expense": NO})
    return_submission(
        session, submission_id=submission.id, version=submission.version, actor=LOCAL, comment="请补正一项"
    )
    assert submission.state is SubmissionState.RETURNED
    assert session.exec(select(WorkItem).where(WorkItem.subject_id == submission.id)).one().closed_at is not None
    step = session.exec(select(ReviewStep)).one()
    assert (step.outcome, step.comment) == (StepOutcome.RETURNED, "请补正一项")
    assert step.decisions["annual.2025.rd_expense"]["reason"] == "请说明差额"
    send(session, submission, VALUES | {"annual.2025.rd_expense": 5_800_000})
    counted = tally(session, submission)
    assert counted.waiting == ("annual.2025.rd_expense",)
    assert len(counted.accepted) == 3


def test_a_later_edit_of_an_accepted_value_or_of_its_evidence_asks_again(session: Session) -> None:
    submission = a_submission(session)
    accept_all(session, submission)
    send(session, submission, VALUES | {"annual.2025.revenue": 90_000_000})
    assert tally(session, submission).waiting == ("annual.2025.revenue",)
    accept_all(session, submission)
    firm = session.get_one(Enterprise, submission.enterprise_id)
    a_document(session, firm, submission)
    send(session, submission, VALUES | {"annual.2025.revenue": 90_000_000})
    assert tally(session, submission).waiting == ("annual.2025.revenue",)


def test_a_returned_value_sent_unchanged_asks_again(session: Session) -> None:
    submission = a_submission(session)
    decide(session, submission, {"annual.2025.revenue": NO})
    return_submission(session, submission_id=submission.id, version=submission.version, actor=LOCAL)
    send(session, submission, VALUES)
    assert "annual.2025.revenue" in tally(session, submission).waiting


def test_nothing_goes_on_while_a_field_is_undecided_or_returned(session: Session) -> None:
    submission = a_submission(session)
    args: dict[str, Any] = {"submission_id": submission.id, "actor": LOCAL}
    with pytest.raises(InvalidTransition, match="还有 4 项没有核"):
        forward_submission(session, version=submission.version, **args)
    with pytest.raises(InvalidTransition, match="还没有退回"):
        return_submission(session, version=submission.version, **args)
    accept_all(session, submission)
    decide(session, submission, {"annual.2025.revenue": NO})
    with pytest.raises(InvalidTransition, match="选了退回"):
        forward_submission(session, version=submission.version, **args)
    with pytest.raises(InvalidInput):
        refuse_submission(session, version=submission.version, reason=" ", **args)


def test_three_steps_lead_to_the_register_and_each_level_decides_for_itself(session: Session) -> None:
    call = a_call(session)
    submission = a_submission(session, call=call)
    for actor, place in ((LOCAL, CITY), (MUNICIPAL, "440000")):
        accept_all(session, submission, actor)
        with pytest.raises(InvalidTransition):
            approve_submission(session, submission_id=submission.id, version=submission.version, actor=actor)
        forward_submission(session, submission_id=submission.id, version=submission.version, actor=actor)
        item = session.exec(select(WorkItem).where(WorkItem.subject_id == submission.id)).one()
        assert (item.region_code, item.closed_at) == (place, None)
        assert item.due_on == clock.today() + timedelta(days=10)
        with pytest.raises(NotAllowed):
            decide(session, submission, {"profile.address": YES}, actor)
    below = row_of(session, submission, "profile.address", PROVINCIAL)
    assert (below.decided, below.below.by) == (None, MUNICIPAL.label)
    accept_all(session, submission, PROVINCIAL)
    with pytest.raises(InvalidTransition):
        forward_submission(session, submission_id=submission.id, version=submission.version, actor=PROVINCIAL)
    approve_submission(session, submission_id=submission.id, version=submission.version, actor=PROVINCIAL)
    assert submission.state is SubmissionState.APPROVED
    steps = session.exec(select(ReviewStep).order_by(col(ReviewStep.id))).all()
    assert [one.region_code for one in steps] == [COUNTY, CITY, "440000"]
    assert [one.outcome for one in steps] == [StepOutcome.FORWARDED, StepOutcome.FORWARDED, StepOutcome.APPROVED]
    assert all(one.decided_at is not None and len(one.decisions) == 4 for one in steps)
    assert verify_chain(session)[1] is None


def test_jumps_units_and_documents_others_sent_too_are_marked(session: Session) -> None:
    submission = a_submission(session)
    firm = session.get_one(Enterprise, submission.enterprise_id)
    session.add_all(
        [
            a_figure(firm, year=2024, value=8_200),
            a_figure(firm, year=2024, name="rd_expense", value=4_000_000),
        ]
    )
    other = an_enterprise(name_zh="广州示例借用公司", city_code="440100", region_code="440106")
    near = an_enterprise(name_zh="深圳示例借用公司")
    session.add_all([other, near])
    session.flush()
    for one in (other, near):
        a_document(session, one, None)
    a_document(session, firm, submission)
    send(session, submission, VALUES)
    revenue = row_of(session, submission, "annual.2025.revenue")
    assert [one.kind for one in revenue.anomalies] == ["unit", "shared"]
    document = row_of(session, submission, "evidence.audit_report")
    assert document.anomalies[0].text.zh == "同一份文件也由深圳示例借用公司、另 1 家企业提交"
    assert [one.kind for one in row_of(session, submission, "annual.2025.rd_expense").anomalies] == ["jump"]
    assert row_of(session, submission, "annual.2025.rd_expense").evidence_missing


def test_a_document_shared_inside_a_group_is_no_mark(session: Session) -> None:
    submission = a_submission(session)
    firm = session.get_one(Enterprise, submission.enterprise_id)
    firms = {word: an_enterprise(name_zh=f"深圳示例{word}公司") for word in ("母", "姐妹", "参股", "曾控股", "无关")}
    session.add_all(firms.values())
    session.flush()
    ended = clock.now()
    for one, other, kind, end in (
        (firms["母"], firm, GroupKind.CONTROLS, None),
        (firms["母"], firms["姐妹"], GroupKind.CONTROLS, None),
        (firm, firms["参股"], GroupKind.MINORITY, None),
        (firms["曾控股"], firm, GroupKind.CONTROLS, ended),
    ):
        session.add(
            GroupLink(
                enterprise_id=one.id, other_id=other.id, kind=kind, source="示例", dated=clock.today(), made_by="示例",
                ended_at=end,
            )
        )  # fmt: skip
    for one in (*firms.values(), firm):
        a_document(session, one, submission if one is firm else None)
    send(session, submission, VALUES)
    marks = row_of(session, submission, "evidence.audit_report").anomalies
    assert [one.text.zh for one in marks] == [
        "同一份文件也由深圳示例参股公司、深圳示例无关公司、深圳示例曾控股公司提交"
    ]
    for word in ("参股", "曾控股", "无关"):
        session.delete(session.exec(select(Evidence).where(Evidence.enterprise_id == firms[word].id)).one())
    session.flush()
    assert row_of(session, submission, "evidence.audit_report").anomalies == ()
    assert all(one.kind != "shared" for one in row_of(session, submission, "annual.2025.revenue").anomalies)


def test_a_ratio_far_from_the_peers_is_marked(session: Session) -> None:
    for number in range(30):
        peer = an_enterprise(name_zh=f"深圳示例同行{number}公司")
        session.add(peer)
        session.flush()
        session.add_all(
            [
                a_figure(peer, value=100_000_000),
                a_figure(peer, name="rd_expense", value=(20 + number % 5) * 1_000_000),
            ]
        )
    submission = a_submission(session)
    marks = row_of(session, submission, "annual.2025.rd_expense").anomalies
    assert [one.kind for one in marks] == ["peers"]
    assert "同行业 30 家多在 20.0% 至 24.0%" in marks[0].text.zh


def test_everything_nothing_speaks_against_is_accepted_at_once(session: Session) -> None:
    submission = a_submission(session)
    count = accept_clear(session, submission_id=submission.id, version=submission.version, actor=LOCAL)
    left = tally(session, submission).waiting
    assert count + len(left) == 4
    assert all(row_of(session, submission, path).evidence_missing for path in left)


def test_the_findings_of_the_call_are_those_of_the_values_that_were_sent(session: Session) -> None:
    call = a_call(session)
    few = open_case(session, submission_id=a_submission(session, call=call).id, actor=LOCAL).report
    other = an_enterprise(name_zh="深圳示例多件公司")
    session.add(other)
    session.flush()
    sent = VALUES | {"facts.class1_ip": 9, "annual.2025.rd_expense": 40_000_000}
    many = open_case(
        session, submission_id=a_submission(session, enterprise=other, call=call, values=sent).id, actor=LOCAL
    ).report
    assert few is not None
    assert many is not None
    assert [one.result for one in few.criteria] != [one.result for one in many.criteria]
    plain = open_case(session, submission_id=a_submission(session, enterprise=other).id, actor=LOCAL)
    assert plain.report is None
