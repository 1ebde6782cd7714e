"""Web pages, Word documents and PDF as sheets: merged cells, text around tables, tables in tables, odd layouts."""

from pathlib import Path

import pytest

from tests.unit.imports import specimens as made
from tests.unit.imports.sheets import only, read_sheets, refusal
from tests.unit.imports.specimens import p, tbl, tc

HEADER = ["序号", "企业名称", "所在地"]
ROWS = [[str(i), f"示例{'甲乙丙丁戊'[i - 1]}有限公司", "深圳市"] for i in range(1, 6)]
WIDTHS = [40, 150, 80]


def page(folder: Path, markup: str, encoding: str = "utf-8", name: str = "list.html") -> Path:
    path = folder / name
    path.write_bytes(markup.encode(encoding))
    return path


def test_text_before_and_after_a_table_of_a_page_stands_with_it(tmp_path: Path) -> None:
    sheet = only(
        page(
            tmp_path,
            "<html><head><title>公示</title><style>td{}</style><script>document.write('<td>no')</script></head><body>"
            "<p>附件1</p><h2>名单</h2><table><tr><th>序号<th>企业<br>名称</tr><tr><td>1<td>示例&nbsp;甲&amp;乙</tr>"
            "</table><p>注：完</p></body></html>",
        )
    )
    assert sheet.cells == [
        ["公示"],
        ["附件1"],
        ["名单"],
        ["序号", "企业\n名称"],
        ["1", "示例 甲&乙"],
        ["注：完"],
    ]
    assert (sheet.table_row, sheet.origin) == (4, "html")


def test_spans_of_a_page_become_merged_cells(tmp_path: Path) -> None:
    sheet = only(
        page(
            tmp_path,
            "<table><tr><td rowspan=2>地区<td colspan=2>企业<tr><td>序号<td>名称<tr><td rowspan=9>北京<td>1<td>甲"
            "<tr><td>2<td>乙</table>",
        )
    )
    assert sheet.cells == [["地区", "企业", ""], ["", "序号", "名称"], ["北京", "1", "甲"], ["", "2", "乙"]]
    assert sheet.merged == ((1, 1, 2, 1), (1, 2, 1, 3), (3, 1, 4, 1))


def test_of_tables_that_lay_out_a_page_the_innermost_are_read(tmp_path: Path) -> None:
    sheets, _ = read_sheets(
        page(
            tmp_path,
            "<table><tr><td>导航</td><td><table><tr><td>序号<td>名称<tr><td>1<td>甲</table></td></tr>"
            "<tr><td colspan=2><table><tr><td>序号<td>名称<tr><td>2<td>乙</table>页脚</td></tr></table>",
        )
    )
    assert [sheet.cells for sheet in sheets] == [
        [["导航"], ["序号", "名称"], ["1", "甲"]],
        [["序号", "名称"], ["2", "乙"], ["页脚"]],
    ]


def test_a_small_table_within_a_cell_of_data_stays_in_its_cell(tmp_path: Path) -> None:
    plain = "".join(f"<tr><td>{i}<td>示例{i}" for i in range(2, 7))
    sheet = only(page(tmp_path, f"<table><tr><td>1<td><table><tr><td>甲<tr><td>乙</table></td></tr>{plain}</table>"))
    assert sheet.cells[0] == ["1", "甲\n乙"]
    assert len(sheet.cells) == 6


def test_a_box_around_some_lines_does_not_dissolve_the_table_around_it(tmp_path: Path) -> None:
    box = tbl([tc("框内")])
    path = made.docx(tmp_path / "a.docx", tbl([tc("序号"), tc("名称")], [tc("1"), f"<w:tc>{box}{p('甲')}</w:tc>"]))
    assert only(path).cells == [["序号", "名称"], ["1", "框内\n甲"]]


def test_rows_without_a_table_and_one_row_for_each_table_are_read(tmp_path: Path) -> None:
    body = "".join(f"<table><tr><td>{i}</td><td>示例{i}</td></tr></table>" for i in range(3))
    sheets, _ = read_sheets(page(tmp_path, f"<tr><td>序号</td><td>名称</td></tr>{body}"))
    assert [sheet.cells for sheet in sheets] == [[["序号", "名称"]], *[[[str(i), f"示例{i}"]] for i in range(3)]]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("gb18030", "gb2312"), ("gb18030", ""), ("utf-8", "gb2312"), ("utf-8-sig", ""), ("big5", "big5"), ("utf-16", "")],
)
def test_a_page_is_decoded_as_declared_or_as_its_bytes_say(tmp_path: Path, encoding: str, declared: str) -> None:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    markup = f"<html>{meta}<table><tr><td>企業名稱<td>公司</tr></table></html>"
    assert only(page(tmp_path, markup, encoding, "list.xls")).cells == [["企業名稱", "公司"]]


