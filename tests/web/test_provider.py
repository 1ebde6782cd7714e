"""Signing in at an identity provider, against a stand-in: only the answer to one's own question opens anything."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.clock import now
from registry.db import reading, transaction
from registry.models import Account, AuditEvent
from registry.policies import Actor, Grant
from registry.settings import Settings
from registry.vocabulary import Role
from tests.support.accounts import code_now, enrol, person
from tests.support.apps import running
from tests.support.identity_provider import CLIENT, SECRET, StandIn, a_key, identity_provider


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with identity_provider() as said:
        yield said


@pytest.fixture
def li(sqlite_engine: Engine) -> Actor:
    """A curator whose address was confirmed."""
    made = person(sqlite_engine, "li", Grant(Role.CURATOR, "440300"), email="li@example.org")
    with transaction(sqlite_engine) as session:
        session.get_one(Account, made.account_id).email_confirmed_at = now()
    return made


@pytest.fixture
def client(sqlite_settings: Settings, provider: StandIn) -> Iterator[TestClient]:
    """The application with the provider as an option."""
    changed = {
        "embedded_worker": False,
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "public_url": "https://registry.example",
    }
    with running(sqlite_settings.model_copy(update=changed), raise_faults=True) as client:
        yield client


def come_back(client: TestClient, provider: StandIn, **changed: str) -> Any:
    """Go there and come back."""
    leaving = client.get("/login/provider", params={"next": "/office/candidates"})
    assert leaving.status_code == 303
    code, state = provider.give_code(leaving.headers["location"])
    return client.get("/login/provider/back", params={"code": code, "state": state} | changed)


def is_in(client: TestClient) -> bool:
    return client.get("/account").status_code == 200


def test_the_button_is_there_only_where_there_is_a_provider(client: TestClient, sqlite_settings: Settings) -> None:
    assert "用统一身份认证登录" in client.get("/login").text
    with running(sqlite_settings.model_copy(update={"embedded_worker": False})) as plain:
        assert "统一身份认证" not in plain.get("/login").text
        assert plain.get("/login/provider").status_code == 404


def test_whom_the_provider_vouches_for_is_in_and_goes_on(
    client: TestClient, provider: StandIn, sqlite_engine: Engine, li: Actor
) -> None:
    answer = come_back(client, provider)
    assert (answer.status_code, answer.headers["location"]) == (303, "/office/candidates")
    assert is_in(client)
    assert provider.asked[0]["grant_type"] == "authorization_code"
    assert provider.asked[0]["authorization"].startswith("Basic ")
    with reading(sqlite_engine) as session:
        assert session.get_one(Account, li.account_id).identity == f"{provider.issuer} provincial-17"
        assert session.exec(select(AuditEvent.action)).all()[-1] == "account.identity_linked"


def test_the_second_time_it_is_the_identity_that_counts_not_the_address(
    client: TestClient, provider: StandIn, li: Actor
) -> None:
    come_back(client, provider)
    client.cookies.clear()
    provider.claims = {"email": "changed@example.org"}
    come_back(client, provider)
    assert is_in(client)


def test_an_authenticator_is_still_asked(
    client: TestClient, provider: StandIn, sqlite_engine: Engine, li: Actor
) -> None:
    key, _ = enrol(sqlite_engine, li)
    assert "输入验证码" in come_back(client, provider).text
    assert not is_in(client)
    client.post("/login/code", data={"code": code_now(key)}, headers={"Sec-Fetch-Site": "same-origin"})
    assert is_in(client)


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "for another client": {"aud": "somebody"},
    "for several, not said who asked": {"aud": [CLIENT, "somebody"]},
    "asked by another client": {"aud": [CLIENT, "somebody"], "azp": "somebody"},
    "run out": {"exp": time.time() - 3_600},
    "run out just beyond what clocks may differ": {"exp": time.time() - 61},
    "of tomorrow": {"iat": time.time() + 86_400},
    "not said since when": {"iat": None},
    "not good yet": {"nbf": time.time() + 3_600},
    "without an end": {"exp": None},
    "of another sign-in": {"nonce": "other"},
    "without a nonce": {"nonce": None},
    "of nobody": {"sub": ""},
    "of a number": {"sub": 17},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_sign_in_opens_nothing(
    client: TestClient, provider: StandIn, li: Actor, lie: str
) -> None:
    provider.claims = LIES[lie]
    assert come_back(client, provider).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(
    "claims", [{"email_verified": False}, {"email_verified": "true"}, {"email": "xi@example.org"}, {"email": None}]
)
def test_an_address_that_is_not_vouched_for_finds_nobody(
    client: TestClient, provider: StandIn, li: Actor, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    assert come_back(client, provider).status_code == 403


def test_an_address_nobody_confirmed_here_finds_nobody(
    client: TestClient, provider: StandIn, sqlite_engine: Engine
) -> None:
    person(sqlite_engine, "li", email="li@example.org")
    assert come_back(client, provider).status_code == 403


def test_an_account_switched_off_stays_off(
    client: TestClient, provider: StandIn, sqlite_engine: Engine, li: Actor
) -> None:
    come_back(client, provider)
    with transaction(sqlite_engine) as session:
        session.get_one(Account, li.account_id).active = False
    assert come_back(client, provider).status_code == 403


def test_somebody_elses_answer_cannot_be_slipped_in(client: TestClient, provider: StandIn, li: Actor) -> None:
    leaving = client.get("/login/provider")
    code, state = provider.give_code(leaving.headers["location"])
    client.cookies.clear()
    assert client.get("/login/provider/back", params={"code": code, "state": state}).status_code == 403
    assert come_back(client, provider, state="other").status_code == 403
    assert come_back(client, provider, code="").status_code == 403
    assert not is_in(client)


def test_a_code_that_the_provider_does_not_know_is_a_clear_refusal(
    client: TestClient, provider: StandIn, li: Actor
) -> None:
    answer = come_back(client, provider, code="made-up")
    assert answer.status_code == 503
    assert "用密码登录" in answer.text


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": None},
        {"jwks_uri": None},
        {"jwks_uri": "http://evil.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_asked(
    client: TestClient, provider: StandIn, description: dict[str, Any]
) -> None:
    provider.description = description
    assert client.get("/login/provider").status_code == 503


def test_nobody_is_led_to_another_site_afterwards(client: TestClient, provider: StandIn, li: Actor) -> None:
    leaving = client.get("/login/provider", params={"next": "//evil.example"})
    code, state = provider.give_code(leaving.headers["location"])
    answer = client.get("/login/provider/back", params={"code": code, "state": state})
    assert answer.headers["location"] == "/"


def forged(provider: StandIn, how: str) -> None:
    """Make the provider's answer one that somebody else made."""
    own = a_key("one")
    if how == "signed with another key of the same name":
        provider.signs = RSAKey.generate_key(2048, {"kid": "one"})
    elif how == "not signed at all":
        provider.header = {"alg": "none"}
    elif how == "signed with the public key as a shared word":
        provider.header = {"alg": "HS256", "kid": "one"}
        provider.signs = OctKey.import_key(json.dumps(own.as_dict(private=False)))
    elif how == "signed with the client's secret":
        provider.header = {"alg": "HS256", "kid": "one"}
        provider.signs = OctKey.import_key(SECRET * 3)
    elif how == "an algorithm nobody agreed on":
        provider.header = {"alg": "RS384", "kid": "one"}
    elif how == "a key nobody publishes":
        provider.header, provider.signs = {"alg": "RS256", "kid": "two"}, a_key("two")
    elif how == "a key of another kind":
        provider.header = {"alg": "ES256", "kid": "one"}
        provider.signs = a_key("one", "EC")


