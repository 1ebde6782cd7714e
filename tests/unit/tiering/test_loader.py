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


BUILT = """\
id: T2
tier: srdi_sme
title: {zh: 测试标准, en: Test standard}
region: "44"
extends: SRDI22
documents:
  own: {title: 《测试》, number: 测〔2026〕1号}
in_force:
  new: {from: 2026-01-01}
pass_marks:
  SRDI22-4: {mark: 70, document: own, clause: 第一条, confidence: V-S}
"""


def test_a_version_built_on_another_has_its_criteria_duties_and_documents_and_its_own_mark() -> None:
    built, base = parse(BUILT), next(one for one in load_all() if one.id == "SRDI22")
    assert built.ids() == base.ids()
    assert (built.duties, built.outcomes, built.validity_months) == (base.duties, base.outcomes, base.validity_months)
    assert built.documents.keys() == {*base.documents, "own"}
    assert built.score is not None
    assert base.score is not None
    assert (built.score.at_least, base.score.at_least) == (70, 60)
    marked = built.criterion("SRDI22-4")
    assert (marked.document, marked.clause, marked.confidence) == ("own", "第一条", "V-S")
    assert built.criterion("SRDI22-1") == base.criterion("SRDI22-1")


def test_a_mark_alone_keeps_the_source_and_a_criterion_of_the_same_id_is_replaced() -> None:
    plain = BUILT.replace("{mark: 70, document: own, clause: 第一条, confidence: V-S}", "65")
    assert parse(plain).score is not None
    assert parse(plain).criterion("SRDI22-4").document == "measures"
    mine = GOOD[GOOD.index("criteria:") :].replace("T1-1", "SRDI22-3").replace("document: one", "document: own")
    built = parse(plain + mine)
    assert [one.id for one in built.criteria] == ["SRDI22-1", "SRDI22-2", "SRDI22-4", "SRDI22-3"]
    assert built.criterion("SRDI22-3").document == "own"


def test_included_criteria_come_before_the_files_own() -> None:
    found = parse(GOOD.replace("criteria:", "include: [com22]\ncriteria:"))
    assert [one.id for one in found.criteria] == [*(f"COM-{n}" for n in range(1, 7)), "T1-1"]
    assert found.documents.keys() == {"one", "measures", "sizes"}


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        (BUILT.replace("extends: SRDI22", "extends: SRDI99"), "5 extends", "没有版本“SRDI99”"),
        (BUILT.replace("SRDI22-4:", "SRDI22-1:"), "10 pass_marks", "没有带评分的条件 SRDI22-1"),
        (BUILT.replace("SRDI22-4:", "SRDI22-9:"), "10 pass_marks", "没有带评分的条件 SRDI22-9"),
        (BUILT.replace("clause: 第", "claus: 第"), "10 pass_marks.SRDI22-4", "没有这些键：claus"),
        (GOOD.replace("criteria:", "include: [com99]\ncriteria:"), "8 include", "没有公用条件“com99”"),
        (GOOD.replace("criteria:", 'include: ["../com22"]\ncriteria:'), "8 include", "没有公用条件"),
    ],
)
def test_a_fault_in_what_a_file_builds_on_names_file_line_and_field(text: str, where: str, says: str) -> None:
    with pytest.raises(FileRefused) as refused:
        parse(text)
    assert f"test_tier/2026.yaml:{where}：{says}" in refused.value.text.zh
