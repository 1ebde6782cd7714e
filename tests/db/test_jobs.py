"""Long work: queued once, run once, cancelled, failed, put back, taken over from a dead worker."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry import clock
from registry.db import reading, transaction
from registry.errors import InvalidInput, InvalidTransition
from registry.models import Job
from registry.search.embedded import EmbeddedEngine
from registry.services.jobs import cancel_job, claim_job, finish_job, queue_job
from registry.services.working import JobContext, JobHandler, Worker
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


def test_a_refusal_and_a_fault_are_recorded_and_the_worker_goes_on(engine: Engine, tmp_path: Path) -> None:
    def refuse(context: JobContext) -> None:
        raise InvalidInput("数据有误。", "Wrong data.")

    def break_down(context: JobContext) -> None:
        raise ZeroDivisionError("by zero")

    for handler, words in ((refuse, "数据有误。"), (break_down, "ZeroDivisionError: by zero")):
        with transaction(engine) as session:
            for job in session.exec(select(Job)):
                session.delete(job)
        queue(engine)
        assert a_worker(engine, tmp_path, count=handler).run_one_job()
        job = the_job(engine)
        assert (job.state, job.error) == (JobState.FAILED, words)


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
    for attempt in (1, 2, 3):
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
