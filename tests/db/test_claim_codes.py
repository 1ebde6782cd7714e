"""Wrong claim codes are counted for the account and for the firm, on both engines, whatever else is rolled back."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import reading, transaction
from registry.errors import InvalidInput, NotAllowed, TooMany
from registry.models import Attempt, Claim
from registry.policies import Actor, Grant
from registry.services.firms.claiming import Claimant, enter_code, make_code
from registry.vocabulary import Role
from tests.factories import an_enterprise
from tests.support.firms import REVIEWER, an_account

WHO = Claimant("示例 经理", "0755-12345678")


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    """Windows begin on the quarter of an hour: none ends while a test runs."""
    with time_machine.travel(datetime(2026, 11, 23, 12, 1, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def firm(engine: Engine) -> int:
    with transaction(engine) as session:
        enterprise = an_enterprise()
        session.add(enterprise)
        session.flush()
        return enterprise.id


def a_person(session: Session, login: str) -> Actor:
    return Actor(an_account(session, login).id, login)


def people(engine: Engine, count: int) -> list[Actor]:
    with transaction(engine) as session:
        return [a_person(session, f"someone{at}") for at in range(count)]


def guess(engine: Engine, actor: Actor, firm: int, code: str = "AAAA-AAAA-AAAA") -> int:
    return enter_code(engine, actor=actor, enterprise_id=firm, who=WHO, code=code)


def test_ten_wrong_codes_are_enough_for_an_account_even_if_the_next_were_right(engine: Engine, firm: int) -> None:
    (person,) = people(engine, 1)
    for _ in range(10):
        with pytest.raises(InvalidInput):
            guess(engine, person, firm)
    with transaction(engine) as session:
        code = make_code(session, enterprise_id=firm, actor=REVIEWER)
    with pytest.raises(TooMany):
        guess(engine, person, firm, code)
    with reading(engine) as session:
        assert session.exec(select(Claim)).first() is None


def test_several_accounts_guess_no_faster_for_one_firm(engine: Engine, firm: int) -> None:
    first, second, third = people(engine, 3)
    for person in (first, second):
        for _ in range(10):
            with pytest.raises(InvalidInput):
                guess(engine, person, firm)
    with pytest.raises(TooMany):
        guess(engine, third, firm)


def test_a_right_code_counts_for_nothing(engine: Engine, firm: int) -> None:
    (person,) = people(engine, 1)
    with transaction(engine) as session:
        code = make_code(session, enterprise_id=firm, actor=REVIEWER)
    guess(engine, person, firm, code)
    with reading(engine) as session:
        assert sum(session.exec(select(Attempt.count)).all()) == 0


def test_whoever_may_not_claim_at_all_is_refused_and_not_counted(engine: Engine, firm: int) -> None:
    with transaction(engine) as session:
        official = Actor(an_account(session, "official").id, "official", (Grant(Role.REVIEWER, "440300"),))
    with pytest.raises(NotAllowed):
        guess(engine, official, firm)
    with reading(engine) as session:
        assert session.exec(select(Attempt)).first() is None
