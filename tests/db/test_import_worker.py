"""Large files: read and staged by the worker, refused, cancelled, interrupted."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from import_scripts.reading import open_file
from registry.db import reading, transaction
from registry.errors import Conflict, InvalidTransition
from registry.models import ImportRow, ImportRun, Job
from registry.search.embedded import EmbeddedEngine
from registry.services import jobs
from registry.services.imports.browsing import get_import
from registry.services.imports.uploading import cancel
from registry.services.jobs import cancel_job
from registry.services.working import Worker
from registry.vocabulary import ImportState, JobState
from tests.db.import_steps import ANNOUNCED, EIGHTH, LI, WU, brought, listed, settled
from tests.unit.imports.files import csv_file


def worker(engine: Engine, folder: Path) -> Worker:
    return Worker(engine, EmbeddedEngine(folder / "index"), data_dir=folder, open_file=open_file)


def test_a_large_file_is_read_and_staged_by_the_worker(engine: Engine, tmp_path: Path) -> None:
    path = listed(tmp_path, *((str(n), f"示例{n}号有限公司", "", "") for n in range(30)), head=(ANNOUNCED,))
    number = brought(engine, path, large=10)
    with pytest.raises(Conflict):
        settled(engine, number, tmp_path)
    assert worker(engine, tmp_path).run_one_job()
    with reading(engine) as session:
        assert get_import(session, import_id=number).proposal["batch"].value == "第八批"
    settled(engine, number, tmp_path, large_bytes=10)
    with reading(engine) as session:
        detail = get_import(session, import_id=number)
    assert (detail.summary.state, detail.job and detail.job.state) == (ImportState.MAPPED, JobState.QUEUED)
    assert worker(engine, tmp_path).run_one_job()
    with reading(engine) as session:
        detail = get_import(session, import_id=number)
    assert (detail.summary.state, detail.summary.rows, detail.summary.staged_by) == (ImportState.MATCHED, 30, "li")
    assert detail.job is not None
    assert (detail.job.state, detail.job.done, detail.job.total) == (JobState.DONE, 30, 30)


def test_work_that_is_refused_leaves_a_failed_import_that_can_be_settled_again(engine: Engine, tmp_path: Path) -> None:
    number = brought(engine, csv_file(tmp_path, ("甲", "乙"), ("1", "2"), ("3", "4")))
    settled(engine, number, tmp_path, large_bytes=10)
    worker(engine, tmp_path).run_one_job()
    with reading(engine) as session:
        detail = get_import(session, import_id=number)
    assert detail.summary.state is ImportState.FAILED
    assert "没有企业名称列" in (detail.refusal_zh or "")
    settled(engine, number, tmp_path, replace(EIGHTH, mapping={"": {"乙": "name"}}))
    with reading(engine) as session:
        assert get_import(session, import_id=number).summary.state is ImportState.MATCHED


def test_work_can_be_cancelled_and_an_interrupted_attempt_is_staged_anew(engine: Engine, tmp_path: Path) -> None:
    number = brought(engine, listed(tmp_path, ("1", "示例甲有限公司", "", "")))
    with pytest.raises(InvalidTransition), transaction(engine) as session:
        cancel(session, import_id=number, actor=LI)
    settled(engine, number, tmp_path, large_bytes=10)
    with transaction(engine) as session:
        assert cancel(session, import_id=number, actor=WU).state is ImportState.CANCELLED
    assert not worker(engine, tmp_path).run_one_job()
    settled(engine, number, tmp_path, large_bytes=10)
    with transaction(engine) as session:  # what a worker that died had committed
        session.add(ImportRow(import_id=number, row_number=9, cells=["x"], outcome="new", facts={"name": "x"}))  # type: ignore[arg-type]
    assert worker(engine, tmp_path).run_one_job()
    with reading(engine) as session:
        assert [row.row_number for row in session.exec(select(ImportRow)).all()] == [2]


def test_work_cancelled_between_two_parts_leaves_no_rows(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.services.imports.staging.CHUNK", 5)
    rows = [(str(n), f"示例{n}号有限公司", "", "") for n in range(20)]
    number = brought(engine, listed(tmp_path, *rows))
    settled(engine, number, tmp_path, large_bytes=10)
    seen = []

    def look(session: Session) -> None:
        job = session.exec(select(Job)).one()
        seen.append(session.exec(select(ImportRow)).all())
        cancel_job(session, job_id=job.id)
        session.get_one(ImportRun, number).state = ImportState.CANCELLED

    from registry.services import working

    told = jobs.tell_progress

    def tell(*args: object, **more: object) -> None:
        with transaction(engine) as session:
            look(session)
        told(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(working, "tell_progress", tell)
    monkeypatch.setattr(working, "PROGRESS_SECONDS", 0.0)
    worker(engine, tmp_path).run_one_job()
    assert len(seen[0]) == 5
    with reading(engine) as session:
        assert session.exec(select(ImportRow)).all() == []
        assert get_import(session, import_id=number).summary.state is ImportState.CANCELLED
