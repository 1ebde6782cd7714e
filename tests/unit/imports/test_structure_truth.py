"""Made-up announcements come back as what they were made from."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from import_scripts.structure import find_tables
from registry.schemas.tables import Merge, Row, Sheet
from tests.unit.imports.announcements import Announcement, announcements

PATIENT = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@PATIENT
@given(announcements())
def test_a_made_up_announcement_comes_back_with_header_columns_records_and_groups(made: Announcement) -> None:
    (table,), notes = find_tables([made.sheet])
    width = len(table.columns)
    assert table.header_row == made.header_row
    assert table.columns == made.columns
    assert [cells[:width] for _, cells in table.rows] == made.records
    assert table.derived == (("分组",) if made.groups else ())
    assert [cells[width] for _, cells in table.rows if made.groups] == made.groups
    assert not [note for note in notes if "写明" in note.zh]


@PATIENT
@given(announcements())
def test_every_row_below_the_header_is_a_record_or_left_out_with_its_text(made: Announcement) -> None:
    (table,), _ = find_tables([made.sheet])
    below = {number for number, _ in made.sheet.rows if number > table.header_row}
    records, left_out = [number for number, _ in table.rows], [each.row for each in table.left_out]
    deep = len(below) - len(records) - len(left_out)
    assert set(records).isdisjoint(left_out)
    assert deep == (1 if "人数研发" in made.columns else 0)
    assert all(each.text for each in table.left_out)


@PATIENT
@given(announcements(), st.integers(2, 4))
def test_an_announcement_cut_into_pages_comes_back_as_one_table(made: Announcement, pages: int) -> None:
    rows = list(made.sheet.rows)
    step = max(8, len(rows) // pages + 1)
    sheets = []
    for place, start in enumerate(range(0, len(rows), step)):
        part = rows[start : start + step]
        first, last = part[0][0], part[-1][0]
        sheets.append(
            Sheet(f"第{place + 1}页", _renumbered(part, first - 1), _moved(made.sheet.merged, first, last), "page")
        )
    tables, _ = find_tables(sheets)
    assert [cells[: len(made.columns)] for table in tables for _, cells in table.rows] == made.records
    assert [table.columns for table in tables] == [made.columns]


@PATIENT
@given(announcements(), announcements())
def test_two_lists_of_other_columns_below_each_other_are_two_tables(one: Announcement, two: Announcement) -> None:
    renamed = {
        "企业名称": "项目单位",
        "产品": "项目名称",
        "统一社会信用代码": "项目编号",
        "备注": "批准日期",
        "金额（万元）": "总投资",
    }
    last = max(number for number, _ in one.sheet.rows)
    rows = list(one.sheet.rows)
    for number, cells in two.sheet.rows:
        rows.append((number + last + 1, [renamed.get("".join(cell.split()), cell) for cell in cells]))
    merged = (*one.sheet.merged, *((r1 + last + 1, a, r2 + last + 1, b) for r1, a, r2, b in two.sheet.merged))
    tables, _ = find_tables([replace(one.sheet, rows=rows, merged=merged)])
    assert [table.sheet for table in tables] == ["名单", "名单#2"]
    assert [cells[: len(one.columns)] for _, cells in tables[0].rows] == one.records
    assert [cells[: len(two.columns)] for _, cells in tables[1].rows] == two.records


def _renumbered(rows: list[Row], by: int) -> list[Row]:
    return [(number - by, cells) for number, cells in rows]


def _moved(merged: tuple[Merge, ...], first: int, last: int) -> tuple[Merge, ...]:
    by = first - 1
    return tuple((r1 - by, c1, r2 - by, c2) for r1, c1, r2, c2 in merged if first <= r1 and r2 <= last)


WORDS = (
    "",
    "",
    "",
    "1",
    "2",
    "3.5",
    "合计",
    "注：说明",
    "企业名称",
    "序号",
    "城市",
    "示例科技有限公司",
    "广州市（2家）",
    "一、",
    "无",
    "—",
)
ODD = (
    "2024年5月6日",
    "第1页",
    "附件1",
    "北京市",
    "91350100M000100Y43",
    "（",
    "string",
    " ",
    "\n",
    "A" * 300,
    "有限公司",
    "0\x1a",
)
GRID = st.lists(st.lists(st.sampled_from(WORDS + ODD), max_size=6), max_size=14)
MERGE = st.tuples(st.integers(1, 14), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3))


@PATIENT
@given(
    st.lists(
        st.tuples(GRID, st.lists(MERGE, max_size=4), st.sampled_from(["sheet", "text", "page", "html", "word"])),
        max_size=4,
    )
)
def test_whatever_a_reader_hands_over_is_understood_the_same_twice_and_no_row_is_lost(
    made: list[tuple[list[list[str]], list[tuple[int, int, int, int]], str]],
) -> None:
    sheets = [
        Sheet(
            f"表{n}",
            [(number, row) for number, row in enumerate(rows, 1) if any(row)],
            tuple((r, c, r + down, c + right) for r, c, down, right in merges),
            origin,  # type: ignore[arg-type]
        )
        for n, (rows, merges, origin) in enumerate(made)
    ]
    tables, notes = find_tables(sheets)
    assert all(note.zh and note.en for note in notes)
    assert len({table.sheet for table in tables}) == len(tables)
    for table in tables:
        records, again = list(table.rows), list(table.rows)
        assert records == again
        width = len(table.columns) + len(table.derived)
        assert all(len(cells) >= width for _, cells in records)
        assert {number for number, _ in records}.isdisjoint(each.row for each in table.left_out)
        assert len(table.names) == width == len(set(table.names)) == len(table.roles)
