"""A line of a shopping list is answered version-exactly: never in force by an entry of another version."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.products.checking import GOOD, Answer, Catalogue, Verdict
from registry.products.entries import Entry
from registry.products.lines import read_line, read_text
from registry.products.versions import same_version, take_apart
from registry.titles import HELD, title_status
from registry.vocabulary import BatchState, TitleStatus

TODAY = date(2026, 11, 20)


def an_entry(number: int, name: str, version: str = "", **given: object) -> Entry:
    """An entry of grade 1 that is in force; dates make its state."""
    begin = given.pop("valid_from", date(2025, 5, 20))
    end = given.pop("valid_to", date(2028, 5, 19))
    assert isinstance(begin, date)
    assert end is None or isinstance(end, date)
    status = title_status(TODAY, valid_from=begin, valid_to=end, withdrawn_on=None, batch_state=BatchState.FINAL)
    days = (end - TODAY).days if end and status in HELD else None
    made = Entry(
        number,
        number,
        name,
        version,
        "珠海示例岚山软件有限公司",
        None,
        True,
        "集中式数据库",
        1,
        begin,
        end,
        status,
        days,
    )
    return replace(made, **given)  # type: ignore[arg-type] # tests name fields of the entry


ENTRIES = [
    an_entry(1, "示例岚山数据库", "V8.0"),
    an_entry(2, "示例岚山数据库", "V9.0", valid_from=date(2026, 1, 1), valid_to=date(2029, 1, 1), grade=2),
    an_entry(3, "示例启衡QH-3200", category="中央处理器", valid_from=date(2023, 3, 10), valid_to=date(2026, 3, 9)),
    an_entry(4, "示例启衡QH-3400", category="中央处理器", grade=2, valid_from=date(2026, 5, 12)),
    an_entry(
        5, "示例澜服务器操作系统 V10（内核5.10）", category="服务器操作系统", valid_to=date(2026, 12, 25), grade=2
    ),
    an_entry(6, "示例澜桌面操作系统 V10（内核5.10）", category="桌面操作系统", grade=2),
    an_entry(7, "示例星河XH-C6", category="中央处理器", maker="深圳市示例星河微电子有限公司", grade=2),
    an_entry(8, "北方示例铸辰数据库", "V3.0", maker="北方示例铸辰有限公司", in_province=False, grade=3),
]
CATALOGUE = Catalogue(ENTRIES)


def ask(written: str, **columns: str) -> Answer:
    return CATALOGUE.check(read_line(1, written, **columns))


@pytest.mark.parametrize(
    ("written", "verdict", "product"),
    [
        ("示例岚山数据库 V8.0", Verdict.VALID, 1),
        ("岚山数据库 8", Verdict.VALID, 1),
        ("示例岚山数据库 8.2", Verdict.OTHER_VERSION, 2),
        ("示例岚山数据库", Verdict.OTHER_VERSION, 2),
        ("示例启衡 QH-3200 处理器 300颗", Verdict.EXPIRED, 3),
        ("示例澜服务器操作系统V10（内核 5.10） x 120套", Verdict.DUE, 5),
        ("示例澜服务器操作系统V10", Verdict.DUE, 5),
        ("示例澜服务器操作系统V10（内核 6.6）", Verdict.OTHER_VERSION, 5),
        ("示例澜 V10", Verdict.UNCLEAR, None),
        ("示例岚山数据库 V8.0 二级", Verdict.GRADE_LOW, 1),
        ("示例微澜办公套件 5", Verdict.NOT_LISTED, None),
        ("珠海示例岚山软件有限公司 岚山 V9", Verdict.VALID, 2),
        ("示例岚山安全审计数据库 V8.0", Verdict.UNCLEAR, None),
        ("二级 数据库", Verdict.UNCLEAR, None),
        ("启衡 QH-3200 加强型 处理器", Verdict.NOT_LISTED, None),
    ],
)
def test_a_line_is_answered(written: str, verdict: Verdict, product: int | None) -> None:
    answer = ask(written)
    assert answer.verdict is verdict, answer
    assert (answer.entry.product_id if answer.entry else None) == product


def test_an_ended_version_names_its_later_one_and_others_of_the_province_first() -> None:
    answer = ask("示例启衡QH-3200")
    assert [each.product_id for each in answer.later] == [4]
    assert [each.product_id for each in answer.others] == [7]


def test_alternatives_are_in_force_of_the_category_and_of_no_lower_grade() -> None:
    answer = ask("二级 数据库")
    assert [each.product_id for each in answer.others] == [2, 8]


def test_a_category_the_catalogue_does_not_have_is_said() -> None:
    note = ask("示例微澜办公套件 5").note
    assert note is not None
    assert "办公软件" in note.zh


def test_a_column_of_categories_decides_between_products_of_one_name() -> None:
    answer = ask("示例澜 V10", category="桌面操作系统")
    assert (answer.verdict, answer.entry.product_id if answer.entry else None) == (Verdict.VALID, 6)


def test_a_short_form_and_an_unsaid_kernel_are_pointed_out() -> None:
    assert ask("岚山数据库 8").note is not None
    assert ask("示例澜服务器操作系统V10").note is not None
    assert ask("示例岚山数据库 V8.0").note is None


def test_pasted_cells_keep_their_numbers_and_a_header_is_no_product() -> None:
    lines = read_text("产品名称\t版本\t数量\n示例岚山数据库\tV8.0\t16\n\n2\t示例启衡QH-3200\t300\n")
    assert [(line.number, line.quantity) for line in lines] == [(2, "16"), (4, "300")]
    assert [CATALOGUE.check(line).verdict for line in lines] == [Verdict.VALID, Verdict.EXPIRED]


WRITTEN = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(
        ["示例岚山数据库", "岚山库", "示例启衡QH-", "启衡 qh", "示例澜服务器操作系统", "示例澜", "铸辰数据库"]
    ),
    st.sampled_from(["", " V", " v", " "]),
    st.lists(st.integers(0, 12), min_size=1, max_size=2).map(lambda n: ".".join(map(str, n))) | st.just("3200"),
    st.sampled_from(["", " SP1", "（内核5.10）", "（内核6.6）", " x 3台", " 企业版"]),
)


@given(WRITTEN)
def test_no_line_is_ever_in_force_by_another_version(written: str) -> None:
    answer = ask(written)
    if answer.verdict in GOOD:
        assert answer.entry is not None
        mine, theirs = read_line(1, written).printed, take_apart(answer.entry.label)
        assert same_version(mine.version, theirs.version)
        assert not mine.kernel or same_version(mine.kernel, theirs.kernel)


@given(WRITTEN)
def test_width_case_and_blanks_change_no_answer(written: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in written)
    plain = ask(written)
    for dressed in (wide, written.upper(), written.lower(), f"  {written}　"):
        answer = ask(dressed)
        assert (answer.verdict, answer.entry) == (plain.verdict, plain.entry)


@given(WRITTEN)
def test_what_is_offered_instead_is_in_force(written: str) -> None:
    answer = ask(written)
    assert all(each.held for each in (*answer.later, *answer.others))
    assert all((each.grade or 0) >= (answer.asked.grade or 0) for each in answer.others)


ORDER = [TitleStatus.FUTURE, TitleStatus.VALID, TitleStatus.DUE, TitleStatus.EXPIRED]
VERDICTS = [Verdict.NOT_YET, Verdict.VALID, Verdict.DUE, Verdict.EXPIRED]


@given(st.lists(st.integers(-400, 1_500), min_size=2, max_size=6).map(sorted))
def test_as_days_pass_an_answer_only_moves_from_not_yet_over_valid_to_expired(days: list[int]) -> None:
    begin, end = date(2025, 5, 20), date(2028, 5, 19)
    seen = []
    for day in days:
        on = begin + timedelta(days=day)
        status = title_status(on, valid_from=begin, valid_to=end, withdrawn_on=None, batch_state=BatchState.FINAL)
        entry = replace(an_entry(1, "示例岚山数据库", "V8.0"), status=status)
        verdict = Catalogue([entry]).check(read_line(1, "示例岚山数据库 V8")).verdict
        assert VERDICTS.index(verdict) == ORDER.index(status)
        seen.append(VERDICTS.index(verdict))
    assert seen == sorted(seen)
