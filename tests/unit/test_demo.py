"""The fictional province: valid, plainly fictional, the same every time, and never stale."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_scripts.columns import recognise
from registry.demo.figures import facts, yearly_figures
from registry.demo.firms import DEFAULT_SEED, Profile, a_firm, fictional_uscc, firms
from registry.demo.lists import demo_lists
from registry.demo.plans import PLANS
from registry.demo.products import COLUMNS, product_lists
from registry.identity import is_uscc
from registry.identity.org_code import is_org_code
from registry.identity.regions import GUANGDONG_CITIES, covers
from registry.services.reference import shipped
from registry.tiering.figures import annual_names, file_fact_names

TODAY = date(2026, 11, 22)
days = st.dates(min_value=date(2024, 1, 1), max_value=date(2040, 12, 31))


@given(number=st.integers(0, 1_000_000), region=st.sampled_from(["440305", "441900", "445381"]))
def test_every_made_up_code_holds_both_checks_and_says_it_is_made_up(number: int, region: str) -> None:
    code = fictional_uscc(number, region)
    assert is_uscc(code)
    assert is_org_code(code[8:17])
    assert code[8:10] == "EX"


@given(number=st.integers(0, 99_999), today=days)
def test_a_firm_is_the_same_whenever_it_is_asked_for(number: int, today: date) -> None:
    assert a_firm(number, seed=DEFAULT_SEED, today=today) == a_firm(number, seed=DEFAULT_SEED, today=today)


def test_the_demo_has_no_two_firms_of_one_name_or_code() -> None:
    made = list(firms(2_400, today=TODAY))
    assert len({firm.name for firm in made}) == len({firm.uscc for firm in made}) == 2_400


def test_every_name_says_it_is_an_example() -> None:
    for firm in firms(500, today=TODAY):
        assert "示例" in firm.name
        assert "示例" in firm.short_name
        assert "Example" in firm.name_en
        assert firm.former is None or "示例" in firm.former.name


def test_the_firms_are_in_all_cities_and_chains_and_most_in_the_heavy_ones() -> None:
    made = list(firms(2_400, today=TODAY))
    cities = Counter(firm.city_code for firm in made)
    assert set(cities) == set(GUANGDONG_CITIES)
    assert {city for city, _ in cities.most_common(4)} == {"440300", "440100", "441900", "440600"}
    assert {chain for firm in made for chain, _ in firm.chains} == {row["code"] for row in shipped("chains")}
    assert all(covers(firm.city_code, firm.region_code) for firm in made)


def test_every_figure_and_fact_has_a_name_the_rules_know() -> None:
    for firm in firms(300, today=TODAY):
        assert {row[1] for row in yearly_figures(firm, today=TODAY)} <= set(annual_names())
        assert {name for name, _ in facts(firm, today=TODAY)} <= set(file_fact_names())


def test_some_figures_are_missing_some_in_conflict_and_some_in_the_wrong_unit() -> None:
    missing = conflicting = slips = 0
    for firm in firms(1_000, today=TODAY):
        rows = list(yearly_figures(firm, today=TODAY))
        revenues = [value for year, name, value, *_ in rows if (year, name) == (2025, "revenue")]
        missing += not rows
        conflicting += len(set(revenues)) == 2 and min(revenues) * 2 > max(revenues)
        slips += len(revenues) == 2 and min(revenues) * 9_000 < max(revenues)
    assert missing > 50
    assert conflicting > 10
    assert slips > 5


@given(number=st.integers(0, 5_000), today=days)
def test_no_figure_is_of_a_year_that_is_not_over_or_before_the_firm_was_founded(number: int, today: date) -> None:
    firm = a_firm(number, seed=DEFAULT_SEED, today=today)
    assert firm.founded_on < today
    for year, *_ in yearly_figures(firm, today=today):
        assert firm.founded_on.year <= year < today.year


def test_every_enterprise_directory_has_a_list() -> None:
    wanted = {row["code"] for row in shipped("directories") if row["kind"] == "enterprise"}
    assert {plan.directory for plan in PLANS} == wanted


def test_no_announcement_is_empty_and_no_two_share_a_name_or_number() -> None:
    lists = demo_lists(list(firms(2_400, today=TODAY)), today=TODAY)
    assert all(each.rows for each in lists)
    assert len({(each.directory, each.announced_on.year, each.label) for each in lists}) == len(lists)
    assert len({each.document_no for each in lists}) == len(lists)
    assert all("虚构" in each.title and "示" in each.document_no for each in lists)
    assert {2021, 2022, 2023, 2024, 2025, 2026} == {each.announced_on.year for each in lists}


@pytest.mark.parametrize("size", [60, 600])
def test_each_row_fills_its_columns_and_each_column_has_a_role(size: int) -> None:
    made = list(firms(size, today=TODAY))
    for each in [*demo_lists(made, today=TODAY), *product_lists(made, today=TODAY)]:
        assert len(each.roles) == len(each.columns)
        assert all(len(row) == len(each.columns) for row in each.rows)


def test_the_columns_of_the_product_lists_are_read_as_what_they_are() -> None:
    each = product_lists(list(firms(600, today=TODAY)), today=TODAY)[0]
    assert each.rows
    assert tuple(role.role for role in recognise(each.columns, each.rows)) == tuple(role for _, role in COLUMNS)


def test_one_public_notice_is_open_and_ends_within_a_week() -> None:
    lists = demo_lists(list(firms(600, today=TODAY)), today=TODAY)
    open_notices = [each for each in lists if each.notice_to is not None]
    assert [each.directory for each in open_notices] == ["little_giant"]
    assert TODAY < (open_notices[0].notice_to or TODAY) <= TODAY + timedelta(days=7)


def test_every_profile_occurs() -> None:
    assert {firm.profile for firm in firms(600, today=TODAY)} == set(Profile)