def test_a_damaged_character_of_a_page_is_noted(tmp_path: Path) -> None:
    path = page(tmp_path, "<html><meta charset=gbk><table><tr><td>企业名称<td>甲</table>", "gb18030")
    path.write_bytes(path.read_bytes() + b"\xff\xff")
    _, notes = read_sheets(path)
    assert "2 处字符无法解码" in notes[0]


def test_a_line_broken_in_the_source_between_characters_is_no_space(tmp_path: Path) -> None:
    assert only(page(tmp_path, "<table><tr><td>示例\n  科技<td>New\n York</table>")).cells == [["示例科技", "New York"]]


def test_merged_cells_and_paragraphs_of_word(tmp_path: Path) -> None:
    path = made.docx(
        tmp_path / "list.docx",
        p("附件1")
        + tbl(
            [tc("地区", merge="restart"), tc("企业", span=2)],
            [tc("", merge="continue"), tc("序号"), tc("名称")],
            [tc("北京"), tc("1"), tc("示例甲有限公司")],
        )
        + p("第二部分")
        + tbl([tc("序号"), tc("名称")], [tc("1"), tc("示例乙有限公司")])
        + p("注：完"),
    )
    first, second = read_sheets(path)[0]
    assert first.cells == [["附件1"], ["地区", "企业", ""], ["", "序号", "名称"], ["北京", "1", "示例甲有限公司"]]
    assert (first.merged, first.table_row) == (((2, 1, 3, 1), (2, 2, 2, 3)), 2)
    assert second.cells == [["第二部分"], ["序号", "名称"], ["1", "示例乙有限公司"], ["注：完"]]


def test_tracked_changes_of_word_are_read_as_accepted(tmp_path: Path) -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    cell = (
        f"<w:tc><w:p>{run.format('示例')}<w:ins>{run.format('新')}</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        f"{run.format('公司')}</w:p></w:tc>"
    )
    gone = f"<w:tr><w:trPr><w:del/></w:trPr>{tc('删去的行')}</w:tr>"
    sheets, notes = read_sheets(made.docx(tmp_path / "a.docx", f"<w:tbl><w:tr>{cell}{tc('1')}</w:tr>{gone}</w:tbl>"))
    assert sheets[0].cells == [["示例新公司", "1"]]
    assert "修订" in notes[0]


def test_numbers_word_counts_by_itself_are_read(tmp_path: Path) -> None:
    level = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{}"/><w:lvlText w:val="%1."/></w:lvl>'
    numbering = "".join(
        f'<w:abstractNum w:abstractNumId="{i}">{level.format(form)}</w:abstractNum>'
        for i, form in enumerate(("decimal", "bullet"))
    )
    numbering += "".join(f'<w:num w:numId="{i + 7}"><w:abstractNumId w:val="{i}"/></w:num>' for i in range(2))
    part = f'<w:numbering xmlns:w="{made.W}">{numbering}</w:numbering>'.encode()
    counted = '<w:tc><w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="{}"/></w:numPr></w:pPr></w:p></w:tc>'
    rows = [[counted.format(7), tc(name)] for name in ("甲", "乙")] + [[counted.format(8), tc("丙")]]
    path = made.docx(tmp_path / "a.docx", tbl(*rows), extra={"word/numbering.xml": part})
    assert only(path).cells == [["1.", "甲"], ["2.", "乙"], ["", "丙"]]


def test_content_controls_text_boxes_and_breaks_of_word(tmp_path: Path) -> None:
    box = f"<w:p><w:r><w:pict><w:txbxContent>{p('框内')}</w:txbxContent></w:pict><w:t>框外</w:t></w:r></w:p>"
    row = f"<w:tr>{tc('1')}<w:sdt><w:sdtContent>{tc('甲')}</w:sdtContent></w:sdt></w:tr>"
    row = f"<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt>"
    broken = "<w:tc><w:p><w:r><w:t>企业</w:t><w:br/><w:t>名称</w:t></w:r></w:p></w:tc>"
    table = f"<w:sdt><w:sdtContent><w:tbl><w:tr>{tc('序号')}{broken}</w:tr>{row}</w:tbl></w:sdtContent></w:sdt>"
    assert only(made.docx(tmp_path / "a.docx", box + table)).cells == [
        ["框外"],
        ["框内"],
        ["序号", "企业\n名称"],
        ["1", "甲"],
    ]


def test_a_ruled_table_of_a_pdf_with_title_and_note(tmp_path: Path) -> None:
    ruled = made.ruled([["序号", "企业\n名称", "所在地"], *ROWS], WIDTHS)
    ruled.marks += [(50, 800, 12, "附件1"), (50, 640, 8, "注：完")]
    sheet = only(made.pdf(tmp_path / "a.pdf", [ruled]))
    assert sheet.cells == [["附件1"], ["序号", "企业\n名称", "所在地"], *ROWS, ["注：完"]]
    assert (sheet.name, sheet.table_row, sheet.origin, sheet.uncertain) == ("第1页", 2, "page", False)


