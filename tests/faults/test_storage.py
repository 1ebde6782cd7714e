"""Disks that are full, databases that are slow, away or asked by too many: said with 503 and when to come back."""

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlmodel import Session, func, select

import asgi
from registry import db
from registry.db import make_engine, reading, transaction
from registry.errors import StorageUnavailable
from registry.models import Enterprise, ImportRun, SourceFile
from registry.policies import Actor, Grant
from registry.services.accounts import create_account, sign_in
from registry.services.audit import verify_chain
from registry.services.quotas import Quotas
from registry.settings import Settings
from registry.vocabulary import Role
from tests.factories import an_enterprise
from tests.support.apps import running
from tests.support.people import PASSWORD

CSV = "序号,企业名称,统一社会信用代码\n1,深圳示例丁电子有限公司,91440300MA5EXAMP5U\n".encode()
FORM = {"directory": "hte", "batch": "第一批", "year": "2024", "announced_on": "2024-12-01"}


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """What a full disk does to whoever writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _curator(engine: Engine) -> dict[str, str]:
    with transaction(engine) as session:
        grants = (Grant(Role.CURATOR, "440000"),)
        create_account(session, actor=Actor.command_line(), login="someone", password=PASSWORD, grants=grants)
    return {"Authorization": f"Bearer {sign_in(engine, login='someone', password=PASSWORD)}"}


def _upload(client: TestClient, headers: dict[str, str], content: bytes = CSV) -> int:
    form = {"file": ("名单.csv", content, "text/csv")}
    return client.post("/api/v1/imports", headers=headers, data=FORM, files=form).status_code


def _apart(settings: Settings) -> Settings:
    return settings.model_copy(update={"embedded_worker": False})


@pytest.mark.parametrize("size", [0, 8_192, 65_536])
def test_where_nothing_can_be_written_reading_goes_on_and_nothing_is_half_there(
    sqlite_engine: Engine, sqlite_settings: Settings, size: int
) -> None:
    """Not the database, not the document, nor the scratch file of an upload."""
    headers = _curator(sqlite_engine)
    long = CSV + b"".join(f"{n},,\n".encode() for n in range(2, 400_000))
    with running(_apart(sqlite_settings)) as client:
        with files_no_longer_than(size):
            assert [_upload(client, headers, content) for content in (CSV, long)] == [503, 503]
            assert client.get("/").status_code == client.get("/api/v1/directories").status_code == 200
        with reading(sqlite_engine) as session:
            assert session.exec(select(ImportRun)).all() == []
            assert session.exec(select(SourceFile)).all() == []
            assert verify_chain(session)[1] is None
        assert [path for path in sqlite_settings.archive_dir.rglob("incoming-*")] == []
        assert _upload(client, headers) == 201


def test_a_full_database_is_said_to_be_full(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    with pytest.raises(StorageUnavailable, match="磁盘已满"):
        _fill_up(sqlite_engine, pages)
    with reading(sqlite_engine) as session:
        assert session.exec(select(func.count()).select_from(Enterprise)).one() == 0


def test_who_gets_no_connection_is_told_when_to_come_back_and_then_served(
    database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "POOL_SECONDS", 0.2)
    monkeypatch.setattr(db, "POOL_SIZE", 2)
    with running(_apart(database_settings)) as client:
        engine: Engine = client.app.state.engine  # type: ignore[attr-defined]
        held = [engine.connect(), engine.connect()]
        for path in ("/search?q=示例", "/api/v1/search?q=示例", "/readyz"):
            answer = client.get(path)
            assert (path, answer.status_code) == (path, 503)
            assert path == "/readyz" or int(answer.headers["Retry-After"]) > 0
        assert client.get("/healthz").status_code == 200
        for connection in held:
            connection.close()
        assert client.get("/search?q=示例").status_code == 200


@pytest.mark.postgres
def test_a_slow_statement_is_stopped_and_said(postgres_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_engine(postgres_settings, statement_seconds=1)
    with pytest.raises(StorageUnavailable, match="太慢"), reading(engine) as session:
        session.execute(text("SELECT pg_sleep(60)"))
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(Enterprise)).one() == 0
    engine.dispose()
    monkeypatch.setattr(asgi, "STATEMENT_SECONDS", 7)
    with running(_apart(postgres_settings)) as client:
        assert _limit(client) == "7s"
    with running(postgres_settings) as client:
        assert _limit(client) == "0"


def _fill_up(engine: Engine, pages: int) -> None:
    with transaction(engine) as session:
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        session.add_all(an_enterprise(address="示例" * 100) for _ in range(2_000))


def _add(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(an_enterprise())


def _limit(client: TestClient) -> str:
    with reading(client.app.state.engine) as session:  # type: ignore[attr-defined]
        return str(session.execute(text("SHOW statement_timeout")).scalar_one())


@pytest.mark.postgres
def test_who_waits_for_a_lock_too_long_is_told_so(postgres_settings: Settings) -> None:
    holding, waiting = make_engine(postgres_settings), make_engine(postgres_settings, statement_seconds=1)
    with Session(holding) as session:
        session.execute(text("LOCK TABLE enterprise IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StorageUnavailable, match="太慢"):
            _add(waiting)
    _add(waiting)
    holding.dispose()
    waiting.dispose()


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_503_and_health_goes_on(settings: Settings, tmp_path: Path) -> None:
    nowhere = settings.model_copy(update={"database_url": f"postgresql://nobody@/registry?host={tmp_path}"})
    with running(_apart(nowhere)) as client:
        for path in ("/", "/search?q=示例", "/api/v1/directories"):
            answer = client.get(path)
            assert (path, answer.status_code) == (path, 503)
            assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_a_clock_that_is_set_back_locks_nobody_out(tmp_path: Path) -> None:
    now = [time.time() + 86_400]
    quotas = Quotas(tmp_path, lambda: now[0])
    while not quotas.take("somebody", rate=2).is_refused:
        pass
    now[0] -= 86_400
    assert not quotas.take("somebody", rate=2).is_refused
    taken = 1
    while not quotas.take("somebody", rate=2).is_refused:
        taken += 1
    assert taken == 4
