"""Whatever is wrong with the index, people get an answer; and when it is right again, so is the answer."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from asgi import create_app
from registry.cli import index, search
from registry.db import reading, transaction
from registry.search.embedded import EmbeddedEngine
from registry.search.embedded_store import DAMAGED
from registry.search.query import SearchPage, SearchQuery
from registry.services.finding import find
from registry.services.indexing import apply_outbox, rebuild
from registry.settings import Settings
from tests.support.population import add_enterprise, changed, fill

NAME = "深圳市星澜光电技术有限公司"
KINDS_OF_DAMAGE = 60
QUERIES = ("星澜光电", "xinglan", "星岚光电", "", "小巨人 深圳", NAME)


@pytest.fixture
def built(sqlite_engine: Engine, sqlite_settings: Settings) -> EmbeddedEngine:
    """The fictional population with an index."""
    fill(sqlite_engine)
    engine = EmbeddedEngine(sqlite_settings.index_dir)
    rebuild(sqlite_engine, engine)
    return engine


def ask(database: Engine, folder: Path, text: str) -> SearchPage:
    with reading(database) as session:
        return find(session, EmbeddedEngine(folder), SearchQuery(text=text))


def folder_missing(folder: Path) -> None:
    shutil.rmtree(folder)


def pointer_missing(folder: Path) -> None:
    (folder / "current").unlink()


def another_shape(folder: Path) -> None:
    (folder / "current").write_text("enterprises-00000000-000001\n")


def pointer_damaged(folder: Path) -> None:
    (folder / "current").write_bytes(bytes(range(256)))


def meta_missing(folder: Path) -> None:
    next(folder.glob("enterprises-*/meta.json")).unlink()


def entries_missing(folder: Path) -> None:
    next(folder.glob("enterprises-*/*.store")).unlink()


def terms_cut_short(folder: Path) -> None:
    terms = next(folder.glob("enterprises-*/*.term"))
    content = terms.read_bytes()
    terms.unlink()
    terms.write_bytes(content[: len(content) // 2])


def folder_is_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("?")


FAULTS = [
    folder_missing,
    pointer_missing,
    another_shape,
    pointer_damaged,
    meta_missing,
    entries_missing,
    terms_cut_short,
    folder_is_a_file,
]


@pytest.mark.parametrize("break_it", FAULTS, ids=lambda fault: fault.__name__)
def test_page_api_and_command_answer_without_the_index_and_with_it_again(
    break_it: Callable[[Path], None],
    built: EmbeddedEngine,
    sqlite_engine: Engine,
    sqlite_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = sqlite_settings.index_dir
    aside = folder.with_name("aside")
    shutil.copytree(folder, aside)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    with _web(sqlite_settings) as client:
        assert _notices(client) == []
    # Whoever has a file open goes on reading it; who comes later meets with what is there now.
    break_it(folder)
    with _web(sqlite_settings) as client:
        assert any("索引暂不可用" in notice for notice in _notices(client))
        page = client.get("/search", params={"q": NAME}, follow_redirects=True)
        assert (page.status_code, NAME in page.text) == (200, True)
        assert "索引暂不可用" in client.get("/search", params={"q": "星澜"}).text
        command = _run("search", NAME, "--json")
        assert (command.exit_code, json.loads(command.stdout)["hits"][0]["name"]) == (0, NAME)
        _put_back(aside, folder)
        assert _notices(client) == []


@pytest.mark.parametrize("break_it", FAULTS[:-1], ids=lambda fault: fault.__name__)
def test_the_worker_makes_another_index(
    break_it: Callable[[Path], None], built: EmbeddedEngine, sqlite_engine: Engine, sqlite_settings: Settings
) -> None:
    break_it(sqlite_settings.index_dir)
    worker = EmbeddedEngine(sqlite_settings.index_dir)
    apply_outbox(sqlite_engine, worker)
    assert not ask(sqlite_engine, sqlite_settings.index_dir, "xinglan").degraded


def test_a_held_lock_hinders_nobody_who_reads(
    built: EmbeddedEngine, sqlite_engine: Engine, sqlite_settings: Settings
) -> None:
    with built.writing():
        with transaction(sqlite_engine) as session:
            changed(session, add_enterprise(session, "惠州市等候示例有限公司"))
        page = ask(sqlite_engine, sqlite_settings.index_dir, "星澜光电")
        assert (page.degraded, page.total) == (False, 1)
    apply_outbox(sqlite_engine, built)
    assert ask(sqlite_engine, sqlite_settings.index_dir, "等候示例").total == 1


def test_no_damage_to_a_file_keeps_an_answer_away(
    built: EmbeddedEngine, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path
) -> None:
    chance = random.Random(5)  # noqa: S311 - a repeatable choice, no secret
    version = built.version()
    files = sorted(path for path in (sqlite_settings.index_dir / version).iterdir() if path.stat().st_size)
    for number in range(KINDS_OF_DAMAGE):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(sqlite_settings.index_dir, copy)
        _damage(copy / version / chance.choice(files).name, chance)
        degraded = [ask(sqlite_engine, copy, text).degraded for text in QUERIES]
        # Once anybody has met with damage, nobody reads the version any more and the worker builds another.
        if (copy / version / DAMAGED).exists():
            assert degraded[-1]
            apply_outbox(sqlite_engine, EmbeddedEngine(copy))
            assert not ask(sqlite_engine, copy, NAME).degraded
        shutil.rmtree(copy)


def test_the_commands_say_what_is_the_matter(
    built: EmbeddedEngine, sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "en")
    assert "9 enterprises" in _run("index", "status").stdout
    assert _run("index", "check").stdout == "9 entries compared, all alike.\n"
    with transaction(sqlite_engine) as session:
        add_enterprise(session, "惠州市无声示例有限公司")
    found = _run("index", "check")
    assert (found.exit_code, "Missing in the index: 1, such as e10 惠州市无声" in found.stdout) == (1, True)
    assert json.loads(_run("index", "check", "--json").stdout)["missing"] == 1
    mended = _run("index", "check", "--repair")
    assert (mended.exit_code, "mended" in mended.stdout) == (0, True)
    assert _run("index", "check").exit_code == 0
    assert "没有可用的旧索引" in str(_run("index", "rollback").exception)
    rebuild(sqlite_engine, built)
    assert _run("index", "rollback").stdout.startswith("Went back from enterprises-")
    rebuild(sqlite_engine, built)
    assert json.loads(_run("index", "rollback", "--json").stdout)["mended"] == 0
    pointer_missing(sqlite_settings.index_dir)
    assert "the database answers" in _run("index", "status").stdout
    assert json.loads(_run("index", "status", "--json").stdout)["version"] is None
    assert "reindex" in str(_run("index", "check").exception)


def _web(settings: Settings) -> TestClient:
    return TestClient(create_app(settings.model_copy(update={"embedded_worker": False})), base_url="https://testserver")


def _notices(client: TestClient) -> list[str]:
    answer = client.get("/api/v1/search", params={"q": "星澜光电"})
    assert answer.status_code == 200
    found = answer.json()
    assert found["hits"][0]["name"] == NAME
    return [notice["zh"] for notice in found["notices"]]


def _put_back(aside: Path, folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
    shutil.copytree(aside, folder)


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    search.mount(app)
    index.mount(app)
    return CliRunner().invoke(app, list(arguments))


def _damage(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    path.unlink()
    match chance.choice(("flip", "cut", "zero", "empty", "gone")):
        case "flip":
            for _ in range(5):
                content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
        case "cut":
            del content[chance.randrange(len(content)) :]
        case "zero":
            content = bytearray(len(content))
        case "empty":
            content = bytearray()
        case _:
            return
    path.write_bytes(content)
