"""The night: the schedule over several processes, new numbers, proposals that come and go, stalled cases chased."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading, transaction
from registry.errors import InvalidInput
from registry.models import Assessment, CaseProposal, CultivationCase, DailyRun, Enterprise, Job, Listing, WorkItem
from registry.policies import Actor
from registry.pool_words import CaseEventKind, ProposalGround, ProposalState
from registry.search.embedded import EmbeddedEngine
from registry.services.bulk.reading import folders
from registry.services.nightly import Schedule, queue_night, schedule_of
from registry.services.pool.acts import move_case, record_work
from registry.services.pool.chasing import chase_stalled
from registry.services.pool.proposing import decide_proposal
from registry.services.pool.reassessing import reassess_pool
from registry.services.working import Worker
from registry.settings import Settings
from registry.vocabulary import CaseStage, JobState, OperatingStatus, WorkKind
from tests.db.pool import WHY, a_case, a_curator, a_firm, a_reviewer, a_title, events_of
from tests.factories import a_figure

DAY = date(2026, 11, 23)
EARLY, LATE = datetime(2026, 11, 22, 18, 0, tzinfo=UTC), datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
"""02:00 and 03:00 of the 23rd in the province."""


def a_pool(engine: Engine) -> tuple[Actor, int, int]:
    """A reviewer, a firm with a little giant case, and its number."""
    with transaction(engine) as session:
        actor, firm = a_reviewer(session), a_firm(session)
        case = a_case(session, actor, firm)
        return actor, firm.id, case.id


def open_grounds(session: Session) -> list[ProposalGround]:
    query = select(CaseProposal).where(CaseProposal.state == ProposalState.OPEN).order_by(col(CaseProposal.id))
    return [one.ground for one in session.exec(query)]


def test_the_night_is_queued_once_at_its_time_by_one_of_several_processes(engine: Engine) -> None:
    a_pool(engine)
    schedule = Schedule(time(2, 30), ("pool", "hte"), (9,))
    assert not queue_night(engine, schedule, now=EARLY)
    won: list[bool] = []
    ready = threading.Barrier(4)

    def process() -> None:
        ready.wait()
        won.append(queue_night(engine, schedule, now=LATE))

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False, False, False, True]
    with reading(engine) as session:
        jobs = session.exec(select(Job).order_by(col(Job.id))).all()
        assert [(job.kind, job.key) for job in jobs] == [
            ("feed", "2026-11-23"),
            ("bulk", "2026-11-23"),
            ("assess", "hte"),
            ("assess", "little_giant"),
            ("pool", "2026-11-23"),
            ("drift", "2026-11-23"),
        ]
        assert [run.day for run in session.exec(select(DailyRun))] == [DAY]
    assert queue_night(engine, schedule, now=LATE + timedelta(days=1))


def test_the_worker_looks_at_the_clock_and_does_the_work(sqlite_engine: Engine, tmp_path: Path) -> None:
    a_pool(sqlite_engine)
    schedule = Schedule(time(0, 0), ("pool",), (9, 21))
    worker = Worker(sqlite_engine, EmbeddedEngine(tmp_path / "index"), data_dir=tmp_path, schedule=schedule)
    worker.start()
    done = threading.Event()
    for _ in range(100):
        with reading(sqlite_engine) as session:
            jobs = session.exec(select(Job)).all()
            if len(jobs) == 5 and all(job.state is JobState.DONE for job in jobs):
                done.set()
                break
        threading.Event().wait(0.1)
    worker.stop()
    assert done.is_set()
    with reading(sqlite_engine) as session:
        result = session.exec(select(Job.result).where(Job.kind == "pool")).one()
        assert result == {"cases": 1, "proposals": 0, "chased": 0}
    assert len(folders(tmp_path)) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Schedule(time(2, 30), ("pool",), (9, 21, 45))),
        ({"nightly_at": ""}, None),
        (
            {"nightly_at": "04:15", "nightly_tiers": "hte, all", "pool_chase_days": ""},
            Schedule(time(4, 15), ("hte", "all")),
        ),
    ],
)
def test_the_schedule_is_read_from_the_settings(given: dict[str, str], expected: Schedule | None) -> None:
    assert schedule_of(Settings(**given)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [{"nightly_at": "25:00"}, {"pool_chase_days": "9,3"}, {"pool_chase_days": "a"}])
def test_settings_that_cannot_be_read_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        schedule_of(Settings(**given))


def test_numbers_move_and_the_first_ones_stay(engine: Engine) -> None:
    _, firm, number = a_pool(engine)
    with transaction(engine) as session:
        first = session.get_one(CultivationCase, number).assessment_id
        session.add(a_figure(session.get_one(Enterprise, firm)))
    reassess_pool(engine, as_of=clock.today())
    with reading(engine) as session:
        case = session.get_one(CultivationCase, number)
        assert case.assessment_id == first
        assert case.latest_assessment_id != first
        stored = session.get_one(Assessment, case.latest_assessment_id)
        assert stored.inputs["annual"] == {"2025": {"revenue": 82_000_000}}


def test_a_won_title_is_proposed_once_and_recognised_when_an_official_accepts(engine: Engine) -> None:
    actor, firm, number = a_pool(engine)
    with transaction(engine) as session:
        title = a_title(session, session.get_one(Enterprise, firm)).id
    for _ in range(2):
        reassess_pool(engine, as_of=clock.today())
    with transaction(engine) as session:
        assert open_grounds(session) == [ProposalGround.TITLE_WON]
        proposal = session.exec(select(CaseProposal.id)).one()
        case = decide_proposal(session, proposal_id=proposal, accept=True, actor=actor)
        assert (case.stage, case.listing_id) == (CaseStage.RECOGNISED, title)
        assert [one.kind for one in events_of(session, case)][-3:] == [
            CaseEventKind.PROPOSAL,
            CaseEventKind.DECISION,
            CaseEventKind.MOVE,
        ]
    assert reassess_pool(engine, as_of=clock.today()).cases == 0
    assert number


def test_a_title_held_from_before_is_no_outcome(engine: Engine) -> None:
    with transaction(engine) as session:
        firm = a_firm(session)
        row = a_title(session, firm, begins=-400)
        row.recorded_at -= timedelta(days=300)
        a_case(session, a_reviewer(session), firm)
    reassess_pool(engine, as_of=clock.today())
    with reading(engine) as session:
        assert ProposalGround.TITLE_WON not in open_grounds(session)


def test_a_proposal_lapses_with_its_ground_and_a_dismissed_one_waits_until_the_ground_was_gone(engine: Engine) -> None:
    actor, firm, _ = a_pool(engine)

    def night(status: OperatingStatus) -> list[ProposalGround]:
        with transaction(engine) as session:
            session.get_one(Enterprise, firm).operating_status = status
        reassess_pool(engine, as_of=clock.today())
        with reading(engine) as session:
            return open_grounds(session)

    assert night(OperatingStatus.REVOKED) == [ProposalGround.CANCELLED]
    assert night(OperatingStatus.ACTIVE) == []
    assert night(OperatingStatus.CANCELLED) == [ProposalGround.CANCELLED]
    with transaction(engine) as session:
        waiting = session.exec(select(CaseProposal.id).where(CaseProposal.state == ProposalState.OPEN)).one()
        with pytest.raises(InvalidInput):
            decide_proposal(session, proposal_id=waiting, accept=False, actor=actor)
        decide_proposal(session, proposal_id=waiting, accept=False, actor=actor, reason="登记有误，正在更正")
    assert night(OperatingStatus.CANCELLED) == []
    assert night(OperatingStatus.ACTIVE) == []
    assert night(OperatingStatus.CANCELLED) == [ProposalGround.CANCELLED]
    with reading(engine) as session:
        states = [one.state.value for one in session.exec(select(CaseProposal).order_by(col(CaseProposal.id)))]
        assert states == ["lapsed", "dismissed", "open"]


def test_a_firm_taken_in_without_the_prerequisite_is_left_alone_until_it_loses_what_it_had(engine: Engine) -> None:
    with transaction(engine) as session:
        actor, without, holder = a_reviewer(session), a_firm(session), a_firm(session)
        prerequisite = a_title(session, holder, directory="srdi_sme", begins=-100).id
        a_case(session, actor, without)
        expected = a_case(session, actor, holder).id
    reassess_pool(engine, as_of=clock.today())
    with transaction(engine) as session:
        assert open_grounds(session) == []
        session.get_one(Listing, prerequisite).withdrawn_on = clock.today()
    reassess_pool(engine, as_of=clock.today())
    with reading(engine) as session:
        found = session.exec(select(CaseProposal)).one()
        assert (found.ground, found.case_id, found.to_stage) == (
            ProposalGround.INELIGIBLE,
            expected,
            CaseStage.LEFT,
        )


def test_two_cases_of_one_firm_for_one_title_are_noticed(engine: Engine) -> None:
    with transaction(engine) as session:
        actor, firm, other = a_reviewer(session), a_firm(session), a_firm(session)
        a_case(session, actor, firm)
        second = a_case(session, actor, other)
        second.enterprise_id = firm.id
    reassess_pool(engine, as_of=clock.today())
    with reading(engine) as session:
        found = session.exec(select(CaseProposal)).one()
        assert (found.ground, found.case_id) == (ProposalGround.DUPLICATE, second.id)


def test_a_stalled_case_is_chased_three_times_further_up_and_any_work_ends_it(session: Session) -> None:
    actor = a_reviewer(session)
    case = a_case(session, actor)
    today, seen = clock.today(), []
    for days in (8, 9, 10, 21, 44, 45, 90):
        chase_stalled(session, today=today + timedelta(days=days))
        item = session.exec(select(WorkItem)).first()
        seen.append((case.chased, item.region_code if item else None, item.assignee_id if item else None))
    owner = actor.account_id
    assert seen == [
        (0, None, None),
        (1, "440305", owner),
        (1, "440305", owner),
        (2, "440300", None),
        (2, "440300", None),
        (3, "440000", None),
        (3, "440000", None),
    ]
    assert [one.kind for one in events_of(session, case)].count(CaseEventKind.CHASE) == 3
    record_work(session, case_id=case.id, kind="contact", on=today, text=WHY, actor=actor)
    item = session.exec(select(WorkItem)).one()
    assert (item.kind, item.closed_at is not None, case.chased) == (WorkKind.CASE, True, 0)


def test_a_case_found_late_is_chased_once_a_night_and_a_planned_act_keeps_it_quiet(session: Session) -> None:
    curator = a_curator(session)
    late, planned, closed = (a_case(session, curator) for _ in range(3))
    today = clock.today()
    planned.next_act_on = planned.quiet_since = today + timedelta(days=30)
    move_case(session, case_id=closed.id, to="left", actor=curator, reason=WHY, exit_kind="other")
    assert chase_stalled(session, today=today + timedelta(days=32), steps=(9, 21, 45)) == 1
    assert (late.chased, planned.chased, closed.chased) == (2, 0, 0)
    assert chase_stalled(session, today=today + timedelta(days=32), steps=()) == 0
