"""What must hold of any firm: an independent oracle, monotone rules, missing data decides nothing, one code path."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.tiering.evaluation import Evaluation, Result, Verdict, evaluate
from registry.tiering.loader import load_all
from registry.tiering.open_needs import open_needs
from registry.tiering.report import explain
from registry.tiering.standard import Procedure
from tests.unit.tiering import oracle
from tests.unit.tiering.firms import ANNUAL, AS_OF, FACTS, Firm, firms, population

STANDARDS = {one.id: one for one in load_all()}
SAID = {True: Result.MET, False: Result.UNMET, None: Result.UNKNOWN, "review": Result.NEEDS_REVIEW}
SAID |= {"n/a": Result.NOT_APPLICABLE}
procedures = st.sampled_from(["new", "review"])


def judge(standard: str, rows: list[Firm], procedure: Procedure = "new") -> Evaluation:
    return evaluate(STANDARDS[standard], population(rows, procedure))


@settings(max_examples=300)
@given(st.lists(firms, min_size=1, max_size=6), procedures)
def test_lg26_agrees_with_the_oracle_in_every_criterion_and_verdict(rows: list[Firm], procedure: Procedure) -> None:
    found = judge("LG26", rows, procedure)
    for index, firm in enumerate(rows):
        wanted = oracle.lg26(firm, AS_OF, procedure)
        assert {one: Result(int(codes[index])) for one, codes in found.codes.items()} == {
            one: SAID[result] for one, result in wanted.items()
        }
        assert Verdict(int(found.verdict[index])).name.lower() == oracle.verdict(wanted)


@given(st.sampled_from(sorted(STANDARDS)), st.lists(firms, min_size=1, max_size=5), procedures)
def test_a_population_run_equals_the_run_of_each_firm_alone(
    standard: str, rows: list[Firm], procedure: Procedure
) -> None:
    together = judge(standard, rows, procedure)
    for index, firm in enumerate(rows):
        alone = judge(standard, [firm], procedure)
        assert {one: codes[index] for one, codes in together.codes.items()} == {
            one: codes[0] for one, codes in alone.codes.items()
        }
        assert explain(together, index) == explain(alone, 0)


def test_one_huge_row_does_not_change_its_neighbours() -> None:
    edge: Firm = {("revenue", 2025): 55_125_000, ("revenue", 2023): 50_000_000}
    huge: Firm = {("revenue", 2025): 10**15, ("revenue", 2023): 10**15 - 1}
    below: Firm = edge | {("revenue", 2025): 55_124_999}
    codes = judge("LG26", [edge, huge, below]).codes["LG26-5"]
    assert codes.tolist() == [Result.MET, Result.UNMET, Result.UNMET]


MORE_IS_BETTER = (
    "class1_ip",
    "market_share",
    "platform_score",
    "award_national_3y",
    "six_bases",
    "key_link",
    "mainland",
)
MORE_IS_WORSE = (
    "market_rank_national",
    "major_incident_3y",
    "on_abnormal_list",
    "restricted_product",
    "group_conflict",
)


@given(firms, st.data(), st.sampled_from([*MORE_IS_BETTER, *MORE_IS_WORSE]))
def test_more_of_a_good_thing_never_loses_anything(firm: Firm, data: st.DataObject, name: str) -> None:
    low, high = sorted(data.draw(st.lists(st.sampled_from(FACTS[name]), min_size=2, max_size=2)))
    if name in MORE_IS_WORSE:
        low, high = high, low
    codes = judge("LG26", [firm | {name: low}, firm | {name: high}]).codes
    assert all(one[0] <= one[1] for one in codes.values())


@pytest.mark.parametrize("name", ["rd_expense", "main_business_revenue"])
@given(firms, st.data())
def test_more_of_a_good_figure_never_loses_anything(name: str, firm: Firm, data: st.DataObject) -> None:
    low, high = sorted(data.draw(st.lists(st.sampled_from(ANNUAL[name]), min_size=2, max_size=2)))
    key = (name, 2025)
    codes = judge("LG26", [firm | {key: low}, firm | {key: high}]).codes
    assert all(one[0] <= one[1] for one in codes.values())


@given(st.sampled_from(sorted(STANDARDS)), firms, st.data())
def test_hiding_data_only_opens_results_and_never_turns_them_round(
    standard: str, firm: Firm, data: st.DataObject
) -> None:
    hidden = data.draw(st.sets(st.sampled_from(sorted(firm, key=str))))
    # The platform score may be reported in several places, of which the first known counts: hidden in one, it may be
    # read, and differ, in another. So it is hidden everywhere or nowhere.
    if any("platform_score" in key for key in hidden):
        hidden |= {key for key in firm if "platform_score" in key}
    bare: Firm = {key: value for key, value in firm.items() if key not in hidden}
    codes = judge(standard, [firm, bare]).codes
    for full, less in codes.values():
        assert less == full or less in (Result.UNKNOWN, Result.NEEDS_REVIEW)


@given(firms, st.dictionaries(st.sampled_from(["tax_paid", "energy_tce", "land_mu"]), st.integers(0, 10**9)))
def test_unrelated_data_changes_nothing(firm: Firm, extra: dict[str, int]) -> None:
    more: Firm = firm | {(name, 2025): value for name, value in extra.items()} | {"digital_level": 3}
    codes = judge("LG26", [firm, more]).codes
    assert all(one[0] == one[1] for one in codes.values())


@given(st.sampled_from(sorted(STANDARDS)), firms, procedures)
def test_a_report_is_in_words_everywhere_and_asks_for_data_only_when_that_would_decide(
    standard: str, firm: Firm, procedure: Procedure
) -> None:
    report = explain(judge(standard, [firm], procedure), 0)
    for one in report.criteria:
        assert one.text
        assert one.text_en.isascii() or not any("一" <= letter <= "鿿" for letter in one.text_en)
    open_rows = [one for one in report.criteria if one.result == "unknown"]
    assert bool(report.needs) <= (report.verdict == "undecided")
    assert report.gap_text
    assert "不达标" not in report.gap_text
    if report.verdict == "undecided" and not open_rows:
        assert "须人工判断" in report.gap_text


@given(firms)
def test_filling_every_need_decides_what_can_be_decided(firm: Firm) -> None:
    report = explain(judge("LG26", [firm]), 0)
    if report.verdict != "undecided" or not report.needs:
        return
    again = explain(judge("LG26", [fill(firm, report.needs)]), 0)
    still_open = [one.text for one in again.criteria if one.result == "unknown"]
    assert all("无法计算" in text for text in still_open)  # a growth from nothing stays what it is


def fill(firm: Firm, needs: tuple[str, ...]) -> Firm:
    """The firm with a value at every place asked for."""
    answers: dict[str, Any] = {name: values[-1] for name, values in FACTS.items()}
    filled = dict(firm)
    for need in needs:
        scope, *rest = need.split(".")
        if scope == "annual":
            filled[(rest[1], int(rest[0]))] = ANNUAL[rest[1]][-1]
        elif rest[0] == "titles":
            filled["titles"] = []
        else:
            name = {"industry_code": "industry_division", "region_code": "mainland"}.get(rest[0], rest[0])
            filled[name] = answers[name]
    return filled


def test_an_empty_population_has_no_results() -> None:
    found = judge("LG26", [])
    assert found.verdict.shape == (0,)
    assert all(codes.dtype == np.uint8 for codes in found.codes.values())


def test_a_row_that_does_not_exist_cannot_be_explained() -> None:
    with pytest.raises(IndexError):
        explain(judge("HTE", [{}]), 1)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(STANDARDS)), st.lists(firms, min_size=1, max_size=5), procedures)
def test_needs_of_everybody_are_those_of_each_undecided_firm(
    standard: str, rows: list[Firm], procedure: Procedure
) -> None:
    found = judge(standard, rows, procedure)
    together = open_needs(found)
    for index in range(len(rows)):
        lacking = {need.path for need, rows_lacking in together.items() if rows_lacking[index]}
        told = set(explain(found, index).needs)
        assert told == (lacking if found.verdict[index] == Verdict.UNDECIDED else set())
