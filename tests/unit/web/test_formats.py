"""How values read: money, dates, shares, names."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from registry.vocabulary import Level
from web import formats

YUAN = st.integers(-(10**14), 10**14)


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [
        (82_000_000, "8,200 万元", "82 m yuan"),
        (0, "0 万元", "0 m yuan"),
        (12_345_600, "1,234.56 万元", "12.35 m yuan"),
        (99_999_999, "10,000 万元", "100 m yuan"),
        (100_000_000, "1.00 亿元", "100 m yuan"),
        (1_250_000_000, "12.50 亿元", "1.25 bn yuan"),
        (-1_805_000, "−180.5 万元", "−1.8 m yuan"),
    ],
)
def test_money_reads_in_the_unit_of_its_size(yuan: int, zh: str, en: str) -> None:
    assert formats.money(yuan, "zh") == zh
    assert formats.money(yuan, "en") == en


@given(YUAN)
def test_an_amount_in_wan_is_never_off_by_more_than_fifty_yuan(yuan: int) -> None:
    shown = formats.in_unit(yuan, "wan").replace(",", "").replace("−", "-")
    assert abs(Decimal(shown) * 10_000 - yuan) <= 50


@given(st.lists(st.none() | YUAN))
def test_a_column_has_one_unit_that_suits_its_smallest_amount(amounts: list[int | None]) -> None:
    unit = formats.money_unit(amounts)
    large = [abs(a) >= 10**8 for a in amounts if a]
    assert unit == ("yi" if large and all(large) else "wan")


def test_a_change_carries_its_sign() -> None:
    assert [formats.signed(n) for n in (102, -45, 0)] == ["+102", "−45", "0"]
    assert formats.points(Decimal("0.002")) == "+0.2 个百分点"
    assert formats.points(-0.036, "en") == "−3.6 percentage points"


def test_a_share_is_given_as_a_fraction() -> None:
    assert formats.percent(0.462) == "46.2%"
    assert formats.percent(0.7, 0) == "70%"
    assert formats.percent(0.00125, 1) == "0.1%"


def test_dates_read_by_context() -> None:
    on = date(2026, 11, 2)
    assert (formats.day(on), formats.day(on, "en")) == ("2026-11-02", "2 Nov 2026")
    assert formats.month(on) == "2026.11"
    assert (formats.month_day(on), formats.month_day(on, "en")) == ("11-02", "2 Nov")
    assert formats.period(on, date(2027, 1, 1)) == "2026-11-02 至 2027-01-01"
    assert formats.period(on, None, "en") == "from 2 Nov 2026"
    assert formats.period(None, on) == "至 2026-11-02"
    assert formats.period(None, None) == "起止未定"
    assert formats.months(on, None) == "2026.11–"


def test_a_moment_is_told_in_local_time_even_across_midnight() -> None:
    late = datetime(2026, 11, 19, 22, 0, tzinfo=UTC)
    assert formats.moment(late) == "2026-11-20 06:00"
    assert formats.day(late) == "2026-11-20"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        formats.moment(datetime(2026, 11, 19))


def test_time_left_is_told_in_days() -> None:
    assert [formats.days_left(n) for n in (7, 0, -3)] == ["还剩 7 天", "今天截止", "逾期 3 天"]
    assert [formats.days_left(n, "en") for n in (1, -2)] == ["1 day left", "2 days overdue"]
    assert [formats.expires_in(n) for n in (41, 0)] == ["41 天后到期", "今天到期"]


def test_missing_is_a_word_and_zero_is_zero() -> None:
    assert formats.or_missing(None) == '<span class="missing">未提供</span>'
    assert formats.or_missing("", "registered", "en") == '<span class="missing">not registered</span>'
    assert formats.or_missing(0) == 0


@given(st.text())
def test_a_name_loses_nothing_but_gains_places_to_wrap(name: str) -> None:
    marked = formats.company_name(name)
    assert marked.striptags() == Markup.escape(name).striptags()


def test_a_name_wraps_before_its_bracket_and_after_its_company() -> None:
    assert formats.company_name("示例星河微电子（深圳）有限公司").split("<wbr>") == [
        '<span class="nw">示例星河微电子</span>',
        '<span class="nw">（深圳）有限公司</span>',
    ]
    assert str(formats.company_name("示例集团有限公司示例分公司")).count("<wbr>") == 2
    assert "&lt;b&gt;" in formats.company_name("<b>")


def test_a_long_name_wraps_at_last_before_its_legal_form() -> None:
    assert formats.company_name("揭阳市示例拓丘信息系统集成科技有限公司") == (
        '<span class="keep">揭阳市示例拓丘信息系统集成<wbr>科技<wbr>有限公司</span>'
    )
    assert formats.company_name("示例星河微电子股份有限公司", 10).striptags() == "示例星河微电子股份有限公司"
    assert formats.company_name("示例星河微电子股份有限公司", 10).count("<wbr>") == 1


@given(st.integers(-5, 10**6))
def test_a_value_is_on_one_of_five_steps_or_on_none(value: int) -> None:
    step = formats.scale_step(value, (1, 9, 31, 81, 151))
    assert (step == 0) == (value <= 0)
    assert 0 <= step <= 5


def test_every_level_has_its_character_in_both_languages() -> None:
    assert {level.value for level in Level} == formats.LEVELS.keys()
    assert [formats.level_char(level) for level in ("national", "provincial", "municipal", "county")] == list(
        "国省市县"
    )
