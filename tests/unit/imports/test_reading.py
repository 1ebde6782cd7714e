"""Files into tables: encodings, delimiters, headers, and what is refused with which words."""

import csv
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_scripts.limits import Limits
from import_scripts.reading import open_file
from registry.errors import FileRefused
from tests.unit.imports.files import HEADER, csv_file, gzipped, one_cell_workbook, workbook

ROW = ("1", "深圳市示例甲科技有限公司", "91350100M000100Y43", "广东省深圳市")


def refusal(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(FileRefused) as refused, open_file(path, limits):
        pass
    assert refused.value.text.en
    return refused.value.text.zh


def roles(path: Path) -> dict[str, str | None]:
    with open_file(path) as read:
        return {each.column: each.role for each in read.tables[0].roles}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_every_usual_encoding_reads_the_same(tmp_path: Path, encoding: str) -> None:
    with open_file(csv_file(tmp_path, HEADER, ROW, encoding=encoding)) as read:
        (table,) = read.tables
        assert table.columns == HEADER
        assert list(table.rows) == [(2, list(ROW))]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found_by_content(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text("".join(delimiter.join(row) + "\r\n" for row in (HEADER, ROW, ROW)), encoding="utf-8")
    with open_file(path) as read:
        assert read.tables[0].columns == HEADER


def test_rows_can_be_read_again_and_again(tmp_path: Path) -> None:
    with open_file(csv_file(tmp_path, HEADER, ROW, ROW)) as read:
        assert list(read.tables[0].rows) == list(read.tables[0].rows)


def test_title_rows_stand_above_the_header_and_blank_rows_are_no_records(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["附件1", None, None, None],
        ["示例企业名单"],
        [],
        list(HEADER),
        list(ROW),
        [],
        list(ROW),
    ]
    with open_file(workbook(tmp_path, {"名单": rows, "空": []})) as read:
        (table,) = read.tables
        assert (table.sheet, table.header_row, table.title) == ("名单", 4, "附件1 示例企业名单")
        assert [number for number, _ in table.rows] == [5, 7]
        assert ["空" in note.zh for note in read.notes] == [True]


def test_white_space_and_line_breaks_go_from_header_cells(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('"企业\n名称 ", 所属 地市\n示例甲有限公司,深圳市\n', encoding="utf-8")
    assert roles(path) == {"企业名称": "name", "所属地市": "city"}


def test_numbers_in_a_workbook_read_as_a_person_sees_them(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["企业名称", "数", "代码"],
        ["示例甲有限公司", 12.0, 9.1440300123456e17],
        ["乙", 0.1 + 0.2, 370181600061089],
    ]
    with open_file(workbook(tmp_path, {"表": rows})) as read:
        cells = [cells for _, cells in read.tables[0].rows]
    assert cells == [["示例甲有限公司", "12", "9.1440300123456E+17"], ["乙", "0.3", "370181600061089"]]


def test_a_compressed_csv_is_read(tmp_path: Path) -> None:
    with open_file(gzipped(csv_file(tmp_path, HEADER, ROW))) as read:
        assert len(list(read.tables[0].rows)) == 1


def test_extra_cells_are_kept_and_noted(tmp_path: Path) -> None:
    with open_file(csv_file(tmp_path, HEADER, (*ROW, "多", "余"))) as read:
        assert list(read.tables[0].rows) == [(2, [*ROW, "多", "余"])]
        assert "多出" in read.notes[0].zh


def test_one_word_decides_by_content_between_two_roles(tmp_path: Path) -> None:
    stock = csv_file(tmp_path, ("代码", "名称"), ("1", "示例甲股份"), ("600001", "示例乙股份"), name="stock.csv")
    code = csv_file(tmp_path, ("代码", "名称"), ("91350100M000100Y43", "示例甲有限公司"), name="code.csv")
    assert roles(stock) == {"代码": "stock_code", "名称": "name"}
    assert roles(code) == {"代码": "uscc", "名称": "name"}


def test_a_column_that_only_contains_the_word_name_is_no_enterprise_name(tmp_path: Path) -> None:
    path = csv_file(tmp_path, ("模型名称", "备案单位"), ("示例模型", "示例甲有限公司"))
    assert roles(path) == {"模型名称": None, "备案单位": "name"}


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"\n \n")
    assert "空的" in refusal(tmp_path / "empty.csv")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "没有这个文件" in refusal(tmp_path / "no.csv")


def test_a_renamed_program_is_refused_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"MZ\x90\x00" + bytes(500))
    assert "文件是 Windows 程序，不是表格" in refusal(tmp_path / "list.xlsx")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"#!/bin/sh\nrm", "脚本"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x", "mht"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"\x09\x08\x08\x00\x00\x05\x05\x00", "Excel 97 以前"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"{\\rtf1 x}", "RTF"),
        (b"Rar!\x1a\x07", "压缩包"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "旧版 Word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (bytes(range(256)) * 4, "认不出"),
    ],
)
def test_other_kinds_are_recognised_and_refused_with_what_to_do(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "list.csv").write_bytes(content)
    words = refusal(tmp_path / "list.csv")
    assert said in words
    assert "可以导入的有" in words


