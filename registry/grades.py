"""Grades of products (安全可靠等级): ordered numbers with names; 1 is Ⅰ级, higher is stronger."""

import re
import unicodedata
from functools import cache

from registry.errors import Text
from registry.shipped import shipped_rows

_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
GRADE_MAX = len(_ROMAN)


@cache
def known_grades() -> dict[int, Text]:
    """The grades announcements have used so far, weakest first."""
    return {row["grade"]: Text(row["name_zh"], row["name_en"]) for row in shipped_rows("product_grades")}


WRITTEN = "[ivx]+|[1-9]|[一二三四五六七八九]"
"""How the number of a grade is written in NFKC lower-case text: a pattern whose finds :func:`grade_number` reads."""
_VALUES = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10} | {
    han: number for number, han in enumerate("一二三四五六七八九", start=1)
}


def grade_number(text: str) -> int | None:
    """The grade that is written as 2, Ⅱ, II, ii or 二, with or without 级; None if it is no grade.

    >>> grade_number("Ⅴ级"), grade_number("四"), grade_number("IX"), grade_number("10"), grade_number("甲级")
    (5, 4, 9, 10, None)
    """
    written = unicodedata.normalize("NFKC", text).strip().lower().removesuffix("级")
    if written.isdecimal() and written.isascii():
        return int(written) if 1 <= int(written[:3]) <= GRADE_MAX and len(written) < 3 else None
    return _VALUES.get(written)


def grade_name(grade: int) -> Text:
    """What a grade is called; one no row names yet gets its Roman numeral.

    >>> grade_name(2).zh, grade_name(5).zh, grade_name(40).en
    ('Ⅱ级', 'Ⅴ级', 'Grade 40')
    """
    if grade in known_grades():
        return known_grades()[grade]
    mark = _ROMAN[grade - 1] if 1 <= grade <= len(_ROMAN) else str(grade)
    return Text(f"{mark}级", f"Grade {mark}")


ASKED = re.compile(
    r"(?:安全可靠)?(?:等级|级别)?[:：]?\s*(?:不低于|至少|>=|≥)?\s*"
    rf"(?<![a-z0-9.])(?P<grade>{WRITTEN})\s*级(?:及以上|以上)?(?![\u3400-\u9fff]?别)"
)
"""A grade inside a line of NFKC lower-case text: 二级, Ⅱ级, 等级不低于 2级."""


def asked_grade(text: str) -> tuple[int | None, str]:
    """The least grade a line asks for, and the line without it. ``text`` is NFKC, lower case.

    >>> asked_grade("二级 数据库"), asked_grade("示例库 v8 ii级及以上"), asked_grade("示例库 v8")
    ((2, '  数据库'), (2, '示例库 v8 '), (None, '示例库 v8'))
    """
    found = ASKED.search(text)
    if found is None:
        return None, text
    grade = grade_number(found["grade"])
    if grade is None:
        return None, text
    return grade, f"{text[: found.start()]} {text[found.end() :]}"
