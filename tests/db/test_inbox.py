"""The inbox: who sees which matter, in which order, counts, assigning and taking it back, passing many on at once."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotFound
from registry.models import Submission, WorkItem
from registry.policies import EVERYWHERE, Actor, Grant
from registry.services.accounts import create_account
from registry.services.inbox.assigning import (
    assign,
    assign_filtered,
    colleagues,
    last_assignment,
    undo_assignment,
)
from registry.services.inbox.items import close_item, open_item
from registry.services.inbox.listing import InboxQuery, inbox, neighbours, waiting_count
from registry.services.inbox.passing import pass_filtered, ready_to_pass
from registry.services.inbox.reach import in_reach, may_handle
from registry.services.reviewing.deciding import Choice, decide_fields, tally
from registry.vocabulary import FieldDecision, Role, SubmissionState, WorkKind
from tests.db.review_cases import AUDITOR, LOCAL, MUNICIPAL, PROVINCIAL, STEPS, STRANGER, a_submission
from tests.factories import an_enterprise

ADMINISTRATOR = Actor(None, "管示例", (Grant(Role.ADMINISTRATOR, EVERYWHERE),))
CURATOR = Actor(None, "录示例", (Grant(Role.CURATOR, "440000"),))


def an_item(session: Session, subject: int, **more: object) -> WorkItem:
    given: dict[str, object] = {"kind": WorkKind.CLAIM, "title": f"示例企业{subject}", "region_code": "440305"}
    return open_item(session, subject_id=subject, **(given | more))  # type: ignore[arg-type] # names are checked at run


def an_account(session: Session, login: str, grant: Grant) -> Actor:
    made = create_account(
        session, actor=ADMINISTRATOR, login=login, password="Plainly-fictional-1", display_name=login, grants=(grant,)
    )
    return Actor(made.id, login, made.grants, login)


def test_the_list_is_by_due_day_and_pages_by_key(session: Session) -> None:
    for number in range(1, 56):
        due = clock.today() + timedelta(days=60 - number) if number % 5 else None
        an_item(session, number, due_on=due)
    first = inbox(session, InboxQuery(), actor=LOCAL)
    assert (len(first.rows), first.total) == (50, 55)
    assert first.next_cursor is not None
    rest = inbox(session, InboxQuery(), actor=LOCAL, cursor=first.next_cursor)
    rows = [*first.rows, *rest.rows]
    assert len({row.id for row in rows}) == 55
    days = [row.due_on for row in rows if row.due_on]
    assert days == sorted(days)
    assert all(row.due_on is None for row in rows[-11:])
    with pytest.raises(InvalidInput):
        inbox(session, InboxQuery(), actor=LOCAL, cursor="nonsense")


def test_filters_narrow_and_counts_follow_them(session: Session) -> None:
    an_item(session, 1, due_on=clock.today() - timedelta(days=1))
    an_item(session, 2, kind=WorkKind.CORRECTION, region_code="440304")
    an_item(session, 3, region_code="440106")
    an_item(session, 4, kind=WorkKind.SUBMISSION, directory_code="little_giant")
    assert inbox(session, InboxQuery(), actor=PROVINCIAL).kinds == {
        WorkKind.CLAIM: 2,
        WorkKind.CORRECTION: 1,
        WorkKind.SUBMISSION: 1,
    }
    for query, subjects in (
        (InboxQuery(kind=WorkKind.CLAIM), {1, 3}),
        (InboxQuery(place="440300"), {1, 2, 4}),
        (InboxQuery(directory="little_giant"), {4}),
        (InboxQuery(due="overdue"), {1}),
        (InboxQuery(due="week"), {1}),
        (InboxQuery(who="free"), {1, 2, 3, 4}),
        (InboxQuery(who="mine"), set()),
    ):
        assert {row.subject_id for row in inbox(session, query, actor=PROVINCIAL).rows} == subjects
    assert inbox(session, InboxQuery(), actor=PROVINCIAL).overdue == 1


places = st.sampled_from(["", "440305", "440300", "440106", "441900", "440000", "420100"])
directories = st.sampled_from([None, "little_giant", "hte"])
regions = st.sampled_from([EVERYWHERE, "440000", "440300", "440305", "441900", "420000"])
grants = st.lists(st.builds(Grant, st.sampled_from(Role), regions, directories), max_size=3)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grants, st.lists(st.tuples(st.sampled_from(WorkKind), places, directories), min_size=1, max_size=6))
def test_the_list_and_the_single_matter_agree_on_who_deals_with_it(
    session: Session, held: list[Grant], matters: list[tuple[WorkKind, str, str | None]]
) -> None:
    with session.begin_nested() as undo:
        actor = Actor(None, "示例", tuple(held))
        for number, (kind, place, directory) in enumerate(matters, start=1):
            an_item(session, number, kind=kind, region_code=place, directory_code=directory)
        listed = {item.id for item in session.exec(select(WorkItem).where(in_reach(actor)))}
        assert listed == {item.id for item in session.exec(select(WorkItem)) if may_handle(actor, item)}
        undo.rollback()


def test_an_auditor_reads_the_list_and_nothing_waits_for_one(session: Session) -> None:
    an_item(session, 1)
    assert inbox(session, InboxQuery(), actor=AUDITOR).total == 1
    assert waiting_count(session, actor=AUDITOR) == 0
    assert waiting_count(session, actor=LOCAL) == 1
    assert waiting_count(session, actor=STRANGER) == 0
    with pytest.raises(NotAllowed):
        assign(session, item_ids=[session.exec(select(WorkItem)).one().id], assignee_id=None, actor=AUDITOR)


def test_what_was_given_to_a_colleague_waits_for_the_colleague_only(session: Session) -> None:
    lin, wu = (an_account(session, name, Grant(Role.REVIEWER, "440300")) for name in ("lin", "wu"))
    item = an_item(session, 1)
    done = assign(session, item_ids=[item.id], assignee_id=wu.account_id, actor=lin)
    assert (waiting_count(session, actor=lin), waiting_count(session, actor=wu)) == (0, 1)
    assert inbox(session, InboxQuery(who="mine"), actor=wu).rows[0].mine
    assert last_assignment(session, event_id=done.event_id, actor=lin) == done
    assert last_assignment(session, event_id=done.event_id, actor=wu) is None
    assert undo_assignment(session, event_id=done.event_id, actor=lin) == 1
    assert item.assignee_id is None
    with pytest.raises(InvalidTransition):
        undo_assignment(session, event_id=done.event_id, actor=lin)
    with pytest.raises(NotFound):
        undo_assignment(session, event_id=10**9, actor=lin)


def test_undoing_leaves_alone_what_changed_since(session: Session) -> None:
    lin, wu = (an_account(session, name, Grant(Role.REVIEWER, "440300")) for name in ("lin", "wu"))
    first, second, third = (an_item(session, number) for number in (1, 2, 3))
    done = assign(session, item_ids=[first.id, second.id, third.id], assignee_id=wu.account_id, actor=lin)
    assign(session, item_ids=[first.id], assignee_id=lin.account_id, actor=wu)
    close_item(session, kind=WorkKind.CLAIM, subject_id=2)
    assert undo_assignment(session, event_id=done.event_id, actor=lin) == 1
    assert (first.assignee_id, second.assignee_id, third.assignee_id) == (lin.account_id, wu.account_id, None)


def test_nobody_is_given_what_they_may_not_deal_with(session: Session) -> None:
    far = an_account(session, "far", Grant(Role.REVIEWER, "440100"))
    item = an_item(session, 1)
    for assignee in (far.account_id, 10**9):
        with pytest.raises(InvalidInput):
            assign(session, item_ids=[item.id], assignee_id=assignee, actor=PROVINCIAL)
    with pytest.raises(NotFound):
        assign(session, item_ids=[10**9], assignee_id=None, actor=PROVINCIAL)
    with pytest.raises(NotAllowed):
        assign(session, item_ids=[item.id], assignee_id=None, actor=STRANGER)
    close_item(session, kind=WorkKind.CLAIM, subject_id=1)
    with pytest.raises(InvalidTransition):
        assign(session, item_ids=[item.id], assignee_id=None, actor=PROVINCIAL)
    assert [one.name for one in colleagues(session, actor=PROVINCIAL)] == ["far"]
    assert colleagues(session, actor=MUNICIPAL) == []


def test_a_filtered_set_is_assigned_only_with_its_number_typed(session: Session) -> None:
    lin = an_account(session, "lin", Grant(Role.REVIEWER, "440300"))
    for number in range(1, 4):
        an_item(session, number)
    an_item(session, 9, region_code="440106")
    query = InboxQuery(kind=WorkKind.CLAIM)
    with pytest.raises(Conflict):
        assign_filtered(session, query, typed_count=2, assignee_id=lin.account_id, actor=lin)
    assert assign_filtered(session, query, typed_count=3, assignee_id=lin.account_id, actor=lin).count == 3


def test_a_matter_that_moves_to_another_place_loses_its_assignee(session: Session) -> None:
    lin = an_account(session, "lin", Grant(Role.REVIEWER, "440300"))
    item = an_item(session, 1)
    assign(session, item_ids=[item.id], assignee_id=lin.account_id, actor=lin)
    assert an_item(session, 1, title="改了名称").assignee_id == lin.account_id
    assert an_item(session, 1, region_code="440106").assignee_id is None


def test_neighbours_are_those_of_the_list(session: Session) -> None:
    for number in (1, 2, 3):
        an_item(session, number, due_on=clock.today() + timedelta(days=number))
    found = neighbours(session, kind=WorkKind.CLAIM, subject_id=2, actor=LOCAL)
    assert found is not None
    assert (found.number, found.total, found.previous, found.following) == (2, 3, 1, 3)
    assert neighbours(session, kind=WorkKind.CLAIM, subject_id=7, actor=LOCAL) is None
    assert neighbours(session, kind=WorkKind.CLAIM, subject_id=2, actor=STRANGER) is None


def accept(session: Session, submission: Submission, actor: Actor) -> None:
    choices = dict.fromkeys(tally(session, submission).waiting, Choice(FieldDecision.ACCEPTED))
    decide_fields(session, submission_id=submission.id, version=submission.version, choices=choices, actor=actor)


def test_many_go_on_at_once_where_nothing_is_open(session: Session) -> None:
    made = []
    for number in range(3):
        firm = an_enterprise(name_zh=f"深圳示例成批{number}公司")
        session.add(firm)
        session.flush()
        made.append(a_submission(session, enterprise=firm, steps=STEPS[:2] if number else STEPS[:1]))
    for submission in made[:2]:
        accept(session, submission, LOCAL)
    query = InboxQuery(kind=WorkKind.SUBMISSION)
    found = ready_to_pass(session, query, actor=LOCAL)
    assert (found.total, set(found.ready), found.approving) == (3, {one.id for one in made[:2]}, 1)
    with pytest.raises(Conflict):
        pass_filtered(session, query, typed_count=3, actor=LOCAL)
    pass_filtered(session, query, typed_count=2, actor=LOCAL)
    assert [(one.state, one.step) for one in made] == [
        (SubmissionState.APPROVED, 0),
        (SubmissionState.SUBMITTED, 1),
        (SubmissionState.SUBMITTED, 0),
    ]
    assert inbox(session, query, actor=LOCAL).total == 1
    assert ready_to_pass(session, query, actor=CURATOR).ready == ()
