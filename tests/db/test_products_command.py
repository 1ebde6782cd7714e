"""``registry products``: a shopping list checked, a list of compatibility brought in and taken back, in a terminal."""

import json
from pathlib import Path

import pytest
import typer
from sqlalchemy.engine import Engine
from sqlmodel import func, select
from typer.testing import CliRunner, Result

from import_scripts import products
from registry.db import reading, transaction
from registry.models import CompatibilityList
from registry.settings import Settings
from tests.db.products import fill_catalogue


@pytest.fixture(autouse=True)
def _here(sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    with transaction(sqlite_engine) as session:
        fill_catalogue(session)


def _run(*arguments: str | Path) -> Result:
    app = typer.Typer()
    products.mount(app)
    done = CliRunner().invoke(app, ["products", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_a_shopping_list_is_answered_line_by_line_and_saved(tmp_path: Path) -> None:
    wanted, saved = tmp_path / "清单.txt", tmp_path / "答复.csv"
    wanted.write_text("示例岚山数据库 V9.0\n全然没有的示例物\n", encoding="utf-8")
    checked = json.loads(_run("check", wanted, "--as-of", "2026-05-06", "--json").stdout)
    assert [line["written"] for line in checked["lines"]] == ["示例岚山数据库 V9.0", "全然没有的示例物"]
    assert sum(checked["counts"].values()) == checked["total"] == 2
    lines = _run("check", wanted, "--as-of", "2026-05-06").stdout.splitlines()
    assert [line.split("\t")[0] for line in lines[:2]] == ["1", "2"]
    assert lines[2].startswith("2 行：")
    assert "示例岚山数据库" not in _run("check", wanted, "--output", saved).stdout
    assert "全然没有的示例物" in saved.read_text(encoding="utf-8-sig")


def test_a_list_of_compatibility_is_previewed_written_and_taken_back(sqlite_engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "示例兼容性.csv"
    file.write_text(
        "芯片,操作系统,数据库,适配状态\n示例启衡QH-3400,示例澜服务器操作系统 V10,示例岚山数据库 V9.0,已适配\n",
        encoding="utf-8",
    )
    preview = json.loads(_run("compatibility", file, "--json").stdout)
    assert (preview["combinations"], preview["list_id"]) == (1, None)
    written = json.loads(_run("compatibility", file, "--yes", "--json").stdout)
    with reading(sqlite_engine) as session:
        assert session.exec(select(func.count()).select_from(CompatibilityList)).one() == 1
    _run("take-back", str(written["list_id"]), "--reason", "示例")
    with reading(sqlite_engine) as session:
        assert session.get_one(CompatibilityList, written["list_id"]).voided_at is not None
