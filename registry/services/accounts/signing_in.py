"""Signing in: a password, then the code of the authenticator where there is one.

No transaction is open while the (deliberately slow) hash is computed: ``credentials_for`` reads, ``password_matches``
computes, ``record_attempt`` writes. ``enter`` does all three, within limits by network and by login.
"""

from datetime import timedelta

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading, transaction
from registry.models import Account
from registry.schemas.accounts import Credentials, Entry
from registry.services import audit
from registry.services.accounts import passwords, throttling
from registry.services.accounts.second_factor import code_fits
from registry.services.accounts.sessions import close_session, live_session, open_session

FAILURES_BEFORE_LOCK = 10
LOCK_TIME = timedelta(minutes=15)


def sign_in(engine: Engine, *, login: str, password: str, replaces: str = "") -> str | None:
    """As ``enter``, but only the token: of no use yet to an account with a second factor."""
    entry = enter(engine, login=login, password=password, replaces=replaces)
    return None if entry is None else entry.token


def enter(
    engine: Engine, *, login: str, password: str, replaces: str = "", network: str = "", agent: str = ""
) -> Entry | None:
    """Check a login and password; None where they do not fit or the account is locked.

    The answer and the time it takes are the same for an unknown login, a wrong password and a locked account.
    ``replaces``: the token the browser held before; its session ends (no session fixation). Raises TooMany.
    """
    login = login.strip().lower()
    with transaction(engine) as session:
        _take(session, login, network)
        credentials = credentials_for(session, login=login)
    new_hash = passwords.password_matches(credentials, password)
    with transaction(engine) as session:
        if not record_attempt(session, credentials=credentials, new_hash=new_hash):
            return None
        _give_back(session, login, network)
        return begin(session, account_id=credentials.account_id or 0, replaces=replaces, network=network, agent=agent)


def begin(session: Session, *, account_id: int, replaces: str = "", network: str = "", agent: str = "") -> Entry:
    """Open a session for whoever has shown who they are once; it waits for a code where there is an authenticator."""
    if replaces:
        close_session(session, token=replaces)
    account = session.get(Account, account_id)
    needs_code = account is not None and account.totp_since is not None
    token = open_session(session, account_id=account_id, network=network, agent=agent, awaits_code=needs_code)
    return Entry(token=token, needs_code=needs_code)


def enter_code(engine: Engine, *, token: str, code: str, network: str = "", agent: str = "") -> str | None:
    """The second step: the token of an open session, or None where the code is wrong or the first step has run out.

    A code or recovery code opens once. Raises TooMany after too many wrong ones.
    """
    with transaction(engine) as session:
        waiting = live_session(session, token, awaits_code=True)
        if waiting is None:
            return None
        throttling.take(session, throttling.CODE_ACCOUNT, str(waiting.account_id))
        if not code_fits(session, account_id=waiting.account_id, code=code):
            return None
        throttling.give_back(session, throttling.CODE_ACCOUNT, str(waiting.account_id))
        close_session(session, token=token)
        return open_session(session, account_id=waiting.account_id, network=network, agent=agent)


def waits_for_code(engine: Engine, *, token: str) -> bool:
    """Whether this browser has given the right password and owes the code."""
    if not token:
        return False
    with reading(engine) as session:
        return live_session(session, token, awaits_code=True) is not None


def credentials_for(session: Session, *, login: str) -> Credentials:
    """What ``password_matches`` needs for this login, known or not."""
    nobody = passwords.hash_of_nobody()
    account = session.exec(
        select(Account).where(Account.login == login.strip().lower(), col(Account.active).is_(True))
    ).first()
    if account is None:
        return Credentials(account_id=None, password_hash=nobody)
    return Credentials(account_id=account.id, password_hash=account.password_hash)


def record_attempt(session: Session, *, credentials: Credentials, new_hash: str | None) -> bool:
    """Count a failure or clear the count; whether a session may be opened. Locks after ten failures in a row."""
    if credentials.account_id is None:
        return False
    account = session.get(Account, credentials.account_id, with_for_update=True)
    if account is None or not account.active or _locked(account):
        return False
    if new_hash is not None:
        account.failed_logins, account.locked_until, account.password_hash = 0, None, new_hash
        session.flush()
        return True
    account.failed_logins += 1
    if account.failed_logins >= FAILURES_BEFORE_LOCK:
        account.failed_logins, account.locked_until = 0, clock.now() + LOCK_TIME
        audit.record(
            session,
            actor="系统",
            action="account.locked",
            subject_kind="account",
            subject_key=account.login,
            reason=f"连续 {FAILURES_BEFORE_LOCK} 次密码错误",
        )
    session.flush()
    return False


def _take(session: Session, login: str, network: str) -> None:
    if network:
        throttling.take(session, throttling.SIGN_IN_NETWORK, network)
    throttling.take(session, throttling.SIGN_IN_LOGIN, login)


def _give_back(session: Session, login: str, network: str) -> None:
    if network:
        throttling.give_back(session, throttling.SIGN_IN_NETWORK, network)
    throttling.give_back(session, throttling.SIGN_IN_LOGIN, login)


def _locked(account: Account) -> bool:
    return account.locked_until is not None and account.locked_until > clock.now()
