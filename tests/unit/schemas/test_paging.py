"""Cursors: what was encoded comes back, and whatever a stranger makes up is refused by name."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode

names = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
values = st.one_of(
    st.none(), names, st.integers(-(2**63) + 1, 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)


@given(names, st.lists(values, max_size=4))
def test_a_cursor_comes_back_as_it_went(scope: str, said: list[str | int | float | None]) -> None:
    cursor = Cursor(scope=scope, values=tuple(said))
    text = encode(cursor)
    assert decode(text, scope=scope) == cursor
    assert text.isascii()
    assert not set(text) & set("+/=&?# ")


@given(st.text(max_size=200))
def test_any_text_is_a_cursor_or_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode(text, scope="a scope nobody guesses")
    assert refused.value.field == "cursor"


@pytest.mark.parametrize(
    "said", [[], {}, "x", [1], ["s", True], ["s", [1]], ["s", {"a": 1}], ["s", 2**63], ["s", "a\x00"], ["s", "\ud800"]]
)
def test_a_made_up_content_is_refused(said: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    with pytest.raises(InvalidInput):
        decode(text)


def test_a_cursor_of_another_question_is_refused() -> None:
    with pytest.raises(InvalidInput):
        decode(encode(Cursor(scope="a", values=(1,))), scope="b")


def test_a_cursor_with_values_of_other_kinds_is_refused() -> None:
    text = encode(Cursor(scope="a", values=("x", 1)))
    assert decode(text, kinds=(str, int)).values == ("x", 1)
    with pytest.raises(InvalidInput):
        decode(text, kinds=(int, str))
    with pytest.raises(InvalidInput):
        decode(text, kinds=(str,))


def test_a_very_long_cursor_is_refused() -> None:
    with pytest.raises(InvalidInput):
        decode(encode(Cursor(scope="a" * 3000, values=())))


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_size_out_of_range_is_refused_by_name(limit: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_limit(limit)
    assert refused.value.field == "limit"


def test_a_page_is_written_as_json_with_its_items() -> None:
    page = Page[int](items=(1, 2), total=5, next_cursor=None)
    assert json.loads(page.model_dump_json()) == {"items": [1, 2], "total": 5, "next_cursor": None}
