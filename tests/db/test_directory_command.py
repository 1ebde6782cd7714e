"""``registry directory``: a table for eyes, a file for programs, one clear line for a mistake."""

import csv
import io
import json
import os
import sys
from datetime import date
from pathlib import Path

import pytest
import typer
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from registry.cli import directory
from registry.db import transaction
from registry.errors import InvalidInput
from registry.settings import Settings
from tests.factories import a_batch, a_listing, an_enterprise

DAY = "2026-11-20"


@pytest.fixture
def filled(sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with sixty titles; the commands find it through the environment."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    with transaction(sqlite_engine) as session:
        batch, firms = a_batch(), [an_enterprise(name_zh=f"示例{number:02d}公司") for number in range(60)]
        session.add_all([batch, *firms])
        session.flush()
        session.add_all(a_listing(firm, batch, valid_to=date(2027, 6, 30)) for firm in firms)
    return sqlite_settings.data_dir


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    directory.mount(app)
    return CliRunner().invoke(app, list(arguments))


def test_a_pipe_gets_csv(filled: Path) -> None:
    done = _run("little_giant", "--as-of", DAY)
    assert done.exit_code == 0
    rows = list(csv.reader(io.StringIO(done.stdout_bytes.decode("utf-8-sig"))))
    assert (len(rows), rows[1][2]) == (61, "示例00公司")


def test_a_terminal_gets_the_first_fifty_as_a_table(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    directory.directory_command("little_giant", as_of=DAY, city="", status="held", form="", output=None, as_json=False)
    lines = terminal.getvalue().splitlines()
    assert len(lines) == 51
    assert "示例00公司" in lines[0]
    assert "共 60 条" in lines[-1]


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_json_is_asked_for_in_two_ways(filled: Path) -> None:
    said = [json.loads(_run("little_giant", "--as-of", DAY, *how).stdout) for how in (["--json"], ["--format", "json"])]
    assert said[0]["count"] == 60
    assert said[0]["rows"] == said[1]["rows"]


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx", "list.json"])
def test_a_file_is_written_in_the_format_of_its_name(filled: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    done = _run("little_giant", "--as-of", DAY, "--output", str(target))
    assert done.exit_code == 0
    assert "60" in done.stdout
    start = {"list.csv": b"\xef\xbb\xbf", "list.xlsx": b"PK", "list.json": b"{"}[name]
    assert target.read_bytes().startswith(start)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [name]


def test_a_day_before_all_titles_gives_an_empty_list(filled: Path) -> None:
    assert json.loads(_run("little_giant", "--as-of", "2020-01-01", "--json").stdout)["count"] == 0
    assert json.loads(_run("little_giant", "--as-of", DAY, "--city", "440100", "--json").stdout)["count"] == 0
    assert json.loads(_run("little_giant", "--as-of", DAY, "--status", "due", "--json").stdout)["count"] == 0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["little_giant", "--as-of", "2025-02-30"], "--as-of"),
        (["little_giant", "--city", "深圳"], "--city"),
        (["little_giant", "--status", "held?"], "--status"),
        (["little_giant", "--format", "pdf"], "--format"),
        (["little_giant", "--format", "csv", "--json"], "--format"),
        (["little_giant", "--output", "list.pdf"], "--output"),
        (["'; DROP TABLE"], "CODE"),
    ],
)
def test_a_mistake_is_refused_and_named_and_writes_nothing(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], field: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    done = _run(*arguments)
    assert isinstance(done.exception, InvalidInput)
    assert done.exception.field == field
    assert done.stdout == ""
    assert os.listdir() == []


def test_a_workbook_is_not_thrown_at_a_terminal(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", _Terminal())
    with pytest.raises(InvalidInput):
        directory.directory_command("hte", as_of="", city="", status="held", form="xlsx", output=None, as_json=False)


def test_a_folder_that_is_not_there_leaves_nothing_behind(filled: Path, tmp_path: Path) -> None:
    done = _run("little_giant", "--output", str(tmp_path / "missing" / "list.csv"))
    assert isinstance(done.exception, OSError)
    assert not (tmp_path / "missing").exists()
