"""Workbooks in binary records: read like any other, refused when they reach too far or are damaged."""

import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from import_scripts.limits import Limits
from import_scripts.reading import open_file
from registry.errors import FileRefused
from tests.support.xlsb import Cell, record, xlsb
from tests.unit.imports.sheets import only, read_sheets, refusal

ROWS: list[list[Cell]] = [
    ["附件1", None, None, None],
    ["序号", "企业名称", "成立日期", "属实"],
    [1.0, "深圳市示例甲科技有限公司", 43832.0, True],
    [2.5, "=深圳市示例乙科技有限公司", None, None],
]


def test_cells_dates_formulas_and_merged_cells_of_xlsb_are_read(tmp_path: Path) -> None:
    path = xlsb(tmp_path / "名单.xls", {"名单": ROWS}, merges=[(0, 0, 0, 3), (2, 2, 0, 0)], dates=[(2, 2)])
    found = only(path)
    assert (found.name, found.merged) == ("名单", ((1, 1, 1, 4),))
    assert found.cells == [
        ["附件1", "", "", ""],
        ["序号", "企业名称", "成立日期", "属实"],
        ["1", "深圳市示例甲科技有限公司", "2020-01-02", "TRUE"],
        ["2.5", "深圳市示例乙科技有限公司", "", ""],
    ]


def test_sheets_keep_their_order_and_a_hidden_one_is_said(tmp_path: Path) -> None:
    sheets, notes = read_sheets(xlsb(tmp_path / "a.xlsb", {"乙": [["x"]], "甲": [["y"]]}, hidden=["甲"]))
    assert [(each.name, each.cells) for each in sheets] == [("乙", [["x"]]), ("甲", [["y"]])]
    assert any("甲" in note for note in notes)


def test_a_list_in_xlsb_is_understood(tmp_path: Path) -> None:
    with open_file(xlsb(tmp_path / "名单.xlsb", {"名单": ROWS}, merges=[(0, 0, 0, 3)], dates=[(2, 2)])) as read:
        (table,) = read.tables
        assert (table.title, table.header_row, [each.role for each in table.roles]) == (
            "附件1",
            2,
            ["serial", "name", "founded_on", None],
        )
        assert [cells[1] for _, cells in table.rows] == ["深圳市示例甲科技有限公司", "深圳市示例乙科技有限公司"]


def test_a_cell_at_the_far_corner_is_refused_before_it_is_read(tmp_path: Path) -> None:
    said = refusal(xlsb(tmp_path / "a.xlsb", {"名单": ROWS}, corner=(1_048_575, 16_383)))
    assert "1048576×16384" in said
    assert refusal(xlsb(tmp_path / "b.xlsb", {"名单": ROWS}, corner=(5, 5)), Limits(cells=30))


def test_parts_that_are_cut_forged_or_missing_are_refused_or_read_and_never_crash(tmp_path: Path) -> None:
    whole = xlsb(tmp_path / "whole.xlsb", {"名单": ROWS}, merges=[(0, 0, 0, 3)])
    with zipfile.ZipFile(whole) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = "xl/worksheets/sheet1.bin"
    forged = {
        "cut": {sheet: parts[sheet][:60]},
        "long": {sheet: parts[sheet][:-2] + b"\x00\xff\xff\xff\x7f"},
        "tail": {sheet: parts[sheet] + b"\x80"},
        "short row": {sheet: record(129) + record(145) + record(0, b"\1") + record(146) + record(130)},
        "book": {"xl/workbook.bin": parts["xl/workbook.bin"][:30]},
        "links": {"xl/_rels/workbook.bin.rels": b"<Relationships/>"},
    }
    for name, changed in forged.items():
        path = tmp_path / f"{name}.xlsb"
        with zipfile.ZipFile(path, "w") as package:
            for part, content in {**parts, **changed}.items():
                package.writestr(part, content)
        with suppress(FileRefused):
            sheets, _ = read_sheets(path)
            assert len(sheets) <= 1, name


@pytest.mark.parametrize("rows", [0, 1, 3_000])
def test_as_many_rows_come_out_as_went_in(tmp_path: Path, rows: int) -> None:
    made: list[list[Cell]] = [[float(n), f"示例{n}有限公司", None, "乙" * (n % 200)] for n in range(1, rows + 1)]
    sheets, _ = read_sheets(xlsb(tmp_path / "a.xlsb", {"名单": made}))
    assert len(sheets[0].rows) == rows
    assert [cells[1] for _, cells in sheets[0].rows] == [row[1] for row in made]
