"""Registering, resetting and changing a password: by links that work once, with answers that tell nobody anything."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry import clock
from registry.db import reading, transaction
from registry.errors import Gone, InvalidInput, TooMany
from registry.models import Account, AuditEvent, MailedLink
from registry.policies import Actor, Grant
from registry.services.accounts import managing, recognise, sign_in
from registry.services.accounts.links import read_link
from registry.services.accounts.making import invite
from registry.services.accounts.registering import (
    ask_reset,
    change_password,
    choose_password,
    confirm_password,
    register,
)
from registry.vocabulary import LinkPurpose, Role
from tests.support.accounts import PAGE, PASSWORD, SIGNER, enrol, letters, link_token, person

WANG = "wang@example.org"
NEW = "Another-fictional-2"


def registered(engine: Engine, email: str = WANG) -> str:
    """The token of a fresh registration."""
    with transaction(engine) as session:
        register(session, email=email, display_name="王示例", page=PAGE, network="n", signer=SIGNER)
        return link_token(letters(session)[-1])


def reset(engine: Engine, email: str = WANG) -> str | None:
    """The token of a reset, if a letter was written."""
    with transaction(engine) as session:
        before = len(letters(session))
        ask_reset(session, email=email, page=PAGE, network="n", signer=SIGNER)
        after = letters(session)
    return link_token(after[-1]) if len(after) > before else None


def test_there_is_no_account_before_the_address_was_confirmed(engine: Engine) -> None:
    token = registered(engine)
    with reading(engine) as session:
        assert session.exec(select(Account)).all() == []
        assert session.exec(select(MailedLink)).one().token_sha256 != token
    assert choose_password(engine, token=token, password=PASSWORD, network="n", signer=SIGNER) == WANG
    found = recognise(engine, token=sign_in(engine, login="WANG@example.org", password=PASSWORD) or "")
    assert (found.label, found.display_name, found.grants) == (WANG, "王示例", ())
    with reading(engine) as session:
        assert session.exec(select(Account)).one().email_confirmed_at is not None
        assert session.exec(select(AuditEvent.action)).one() == "account.registered"


def test_a_link_works_once_and_looking_at_it_uses_nothing_up(engine: Engine) -> None:
    token = registered(engine)
    for _ in range(2):
        with reading(engine) as session:
            assert read_link(session, signer=SIGNER, token=token).purpose is LinkPurpose.REGISTER
    choose_password(engine, token=token, password=PASSWORD, network="n", signer=SIGNER)
    with pytest.raises(Gone):
        choose_password(engine, token=token, password=NEW, network="n", signer=SIGNER)
    assert sign_in(engine, login=WANG, password=NEW) is None


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "\x00"])
def test_a_made_up_link_is_as_gone_as_a_used_one(session: Session, token: str) -> None:
    with pytest.raises(Gone):
        read_link(session, signer=SIGNER, token=token)


def test_a_refused_password_leaves_the_link_as_it_was(engine: Engine) -> None:
    token = registered(engine)
    with pytest.raises(InvalidInput):
        choose_password(engine, token=token, password="short", network="n", signer=SIGNER)
    assert choose_password(engine, token=token, password=PASSWORD, network="n", signer=SIGNER) == WANG


@pytest.mark.parametrize("password", ["woaini1314", "王示例20260101", "Wang@example.org", "wang-2026"])
def test_a_common_password_or_the_own_name_is_refused_and_the_link_stays_open(engine: Engine, password: str) -> None:
    token = registered(engine)
    with pytest.raises(InvalidInput) as refused:
        choose_password(engine, token=token, password=password, network="n", signer=SIGNER)
    assert refused.value.field == "password"
    assert password not in f"{refused.value.text.zh} {refused.value.text.en}"
    assert choose_password(engine, token=token, password=PASSWORD, network="n", signer=SIGNER) == WANG


@pytest.mark.parametrize(("lasts", "works"), [(timedelta(minutes=59), True), (timedelta(minutes=61), False)])
def test_a_reset_lasts_an_hour(engine: Engine, lasts: timedelta, works: bool) -> None:
    choose_password(engine, token=registered(engine), password=PASSWORD, network="n", signer=SIGNER)
    token = reset(engine) or ""
    with time_machine.travel(clock.now() + lasts):
        if works:
            choose_password(engine, token=token, password=NEW, network="n", signer=SIGNER)
        else:
            with pytest.raises(Gone):
                choose_password(engine, token=token, password=NEW, network="n", signer=SIGNER)


def test_a_reset_ends_every_session_and_every_other_link(engine: Engine) -> None:
    choose_password(engine, token=registered(engine), password=PASSWORD, network="n", signer=SIGNER)
    signed_in = sign_in(engine, login=WANG, password=PASSWORD) or ""
    first, second = reset(engine) or "", reset(engine) or ""
    with pytest.raises(Gone):
        choose_password(engine, token=first, password=NEW, network="n", signer=SIGNER)
    choose_password(engine, token=second, password=NEW, network="n", signer=SIGNER)
    assert recognise(engine, token=signed_in).is_anonymous
    assert sign_in(engine, login=WANG, password=PASSWORD) is None
    assert sign_in(engine, login=WANG, password=NEW)


def test_a_reset_does_not_get_around_the_second_factor(engine: Engine) -> None:
    choose_password(engine, token=registered(engine), password=PASSWORD, network="n", signer=SIGNER)
    with reading(engine) as session:
        number = session.exec(select(Account.id)).one()
    enrol(engine, Actor(number, WANG))
    choose_password(engine, token=reset(engine) or "", password=NEW, network="n", signer=SIGNER)
    assert recognise(engine, token=sign_in(engine, login=WANG, password=NEW) or "").is_anonymous


def test_an_address_without_an_account_gets_no_letter_and_the_same_answer(engine: Engine) -> None:
    assert reset(engine, "nobody@example.org") is None


def test_registering_a_known_address_tells_only_its_owner(engine: Engine) -> None:
    choose_password(engine, token=registered(engine), password=PASSWORD, network="n", signer=SIGNER)
    with transaction(engine) as session:
        register(session, email=WANG.upper(), display_name="冒名示例", page=PAGE, network="n", signer=SIGNER)
        letter = letters(session)[-1]
        assert "token=" not in letter.body
        assert "已有账号" in letter.body
    assert sign_in(engine, login=WANG, password=PASSWORD)


def test_somebody_elses_registration_is_worth_nothing_without_the_mailbox(engine: Engine) -> None:
    """Whoever registers another person’s address first gains nothing: the password is chosen behind the link."""
    registered(engine)
    mine = registered(engine)
    choose_password(engine, token=mine, password=PASSWORD, network="n", signer=SIGNER)
    assert sign_in(engine, login=WANG, password=PASSWORD)


@pytest.mark.parametrize(
    "address", ["", "wang", "a b@example.org", "a@b", "x" * 60 + "@example.org", "a@exa\nmple.org"]
)
def test_what_is_no_address_is_refused_by_name(session: Session, address: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        register(session, email=address, display_name="王", page=PAGE, network="n", signer=SIGNER)
    assert refused.value.field == "email"


def test_no_more_than_three_letters_an_hour_to_one_address(engine: Engine) -> None:
    for _ in range(3):
        registered(engine)
    with pytest.raises(TooMany):
        registered(engine)


def test_changing_the_password_takes_the_present_one_and_ends_other_sessions(engine: Engine) -> None:
    li = person(engine, "li")
    here, elsewhere = (sign_in(engine, login="li", password=PASSWORD) or "" for _ in range(2))
    with pytest.raises(InvalidInput) as refused:
        change_password(engine, actor=li, current="wrong", password=NEW, token=here)
    assert refused.value.field == "current"
    change_password(engine, actor=li, current=PASSWORD, password=NEW, token=here)
    assert not recognise(engine, token=here).is_anonymous
    assert recognise(engine, token=elsewhere).is_anonymous
    assert sign_in(engine, login="li", password=NEW)


def test_guessing_the_present_password_in_an_open_session_is_stopped(engine: Engine) -> None:
    li = person(engine, "li")
    for _ in range(10):
        with pytest.raises(InvalidInput):
            confirm_password(engine, actor=li, current="guess")
    with pytest.raises(TooMany):
        confirm_password(engine, actor=li, current=PASSWORD)


def test_an_invited_official_chooses_the_password_by_the_link(engine: Engine) -> None:
    admin = person(engine, "admin", Grant(Role.ADMINISTRATOR, "440000"))
    new = {"login": "zhao", "display_name": "赵示例", "email": "zhao@example.org", "page": PAGE}
    with transaction(engine) as session:
        handed = invite(session, actor=admin, grant=Grant(Role.REVIEWER, "440300"), signer=SIGNER, by_mail=False, **new)
        assert letters(session) == []
    assert sign_in(engine, login="zhao", password="") is None
    with transaction(engine) as session:
        assert managing.invite_again(session, actor=admin, login="zhao", page=PAGE, signer=SIGNER, by_mail=True) == ""
        mailed = link_token(letters(session)[-1])
    with pytest.raises(Gone):
        choose_password(engine, token=handed.partition("token=")[2], password=PASSWORD, network="n", signer=SIGNER)
    assert choose_password(engine, token=mailed, password=PASSWORD, network="n", signer=SIGNER) == "zhao"
    found = recognise(engine, token=sign_in(engine, login="zhao", password=PASSWORD) or "")
    assert found.grants == (Grant(Role.REVIEWER, "440300"),)
