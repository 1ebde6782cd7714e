"""Expressions as filters: no value can end the string it stands in, and none is mistaken for another."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.search.expression import NOTHING, AllOf, AllTerms, AnyOf, AnyTerm, But, Term
from registry.search.meilisearch_filters import ENTRY, LONGEST, filter_of, read_back, spelled

SPELLED = re.compile(r"[0-9a-z:*._~;\-\u3400-\u4dbf\u4e00-\u9fff]+")
A, B, C = Term("name", "甲"), Term("name", "乙"), Term("city", "440300")
A_, B_, C_ = 'name = "甲"', 'name = "乙"', 'city = "440300"'


@given(st.text())
def test_a_spelled_value_has_no_character_that_means_anything_in_a_filter(value: str) -> None:
    written = spelled(value)
    assert SPELLED.fullmatch(written)
    assert len(written.encode()) <= LONGEST
    assert filter_of(Term("name", value)) == f'name = "{written}"'


@given(st.text(max_size=40))
def test_the_folding_of_the_server_leaves_a_spelled_value_alone(value: str) -> None:
    written = spelled(value)
    assert unicodedata.normalize("NFKD", written).lower().strip() == written


@given(st.text(max_size=40))
def test_a_spelled_value_can_be_read_back(value: str) -> None:
    assert read_back(spelled(value)) == value


@given(st.text(), st.text())
def test_different_values_are_spelled_differently(one: str, other: str) -> None:
    assert (spelled(one) == spelled(other)) is (one == other)


@pytest.mark.parametrize("one", ["字" * 500, "x" * 5_000, "é" * 100])
def test_long_values_that_differ_at_the_end_differ(one: str) -> None:
    assert spelled(one) != spelled(one + "x")
    assert len(spelled(one).encode()) <= LONGEST


@pytest.mark.parametrize(
    ("expression", "filtered"),
    [
        (A, A_),
        (AnyTerm("name", ("甲", "乙")), 'name IN ["甲","乙"]'),
        (AllOf((A, AllOf((B, C)))), f"({A_} AND {B_} AND {C_})"),
        (AnyOf((A, AnyOf((B, C)))), f"({A_} OR {B_} OR {C_})"),
        (AllOf((A, AnyOf((B, C)))), f"({A_} AND ({B_} OR {C_}))"),
        (But(But(A, B), C), f"{ENTRY} AND ({A_} AND NOT {B_} AND NOT {C_})"),
        (But(A, AllOf((B, C))), f"{ENTRY} AND ({A_} AND NOT ({B_} AND {C_}))"),
        (But(AllOf(()), A), f"{ENTRY} AND NOT {A_}"),
        (AllOf((A, A, AllOf(()))), A_),
        (AnyOf((A, NOTHING)), A_),
        (But(A, NOTHING), A_),
        (AllOf(()), ENTRY),
        (AnyOf((A, AllOf(()))), ENTRY),
        (AllTerms("name", ("甲", "乙")), '(name = "甲" AND name = "乙")'),
        (AllOf((A, AllTerms("name", ()))), A_),
    ],
)
def test_expressions_are_written_flat_and_short(expression: AllOf | AllTerms | AnyOf | But, filtered: str) -> None:
    assert filter_of(expression) == filtered


@pytest.mark.parametrize(
    "expression", [NOTHING, AnyTerm("name", ()), AllOf((A, NOTHING)), But(A, AllOf(())), But(NOTHING, A)]
)
def test_what_can_hold_of_nothing_is_not_asked(expression: AllOf | AnyOf | But) -> None:
    assert filter_of(expression) is None


def test_an_unknown_field_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="order"):
        filter_of(Term("order", "1"))
    with pytest.raises(ValueError, match="no field"):
        filter_of(AnyTerm('name = "x" OR name', ("1",)))
