"""The version follows the procedure, the day and the place."""

from datetime import date

import pytest

from registry.errors import InvalidInput, NotFound
from registry.tiering.selection import choose, find
from registry.tiering.standard import Procedure


@pytest.mark.parametrize(
    ("procedure", "day", "version"),
    [
        ("new", date(2022, 8, 1), "LG22"),
        ("new", date(2026, 3, 31), "LG22"),
        ("new", date(2026, 4, 1), "LG26"),
        ("review", date(2026, 5, 6), "LG22"),
        ("review", date(2026, 12, 31), "LG22"),
        ("review", date(2027, 1, 1), "LG26"),
    ],
)
def test_the_little_giant_version_in_force(procedure: Procedure, day: date, version: str) -> None:
    assert choose("little_giant", procedure=procedure, as_of=day).id == version


@pytest.mark.parametrize("code", ["hte", "HTE", " Hte "])
def test_a_code_may_be_written_in_any_case(code: str) -> None:
    assert choose(code, procedure="new", as_of=date(2026, 5, 6)).id == "HTE"


def test_a_version_may_be_named_for_a_firm_the_calendar_would_give_another() -> None:
    assert choose("lg26", procedure="review", as_of=date(2026, 5, 6)).id == "LG26"
    assert choose("LG22", procedure="new", as_of=date(2026, 5, 6)).id == "LG22"


@pytest.mark.parametrize(
    ("code", "day", "since"),
    [
        ("little_giant", date(2022, 7, 31), "2022-08-01"),
        ("LG26", date(2026, 3, 31), "2026-04-01"),
        ("hte", date(2015, 12, 31), "2016-01-01"),
    ],
)
def test_a_day_before_any_version_is_refused_with_the_first_day(code: str, day: date, since: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        choose(code, procedure="new", as_of=day)
    assert f"最早自 {since} 起施行" in refused.value.text.zh
    assert refused.value.field == "as_of"


def test_an_unknown_code_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFound) as refused:
        choose("no_such_tier", procedure="new", as_of=date(2026, 5, 6))
    assert "little_giant" in refused.value.text.zh
    assert "LG26" in refused.value.text.en


def test_all_versions_of_a_tier_come_newest_first() -> None:
    assert [one.id for one in find("little_giant")] == ["LG26", "LG22"]
    assert [one.id for one in find("lg22")] == ["LG22"]
    with pytest.raises(NotFound):
        find("LG99")
