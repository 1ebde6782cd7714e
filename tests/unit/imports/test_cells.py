"""Single cells as values."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.schemas.tables import ColumnRole, Table
from registry.services.imports import cells as read
from registry.services.imports.interpreting import Facts, Interpreter
from registry.services.imports.options import last_day


def facts(**given: str) -> Facts:
    roles = tuple(ColumnRole(i, role, role, 1.0) for i, role in enumerate(given))
    table = Table("", "", 1, tuple(given), (), roles)
    return Interpreter(table).interpret(list(given.values()))


@given(
    st.dates(date(1800, 1, 1), date(2200, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]),
)
def test_a_date_in_any_usual_form_is_the_same_date(day: date, form: str) -> None:
    assert read.read_date(day.strftime(form)) == (day.isoformat(), None)


@pytest.mark.parametrize("cell", ["2025-02-30", "2023-13-01", "4/7/2017", "2012", "昨天", "99999999"])
def test_what_is_no_full_date_is_said_and_not_guessed(cell: str) -> None:
    value, fault = read.read_date(cell)
    assert value is None
    assert fault is not None


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("100万元人民币", 1_000_000),
        ("500万人民币", 5_000_000),
        ("2000万元", 20_000_000),
        ("293.52亿元", 29_352_000_000),
        ("1,000 万元", 10_000_000),
        ("人民币3千万元", 30_000_000),
        ("５００万元", 5_000_000),
        ("0.0001万元", 1),
        ("10000元", 10_000),
    ],
)
def test_capital_is_read_in_whole_yuan(cell: str, yuan: int) -> None:
    assert read.read_capital(cell) == (yuan, None)


@pytest.mark.parametrize("cell", ["39万美元", "28万港元", "1万瑞士法郎", "50万元美元"])
def test_other_currencies_keep_their_text(cell: str) -> None:
    assert read.read_capital(cell) == (None, None)
    assert facts(name="示例甲有限公司", capital=cell)["capital_text"] == cell


def test_an_amount_without_a_unit_is_not_taken_for_yuan() -> None:
    stated = facts(name="示例甲有限公司", capital="100")
    assert "capital_cny" not in stated
    assert stated["warnings"][0]["value"] == "100"


def test_a_date_that_does_not_exist_leaves_the_field_empty_and_is_listed() -> None:
    stated = facts(name="示例甲有限公司", founded_on="2025-02-30")
    assert "founded_on" not in stated
    assert stated["warnings"] == [
        {"column": "founded_on", "value": "2025-02-30", "zh": "没有这一天", "en": "A day that does not exist"}
    ]


@pytest.mark.parametrize(
    ("cell", "stated"),
    [
        ("91350100M000100Y43", {"uscc": "91350100M000100Y43"}),
        (" 9135 0100 m000100y43 ", {"uscc": "91350100M000100Y43"}),
        ("370181600061089", {"registration_no": "370181600061089"}),
        ("9.13501E+17", {"code_fault": "scientific", "code_as_given": "9.13501E+17"}),
        ("91350100M000100Y44", {"code_fault": "wrong_check_digit", "code_as_given": "91350100M000100Y44"}),
        ("不详", {"code_fault": "malformed", "code_as_given": "不详"}),
        ("—", {}),
        ("无", {}),
    ],
)
def test_a_code_cell_is_a_code_an_old_number_or_a_named_fault(cell: str, stated: Facts) -> None:
    assert facts(name="示例甲有限公司", uscc=cell) == {"name": "示例甲有限公司", **stated}


def test_places_in_any_columns_give_one_region() -> None:
    by_name = facts(name="示例甲", province="广东", city="深圳市", county="南山区")
    by_code = facts(name="示例甲", province="广东", city="深圳市", city_code="4403", county_code="440305")
    joined = facts(name="示例甲", region="浙江杭州")
    assert (by_name["region_code"], by_name["city_code"]) == ("440305", "440300")
    assert by_code == by_name
    assert joined["city_code"] == "330100"


def test_a_place_abroad_stays_in_words() -> None:
    stated = facts(name="Example Works", city="Tallinn", country="Estonia")
    assert stated == {"name": "Example Works", "place": "Tallinn, Estonia"}


def test_a_note_in_a_name_cell_is_taken_apart_and_the_print_kept() -> None:
    stated = facts(name="示例甲 有限公司（曾用名：示例老甲有限公司）")
    assert stated["name"] == "示例甲有限公司"
    assert stated["former_names"] == ["示例老甲有限公司"]
    assert stated["name_as_printed"] == "示例甲 有限公司（曾用名：示例老甲有限公司）"


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 120))
def test_a_title_of_n_months_and_the_next_one_leave_no_gap(day: date, months: int) -> None:
    last = last_day(day, months)
    assert last is not None
    following = last + timedelta(days=1)
    ends_with_its_month = following.day == 1
    assert 12 * (following.year - day.year) + following.month - day.month == months + (
        1 if ends_with_its_month and day.day > last.day else 0
    )
    assert following.day == day.day or (ends_with_its_month and day.day > last.day)


@given(st.text(max_size=40))
def test_no_cell_breaks_a_reader(cell: str) -> None:
    stated = facts(
        name=cell, uscc=cell, founded_on=cell, capital=cell, status=cell, industry=cell, stock_code=cell, region=cell
    )
    assert all(value is not None for value in stated.values())


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_in_chinese_numerals_is_the_same_date(day: date) -> None:
    digits = "〇一二三四五六七八九"
    tens = ("", "十", "二十", "三十")

    def said(number: int) -> str:
        return tens[number // 10] + (digits[number % 10] if number % 10 else "")

    year = "".join(digits[int(each)] for each in str(day.year))
    assert read.read_date(f"{year}年{said(day.month)}月{said(day.day)}日") == (day.isoformat(), None)


def column(*cells: str, role: str = "founded_on") -> tuple[list[str | None], list[str]]:
    """What the cells of a date column are read as, and the notes about it."""
    roles = (ColumnRole(0, "名称", "name", 1.0), ColumnRole(1, "日期", role, 1.0, cells[:3]))
    rows = [(number, [f"示例{number}有限公司", cell]) for number, cell in enumerate(cells, 2)]
    interpreter = Interpreter(Table("", "", 1, ("名称", "日期"), rows, roles))
    found = [interpreter.interpret(list(cells_)).get(role) for _, cells_ in rows]
    return found, [note.zh for note in interpreter.notes]


def test_day_or_month_first_is_decided_for_the_column_and_told() -> None:
    assert column("05/06/2026", "25/06/2026") == (
        ["2026-06-05", "2026-06-25"],
        ["“日期”列的日期按日/月/年读（如 05/06/2026）。"],
    )
    assert column("05/06/2026", "06/25/2026")[0] == ["2026-05-06", "2026-06-25"]
    assert column("05/06/2026", "2026-06-25", "13/01/2026")[0] == ["2026-06-05", "2026-06-25", "2026-01-13"]


@pytest.mark.parametrize("cells", [("05/06/2026", "07/08/2026"), ("13/06/2026", "06/13/2026")])
def test_a_column_that_does_not_tell_day_from_month_is_not_guessed(cells: tuple[str, str]) -> None:
    found, notes = column(*cells)
    assert found == [None, None]
    assert "没有采用" in notes[0]


def test_serial_numbers_of_a_spreadsheet_are_dates_only_where_the_column_is_full_of_them() -> None:
    found, notes = column("46148", "36526", "—")
    assert found == ["2026-05-06", "2000-01-01", None]
    assert "已换算" in notes[0]
    assert column("46148", "2026-05-06", "2026-05-07")[0] == [None, "2026-05-06", "2026-05-07"]
    assert column("2026-05-06") == (["2026-05-06"], [])


@pytest.mark.parametrize(
    ("header", "cell", "yuan"),
    [
        ("注册资本（万元）", "1,200", 12_000_000),
        ("注册资本(亿元)", "1.5", 150_000_000),
        ("注册资本（单位：元）", "300000", 300_000),
        ("注册资本（万元）", "2亿元", 200_000_000),
        ("注册资本（万美元）", "50", None),
        ("注册资本", "50", None),
    ],
)
def test_the_unit_of_a_header_counts_where_the_cell_has_none(header: str, cell: str, yuan: int | None) -> None:
    roles = (ColumnRole(0, "名称", "name", 1.0), ColumnRole(1, header, "capital", 1.0))
    said = Interpreter(Table("", "", 1, ("名称", header), (), roles)).interpret(["示例甲有限公司", cell])
    assert said.get("capital_cny") == yuan


@pytest.mark.parametrize(
    "cell",
    [
        "示例甲有限公司（现更名为：示例乙有限公司）",
        "示例甲有限公司（已更名为“示例乙有限公司”）",
        "示例甲有限公司(现名：示例乙有限公司)",
    ],
)
def test_a_later_name_in_the_cell_is_pointed_out_and_not_taken_for_the_name(cell: str) -> None:
    said = facts(name=cell)
    assert said["name"] == "示例甲有限公司"
    assert said["name_as_printed"] == cell
    assert "示例乙有限公司" in said["warnings"][0]["zh"]


@pytest.mark.parametrize("cell", ["无", "--", "—", "／", "－", " / ", "未提供", "暂无"])
def test_ways_to_write_nothing_state_nothing(cell: str) -> None:
    assert facts(name="示例甲有限公司", founded_on=cell, capital=cell, uscc=cell).keys() == {"name"}
