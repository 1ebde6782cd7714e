"""Versions side by side: every kind of change is named, a version equals itself, and swapping the sides mirrors."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.tiering.comparing import ComparedClause, Comparison, compare
from registry.tiering.loader import load_all
from registry.tiering.selection import find
from registry.tiering.standard import Standard
from registry.tiering.version_changes import Change
from tests.unit.tiering.test_shapes import standard

STANDARDS = {one.id: one for one in load_all()}
MIRROR = {"raised": "lowered", "lowered": "raised", "added": "removed", "removed": "added", "changed": "changed"}
versions = st.sampled_from(sorted(STANDARDS)).map(STANDARDS.__getitem__)


def changes(before: str, after: str) -> list[Change]:
    """What is found between two rules of one criterion."""
    clause = compare(standard(before), standard(after)).clauses[0]
    assert clause.before is not None
    assert clause.after is not None
    return list(clause.changes)


def moves(before: str, after: str) -> list[tuple[str, str, bool | None]]:
    return [(one.kind, one.move, one.stricter) for one in changes(before, after)]


def facts(clause: ComparedClause, *, mirrored: bool) -> tuple[object, ...]:
    """A compared clause without its words, from this side or from the other."""
    sides = [None if one is None else (one.id, one.criterion.id) for one in (clause.before, clause.after)]
    found = Counter(
        (one.kind, MIRROR[one.move], one.stricter if one.stricter is None else not one.stricter)
        if mirrored
        else (one.kind, one.move, one.stricter)
        for one in clause.changes
    )
    return (*(reversed(sides) if mirrored else sides), tuple(sorted(found.items(), key=str)))


def all_facts(comparison: Comparison, *, mirrored: bool = False) -> Counter[tuple[object, ...]]:
    return Counter(facts(one, mirrored=mirrored) for one in comparison.clauses)


@given(versions)
def test_a_version_against_itself_is_the_same_throughout(version: Standard) -> None:
    found = compare(version, version)
    assert {one.status for one in found.clauses} == {"same"}
    assert all(one.before == one.after for one in found.clauses)


@given(versions, versions)
def test_swapping_the_sides_mirrors_every_change(one: Standard, other: Standard) -> None:
    assert all_facts(compare(one, other)) == all_facts(compare(other, one), mirrored=True)


@given(versions, versions)
def test_every_criterion_of_both_versions_is_there(one: Standard, other: Standard) -> None:
    found = compare(one, other).clauses
    assert {clause.before.criterion.id for clause in found if clause.before} == {each.id for each in one.criteria}
    assert {clause.after.criterion.id for clause in found if clause.after} == {each.id for each in other.criteria}


def test_the_little_giant_of_2022_and_2026() -> None:
    found = {one.after.id: one for one in compare(find("LG22")[0], find("LG26")[0]).clauses if one.after}
    main = found["LG26-4"]
    assert main.before is not None
    assert main.before.id == "LG22-1b"
    assert [(one.kind, one.move, one.stricter) for one in main.changes] == [("threshold", "raised", True)]
    assert [one.before.zh for one in main.changes if one.before] == ["≥ 70%"]
    assert [one.after.zh for one in main.changes if one.after] == ["≥ 90%"]
    growth = {one.kind: one for one in found["LG26-5"].changes}
    assert growth["reading"].before is not None
    assert "平均增长率" in growth["reading"].before.zh
    assert growth["reading"].after is not None
    assert "复合增长率" in growth["reading"].after.zh
    assert [(one.kind, one.stricter) for one in found["LG26-6"].changes] == [("threshold", False)]
    assert ("waiver", "added") in [(one.kind, one.move) for one in found["LG26-8"].changes]
    assert ("alternative", "added") in [(one.kind, one.move) for one in found["LG26-9"].changes]
    assert found["LG26-11"].status == "added"
    gone = {one.before.id for one in compare(find("LG22")[0], find("LG26")[0]).having("removed") if one.before}
    assert {"LG22-2a", "LG22-3b"} <= gone


REVENUE = "{{value: {{figure: revenue}}, {0}}}"


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("at_least: 5000万", "at_least: 6000万", ("threshold", "raised", True)),
        ("at_least: 5000万", "at_least: 4000万", ("threshold", "lowered", False)),
        ("at_most: 5000万", "at_most: 6000万", ("threshold", "raised", False)),
        ("less_than: 5000万", "less_than: 4000万", ("threshold", "lowered", True)),
        ("at_least: 5000万", "more_than: 5000万", ("threshold", "changed", True)),
        ("at_most: 5000万", "less_than: 5000万", ("threshold", "changed", True)),
    ],
)
def test_thresholds_up_and_down(before: str, after: str, wanted: tuple[str, str, bool]) -> None:
    assert moves(REVENUE.format(before), REVENUE.format(after)) == [wanted]


BANDED = """
value: {{ratio: [{{figure: rd_expense}}, {{figure: revenue}}]}}
label: {{zh: 研发强度, en: R&D intensity}}
at_least:
  by: {{figure: revenue}}
  label: {{zh: 上年度收入, en: revenue}}
  bands: [{{up_to: 1亿, use: {0}}}, {{use: {1}}}]
