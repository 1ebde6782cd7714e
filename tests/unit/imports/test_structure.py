"""Each kind of structure by a small specimen: what stands around, between and in the records of an announcement."""

from collections.abc import Sequence

import pytest

from import_scripts.structure import find_tables
from registry.schemas.tables import Merge, Row, Sheet, Table

FIRMS = [f"深圳市示例{han}科技有限公司" for han in "甲乙丙丁戊己庚辛壬癸"]


def numbered(rows: Sequence[Sequence[str]]) -> list[Row]:
    """Rows numbered from 1; blank ones are left out as readers do."""
    width = max(map(len, rows))
    return [(n, [*row, *[""] * (width - len(row))]) for n, row in enumerate(rows, 1) if any(row)]


def read(*rows: Sequence[str], merged: tuple[Merge, ...] = ()) -> list[Table]:
    return find_tables([Sheet("表", numbered(rows), merged)])[0]


def one(*rows: Sequence[str], merged: tuple[Merge, ...] = ()) -> Table:
    (table,) = read(*rows, merged=merged)
    return table


def cells(table: Table) -> list[list[str]]:
    return [row for _, row in table.rows]


def kinds(table: Table) -> list[tuple[int, str]]:
    return [(each.row, each.kind) for each in table.left_out]


def test_cells_merged_over_several_rows_belong_to_all_of_them() -> None:
    rows = (["地区", "企业名称", "产品"], ["广州市", FIRMS[0], "甲"], ["", FIRMS[1], "乙"], ["深圳市", FIRMS[2], "丙"])
    table = one(*rows, merged=((2, 1, 3, 1),))
    assert [row[0] for row in cells(table)] == ["广州市", "广州市", "深圳市"]


def test_an_enterprise_merged_over_its_products_is_named_in_each_row() -> None:
    rows = (
        ["序号", "企业名称", "产品", "型号"],
        ["1", FIRMS[0], "甲", "A1"],
        ["", "", "乙", "A2"],
        ["2", FIRMS[1], "丙", "A3"],
    )
    table = one(*rows, merged=((2, 1, 3, 1), (2, 2, 3, 2)))
    assert cells(table)[1] == ["1", FIRMS[0], "乙", "A2"]


def test_a_row_that_only_goes_on_with_the_one_above_is_joined_to_it() -> None:
    header = ["序号", "企业名称", "产品名称", "规格", "价格"]
    table = one(
        header, ["1", FIRMS[0], "冻干", "0.5ml", "3元"], ["", "", "疫苗", "", ""], ["2", FIRMS[1], "疫苗", "1ml", "4元"]
    )
    assert cells(table)[0][2] == "冻干疫苗"
    assert kinds(table) == [(3, "continuation")]


def test_a_row_that_begins_like_a_record_is_never_joined_to_the_one_above() -> None:
    header = ["产品名称", "版本", "送测单位", "等级"]
    table = one(header, ["示例库", "V1", FIRMS[0], "Ⅰ级"], ["示例库", "V2", FIRMS[1], "Ⅰ级"], ["示例件", "V1", "", ""])
    assert cells(table)[2] == ["示例件", "V1", "", ""]


def test_a_name_wrapped_onto_the_next_row_is_joined() -> None:
    table = one(
        ["序号", "企业名称", "所在地"],
        ["1", "深圳市示例甲科技", "深圳市"],
        ["", "有限公司", ""],
        ["2", FIRMS[1], "深圳市"],
    )
    assert [row[1] for row in cells(table)] == [FIRMS[0], FIRMS[1]]


def test_a_row_whose_supplier_is_none_is_no_record_but_kept() -> None:
    table = one(["分包", "供应商名称", "价格"], ["1", FIRMS[0], "3元"], ["2", "无", "无"], ["3", FIRMS[1], "4元"])
    assert [row[0] for row in cells(table)] == ["1", "3"]
    assert [(each.kind, each.text) for each in table.left_out] == [("no_name", "2 无 无")]


