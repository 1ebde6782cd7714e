"""The checks of a list: what passes, what fails, and that more of what is wrong never makes a check pass."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.schemas.tables import StatedCount
from registry.services.imports.guards import ListCounts, Thresholds, examine, thresholds

FINE = ListCounts(rows=400, writable=396, rejected=2, repeated=0, previous=400)
NUMBER = st.integers(0, 5_000)


def failed(counts: ListCounts) -> set[str]:
    return {one.code for one in examine(counts) if not one.passed}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rows": 391, "rejected": 1}, "row_count"),
        ({"rows": 0, "writable": 0, "rejected": 0, "previous": None}, "not_empty"),
        ({"rejected": 3}, "rejected"),
        ({"repeated": 1}, "repeated"),
        ({"missing": ("city",)}, "columns"),
        ({"differing": (StatedCount("广州市", 3, 2),)}, "groups"),
    ],
)
def test_each_check_fails_for_its_own_reason(change: dict[str, object], code: str) -> None:
    assert failed(replace(FINE, **change)) == {code}  # type: ignore[arg-type]


def test_the_bounds_themselves_pass() -> None:
    assert failed(replace(FINE, rows=392, rejected=1)) == set()
    assert failed(replace(FINE, rows=400, rejected=2)) == set()


def test_without_an_earlier_edition_or_stated_groups_nothing_is_compared() -> None:
    codes = [one.code for one in examine(replace(FINE, previous=None))]
    assert codes == ["not_empty", "columns", "rejected", "repeated"]
    assert [one.code for one in examine(replace(FINE, groups=2))][-1] == "groups"


@given(NUMBER, NUMBER, NUMBER, NUMBER, st.integers(0, 50))
def test_more_of_what_is_wrong_never_makes_a_check_pass(
    rows: int, rejected: int, repeated: int, previous: int, more: int
) -> None:
    counts = ListCounts(rows=rows, writable=0, rejected=rejected, repeated=repeated, previous=previous)
    worse = replace(counts, rejected=rejected + more, repeated=repeated + more)
    assert failed(counts) <= failed(worse)
    if previous:
        assert failed(counts) <= failed(replace(counts, previous=previous + more))


@given(NUMBER, NUMBER, NUMBER)
def test_every_check_says_its_numbers_in_both_languages(rows: int, rejected: int, previous: int) -> None:
    for one in examine(ListCounts(rows=rows, writable=rows, rejected=rejected, repeated=0, previous=previous)):
        assert all((one.title_zh, one.title_en, one.detail_zh, one.detail_en))


def test_the_shipped_thresholds_are_those_of_the_documentation() -> None:
    assert thresholds() == Thresholds(rows_of_previous_percent=98, rejected_percent=0.5, repeated_rows=0)
