"""Long work: queued once, run once, cancelled, failed, put back, taken over from a dead worker, set aside."""

import json
import threading
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from commands import main
from registry import clock
from registry.db import reading, transaction
from registry.errors import InvalidInput, InvalidTransition, NotFound, StorageUnavailable
from registry.models import AuditEvent, Job
from registry.search.embedded import EmbeddedEngine
from registry.services.job_care import drop_job, list_jobs, retry_job
from registry.services.jobs import ATTEMPTS_MAX, cancel_job, claim_job, finish_job, queue_job
from registry.services.working import JobContext, JobHandler, Worker
from registry.settings import Settings
from registry.vocabulary import JobState
from tests.support.population import fill


def a_worker(database: Engine, folder: Path, **kinds: JobHandler) -> Worker:
    return Worker(database, EmbeddedEngine(folder / "index"), kinds=kinds or None)


def queue(database: Engine, kind: str = "count") -> int:
    with transaction(database) as session:
        return queue_job(session, kind=kind, key="all", payload={"to": 3}, actor="test").id


def the_job(database: Engine) -> Job:
    with reading(database) as session:
        return session.exec(select(Job)).one()


def count_up(context: JobContext) -> dict[str, Any]:
    for done in range(1, context.payload["to"] + 1):
        context.progress(done, context.payload["to"])
    return {"counted": context.payload["to"]}


def test_a_job_runs_once_with_progress_and_result(engine: Engine, tmp_path: Path) -> None:
    queue(engine)
    worker = a_worker(engine, tmp_path, count=count_up)
    assert worker.run_one_job()
    assert not worker.run_one_job()
    job = the_job(engine)
    assert (job.state, job.done, job.total, job.result) == (JobState.DONE, 3, 3, {"counted": 3})
    assert job.finished_at is not None


def test_the_same_work_is_queued_once(engine: Engine) -> None:
    assert queue(engine) == queue(engine)


def test_reindexing_is_a_job(engine: Engine, tmp_path: Path) -> None:
    fill(engine)
    queue(engine, "reindex")
    assert a_worker(engine, tmp_path).run_one_job()
    assert (the_job(engine).result or {})["count"] == 9


def test_a_refusal_is_recorded_and_the_worker_goes_on(engine: Engine, tmp_path: Path) -> None:
    def refuse(context: JobContext) -> None:
        raise InvalidInput("数据有误。", "Wrong data.")

    queue(engine)
    assert a_worker(engine, tmp_path, count=refuse).run_one_job()
    job = the_job(engine)
    assert (job.state, job.error, job.attempts) == (JobState.FAILED, "数据有误。", 1)


def break_down(context: JobContext) -> None:
    raise ZeroDivisionError("by zero")


def let_it_be_due(engine: Engine) -> timedelta:
    """Brings the next attempt forward; how long it would have waited."""
    with transaction(engine) as session:
        job = session.exec(select(Job)).one()
        wait = job.run_at - clock.now()
        job.run_at = clock.now()
    return wait


@pytest.mark.parametrize("fault", [ZeroDivisionError("by zero"), StorageUnavailable("库不可用。", "Away.")], ids=type)
def test_a_job_that_fails_each_time_waits_longer_each_time_and_is_then_set_aside(
    engine: Engine, tmp_path: Path, fault: Exception
) -> None:
    begun: list[int] = []

    def poisoned(context: JobContext) -> None:
        begun.append(1)
        raise fault

    queue(engine)
    worker, waits = a_worker(engine, tmp_path, count=poisoned), []
    for _ in range(ATTEMPTS_MAX - 1):
        assert worker.run_one_job()
        assert not worker.run_one_job(), "it waits"
        assert the_job(engine).state is JobState.QUEUED
        assert the_job(engine).error
        waits.append(let_it_be_due(engine))
    assert all(later > 2 * sooner for sooner, later in pairwise(waits))
    assert worker.run_one_job()
    assert not worker.run_one_job()
    job = the_job(engine)
    assert (job.state, job.attempts, len(begun)) == (JobState.FAILED, ATTEMPTS_MAX, ATTEMPTS_MAX)


def test_a_fault_that_passes_by_itself_leaves_a_job_that_is_done(engine: Engine, tmp_path: Path) -> None:
    begun: list[int] = []

    def passing(context: JobContext) -> dict[str, Any]:
        begun.append(1)
        if len(begun) == 1:
            raise OSError("for a moment")
        return count_up(context)

    queue(engine)
    worker = a_worker(engine, tmp_path, count=passing)
    assert worker.run_one_job()
    let_it_be_due(engine)
    assert worker.run_one_job()
    job = the_job(engine)
    assert (job.state, job.error, job.attempts) == (JobState.DONE, None, 2)


def test_other_work_goes_on_while_a_poisoned_job_waits(engine: Engine, tmp_path: Path) -> None:
    queue(engine, "poison")
    worker = a_worker(engine, tmp_path, count=count_up, poison=break_down)
    assert worker.run_one_job()
    queue(engine)
    assert worker.run_one_job()
    with reading(engine) as session:
        states = {job.kind: job.state for job in session.exec(select(Job))}
    assert states == {"poison": JobState.QUEUED, "count": JobState.DONE}