@pytest.mark.parametrize(("part", "said"), [("ppt/slide.xml", "演示文稿"), ("OFD.xml", "OFD"), ("a.csv", "a.csv")])
def test_zip_files_are_told_apart_by_what_is_inside(tmp_path: Path, part: str, said: str) -> None:
    with zipfile.ZipFile(tmp_path / "list.xlsx", "w") as archive:
        archive.writestr(part, "x")
    assert said in refusal(tmp_path / "list.xlsx")


def test_a_row_of_50_mb_is_refused_by_its_number_and_length(tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, ROW)
    with path.open("ab") as file:
        file.write(b"x" * 50_000_000 + b"\n")
    assert "第 3 行长 50 MB，超过 1 MB" in refusal(path)


def test_a_quote_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, ROW)
    with path.open("a", encoding="utf-8") as file:
        file.write('2,"示例' + "没有收尾\n" * 90_000)
    words = refusal(path, replace(Limits(), row_bytes=100_000))
    assert "引号" in words
    assert "第 3 行" in words


def test_nul_bytes_are_refused_by_row(tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, *[ROW] * 3000)
    with path.open("ab") as file:
        file.write(b"a,\x00,b\n")
    assert "第 3002 行含有空字节" in refusal(path)


def test_columns_of_one_name_are_numbered_and_noted(tmp_path: Path) -> None:
    path = csv_file(tmp_path, ("企业名称", "城市", "城市"), ("示例甲有限公司", "深圳", "广州"))
    with open_file(path) as read:
        (table,) = read.tables
        assert table.columns == ("企业名称", "城市", "城市")
        assert [each.column for each in table.roles] == ["企业名称", "城市", "城市(2)"]
        assert "有 2 列都叫“城市”（第 2、3 列）" in read.notes[0].zh
        assert "请核对" in read.notes[0].zh


def test_one_cell_at_the_far_corner_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    assert "XFD1048576" in refusal(one_cell_workbook(tmp_path, "XFD1048576"))


def test_a_cell_nearby_is_fine(tmp_path: Path) -> None:
    with open_file(one_cell_workbook(tmp_path, "C7")) as read:
        assert (read.tables[0].header_row, read.tables[0].columns) == (7, ("企业名称",))


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path: Path) -> None:
    bomb = one_cell_workbook(tmp_path, "A1", extra={"xl/sharedStrings.xml": bytes(120_000_000)})
    assert "解压后" in refusal(bomb)


def test_a_gzip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"a,b\n" * 20_000_000)
    assert "解压后" in refusal(gzipped(path))


def test_a_cut_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"表": [list(HEADER), list(ROW)]})
    path.write_bytes(path.read_bytes()[:-300])
    assert "损坏" in refusal(path)


def test_a_damaged_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook")
    assert "损坏" in refusal(path)


def test_too_large_a_file_is_refused_unread(tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, ROW)
    assert "拆成几个文件" in refusal(path, replace(Limits(), file_bytes=10))


def test_too_many_sheets_are_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path, {f"表{i}": [["企业名称"]] for i in range(4)})
    assert "4 个工作表" in refusal(path, replace(Limits(), sheets=3))


def test_a_reader_that_runs_out_of_memory_or_time_is_a_refusal(tmp_path: Path) -> None:
    path = workbook(tmp_path, {"表": [list(HEADER), list(ROW)]})
    assert refusal(path, replace(Limits(), child_memory=10_000_000))
    assert "用时过长" in refusal(path, replace(Limits(), child_wall_seconds=0))


CELL = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8))
def test_whatever_a_csv_writer_wrote_is_a_record_cell_for_cell_or_left_out_with_its_text(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "list.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([["企业名称", "甲", "乙"], *rows])
    with open_file(path) as read:
        (table,) = read.tables
        records, left_out = dict(table.rows), {each.row: each for each in table.left_out}
        assert records.keys().isdisjoint(left_out)
        assert len(records) + len(left_out) == sum(1 for row in rows if any(map(str.strip, row)))
        if not left_out:
            assert list(records.values()) == [row for row in rows if any(map(str.strip, row))]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_never_crash(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "list.csv"
    path.write_bytes(content)
    with suppress(FileRefused), open_file(path) as read:
        for table in read.tables:
            assert list(table.rows) == list(table.rows)
