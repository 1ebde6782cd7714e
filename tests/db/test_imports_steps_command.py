"""The steps of an import on the command line: mapped, signed, passed by another person, written, cancelled."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine

import commands
from import_scripts.reading import open_file
from registry.db import transaction
from registry.policies import Actor, Grant
from registry.schemas.imports import ImportOptions
from registry.services.imports.reviewing import review
from registry.services.imports.uploading import receive, settle
from registry.settings import Settings
from registry.vocabulary import Role
from tests.unit.imports.files import csv_file

CODE = "91350100M000100Y43"
LI = Actor(None, "li", (Grant(Role.CURATOR, "440000"),))
COLUMNS = ("序号", "培育对象", "城市")


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


def uploaded(engine: Engine, settings: Settings, path: Path, *, large: bool = False) -> int:
    with transaction(engine) as session:
        number = receive(
            session, path=path, open_file=open_file, archive_dir=settings.archive_dir, actor=LI, read=not large
        ).id
        if large:
            options = ImportOptions(directory="little_giant", year=2026)
            settle(
                session,
                import_id=number,
                options=options,
                actor=LI,
                open_file=open_file,
                archive_dir=settings.archive_dir,
                large_bytes=1,
            )
    return number


def test_an_upload_is_mapped_checked_and_written(
    run: Any, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path
) -> None:
    number = uploaded(sqlite_engine, sqlite_settings, csv_file(tmp_path, COLUMNS, ("1", "甲一", "福州市")))
    status, _, err = run("imports", "map", number, "--directory", "little_giant", "--year", "2026")
    assert (status, "没有企业名称列" in err, err.count("\n")) == (2, True, 1)
    batch = ("--directory", "little_giant", "--year", "2026")
    status, out, _ = run("imports", "map", number, *batch, "--column", "培育对象=name")
    assert status == 0
    assert "培育对象→企业名称" in out
    status, out, _ = run("imports", "review", number)
    assert "检查通过：名单不为空" in out
    assert run("imports", "review", number, "--count", "5")[0] == 2
    status, out, _ = run("imports", "write", number)
    assert (status, "已写入 IM-1" in out) == (0, True)
    listed = json.loads(run("imports", "mappings", "--json")[1])
    assert [one["roles"] for one in listed] == [{"培育对象": "name"}]
    other = csv_file(tmp_path, COLUMNS, ("1", "乙二", ""), name="next.csv")
    assert run("import", other, "--directory", "little_giant", "--year", "2027", "--no-memory", "--yes")[0] == 2
    status, out, _ = run("import", other, "--directory", "little_giant", "--year", "2027", "--yes")
    assert (status, "沿用 命令行" in out) == (0, True)
    assert run("imports", "forget", listed[0]["id"])[0] == 0
    assert "还没有记住" in run("imports", "mappings")[1]


def test_a_failed_check_is_passed_by_a_person_who_has_not_worked_on_it(
    run: Any, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path
) -> None:
    rows = (("1", "示例甲有限公司", CODE), ("2", "示例乙有限公司", "91350100M000100Y44"))
    path = csv_file(tmp_path, ("序号", "企业名称", "统一社会信用代码"), *rows)
    number = uploaded(sqlite_engine, sqlite_settings, path, large=True)
    assert "后台处理排队" in run("imports", "show", number)[1]
    assert run("imports", "cancel", number)[0] == 0
    assert run("imports", "cancel", number)[0] == 2
    assert run("imports", "map", number)[0] == 0
    status, _, err = run("imports", "write", number)
    assert (status, "拒绝行不超过" in err, err.count("\n")) == (2, True, 1)
    run("imports", "review", number, "--count", "1")
    status, _, err = run("imports", "override", number, "--reason", "已与原件核对")
    assert (status, "须由第二人确认" in err) == (2, True)
    second = uploaded(sqlite_engine, sqlite_settings, path)
    with transaction(sqlite_engine) as session:
        options = ImportOptions(directory="little_giant", year=2025)
        archive = sqlite_settings.archive_dir
        settle(session, import_id=second, options=options, actor=LI, open_file=open_file, archive_dir=archive)
        review(session, import_id=second, count=1, actor=LI)
    status, out, _ = run("imports", "override", second, "--reason", "已与原件核对")
    assert (status, "li 已签署" in out) == (0, True)
    assert run("imports", "write", second)[0] == 0


def test_import_with_yes_says_which_checks_it_passed_over(run: Any, tmp_path: Path) -> None:
    rows = (("示例甲有限公司", CODE), ("示例乙有限公司", "91350100M000100Y44"))
    path = csv_file(tmp_path, ("企业名称", "统一社会信用代码"), *rows)
    notice = ("--public-notice", "--notice-to", "2026-05-12")
    status, out, _ = run("import", path, "--directory", "little_giant", *notice, "--yes")
    assert status == 0
    assert "检查未过：拒绝行不超过 0.5%（1 / 2 = 50.0%）" in out
    assert run("import", path, "--directory", "little_giant", "--public-notice", "--yes")[0] == 2


def test_a_script_may_ask_to_be_stopped_by_failed_checks(run: Any, tmp_path: Path) -> None:
    good = csv_file(tmp_path, ("企业名称", "统一社会信用代码"), ("示例甲有限公司", CODE), name="good.csv")
    lists = ("--directory", "little_giant", "--year", "2024", "--yes", "--stop-on-checks")
    assert run("import", good, *lists)[0] == 0
    rows = (("示例甲有限公司", CODE), ("示例乙有限公司", "91350100M000100Y44"))
    path = csv_file(tmp_path, ("企业名称", "统一社会信用代码"), *rows)
    status, out, err = run("import", path, *lists)
    assert (status, err.count("\n")) == (3, 1)
    assert "已暂存为 IM-2，没有写入" in out
    assert "拒绝行不超过 0.5%（1 / 2 = 50.0%）" in err
    status, out, err = run("import", path, *lists, "--json")
    assert (status, json.loads(out)["summary"]["state"]) == (3, "matched")
    without = [one for one in lists if one != "--stop-on-checks"]
    status, out, err = run("import", path, *without, "--json")
    assert (status, json.loads(out)["summary"]["state"]) == (0, "written")
    assert "检查未过：拒绝行不超过" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("map", "x"),
        ("map", "9"),
        ("map", "1", "--column", "没有=name"),
        ("map", "1", "--column", "名称"),
        ("map", "1", "--header", "=x"),
        ("map", "1", "--sheet", "没有的表"),
        ("review", "9"),
        ("write", "1"),
        ("override", "1", "--reason", "已与原件核对"),
        ("forget", "7"),
    ],
)
def test_wrong_steps_are_one_clear_line(
    run: Any, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    uploaded(sqlite_engine, sqlite_settings, csv_file(tmp_path, COLUMNS, ("1", "甲一", "福州市")))
    status, _, err = run("imports", *arguments)
    assert (status, err.count("\n")) == (2, 1)
