"""A threshold for each currency, a year of founding, a record of years: shapes the unicorns and gazelles brought."""

from datetime import date

import numpy as np
import pytest

from registry.tiering.describe import describe
from registry.tiering.population import Population
from tests.unit.tiering.test_shapes import codes, standard

EITHER = """
first_decided:
  - {value: {amount: post_money_valuation, currency: USD}, label: {zh: 估值, en: value}, at_least: 10}
  - {value: {amount: post_money_valuation, currency: CNY}, label: {zh: 估值, en: value}, at_least: 60}
"""


@pytest.mark.parametrize(
    ("amount", "currency", "result"),
    [
        (10, "USD", "met"),
        (9, "USD", "unmet"),
        (60, "CNY", "met"),
        (59, "CNY", "unmet"),
        (99, "HKD", "unknown"),
        (None, None, "unknown"),
    ],
)
def test_the_threshold_of_the_stated_currency_decides(amount: int | None, currency: str | None, result: str) -> None:
    stated = None if amount is None else {"amount": amount, "currency": currency}
    assert codes(EITHER, 1, post_money_valuation=[stated]) == [result]


def test_firms_with_different_currencies_stand_in_one_population() -> None:
    rows = [{"amount": 10, "currency": "USD"}, {"amount": 10, "currency": "CNY"}, None]
    assert codes(EITHER, 3, post_money_valuation=rows) == ["met", "unmet", "unknown"]


def test_either_currency_is_described_as_an_alternative() -> None:
    one = standard(EITHER)
    assert describe(one, "zh")[0].sentence == "估值须 ≥ 10 美元，或估值须 ≥ 60 元"
    assert describe(one, "en")[0].sentence == "value must be ≥ 10 US dollars, or value must be ≥ 60 yuan"


def test_the_year_of_a_date_is_the_calendar_year() -> None:
    rule = "{value: {year_of: founded_on}, label: {zh: 成立年份, en: year of founding}, at_least: 2000}"
    dates = [date(2000, 1, 1), date(1999, 12, 31), None]
    assert codes(rule, 3, founded_on=dates) == ["met", "unmet", "unknown"]


def test_a_coded_value_is_told_in_words() -> None:
    one = standard("{code: chain_cluster, among: [pillar, emerging]}")
    assert describe(one, "zh")[0].sentence == "所属产业集群类别须为战略性支柱产业集群或战略性新兴产业集群"
    assert describe(one, "en")[0].sentence.endswith("strategic pillar cluster, or strategic emerging cluster")


@pytest.mark.parametrize(
    ("years", "stated", "found"),
    [
        ((1, 2, 3), "one_year", "three_years"),
        ((1, 2, 3), None, "three_years"),
        ((1, 2, None), "two_years", "two_years"),
        ((1, 2, None), None, None),
    ],
)
def test_revenue_of_three_years_is_a_record_of_three_years(
    years: tuple[int | None, ...], stated: str | None, found: str | None
) -> None:
    rows = Population.from_columns(
        size=1,
        as_of=date(2026, 5, 6),
        figures={("revenue", 2025 - back): [value] for back, value in enumerate(years)},
        facts={"revenue_record": [stated]},
    )
    column = rows.fact("revenue_record")
    names = ("three_years", "two_years", "one_year")
    assert (names[int(column.values[0])] if column.known[0] else None) == found
    assert np.isfinite(column.values).all()
