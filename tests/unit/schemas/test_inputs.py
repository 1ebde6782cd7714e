"""Text from people: what is understood, and refusals that name the parameter."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import InvalidInput
from registry.schemas.inputs import (
    EARLIEST,
    LATEST,
    parse_day,
    parse_directory,
    parse_format,
    parse_region_code,
    parse_status,
)
from registry.vocabulary import TitleStatus

DIRECTORIES = ("little_giant", "hte")


@pytest.mark.parametrize(
    "text", ["2025-02-03", "2025/2/3", "2025.02.03", "20250203", "2025年2月3日", " 2025-02-03 ", "２０２５－０２－０３"]
)
def test_a_day_is_read_in_its_usual_spellings(text: str) -> None:
    assert parse_day(text, field="as_of") == date(2025, 2, 3)


@given(st.dates(EARLIEST, LATEST))
def test_every_day_in_range_comes_back(day: date) -> None:
    assert parse_day(day.isoformat(), field="as_of") == day
    assert parse_day(f"{day.year}年{day.month}月{day.day}日", field="as_of") == day


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-30",
        "2025-13-01",
        "",
        "today",
        "2025-2",
        "1899-12-31",
        "2201-01-01",
        "1e400",
        "'; DROP TABLE",
        "0000-00-00",
    ],
)
def test_what_is_no_day_is_refused_and_the_parameter_named(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_day(text, field="--as-of")
    assert refused.value.field == "--as-of"
    assert "--as-of" in refused.value.text.zh
    assert "--as-of" in refused.value.text.en


@given(st.text(max_size=500).filter(lambda text: not any(map(str.isdecimal, text))))
def test_the_refusal_of_any_text_stays_on_one_line(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_day(text, field="as_of")
    assert len(refused.value.text.zh.splitlines()) == 1


@pytest.mark.parametrize("text", ["little_giant", " Little_Giant ", "little-giant", "ｈｔｅ"])
def test_a_directory_is_found_in_any_dress(text: str) -> None:
    assert parse_directory(text, DIRECTORIES) in DIRECTORIES


def test_an_unknown_directory_is_refused_with_the_choices() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_directory("littel_giant", DIRECTORIES)
    assert refused.value.field == "directory"
    assert refused.value.choices == ("hte", "little_giant")


def test_states_formats_and_regions_are_read_or_refused() -> None:
    assert parse_status("HELD") == "held"
    assert parse_status("all") == "all"
    assert parse_status("expired") is TitleStatus.EXPIRED
    assert parse_format(" XLSX ") == "xlsx"
    assert parse_region_code("４４０３００") == "440300"
    for parse, field in ((parse_status, "status"), (parse_format, "format"), (parse_region_code, "city")):
        with pytest.raises(InvalidInput) as refused:
            parse("x")
        assert refused.value.field == field
