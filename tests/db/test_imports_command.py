"""``registry import``, ``read`` and ``imports`` as people and scripts call them, with everything that can go wrong."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

import commands
from registry.settings import Settings
from tests.unit.imports.files import HEADER, csv_file, one_cell_workbook, workbook

CODE_A, CODE_B = "91350100M000100Y43", "91350900587527783P"
ROWS = (("1", "福州示例甲科技有限公司", CODE_A, "福州市"), ("2", "示例乙有限公司", CODE_B, "宁德市"))
TABLES = (
    "enterprise",
    "enterprise_name",
    "enterprise_address",
    "listing",
    "batch",
    "import_run",
    "import_row",
    "audit_event",
)


@pytest.fixture
def run(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run one command on a migrated database: (status, output, error line)."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")

    def call(*arguments: object) -> tuple[int, str, str]:
        status = commands.main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return status, out, err

    return call


@pytest.fixture
def database(sqlite_settings: Settings) -> Path:
    return sqlite_settings.data_dir / "registry.sqlite3"


def stored(database: Path) -> dict[str, int]:
    """How many rows each table holds."""
    connection = sqlite3.connect(database)
    try:
        return {t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in TABLES}  # noqa: S608
    finally:
        connection.close()


def test_import_with_yes_writes_and_says_how_to_undo(run: Any, database: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, *ROWS)
    status, out, err = run("import", path, "--directory", "little_giant", "--announced-on", "2026-05-06", "--yes")
    assert (status, err) == (0, "")
    assert "新企业 2 家" in out
    assert "registry imports undo IM-1" in out
    assert stored(database)["listing"] == 2
    status, out, _ = run("import", path, "--directory", "little_giant", "--announced-on", "2026-05-06", "--yes")
    assert status == 0
    assert "没有变化" in out


def test_without_yes_and_without_a_terminal_it_stays_staged(run: Any, database: Path, tmp_path: Path) -> None:
    status, out, err = run("import", csv_file(tmp_path, HEADER, *ROWS))
    assert status == 2
    assert "已暂存为 IM-1" in err
    assert err.count("\n") == 1
    assert "新增" in out
    assert stored(database)["enterprise"] == 0


def test_a_dry_run_stores_nothing_at_all(run: Any, database: Path, tmp_path: Path) -> None:
    before = stored(database)
    status, out, _ = run("import", csv_file(tmp_path, HEADER, *ROWS), "--dry-run")
    assert status == 0
    assert "没有保存" in out
    assert stored(database) == before
    assert not (database.parent / "archive").exists()


def test_json_output_is_one_json_value(run: Any, tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, *ROWS, ("3", "示例丙有限公司", "91350100M000100Y44", ""))
    status, out, _ = run("import", path, "--yes", "--json")
    said = json.loads(out)
    assert (status, said["summary"]["state"], said["summary"]["counts"]["rejected"]) == (0, "written", 1)
    assert said["problems"][0]["reason_code"] == "wrong_check_digit"
    assert [each["key"] for each in json.loads(run("imports", "list", "--json")[1])] == ["IM-1"]
    assert json.loads(run("imports", "show", "IM-1", "--json")[1]) == said
    assert json.loads(run("imports", "undo", "im-1", "--json")[1])["enterprises_voided"] == 2


def test_read_shows_tables_without_a_database(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "nowhere"))
    path = workbook(tmp_path, {"名单": [["示例名单"], [], list(HEADER), list(ROWS[0])], "空": []})
    status, out, _ = run("read", path, "--json")
    said = json.loads(out)
    (table,) = said["tables"]
    assert status == 0
    assert {key: table[key] for key in ("sheet", "title", "header_row", "columns", "records", "rows")} == {
        "sheet": "名单",
        "title": "示例名单",
        "header_row": 3,
        "columns": list(HEADER),
        "records": 1,
        "rows": [list(ROWS[0])],
    }
    assert len(said["notes"]) == 1
    assert "企业名称" in run("read", path)[1]
    assert not (tmp_path / "nowhere").exists()


def make(folder: Path, kind: str) -> Path:
    """A bad file of the kind."""
    path = folder / "list.csv"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "no name column":
        return csv_file(folder, ("序号", "产品"), ("1", "示例产品"))
    elif kind == "program":
        path = folder / "list.xlsx"
        path.write_bytes(b"MZ" + bytes(1000))
    elif kind == "50 MB row":
        path.write_bytes(("企业名称\n" + "示" * 16_700_000 + "\n").encode())
    elif kind == "far cell":
        return one_cell_workbook(folder, "XFD1048576")
    elif kind == "duplicate header":
        return csv_file(folder, ("企业名称", "企业名称"), ("示例甲有限公司", "示例乙有限公司"))
    elif kind == "missing":
        return folder / "no such file.csv"
    elif kind == "folder":
        return folder
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("empty", "空的"),
        ("no name column", "没有企业名称列"),
        ("program", "Windows 程序"),
        ("50 MB row", "第 2 行长 50 MB"),
        ("far cell", "XFD1048576"),
        ("duplicate header", "“企业名称”"),
        ("missing", "没有这个文件"),
        ("folder", "没有这个文件"),
    ],
)
def test_a_bad_file_is_one_clear_line_and_leaves_nothing(
    run: Any, database: Path, tmp_path: Path, kind: str, said: str
) -> None:
    before = stored(database)
    status, _, err = run("import", make(tmp_path, kind), "--yes")
    assert (status, err.count("\n")) == (2, 1)
    assert said in err
    assert stored(database) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--directory", "no_such", "--year", "2026"), "没有代码为“no_such”的名录"),
        (("--directory", "'; DROP TABLE listing; --", "--year", "2026"), "没有代码为"),
        (("--directory", "hte"), "--announced-on"),
        (("--directory", "hte", "--announced-on", "2025-02-30"), "没有这一天"),
        (("--directory", "hte", "--year", "x"), "应为整数"),
        (("--batch", "第八批"), "--directory"),
    ],
)
def test_a_wrong_option_is_one_clear_line(
    run: Any, database: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = stored(database)
    status, _, err = run("import", csv_file(tmp_path, HEADER, *ROWS), *arguments, "--yes")
    assert (status, err.count("\n")) == (2, 1)
    assert said in err
    assert stored(database) == before


@pytest.mark.parametrize("key", ["IM-99", "abc", "-1", "0", "IM-", "9" * 40])
def test_an_unknown_import_is_refused(run: Any, key: str) -> None:
    for action in ("show", "undo"):
        status, _, err = run("imports", action, "--", key)
        assert (status, err.count("\n")) == (2, 1)


def test_a_database_that_stays_locked_is_said(run: Any, database: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, *ROWS)
    before = stored(database)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, _, err = run("import", path, "--yes")
    other.execute("ROLLBACK")
    other.close()
    assert (status, err.count("\n")) == (2, 1)
    assert "占用" in err
    assert stored(database) == before


def test_a_database_that_is_read_only_is_said(run: Any, database: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, *ROWS)
    before = stored(database)
    mode = f"file:{database}?mode=ro&uri=true"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REGISTRY_DATABASE_URL", f"sqlite:///{mode}")
        status, _, err = run("import", path, "--yes")
    assert (status, err.count("\n")) == (2, 1)
    assert "只读" in err
    assert stored(database) == before


def test_a_database_without_tables_is_said(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(tmp_path / "fresh"))
    status, _, err = run("import", csv_file(tmp_path, HEADER, *ROWS), "--yes")
    assert (status, err.count("\n")) == (2, 1)
    assert "registry migrate" in err


KILL = """
    import os, signal, sys
    import commands
    from registry.services.imports import {module} as victim

    def die(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    victim.{name} = die
    sys.exit(commands.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("module", "name"), [("staging", "said_of"), ("writing", "_point_repeated_rows")])
def test_a_process_killed_in_the_middle_leaves_nothing_half_there(
    sqlite_engine: Engine,
    settings: Settings,
    database: Path,
    tmp_path: Path,
    run: Any,
    module: str,
    name: str,
) -> None:
    path = csv_file(tmp_path, HEADER, *ROWS)
    code = textwrap.dedent(KILL.format(module=module, name=name))
    environment = {**os.environ, "REGISTRY_DATA_DIR": str(settings.data_dir)}
    arguments = ["import", str(path), "--directory", "little_giant", "--year", "2026", "--yes"]
    died = subprocess.run([sys.executable, "-c", code, *arguments], env=environment, capture_output=True, check=False)
    assert died.returncode == -signal.SIGKILL
    left = stored(database)
    tables = ("import_run", "enterprise", "enterprise_name", "enterprise_address", "listing", "batch")
    assert {table: left[table] for table in tables} == {
        "import_run": 0,
        "enterprise": 0,
        "enterprise_name": 0,
        "enterprise_address": 0,
        "listing": 0,
        "batch": 0,
    }
    assert run(*arguments)[0] == 0
    assert stored(database)["listing"] == 2


PRODUCTS = ("产品名称", "版本", "送测单位", "安全可靠等级")
ONE_PRODUCT = ("示例操作系统", "V10", "示例软件甲有限公司", "Ⅱ级")
INTO = ("--directory", "secure_product", "--batch", "2026年第1号", "--announced-on", "2026-01-16")


def test_a_product_list_is_shown_written_and_undone(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = csv_file(tmp_path, PRODUCTS, ONE_PRODUCT, ONE_PRODUCT, ("示例库", "V1", "", ""))
    status, out, err = run("import", path, *INTO, "--yes")
    assert (status, err) == (0, "")
    assert "产品名称→产品名称，版本→版本，送测单位→生产（送测）单位，安全可靠等级→等级" in out
    assert "一行是一个生产单位的一个产品版本" in out
    assert "第 4 行  送测单位 “”  拒绝：生产单位为空。" in out
    assert "新产品版本 1 个，已登记的产品版本 0 个，未写入 1 行" in out
    monkeypatch.setenv("REGISTRY_LANG", "en")
    shown = run("imports", "show", "IM-1")[1]
    assert "One row is one product version of one maker." in shown
    assert "送测单位→Maker" in shown
    assert "1 titles, 1 products, 1 enterprises" in run("imports", "undo", "IM-1")[1]


@pytest.mark.parametrize(
    ("header", "into", "said"),
    [
        (("序号", "企业名称"), INTO, "没有产品名称列（如 产品名称、产品、品名、软件名称）。这像是企业名单"),
        (("产品名称", "版本"), INTO, "没有生产单位列"),
        (PRODUCTS, ("--directory", "hte", "--year", "2026"), "这像是产品名单"),
        (PRODUCTS, (), "请导入产品目录，如 --directory secure_product"),
    ],
)
def test_a_list_that_does_not_fit_its_directory_is_one_line_and_leaves_nothing(
    run: Any, database: Path, tmp_path: Path, header: tuple[str, ...], into: tuple[str, ...], said: str
) -> None:
    path = csv_file(tmp_path, header, tuple(f"示例{number}" for number in range(len(header))))
    before = stored(database)
    status, _, err = run("import", path, *into, "--yes")
    assert status == 2
    assert said in err
    assert err.count("\n") == 1
    assert stored(database) == before


def test_messages_are_english_for_those_who_want_it(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_LANG", "en")
    path = csv_file(tmp_path, HEADER, *ROWS, ("3", "示例丙有限公司", "91350100M000100Y44", ""))
    status, out, _ = run("import", path, "--yes")
    assert status == 0
    assert "2 new enterprises" in out
    assert "Rows not written (1)" in out
    assert "Undone IM-1" in run("imports", "undo", "1")[1]
    assert "Undone" in run("imports", "list")[1]
