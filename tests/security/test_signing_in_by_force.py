"""Guessing passwords over several processes, sessions given by somebody else, sessions that were ended."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import transaction
from registry.models import LoginSession
from registry.policies import Actor, Grant
from registry.services.accounts import create_account
from registry.settings import Settings
from registry.vocabulary import Role
from tests.support.apps import running

PASSWORD = "Plainly-fictional-1"
COOKIE = "__Host-registry-session"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def processes(sqlite_engine: Engine, sqlite_settings: Settings) -> Iterator[list[TestClient]]:
    """Three applications, none of which knows anything of the others, on one database."""
    with transaction(sqlite_engine) as session:
        create_account(session, actor=Actor.command_line(), login="li", password=PASSWORD, display_name="李示例",
                       grants=(Grant(Role.CURATOR, "440300"),))  # fmt: skip
    with ExitStack() as stack:
        own = sqlite_settings.model_copy(update={"embedded_worker": False})
        yield [stack.enter_context(running(own)) for _ in range(3)]


def attempt(client: TestClient, login: str, password: str) -> int:
    client.cookies.clear()
    return client.post("/login", data={"login": login, "password": password}, headers=SAME_SITE).status_code


def test_guesses_are_counted_over_all_processes_and_then_the_right_one_opens_nothing(
    processes: list[TestClient],
) -> None:
    guesses = [attempt(processes[number % 3], "li", f"Guess-number-{number}") for number in range(30)]
    assert set(guesses[:10]) == {422}
    assert set(guesses[20:]) == {429}
    assert [attempt(client, "li", PASSWORD) for client in processes] == [429, 429, 429]


def test_many_logins_from_one_place_are_stopped_too(processes: list[TestClient]) -> None:
    answers = [attempt(processes[number % 3], f"somebody{number}", "Guess-one-password") for number in range(110)]
    assert answers[:100] == [422] * 100
    assert set(answers[100:]) == {429}


def test_a_session_somebody_else_chose_is_never_signed_in(processes: list[TestClient], sqlite_engine: Engine) -> None:
    """Fixation: the attacker's token stays what it was, the person gets a new one."""
    first, other, _ = processes
    planted = "attacker-chose-this-token-0123456789abcdef"
    answer = first.post(
        "/login", data={"login": "li", "password": PASSWORD}, headers=SAME_SITE | {"cookie": f"{COOKIE}={planted}"}
    )
    given = answer.cookies[COOKIE]
    assert given != planted
    assert len(given) >= 40
    assert "李示例" not in other.get("/", headers={"cookie": f"{COOKIE}={planted}"}).text
    assert "李示例" in other.get("/", headers={"cookie": f"{COOKIE}={given}"}).text
    with Session(sqlite_engine) as session:
        kept = [str(row.model_dump()) for row in session.exec(select(LoginSession))]
    assert not any(given in row for row in kept)


def test_a_session_that_was_ended_is_ended_in_every_process(processes: list[TestClient]) -> None:
    first, other, third = processes
    first.post("/login", data={"login": "li", "password": PASSWORD}, headers=SAME_SITE)
    token = first.cookies[COOKIE]
    assert "李示例" in other.get("/", headers={"cookie": f"{COOKIE}={token}"}).text
    assert third.post("/logout", headers=SAME_SITE | {"cookie": f"{COOKIE}={token}"}).status_code == 303
    for client in processes:
        client.cookies.clear()
        assert "李示例" not in client.get("/", headers={"cookie": f"{COOKIE}={token}"}).text


def test_a_session_cannot_be_sent_in_the_address_or_under_another_name(processes: list[TestClient]) -> None:
    first, other, _ = processes
    first.post("/login", data={"login": "li", "password": PASSWORD}, headers=SAME_SITE)
    token = first.cookies[COOKIE]
    for address, headers in (
        (f"/?{COOKIE}={token}", {}),
        (f"/?session={token}", {}),
        ("/", {"cookie": f"registry-session={token}"}),
        ("/", {"authorization": f"Bearer {token}"}),
        ("/", {"x-api-key": token}),
    ):
        assert "李示例" not in other.get(address, headers=headers).text