def test_a_row_that_lacks_its_name_stays_a_record() -> None:
    table = one(["序号", "企业名称", "城市"], ["1", FIRMS[0], "深圳市"], ["2", "", "广州市"], ["3", FIRMS[1], "深圳市"])
    assert len(cells(table)) == 3


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        ((["北京市（2所）"], 0, 1, ["天津市（1所）"], 2), ["北京市", "北京市", "天津市"]),
        ((["一、高新技术企业"], 0, ["二、示范企业"], 1, 2), ["高新技术企业", "示范企业", "示范企业"]),
        ((["", "广州市（2家）"], 0, 1, ["", "深圳市（1家）"], 2), ["广州市", "广州市", "深圳市"]),
        ((["一", "广州市"], 0, 1, ["二", "深圳市"], 2), ["广州市", "广州市", "深圳市"]),
        ((["广州市", "2家"], 0, 1, ["深圳市", "1家"], 2), ["广州市", "广州市", "深圳市"]),
    ],
)
def test_group_rows_give_their_value_to_the_rows_below(rows: Sequence[list[str] | int], values: list[str]) -> None:
    printed = [[str(r + 1), FIRMS[r], "甲", "2024年"] if isinstance(r, int) else r for r in rows]
    table = one(["序号", "企业名称", "类别", "年份"], *printed)
    assert (table.derived, [row[4] for row in cells(table)]) == (("分组",), values)


def test_groups_within_groups_give_two_columns() -> None:
    header = ["序号", "企业名称", "类别"]
    table = one(
        header,
        ["广东省"],
        ["广州市"],
        ["1", FIRMS[0], "甲"],
        ["深圳市"],
        ["2", FIRMS[1], "甲"],
        ["湖南省"],
        ["长沙市"],
        ["3", FIRMS[2], "乙"],
    )
    assert table.derived == ("分组", "分组(2)")
    assert [row[3:] for row in cells(table)] == [["广东省", "广州市"], ["广东省", "深圳市"], ["湖南省", "长沙市"]]
    assert [role.role for role in table.roles[3:]] == ["province", "city"]


def test_a_count_stated_by_a_group_is_checked() -> None:
    _, notes = find_tables(
        [Sheet("表", numbered([["序号", "企业名称"], ["广州市（3家）"], ["1", FIRMS[0]], ["2", FIRMS[1]]]))]
    )
    assert ["“广州市”写明 3 条，读到 2 条" in note.zh for note in notes] == [True]


def test_sections_with_a_header_of_their_own_are_groups_of_one_table() -> None:
    header = ["序号", "企业名称", "城市"]
    table = one(
        ["2024年示例名单"],
        ["一、首批企业"],
        header,
        ["1", FIRMS[0], "深圳市"],
        ["二、次批企业"],
        header,
        ["1", FIRMS[1], "广州市"],
    )
    assert [row[3] for row in cells(table)] == ["首批企业", "次批企业"]


def test_two_lists_side_by_side_are_two_tables_of_the_same_columns() -> None:
    header = ["序号", "企业名称"]
    tables = read(
        ["示例名单"],
        header * 2,
        ["1", FIRMS[0], "3", FIRMS[2]],
        ["2", FIRMS[1], "4", FIRMS[3]],
        ["", "", "5", FIRMS[4]],
    )
    assert [table.sheet for table in tables] == ["表", "表#2"]
    assert [row[1] for table in tables for row in cells(table)] == FIRMS[:5]


def test_notes_beside_a_table_are_no_columns_of_it() -> None:
    rows = [["序号", "企业名称", "城市", "", "抽查"], ["1", FIRMS[0], "深圳市", "", "第三组"]]
    table = one(*rows, *[[str(n), FIRMS[n], "深圳市"] for n in range(2, 9)])
    assert table.columns == ("序号", "企业名称", "城市")
    assert cells(table)[0] == ["1", FIRMS[0], "深圳市", "", "第三组"]


