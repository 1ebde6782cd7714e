"""A session that ends while somebody is typing: nothing typed is lost, with and without JavaScript."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import reading
from registry.models import Batch
from registry.policies import Actor, Grant
from registry.vocabulary import Role
from tests.support.accounts import PASSWORD, code_now, enrol, person
from web.carrying import CARRIED_BYTES, Carried, unpacked

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Referer": "https://registry.example/office/batches?state=draft"}
COOKIE = "__Host-registry-session"
TYPED = {
    "directory": "hte",
    "label": "第九批",
    "year": "2026",
    "document_title": "示例“通知”\r\n第二行 <b> & 'x'",
}


@pytest.fixture
def li(sqlite_engine: Engine) -> Actor:
    """A curator of the province."""
    return person(sqlite_engine, "li", Grant(Role.CURATOR, "440000"))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return unescape(found.group(1))


def offered(page: str) -> dict[str, str]:
    """What the page offers for sending, as a browser would send it."""
    found = re.findall(r'<textarea hidden name="([^"]*)"[^>]*>\n?(.*?)</textarea>', page, re.S)
    return {unescape(name): unescape(value) for name, value in found}


def sent_without_a_session(client: TestClient, typed: dict[str, str]) -> str:
    client.cookies.set(COOKIE, "run-out")
    answer = client.post("/office/batches", data=typed, headers=SAME_SITE)
    assert answer.status_code == 401
    client.cookies.clear()
    return answer.text


def test_what_was_typed_comes_along_and_is_taken_after_signing_in(
    client: TestClient, sqlite_engine: Engine, li: Actor
) -> None:
    page = sent_without_a_session(client, TYPED)
    assert "还没有提交" in page
    carried = hidden(page, "carried")
    wrong = client.post("/login", data={"login": "li", "password": "wrong", "carried": carried}, headers=SAME_SITE)
    assert hidden(wrong.text, "carried") == carried
    right = client.post("/login", data={"login": "li", "password": PASSWORD, "carried": carried}, headers=SAME_SITE)
    assert right.status_code == 200
    assert 'action="/office/batches"' in right.text
    assert 'href="/office/batches?state=draft"' in right.text
    again = offered(right.text)
    assert again == TYPED
    assert client.post("/office/batches", data=again, headers=SAME_SITE).status_code == 303
    with reading(sqlite_engine) as session:
        assert session.exec(select(Batch.label).where(Batch.label == "第九批")).one()


def test_it_survives_the_second_step_too(client: TestClient, sqlite_engine: Engine, li: Actor) -> None:
    key, _ = enrol(sqlite_engine, li)
    carried = hidden(sent_without_a_session(client, TYPED), "carried")
    step = client.post("/login", data={"login": "li", "password": PASSWORD, "carried": carried}, headers=SAME_SITE)
    wrong = client.post("/login/code", data={"code": "1", "carried": hidden(step.text, "carried")}, headers=SAME_SITE)
    code = {"code": code_now(key), "carried": hidden(wrong.text, "carried")}
    assert offered(client.post("/login/code", data=code, headers=SAME_SITE).text) == TYPED


def test_passwords_never_travel_and_files_are_named(client: TestClient, li: Actor) -> None:
    page = sent_without_a_session(client, TYPED | {"new_password": "secret-guess"})
    assert "secret-guess" not in page
    answer = client.post(
        "/office/imports", files={"file": ("名单.csv", b"x", "text/csv")}, data={"note": "示例"}, headers=SAME_SITE
    )
    carried = hidden(answer.text, "carried")
    done = client.post("/login", data={"login": "li", "password": PASSWORD, "carried": carried}, headers=SAME_SITE)
    assert "请再选一次" in done.text
    assert "刚才选的是：名单.csv" in done.text
    assert re.search(r'<input[^>]* type="file"[^>]* name="file" required', done.text)
    assert 'enctype="multipart/form-data"' in done.text
    assert offered(done.text) == {"note": "示例"}


@pytest.mark.parametrize("path", ["/account/password", "/account/two-step", "/account/sessions"])
def test_forms_that_hold_passwords_and_codes_are_not_carried(client: TestClient, path: str) -> None:
    answer = client.post(path, data={"current": "secret", "code": "123456"}, headers=SAME_SITE)
    assert answer.status_code == 401
    assert 'name="carried"' not in answer.text
    assert "secret" not in answer.text


def test_what_is_too_long_to_be_carried_is_said_before_signing_in(client: TestClient) -> None:
    page = sent_without_a_session(client, {"document_title": "字" * (CARRIED_BYTES // 6)})
    assert 'name="carried"' in page
    page = sent_without_a_session(client, {f"field{n}": "x" * 1000 for n in range(700)})
    assert 'name="carried"' not in page
    assert "后退键" in page


def test_a_part_of_a_page_is_told_without_touching_what_was_typed(client: TestClient) -> None:
    headers = SAME_SITE | {"HX-Request": "true"}
    answer = client.post("/office/batches", data=TYPED, headers=headers)
    assert (answer.status_code, answer.headers["hx-retarget"]) == (401, "#session-note")
    assert "<html" not in answer.text
    assert "在新窗口登录" in answer.text


def test_programs_get_their_problem_and_no_page(client: TestClient) -> None:
    answer = client.post("/api/v1/office/batches", json={}, headers=SAME_SITE)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


EVIL = ("https://evil.example/", "//evil.example", "/\\evil", "/login", "/account/password", "javascript:alert(1)")


@pytest.mark.parametrize("path", EVIL)
def test_a_made_up_form_leads_nowhere_else(client: TestClient, li: Actor, path: str) -> None:
    carried = Carried(path, (("a", "b"),)).packed()
    answer = client.post("/login", data={"login": "li", "password": PASSWORD, "carried": carried}, headers=SAME_SITE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "{}",
        "[]",
        '{"path": "/a"}',
        '{"path":"/a","fields":1,"files":[],"back":""}',
        '{"path":"/a","fields":[],"files":["x"],"back":""}',
    ],
)
def test_damaged_text_carries_nothing(text: str) -> None:
    assert unpacked(text) is None


fields = st.lists(st.tuples(st.text(min_size=1, max_size=10), st.text(max_size=50)), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(fields=fields.filter(lambda pairs: all("\ud800" > c or c > "\udfff" for p in pairs for t in p for c in t)))
def test_whatever_was_typed_is_unpacked_as_it_was_packed(fields: list[tuple[str, str]]) -> None:
    form = Carried("/office/batches?x=1", tuple(fields), (("file", "名单.csv"),), "/office")
    assert unpacked(form.packed()) == form
