"""Announcements as authorities published them: what the readers alone make of each, before structure is looked for."""

import json
from pathlib import Path

from tests.unit.imports.sheets import Seen, only, read_sheets

FOLDER = "gov-procurement-originals"
COLLEGES = "gov-college-lists"


def squeezed(sheets: list[Seen]) -> list[list[str]]:
    return [["".join(cell.split()) for cell in cells] for sheet in sheets for cells in sheet.cells]


def test_every_row_and_the_first_and_last_name_of_every_announcement_are_read(real_data: Path) -> None:
    expected = json.loads((real_data / FOLDER / "expected.json").read_text(encoding="utf-8"))
    wrong = []
    for key, facts in expected.items():
        sheets, _ = read_sheets(real_data / FOLDER / key.partition("#")[0])
        rows = squeezed(sheets)
        names = {cell for cells in rows for cell in cells}
        if len(rows) < facts["data_rows"] + 1 or not any(
            [cell for cell in cells if cell] == [column for column in facts["columns"] if column] for cells in rows
        ):
            wrong.append((key, "rows or header"))
        wrong += [
            (key, column)
            for column, filled in facts["enterprise_columns"].items()
            if not {filled["first"], filled["last"]} <= names
        ]
    assert wrong == []


def test_a_word_table_keeps_its_merged_cells_and_its_title(real_data: Path) -> None:
    sheet = only(real_data / FOLDER / "内蒙古2018.docx")
    assert sheet.cells[0] == ["2018年内蒙古自治区第二类疫苗集中采购入围企业产品及价格"]
    assert (sheet.table_row, len(sheet.rows), sheet.merged[0]) == (2, 123, (3, 2, 6, 2))


def test_each_page_of_a_pdf_is_a_sheet_with_its_repeated_header(real_data: Path) -> None:
    sheets, notes = read_sheets(real_data / FOLDER / "上海市.pdf")
    assert [(sheet.name, sheet.table_row, len(sheet.rows)) for sheet in sheets] == [
        ("第1页", 2, 16),
        ("第2页", 1, 17),
        ("第3页", 1, 17),
        ("第4页", 1, 15),
        ("第5页", 1, 2),
    ]
    assert notes == []
    assert sheets[0].cells[1][8] == "中标疫苗供应\n价（含仓储配\n送服务费）\n元/支"


def test_a_page_of_one_row_for_each_table_is_a_sheet_for_each(real_data: Path) -> None:
    sheets, _ = read_sheets(real_data / FOLDER / "广西.html")
    assert [len(sheet.rows) for sheet in sheets] == [1] * 21
    assert [len(sheet.cells[0]) for sheet in sheets] == [16] * 20 + [1]


def test_a_file_without_an_ending_is_read_by_content(real_data: Path) -> None:
    sheet = only(real_data / FOLDER / "河北省")
    assert sheet.cells[0][1:] == ["浙江普康生物技术股份有限公司", "人民币59元"]
    assert sum(len(cells) == 3 for cells in sheet.cells) == len(sheet.cells) - 2, "two rows lack a comma themselves"


def test_lists_of_a_ministry_keep_merged_titles_and_groups(real_data: Path) -> None:
    sheets, _ = read_sheets(real_data / COLLEGES / "全国高等学校名单2017.xls")
    assert [(sheet.name, len(sheet.rows), len(sheet.merged)) for sheet in sheets] == [
        ("sheet1", 2665, 33),
        ("工作表1", 2631, 0),
    ]
    assert len(read_sheets(real_data / COLLEGES / "全国普通高等学校数据统计（2016年版）.xls")[0]) == 15