def test_a_list_without_a_header_is_recognised_by_what_it_holds() -> None:
    table = one(*[[str(n + 1), FIRMS[n], "91350100M000100Y43", "广东省"] for n in range(4)])
    assert table.header_row == 0
    assert [role.role for role in table.roles] == ["serial", "name", "uscc", "province"]
    assert len(cells(table)) == 4


def test_a_header_without_known_words_differs_from_the_rows_below() -> None:
    table = one(["入选者", "得分甲", "得分乙"], *[[FIRMS[n], str(80 + n), str(90 - n)] for n in range(5)])
    assert (table.header_row, table.roles[0].role) == (1, "name")


def test_data_types_numbers_of_columns_and_totals_are_no_records() -> None:
    table = one(
        ["序号", "企业名称", "金额"],
        ["1", "2", "3"],
        ["int", "string", "number"],
        ["1", FIRMS[0], "5"],
        ["合计", "", "5"],
    )
    assert kinds(table) == [(2, "type_row"), (3, "type_row"), (5, "total")]


def test_one_row_for_each_table_of_a_page_is_one_table() -> None:
    rows = [["序号", "企业名称", "价格"], ["1", FIRMS[0], "3元"], ["2", FIRMS[1], "4元"], ["3", FIRMS[2], "5元"]]
    sheets = [Sheet(f"表{n}", [(1, row)], origin="html") for n, row in enumerate(rows)]
    (table,), _ = find_tables(sheets)
    assert (table.header_row, [number for number, _ in table.rows]) == (1, [2, 3, 4])


def test_pages_with_title_header_and_page_number_each_are_one_table() -> None:
    header = ["序号", "企业\n名称", "城市"]
    pages = [
        numbered(
            [
                ["示例名单"],
                header,
                *[[str(p * 3 + n), FIRMS[p * 3 + n], "深圳市"] for n in range(3)],
                [f"第{p + 1}页 共2页"],
            ]
        )
        for p in range(2)
    ]
    (table,), _ = find_tables([Sheet(f"第{p + 1}页", rows, origin="page") for p, rows in enumerate(pages)])
    assert (table.title, table.header_row, table.columns) == ("示例名单", 1, ("序号", "企业名称", "城市"))
    assert [row[1] for row in cells(table)] == FIRMS[:6]
    assert [each.kind for each in table.left_out] == ["note", "title", "repeated_header", "note"]


def test_several_tables_of_other_columns_on_one_sheet_are_told_apart() -> None:
    tables = read(
        ["表一 入选企业"], ["序号", "企业名称", "城市"], ["1", FIRMS[0], "深圳市"], ["2", FIRMS[1], "广州市"], [],
        ["表二 撤销名单"], ["企业名称", "撤销原因", "撤销日期"], [FIRMS[2], "注销", "2024-05-06"],
    )  # fmt: skip
    assert [(t.sheet, t.title, t.header_row) for t in tables] == [
        ("表", "表一 入选企业", 2),
        ("表#2", "表二 撤销名单", 7),
    ]
    assert [len(cells(t)) for t in tables] == [2, 1]


def test_of_several_columns_of_enterprises_the_one_that_applies_is_the_name() -> None:
    table = one(
        ["产品编号", "生产企业", "申报企业", "价格"], *[["A1", FIRMS[n], FIRMS[9 - n], "3元"] for n in range(4)]
    )
    assert table.position_of("name") == 2


def test_a_sheet_of_instructions_is_no_table() -> None:
    tables, notes = find_tables(
        [Sheet("说明", numbered([["填表说明"], ["一、请如实填写。"], ["二、请勿修改格式，不要合并单元格。"]]))]
    )
    assert tables == []
    assert "只有文字" in notes[0].zh


