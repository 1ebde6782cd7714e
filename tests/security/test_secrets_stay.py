"""Passwords, codes, keys, tokens and receipts go through requests and faults, and are found in no log and no page."""

import base64
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy.engine import Engine

from registry.db import transaction
from registry.policies import Actor, Grant
from registry.services.accounts import create_account
from registry.services.api_keys import make_key
from registry.settings import Settings
from registry.vocabulary import Role
from tests.security.people import MARK
from tests.support.apps import running

PASSWORD = "Plainly-fictional-77"
TYPED = {
    "password": "Typed-by-mistake-1",
    "current": "Typed-by-mistake-2",
    "new": "Typed-by-mistake-3",
    "code": "918273",
    "token": "tok-typed-0123456789",
    "login": "who-tries",
    "email": "who@example.org",
    "number": "JC-ZZZZ-9999-YYYY-8888",
    "text": MARK,
}
RECEIPT = "YY-ZZZZ-9999-YYYY-8888"
KEY_OF_MAIL = "Mail-secret-5521"
SEARCHED = "谁也不该知道的查询"
SETTINGS = {
    "smtp_host": "localhost",
    "mail_from": "a@example.org",
    "public_url": "https://registry.example",
    "smtp_password": KEY_OF_MAIL,
    "search_key": "Search-secret-5522",
    "oidc_client_secret": "Provider-secret-5523",
}


@pytest.fixture
def client(sqlite_settings: Settings) -> Iterator[TestClient]:
    """With secrets in its settings; a fault comes back as its answer."""
    given = sqlite_settings.model_dump() | SETTINGS | {"embedded_worker": False}
    with running(Settings(**given)) as client:
        yield client


def test_nothing_secret_is_logged_or_shown(
    client: TestClient, sqlite_engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(sqlite_engine) as session:
        create_account(session, actor=Actor.command_line(), login="li", password=PASSWORD, display_name="示例",
                       grants=(Grant(Role.CURATOR, "440300"),))  # fmt: skip
        key = make_key(session, holder="示例", by="test")
    same = {"Sec-Fetch-Site": "same-origin"}
    answers = [client.post("/login", data={"login": "li", "password": PASSWORD}, headers=same)]
    token = client.cookies["__Host-registry-session"]
    pages = "/login /login/code /register /forgot /account/set-password /account/password /account/two-step"
    for page in (*pages.split(), "/receipts/check"):
        answers.append(client.post(page, data=TYPED, headers=same))
    answers += [
        client.get(f"/objections/{RECEIPT}"),
        client.get(f"/api/v1/objections/{RECEIPT}"),
        client.get(f"/account/set-password?token={TYPED['token']}"),
        client.get(f"/search?q={SEARCHED}"),
        client.get("/api/v1/directories", headers={"X-Api-Key": key}),
        client.get("/api/v1/directories", headers={"X-Api-Key": TYPED["token"]}),
    ]
    answers += _faults(client, monkeypatch)
    written = "".join(capsys.readouterr())
    assert written.count('"request_id"') >= len(answers)
    settings = [str(value) for name, value in SETTINGS.items() if name.endswith(("password", "key", "secret"))]
    secret = [PASSWORD, token, key, RECEIPT, SEARCHED, *settings]
    typed = [value for name, value in TYPED.items() if name not in ("login", "email", "text")]
    assert [one for one in (*secret, *TYPED.values()) if one in written] == []
    shown = "".join(answer.text for answer in answers if answer.url.path != "/search")
    assert [one for one in (*settings, PASSWORD, token, key, *typed[:3]) if one in shown] == []


def _faults(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> list[Response]:
    """Signing in and searching, with a fault of ours in the middle: the trace is logged, what was typed is not."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("示例故障")

    monkeypatch.setattr("web.login.enter", fail)
    same = {"Sec-Fetch-Site": "same-origin"}
    answer = client.post("/login", data=TYPED, headers=same)
    assert answer.status_code == 500
    assert "示例故障" not in answer.text
    return [answer]


def test_settings_show_no_secret_when_they_are_printed() -> None:
    made = Settings.model_validate(SETTINGS | {"link_keys": "k" * 40})
    said = repr(made) + str(made) + made.model_dump_json()
    for secret in (KEY_OF_MAIL, "Search-secret-5522", "Provider-secret-5523", "k" * 40):
        assert secret not in said
        assert base64.b64encode(secret.encode()).decode() not in said
