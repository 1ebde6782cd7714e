"""Grades are ordered numbers: however one is written it is read once, and one nobody announced yet has a name."""

import unicodedata

import pytest

from registry.grades import GRADE_MAX, asked_grade, grade_name, grade_number
from registry.search.grammar import grade_entry
from registry.services.imports.product_interpreting import read_grade


@pytest.mark.parametrize("grade", range(1, GRADE_MAX + 1))
def test_a_name_is_read_as_the_grade_it_names(grade: int) -> None:
    assert grade_number(str(grade)) == grade
    assert grade_entry(grade).label == grade_name(grade)


@pytest.mark.parametrize(("written", "grade"), [("Ⅴ级", 5), ("五级", 5), ("VI级", 6), ("ix级", 9), ("4级", 4)])
def test_grades_beyond_those_announced_are_read_everywhere_alike(written: str, grade: int) -> None:
    folded = unicodedata.normalize("NFKC", written).lower()
    assert (grade_number(written), read_grade(written)[0], asked_grade(folded)[0]) == (grade, grade, grade)


@pytest.mark.parametrize("written", ["", "甲级", "0", "13", "iiii", "-1", "99999999999999999999"])
def test_what_is_no_grade_is_none(written: str) -> None:
    assert grade_number(written) is None
