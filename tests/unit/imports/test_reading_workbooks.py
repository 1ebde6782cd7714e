"""Workbooks, text and archives as sheets: merged cells, encodings, separators, members of a zip."""

import gzip
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.unit.imports import specimens as made
from tests.unit.imports.files import HEADER, csv_file, workbook
from tests.unit.imports.sheets import only, read_sheets, refusal

ROWS = [["附件1"], ["序号", "企业名称", "成立日期"], ["1", "示例甲有限公司", "2020-01-02"]]


def text(folder: Path, content: bytes, name: str = "list.txt") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def test_merged_cells_of_xlsx_are_cut_to_the_filled_part(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["名单", None, None])
    sheet.append(["序号", "企业名称", "所在地"])
    sheet.append([1, "示例甲有限公司", "深圳市"])
    for area in ("A1:XFD1", "C3:C900", "F20:H22"):
        sheet.merge_cells(area)
    book.save(tmp_path / "a.xlsx")
    found = only(tmp_path / "a.xlsx")
    assert found.merged == ((1, 1, 1, 3),)
    assert found.rows[2] == (3, ["1", "示例甲有限公司", "深圳市"])


def test_merged_cells_of_xls_are_read(tmp_path: Path) -> None:
    found = only(made.xls(tmp_path / "list.et", ROWS, merges=[(0, 0, 0, 2)]))
    assert (found.name, found.merged) == ("名单", ((1, 1, 1, 3),))
    assert found.cells[1:] == ROWS[1:]


def test_a_wrong_ending_does_not_matter(tmp_path: Path) -> None:
    assert only(workbook(tmp_path, {"表": [["企业名称"]]}, name="list.xls")).cells == [["企业名称"]]
    assert only(made.xls(tmp_path / "list.xlsx", ROWS)).cells[1:] == ROWS[1:]


def test_ods_and_xml_spreadsheets_are_read_by_content(tmp_path: Path) -> None:
    assert only(made.ods(tmp_path / "list.xls", ROWS)).cells[1:] == ROWS[1:]
    xml = made.spreadsheetml(
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">名单</Data></Cell></Row><Row ss:Index="4"><Cell><Data '
        'ss:Type="String">甲</Data></Cell><Cell ss:Index="3"><Data ss:Type="DateTime">2020-01-02T00:00:00.000</Data>'
        "</Cell></Row>"
    )
    found = only(text(tmp_path, xml.encode(), "list.xls"))
    assert found.rows == [(1, ["名单", ""]), (4, ["甲", "", "2020-01-02"])]
    assert found.merged == ((1, 1, 1, 2),)


def test_formulas_are_never_run_and_those_without_a_stored_result_are_noted(tmp_path: Path) -> None:
    sheets, notes = read_sheets(workbook(tmp_path, {"表": [["企业名称", "合计"], ["示例甲", '=HYPERLINK("x")']]}))
    assert sheets[0].cells[1] == ["示例甲", ""]
    assert "1 个公式单元格" in notes[0]


def test_macros_and_hidden_sheets_are_noted(tmp_path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    book.active.append(["企业名称"])
    hidden = book.create_sheet("底稿")
    hidden.sheet_state = "hidden"
    hidden.append(["企业名称"])
    book.save(tmp_path / "a.xlsm")
    with zipfile.ZipFile(tmp_path / "a.xlsm", "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    _, notes = read_sheets(tmp_path / "a.xlsm")
    assert ["宏" in notes[0], "底稿" in notes[1]] == [True, True]
    _, notes = read_sheets(made.xls(tmp_path / "a.xls", ROWS, streams=["_VBA_PROJECT_CUR"]))
    assert "宏" in notes[0]


def test_an_embedded_document_does_not_make_a_workbook_a_document(tmp_path: Path) -> None:
    path = made.xls(tmp_path / "a.xls", [["WordDocument"], ["甲", "乙"]])
    assert only(path).cells[1] == ["甲", "乙"]


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (
            "序号，企业名称，城市\n1，示例甲，深圳\n2，示例乙，广州\n",
            [["序号", "企业名称", "城市"], ["1", "示例甲", "深圳"]],
        ),
        ("sep=;\n企业名称;额\n甲;1,5\n乙;2,5\n", [["sep=", ""], ["企业名称", "额"], ["甲", "1,5"]]),
        (
            "品目一（甲（乙）,0.5ml）,示例甲公司,5元\n品目二（丙,预充,1ml）,示例乙公司,6元\n品目三,示例丙公司,7元\n",
            [["品目一（甲（乙）,0.5ml）", "示例甲公司", "5元"], ["品目二（丙,预充,1ml）", "示例乙公司", "6元"]],
        ),
        ("1 示例甲有限公司 深圳\n2 示例乙有限公司 广州\n", [["1", "示例甲有限公司", "深圳"]]),
        (
            "序号  企业名称            所在地\n1     示例甲有限公司      深圳市\n2     示例乙股份有限公司\n"
            "3     示例丙 (集团) 公司  北京市\n4                         上海市\n",
            [
                ["序号", "企业名称", "所在地"],
                ["1", "示例甲有限公司", "深圳市"],
                ["2", "示例乙股份有限公司", ""],
                ["3", "示例丙 (集团) 公司", "北京市"],
                ["4", "", "上海市"],
            ],
        ),
        (
            "名单说明，共三家，排名不分先后。\n示例甲\n示例乙\n示例丙，示例丁\n",
            [["名单说明，共三家，排名不分先后。"], ["示例甲"]],
        ),
    ],
)
def test_separators_are_found_by_content(tmp_path: Path, content: str, lines: list[list[str]]) -> None:
    assert only(text(tmp_path, content.encode())).cells[: len(lines)] == lines


