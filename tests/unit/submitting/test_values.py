"""One field: what was typed becomes a value of its kind or a fault with what to do, and comes back as it was meant."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.services.submitting.catalogue import FieldDef, field_of, fields_of
from registry.services.submitting.checking import contradictions, growth, ratios, single_faults, unit_question
from registry.services.submitting.values import Unreadable, in_words, read, text_of
from registry.tiering.figures import FACTS
from tests.support.firms import YEAR

FIELDS = fields_of(YEAR)
EVERY = {**FIELDS, **{f"facts.{one.name}": field_of(f"facts.{one.name}", year=YEAR) for one in FACTS}}
REVENUE = FIELDS[f"annual.{YEAR}.revenue"]
RD = FIELDS[f"annual.{YEAR}.rd_expense"]


def field(path: str) -> FieldDef:
    found = EVERY[path]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        (REVENUE.path, "8,200", 82_000_000),
        (REVENUE.path, "８２００．５", 82_005_000),
        (REVENUE.path, "0.82亿元", 82_000_000),
        (REVENUE.path, "82000000元", 82_000_000),
        (f"annual.{YEAR}.net_profit", "−120", -1_200_000),
        (f"annual.{YEAR}.employees", "171人", 171),
        ("facts.market_share", "12.5%", 0.125),
        ("facts.standards_led", "3", 3),
        ("facts.has_rd_institution", "no", False),
        ("facts.post_money_valuation", "3,000 usd", {"amount": 30_000_000, "currency": "USD"}),
        ("profile.founded_on", "2014-03-01", "2014-03-01"),
        ("profile.industry_code", "c3973", "3973"),
        ("contact.email", "name@example.com", "name@example.com"),
        ("contact.phone", "0755-12345678", "0755-12345678"),
        ("products", '[{"name": "示例", "version": "1"}, {}]',
         [{"name": "示例", "version": "1", "category": "", "note": ""}]),
    ],
)  # fmt: skip
def test_what_people_type_is_read(path: str, typed: str, value: Any) -> None:
    assert read(field(path), typed) == value


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        (REVENUE.path, "-1"), (REVENUE.path, "八千"), (REVENUE.path, "1e5"), (REVENUE.path, "0.00001"),
        (REVENUE.path, "9" * 20), (f"annual.{YEAR}.employees", "1.5"), ("facts.market_share", "120"),
        ("profile.founded_on", "2014-02-30"), ("profile.region_code", "999999"), ("profile.industry_code", "C"),
        ("contact.email", "name@"), ("contact.phone", "call me"), ("facts.rd_institution_level", "best"),
        ("facts.own_brand", "maybe"), ("products", "[[]]"), ("products", '[{"version": "1"}]'), ("products", "x"),
        ("profile.name_en", "x" * 301), ("profile.main_business", "x" * 4_001),
    ],
)  # fmt: skip
def test_what_is_no_value_says_what_to_do_in_both_languages(path: str, typed: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read(field(path), typed)
    assert refusal.value.fault.text.zh.endswith("。")
    assert refusal.value.fault.text.en.endswith(".")


@given(st.sampled_from(sorted(EVERY)), st.text(max_size=60) | st.from_regex(r"[-−0-9.,，万亿元%人 ]{0,20}"))
def test_any_text_is_read_or_refused_and_never_breaks(path: str, typed: str) -> None:
    about = field(path)
    try:
        value = read(about, typed)
    except Unreadable:
        return
    in_words(about, value)
    assert read(about, text_of(about, value)) == value


@given(st.integers(-(10**15), 10**15))
def test_money_comes_back_to_the_yuan(yuan: int) -> None:
    about = field(f"annual.{YEAR}.net_profit")
    assert read(about, text_of(about, yuan)) == yuan


amounts = st.integers(0, 10**13)


@given(amounts, amounts)
def test_a_part_above_its_whole_is_a_fault_and_nothing_else_is(part: int, whole: int) -> None:
    found = contradictions(FIELDS, {RD.path: part, REVENUE.path: whole})
    assert bool(found) is (part > whole)


@given(st.integers(1, 10**13), st.integers(1, 10**13))
def test_a_unit_is_asked_about_only_where_a_thousand_times_lie_between(now: int, before: int) -> None:
    question = unit_question(REVENUE, now, before)
    times = Decimal(now) / before
    assert (question is not None) is (times >= 1_000 or times <= Decimal(1) / 1_000)
    if question is not None:
        # One reading is what was typed; the other is ten thousand times away.
        kept = {slug: yuan for slug, yuan, _ in question.readings}
        assert kept["wan"] == now
        other = kept.get("one", kept.get("yi"))
        assert other in (now // 10_000, now * 10_000)


def test_ratios_wait_for_what_is_unsure() -> None:
    values = {RD.path: 8_200_000, REVENUE.path: 82_000_000}
    known = {one.slug: one.value for one in ratios(FIELDS, values, year=YEAR)}
    assert known["rd_intensity"] == Decimal("0.1")
    assert known["debt_ratio"] is None
    unsure = {one.slug: one.value for one in ratios(FIELDS, values, year=YEAR, unsure=[REVENUE.path])}
    assert unsure["rd_intensity"] is None


@pytest.mark.parametrize(("now", "before", "change"), [(82, 70, "0.171"), (1, 0, None), (1, None, None), (1, -5, None)])
def test_growth_is_told_only_where_there_is_something_to_compare(now: int, before: Any, change: str | None) -> None:
    found = growth(now, before)
    assert found is None if change is None else round(found or Decimal(0), 3) == Decimal(change)


def test_a_day_to_come_and_a_code_without_a_market_are_faults() -> None:
    values = {"profile.founded_on": "2030-01-01", "profile.stock_code": "990001"}
    assert set(single_faults(FIELDS, values, today=date(2026, 1, 1))) == {
        "profile.founded_on",
        "profile.listed_market",
    }


def test_products_are_read_back_with_their_versions() -> None:
    made = [{"name": "示例网关", "version": "V1"}, {"name": "示例网关", "version": "V2"}, {"name": "示例终端"}]
    words = in_words(field("products"), made)
    assert words.zh == "示例网关 V1、示例网关 V2、示例终端"
    assert words.en == "示例网关 V1, 示例网关 V2, 示例终端"