@pytest.mark.parametrize(
    "how",
    [
        "signed with another key of the same name",
        "not signed at all",
        "signed with the public key as a shared word",
        "signed with the client's secret",
        "an algorithm nobody agreed on",
        "a key nobody publishes",
        "a key of another kind",
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_a_token_the_provider_did_not_sign_opens_nothing(
    client: TestClient, provider: StandIn, li: Actor, how: str
) -> None:
    forged(provider, how)
    answer = come_back(client, provider)
    assert answer.status_code == 403
    assert "没有可信的签名" in answer.text
    assert not is_in(client)


@pytest.mark.parametrize(("algorithm", "kind"), [("RS256", "RSA"), ("PS256", "RSA"), ("ES256", "EC")])
def test_the_signatures_that_are_agreed_on_are_understood(
    client: TestClient, provider: StandIn, li: Actor, algorithm: str, kind: str
) -> None:
    provider.signs = a_key("mine", kind)
    provider.published = [a_key("one"), provider.signs]
    provider.header = {"alg": algorithm, "kid": "mine"}
    assert come_back(client, provider).status_code == 303
    assert is_in(client)


def test_keys_are_kept_and_asked_for_again_once_when_the_provider_has_a_new_one(
    client: TestClient, provider: StandIn, li: Actor
) -> None:
    come_back(client, provider)
    come_back(client, provider)
    assert provider.keys_asked == 1
    provider.header, provider.signs = {"alg": "RS256", "kid": "two"}, a_key("two")
    assert come_back(client, provider).status_code == 403
    assert provider.keys_asked == 2
    provider.published = [a_key("two")]
    assert come_back(client, provider).status_code == 303
    assert provider.keys_asked == 3


def test_a_key_that_was_taken_back_counts_an_hour_at_most(
    client: TestClient, provider: StandIn, li: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_back(client, provider)
    provider.published = [a_key("two")]
    monkeypatch.setattr("registry.oidc_keys.KEPT_SECONDS", 0)
    assert come_back(client, provider).status_code == 403


def test_without_the_extra_the_option_says_so_and_stays_off(
    client: TestClient, provider: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for where in ("registry.oidc_keys", "web.provider", "web.login"):
        monkeypatch.setattr(f"{where}.can_check", lambda: False)
    assert "统一身份认证" not in client.get("/login").text
    answer = client.get("/login/provider")
    assert answer.status_code == 503
    assert "附加组件 oidc" in answer.text
    assert client.get("/login/provider/back").status_code == 503
