"""The search page says what it understood, keeps its state in the address, and always offers a way on."""

import re
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import Text
from registry.search.query import Chip
from tests.support.public_pages import MANY, MOON, OLD_NAME, STAR, TREE, key_of
from tests.web.test_home_page import text_of
from web.search_views import rest_of, without_text

pytest_plugins = ("tests.web.public_registry",)

PART = {"HX-Request": "true"}


def links_in(page: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="(/search[^"]*)"', page)]


def test_words_become_chips_each_with_a_link_that_takes_it_away(public: TestClient) -> None:
    page = public.get("/search?q=小巨人 深圳 芯片").text
    said = text_of(page)
    assert "理解为 名录 专精特新“小巨人”" in said
    assert "城市 深圳市" in said
    assert "文字 芯片" in said
    assert "/search?q=" + quote("深圳 芯片", safe="").replace("%20", "+") in links_in(page)
    assert any("literal=1" in link for link in links_in(page))
    assert STAR in page
    assert MOON not in page


def test_what_matched_is_marked_and_the_reason_stands_below(public: TestClient) -> None:
    page = public.get("/search?q=星河").text
    assert "深圳市示例<mark>星河</mark>微电子有限公司" in page
    assert "匹配：" in page


def test_a_former_name_is_given_as_the_reason(public: TestClient) -> None:
    said = text_of(public.get("/search?q=旧河").text).replace(" ", "")
    assert f"匹配：曾用名{OLD_NAME}（2014-01-01–2018-08-19）" in said


@pytest.mark.parametrize("typed", [key_of(MOON), key_of(MOON).lower(), MOON])
def test_a_code_or_a_whole_name_leads_straight_to_its_page_and_back(public: TestClient, typed: str) -> None:
    answer = public.get("/search", params={"q": typed})
    assert answer.status_code == 302
    opened = public.get(answer.headers["location"])
    assert opened.status_code == 200
    assert f"按“{typed}”直接打开" in text_of(opened.text)
    back = next(link for link in links_in(opened.text) if "literal=1" in link)
    assert f'href="/e/{key_of(MOON)}"' in public.get(back).text


def test_filters_are_or_within_and_and_across(public: TestClient) -> None:
    both = public.get("/search?city=440300&city=440100").text
    assert "<b>2 家企业</b>" in both
    assert "<b>1 家企业</b>" in public.get("/search?city=440300&city=440100&chain=integrated_circuits").text
    assert re.search(r'id="f-city-440300" name="city" value="440300" checked', both)


def test_a_filter_that_comes_from_the_text_cannot_be_unticked_without_effect(public: TestClient) -> None:
    page = public.get("/search?q=深圳").text
    assert re.search(r'id="f-city-440300"[^>]* checked disabled', page)
    assert "来自查询文字" in page


def test_pages_are_walked_by_cursor_and_lead_back_to_the_first(public: TestClient) -> None:
    seen: list[str] = []
    url = "/search?q=众家"
    for _ in range(5):
        page = public.get(url).text
        seen += re.findall(r'class="quiet" href="/e/([^"]+)"', page)
        onward = re.search(r'<a href="([^"]+)" rel="next">', page)
        if onward is None:
            break
        url = unescape(onward.group(1))
    assert len(seen) == len(set(seen)) == MANY
    assert "/search?q=" + quote("众家") in links_in(page)


def test_for_htmx_only_the_results_come_with_the_chips_and_the_counts(public: TestClient) -> None:
    answer = public.get("/search?q=深圳&status=valid", headers=PART)
    assert "<html" not in answer.text
    assert 'id="filter-groups" hx-swap-oob="true"' in answer.text
    assert 'id="understood" hx-swap-oob="true"' in answer.text
    assert answer.headers["vary"].startswith("HX-Request")


