"""The front page shows what is in force today, and every number and example on it leads somewhere."""

import re
from html import unescape
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from tests.support.public_pages import MANY
from web.city_tiles import PLACES, scale_bounds

pytest_plugins = ("tests.web.public_registry",)


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_it_counts_enterprises_titles_and_batches(public: TestClient) -> None:
    said = text_of(public.get("/").text)
    assert f"家企业 {MANY + 3} " in said
    assert f"条有效认定记录 {3 + 1 + MANY} " in said
    assert "个名录，4 个批次 4" in said
    assert "条 90 天内到期 1" in said


def test_a_public_notice_stands_first_and_says_it_is_not_final(public: TestClient) -> None:
    said = text_of(public.get("/").text)
    assert said.index("公示中 · 非最终结果 还剩 7 天") < said.index("企业 30 家")


def test_every_example_finds_something(public: TestClient) -> None:
    page = public.get("/").text
    links = re.findall(r'<a href="(/search\?q=[^"]+)">', page.split('class="examples"')[1].split("</div>")[0])
    assert links
    for link in links:
        found = public.get(unescape(link))
        assert found.status_code == 302 or "没有找到" not in found.text


def test_the_map_shows_all_21_cities_of_the_chosen_directory_beside_the_same_as_a_table(public: TestClient) -> None:
    page = public.get("/?directory=innovative_sme").text
    assert page.count('class="tile m') == 21 == len(PLACES)
    tile = re.search(r'class="tile m5" href="([^"]+)"><span>佛山</span> <b>30</b>', page)
    assert tile is not None
    assert "佛山市</a></th>" in page
    assert "<b>30 家企业</b>" in public.get(unescape(tile.group(1))).text


def test_an_unknown_directory_is_refused_with_its_name(public: TestClient) -> None:
    answer = public.get("/?directory=nothing")
    assert answer.status_code == 404
    assert "nothing" in answer.text


@pytest.mark.parametrize(("locale", "words"), [("zh", "查一家企业"), ("en", "Look up an enterprise")])
def test_it_speaks_both_languages(public: TestClient, locale: str, words: str) -> None:
    assert words in public.get("/", headers={"accept-language": locale}).text


def test_an_empty_registry_says_what_is_missing_instead_of_showing_nothing(client: TestClient) -> None:
    said = text_of(client.get("/", headers={"accept-language": "zh"}).text)
    assert "还没有导入名录" in said
    assert "还没有公告" in said


@pytest.mark.parametrize("values", [[], [0], [1], [3, 3], [442, 196, 3], [100_000]])
def test_the_steps_of_the_scale_rise(values: list[int]) -> None:
    bounds = scale_bounds(values)
    assert bounds[0] == 1
    assert all(low < high for low, high in pairwise(bounds))


def test_the_map_names_its_source_and_its_shapes_may_be_kept_for_ever(public: TestClient) -> None:
    page = public.get("/").text
    assert "审图号 GS（2024）0650号" in page
    assert "示意图，不表示边界" in page
    address = re.search(r'href="(/maps/\w+\.svg)#c440300"', page)
    assert address is not None
    shapes = public.get(address[1])
    assert shapes.headers["content-type"] == "image/svg+xml"
    assert "immutable" in shapes.headers["cache-control"]
    assert public.get("/maps/000000000000.svg").status_code == 404
