"""The index follows the database: rebuild, outbox, crash, the turn of a day, locks."""

import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import reading, transaction
from registry.errors import StorageUnavailable
from registry.models import Enterprise, IndexOutbox
from registry.search.documents import IndexDocument
from registry.search.embedded import EmbeddedEngine, EmbeddedWriter
from registry.search.embedded_reader import EmbeddedReader
from registry.search.engine import EngineUnavailable, WriterBusy
from registry.search.query import SearchPage, SearchQuery
from registry.services import indexing
from registry.services.finding import find
from registry.services.index_gates import GateClosed
from registry.services.indexing import apply_outbox, rebuild
from registry.services.working import Worker
from tests.support.population import add_enterprise, changed, fill


@pytest.fixture
def search(tmp_path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(tmp_path / "index")


@pytest.fixture
def database(sqlite_engine: Engine) -> Iterator[Engine]:
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        yield sqlite_engine


def ask(database: Engine, search: EmbeddedEngine, text: str = "", **filters: object) -> SearchPage:
    with reading(database) as session:
        return find(session, search, SearchQuery.model_validate({"text": text, **filters}))


def waiting(database: Engine) -> int:
    with reading(database) as session:
        return len(session.exec(select(IndexOutbox)).all())


def test_an_empty_registry_has_an_empty_index(database: Engine, search: EmbeddedEngine) -> None:
    assert rebuild(database, search).count == 0
    page = ask(database, search)
    assert (page.total, page.degraded) == (0, False)


def test_a_rebuild_reports_progress_and_keeps_the_version_before(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    told: list[tuple[int, int]] = []
    versions = [rebuild(database, search, progress=lambda d, t: told.append((d, t))).version for _ in range(3)]
    assert told[-1] == (9, 9)
    kept = sorted(entry.name for entry in search._folder.iterdir() if entry.is_dir())
    assert kept == versions[1:]


def test_updating_a_firm_many_times_leaves_one_document(database: Engine, search: EmbeddedEngine) -> None:
    firms = fill(database)
    rebuild(database, search)
    for _ in range(5):
        with transaction(database) as session:
            changed(session, session.get_one(Enterprise, firms["han"]), session.get_one(Enterprise, firms["xing"]))
        assert apply_outbox(database, search) == 2
    assert search.reader().count == 9
    assert ask(database, search, "寒岳纪").total == 1
    assert waiting(database) == 0


def test_a_crash_after_the_commit_of_the_index_repeats_harmlessly(
    database: Engine, search: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    rebuild(database, search)
    with transaction(database) as session:
        changed(session, add_enterprise(session, "惠州市新入示例有限公司"))

    def crash(database: Engine, rows: list[int], *, keep: bool) -> None:
        raise StorageUnavailable("断电", "power cut")

    with monkeypatch.context() as patched:
        patched.setattr(indexing, "forget", crash)
        with pytest.raises(StorageUnavailable):
            apply_outbox(database, search)
    assert waiting(database) == 1
    assert ask(database, search, "新入示例").total == 1
    assert apply_outbox(database, search) == 1
    assert (waiting(database), search.reader().count) == (0, 10)


def test_a_crash_while_building_leaves_the_present_index(
    database: Engine, search: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    before = rebuild(database, search).version

    def crash(self: EmbeddedWriter, version: str) -> None:
        raise OSError("disk gone")

    with monkeypatch.context() as patched:
        patched.setattr(EmbeddedWriter, "swap", crash)
        with pytest.raises(OSError, match="disk gone"):
            rebuild(database, search)
    assert (search._folder / "current").read_text().strip() == before
    assert ask(database, search, "寒岳纪").total == 1
    rebuild(database, search)
    assert ask(database, search, "寒岳纪").total == 1


def test_a_rebuild_that_lost_documents_is_not_put_to_use(
    database: Engine, search: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    before = rebuild(database, search).version
    monkeypatch.setattr(EmbeddedReader, "_total", lambda self, query: 3)
    with pytest.raises(GateClosed) as refusal:
        rebuild(database, search)
    assert "9" in refusal.value.text.zh
    assert (search._folder / "current").read_text().strip() == before


def test_a_missing_or_foreign_index_is_rebuilt_by_the_outbox(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    with pytest.raises(EngineUnavailable):
        search.reader()
    apply_outbox(database, search)
    assert search.reader().count == 9
    (search._folder / "current").write_text("enterprises-00000000-000009\n")
    assert ask(database, search, "寒岳纪").degraded
    apply_outbox(database, search)
    assert not ask(database, search, "寒岳纪").degraded


def test_a_row_for_everything_rebuilds_once(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    rebuild(database, search)
    with transaction(database) as session:
        add_enterprise(session, "惠州市批量示例有限公司")
        session.add(IndexOutbox(kind="everything", subject_id=None))
    assert apply_outbox(database, search) == 1
    assert waiting(database) == 0
    assert ask(database, search, "批量示例").total == 1


def test_the_turn_of_a_day_moves_titles_that_ended(sqlite_engine: Engine, search: EmbeddedEngine) -> None:
    with time_machine.travel("2027-06-30T04:00:00Z", tick=False):
        firms = fill(sqlite_engine)
        rebuild(sqlite_engine, search)
        assert [v.value for v in ask(sqlite_engine, search).facets["status"]] == ["due", "expired", "withdrawn"]
    with time_machine.travel("2027-07-01T04:00:00Z", tick=False):
        # Before the index has turned the day, the database counts.
        page = ask(sqlite_engine, search, directories=("little_giant",))
        assert (page.total, page.degraded) == (0, False)
        apply_outbox(sqlite_engine, search)
        assert search.reader().day == date(2027, 7, 1)
        assert ask(sqlite_engine, search, directories=("little_giant",)).total == 0
        expired = ask(sqlite_engine, search, directories=("little_giant",), statuses=("expired",))
        assert [hit.enterprise_id for hit in expired.hits] == [firms["xing"]]


def test_only_one_writes_and_reading_goes_on_meanwhile(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    rebuild(database, search)
    other = EmbeddedEngine(search._folder)
    with search.writing():
        with pytest.raises(WriterBusy), other.writing():
            pass
        assert ask(database, other, "寒岳纪").total == 1
    with other.writing():
        pass


def test_a_reader_in_another_process_sees_a_commit_at_once(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    rebuild(database, search)
    other = EmbeddedEngine(search._folder)
    assert ask(database, other, "惠州新来示例").total == 0
    with transaction(database) as session:
        changed(session, add_enterprise(session, "惠州新来示例有限公司"))
    apply_outbox(database, search)
    assert ask(database, other, "惠州新来示例").total == 1


def test_the_worker_brings_an_edit_into_the_index_within_two_seconds(database: Engine, search: EmbeddedEngine) -> None:
    fill(database)
    worker = Worker(database, search)
    worker.drain()
    worker.start()
    try:
        with transaction(database) as session:
            changed(session, add_enterprise(session, "惠州即时示例有限公司"))
        pause = threading.Event()
        found = any(ask(database, search, "即时示例").total or pause.wait(0.05) for _ in range(60))
        assert found
    finally:
        worker.stop()
    assert waiting(database) == 0


def test_documents_are_streamed_in_batches(
    database: Engine, search: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    firms = fill(database)
    monkeypatch.setattr("registry.search.sources.BATCH", 2)
    seen: list[int] = []

    def note(self: EmbeddedWriter, documents: Iterator[IndexDocument], *, day: date) -> str:
        seen.extend(document.id for document in documents)
        raise InterruptedError

    monkeypatch.setattr(EmbeddedWriter, "build_beside", note)
    with pytest.raises(InterruptedError):
        rebuild(database, search)
    assert seen == sorted(firms.values())
