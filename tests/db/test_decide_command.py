"""``registry imports decide``: rows of lists and of notices looked at and decided at the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import reading, transaction
from registry.models import EnterpriseName, ImportRow
from registry.settings import Settings
from registry.vocabulary import NameKind
from tests.db.test_imports_steps_command import run
from tests.factories import an_enterprise
from tests.unit.imports.files import csv_file

__all__ = ["run"]
NAME = "深圳示例甲电子有限公司"
GIVEN = ("--document-no", "示〔2026〕5号", "--on", "2026-05-06", "--yes")


def firm(engine: Engine, name: str, code: str | None = None) -> str:
    with transaction(engine) as session:
        made = an_enterprise(name_zh=name, **({"uscc": code} if code else {}))
        session.add(made)
        session.flush()
        session.add(EnterpriseName(enterprise_id=made.id, name=name, folded=name, kind=NameKind.CURRENT))
        return made.uscc or ""


def outcomes(engine: Engine) -> list[str]:
    with reading(engine) as session:
        return [each.outcome.value for each in session.exec(select(ImportRow).order_by(ImportRow.id)).all()]  # type: ignore[arg-type]


@pytest.fixture
def doubtful(run: Any, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path) -> list[str]:
    """Two firms of one name, and a notice that cancels one of them: IM-1, row 2."""
    keys = [firm(sqlite_engine, NAME), firm(sqlite_engine, NAME)]
    path = csv_file(tmp_path, ("企业名称", "登记状态"), (NAME, "注销"), ("没有的示例厂", "注销"))
    assert run("notice", path, "--kind", "cancel", *GIVEN[:4])[0] == 2
    return keys


def test_a_row_of_a_notice_is_looked_at_decided_and_taken_back(
    run: Any, sqlite_engine: Engine, doubtful: list[str]
) -> None:
    status, shown, _ = run("imports", "decide", "IM-1", "2")
    assert status == 0
    assert all(key in shown for key in doubtful)
    assert "skip（不办理）" in shown
    assert outcomes(sqlite_engine) == ["ambiguous", "rejected"]
    second = json.loads(run("imports", "decide", "IM-1", "2", "--json")[1])["candidates"][1]["key"]
    decided = json.loads(run("imports", "decide", "IM-1", "2", "2", "--json")[1])
    assert (decided["enterprise_key"], decided["next_row"]) == (second, None)
    assert outcomes(sqlite_engine)[0] == "matched"
    assert run("imports", "decide", "IM-1", "2", "again")[0] == 0
    assert outcomes(sqlite_engine)[0] == "ambiguous"
    assert "拒绝" in run("imports", "decide", "IM-1", "2", "skip")[1]
    assert outcomes(sqlite_engine)[0] == "rejected"
    assert run("imports", "decide", "IM-1", "2", "again")[0] == 0
    assert run("imports", "decide", "IM-1", "2", doubtful[0])[0] == 0
    assert run("imports", "write", "IM-1")[0] == 0


def test_a_row_of_a_list_is_decided_the_same_way(
    run: Any, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path
) -> None:
    key = firm(sqlite_engine, "深圳市示例华启科技有限公司")
    rows = (("1", "深圳市示例化启科技有限公司"), ("2", "深圳市示例华起科技有限公司"))
    path = csv_file(tmp_path, ("序号", "企业名称"), *rows)
    assert run("import", path)[0] == 2
    status, said, _ = run("imports", "decide", "IM-1", "2", "1")
    assert (status, "下一行待定：3。" in said) == (0, True)
    assert "new（都不是）" in run("imports", "decide", "IM-1", "3")[1]
    assert run("imports", "decide", "IM-1", "3", "new")[0] == 0
    assert outcomes(sqlite_engine) == ["matched", "new"]
    assert run("imports", "decide", "IM-1", "3", key)[0] == 2
    assert run("imports", "decide", "IM-1", "3", "again")[0] == 0
    assert outcomes(sqlite_engine) == ["matched", "ambiguous"]


@pytest.mark.parametrize(
    ("row", "choice", "word"),
    [
        ("x", "", "行号应如"),
        ("99", "", "没有第 99 行"),
        ("Sheet9!2", "", "没有第 2 行"),
        ("2", "7", "有 2 家候选"),
        ("2", "keep", "keep"),
        ("3", "again", "没有可撤回的决定"),
        ("3", "do", "已经确定"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    run: Any, sqlite_engine: Engine, doubtful: list[str], row: str, choice: str, word: str
) -> None:
    status, _, error = run("imports", "decide", "IM-1", row, *([choice] if choice else []))
    assert status == 2
    assert word in error
    assert error.count("\n") == 1
    assert outcomes(sqlite_engine) == ["ambiguous", "rejected"]
