"""Limits held in the database: by network, by login, by address; over processes and at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import reading, transaction
from registry.errors import TooMany
from registry.models import Attempt
from registry.services.accounts import signing_in
from registry.services.accounts.throttling import SIGN_IN_LOGIN, SIGN_IN_NETWORK, Limit, give_back, take
from tests.support.accounts import PASSWORD, person

LIMIT = Limit("test", 5, timedelta(minutes=10))
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def tried(session: Session, subject: str = "a") -> bool:
    try:
        take(session, LIMIT, subject)
    except TooMany:
        return False
    return True


def test_so_many_are_taken_and_no_more_and_others_are_not_concerned(session: Session) -> None:
    with time_machine.travel(START, tick=False):
        assert [tried(session) for _ in range(7)] == [True] * 5 + [False] * 2
        assert tried(session, "b")


def test_what_is_given_back_does_not_count(session: Session) -> None:
    with time_machine.travel(START, tick=False):
        for _ in range(20):
            assert tried(session)
            give_back(session, LIMIT, "a")
        assert [tried(session) for _ in range(6)] == [True] * 5 + [False]


def test_only_hashes_of_logins_and_networks_are_kept_and_not_for_long(session: Session) -> None:
    with time_machine.travel(START, tick=False):
        tried(session, "secret-login")
    assert "secret" not in session.exec(select(Attempt)).one().subject_sha256
    with time_machine.travel(START + timedelta(days=2), tick=False):
        tried(session, "other")
    assert session.exec(select(Attempt)).one().window_start > START


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(gaps=st.lists(st.integers(0, 400), min_size=1, max_size=40))
def test_no_window_of_any_start_holds_twice_what_is_allowed(sqlite_engine: Engine, gaps: list[int]) -> None:
    """The window before counts by its share, so bursts at a border are bounded, and waiting always helps."""
    taken, moment = [], START
    with Session(sqlite_engine) as session:
        for gap in gaps:
            moment += timedelta(seconds=gap)
            with time_machine.travel(moment, tick=False):
                if tried(session):
                    taken.append(moment)
        with time_machine.travel(moment + 2 * LIMIT.window, tick=False):
            assert tried(session)
        session.rollback()
    for start in taken:
        inside = [one for one in taken if start <= one < start + LIMIT.window]
        assert len(inside) < 2 * LIMIT.count


def test_at_once_from_many_processes_the_limit_holds_exactly(engine: Engine) -> None:
    def once(_: int) -> bool:
        try:
            with transaction(engine) as session:
                take(session, LIMIT, "a")
        except TooMany:
            return False
        return True

    with time_machine.travel(START, tick=False), ThreadPoolExecutor(8) as pool:
        results = list(pool.map(once, range(24)))
    assert sum(results) == LIMIT.count
    with reading(engine) as session:
        assert sum(session.exec(select(Attempt.count)).all()) == LIMIT.count


def test_wrong_passwords_for_unknown_logins_from_one_network_are_stopped(engine: Engine) -> None:
    for number in range(SIGN_IN_NETWORK.count):
        assert signing_in.enter(engine, login=f"nobody{number}", password="x", network="203.0.113.9") is None
    with pytest.raises(TooMany):
        signing_in.enter(engine, login="somebody", password="x", network="203.0.113.9")
    assert signing_in.enter(engine, login="somebody", password="x", network="203.0.113.10") is None


def test_one_login_is_guarded_from_whatever_network(engine: Engine) -> None:
    person(engine, "li")
    for number in range(SIGN_IN_LOGIN.count):
        assert signing_in.enter(engine, login="li", password="x", network=f"203.0.113.{number}") is None
    with pytest.raises(TooMany):
        signing_in.enter(engine, login=" LI", password=PASSWORD, network="198.51.100.1")


def test_right_passwords_count_for_nothing(engine: Engine) -> None:
    person(engine, "li")
    for _ in range(SIGN_IN_LOGIN.count + 2):
        assert signing_in.enter(engine, login="li", password=PASSWORD, network="203.0.113.9") is not None
