"""Acts on a filtered set of the pool: whose cases, how many were typed, all or none; and who else has a case open."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import Conflict, InvalidInput, NotAllowed
from registry.models import AuditEvent, CaseEvent, CultivationCase
from registry.policies import Actor, Grant
from registry.pool_words import CaseEventKind
from registry.services.audit import verify_chain
from registry.services.pool import bulk
from registry.services.pool.acts import plan_next
from registry.services.pool.bulk import assign_owners, cases_at_once, keepers_of_all, plan_all
from registry.services.pool.case import get_case, glance_at
from registry.services.pool.choosing import NOBODY, CaseQuery
from registry.services.reviewing.presence import note_presence
from registry.vocabulary import Role, WorkKind
from tests.db.pool import a_case, a_curator, a_firm, a_person, a_reviewer, an_auditor

SOON = clock.today() + timedelta(days=9)


def some_cases(session: Session, actor: Actor, count: int = 3) -> list[CultivationCase]:
    return [a_case(session, actor, a_firm(session, name_zh=f"深圳市示例{n}号有限公司")) for n in range(count)]


def test_every_case_of_the_set_is_planned_with_an_event_of_its_own(session: Session) -> None:
    actor = a_reviewer(session)
    found = some_cases(session, actor)
    versions = [one.version for one in found]
    assert plan_all(session, CaseQuery(), typed_count=3, what="走访示例", on=SOON, actor=actor) == 3
    assert {(one.next_act, one.next_act_on) for one in found} == {("走访示例", SOON)}
    assert [one.version for one in found] == [one + 1 for one in versions]
    events = session.exec(select(CaseEvent).where(col(CaseEvent.kind) == CaseEventKind.PLAN)).all()
    assert {one.case_id for one in events} == {one.id for one in found}
    planned = select(AuditEvent).where(AuditEvent.action == "cultivation_case.planned")
    assert len(session.exec(planned).all()) == 3
    assert verify_chain(session)[1] is None


def test_only_the_cases_somebody_keeps_are_of_the_set(session: Session) -> None:
    actor, curator = a_reviewer(session), a_curator(session)
    near = some_cases(session, actor, 2)
    far = a_case(session, curator, a_firm(session, region_code="440106", city_code="440100"))
    other = a_case(session, curator, directory="hte")
    limited = a_person(session, "shen-h", Grant(Role.REVIEWER, "440300", "hte"))
    assert {one.id for one in cases_at_once(session, CaseQuery(), actor=curator)} == {
        *(one.id for one in near), far.id, other.id,
    }  # fmt: skip
    assert [one.id for one in cases_at_once(session, CaseQuery(), actor=limited)] == [other.id]
    assert far.id not in {one.id for one in cases_at_once(session, CaseQuery(), actor=actor)}
    with pytest.raises(NotAllowed):
        plan_all(session, CaseQuery(), typed_count=4, what="示例", on=SOON, actor=an_auditor(session))


@pytest.mark.parametrize("typed", [-1, 0, 2, 4])
def test_a_number_that_is_not_the_number_there_is_does_nothing(session: Session, typed: int) -> None:
    actor = a_reviewer(session)
    found = some_cases(session, actor)
    with pytest.raises(Conflict):
        plan_all(session, CaseQuery(), typed_count=typed, what="示例", on=SOON, actor=actor)
    with pytest.raises(Conflict):
        assign_owners(session, CaseQuery(), typed_count=typed, owner_id=None, actor=actor)
    assert all(one.next_act is None for one in found)


def test_cases_go_to_whoever_may_keep_all_of_them(session: Session) -> None:
    actor, curator = a_reviewer(session), a_curator(session)
    limited = a_person(session, "shen-h", Grant(Role.REVIEWER, "440300", "hte"))
    found = [*some_cases(session, actor, 2), a_case(session, actor, directory="hte")]
    assert [one.account_id for one in keepers_of_all(session, found)] == [curator.account_id, actor.account_id]
    query = CaseQuery()
    with session.begin_nested() as undo:
        with pytest.raises(InvalidInput) as refusal:
            assign_owners(session, query, typed_count=3, owner_id=limited.account_id, actor=actor)
        undo.rollback()
    assert refusal.value.field == "owner"
    found[0].owner_id = curator.account_id
    session.flush()
    # Whose case it is already is left alone.
    assert assign_owners(session, query, typed_count=3, owner_id=curator.account_id, actor=actor) == 2
    assert {one.owner_id for one in found} == {curator.account_id}
    with pytest.raises(InvalidInput):
        assign_owners(session, query, typed_count=3, owner_id=curator.account_id, actor=actor)
    assert assign_owners(session, query, typed_count=3, owner_id=None, actor=actor) == 3
    assert len(cases_at_once(session, CaseQuery(owner=NOBODY), actor=actor)) == 3


@pytest.mark.parametrize(
    ("what", "days", "field"), [("", None, "next_act"), ("示例", None, "next_act_on"), ("示例", -1, "next_act_on")]
)
def test_a_plan_without_words_or_day_is_refused(session: Session, what: str, days: int | None, field: str) -> None:
    actor = a_reviewer(session)
    some_cases(session, actor)
    on = clock.today() + timedelta(days=days) if days is not None else None
    with pytest.raises(InvalidInput) as refusal:
        plan_all(session, CaseQuery(), typed_count=3, what=what, on=on, actor=actor)
    assert refusal.value.field == field


def test_too_many_at_once_are_refused(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = a_reviewer(session)
    some_cases(session, actor)
    monkeypatch.setattr(bulk, "BULK_MAX", 2)
    with pytest.raises(InvalidInput):
        cases_at_once(session, CaseQuery(), actor=actor)


def test_two_officials_on_one_case_see_each_other_and_what_the_other_did(session: Session) -> None:
    lin, fang = a_reviewer(session), a_curator(session)
    case = a_case(session, lin)
    assert get_case(session, case.id, actor=fang).watchers == ()
    note_presence(session, kind=WorkKind.CASE, subject_id=case.id, actor=lin)
    (seen,) = glance_at(session, case.id, actor=fang).watchers
    assert (seen.name, seen.here) == ("lin示例", True)
    assert glance_at(session, case.id, actor=lin).watchers == ()
    before = glance_at(session, case.id, actor=fang).version
    plan_next(session, case_id=case.id, what="示例", on=SOON, actor=lin, version=before)
    now = glance_at(session, case.id, actor=fang)
    assert now.version == before + 1
    assert now.watchers[0].changed
    with pytest.raises(Conflict):
        plan_next(session, case_id=case.id, what="另一个", on=SOON, actor=fang, version=before)
    with pytest.raises(NotAllowed):
        glance_at(session, case.id, actor=a_reviewer(session, "he", "440100"))
