"""The second factor: set up, owed after the password, used once, lost and reset."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry import clock
from registry.db import reading, transaction
from registry.errors import InvalidInput, InvalidTransition, NeedsSecondFactor, TooMany
from registry.models import Account, AuditEvent, RecoveryCode
from registry.policies import Actor, Grant, require
from registry.schemas.accounts import Entry
from registry.services.accounts import recognise, second_factor, throttling
from registry.services.accounts.signing_in import enter, enter_code, waits_for_code
from registry.vocabulary import Role
from tests.support.accounts import PASSWORD, code_now, enrol, key_of, person


@pytest.fixture
def li(engine: Engine) -> Actor:
    """A curator of Shenzhen."""
    return person(engine, "li", Grant(Role.CURATOR, "440300"))


def first_step(engine: Engine) -> Entry:
    entry = enter(engine, login="li", password=PASSWORD)
    assert entry is not None
    return entry


def test_without_a_second_factor_the_password_is_enough(engine: Engine, li: Actor) -> None:
    entry = first_step(engine)
    assert not entry.needs_code
    assert recognise(engine, token=entry.token).label == "li"


def test_with_one_the_password_opens_nothing_but_the_question_for_the_code(engine: Engine, li: Actor) -> None:
    key, _ = enrol(engine, li)
    entry = first_step(engine)
    assert entry.needs_code
    assert recognise(engine, token=entry.token).is_anonymous
    assert waits_for_code(engine, token=entry.token)
    token = enter_code(engine, token=entry.token, code=code_now(key))
    assert token
    assert token != entry.token
    assert recognise(engine, token=token).second_factor
    assert not waits_for_code(engine, token=entry.token)


def test_a_code_opens_once(engine: Engine, li: Actor) -> None:
    key, _ = enrol(engine, li)
    code = code_now(key)
    assert enter_code(engine, token=first_step(engine).token, code=f" {code[:3]} {code[3:]} ")
    assert enter_code(engine, token=first_step(engine).token, code=code) is None


def test_the_first_step_waits_ten_minutes(engine: Engine, li: Actor) -> None:
    key, _ = enrol(engine, li)
    entry = first_step(engine)
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1)):
        assert enter_code(engine, token=entry.token, code=code_now(key)) is None


def test_a_recovery_code_opens_once_however_it_is_typed(engine: Engine, li: Actor) -> None:
    _, codes = enrol(engine, li)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert enter_code(engine, token=first_step(engine).token, code=codes[0].upper().replace("-", " "))
    assert enter_code(engine, token=first_step(engine).token, code=codes[0]) is None
    assert enter_code(engine, token=first_step(engine).token, code=codes[1])
    with reading(engine) as session:
        assert second_factor.recovery_codes_left(session, account_id=li.account_id or 0) == 8
        assert codes[2] not in "".join(row.code_sha256 for row in session.exec(select(RecoveryCode)))


def test_wrong_codes_are_counted_over_all_processes_and_then_refused(engine: Engine, li: Actor) -> None:
    key, _ = enrol(engine, li)
    entry = first_step(engine)
    for _ in range(throttling.CODE_ACCOUNT.count):
        assert enter_code(engine, token=entry.token, code="000000") is None
    with pytest.raises(TooMany):
        enter_code(engine, token=entry.token, code=code_now(key))
    with time_machine.travel(clock.now() + timedelta(minutes=31)):
        assert enter_code(engine, token=first_step(engine).token, code=code_now(key))


def test_a_key_counts_only_after_a_code_was_shown(engine: Engine, li: Actor) -> None:
    with transaction(engine) as session:
        second_factor.start_enrolment(session, actor=li)
    assert not first_step(engine).needs_code
    with transaction(engine) as session, pytest.raises(InvalidInput):
        second_factor.confirm_enrolment(session, actor=li, code="123", token="")
    key = key_of(engine, li)
    with transaction(engine) as session:
        second_factor.confirm_enrolment(session, actor=li, code=code_now(key), token="")
    assert first_step(engine).needs_code
    with reading(engine) as session:
        assert second_factor.enrolment_of(session, actor=li, issuer="示例") is None
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        second_factor.start_enrolment(session, actor=li)


def test_turning_it_on_ends_every_other_session(engine: Engine, li: Actor) -> None:
    here, elsewhere = first_step(engine).token, first_step(engine).token
    enrol(engine, li, token=here)
    assert not recognise(engine, token=here).is_anonymous
    assert recognise(engine, token=elsewhere).is_anonymous


def test_turning_it_off_takes_key_and_codes_away_unless_it_is_required(engine: Engine, li: Actor) -> None:
    enrol(engine, li)
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        second_factor.turn_off(session, actor=li, required=True)
    with transaction(engine) as session:
        second_factor.turn_off(session, actor=li, required=False)
    with reading(engine) as session:
        account = session.get_one(Account, li.account_id)
        assert (account.totp_secret, account.totp_since, account.totp_last_step) == (None, None, None)
        assert session.exec(select(RecoveryCode)).all() == []
        acts = [event.action for event in session.exec(select(AuditEvent)) if event.actor == "li"]
    assert acts == ["account.second_factor_on", "account.second_factor_off"]


def test_where_it_is_required_an_official_without_one_has_no_rights_anywhere(engine: Engine, li: Actor) -> None:
    token = first_step(engine).token
    held = recognise(engine, token=token, second_factor_needed=True)
    assert held.withheld
    assert not held.is_official
    with pytest.raises(NeedsSecondFactor):
        require(held, Role.CURATOR)
    enrol(engine, li, token=token)
    assert recognise(engine, token=token, second_factor_needed=True).is_official


def test_somebody_of_a_firm_is_not_asked(engine: Engine) -> None:
    person(engine, "wang")
    entry = enter(engine, login="wang", password=PASSWORD)
    assert entry is not None
    assert not recognise(engine, token=entry.token, second_factor_needed=True).withheld


def test_new_recovery_codes_replace_the_old_ones(engine: Engine, li: Actor) -> None:
    _, old = enrol(engine, li)
    with transaction(engine) as session:
        new = second_factor.renew_codes(session, actor=li)
    assert enter_code(engine, token=first_step(engine).token, code=old[0]) is None
    assert enter_code(engine, token=first_step(engine).token, code=new[0])
