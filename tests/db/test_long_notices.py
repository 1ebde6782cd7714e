"""Long notices: staged by the worker with progress, refused, cancelled, begun anew, carried out with progress."""

from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from import_scripts.reading import open_file
from registry.db import reading, transaction
from registry.errors import FileRefused
from registry.models import EnterpriseName, ImportRow
from registry.schemas.imports import ImportDetail
from registry.search.embedded import EmbeddedEngine
from registry.services.imports.any_kind import write_import
from registry.services.imports.browsing import get_import
from registry.services.imports.deciding import decide, take_back
from registry.services.imports.uploading import cancel
from registry.services.jobs import JobCancelled
from registry.services.notices.deciding import CHUNK, Asked
from registry.services.notices.receiving import bring_notice
from registry.services.working import Worker
from registry.settings import ARCHIVE
from registry.vocabulary import ImportKind, ImportState, JobState, NameKind, RowOutcome
from tests.db.lists import WE
from tests.db.test_notices import ON, _file
from tests.factories import an_enterprise

ASKED = Asked(ImportKind.CANCEL, ON, "示〔2026〕5号")
HEAD = ("企业名称", "登记状态")


def bring(engine: Engine, path: Path, folder: Path, *, large: int = 3_000_000, rows: int = 20_000) -> int:
    with transaction(engine) as session:
        return bring_notice(
            session,
            path=path,
            open_file=open_file,
            asked=ASKED,
            actor=WE,
            archive_dir=folder / ARCHIVE,
            large_bytes=large,
            long_rows=rows,
        ).import_id


def worker(engine: Engine, folder: Path) -> Worker:
    return Worker(engine, EmbeddedEngine(folder / "index"), data_dir=folder, open_file=open_file)


def detail(engine: Engine, number: int) -> ImportDetail:
    with reading(engine) as session:
        return get_import(session, import_id=number)


def firms(engine: Engine, count: int) -> list[tuple[str, str]]:
    names = [f"深圳示例第{number}电子有限公司" for number in range(count)]
    with transaction(engine) as session:
        for name in names:
            firm = an_enterprise(name_zh=name)
            session.add(firm)
            session.flush()
            session.add(EnterpriseName(enterprise_id=firm.id, name=name, folded=name, kind=NameKind.CURRENT))
    return [(name, "注销") for name in names]


def test_a_short_notice_is_staged_at_once_and_a_long_one_by_the_worker(engine: Engine, tmp_path: Path) -> None:
    path = _file(tmp_path, HEAD, *firms(engine, 3))
    assert detail(engine, bring(engine, path, tmp_path)).summary.state is ImportState.MATCHED
    number = bring(engine, path, tmp_path, rows=2)
    waiting = detail(engine, number)
    assert (waiting.summary.state, waiting.summary.kind) == (ImportState.MAPPED, ImportKind.CANCEL)
    assert waiting.job is not None
    assert waiting.job.state is JobState.QUEUED
    assert worker(engine, tmp_path).run_one_job()
    done = detail(engine, number)
    assert (done.summary.state, done.summary.rows) == (ImportState.MATCHED, 3)
    assert done.job is not None
    assert (done.job.state, done.job.done, done.job.total) == (JobState.DONE, 3, 3)
    with transaction(engine) as session:
        told: list[int] = []
        assert write_import(session, import_id=number, actor=WE, progress=told.append).state is ImportState.WRITTEN


def test_a_row_of_an_earlier_part_is_remembered(engine: Engine, tmp_path: Path) -> None:
    row = firms(engine, 1)[0]
    strangers = [(f"没有的示例{n}号厂", "注销") for n in range(CHUNK)]
    number = bring(engine, _file(tmp_path, HEAD, row, *strangers, row), tmp_path, large=10)
    assert worker(engine, tmp_path).run_one_job()
    with reading(engine) as session:
        rows = session.exec(select(ImportRow).where(ImportRow.outcome == RowOutcome.UNCHANGED)).all()
        assert [(each.import_id, each.reason_code) for each in rows] == [(number, "repeated")]


