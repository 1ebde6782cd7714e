"""Two languages: which one a request gets, and that nothing is left untranslated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import i18n


def test_every_text_has_an_english_one_and_no_english_text_is_left_over() -> None:
    assert i18n.faults() == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "zh"), ("*", "zh"), ("zh-TW,en-US;q=0.8", "zh"), ("zh-Hant-HK", "zh"), ("en-US,zh;q=0.9", "en"),
        ("fr, en;q=0.5", "en"), ("fr,de", "zh"), ("en;q=0.2, zh;q=0.7", "zh"), ("en;q=x", "zh"), ("en;q=0", "zh"),
    ],
)  # fmt: skip
def test_the_browser_is_asked_for_its_language(header: str, expected: str) -> None:
    assert i18n.accepted_locale(header) == expected


@given(st.text())
def test_any_header_gives_one_of_our_languages(header: str) -> None:
    assert i18n.accepted_locale(header) in i18n.LOCALES


def test_chinese_is_the_source_and_english_is_looked_up() -> None:
    assert i18n.translations("zh").gettext("查询") == "查询"
    assert i18n.translations("en").gettext("查询") == "Search"
