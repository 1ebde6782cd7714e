"""The night compares index and database and repairs; what it found is kept. Workers and backups leave signs."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry import clock
from registry.db import reading, transaction
from registry.models import Enterprise, Job, Sign
from registry.search.embedded import EmbeddedEngine
from registry.services import signs
from registry.services.backup.taking import take
from registry.services.drift import DRIFT_JOB, last_drift
from registry.services.index_check import check
from registry.services.indexing import rebuild
from registry.services.jobs import queue_job
from registry.services.status import status
from registry.services.working import Worker
from registry.settings import Settings
from registry.vocabulary import IdentityState, JobState
from tests.support.population import fill


def queue_comparison(engine: Engine) -> None:
    with transaction(engine) as session:
        queue_job(session, kind=DRIFT_JOB, key="2026-11-23", payload={}, actor="test")


def test_what_drifted_is_repaired_at_night_and_told(engine: Engine, settings: Settings) -> None:
    fill(engine)
    search = EmbeddedEngine(settings.index_dir)
    rebuild(engine, search)
    with transaction(engine) as session:
        # Past every service: nobody told the index.
        session.exec(select(Enterprise)).all()[0].name_zh = "偷偷改名有限公司"
        session.add(Enterprise(identity=IdentityState.PROVISIONAL, name_zh="偷偷加入有限公司"))
    with reading(engine) as session:
        assert last_drift(session) is None
    queue_comparison(engine)
    worker = Worker(engine, search)
    assert worker.run_one_job()
    with reading(engine) as session:
        told = status(session, search).drift
        assert told is not None
        assert (told.missing, told.extra, told.different) == (1, 0, 1)
        assert told.compared == 10
    assert check(engine, search).total == 0
    queue_comparison(engine)
    assert worker.run_one_job()
    with reading(engine) as session:
        again = last_drift(session)
    assert again is not None
    assert (again.missing, again.different, again.compared) == (0, 0, 10)


def test_without_an_index_nothing_is_compared_and_nothing_fails(engine: Engine, settings: Settings) -> None:
    queue_comparison(engine)
    assert Worker(engine, EmbeddedEngine(settings.index_dir)).run_one_job()
    with reading(engine) as session:
        assert session.exec(select(Job.state)).one() is JobState.DONE
        told = last_drift(session)
    assert told is not None
    assert told.compared == 0


def test_while_another_process_keeps_writing_the_comparison_waits(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.services.index_check.PATIENCE_SECONDS", 0.0)
    fill(engine)
    search = EmbeddedEngine(settings.index_dir)
    rebuild(engine, search)
    queue_comparison(engine)
    with search.writing():
        assert Worker(engine, EmbeddedEngine(settings.index_dir)).run_one_job()
    with reading(engine) as session:
        job = session.exec(select(Job)).one()
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)


def test_a_worker_says_that_it_works(engine: Engine, settings: Settings) -> None:
    with reading(engine) as session:
        assert signs.last_beat(session) is None
    worker, seen = Worker(engine, EmbeddedEngine(settings.index_dir), kinds={}), None
    worker.start()
    try:
        while seen is None:
            with reading(engine) as session:
                seen = signs.last_beat(session)
    finally:
        worker.stop()
    assert clock.now() - seen < timedelta(minutes=1)


def test_a_sign_is_one_row_and_those_of_workers_long_gone_are_forgotten(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    with transaction(engine) as session:
        session.add(Sign(name="worker old:1", at=clock.now() - timedelta(days=40)))
        session.add(Sign(name=signs.BACKUP, at=clock.now() - timedelta(days=40)))
    monkeypatch.setattr(stop, "wait", lambda _seconds: stop.set())
    for _ in range(2):
        stop.clear()
        signs.keep_beating(engine, stop)
    with reading(engine) as session:
        names = sorted(session.exec(select(Sign.name)))
    assert len(names) == 2
    assert names[0] == signs.BACKUP
    assert names[1] != "worker old:1"


def test_a_worker_whose_database_is_away_beats_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.db import make_engine

    stop, beats = threading.Event(), []

    def wait(seconds: float) -> Any:
        beats.append(seconds)
        if len(beats) == 2:
            stop.set()

    monkeypatch.setattr(stop, "wait", wait)
    empty = make_engine(Settings(data_dir=tmp_path))
    signs.keep_beating(empty, stop)
    empty.dispose()
    assert len(beats) == 2


def test_a_backup_is_put_on_record(sqlite_engine: Engine, settings: Settings, tmp_path: Path) -> None:
    take(settings, sqlite_engine, tmp_path / "first.tar")
    with reading(sqlite_engine) as session:
        at = signs.last_sign(session, signs.BACKUP)
        assert session.exec(select(Sign.detail)).one()["file"] == "first.tar"
    assert at is not None
    assert clock.now() - at < timedelta(minutes=5)