"""


def test_thresholds_by_band_rise_only_if_none_falls() -> None:
    assert moves(BANDED.format("5%", "3%"), BANDED.format("6%", "3%")) == [("threshold", "raised", True)]
    assert moves(BANDED.format("5%", "3%"), BANDED.format("4%", "2%")) == [("threshold", "lowered", False)]
    assert moves(BANDED.format("5%", "3%"), BANDED.format("6%", "2%")) == [("threshold", "changed", None)]


def test_one_limit_that_becomes_a_table_of_limits_is_raised_if_no_band_is_below_it() -> None:
    one = """
value: {ratio: [{figure: rd_expense}, {figure: revenue}]}
label: {zh: 研发强度, en: R&D intensity}
at_least: 3%
"""
    assert moves(one, BANDED.format("5%", "3%")) == [("threshold", "raised", True)]
    assert moves(BANDED.format("5%", "3%"), one) == [("threshold", "lowered", False)]


def test_ways_and_waivers_that_come_and_go() -> None:
    ip = "{value: {fact: class1_ip}, at_least: 2}"
    waived = f"need: {ip}\nwaived_by: {{yes: award_national_3y}}"
    assert moves(ip, waived) == [("waiver", "added", False)]
    assert moves(waived, ip) == [("waiver", "removed", True)]
    both = f"any: [{ip}, {{yes: own_brand}}, {{yes: key_link}}]"
    fewer = f"any: [{ip}, {{yes: own_brand}}]"
    assert moves(fewer, both) == [("alternative", "added", False)]
    assert moves(both, fewer) == [("alternative", "removed", True)]


def test_what_must_hold_becomes_one_way_of_several() -> None:
    every, some = "all: [{yes: own_brand}, {yes: key_link}]", "any: [{yes: own_brand}, {yes: key_link}]"
    assert moves(every, some) == [("role", "changed", False)] * 2
    assert moves(some, every) == [("role", "changed", True)] * 2


def test_the_same_figure_asked_of_each_year_is_read_differently() -> None:
    once = "{value: {figure: rd_expense}, at_least: 100万}"
    yearly = f"years: 2\neach_year: {once}"
    assert moves(once, yearly) == [("reading", "changed", None)]
    assert moves(once, f"in_principle: {once}") == [("reading", "changed", None)]


def test_how_many_of_several() -> None:
    rule = "some: [{{yes: own_brand}}, {{yes: key_link}}, {{yes: six_bases}}]\ncount: {0}"
    assert moves(rule.format(1), rule.format(2)) == [("count", "changed", True)]


SCORED = """
label: {{zh: 得分, en: score}}
at_least: {mark}
score:
  - id: T1-S1
    name: {{zh: 创新, en: innovation}}
    max: 30
    minimum: {least}
    items:
      - id: T1-S1a
        name: {{zh: 研发强度, en: R&D intensity}}
        max: 20
        value: {{ratio: [{{figure: rd_expense}}, {{figure: revenue}}]}}
        bands:
          - {{at_least: {edge}, points: [20, 20]}}
          - {{at_least: 3%, points: [10, 10]}}
      {more}
"""
ITEM = "- {id: T1-S1b, name: {zh: 专家评价, en: judged}, max: 8, given: talent_score}"


def scored(mark: int = 60, least: int = 10, edge: str = "5%", more: str = "") -> str:
    return SCORED.format(mark=mark, least=least, edge=edge, more=more)


def test_scores_are_compared_part_by_part_and_band_by_band() -> None:
    assert moves(scored(), scored()) == []
    assert moves(scored(), scored(mark=70)) == [("threshold", "raised", True)]
    assert moves(scored(), scored(least=5)) == [("threshold", "lowered", False)]
    assert moves(scored(), scored(more=ITEM)) == [("points", "added", None)]
    found = changes(scored(), scored(edge="6%"))
    assert [(one.kind, one.move) for one in found] == [("points", "changed")]
    assert found[0].before is not None
    assert found[0].after is not None
    assert "≥ 5%：20 分" in found[0].before.zh
    assert "≥ 6%：20 分" in found[0].after.zh
    assert "≥ 3%，< 6%：10 分" in found[0].after.zh


def test_a_rule_in_other_words_is_the_same_rule() -> None:
    rule = "value: {{total: rd_expense, years: 2}}\nlabel: {{zh: {0}, en: {0}}}\nat_least: 1200万"
    assert changes(rule.format("研发费用合计"), rule.format("两年研发投入")) == []
