"""The table of controls in docs/security.md: every row is shown by a test that exists, or says why not."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
COLUMNS = 5
FULFILLED, PARTLY, NOT, ELSEWHERE = "是", "部分", "否", "不适用"
ANSWERS = {FULFILLED, PARTLY, NOT, ELSEWHERE, "运行单位"}
NAMED = re.compile(r"`([^`]+)`")
REQUIRED = {
    *(f"V{number}" for number in range(1, 18)),
    *"身份鉴别 访问控制 安全审计 入侵防范 恶意代码防范 可信验证".split(),
    *"数据完整性 数据保密性 数据备份恢复 剩余信息保护 个人信息保护".split(),
}
"""The chapters of ASVS 5 and the controls of 等保 2.0 level 3 that need a row at least."""


def rows() -> list[list[str]]:
    """Control, answer, how, test, reason or rest."""
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| ") and len(cells) == COLUMNS and cells[1] in ANSWERS:
            found.append(cells)
    return found


ROWS = rows()


@cache
def functions_of(path: Path) -> frozenset[str]:
    """The test functions of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def faults(row: list[str]) -> list[str]:
    """What one row names that is not there, or leaves open."""
    control, answer, how, shown, rest = row
    found = []
    for name in NAMED.findall(shown):
        path, _, function = name.partition("::")
        if not (ROOT / path).is_file():
            found.append(f"no file {path}")
        elif function and function not in functions_of(ROOT / path):
            found.append(f"no test {name}")
    for name in NAMED.findall(how):
        if "/" in name and not (ROOT / name).exists():
            found.append(f"no code {name}")
    if answer == FULFILLED and not NAMED.findall(shown):
        found.append("fulfilled, and no test shows it")
    if answer != FULFILLED and not rest:
        found.append("neither fulfilled nor explained")
    return [f"{control}: {fault}" for fault in found]


def test_every_row_names_tests_and_code_that_exist_or_says_why_not() -> None:
    assert [fault for row in ROWS for fault in faults(row)] == []


def test_every_line_of_a_table_is_such_a_row() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## 控制项对照")[2].partition("## 怎样")[0]
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith(("| ---", "| 控制项"))]
    assert len(lines) == len(ROWS) > 60


def test_no_chapter_and_no_control_is_left_out() -> None:
    heads = {re.split(r"[. ：:]", row[0])[0] for row in ROWS}
    assert REQUIRED - heads == set()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["V1", FULFILLED, "", "", ""], "no test shows it"),
        (["V1", NOT, "", "", ""], "nor explained"),
        (["V1", FULFILLED, "", "`tests/no_such_file.py`", ""], "no file"),
        (["V1", FULFILLED, "", "`tests/unit/test_control_table.py::test_none`", ""], "no test"),
        (["V1", FULFILLED, "`web/none.py`", "`tests/unit/test_control_table.py`", ""], "no code"),
    ],
)
def test_a_row_that_is_not_true_is_found(row: list[str], expected: str) -> None:
    assert any(expected in fault for fault in faults(row))
