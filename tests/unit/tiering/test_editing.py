"""A rule text as a form and back: what was set is what is read, and nothing else in the text has moved."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.tiering.copying import new_version, shipped_text
from registry.tiering.editing import changed, fields, said, set_values
from registry.tiering.loader import load_all, parse_standard

TEXT = """\
# 标题上的说明
id: EX26  # 编号
tier: example
title: {zh: 示例标准, en: Example}
documents:
  rules: {title: 示例办法, number: 示例〔2026〕1号}
in_force:
  new: {from: 2026-01-01, to: 2026-12-31}
criteria:
  - id: EX26-1
    name: {zh: 收入, en: Revenue}
    document: rules
    clause: 一
    confidence: V-G
    period: {zh: 上年度, en: last year}
    # 门槛的说明
    rule: {value: {figure: revenue}, at_least: 5000万}  # 行尾说明
  - id: EX26-2
    name: {zh: 增长, en: Growth}
    document: rules
    clause: 二
    confidence: V-G
    period: {zh: 近三年, en: last 3 years}
    rule:
      label: {zh: 得分, en: points}
      at_least: 5
      score:
        - id: EX26-S1
          name: {zh: 成长, en: growth}
          max: 20
          items:
            - id: EX26-S1a
              name: {zh: 收入增长, en: revenue growth}
              max: 10
              value: {compound_growth: revenue}
              bands: &bands
                - {at_least: 10%, points: [5, 10]}
                - {more_than: 0, points: [1, 4]}
            - id: EX26-S1b
              name: {zh: 资产增长, en: asset growth}
              max: 10
              value: {compound_growth: net_assets}
              bands: *bands
  - id: EX26-3
    name: {zh: 称号, en: Title}
    document: rules
    clause: 三
    confidence: V-G
    period: {zh: 申报时, en: at application}
    rule:
      title:
        - hte
        - srdi_sme  # 两者之一
"""
REVENUE = "criteria.0.rule.at_least"


def test_fields_carry_value_suffix_unit_and_the_name_of_what_they_measure() -> None:
    found = {field.path: field for field in fields(TEXT)}
    revenue = found[REVENUE]
    assert (revenue.criterion, revenue.value, revenue.suffix, revenue.label.zh) == (
        "EX26-1",
        "5000",
        "万",
        "营业收入 ≥",
    )
    assert found["criteria.2.rule.title"].value == "hte srdi_sme"
    assert found["criteria.1.rule.score.0.items.0.bands.0.points"].value == "5 10"


def test_bands_written_once_and_used_twice_are_asked_for_once_and_set_for_both() -> None:
    paths = [field.path for field in fields(TEXT)]
    assert not any(path.startswith("criteria.1.rule.score.0.items.1.bands") for path in paths)
    text = set_values(TEXT, {"criteria.1.rule.score.0.items.0.bands.0.points": "6 9"})
    score = parse_standard(text, file="x").criteria[1].rule.score[0]  # type: ignore[union-attr]
    assert [item.bands[0].points for item in score.items] == [(6, 9), (6, 9)]


def test_only_the_characters_of_the_value_change() -> None:
    text = set_values(TEXT, {REVENUE: "4,000"})
    assert text == TEXT.replace("5000万", "4000万")
    assert "# 行尾说明" in text


def test_a_value_may_bring_its_own_suffix() -> None:
    assert "at_least: 2亿}" in set_values(TEXT, {REVENUE: "2亿"})


def test_a_list_written_in_lines_becomes_one_in_brackets() -> None:
    standard = parse_standard(set_values(TEXT, {"criteria.2.rule.title": "hte"}), file="x")
    assert standard.criteria[2].rule.title == ("hte",)  # type: ignore[union-attr]


def test_setting_what_is_there_changes_nothing() -> None:
    assert set_values(TEXT, {field.path: field.value for field in fields(TEXT)}) == TEXT


@pytest.mark.parametrize("value", ["", "四", "1e400x", "5000万万", "1]"])
def test_what_is_no_number_is_refused_by_its_path(value: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        set_values(TEXT, {REVENUE: value})
    assert refusal.value.field == REVENUE


@pytest.mark.parametrize("value", ["hte] x: [", "hte,srdi", "*bands"])
def test_a_title_cannot_smuggle_in_structure(value: str) -> None:
    with pytest.raises(InvalidInput):
        set_values(TEXT, {"criteria.2.rule.title": value})


def test_a_path_that_is_no_field_is_refused() -> None:
    with pytest.raises(InvalidInput):
        set_values(TEXT, {"criteria.0.confidence": "R"})


def test_what_differs_from_another_text_is_told_with_what_it_was() -> None:
    text = set_values(TEXT, {REVENUE: "6000", "criteria.1.rule.at_least": "8"})
    assert changed(fields(text), fields(TEXT)) == {REVENUE: "5000万", "criteria.1.rule.at_least": "5"}


@given(st.dictionaries(st.sampled_from([REVENUE, "criteria.1.rule.at_least"]), st.integers(0, 10**9)))
def test_what_is_set_is_read_back_and_comments_stay(values: dict[str, int]) -> None:
    text = set_values(TEXT, {path: str(value) for path, value in values.items()})
    found = {field.path: field.value for field in fields(text)}
    assert {path: found[path] for path in values} == {path: str(value) for path, value in values.items()}
    assert [line.partition("#")[2] for line in text.splitlines()] == [
        line.partition("#")[2] for line in TEXT.splitlines()
    ]


def test_the_head_is_set_with_title_days_and_document() -> None:
    text = set_values(TEXT, {"id": "EX27", "title.zh": "示例: “新”标准", "in_force.new.from": "2027-01-01"})
    standard = parse_standard(text.replace(", to: 2026-12-31", ""), file="x")
    assert (standard.id, standard.title.zh, standard.in_force["new"].since) == (
        "EX27",
        "示例: “新”标准",
        date(2027, 1, 1),
    )


def test_a_new_version_has_its_own_id_open_windows_and_the_new_document_and_keeps_the_rest() -> None:
    text = new_version(
        TEXT,
        version="EX27",
        first_day=date(2027, 1, 1),
        procedures=("new", "review"),
        document=("《示例“新”办法》", '示例〔2027〕"1"号'),
    )
    standard, before = parse_standard(text, file="x"), parse_standard(TEXT, file="x")
    assert {name: (one.since, one.to) for name, one in standard.in_force.items()} == {
        "new": (date(2027, 1, 1), None),
        "review": (date(2027, 1, 1), None),
    }
    assert standard.documents["new_rules"].number == '示例〔2027〕"1"号'
    assert standard.criteria == before.criteria
    assert "# 标题上的说明" in text
    assert "# 编号" in text


@pytest.mark.parametrize("version", ["LG26", "SRDI22GD", "HTE", "GDCH"])
def test_a_shipped_version_is_copied_whole_and_its_fields_lead_back_to_themselves(version: str) -> None:
    standard = next(one for one in load_all() if one.id == version)
    text = shipped_text(version)
    assert parse_standard(text, file="x") == standard
    found = fields(text)
    assert found
    assert set_values(text, {field.path: field.value for field in found}) == text
    assert all(said(field) in text or field.kind == "list" for field in found)
