"""Columns and cells of product lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from import_scripts.columns import recognise
from registry.identity import fold_name
from registry.schemas.import_words import ROLES
from registry.schemas.tables import Table
from registry.services.imports.interpreting import Facts
from registry.services.imports.product_interpreting import (
    CATEGORIES,
    ProductInterpreter,
    category_of_heading,
    identity_of,
    looks_like_products,
    read_grade,
)

ANNOUNCED = ("序号", "产品名称", "送测单位", "安全可靠等级")


def table(columns: tuple[str, ...], *rows: tuple[str, ...], title: str = "") -> Table:
    numbered = [(number, list(row)) for number, row in enumerate(rows, start=2)]
    return Table("", title, 1, columns, numbered, recognise(columns, rows))


def facts(columns: tuple[str, ...], *row: str, title: str = "") -> Facts:
    return ProductInterpreter(table(columns, row, title=title)).interpret(row)


@pytest.mark.parametrize(
    ("columns", "roles"),
    [
        (ANNOUNCED, ("serial", "product", "maker", "grade")),
        (("产品名称（全称）", "版本号", "研制单位", "等级"), ("product", "version", "maker", "grade")),
        (("产品", "型号", "版本", "生产厂商", "类别"), ("product", "model", "version", "maker", "category")),
        (("申报单位", "产品名称", "规格型号", "有效期至"), ("name", "product", "model", "valid_to")),
        (("productName", "version", "vendor", "type", "level"), ("product", "version", "maker", "category", "grade")),
    ],
)
def test_the_columns_of_a_product_list_are_known(columns: tuple[str, ...], roles: tuple[str, ...]) -> None:
    assert tuple(each.role for each in recognise(columns, [])) == roles
    assert {role for role in roles if role} <= ROLES.keys()


@pytest.mark.parametrize("columns", [("企业名称", "类型", "等级", "版本"), ("单位名称", "信用等级", "类别")])
def test_without_a_product_these_words_say_nothing_of_products(columns: tuple[str, ...]) -> None:
    assert [each.role for each in recognise(columns, [])] == ["name", *[None] * (len(columns) - 1)]
    assert not looks_like_products(table(columns))


def test_a_row_of_an_announcement_states_maker_product_and_grade() -> None:
    said = facts(ANNOUNCED, "1", "示例系统Ｖ10 （内核版本5.10）", "示例软件甲有限公司（原示例乙公司）", "Ⅱ级")
    assert (said["product"], said["product_as_printed"]) == (
        "示例系统V10 (内核版本5.10)",
        "示例系统Ｖ10 （内核版本5.10）",
    )
    assert (said["name"], said["grade"]) == ("示例软件甲有限公司", 2)
    assert "version" not in said


def test_model_and_version_together_are_the_version() -> None:
    columns = ("产品名称", "型号", "版本", "生产厂商")
    assert facts(columns, "示例网关", "ＧＷ-2", " V1.0 ", "示例甲有限公司")["version"] == "GW-2 V1.0"
    assert "version" not in facts(columns, "示例网关", "—", "无", "示例甲有限公司")


def test_the_maker_is_the_makers_column_even_beside_another_enterprise() -> None:
    said = facts(("推荐企业", "产品名称", "生产厂商"), "示例推荐有限公司", "示例网关", "示例生产有限公司")
    assert said["name"] == "示例生产有限公司"


def test_a_category_beside_the_product_goes_before_the_one_above_the_table() -> None:
    columns = ("产品名称", "送测单位", "产品类别")
    row = ("示例库", "示例甲有限公司")
    assert facts(columns, *row, "分布式数据库", title="集中式数据库")["category"] == "分布式数据库"
    assert facts(columns, *row, "", title="表3 集中式数据库")["category"] == "集中式数据库"
    assert facts(columns, *row, "全新类别")["category"] == "全新类别"
    long = facts(columns, *row, "类" * 61)
    assert "category" not in long
    assert [each["column"] for each in long["warnings"]] == ["产品类别"]


@pytest.mark.parametrize(
    ("cell", "grade"),
    [
        ("Ⅰ级", 1),
        ("I级", 1),
        ("Ⅱ", 2),
        ("ii 级", 2),
        ("III级", 3),
        ("二级", 2),
        ("3", 3),
        ("安全可靠等级Ⅲ级", 3),
        ("Ⅳ级", 4),
    ],
)
def test_a_grade_in_any_usual_form_is_its_number(cell: str, grade: int) -> None:
    assert read_grade(cell) == (grade, None)


@pytest.mark.parametrize("cell", ["甲级", "合格", "A", "0", "Ⅰ-Ⅱ级", "通过", "10000", "IIII"])
def test_an_unknown_grade_is_said_and_not_guessed(cell: str) -> None:
    value, fault = read_grade(cell)
    assert value is None
    assert fault is not None


@given(st.text(max_size=40))
def test_no_cell_breaks_the_readers(cell: str) -> None:
    read_grade(cell)
    said = facts(("产品名称", "版本", "送测单位", "安全可靠等级", "产品类别"), cell, cell, "示例甲有限公司", cell, cell)
    assert set(said) >= {"name"}


numbers = st.lists(st.integers(0, 30), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))


@given(numbers, numbers)
def test_two_versions_are_one_product_only_if_they_are_the_same(one: str, other: str) -> None:
    names = [f"示例系统V{number}" for number in (one, other)]
    first, second = (identity_of(name, fold_name(name), "") for name in names)
    assert (first == second) is (one == other)
    assert (identity_of("示例", "示例", one) == identity_of("示例", "示例", other)) is (one == other)


@given(st.sampled_from(CATEGORIES))
def test_a_category_is_found_in_the_title_above_its_table(category: str) -> None:
    assert category_of_heading(f"附件 {category}测评结果") == category
