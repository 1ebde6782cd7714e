"""What a report says, word for word, and its shape."""

from datetime import date
from typing import Any

import pytest

from registry.errors import Text
from registry.tiering.describe import describe
from registry.tiering.evaluation import evaluate
from registry.tiering.population import Population
from registry.tiering.report import explain
from registry.tiering.report_shapes import CriterionReport
from registry.tiering.selection import find
from registry.tiering.wording import show, show_gap, show_pair
from tests.unit.tiering.cases import HTE_PASS, LG22_PASS, LG26_PASS, WAN, changed, report

NONE = Text("", "")


def row(raw: dict[str, Any], criterion: str, code: str = "LG26") -> CriterionReport:
    return next(one for one in report(raw, code).criteria if one.id == criterion)


def test_a_met_row_says_value_threshold_and_result() -> None:
    one = row(LG26_PASS, "LG26-3")
    assert one.text == "上年度营业收入 8,200 万元，须 ≥ 5,000 万元：符合"
    assert one.text_en == "revenue last year 82 m yuan, must be ≥ 50 m yuan: met"
    assert (one.value, one.threshold, one.gap, one.unit, one.period) == (82_000_000, 50_000_000, None, "yuan", "2025")
    assert (one.source.number, one.source.clause, one.source.confidence) == (
        "工信部企业〔2026〕2号",
        "附件2：营业收入",
        "V-S2",
    )


def test_the_gap_is_in_its_own_unit() -> None:
    raw = changed(LG26_PASS, annual__2024__rd_expense=200 * WAN, facts__class1_ip=3)
    assert row(raw, "LG26-8").gap == 1
    assert row(raw, "LG26-7").gap == 180 * WAN
    found = report(raw, "LG26")
    assert found.gap_text == "还差 1 件Ⅰ类知识产权、研发费用 180 万元、2024 年研发费用占营业收入比重 0.2 个百分点"


def test_the_gap_sentence_of_the_design() -> None:
    raw = changed(LG26_PASS, annual__2025__rd_expense=420 * WAN, facts__class1_ip=3)
    assert report(raw, "LG26").gap_text == "还差 1 件Ⅰ类知识产权、研发费用 180 万元"


def test_a_missing_figure_is_asked_for_by_name_and_year() -> None:
    found = report(changed(LG26_PASS, annual__2024__rd_expense=...), "LG26")
    assert found.needs == ("annual.2024.rd_expense",)
    assert found.gap_text == "补 2024 年研发费用 即可判断"
    assert found.gap_text_en == "Add R&D expense 2024 to decide"


def test_what_is_too_high_and_what_is_a_step_to_take_are_said_apart() -> None:
    raw = changed(LG26_PASS, annual__2025__total_liabilities=7710 * WAN, enterprise__titles=[])
    found = report(raw, "LG26")
    assert found.gap_text == "须先取得有效的专精特新中小企业称号；资产负债率高 2.1 个百分点"
    assert found.verdict == "ineligible"
    assert found.needs == ()


def test_of_alternatives_the_met_one_is_told_and_the_others_are_left_out() -> None:
    raw = changed(LG26_PASS, facts__market_share=0.02, facts__market_rank_national=3)
    assert row(raw, "LG26-9").text == "主导产品全国排名 3 名，须 ≤ 3 名：符合"


def test_the_waiver_is_told_when_it_carries() -> None:
    raw = changed(LG26_PASS, facts__class1_ip=0, facts__award_national_3y=True)
    assert row(raw, "LG26-8").text == "近三年国家级科技奖励（前三完成单位）：是：符合"


def test_a_value_just_below_the_edge_is_shown_apart_from_it() -> None:
    raw = changed(LG26_PASS, annual__2025__total_liabilities=75_000_001)
    assert "75.000001%，须 ≤ 75%" in row(raw, "LG26-6").text


def test_nothing_divided_by_nothing_cannot_be_computed() -> None:
    raw = changed(LG26_PASS, annual__2025__total_assets=0)
    assert row(raw, "LG26-6").text == "资产负债率 无法计算（除数不大于 0），须 ≤ 75%：数据不足"


