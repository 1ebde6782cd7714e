"""The own account through the pages: register, reset, change, two steps, devices. None of it needs JavaScript."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
import time_machine
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from registry import clock
from registry.db import reading
from registry.policies import Actor, Grant
from registry.settings import Settings
from registry.vocabulary import Role
from tests.support.accounts import PASSWORD, code_now, enrol, key_of, letters, link_token, person
from tests.support.apps import running

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
COOKIE = "__Host-registry-session"
NEW = "Another-fictional-2"


@pytest.fixture
def li(sqlite_engine: Engine) -> Actor:
    """A curator of Shenzhen with an address."""
    return person(sqlite_engine, "li", Grant(Role.CURATOR, "440300"), email="li@example.org")


@pytest.fixture
def mailing(sqlite_settings: Settings) -> Iterator[TestClient]:
    """A client where mail is set up."""
    changed = {
        "smtp_host": "127.0.0.1",
        "mail_from": "registry@example.org",
        "public_url": "https://registry.example/",
    }
    with client_with(sqlite_settings, **changed) as client:
        yield client


def client_with(settings: Settings, **changes: object) -> AbstractContextManager[TestClient]:
    return running(settings.model_copy(update={"embedded_worker": False, **changes}), raise_faults=True)


def post(client: TestClient, path: str, **typed: str) -> tuple[int, str, str]:
    answer = client.post(path, data=typed, headers=SAME_SITE)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def sign_in(client: TestClient, login: str = "li", password: str = PASSWORD) -> tuple[int, str, str]:
    return post(client, "/login", login=login, password=password)


def last_link(engine: Engine) -> str:
    with reading(engine) as session:
        return link_token(letters(session)[-1])


def test_somebody_registers_by_the_link_in_the_mail(mailing: TestClient, sqlite_engine: Engine) -> None:
    assert mailing.get("/register").status_code == 200
    status, _, page = post(mailing, "/register", email="wang@example.org", display_name="王示例")
    assert status == 200
    assert "请查收邮件" in page
    with reading(sqlite_engine) as session:
        assert "https://registry.example/account/set-password?token=" in letters(session)[-1].body
    token = last_link(sqlite_engine)
    assert "王" not in mailing.get("/account/set-password", params={"token": token + "x"}).text
    assert mailing.get("/account/set-password", params={"token": token}).status_code == 200
    assert post(mailing, "/account/set-password", token=token, password=PASSWORD)[:2] == (303, "/login?done=password")
    assert mailing.get("/account/set-password", params={"token": token}).status_code == 410
    assert sign_in(mailing, "wang@example.org")[0] == 303
    assert "王示例" in mailing.get("/account").text
    assert mailing.get("/office/candidates").status_code == 403
    assert "工作台" not in mailing.get("/").text


def test_a_forged_or_outdated_link_is_refused_before_any_query(mailing: TestClient, sqlite_engine: Engine) -> None:
    post(mailing, "/register", email="wang@example.org", display_name="王示例")
    token = last_link(sqlite_engine)
    asked: list[str] = []
    app = mailing.app
    assert isinstance(app, FastAPI)
    event.listen(app.state.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    path = "/account/set-password"

    def answers(token: str) -> set[int]:
        return {mailing.get(path, params={"token": token}).status_code, post(mailing, path, token=token)[0]}

    assert answers("A" * 43) == answers("x" + token) == {410}
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert answers(token) == {410}
    assert asked == []
    assert mailing.get(path, params={"token": token}).status_code == 200
    assert asked


def test_a_refused_registration_comes_back_filled(mailing: TestClient) -> None:
    status, _, page = post(mailing, "/register", email='no"address', display_name="王示例")
    assert status == 422
    assert 'value="no&#34;address"' in page
    assert 'value="王示例"' in page
    assert 'id="email-error"' in page


def test_known_and_unknown_addresses_are_answered_alike(mailing: TestClient, li: Actor) -> None:
    known = post(mailing, "/forgot", email="li@example.org")
    unknown = post(mailing, "/forgot", email="xi@example.org")
    assert (known[0], known[2].replace("li@", "")) == (unknown[0], unknown[2].replace("xi@", ""))
    known = post(mailing, "/register", email="li@example.org", display_name="x")
    unknown = post(mailing, "/register", email="xi@example.org", display_name="x")
    assert (known[0], known[2].replace("li@", "")) == (unknown[0], unknown[2].replace("xi@", ""))


def test_a_link_never_leads_to_the_host_a_request_names(mailing: TestClient, sqlite_engine: Engine, li: Actor) -> None:
    answer = mailing.post("/forgot", data={"email": "li@example.org"}, headers=SAME_SITE | {"Host": "evil.example"})
    assert answer.status_code == 200
    with reading(sqlite_engine) as session:
        assert "evil" not in letters(session)[-1].body


def test_where_no_mail_is_sent_nobody_is_offered_it(client: TestClient, li: Actor) -> None:
    assert "忘记密码" not in client.get("/login").text
    for path in ("/register", "/forgot"):
        assert client.get(path).status_code == 409
        assert client.post(path, headers=SAME_SITE).status_code == 409


def test_a_short_new_password_leaves_the_link_usable(mailing: TestClient, sqlite_engine: Engine, li: Actor) -> None:
    post(mailing, "/forgot", email="li@example.org")
    token = last_link(sqlite_engine)
    status, _, page = post(mailing, "/account/set-password", token=token, password="short")
    assert status == 422
    assert token in page
    assert post(mailing, "/account/set-password", token=token, password=NEW)[0] == 303
    assert sign_in(mailing, password=NEW)[0] == 303


def test_the_password_is_changed_with_the_present_one(client: TestClient, li: Actor) -> None:
    sign_in(client)
    status, _, page = post(client, "/account/password", current="wrong", password=NEW)
    assert (status, 'id="current-error"' in page, NEW in page) == (422, True, False)
    assert post(client, "/account/password", current=PASSWORD, password="short")[0] == 422
    assert post(client, "/account/password", current=PASSWORD, password=NEW)[:2] == (303, "/account?done=password")
    assert client.get("/account?done=password").status_code == 200


def test_two_steps_are_set_up_and_then_asked_for(client: TestClient, sqlite_engine: Engine, li: Actor) -> None:
    sign_in(client)
    assert "开始设置" in client.get("/account/two-step").text
    assert post(client, "/account/two-step", act="start")[:2] == (303, "/account/two-step?next=%2Faccount")
    key = key_of(sqlite_engine, li)
    assert key[:4] + " " + key[4:8] in client.get("/account/two-step").text
    assert post(client, "/account/two-step", act="confirm", code="000000")[0] == 422
    status, _, page = post(client, "/account/two-step", act="confirm", code=code_now(key))
    codes = re.findall(r"<li class=\"code\">([\w-]+)</li>", page)
    assert (status, len(codes)) == (200, 10)
    assert key not in client.get("/account/two-step").text.replace(" ", "")
    post(client, "/logout")
    status, _, page = post(client, "/login", login="li", password=PASSWORD, next="/office/candidates")
    assert (status, "输入验证码" in page) == (200, True)
    assert client.get("/office/candidates").status_code == 303
    assert post(client, "/login/code", code="000000", next="/office/candidates")[0] == 422
    assert client.get("/login/code").status_code == 200
    assert post(client, "/login/code", code=codes[0], next="/office/candidates")[:2] == (303, "/office/candidates")
    assert client.get("/office/candidates").status_code == 200


def test_turning_two_steps_off_takes_the_password(client: TestClient, sqlite_engine: Engine, li: Actor) -> None:
    sign_in(client)
    enrol(sqlite_engine, li, token=client.cookies[COOKIE])
    assert post(client, "/account/two-step", act="off", current="wrong")[0] == 422
    assert (
        len(re.findall(r"<li class=\"code\">", post(client, "/account/two-step", act="codes", current=PASSWORD)[2]))
        == 10
    )
    assert post(client, "/account/two-step", act="off", current=PASSWORD)[0] == 303
    assert "未开启" in client.get("/account").text


def test_without_a_first_step_there_is_no_second(client: TestClient) -> None:
    assert client.get("/login/code").headers["location"] == "/login"
    status, _, page = post(client, "/login/code", code="123456")
    assert status == 422
    assert 'name="password"' in page


def test_officials_are_asked_to_set_it_up(client: TestClient, li: Actor) -> None:
    sign_in(client)
    assert "账号只用密码登录" in client.get("/office/candidates").text


def test_where_it_is_required_officials_get_no_further_without(sqlite_settings: Settings, li: Actor) -> None:
    with client_with(sqlite_settings, require_second_factor=True) as client:
        sign_in(client)
        answer = client.get("/office/candidates?place=440300")
        assert answer.headers["location"] == "/account/two-step?next=%2Foffice%2Fcandidates%3Fplace%3D440300"
        assert client.post("/office/batches", headers=SAME_SITE).status_code == 403
    problem = client.get("/api/v1/renewals")
    assert (problem.status_code, problem.json()["code"]) == (403, "second-factor-needed")


def test_devices_are_shown_and_signed_out_one_by_one_or_all(client: TestClient, li: Actor) -> None:
    sign_in(client)
    here = client.cookies[COOKIE]
    client.cookies.clear()
    client.headers["User-Agent"] = "Mozilla/5.0 (iPhone) Safari/600"
    sign_in(client)
    telephone = client.cookies[COOKIE]
    client.cookies.clear()
    client.cookies.set(COOKIE, here)
    page = client.get("/account").text
    assert "Safari，iPhone" in page
    other = re.search(r'name="which" value="(\d+)"', page)
    assert other is not None
    assert post(client, "/account/sessions", which=other.group(1))[0] == 303
    assert "Safari，iPhone" not in client.get("/account").text
    assert post(client, "/account/sessions", which=other.group(1))[0] == 404
    assert post(client, "/account/sessions", which="x")[0] == 422
    assert post(client, "/account/sessions", which="all")[:2] == (303, "/login")
    for token in (here, telephone):
        client.cookies.set(COOKIE, token)
        assert client.get("/account").status_code == 303


def test_nobody_ends_somebody_elses_session(client: TestClient, sqlite_engine: Engine, li: Actor) -> None:
    person(sqlite_engine, "wang")
    sign_in(client, "wang")
    token = client.cookies[COOKIE]
    client.cookies.clear()
    sign_in(client)
    for number in range(1, 5):
        post(client, "/account/sessions", which=str(number))
    client.cookies.clear()
    client.cookies.set(COOKIE, token)
    assert client.get("/account").status_code == 200


def test_too_many_attempts_are_told_with_their_own_status(client: TestClient, li: Actor) -> None:
    answers = [sign_in(client, "somebody", "wrong")[0] for _ in range(22)]
    assert answers == [422] * 20 + [429] * 2


def test_the_mail_of_a_demo_is_a_page_of_the_demo_only(sqlite_settings: Settings, client: TestClient) -> None:
    assert client.get("/demo/mail").status_code == 404
    with client_with(sqlite_settings, demo=True) as demo:
        assert "还没有邮件" in demo.get("/demo/mail").text
