"""The cultivation pool: into it, through its stages, out of it; who may, and what each act asks for."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry import clock
from registry.db import transaction
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotAuthenticated, NotFound
from registry.models import AuditEvent, CaseEvent, CultivationCase, WorkItem
from registry.policies import EVERYWHERE, Actor, Grant
from registry.pool_words import CaseEventKind, CaseExit
from registry.services.audit import verify_chain
from registry.services.pool.acts import (
    assign_owner,
    keepers_of,
    move_case,
    plan_next,
    record_work,
    set_product,
)
from registry.services.pool.case import get_case
from registry.services.pool.choosing import NOBODY, CaseQuery
from registry.services.pool.exporting import write_cases
from registry.services.pool.listing import board, cases, pool_counts
from registry.services.pool.outcomes import outcomes
from registry.services.pool.taking_in import take_in
from registry.vocabulary import CaseStage, OperatingStatus, Role
from tests.db.pool import (
    TITLE,
    WHY,
    a_case,
    a_curator,
    a_firm,
    a_person,
    a_reviewer,
    a_title,
    an_auditor,
    events_of,
    led_to,
)
from tests.factories import a_figure

ACTS: dict[str, Callable[[Session, int, Actor], Any]] = {
    "move": lambda session, case, actor: move_case(session, case_id=case, to="diagnosis", actor=actor, reason=""),
    "plan": lambda session, case, actor: plan_next(session, case_id=case, what="走访", on=clock.today(), actor=actor),
    "assign": lambda session, case, actor: assign_owner(session, case_id=case, owner_id=None, actor=actor),
    "work": lambda session, case, actor: record_work(
        session, case_id=case, kind="visit", on=clock.today(), text=WHY, actor=actor
    ),
    "product": lambda session, case, actor: set_product(session, case_id=case, product="示例芯片", actor=actor),
}


def test_a_firm_is_taken_in_by_hand_with_its_assessment_of_today(session: Session) -> None:
    actor, firm = a_reviewer(session), a_firm(session)
    session.add(a_figure(firm))
    case = a_case(session, actor, firm)
    assert (case.stage, case.owner_id, case.region_code) == (CaseStage.ADMITTED, actor.account_id, "440305")
    assert case.assessment_id is not None
    assert case.assessment_id == case.latest_assessment_id
    assert [one.kind for one in events_of(session, case)] == [CaseEventKind.ENTRY]
    read = get_case(session, case.id, actor=actor)
    assert read.then is not None
    assert read.then.run.version == "LG26"
    assert {one.criterion for one in read.criteria} >= {"LG26-7"}
    with pytest.raises(Conflict):
        a_case(session, actor, firm)


def test_a_directory_without_a_standard_has_no_numbers_but_a_case(session: Session) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor, directory="ai_top100")
    read = get_case(session, case.id, actor=actor)
    assert (read.then, read.now, read.criteria) == (None, None, ())


@pytest.mark.parametrize(
    ("key", "directory", "reason", "field"),
    [("", "nope", WHY, "directory"), ("", "secure_product", WHY, "directory"), ("", TITLE, " ", "reason")],
)
def test_what_is_wrong_with_an_entry_is_named(
    session: Session, key: str, directory: str, reason: str, field: str
) -> None:
    firm = a_firm(session)
    with pytest.raises(InvalidInput) as refusal:
        take_in(session, key=key or firm.uscc or "", directory_code=directory, actor=a_curator(session), reason=reason)
    assert refusal.value.field == field


def test_a_cancelled_firm_is_not_taken_in(session: Session) -> None:
    firm = a_firm(session, operating_status=OperatingStatus.CANCELLED)
    with pytest.raises(Conflict):
        a_case(session, a_curator(session), firm)
    with pytest.raises(NotFound):
        take_in(session, key="91440300MA00000000", directory_code=TITLE, actor=a_curator(session, "b"), reason=WHY)


@pytest.mark.parametrize("act", ACTS)
def test_auditors_other_cities_other_directories_firms_and_the_public_change_nothing(
    session: Session, act: str
) -> None:
    case = a_case(session, a_reviewer(session))
    others: list[Actor] = [
        an_auditor(session),
        a_reviewer(session, "he", "440100"),
        a_person(session, "other", Grant(Role.CURATOR, "440000", "hte")),
        a_person(session, "firm", Grant(Role.FIRM, EVERYWHERE)),
    ]
    before = (case.model_dump(), len(events_of(session, case)))
    for actor in others:
        with pytest.raises(NotAllowed):
            ACTS[act](session, case.id, actor)
    with pytest.raises(NotAuthenticated):
        ACTS[act](session, case.id, Actor.anonymous())
    assert (case.model_dump(), len(events_of(session, case))) == before


@pytest.mark.parametrize("act", ACTS)
def test_every_act_leaves_an_event_an_audit_event_and_a_new_version(session: Session, act: str) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor)
    version, events = case.version, len(events_of(session, case))
    audits = len(session.exec(select(AuditEvent)).all())
    ACTS[act](session, case.id, actor)
    assert case.version > version
    assert len(events_of(session, case)) == events + 1
    assert len(session.exec(select(AuditEvent)).all()) == audits + 1
    assert verify_chain(session)[1] is None


@pytest.mark.parametrize("act", ACTS)
def test_a_closed_case_is_not_changed_any_more(session: Session, act: str) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor)
    move_case(session, case_id=case.id, to="left", actor=actor, reason=WHY, exit_kind="declined")
    assert (case.exit_kind, case.exit_reason, case.closed_at is not None) == (CaseExit.DECLINED, WHY, True)
    with pytest.raises(InvalidTransition):
        ACTS[act](session, case.id, actor)


def test_an_older_version_of_the_page_is_told_so(session: Session) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor)
    read = case.version
    set_product(session, case_id=case.id, product="示例芯片", actor=actor, version=read)
    with pytest.raises(Conflict):
        set_product(session, case_id=case.id, product="示例屏", actor=actor, version=read)
    assert case.product == "示例芯片"


def test_improvement_takes_a_recorded_diagnosis(session: Session) -> None:
    actor = a_reviewer(session)
    case = led_to(session, a_case(session, actor), CaseStage.DIAGNOSIS, actor)
    with pytest.raises(InvalidTransition):
        move_case(session, case_id=case.id, to="improvement", actor=actor, reason="")
    record_work(session, case_id=case.id, kind="diagnosis", on=clock.today(), text="缺Ⅰ类知识产权", actor=actor)
    move_case(session, case_id=case.id, to="improvement", actor=actor, reason="")
    assert case.stage is CaseStage.IMPROVEMENT


def test_recognition_takes_a_title_in_force(session: Session) -> None:
    actor, firm = a_reviewer(session), a_firm(session)
    case = led_to(session, a_case(session, actor, firm), CaseStage.APPLICATION, actor)
    with pytest.raises(InvalidTransition):
        move_case(session, case_id=case.id, to="recognised", actor=actor, reason="")
    row = a_title(session, firm)
    move_case(session, case_id=case.id, to="recognised", actor=actor, reason="")
    assert (case.stage, case.listing_id, case.closed_at is not None) == (CaseStage.RECOGNISED, row.id, True)
    again = a_case(session, actor, firm)
    assert again.id != case.id


@pytest.mark.parametrize(("exit_kind", "reason", "field"), [("", WHY, "exit"), ("declined", " ", "reason")])
def test_leaving_takes_a_kind_and_a_reason(session: Session, exit_kind: str, reason: str, field: str) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor)
    with pytest.raises(InvalidInput) as refusal:
        move_case(session, case_id=case.id, to="left", actor=actor, reason=reason, exit_kind=exit_kind)
    assert refusal.value.field == field


def test_work_is_tied_to_a_criterion_of_the_case_and_to_a_day_that_has_been(session: Session) -> None:
    actor = a_reviewer(session)
    case, today = a_case(session, actor), clock.today()
    work: dict[str, Any] = {"case_id": case.id, "kind": "support", "text": "对接检测机构", "actor": actor}
    made = record_work(session, **work, on=today - timedelta(days=3), criterion="lg26-7")
    assert (made.criterion, made.on, made.actor) == ("LG26-7", today - timedelta(days=3), "lin")
    for wrong in (
        {"criterion": "HTE-1"},
        {"on": today + timedelta(days=1)},
        {"kind": "move"},
        {"text": " "},
        {"text": "长" * 2001},
    ):
        with pytest.raises(InvalidInput):
            record_work(session, **{**work, "on": today} | wrong)


def test_a_criterion_whose_id_ends_in_a_small_letter_is_known_too(session: Session) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor, directory="champion_provincial")
    work: dict[str, Any] = {"case_id": case.id, "kind": "note", "text": WHY, "on": clock.today(), "actor": actor}
    assert record_work(session, **work, criterion="GDCH-3c").criterion == "GDCH-3c"


@pytest.mark.parametrize(("what", "days"), [("走访", None), ("", 3), ("走访", -1), ("走访", 181), ("长" * 201, 3)])
def test_a_next_act_that_cannot_be_is_refused(session: Session, what: str, days: int | None) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor)
    on = None if days is None else clock.today() + timedelta(days=days)
    with pytest.raises(InvalidInput):
        plan_next(session, case_id=case.id, what=what, on=on, actor=actor)


def test_a_case_is_handed_only_to_people_who_may_keep_it(session: Session) -> None:
    actor, curator, auditor = a_reviewer(session), a_curator(session), an_auditor(session)
    elsewhere = a_reviewer(session, "he", "440100")
    case = a_case(session, actor)
    assert [one.account_id for one in keepers_of(session, case)] == [curator.account_id, actor.account_id]
    for nobody in (auditor.account_id, elsewhere.account_id, 999, actor.account_id):
        with pytest.raises(InvalidInput):
            assign_owner(session, case_id=case.id, owner_id=nobody, actor=actor)
    assign_owner(session, case_id=case.id, owner_id=curator.account_id, actor=actor)
    assert case.owner_id == curator.account_id
    assert events_of(session, case)[-1].after == "fang示例"


def test_an_official_sees_the_own_place_only_and_every_filter_narrows(session: Session) -> None:
    actor, curator, auditor = a_reviewer(session), a_curator(session), an_auditor(session)
    here, there = (
        a_case(session, actor),
        a_case(session, curator, a_firm(session, region_code="440106", city_code="440100")),
    )
    set_product(session, case_id=there.id, product="示例屏", actor=curator)
    shenzhen = CaseQuery(region_code="440300")
    assert [row.case_id for row in cases(session, shenzhen, actor=actor).rows] == [here.id]
    with pytest.raises(NotAllowed):
        cases(session, CaseQuery(region_code="440000"), actor=actor)
    with pytest.raises(NotAllowed):
        get_case(session, there.id, actor=actor)
    with pytest.raises(NotFound):
        get_case(session, 10**19, actor=actor)
    assert get_case(session, there.id, actor=auditor).moves == ()
    every = CaseQuery(region_code=EVERYWHERE)
    assert cases(session, every, actor=auditor).total == 2
    for narrow, expected in (
        ({"place": "440100"}, [there.id]),
        ({"owner": actor.account_id}, [here.id]),
        ({"owner": NOBODY}, []),
        ({"directory": "hte"}, []),
        ({"chain": "five_g"}, []),
        ({"stage": CaseStage.PRECHECK}, []),
        ({"stalled": 9}, []),
        ({"proposed": True}, []),
    ):
        found = cases(session, CaseQuery(region_code=EVERYWHERE, **narrow), actor=auditor)
        assert [row.case_id for row in found.rows] == expected, narrow
    columns = {column.stage: column for column in board(session, every, actor=auditor)}
    assert columns[CaseStage.ADMITTED].total == 2
    counts = pool_counts(session, every, stalled=9, actor=auditor)
    assert (counts.stages[CaseStage.ADMITTED], counts.unowned, len(counts.owners)) == (2, 0, 2)


def test_pages_of_the_table_do_not_overlap_whatever_the_order(session: Session) -> None:
    from registry.pool_words import CaseSort

    curator = a_curator(session)
    made = {a_case(session, curator, a_firm(session)).id for _ in range(7)}
    for sort in CaseSort:
        seen: list[int] = []
        query = CaseQuery(sort=sort, limit=3, region_code="440000")
        while True:
            page = cases(session, query, actor=curator)
            seen += [row.case_id for row in page.rows]
            if page.next_cursor is None:
                break
            query = query.at(page.next_cursor, 3)
        assert len(seen) == len(made)
        assert set(seen) == made


def test_the_file_holds_what_is_filtered(session: Session) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor)
    plan_next(session, case_id=case.id, what="=1+1 走访", on=clock.today(), actor=actor)
    for kind in ("csv", "xlsx"):
        stream = BytesIO()
        query = CaseQuery(region_code="440300")
        assert write_cases(session, stream, query, actor=actor, format=kind, locale="zh") == 1
        assert kind != "csv" or "'=1+1 走访" in stream.getvalue().decode("utf-8-sig")


def test_a_firm_that_left_the_province_stays_the_case_of_its_old_place(session: Session) -> None:
    actor, firm = a_reviewer(session), a_firm(session)
    case = a_case(session, actor, firm)
    firm.region_code, firm.city_code = "310115", "310100"
    session.flush()
    assert [row.case_id for row in cases(session, CaseQuery(region_code="440300"), actor=actor).rows] == [case.id]
    move_case(session, case_id=case.id, to="left", actor=actor, reason=WHY, exit_kind="moved_out")
    assert case.stage is CaseStage.LEFT


def test_outcomes_count_stays_conversion_and_exits(session: Session) -> None:
    actor, firm = a_reviewer(session), a_firm(session)
    won = led_to(session, a_case(session, actor, firm), CaseStage.APPLICATION, actor)
    a_title(session, firm)
    move_case(session, case_id=won.id, to="recognised", actor=actor, reason="")
    gone = a_case(session, actor)
    move_case(session, case_id=gone.id, to="left", actor=actor, reason=WHY, exit_kind="declined")
    a_case(session, actor)
    for event in session.exec(select(CaseEvent).where(CaseEvent.case_id == won.id)).all():
        event.at -= timedelta(days=10) if event.after == "admitted" else timedelta(0)
    session.flush()
    found = outcomes(session, CaseQuery(region_code="440300"), actor=actor)
    total = found.total
    assert (total.entered, total.open, total.recognised, total.left, total.share) == (3, 1, 1, 1, 0.5)
    times = {one.stage: one for one in found.stages}
    assert (times[CaseStage.ADMITTED].reached, times[CaseStage.ADMITTED].stays) == (3, 2)
    assert times[CaseStage.PRECHECK].reached == 1
    assert found.exits == (("declined", 1),)
    assert [one.key for one in found.cities] == ["440300"]
    assert [one.key for one in found.tiers] == [TITLE]


def test_two_officials_cannot_take_the_same_firm_in_at_once(engine: Engine) -> None:
    with transaction(engine) as session:
        actor, firm = a_reviewer(session), a_firm(session)
        a_case(session, actor, firm)
    with pytest.raises(Conflict), transaction(engine) as session:
        take_in(session, key=firm.uscc or "", directory_code=TITLE, actor=actor, reason=WHY)
    with transaction(engine) as session:
        assert len(session.exec(select(CultivationCase)).all()) == 1
        assert session.exec(select(WorkItem)).all() == []
