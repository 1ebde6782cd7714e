"""A long list is written by the worker: one transaction, with progress, stopped before the commit, taken up again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.db import reading, transaction
from registry.errors import Conflict, InvalidTransition, NotAllowed
from registry.models import AuditEvent, Enterprise, ImportRun, Job, Listing
from registry.schemas.imports import ImportDetail
from registry.services import jobs, working
from registry.services.beacons import Beacon
from registry.services.imports import long_writing
from registry.services.imports.browsing import get_import
from registry.services.imports.long_writing import stop_writing, write_or_queue
from registry.services.imports.reviewing import reopen, sign_and_write
from registry.services.imports.undoing import undo
from registry.services.imports.uploading import cancel
from registry.services.jobs import claim_job
from registry.vocabulary import ImportState, JobState
from tests.db.import_steps import ANNOUNCED, LI, OTHER, WU, brought, listed, settled
from tests.db.test_import_worker import worker

ROWS = 30


@pytest.fixture
def signed(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """A list that counts as long, signed and waiting for the worker."""
    monkeypatch.setattr(long_writing, "LONG_ROWS", 10)
    monkeypatch.setattr("registry.services.imports.staged_rows.CHUNK", 5)
    monkeypatch.setattr(working, "PROGRESS_SECONDS", 0.0)
    rows = [(str(n), f"示例{n}号有限公司", "", "") for n in range(ROWS)]
    number = brought(engine, listed(tmp_path, *rows, head=(ANNOUNCED,)))
    settled(engine, number, tmp_path)
    with transaction(engine) as session:
        run = sign_and_write(session, import_id=number, count=ROWS, actor=LI, write=write_or_queue)
        assert run.state is ImportState.REVIEWED
    return number


def shown(engine: Engine, number: int) -> ImportDetail:
    with reading(engine) as session:
        return get_import(session, import_id=number)


def job_of(engine: Engine, number: int) -> tuple[JobState, int, int]:
    job = shown(engine, number).job
    assert job is not None
    return job.state, job.done, job.total


def written(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.exec(select(Listing)).all()) + len(session.exec(select(Enterprise)).all())


def watched(engine: Engine, number: int, monkeypatch: pytest.MonkeyPatch, look: Callable[[int], None]) -> None:
    """Run the worker and look from outside each time it says how far it is."""
    told = jobs.tell_progress

    def tell(*args: object, **more: int) -> None:
        look(more["done"])
        told(*args, **more)  # type: ignore[arg-type]

    put = Beacon.tell

    def light(self: Beacon, done: int, total: int) -> None:
        put(self, done, total)
        look(done)

    monkeypatch.setattr(working, "tell_progress", tell)
    monkeypatch.setattr(Beacon, "tell", light)


def test_a_long_list_is_written_by_the_worker_in_one_act_with_progress(
    engine: Engine, tmp_path: Path, signed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert job_of(engine, signed) == (JobState.QUEUED, 0, 0)
    for act in (reopen, undo):
        with pytest.raises(Conflict), transaction(engine) as session:
            act(session, import_id=signed, actor=LI)
    seen: list[tuple[int, int]] = []
    watched(engine, signed, monkeypatch, lambda done: seen.append((done, written(engine))))
    assert worker(engine, tmp_path).run_one_job()
    assert seen[:3] == [(5, 0), (10, 0), (15, 0)]
    assert shown(engine, signed).summary.state is ImportState.WRITTEN
    assert written(engine) == 2 * ROWS
    assert job_of(engine, signed)[0] is JobState.DONE
    with reading(engine) as session:
        acts = session.exec(select(AuditEvent).where(col(AuditEvent.action) == "import.write")).all()
        assert [act.actor for act in acts] == ["li"]
    assert not list((tmp_path / "data").glob("jobs/*"))
    assert not worker(engine, tmp_path).run_one_job()


def test_whoever_stops_it_before_the_commit_finds_everything_as_it_was(
    engine: Engine, tmp_path: Path, signed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int) -> None:
        if done != 15:
            return
        assert job_of(engine, signed)[0] is JobState.RUNNING
        with reading(engine) as session:
            with pytest.raises(NotAllowed):
                stop_writing(session, import_id=signed, actor=OTHER)
            asked = stop_writing(session, import_id=signed, actor=WU)
        assert asked is (engine.dialect.name == "sqlite")
        if not asked:
            with transaction(engine) as session:
                cancel(session, import_id=signed, actor=WU)

    watched(engine, signed, monkeypatch, stop)
    worker(engine, tmp_path).run_one_job()
    detail = shown(engine, signed)
    assert (detail.summary.state, job_of(engine, signed)[0]) == (ImportState.REVIEWED, JobState.CANCELLED)
    assert written(engine) == 0
    with reading(engine) as session:
        stopped = session.exec(select(AuditEvent).where(col(AuditEvent.action) == "import.stop_writing")).one()
        assert stopped.actor == "wu"
    monkeypatch.undo()
    with transaction(engine) as session:
        assert write_or_queue(session, import_id=signed, actor=LI).state is ImportState.WRITTEN
    assert written(engine) == 2 * ROWS


def test_it_is_cancelled_before_it_begins_and_a_dead_worker_is_followed_by_another(
    engine: Engine, tmp_path: Path, signed: int
) -> None:
    with pytest.raises(NotAllowed), transaction(engine) as session:
        cancel(session, import_id=signed, actor=OTHER)
    with transaction(engine) as session:
        assert cancel(session, import_id=signed, actor=WU).state is ImportState.REVIEWED
    with pytest.raises(InvalidTransition), transaction(engine) as session:
        cancel(session, import_id=signed, actor=WU)
    assert not worker(engine, tmp_path).run_one_job()
    with transaction(engine) as session:
        write_or_queue(session, import_id=signed, actor=LI)
    assert claim_job(engine, kinds=["import_write"], worker="died") is not None
    with transaction(engine) as session:
        for job in session.exec(select(Job)):
            job.locked_until = job.queued_at
    assert worker(engine, tmp_path).run_one_job()
    assert shown(engine, signed).summary.state is ImportState.WRITTEN


def test_a_list_that_cannot_be_written_any_more_says_so_and_stays_signed(
    engine: Engine, tmp_path: Path, signed: int
) -> None:
    with transaction(engine) as session:
        run = session.get_one(ImportRun, signed)
        run.understood = {**run.understood, "options": {**run.understood["options"], "directory": "no_such"}}
    worker(engine, tmp_path).run_one_job()
    detail = shown(engine, signed)
    assert detail.summary.state is ImportState.REVIEWED
    assert detail.job is not None
    assert "no_such" in (detail.job.error or "")