def test_an_unruled_table_of_a_pdf_is_cut_where_no_line_reaches_across(tmp_path: Path) -> None:
    unruled = made.unruled([HEADER, *ROWS], WIDTHS)
    unruled.marks += [(50, 800, 12, "示例省专精特新中小企业名单（第一批）及有关说明事项")]
    sheet = only(made.pdf(tmp_path / "a.pdf", [unruled]))
    assert sheet.cells == [["示例省专精特新中小企业名单（第一批）及有关说明事项"], HEADER, *ROWS]
    assert sheet.table_row == 2


def test_cells_of_several_lines_without_any_rules_are_told_by_the_spacing(tmp_path: Path) -> None:
    rows = [["序\n号", "企业名称", "所在地"], *([str(i), f"示例{i}科技\n有限公司", "深圳市"] for i in range(1, 7))]
    sheet = only(made.pdf(tmp_path / "a.pdf", [made.unruled(rows, WIDTHS, height=26)]))
    assert sheet.cells == rows


def test_a_number_half_way_beside_a_name_of_two_lines_is_in_its_row(tmp_path: Path) -> None:
    page = made.PdfPage()
    for i in range(4):
        top = 700 - 24 * i
        page.marks += [(50, top, 8, str(i + 1)), (120, top + 5, 8, f"示例{i}科技"), (120, top - 5, 8, "有限公司")]
    assert only(made.pdf(tmp_path / "a.pdf", [page])).cells == [
        [str(i + 1), f"示例{i}科技\n有限公司"] for i in range(4)
    ]


@pytest.mark.parametrize(
    ("rotate", "matrix"),
    [(90, "1 0 0 1 0 0"), (270, "1 0 0 1 0 0"), (0, "0 1 -1 0 842 0"), (0, "0 -1 1 0 0 842"), (90, "0 1 -1 0 842 0")],
)
def test_turned_pages_read_the_same(tmp_path: Path, rotate: int, matrix: str) -> None:
    ruled = made.ruled([HEADER, *ROWS], WIDTHS)
    ruled.rotate, ruled.matrix = rotate, matrix
    assert only(made.pdf(tmp_path / "a.pdf", [ruled])).cells == [HEADER, *ROWS]


def test_each_page_of_a_pdf_is_a_sheet_and_one_without_text_is_noted(tmp_path: Path) -> None:
    ruled = made.ruled([HEADER, *ROWS], WIDTHS)
    sheets, notes = read_sheets(made.pdf(tmp_path / "a.pdf", [ruled, made.PdfPage(), ruled]))
    assert [(sheet.name, sheet.cells) for sheet in sheets] == [("第1页", [HEADER, *ROWS]), ("第3页", [HEADER, *ROWS])]
    assert "第 2 页" in notes[0]


def test_a_merged_cell_of_a_pdf_is_told_by_its_lines(tmp_path: Path) -> None:
    ruled = made.ruled([["北京市", "1", "甲"], ["", "2", "乙"], ["上海市", "3", "丙"]], WIDTHS)
    ruled.lines.remove((50, 760, 320, 760))
    ruled.lines.append((90, 760, 320, 760))
    sheet = only(made.pdf(tmp_path / "a.pdf", [ruled]))
    assert sheet.cells == [["北京市", "1", "甲"], ["", "2", "乙"], ["上海市", "3", "丙"]]
    assert sheet.merged == ((1, 1, 2, 1),)


def test_a_table_without_outer_borders_keeps_its_outer_columns(tmp_path: Path) -> None:
    ruled = made.ruled([HEADER, *ROWS], WIDTHS)
    ruled.lines = [line for line in ruled.lines if not (line[0] == line[2] and line[0] in (50, 320))]
    assert only(made.pdf(tmp_path / "a.pdf", [ruled])).cells == [HEADER, *ROWS]


def test_a_watermark_across_the_page_is_left_out(tmp_path: Path) -> None:
    ruled = made.ruled([HEADER, *ROWS], WIDTHS)
    ruled.extra = (
        b"q 0.7 0.7 -0.7 0.7 60 640 cm BT /F1 40 Tf 0 0 Td <%s> Tj ET Q" % "仅供公示".encode("utf-16-be").hex().encode()
    )
    assert only(made.pdf(tmp_path / "a.pdf", [ruled])).cells == [HEADER, *ROWS]


def test_a_scanned_pdf_is_refused_with_what_to_do(tmp_path: Path) -> None:
    words = refusal(made.pdf(tmp_path / "a.pdf", [made.PdfPage(), made.PdfPage()]))
    assert "扫描件" in words
    assert "OCR" in words