def test_a_long_notice_can_be_cancelled_before_and_between_two_parts(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _file(tmp_path, HEAD, *((f"没有的示例{n}号厂", "注销") for n in range(5)))
    first = bring(engine, path, tmp_path, large=10)
    with transaction(engine) as session:
        assert cancel(session, import_id=first, actor=WE).state is ImportState.CANCELLED
    assert not worker(engine, tmp_path).run_one_job()
    second = bring(engine, path, tmp_path, large=10)
    monkeypatch.setattr("registry.services.notices.staging.CHUNK", 2)

    def stopped(*_: object, **__: object) -> None:
        with transaction(engine) as session:
            cancel(session, import_id=second, actor=WE)
        raise JobCancelled("import_stage")

    monkeypatch.setattr("registry.services.working.tell_progress", stopped)
    assert worker(engine, tmp_path).run_one_job()
    assert detail(engine, second).summary.state is ImportState.CANCELLED
    with reading(engine) as session:
        assert session.exec(select(ImportRow)).all() == []


def test_a_word_on_one_row_of_a_long_notice_settles_those_it_concerns(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.services.notices.choosing.SHORT", 2)
    twins, other = firms(engine, 1) * 2, firms(engine, 2)
    number = bring(engine, _file(tmp_path, HEAD, twins[0], other[1], twins[1], ("没有的示例厂", "注销")), tmp_path)

    def seen() -> list[str]:
        with reading(engine) as session:
            return [each.outcome.value for each in session.exec(select(ImportRow).order_by(col(ImportRow.id))).all()]

    def decided(choice: str) -> list[str]:
        with transaction(engine) as session:
            rows = session.exec(select(ImportRow.id).order_by(col(ImportRow.id))).all()
            act = take_back if choice == "again" else partial(decide, choice=choice)
            act(session, import_id=number, row_id=rows[0], actor=WE)
        counted = detail(engine, number).summary.counts
        assert {one: count for one, count in counted.items() if count} == dict(Counter(seen()))
        return seen()

    assert seen() == ["ambiguous", "matched", "ambiguous", "rejected"]
    with reading(engine) as session:
        key = (session.exec(select(ImportRow)).first() or ImportRow()).candidates[0]["key"]  # type: ignore[index,call-arg]
    assert decided(key) == ["matched", "matched", "unchanged", "rejected"]
    assert decided("again") == ["ambiguous", "matched", "ambiguous", "rejected"]
    assert decided("skip") == ["rejected", "matched", "ambiguous", "rejected"]


def test_what_a_dead_worker_left_is_staged_anew(engine: Engine, tmp_path: Path) -> None:
    number = bring(engine, _file(tmp_path, HEAD, *firms(engine, 2)), tmp_path, large=10)
    with transaction(engine) as session:
        session.add(ImportRow(import_id=number, row_number=9, cells=["x"], outcome=RowOutcome.NEW, facts={"name": "x"}))
    assert worker(engine, tmp_path).run_one_job()
    with reading(engine) as session:
        assert [row.row_number for row in session.exec(select(ImportRow)).all()] == [2, 3]


def test_a_long_file_without_the_columns_is_refused_at_once_and_a_large_one_on_record(
    engine: Engine, tmp_path: Path
) -> None:
    path = _file(tmp_path, ("企业名称", "新名"), ("示例甲厂", "x"))
    asked = Asked(ImportKind.MOVE, ON, "示〔2026〕5号")
    with pytest.raises(FileRefused), transaction(engine) as session:
        bring_notice(
            session, path=path, open_file=open_file, asked=asked, actor=WE, archive_dir=tmp_path / ARCHIVE, long_rows=0
        )
    with transaction(engine) as session:
        number = bring_notice(
            session,
            path=path,
            open_file=open_file,
            asked=asked,
            actor=WE,
            archive_dir=tmp_path / ARCHIVE,
            large_bytes=1,
        ).import_id
    worker(engine, tmp_path).run_one_job()
    failed = detail(engine, number)
    assert failed.summary.state is ImportState.FAILED
    assert "要有这些列" in (failed.refusal_zh or "")
