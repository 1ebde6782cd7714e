"""``registry backup`` and ``registry restore``: one line for people, JSON for scripts, one clear refusal."""

import json
from pathlib import Path

import pytest
import typer
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from registry.cli import backup
from registry.db import transaction
from registry.errors import FileRefused, NotFound
from registry.services.imports.archiving import source_file
from registry.settings import Settings

LOST = "ab" * 32


@pytest.fixture
def place(sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a registry that the commands find."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    return sqlite_settings


def _run(*arguments: object) -> Result:
    app = typer.Typer()
    backup.mount(app)
    done = CliRunner().invoke(app, list(map(str, arguments)))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_a_backup_is_made_checked_and_restored(
    place: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, new = tmp_path / "a.tar", tmp_path / "new"
    assert _run("backup", file).stdout.startswith(f"已备份到 {file}：SQLite 数据库")
    checked = json.loads(_run("restore", "--check", file, "--json").stdout)
    assert (checked["checked"], checked["database"], checked["rows"]["enterprise"]) == (True, "sqlite", 0)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(new))
    monkeypatch.setenv("REGISTRY_LANG", "en")
    said = _run("restore", file).stdout.splitlines()
    assert said[0].startswith(f"Restored into {new}: SQLite database")
    assert said[1].startswith("The worker builds the search index")
    assert (new / "registry.sqlite3").is_file()


def test_a_lost_document_is_named_and_the_exit_status_says_so(
    place: Settings, sqlite_engine: Engine, tmp_path: Path
) -> None:
    with transaction(sqlite_engine) as session:
        source_file(session, sha256=LOST, filename="示例.txt", size=1, media_type="text/plain")
    done = _run("backup", tmp_path / "a.tar", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["missing"] == [LOST]
    assert f"存档中缺少文件（1）：{LOST}" in done.stderr
    assert (tmp_path / "a.tar").is_file()


def test_what_is_no_backup_is_refused(place: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"x" * 2_000)
    with pytest.raises(FileRefused, match="不是完整的备份文件"):
        _run("restore", "--check", tmp_path / "a.tar")
    with pytest.raises(NotFound):
        _run("restore", tmp_path / "none.tar")
