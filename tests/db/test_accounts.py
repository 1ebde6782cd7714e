"""Accounts, passwords and sign-in sessions on both engines."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry import clock
from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput, NotAllowed
from registry.models import Account, AuditEvent, LoginSession
from registry.policies import Actor, Grant
from registry.services import accounts
from registry.vocabulary import Role

PASSWORD = "Plainly-fictional-1"


@pytest.fixture
def li(engine: Engine) -> str:
    """A curator of Shenzhen."""
    with transaction(engine) as session:
        make(session, "li")
    return "li"


def make(session: Session, login: str, *grants: Grant) -> None:
    accounts.create_account(
        session,
        actor=Actor.command_line(),
        login=login,
        password=PASSWORD,
        grants=grants or (Grant(Role.CURATOR, "440300"),),
    )


def fail(engine: Engine, times: int) -> None:
    for _ in range(times):
        assert accounts.sign_in(engine, login="li", password="wrong") is None


def test_signing_in_gives_a_token_of_which_only_the_hash_is_kept(engine: Engine, li: str) -> None:
    token = accounts.sign_in(engine, login=" LI ", password=PASSWORD)
    assert token
    with reading(engine) as session:
        stored = session.exec(select(LoginSession)).one()
        assert token not in stored.token_sha256
        actor = accounts.actor_for_token(session, token=token)
    assert actor.label == li
    assert actor.grants == (Grant(Role.CURATOR, "440300"),)
    assert accounts.recognise(engine, token=token) == actor


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(engine: Engine, li: str) -> None:
    assert accounts.sign_in(engine, login=li, password="wrong") is None
    assert accounts.sign_in(engine, login="nobody", password=PASSWORD) is None
    assert accounts.recognise(engine, token="made up").is_anonymous


def test_ten_failures_lock_for_fifteen_minutes_even_for_the_right_password(engine: Engine, li: str) -> None:
    fail(engine, 10)
    assert accounts.sign_in(engine, login=li, password=PASSWORD) is None
    with reading(engine) as session:
        assert session.exec(select(AuditEvent).where(AuditEvent.action == "account.locked")).one().subject_key == li
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1)):
        assert accounts.sign_in(engine, login=li, password=PASSWORD)


def test_a_right_password_clears_the_count_of_failures(engine: Engine, li: str) -> None:
    fail(engine, 9)
    assert accounts.sign_in(engine, login=li, password=PASSWORD)
    fail(engine, 9)
    assert accounts.sign_in(engine, login=li, password=PASSWORD)


@pytest.mark.parametrize(
    ("pause", "known"),
    [(timedelta(minutes=29), True), (timedelta(minutes=31), False)],
)
def test_a_session_ends_after_thirty_idle_minutes(engine: Engine, li: str, pause: timedelta, known: bool) -> None:
    token = accounts.sign_in(engine, login=li, password=PASSWORD) or ""
    with time_machine.travel(clock.now() + pause):
        assert accounts.recognise(engine, token=token).is_anonymous is not known


def test_a_session_ends_after_twelve_hours_however_busy(engine: Engine, li: str) -> None:
    begun = clock.now()
    token = accounts.sign_in(engine, login=li, password=PASSWORD) or ""
    for minutes in range(20, 12 * 60, 20):
        with time_machine.travel(begun + timedelta(minutes=minutes)):
            assert not accounts.recognise(engine, token=token).is_anonymous, minutes
    with time_machine.travel(begun + timedelta(hours=12, seconds=1)):
        assert accounts.recognise(engine, token=token).is_anonymous


def test_signing_in_again_ends_the_session_the_browser_had(engine: Engine, li: str) -> None:
    first = accounts.sign_in(engine, login=li, password=PASSWORD) or ""
    second = accounts.sign_in(engine, login=li, password=PASSWORD, replaces=first) or ""
    assert accounts.recognise(engine, token=first).is_anonymous
    assert not accounts.recognise(engine, token=second).is_anonymous


def test_signing_out_everywhere_ends_every_session(engine: Engine, li: str) -> None:
    tokens = [accounts.sign_in(engine, login=li, password=PASSWORD) or "" for _ in range(2)]
    with transaction(engine) as session:
        accounts.close_all(session, account_id=session.exec(select(Account.id)).one())
    assert all(accounts.recognise(engine, token=token).is_anonymous for token in tokens)


def test_an_account_switched_off_is_nobody_at_once(engine: Engine, li: str) -> None:
    token = accounts.sign_in(engine, login=li, password=PASSWORD) or ""
    with transaction(engine) as session:
        session.exec(select(Account)).one().active = False
    assert accounts.recognise(engine, token=token).is_anonymous
    assert accounts.sign_in(engine, login=li, password=PASSWORD) is None


@pytest.mark.parametrize(
    ("login", "password", "field"),
    [
        ("Name with blank", PASSWORD, "login"),
        ("x", PASSWORD, "login"),
        ("wang", "short", "password"),
        ("wang", "aaaaaaaaaaaa", "password"),
        ("wang-xiaoming", "Wang-Xiaoming", "password"),
        ("wang", "x" * 201, "password"),
    ],
)
def test_a_bad_login_or_password_is_refused_by_name(session: Session, login: str, password: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        accounts.create_account(session, actor=Actor.command_line(), login=login, password=password)
    assert refused.value.field == field
    assert password not in refused.value.text.zh


@pytest.mark.parametrize(
    ("grant", "field"),
    [(Grant(Role.CURATOR, "44"), "region"), (Grant(Role.CURATOR, "440000", "no_such"), "directory")],
)
def test_a_grant_for_nowhere_or_no_directory_is_refused(session: Session, grant: Grant, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make(session, "wang", grant)
    assert refused.value.field == field


def test_a_login_is_taken_only_once(session: Session) -> None:
    make(session, "li")
    with pytest.raises(Conflict):
        make(session, "LI")


def test_a_city_administrator_gives_no_rights_outside_the_city(session: Session) -> None:
    mayor = Actor(1, "mayor", (Grant(Role.ADMINISTRATOR, "440300"),))
    make(session, "li")
    accounts.grant_role(session, actor=mayor, login="li", grant=Grant(Role.REVIEWER, "440305"))
    for region in ("440000", "440100", "000000"):
        with pytest.raises(NotAllowed):
            accounts.grant_role(session, actor=mayor, login="li", grant=Grant(Role.REVIEWER, region))


def test_nobody_gives_more_than_they_have(session: Session) -> None:
    make(session, "li")
    province = Actor(1, "province", (Grant(Role.ADMINISTRATOR, "440000"),))
    one_list = Actor(2, "one-list", (Grant(Role.ADMINISTRATOR, "000000", "hte"),))
    with pytest.raises(NotAllowed):
        accounts.grant_role(session, actor=province, login="li", grant=Grant(Role.REVIEWER, "000000"))
    with pytest.raises(NotAllowed):
        accounts.grant_role(session, actor=one_list, login="li", grant=Grant(Role.REVIEWER, "440300"))


def test_giving_a_role_twice_changes_nothing(session: Session) -> None:
    make(session, "li")
    before = len(session.exec(select(AuditEvent)).all())
    again = accounts.grant_role(session, actor=Actor.command_line(), login="li", grant=Grant(Role.CURATOR, "440300"))
    assert len(again.grants) == 1
    assert len(session.exec(select(AuditEvent)).all()) == before
