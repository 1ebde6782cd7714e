"""The pages of users and of the audit trail."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import reading, transaction
from registry.models import Account, AuditEvent
from registry.policies import Actor, Grant
from registry.vocabulary import Role
from tests.support.accounts import PASSWORD, person

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
NEW = {"login": "Zhao", "display_name": "赵示例", "email": "zhao@example.org", "role": "reviewer", "region": "440305"}


@pytest.fixture
def fang(sqlite_engine: Engine) -> Actor:
    """The province's administrator."""
    return person(sqlite_engine, "fang", Grant(Role.ADMINISTRATOR, "440000"))


@pytest.fixture
def admin(client: TestClient, fang: Actor) -> TestClient:
    """Signed in as that."""
    return signed_in(client, "fang")


def signed_in(client: TestClient, login: str) -> TestClient:
    client.cookies.clear()
    client.post("/login", data={"login": login, "password": PASSWORD}, headers=SAME_SITE)
    return client


def post(client: TestClient, path: str, **typed: str) -> tuple[int, str]:
    answer = client.post(path, data=typed, headers=SAME_SITE)
    return answer.status_code, answer.text


def number(engine: Engine, login: str) -> int:
    with reading(engine) as session:
        return session.exec(select(Account.id).where(Account.login == login)).one()


def test_a_new_account_is_handed_over_by_a_link_that_sets_the_password(admin: TestClient) -> None:
    status, page = post(admin, "/office/users", **NEW)
    assert status == 200
    found = re.search(r'href="(/account/set-password\?token=[\w.-]+)"', page)
    assert found is not None
    admin.cookies.clear()
    token = found.group(1).partition("token=")[2]
    assert admin.get(found.group(1)).status_code == 200
    assert post(admin, "/account/set-password", token=token, password=PASSWORD)[0] == 303
    assert signed_in(admin, "zhao").get("/office/candidates").status_code == 200


@pytest.mark.parametrize(
    ("change", "at"),
    [({"login": "x"}, "login"), ({"login": "fang"}, "login"), ({"email": "no"}, "email"), ({"role": "king"}, "role")],
)
def test_a_refused_account_comes_back_filled(admin: TestClient, change: dict[str, str], at: str) -> None:
    status, page = post(admin, "/office/users", **(NEW | change))
    assert status in (409, 422)
    assert f'id="{at}-error"' in page
    assert 'value="赵示例"' in page
    assert "zhao" not in admin.get("/office/users?state=all").text


def test_rights_are_given_and_taken_back_on_the_page(admin: TestClient, sqlite_engine: Engine) -> None:
    person(sqlite_engine, "li", Grant(Role.REVIEWER, "440300"))
    path = f"/office/users/{number(sqlite_engine, 'li')}"
    assert post(admin, path, act="grant", role="curator", region="440300", directory="hte")[0] == 303
    assert "名录管理员" in admin.get(path).text
    assert post(admin, path, act="revoke", role="reviewer", region="440300", directory="")[0] == 303
    assert post(admin, path, act="revoke", role="reviewer", region="440300", directory="")[0] == 404
    assert post(admin, path, act="nonsense")[0] == 422
    with reading(sqlite_engine) as session:
        acts = session.exec(select(AuditEvent.action).where(AuditEvent.actor == "fang")).all()
    assert acts == ["account.granted", "account.revoked"]


def test_switching_off_and_on_keeps_the_reason(admin: TestClient, sqlite_engine: Engine) -> None:
    person(sqlite_engine, "li", Grant(Role.REVIEWER, "440300"))
    path = f"/office/users/{number(sqlite_engine, 'li')}"
    for act in ("sessions", "off", "on"):
        assert post(admin, path, act=act, reason="示例理由")[0] == 303
    assert post(admin, path, act="second_factor", reason="示例")[0] == 409
    assert "示例理由" in admin.get("/office/audit?subject=account:li").text
    status, page = post(
        admin,
        f"/office/users/{number(sqlite_engine, 'fang')}",
        act="revoke",
        **{"role": "administrator", "region": "440000", "directory": ""},
    )
    assert (status, "最后一名管理员" in page) == (409, True)


def test_a_city_administrator_neither_sees_nor_touches_other_places(
    client: TestClient, sqlite_engine: Engine, fang: Actor
) -> None:
    person(sqlite_engine, "mei", Grant(Role.ADMINISTRATOR, "440300"))
    canton = person(sqlite_engine, "canton", Grant(Role.REVIEWER, "440100"))
    mei = signed_in(client, "mei")
    assert "canton" not in mei.get("/office/users").text
    assert mei.get(f"/office/users/{canton.account_id}").status_code == 404
    assert post(mei, f"/office/users/{canton.account_id}", act="off")[0] == 404
    assert post(mei, "/office/users", **(NEW | {"region": "440100"}))[0] == 403


def test_an_auditor_looks_and_is_offered_no_acts(client: TestClient, sqlite_engine: Engine, fang: Actor) -> None:
    person(sqlite_engine, "shen", Grant(Role.AUDITOR, "440000"))
    shen = signed_in(client, "shen")
    for path in ("/office/users", f"/office/users/{fang.account_id}"):
        page = shen.get(path)
        assert page.status_code == 200
        assert 'method="post"' not in page.text.partition("<main")[2].partition("</main>")[0]


def test_the_trail_is_searched_and_verified(admin: TestClient, sqlite_engine: Engine) -> None:
    assert "account.created" in admin.get("/office/audit?action=account.&to=2200-01-01").text
    assert "没有这样的记录" in admin.get("/office/audit?person=nobody").text
    bad = admin.get("/office/audit?from=yesterday&person=fang")
    assert (bad.status_code, 'value="fang"' in bad.text) == (422, True)
    assert admin.get("/office/audit?cursor=x").status_code == 422
    assert "操作记录完整" in admin.get("/office/audit?verify=1").text
    with transaction(sqlite_engine) as session:
        session.execute(text("DROP TRIGGER audit_event_no_update"))
        session.execute(text("UPDATE audit_event SET reason = '改' WHERE id = 2"))
    assert "从第 2 条起被改动过" in admin.get("/office/audit?verify=1").text


def test_links_to_users_and_trail_are_shown_to_those_who_may(client: TestClient, sqlite_engine: Engine) -> None:
    person(sqlite_engine, "li", Grant(Role.CURATOR, "440000"))
    assert "/office/audit" not in signed_in(client, "li").get("/office/batches").text
