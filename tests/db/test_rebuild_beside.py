"""While a version is built beside or gone back to, changes reach the one in use, and the other catches up with them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.cli.search import reindex_command
from registry.db import reading, transaction
from registry.errors import Conflict
from registry.models import Enterprise, IndexCatchUp, IndexOutbox
from registry.search.documents import IndexDocument
from registry.search.embedded import EmbeddedEngine
from registry.search.engine import RebuildBusy, SearchEngine
from registry.search.query import SearchQuery
from registry.search.sources import stream_documents
from registry.services import index_check, indexing
from registry.services.finding import find
from registry.services.index_gates import pass_gates
from registry.services.indexing import apply_outbox, rebuild
from registry.services.working import Worker
from registry.settings import Settings
from tests.support.engines import BOTH, made
from tests.support.population import add_enterprise, changed, fill

DEADLINE_SECONDS = 30.0


@pytest.fixture
def database(engine: Engine) -> Iterator[Engine]:
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        yield engine


@pytest.fixture(params=BOTH)
def search(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    with ExitStack() as stack:
        yield made(request, stack, tmp_path)


@pytest.fixture
def embedded(tmp_path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(tmp_path / "index")


def add(database: Engine, name: str) -> None:
    with transaction(database) as session:
        changed(session, add_enterprise(session, name))


def found(database: Engine, search: SearchEngine, text: str) -> int:
    """How many enterprises the index finds."""
    with reading(database) as session:
        page = find(session, search, SearchQuery(text=text))
    assert not page.degraded
    return page.total


def left(database: Engine) -> tuple[int, int]:
    """How many changes wait, and how many are kept aside."""
    with reading(database) as session:
        return len(session.exec(select(IndexOutbox)).all()), len(session.exec(select(IndexCatchUp)).all())


def once(act: Callable[[], None]) -> Callable[[int, int], None]:
    """Progress of a rebuild that does something when all entries have been read."""
    return lambda done, total: act() if done == total else None


def test_an_edit_during_a_rebuild_is_found_before_it_ends_and_after(database: Engine, search: SearchEngine) -> None:
    firms = fill(database)
    first = rebuild(database, search).version
    during: list[tuple[str, int, int]] = []

    def edit() -> None:
        with transaction(database) as session:
            firm = session.get_one(Enterprise, firms["han"])
            firm.name_zh = "中科岳寒纪科技股份有限公司"
            changed(session, firm, add_enterprise(session, "惠州市途中示例有限公司"))
        assert apply_outbox(database, search, may_rebuild=False) == 2
        during.append((search.version(), found(database, search, "途中示例"), found(database, search, "岳寒纪")))
        assert left(database) == (0, 2)

    done = rebuild(database, search, progress=once(edit))
    assert during == [(first, 1, 1)]
    assert search.version() == done.version != first
    assert (found(database, search, "途中示例"), found(database, search, "岳寒纪")) == (1, 1)
    assert left(database) == (0, 0)
    assert index_check.check(database, search).total == 0


def test_what_nobody_applied_during_a_rebuild_is_in_the_new_version(database: Engine, search: SearchEngine) -> None:
    firms = fill(database)
    rebuild(database, search)

    def edit() -> None:
        with transaction(database) as session:
            gone = session.get_one(Enterprise, firms["xing"])
            gone.voided_at = gone.created_at
            changed(session, gone, add_enterprise(session, "惠州市途中示例有限公司"))

    rebuild(database, search, progress=once(edit))
    assert (found(database, search, "途中示例"), found(database, search, "星澜光电")) == (1, 0)
    assert left(database) == (0, 0)
    assert index_check.check(database, search).total == 0


def test_a_change_of_everything_during_a_rebuild_asks_for_another(database: Engine, embedded: EmbeddedEngine) -> None:
    fill(database)
    first = rebuild(database, embedded).version

    def import_many() -> None:
        with transaction(database) as session:
            add_enterprise(session, "惠州市大批示例有限公司")
            session.add(IndexOutbox(kind="everything", subject_id=None))

    second = rebuild(database, embedded, progress=once(import_many)).version
    assert left(database) == (1, 0)
    assert apply_outbox(database, embedded) == 1
    assert first < second < embedded.version()
    assert found(database, embedded, "大批示例") == 1


def test_an_edit_while_going_back_is_found_at_once_and_afterwards(
    database: Engine, search: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    first, second = (rebuild(database, search).version for _ in range(2))
    during: list[tuple[str, int]] = []

    def and_edit(*given: object) -> Iterator[IndexDocument]:
        yield from stream_documents(*given)  # type: ignore[arg-type]
        add(database, "惠州市途中示例有限公司")
        apply_outbox(database, search, may_rebuild=False)
        during.append((search.version(), found(database, search, "途中示例")))
        add(database, "惠州市随后示例有限公司")

    monkeypatch.setattr(index_check, "stream_documents", and_edit)
    done = index_check.rollback(database, search)
    monkeypatch.undo()
    assert during == [(second, 1)]
    assert search.version() == done.version == first
    assert (found(database, search, "途中示例"), found(database, search, "随后示例")) == (1, 1)
    assert left(database) == (0, 0)
    assert index_check.check(database, search).total == 0


def test_only_one_makes_a_version_ready(
    sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    search = EmbeddedEngine(sqlite_settings.index_dir)
    fill(sqlite_engine)
    rebuild(sqlite_engine, search)
    refused: list[str] = []

    def again() -> None:
        with pytest.raises(RebuildBusy):
            rebuild(sqlite_engine, search)
        with pytest.raises(Conflict, match="正在重建") as command:
            reindex_command()
        with pytest.raises(Conflict) as rollback:
            index_check.rollback(sqlite_engine, search)
        refused.extend(refusal.value.text.en for refusal in (command, rollback))
        assert index_check.status(sqlite_engine, search).building
        # Looking at the lock, and mending, hinder nobody.
        assert index_check.check(sqlite_engine, search, repair=True).total == 0

    rebuild(sqlite_engine, search, progress=once(again))
    assert len(refused) == 2
    assert all("rebuilding the search index" in refusal for refusal in refused)
    assert not index_check.status(sqlite_engine, search).building


def test_a_rebuild_that_breaks_off_leaves_nothing_that_counts(database: Engine, search: SearchEngine) -> None:
    fill(database)
    first = rebuild(database, search).version

    def break_off() -> None:
        add(database, "惠州市途中示例有限公司")
        apply_outbox(database, search, may_rebuild=False)
        raise InterruptedError

    with pytest.raises(InterruptedError):
        rebuild(database, search, progress=once(break_off))
    assert (search.version(), found(database, search, "途中示例"), left(database)) == (first, 1, (0, 1))
    add(database, "惠州市随后示例有限公司")
    assert apply_outbox(database, search) == 1
    assert left(database) == (0, 1)
    rebuild(database, search)
    assert left(database) == (0, 0)
    with search.writing() as writer:
        assert len(writer.versions()) == 2


def test_a_swap_that_breaks_off_can_be_repeated(
    database: Engine, embedded: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    rebuild(database, embedded)
    with monkeypatch.context() as patched:
        patched.setattr("registry.services.index_changes.forget", _power_cut)
        with pytest.raises(InterruptedError):
            rebuild(database, embedded, progress=once(lambda: add(database, "惠州市途中示例有限公司")))
    assert left(database) == (1, 0)
    assert apply_outbox(database, embedded) == 1
    assert index_check.check(database, embedded).total == 0


def _power_cut(*_given: object, **_named: object) -> None:
    raise InterruptedError


def test_the_worker_applies_edits_while_it_rebuilds(
    database: Engine, embedded: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    first = rebuild(database, embedded).version
    judging, go_on = threading.Event(), threading.Event()

    def slowly(*given: object) -> None:
        judging.set()
        assert go_on.wait(DEADLINE_SECONDS)
        pass_gates(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(indexing, "pass_gates", slowly)
    worker = Worker(database, embedded, kinds={})
    worker.start()
    pause = threading.Event()
    try:
        with transaction(database) as session:
            session.add(IndexOutbox(kind="everything", subject_id=None))
        assert judging.wait(DEADLINE_SECONDS)
        add(database, "惠州市途中示例有限公司")
        assert any(left(database) == (1, 1) or pause.wait(0.05) for _ in range(200))
        assert (embedded.version(), embedded.reader().count) == (first, 10)
        go_on.set()
        assert any(left(database) == (0, 0) or pause.wait(0.05) for _ in range(200))
    finally:
        go_on.set()
        worker.stop()
    assert embedded.version() > first
    assert index_check.check(database, embedded).total == 0