def set_aside(engine: Engine) -> int:
    number = queue(engine)
    with transaction(engine) as session:
        job = session.get_one(Job, number)
        job.state, job.attempts, job.error, job.done = JobState.FAILED, ATTEMPTS_MAX, "ZeroDivisionError", 2
    return number


def test_work_that_was_set_aside_can_be_tried_again_with_all_its_attempts(engine: Engine, tmp_path: Path) -> None:
    number = set_aside(engine)
    with transaction(engine) as session:
        retry_job(session, job_id=number, by="li")
    job = the_job(engine)
    assert (job.state, job.attempts, job.error, job.done) == (JobState.QUEUED, 0, None, 0)
    assert a_worker(engine, tmp_path, count=count_up).run_one_job()
    assert the_job(engine).state is JobState.DONE
    with pytest.raises(InvalidTransition), transaction(engine) as session:
        retry_job(session, job_id=number, by="li")


def test_work_that_was_dropped_is_no_longer_told_and_that_is_on_record(engine: Engine) -> None:
    number = set_aside(engine)
    with transaction(engine) as session:
        drop_job(session, job_id=number, by="li")
    with reading(engine) as session:
        assert list_jobs(session, states=[JobState.FAILED]) == []
        event = session.exec(select(AuditEvent)).one()
        assert (event.actor, event.action, event.subject_key) == ("li", "job.drop", str(number))
        assert event.before == {"state": "failed", "error": "ZeroDivisionError"}
    with pytest.raises(NotFound), transaction(engine) as session:
        drop_job(session, job_id=number + 1, by="li")


def test_the_commands_list_retry_and_drop(
    sqlite_engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(settings.data_dir))
    number = set_aside(sqlite_engine)
    assert main(["jobs", "list", "--json"]) == 0
    assert [(one["id"], one["state"]) for one in json.loads(capsys.readouterr().out)] == [(number, "failed")]
    assert main(["jobs", "retry", str(number)]) == 0
    assert the_job(sqlite_engine).state is JobState.QUEUED
    assert main(["jobs", "drop", str(number)]) == 2, "it waits"
    with transaction(sqlite_engine) as session:
        session.get_one(Job, number).state = JobState.FAILED
    assert main(["jobs", "drop", str(number)]) == 0
    capsys.readouterr()
    assert main(["jobs", "list"]) == 0
    assert str(number) not in capsys.readouterr().out
    assert main(["jobs", "list", "--all"]) == 0
    assert str(number) in capsys.readouterr().out


def test_a_cancelled_job_stops_at_its_next_step(engine: Engine, tmp_path: Path) -> None:
    number = queue(engine)
    steps: list[int] = []

    def slow(context: JobContext) -> dict[str, Any]:
        with transaction(engine) as session:
            cancel_job(session, job_id=number)
        context.progress(1, 1)
        steps.append(1)
        return {}

    assert a_worker(engine, tmp_path, count=slow).run_one_job()
    assert (steps, the_job(engine).state) == ([], JobState.CANCELLED)
    with pytest.raises(InvalidTransition), transaction(engine) as session:
        cancel_job(session, job_id=number)


def test_stopping_puts_a_running_job_back(engine: Engine, tmp_path: Path) -> None:
    queue(engine)

    def interrupted(context: JobContext) -> dict[str, Any]:
        worker.stop()
        context.progress(1, 3)
        return {}

    worker = a_worker(engine, tmp_path, count=interrupted)
    assert worker.run_one_job()
    job = the_job(engine)
    assert (job.state, job.attempts, job.locked_by) == (JobState.QUEUED, 0, None)


def test_a_job_of_a_dead_worker_is_taken_over_until_it_is_given_up(engine: Engine) -> None:
    queue(engine)
    for attempt in range(ATTEMPTS_MAX):
        claim = claim_job(engine, kinds=["count"], worker=f"w{attempt}")
        assert claim is not None
        assert claim_job(engine, kinds=["count"], worker="other") is None
        with transaction(engine) as session:
            session.get_one(Job, claim.id).locked_until = clock.now() - timedelta(seconds=1)
    assert claim_job(engine, kinds=["count"], worker="w4") is None
    assert the_job(engine).state is JobState.FAILED


def test_a_worker_that_lost_its_job_cannot_finish_it(engine: Engine) -> None:
    queue(engine)
    claim = claim_job(engine, kinds=["count"], worker="first")
    assert claim is not None
    with transaction(engine) as session:
        session.get_one(Job, claim.id).locked_by = "second"
    finish_job(engine, claim, worker="first", result={"wrong": True})
    assert (the_job(engine).state, the_job(engine).result) == (JobState.RUNNING, None)


def test_two_workers_never_run_the_same_job(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(20):
            queue_job(session, kind="count", key=str(number), payload={}, actor="test")
    taken: list[int] = []

    def take(name: str) -> None:
        while (claim := claim_job(engine, kinds=["count"], worker=name)) is not None:
            taken.append(claim.id)

    threads = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 20
