"""A pasted list is told from one question."""

from hypothesis import given
from hypothesis import strategies as st

from registry.search.pasted import names_in, pasted_names


def test_several_lines_of_names_are_a_list() -> None:
    lines = "\n".join(f"深圳市示例{c}科技有限公司" for c in "甲乙丙")
    assert len(pasted_names(lines)) == 3
    assert len(pasted_names(lines.replace("\n", "\r\n"))) == 3


def test_two_hundred_lines_lose_nothing() -> None:
    lines = [f"示例{n}科技有限公司" for n in range(200)]
    assert pasted_names("\n".join(lines)) == tuple(lines)


def test_codes_are_a_list_as_well() -> None:
    assert len(names_in("91350900587527783P 914403001922038216")) == 2


def test_words_of_one_question_are_no_list() -> None:
    for text in (
        "小巨人 武汉",
        "长城 保定",
        "华为, 深圳",
        "珠海格力电器股份有限公司",
        "",
        "a\nb",
        "示例科技有限公司 深圳",
    ):
        assert pasted_names(text) == ()


def test_names_between_commas_are_a_list() -> None:
    assert len(pasted_names("示例甲科技有限公司，示例乙科技有限公司")) == 2


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    found = pasted_names(text)
    assert len(set(found)) == len(found)
    assert all(found)