def test_columns_lined_up_by_full_width_spaces_are_cut(tmp_path: Path) -> None:
    content = "企业名称　　　　所在地\n示例甲有限公司　深圳市\n示例乙公司　　　广州市\n"
    assert only(text(tmp_path, content.encode("gb18030"))).cells[2] == ["示例乙公司", "广州市"]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16-be", "big5", "big5hkscs"])
def test_chinese_encodings_are_told_apart(tmp_path: Path, encoding: str) -> None:
    traditional = "序號,企業名稱,所在地\n1,示例電子股份有限公司,香港\n2,示例貿易有限公司,臺灣\n"
    simplified = "序号,企业名称,所在地\n1,示例电子股份有限公司,深圳\n2,示例贸易有限公司,广东\n"
    content = traditional if encoding.startswith("big5") else simplified
    assert only(text(tmp_path, content.encode(encoding))).cells[1][1] == content.split(",")[3]


def test_text_of_an_old_mac_is_read(tmp_path: Path) -> None:
    lines = ["序号,企业名称,备注", "1,示例甲有限公司,…", "2,示例乙有限公司,©"]
    content = "\r".join(lines).encode("gb2312", errors="xmlcharrefreplace")
    content = content.replace("…".encode("gb2312"), b"\xff").replace(b"&#169;", b"\xfd") + b"\r"
    assert only(text(tmp_path, content)).cells == [line.split(",") for line in lines]


def test_a_zip_of_lists_is_read_member_by_member(tmp_path: Path) -> None:
    book = workbook(tmp_path, {"名单": [list(HEADER)], "附表": [list(HEADER)]}, name="a.xlsx")
    csv = csv_file(tmp_path, HEADER, name="b.csv", encoding="gb18030")
    with zipfile.ZipFile(tmp_path / "lists.zip", "w") as archive:
        archive.writestr("附件/", b"")
        archive.write(book, "附件/第一批.xlsx")
        archive.write(csv, "第二批.csv")
        archive.writestr("说明.doc", (made.compound(tmp_path / "x", {"WordDocument": b""})).read_bytes())
        archive.writestr("__MACOSX/._a.xlsx", b"x")
    sheets, notes = read_sheets(tmp_path / "lists.zip")
    assert [sheet.name for sheet in sheets] == ["附件/第一批.xlsx/名单", "附件/第一批.xlsx/附表", "第二批.csv"]
    assert ["说明.doc" in note and "旧版 Word" in note for note in notes] == [True]


def test_names_in_a_zip_written_in_gbk_are_read(tmp_path: Path) -> None:
    path = tmp_path / "lists.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("AAAA.csv", "企业名称,城市\n示例甲,深圳\n")
    path.write_bytes(path.read_bytes().replace(b"AAAA", "名单".encode("gbk")))
    assert only(path).name == "名单.csv"


def test_a_compressed_workbook_is_read_and_a_zip_within_a_zip_is_not(tmp_path: Path) -> None:
    book = workbook(tmp_path, {"名单": [list(HEADER)]})
    assert only(text(tmp_path, gzip.compress(book.read_bytes()), "a.gz")).name == "名单"
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.writestr("a.csv", "企业名称,城市\n甲,乙\n")
    with zipfile.ZipFile(tmp_path / "out.zip", "w") as archive:
        archive.write(tmp_path / "in.zip", "in.zip")
    assert "还有压缩包" in refusal(tmp_path / "out.zip")
