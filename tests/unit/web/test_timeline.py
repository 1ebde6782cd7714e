"""Where bars stand on the track of 120 months."""

from datetime import date, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from web.timeline import MONTHS_SHOWN, Place, first_year_shown, place, place_of_day

DAYS = st.dates(date(2005, 1, 1), date(2045, 12, 31))


def start_of(at: Place) -> int:
    return at.years * 12 + at.months


def end_of(at: Place) -> int:
    return start_of(at) + at.length_years * 12 + at.length_months


@given(DAYS, DAYS, st.integers(2010, 2030))
def test_a_bar_never_leaves_the_track_and_is_never_empty(start: date, end: date, first_year: int) -> None:
    assume(start <= end)
    at = place(start, end, first_year)
    if at is not None:
        assert 0 <= start_of(at) < end_of(at) <= MONTHS_SHOWN


@given(DAYS, st.integers(40, 2000), st.integers(40, 2000))
def test_a_term_and_the_next_one_do_not_overlap(start: date, days: int, more: int) -> None:
    end = start + timedelta(days=days)
    first = place(start, end, 2019)
    second = place(end + timedelta(days=1), end + timedelta(days=more), 2019)
    if first is not None and second is not None:
        assert end_of(first) <= start_of(second)


def test_a_term_that_began_before_the_track_is_cut() -> None:
    at = place(date(2017, 3, 1), date(2020, 6, 30), 2019)
    assert at == Place(0, 0, 1, 6, cut=True)
    assert at.classes == "y0 o0 v1 u6"


def test_a_term_outside_the_track_has_no_place() -> None:
    assert place(date(2010, 1, 1), date(2012, 12, 31), 2019) is None
    assert place(date(2029, 1, 1), None, 2019) is None


def test_a_term_without_an_end_runs_to_the_edge() -> None:
    at = place(date(2028, 1, 1), None, 2019)
    assert at is not None
    assert end_of(at) == MONTHS_SHOWN


def test_the_day_looked_at_is_on_the_track_that_is_chosen_for_it() -> None:
    on = date(2026, 11, 20)
    assert place_of_day(on, first_year_shown(on)) == "y7 o10"
    assert place_of_day(on, 2030) is None