def test_a_row_that_is_not_applicable_or_recalled_says_what_it_asks() -> None:
    review = changed(LG26_PASS, procedure="review")
    assert row(review, "LG26-5").text == "近两年营业收入复合增长率须 ≥ 5%：不适用"
    assert row(LG22_PASS, "LG22-6", "LG22").text.endswith("：须人工判断")


def test_the_score_is_told_as_a_range_with_the_points_still_open() -> None:
    raw = changed(HTE_PASS, annual__2025__innovation_score=...)
    one = row(raw, "HTE-09", "hte")
    assert one.text.startswith("创新能力评价得分 ")
    assert {part.id for part in one.parts} >= {"HTE-S1", "HTE-S1a", "HTE-S2", "HTE-S3d", "HTE-S4"}
    low = row(changed(HTE_PASS, annual__2025__innovation_score=62), "HTE-09", "hte")
    assert low.text == "创新能力评价得分 62 分，须 > 70 分，差 9 分：不符合"


def test_the_report_has_the_agreed_shape() -> None:
    found = report(LG26_PASS, "LG26").model_dump(mode="json")
    assert found.keys() >= {
        "standard",
        "version",
        "tier",
        "procedure",
        "as_of",
        "verdict",
        "score",
        "criteria",
        "needs",
    }
    wanted = {
        "id",
        "result",
        "value",
        "threshold",
        "gap",
        "unit",
        "period",
        "source",
        "text",
        "text_en",
        "name",
        "parts",
    }
    assert all(one.keys() >= wanted for one in found["criteria"])
    assert found["as_of"] == "2026-05-06"
    assert found["needs"] == []


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (82_000_000, "8,200 万元", "82 m yuan"),
        (82_005_000, "8,200.5 万元", "82.01 m yuan"),
        (120_000_000, "1.2 亿元", "120 m yuan"),
        (1_234_000_000, "12.34 亿元", "1.23 bn yuan"),
        (8000, "8,000 元", "8,000 yuan"),
        (0, "0 元", "0 yuan"),
        (-5_000_000, "−500 万元", "−5 m yuan"),
    ],
)
def test_money_is_in_ten_thousands_below_one_hundred_million(value: int, zh: str, en: str) -> None:
    assert (show("yuan", NONE, value, "zh"), show("yuan", NONE, value, "en")) == (zh, en)


def test_ratios_and_gaps_in_words() -> None:
    assert show("ratio", NONE, 0.886, "zh") == "88.6%"
    assert show_pair("ratio", NONE, 0.08996, 0.09, "zh") == ("8.996%", "9%")
    assert show_gap("ratio", NONE, 0.0136, "zh") == "1.4 个百分点"
    assert show_gap("ratio", NONE, 0.0001, "en") == "0.1 percentage points"
    assert show("number", Text("件", "items"), 1, "en") == "1 item"


def test_the_plain_words_of_a_standard_come_from_the_rule() -> None:
    said = {one.id: one.sentence for version in find("little_giant") for one in describe(version, "zh")}
    assert said["LG26-3"] == "上年度营业收入须 ≥ 5,000 万元"
    assert said["LG26-7"] == "近两年研发费用合计须 ≥ 1,200 万元；且近 2 年每年研发费用占营业收入比重须 ≥ 3%"
    assert said["LG26-8"] == "Ⅰ类知识产权须 ≥ 4 件；须具备：近三年国家级科技奖励（前三完成单位）的可豁免"
    assert said["LG26-X1"] == "不得持有有效的制造业单项冠军称号"


def test_a_size_that_one_figure_decides_is_told_as_what_it_may_be() -> None:
    firm = Population.from_columns(
        size=1, as_of=date(2026, 5, 6), figures={("revenue", 2025): [90_000_000]}, facts={"industry_division": [39]}
    )
    size = next(one for one in explain(evaluate(find("LG26")[0], firm), 0).criteria if one.id == "COM26-2")
    assert (size.result, size.value) == ("met", "micro/small/medium")
    assert "微型企业或小型企业或中型企业" in size.text
