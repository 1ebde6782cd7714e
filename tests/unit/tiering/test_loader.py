"""A fault in a rule file names the file, the line and the field."""

import pytest

from registry.errors import FileRefused
from registry.tiering.loader import STANDARDS, is_prepared, load_all, load_standard, parse_standard, read_all
from registry.tiering.standard import Standard

GOOD = """\
id: T1
tier: test_tier
title: {zh: 测试标准, en: Test standard}
documents:
  one: {title: 《测试》, number: 测〔2026〕1号}
in_force:
  new: {from: 2026-01-01}
criteria:
  - id: T1-1
    name: {zh: 营业收入, en: Revenue}
    document: one
    clause: 第一条
    confidence: V-G
    period: {zh: 上年度, en: last year}
    rule: {value: {figure: revenue}, at_least: 5000万}
"""


def parse(text: str) -> Standard:
    return parse_standard(text, file="test_tier/2026.yaml")


def test_the_files_shipped_load_and_stand_in_their_tiers_folder() -> None:
    assert len({one.id for one in load_all()}) == len(load_all()) == len(list(STANDARDS.glob("*/*.yaml")))
    for path in STANDARDS.glob("*/*.yaml"):
        assert load_standard(path).tier == path.parent.name


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("figure: revenue", "figure: revenu", 15, "没有名为“revenu”的年度指标"),
        ("at_least: 5000万", "at_least: many", 15, "不是数字"),
        ("at_least: 5000万", "at_leest: 5000万", 15, "at_leest"),
        (", at_least: 5000万", "", 15, "须恰有一个比较"),
        ("confidence: V-G", "confidence: X", 13, "不得载入"),
        ("confidence: V-G", "confidence: V", 13, "V-G"),
        ("document: one", "document: two", 1, "不在 documents 中"),
        ("rule: {value: {figure: revenue}, at_least: 5000万}", "rule: {sometimes: true}", 15, "须为带下列键之一的映射"),
        ("new: {from: 2026-01-01}", "new: {from: soon}", 7, "date"),
        ("id: T1\n", "id: [T1\n", 2, "YAML"),
    ],
)
def test_a_fault_names_file_line_and_what_is_wrong(old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    with pytest.raises(FileRefused) as refused:
        parse(GOOD.replace(old, new, 1))
    assert f"test_tier/2026.yaml:{line}" in refused.value.text.zh
    assert says in refused.value.text.zh


def test_an_id_used_twice_is_refused() -> None:
    criterion = GOOD[GOOD.index("  - id") :]
    with pytest.raises(FileRefused, match="编号重复：T1-1"):
        parse(GOOD + criterion)


def test_a_recalled_row_may_not_be_waved_through() -> None:
    with pytest.raises(FileRefused, match="R 的条目"):
        parse(GOOD.replace("confidence: V-G", "confidence: R\n    blocking: false"))


def test_yaml_is_read_as_version_1_2_so_no_is_a_word() -> None:
    assert parse(GOOD.replace("clause: 第一条", "clause: no")).criteria[0].clause == "no"


def test_the_prepared_versions_are_those_of_the_rule_files() -> None:
    assert is_prepared(), "the rule files were changed: run make standards"
    assert load_all() == read_all()
