"""Signing in and out through the pages."""

from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry.db import transaction
from registry.policies import Actor, Grant
from registry.services.accounts import create_account
from registry.settings import Settings
from registry.vocabulary import Role
from tests.support.apps import running

PASSWORD = "Plainly-fictional-1"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def _li(sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        create_account(
            session,
            actor=Actor.command_line(),
            login="li",
            password=PASSWORD,
            display_name="李示例",
            grants=(Grant(Role.CURATOR, "440300"),),
        )


def sign_in(client: TestClient, **changes: str) -> "tuple[int, str, str]":
    answer = client.post("/login", data={"login": "li", "password": PASSWORD} | changes, headers=SAME_SITE)
    return answer.status_code, answer.headers.get("location", ""), answer.headers.get("set-cookie", "")


def test_the_right_password_goes_on_to_the_page_that_was_wanted(client: TestClient) -> None:
    status, location, cookie = sign_in(client, next="/office?x=1")
    assert (status, location) == (303, "/office?x=1")
    assert cookie.startswith("__Host-registry-session=")
    for word in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert word in cookie
    assert "Domain" not in cookie


def test_somebody_signed_in_is_named_on_pages_that_are_then_never_cached(client: TestClient) -> None:
    sign_in(client)
    for path in ("/", "/no-such-page"):
        page = client.get(path)
        assert "李示例" in page.text
        assert page.headers["cache-control"] == "private, no-store"
    assert client.get("/login?next=/x").headers["location"] == "/x"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(client: TestClient, target: str) -> None:
    assert sign_in(client, next=target)[:2] == (303, "/")


def test_a_wrong_password_is_422_with_the_login_kept_and_the_password_not(client: TestClient) -> None:
    answer = client.post("/login", data={"login": 'li"><blink>', "password": "secret-guess"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert "登录名或密码不正确" in answer.text
    assert "secret-guess" not in answer.text
    assert "<blink>" not in answer.text
    assert "li&#34;&gt;" in answer.text


def test_signing_out_ends_the_session_and_clears_the_cookie(client: TestClient) -> None:
    sign_in(client)
    token = client.cookies["__Host-registry-session"]
    answer = client.post("/logout", headers=SAME_SITE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    client.cookies.set("__Host-registry-session", token)
    assert "李示例" not in client.get("/no-such-page").text


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {}],
)
def test_another_site_cannot_make_a_signed_in_browser_post(client: TestClient, headers: dict[str, str]) -> None:
    sign_in(client)
    assert client.post("/logout", headers=headers).status_code == 403
    assert "李示例" in client.get("/no-such-page").text


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}])
def test_another_site_cannot_sign_a_visitor_in(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/login", data={"login": "li", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_the_own_origin_is_enough_for_a_browser_without_fetch_metadata(client: TestClient) -> None:
    sign_in(client)
    assert client.post("/logout", headers={"Origin": "https://registry.example"}).status_code == 303


def test_over_http_on_this_machine_the_cookie_is_plain(sqlite_settings: Settings) -> None:
    own = sqlite_settings.model_copy(update={"embedded_worker": False})
    with running(own, base_url="http://127.0.0.1:8000", raise_faults=True) as local:
        cookie = sign_in(local)[2]
        assert cookie.startswith("registry-session=")
        assert "Secure" not in cookie
        assert "李示例" in local.get("/no-such-page").text


def test_the_form_is_labelled_and_comes_in_english_too(client: TestClient) -> None:
    page = client.get("/login", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    labels = _Labels()
    labels.feed(page.text)
    assert {"login", "password"} <= labels.targets
    assert "Login or e-mail" in page.text
    assert "登录" not in page.text.replace('lang="zh', "")


class _Labels(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "label":
            self.targets.add(dict(attrs).get("for") or "")