def test_another_day_is_said_and_kept_on_the_way_to_a_page(public: TestClient) -> None:
    page = public.get("/search?q=星河&as_of=2020-01-01").text
    assert "您看到的是 2020-01-01 的情况。" in text_of(page)
    assert f'href="/e/{key_of(STAR)}?as_of=2020-01-01"' in page


def test_a_damaged_code_is_explained_and_the_nearest_offered(public: TestClient) -> None:
    wrong = key_of(STAR)[:-1] + ("0" if key_of(STAR)[-1] != "0" else "1")
    page = public.get("/search", params={"q": wrong}).text
    assert "notice-cin" in page
    assert key_of(STAR) in page


def test_a_directory_named_among_other_words_does_not_hide_that_no_firm_matches(public: TestClient) -> None:
    said = text_of(public.get("/search?q=小巨人 拉萨").text)
    assert "0 家企业" in said
    assert "没有找到“小巨人 拉萨”" in said
    assert "去掉条件“拉萨市”" in said
    assert "名录与批次" in said


def test_nothing_found_echoes_what_was_understood_and_offers_to_drop_a_condition(public: TestClient) -> None:
    page = public.get("/search?q=星河&city=440100").text
    said = text_of(page)
    assert "没有找到“星河”" in said
    assert "去掉条件“广州市”，有 1 家" in said


@pytest.mark.parametrize(
    ("query", "named"),
    [("city=上海国", "city"), ("as_of=2025-02-30", "2025-02-30"), ("status=gone", "gone"), ("cursor=%21%21", "cursor")],
)
def test_a_filter_that_cannot_be_read_is_refused_by_name(public: TestClient, query: str, named: str) -> None:
    answer = public.get(f"/search?{query}")
    assert answer.status_code == 422
    assert named in answer.text or "没有" in answer.text


@pytest.mark.parametrize(
    "typed",
    ["'; DROP TABLE enterprise; --", "<script>alert(1)</script>", "示" * 5_000, "x" * 9_999, "%\x00", "？？"],
)
def test_any_text_is_answered_and_escaped(public: TestClient, typed: str) -> None:
    answer = public.get("/search", params={"q": typed})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


def test_it_works_in_english(public: TestClient) -> None:
    said = text_of(public.get("/search?q=小巨人 深圳", headers={"accept-language": "en"}).text)
    assert "Understood as" in said or "Read as" in said
    assert "Shenzhen" in said
    assert TREE not in said


def chip(text: str, without: str) -> Chip:
    return Chip(field="city", value="1", label=Text(text, text), remove=(("q", without),) if without else ())


@pytest.mark.parametrize(
    ("text", "removals", "rest"),
    [
        ("小巨人 深圳 芯片", ["深圳 芯片", "小巨人 芯片"], "芯片"),
        ("深圳小巨人", ["小巨人", "深圳"], ""),
        ("深圳小巨人芯片", ["小巨人芯片", "深圳芯片"], "芯片"),
        ("深圳", [""], ""),
    ],
)
def test_free_words_are_what_no_chip_stands_for(text: str, removals: list[str], rest: str) -> None:
    assert rest_of(text, [chip("x", without) for without in removals]) == rest


WORDS = st.lists(st.text("甲乙丙丁戊", min_size=1, max_size=4), min_size=1, max_size=5, unique=True)


@given(WORDS)
def test_taking_a_word_away_leaves_the_others(words: list[str]) -> None:
    text = " ".join(words)
    kept = rest_of(text, [chip(words[0], " ".join(words[1:]))])
    assert sorted("".join(kept.split())) == sorted("".join(words[1:]))
    assert without_text(text, text) == ""


def test_the_address_holds_the_whole_state(public: TestClient) -> None:
    page = public.get("/search?q=众家&level=provincial&sort=standing").text
    onward = re.search(r'<a href="([^"]+)" rel="next">', page)
    assert onward is not None
    kept = parse_qs(urlsplit(unescape(onward.group(1))).query)
    assert (kept["q"], kept["level"], kept["sort"]) == (["众家"], ["provincial"], ["standing"])
