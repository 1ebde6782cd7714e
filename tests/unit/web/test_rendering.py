"""Page or fragment, preferences, and the style page with every component."""

from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from web.preferences import safe_path
from web.rendering import TEMPLATES, environments, url_with

PART = {"HX-Request": "true"}


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
def test_every_template_compiles(path: object, locale: str) -> None:
    name = str(path).removeprefix(f"{TEMPLATES}/")
    environments()[locale].get_template(name)  # type: ignore[index]


@pytest.mark.parametrize(("cookie", "lang"), [("zh", "zh-CN"), ("en", "en"), ("xx", "zh-CN")])
def test_the_style_page_is_drawn_in_the_language_asked_for(client: TestClient, cookie: str, lang: str) -> None:
    client.cookies.set("locale", cookie)
    response = client.get("/style")
    assert response.status_code == 200
    assert f'<html lang="{lang}">' in response.text


class Strict(HTMLParser):
    """Notes tags left open or closed out of order, and ids given twice."""

    EMPTY = frozenset({"meta", "link", "input", "br", "wbr", "img", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)
        given_id = dict(attrs).get("id")
        if given_id in self.ids:
            self.faults.append(f"id {given_id} twice")
        if given_id:
            self.ids.add(given_id)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A drawing's element that closes itself."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def test_the_style_page_is_well_formed(client: TestClient) -> None:
    parser = Strict()
    parser.feed(client.get("/style").text)
    assert parser.faults == []
    assert parser.open == []


def test_a_response_says_what_it_varies_by(client: TestClient) -> None:
    names = {name.strip() for name in client.get("/style").headers["vary"].split(",")}
    assert names == {"HX-Request", "HX-Boosted", "HX-History-Restore-Request", "Cookie", "Accept-Language"}


def test_a_finished_form_redirects_a_browser_and_htmx_each_in_its_way(client: TestClient) -> None:
    plain, part = client.post("/done"), client.post("/done", headers=PART)
    assert (plain.status_code, plain.headers["location"]) == (303, "/style")
    assert part.headers["hx-redirect"] == "/style"
    boosted = client.post("/done", headers=PART | {"HX-Boosted": "true"})
    assert boosted.status_code == 303


def test_preferences_are_kept_and_drawn_by_the_server(client: TestClient) -> None:
    chosen = {"theme": "dark", "size": "large", "locale": "en", "next": "/style?a=1"}
    response = client.post("/preferences", data=chosen)
    assert (response.status_code, response.headers["location"]) == (303, "/style?a=1")
    assert '<html lang="en" data-theme="dark" data-size="large">' in client.get("/style").text


def test_a_preference_we_do_not_have_is_refused_and_one_not_sent_is_left_alone(client: TestClient) -> None:
    assert client.post("/preferences", data={"theme": "pink"}).status_code == 422
    assert "set-cookie" not in client.post("/preferences", data={"next": "/"}).headers


def test_a_forged_cookie_changes_nothing(client: TestClient) -> None:
    client.cookies.set("theme", 'dark"><script>')
    assert "data-theme" not in client.get("/style").text.split("<head>")[0]


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\r\nb", "e/1"])
def test_a_way_back_to_another_site_leads_home(target: str) -> None:
    assert safe_path(target) == "/"


@given(st.text())
def test_the_way_back_always_stays_here(target: str) -> None:
    path = safe_path(target)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))


def test_one_parameter_of_an_address_changes_and_the_others_stay() -> None:
    assert url_with("/s?q=a&city=1&city=2&page=3", city=["2"], page=None) == "/s?q=a&city=2"
    assert url_with("/s", q="小巨人 &") == "/s?q=%E5%B0%8F%E5%B7%A8%E4%BA%BA+%26"
    assert url_with("/s?q=a", q=None) == "/s"


def test_every_badge_state_carries_level_dates_and_state_as_words(client: TestClient) -> None:
    page = client.get("/style").text
    for words in ("41 天后到期", "公示中", "已过期", "已撤销", "尚未生效", "国家级", "2023.07–2026.12", "拟至 2029.12"):
        assert words in page
