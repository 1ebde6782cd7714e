"""Accounts for tests: cheap password hashes, codes of an authenticator, the link in the last mail."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock, totp
from registry.db import reading, transaction
from registry.models import Account, Mail
from registry.policies import Actor, Grant
from registry.services.accounts import create_account, passwords, second_factor
from registry.services.accounts.sessions import actor_of
from registry.services.accounts.signing import LinkSigner

PASSWORD = "Plainly-fictional-1"
PAGE = "https://registry.example/account/set-password"
SIGNER = LinkSigner(SecretStr("fictional-key-of-the-tests-only-1"), Path("no-such-folder") / "link.key")
"""Signs links with a key of its own; its file is never made."""
SHIPPED_HASHER = passwords.hasher
"""What hashes passwords outside of tests."""


def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with the least work: what is tested is what follows from right and wrong."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    nobody = cheap.hash("nobody")
    monkeypatch.setattr(passwords, "hasher", lambda: cheap)
    monkeypatch.setattr(passwords, "hash_of_nobody", lambda: nobody)


def person(engine: Engine, login: str, *grants: Grant, email: str | None = None) -> Actor:
    """An account with this login and these rights, as somebody who acts."""
    with transaction(engine) as session:
        made = create_account(
            session, actor=Actor.command_line(), login=login, password=PASSWORD, grants=grants, email=email
        )
        return actor_of(session, made.id)


def enrol(engine: Engine, actor: Actor, *, token: str = "") -> tuple[str, list[str]]:
    """Turn the second factor on: key and recovery codes."""
    with transaction(engine) as session:
        second_factor.start_enrolment(session, actor=actor)
    key = key_of(engine, actor)
    with transaction(engine) as session:
        # One step back, so that the code of the present one is still to be used.
        code = totp.code_of(key, totp.step_at(clock.now()) - 1)
        return key, second_factor.confirm_enrolment(session, actor=actor, code=code, token=token)


def key_of(engine: Engine, actor: Actor) -> str:
    """The key of somebody's authenticator."""
    with reading(engine) as session:
        return session.get_one(Account, actor.account_id).totp_secret or ""


def code_now(key: str, moment: datetime | None = None) -> str:
    """What the authenticator shows."""
    return totp.code_of(key, totp.step_at(moment or clock.now()))


def letters(session: Session) -> list[Mail]:
    """All mail that waits, the latest last."""
    return list(session.exec(select(Mail).order_by(col(Mail.id))))


def link_token(letter: Mail) -> str:
    """The token of the link in a letter."""
    found = re.search(r"token=([\w.-]+)", letter.body)
    assert found is not None, letter.body
    return found.group(1)