def test_rows_of_a_hand_made_sheet_are_not_changed() -> None:
    rows = numbered([["地区", "企业名称"], ["广州市", FIRMS[0]], ["", FIRMS[1]]])
    (table,), _ = find_tables([Sheet("表", rows, ((2, 1, 3, 1),))])
    assert cells(table)[1][0] == "广州市"
    assert rows[2][1][0] == ""


def test_a_header_of_three_rows_is_joined_parent_before_child() -> None:
    rows = (
        ["序号", "企业", "", "", "指标", ""],
        ["", "名称", "地址", "", "收入", "利润"],
        ["", "", "市", "区", "", ""],
        ["1", FIRMS[0], "深圳市", "南山区", "1", "2"],
        ["2", FIRMS[1], "深圳市", "南山区", "1", "2"],
    )
    merges = ((1, 1, 3, 1), (1, 2, 1, 4), (2, 2, 3, 2), (2, 3, 2, 4), (1, 5, 1, 6), (2, 5, 3, 5), (2, 6, 3, 6))
    table = one(*rows, merged=merges)
    assert table.columns == ("序号", "企业名称", "企业地址市", "企业地址区", "指标收入", "指标利润")
    assert len(cells(table)) == 2


def test_a_header_of_two_rows_is_found_without_merges() -> None:
    rows = (["序号", "企业名称", "营业收入", "", "认定"], ["", "", "2022", "2023", "日期"])
    table = one(*rows, *[[str(n), FIRMS[n], "3", "4", "2024-01-01"] for n in range(3)])
    assert table.columns == ("序号", "企业名称", "营业收入2022", "营业收入2023", "认定日期")


def test_the_translation_of_a_header_is_no_record_and_no_other_table() -> None:
    table = one(["序号", "企业名称", "城市"], ["No.", "Company", "City"], ["1", FIRMS[0], "深圳市"])
    assert kinds(table) == [(2, "type_row")]


def test_a_place_told_only_where_it_changes_is_filled_down_and_noted() -> None:
    rows = [
        ["地市", "序号", "企业名称"],
        ["广州市", "1", FIRMS[0]],
        ["", "2", FIRMS[1]],
        ["深圳市", "1", FIRMS[2]],
        ["", "2", FIRMS[3]],
    ]
    (table,), notes = find_tables([Sheet("表", numbered(rows))])
    assert [row[0] for row in cells(table)] == ["广州市", "广州市", "深圳市", "深圳市"]
    assert "补齐" in notes[0].zh


def test_columns_left_of_the_table_are_no_columns() -> None:
    table = one(["", "示例名单"], ["", "序号", "企业名称"], ["", "1", FIRMS[0]], ["", "2", FIRMS[1]], ["", "注：示例"])
    assert (table.columns, table.title) == (("序号", "企业名称"), "示例名单")
    assert kinds(table) == [(5, "note")]


def test_a_list_of_names_in_one_column_keeps_title_groups_and_signature_apart() -> None:
    names = [[firm] for firm in FIRMS[:6]]
    table = one(["示例名单"], ["一、广州市"], *names[:3], ["二、深圳市"], *names[3:], ["示例省工业和信息化厅"])
    assert [row for _, row in table.rows] == [[FIRMS[n], "广州市" if n < 3 else "深圳市"] for n in range(6)]
    assert (table.title, kinds(table)[-1]) == ("示例名单", (10, "signature"))


def test_text_cut_inside_brackets_is_one_cell_again() -> None:
    rows = [[f"品目{n}（疫苗", "非预填充", "0.5ml）", FIRMS[n], "59元"] for n in range(4)] + [
        ["品目五（疫苗", "1ml）", FIRMS[5], "60元"]
    ]
    (table,), _ = find_tables([Sheet("", [(n, row) for n, row in enumerate(rows, 1)], origin="text")])
    assert cells(table)[4] == ["品目五（疫苗,1ml）", FIRMS[5], "60元"]
    assert table.position_of("name") == 1
