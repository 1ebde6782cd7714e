"""Steps of review as administrators set them: who may, what is refused, what goes by them and what keeps its own."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, InvalidInput, NotAllowed, NotFound
from registry.models import AuditEvent, Directory, Enterprise, WorkItem
from registry.policies import Actor, Grant
from registry.services.firms.home import deadlines
from registry.services.reviewing.acts import forward_submission
from registry.services.reviewing.deciding import Choice, decide_fields, tally
from registry.services.submitting.plans import LEVELS, Plan, Step, check_steps, plan_of, set_plan, yearly_due
from registry.services.submitting.stepping import steps_for
from registry.vocabulary import FieldDecision, Role, SubmissionKind
from tests.db.review_cases import LOCAL
from tests.db.test_submitting import send
from tests.factories import an_enterprise
from tests.support.firms import Firm, a_call, a_draft, a_firm

PROVINCIAL = Actor(None, "省管示例", (Grant(Role.ADMINISTRATOR, "440000"),))
OF_CITY = Actor(None, "市管示例", (Grant(Role.ADMINISTRATOR, "440300"),))
OF_LIST = Actor(None, "名录管示例", (Grant(Role.ADMINISTRATOR, "440000", "little_giant"),))
CURATOR = Actor(None, "录示例", (Grant(Role.CURATOR, "440000"),))
THREE = (Step("county", 5), Step("city", 12), Step("province", 30))


@pytest.fixture
def firm(session: Session) -> Firm:
    return a_firm(session)


def put(session: Session, subject: str, steps: tuple[Step, ...] = THREE, **more: Any) -> Plan:
    given: dict[str, Any] = {"version": plan_of(session, subject).version, "actor": PROVINCIAL, "reason": "示例理由"}
    return set_plan(session, subject=subject, steps=steps, **(given | more))


def test_what_nobody_set_goes_up_all_three_levels_or_to_the_city(session: Session) -> None:
    assert plan_of(session, "little_giant").steps == (Step("county", 10), Step("city", 10), Step("province", 10))
    assert plan_of(session, "profile").steps == (Step("city", 10),)
    assert plan_of(session, "yearly").due == (4, 30)
    assert plan_of(session, "change").due is None
    for nothing in ("nomination", "nothing", "", "x" * 90):
        with pytest.raises(NotFound):
            plan_of(session, nothing)


def test_no_directory_is_called_like_a_kind_of_submission(session: Session) -> None:
    assert not {one.value for one in SubmissionKind} & {one.code for one in session.exec(select(Directory))}


def test_setting_steps_leaves_an_event_with_before_and_after(session: Session) -> None:
    plan = put(session, "little_giant")
    assert (plan.steps, plan.version, plan.days) == (THREE, 1, 47)
    event = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
    assert event is not None
    assert (event.action, event.subject_key, event.reason) == ("review_plan.set", "little_giant", "示例理由")
    assert event.before == {"steps": [{"level": level, "days": 10} for level in LEVELS]}
    assert event.after == {"steps": [{"level": one.level, "days": one.days} for one in THREE]}
    assert put(session, "yearly", due=(5, 31)).due == (5, 31)
    last = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
    assert last is not None
    assert last.after is not None
    assert last.after["due"] == "05-31"


@pytest.mark.parametrize("actor", [OF_CITY, CURATOR, LOCAL], ids=lambda one: one.label)
def test_only_administrators_of_the_province_set_steps(session: Session, actor: Actor) -> None:
    for subject in ("little_giant", "yearly"):
        with pytest.raises(NotAllowed):
            put(session, subject, actor=actor, due=(4, 30))
    assert plan_of(session, "little_giant").version == 0


def test_an_administrator_of_one_directory_sets_that_one_alone(session: Session) -> None:
    assert put(session, "little_giant", actor=OF_LIST).version == 1
    for subject in ("hte", "yearly", "profile"):
        with pytest.raises(NotAllowed):
            put(session, subject, actor=OF_LIST, due=(4, 30))


def test_of_two_administrators_with_the_same_page_the_second_is_told(session: Session) -> None:
    put(session, "hte", version=0)
    with pytest.raises(Conflict):
        put(session, "hte", (Step("city", 1),), version=0)
    assert plan_of(session, "hte").steps == THREE


steps_typed = st.lists(st.builds(Step, st.sampled_from([*LEVELS, "national"]), st.integers(-3, 400)), max_size=4)


@given(steps_typed)
def test_steps_go_upwards_each_once_with_a_day_at_least(typed: list[Step]) -> None:
    order = [LEVELS.index(one.level) if one.level in LEVELS else -1 for one in typed]
    right = bool(typed) and -1 not in order and order == sorted(set(order))
    right = right and all(1 <= one.days <= 365 for one in typed)
    if right:
        assert check_steps(typed) == tuple(typed)
        return
    with pytest.raises(InvalidInput) as refusal:
        check_steps(typed)
    assert refusal.value.field == "steps"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([None, "440305", "441900", "440300", "440000", "999999"]), steps_typed)
def test_whatever_the_place_there_is_a_way_upwards(place: str | None, typed: list[Step]) -> None:
    steps = [one for one in sorted(typed, key=lambda one: one.days) if one.level in LEVELS] or [Step("city", 3)]
    found = steps_for(an_enterprise(region_code=place, city_code=None), steps)
    assert 1 <= len(found) <= len(steps)
    assert len({one["region_code"] for one in found}) == len(found)
    assert {one["days"] for one in found} <= {one.days for one in steps}


@pytest.mark.parametrize("due", [None, (2, 29), (13, 1), (0, 0), (4, 31)])
def test_the_yearly_update_is_due_on_a_day_every_year_has(session: Session, due: tuple[int, int] | None) -> None:
    with pytest.raises(InvalidInput) as refusal:
        put(session, "yearly", due=due)
    assert refusal.value.field == "due"


def test_the_firm_sees_the_day_that_was_set(session: Session, firm: Firm) -> None:
    put(session, "yearly", due=(5, 31))
    assert yearly_due(session, 2027) == date(2027, 5, 31)
    found = deadlines(session, firm.enterprise, today=date(2026, 3, 1))
    assert [one.due_on for one in found if one.kind == "yearly"] == [date(2026, 5, 31)]


def test_a_kind_goes_the_way_that_was_set_and_is_due_step_by_step(session: Session, firm: Firm) -> None:
    put(session, "profile", (Step("county", 3), Step("province", 20)))
    draft = a_draft(session, firm, SubmissionKind.PROFILE)
    send(session, firm, draft)
    assert draft.steps == [
        {"level": "county", "region_code": "440305", "days": 3},
        {"level": "province", "region_code": "440000", "days": 20},
    ]
    item = session.exec(select(WorkItem)).one()
    assert (item.region_code, item.due_on) == ("440305", clock.today() + timedelta(days=3))
    # What is under way keeps its steps, whatever is set meanwhile.
    put(session, "profile", (Step("city", 9),))
    choices = dict.fromkeys(tally(session, draft).waiting, Choice(FieldDecision.ACCEPTED))
    decide_fields(session, submission_id=draft.id, version=draft.version, choices=choices, actor=LOCAL)
    forward_submission(session, submission_id=draft.id, version=draft.version, actor=LOCAL)
    item = session.exec(select(WorkItem)).one()
    assert (item.region_code, item.due_on) == ("440000", clock.today() + timedelta(days=20))
    assert draft.due_on == item.due_on


def test_a_call_starts_from_the_steps_of_its_directory_and_may_differ(session: Session, firm: Firm) -> None:
    put(session, "little_giant")
    call = a_call(session, steps=None)
    assert call.steps == [{"level": one.level, "days": one.days} for one in THREE]
    other = a_call(session, title="示例另一通知", steps=(Step("province", 60),))
    draft = a_draft(session, firm, SubmissionKind.NOMINATION, other)
    send(session, firm, draft)
    assert draft.steps == [{"level": "province", "region_code": "440000", "days": 60}]
    assert session.get_one(Enterprise, draft.enterprise_id).region_code == "440305"
    put(session, "little_giant", (Step("city", 1),))
    assert len(call.steps) == 3
    with pytest.raises(InvalidInput):
        a_call(session, title="示例第三", steps=())
