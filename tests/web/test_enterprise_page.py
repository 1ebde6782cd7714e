"""The enterprise page: every title is dated and opens its document, numbers carry their trust, old keys lead on."""

import re
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient

from registry.clock import today
from tests.support.public_pages import OLD_NAME, STAR, TREE, key_of
from tests.web.test_home_page import text_of

pytest_plugins = ("tests.web.public_registry",)

PAGE = f"/e/{key_of(STAR)}"


def test_it_shows_name_code_facts_and_names(public: TestClient) -> None:
    page = public.get(PAGE).text
    said = text_of(page)
    assert said.count(STAR) >= 2
    assert f'data-copy="{key_of(STAR)}"' in page
    assert "登记状态 存续" in said
    assert "注册资本 未登记" in said
    assert f"曾用名 {OLD_NAME} 2014-01-01 至 2018-08-19" in said.replace("　", " ")
    assert "示例芯片 XH-PM9 芯片 未列入目录" in said


def test_every_bar_badge_and_row_opens_the_very_row_of_its_document(public: TestClient) -> None:
    page = public.get(PAGE).text
    bars = re.findall(r'class="tl-bar tl-(\w+)[^"]*" href="([^"]+)"', page)
    assert {status for status, _ in bars} == {"valid", "due", "public_notice"}
    for status, href in bars:
        if status != "public_notice":
            opened = public.get(unescape(href))
            assert opened.status_code == 200
            assert STAR in opened.text
    assert "以表格查看全部 3 条认定记录" in text_of(page)


def test_what_ends_soon_is_said_above_the_facts(public: TestClient) -> None:
    said = text_of(public.get(PAGE).text)
    assert "还剩 39 天" in said
    assert said.index("还剩 39 天") < said.index("登记状态")


def test_sources_that_differ_stand_both_with_their_trust_and_zero_is_a_number(public: TestClient) -> None:
    page = public.get(PAGE).text
    cell = re.search(r'<td class="num conflict[^"]*">(.*?)</td>', page, re.DOTALL)
    assert cell is not None
    said = text_of(cell.group(1))
    assert "经审计" in said
    assert "企业申报" in said
    assert "来源不一致" in said
    staff = text_of(page).split("职工总数", 1)[1]
    assert staff.startswith(" （人） 未提供 0 报")


def test_another_day_shows_the_titles_of_that_day_and_says_so(public: TestClient) -> None:
    day = (today() - timedelta(days=500)).isoformat()
    said = text_of(public.get(f"{PAGE}?as_of={day}").text)
    assert f"您看到的是 {day} 的情况。 回到今天" in said
    assert f"{day} 有效 1 项" in said


def test_a_key_in_another_dress_is_sent_on_for_ever_with_its_question(public: TestClient) -> None:
    answer = public.get(f"/e/{key_of(STAR).lower()}?as_of=2025-01-01")
    assert answer.status_code == 308
    assert answer.headers["location"] == f"{PAGE}?as_of=2025-01-01"


def test_an_unknown_code_gives_a_page_with_the_nearest_codes_and_a_search_box(public: TestClient) -> None:
    wrong = key_of(STAR)[:-1] + ("0" if key_of(STAR)[-1] != "0" else "1")
    answer = public.get(f"/e/{wrong}")
    assert answer.status_code == 404
    assert 'role="search"' in answer.text
    assert f'href="{PAGE}"' in answer.text


@pytest.mark.parametrize("key", ["x", "a/b", "%3Cscript%3E", "0" * 300])
def test_any_key_is_answered_with_not_found(public: TestClient, key: str) -> None:
    answer = public.get(f"/e/{key}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text.split("<main", 1)[1]


def test_a_date_that_does_not_exist_is_refused(public: TestClient) -> None:
    assert public.get(f"{PAGE}?as_of=2025-02-30").status_code == 422


def test_missing_data_is_words(public: TestClient) -> None:
    said = text_of(public.get(f"/e/{key_of(TREE)}").text)
    assert "没有年度指标" in said
    assert "未登记产品" in said
    assert "没有登记过更名或变更" in said


def test_it_speaks_english_and_keeps_the_chinese_name(public: TestClient) -> None:
    said = text_of(public.get(PAGE, headers={"accept-language": "en"}).text)
    assert STAR in said
    assert "in force" in said
    assert "Yearly figures" in said


def test_on_paper_it_carries_a_code_to_its_live_state(public: TestClient) -> None:
    page = public.get(f"/e/{key_of(STAR)}").text
    assert f"/e/{key_of(STAR)}</p>" in page.split('class="paper-only')[1]
    assert 'role="img"' in page.split('class="paper-only')[1]
