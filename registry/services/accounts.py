"""Accounts: making them, checking passwords, signing in and out.

Signing in takes three steps, so that no transaction is open while the (deliberately slow) hash is computed:
``credentials_for`` reads, ``password_matches`` computes, ``record_attempt`` writes. ``sign_in`` does all three.
"""

import functools
import hashlib
import re
import secrets
from datetime import timedelta

from pwdlib import PasswordHash
from sqlalchemy import delete, update
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput, NotFound, StorageUnavailable
from registry.models import Account, Directory, LoginSession, Membership, ParkFirm, ParkMember, RoleGrant
from registry.policies import EVERY_DIRECTORY, EVERYWHERE, Actor, FirmRight, Grant, ParkRight, require
from registry.schemas.accounts import PASSWORD_MAX, PASSWORD_MIN, AccountRead, Credentials
from registry.services import audit
from registry.vocabulary import Role

FAILURES_BEFORE_LOCK = 10
LOCK_TIME = timedelta(minutes=15)
IDLE_TIME = timedelta(minutes=30)
ABSOLUTE_TIME = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
"""``last_seen_at`` is written this often at most: a page view is no reason to take the write lock."""

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_REGION = re.compile(r"\d{6}")


def create_account(
    session: Session,
    *,
    actor: Actor,
    login: str,
    password: str,
    display_name: str = "",
    grants: tuple[Grant, ...] = (),
) -> AccountRead:
    """Make an account with its grants. Logins are kept in lower case.

    Raises NotAllowed, InvalidInput (login, password, role's region or directory), Conflict (login taken).
    """
    require(actor, Role.ADMINISTRATOR)
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise InvalidInput(
            f"登录名“{login}”不可用：2 至 64 个字符，只用小写字母、数字和 . _ @ -，以字母或数字开头。",
            f"The login “{login}” cannot be used: 2 to 64 lower-case letters, digits or . _ @ -, "
            "starting with a letter or digit.",
            field="login",
            value=login,
        )
    check_password_rules(password, login=login)
    if session.exec(select(Account.id).where(Account.login == login)).first() is not None:
        raise Conflict(
            f"登录名“{login}”已存在。请换一个。",
            f"The login “{login}” exists already. Choose another.",
            field="login",
            value=login,
        )
    account = Account(login=login, display_name=display_name.strip() or login, password_hash=_hasher().hash(password))
    session.add(account)
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="account.created",
        subject_kind="account",
        subject_key=login,
        after={"display_name": account.display_name},
    )
    for grant in grants:
        grant_role(session, actor=actor, login=login, grant=grant)
    return _read(session, account)


def grant_role(session: Session, *, actor: Actor, login: str, grant: Grant) -> AccountRead:
    """Give an account a role in a region; giving it twice changes nothing.

    An administrator gives only what lies inside the own region and directory.
    Raises NotAllowed, NotFound, InvalidInput.
    """
    _check_grant(session, grant)
    require(
        actor,
        Role.ADMINISTRATOR,
        region_code=grant.region_code,
        directory_code=grant.directory_code or EVERY_DIRECTORY,
    )
    account = session.exec(select(Account).where(Account.login == login)).first()
    if account is None:
        raise NotFound(f"没有账号“{login}”。", f"There is no account “{login}”.", field="login", value=login)
    if grant not in _grants(session, account.id):
        row = RoleGrant(
            account_id=account.id,
            role=grant.role,
            region_code=grant.region_code,
            directory_code=grant.directory_code,
        )
        session.add(row)
        session.flush()
        audit.record(
            session,
            actor=actor.label,
            action="account.granted",
            subject_kind="account",
            subject_key=login,
            after=row.model_dump(include={"role", "region_code", "directory_code"}),
        )
    return _read(session, account)


def check_password_rules(password: str, *, login: str) -> None:
    """Raise InvalidInput (field ``password``) unless the password may be used. Its text is never repeated."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise InvalidInput(
            f"密码长度应为 {PASSWORD_MIN} 至 {PASSWORD_MAX} 个字符。",
            f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters.",
            field="password",
        )
    if password.lower() == login or len(set(password)) < 4:
        raise InvalidInput(
            "密码太容易猜到：不能与登录名相同，至少用 4 种不同的字符。",
            "The password is too easy to guess: not the login itself, and at least 4 different characters.",
            field="password",
        )


def sign_in(engine: Engine, *, login: str, password: str, replaces: str = "") -> str | None:
    """Check a login and password; the new session's token, or None where they do not fit or the account is locked.

    The answer and the time it takes are the same for an unknown login, a wrong password and a locked account.
    ``replaces``: the token the browser held before; its session ends (no session fixation).
    """
    with reading(engine) as session:
        credentials = credentials_for(session, login=login)
    new_hash = password_matches(credentials, password)
    with transaction(engine) as session:
        if not record_attempt(session, credentials=credentials, new_hash=new_hash):
            return None
        if replaces:
            close_session(session, token=replaces)
        return open_session(session, account_id=credentials.account_id or 0)


def credentials_for(session: Session, *, login: str) -> Credentials:
    """What ``password_matches`` needs for this login, known or not."""
    nobody = _hash_of_nobody()
    account = session.exec(
        select(Account).where(Account.login == login.strip().lower(), col(Account.active).is_(True))
    ).first()
    if account is None:
        return Credentials(account_id=None, password_hash=nobody)
    return Credentials(account_id=account.id, password_hash=account.password_hash)


def password_matches(credentials: Credentials, password: str) -> str | None:
    """The hash to keep from now on (stronger if the parameters have grown), or None if the password is wrong.

    Always computes one hash, whoever asks. No database.
    """
    fits, better = _hasher().verify_and_update(password[:PASSWORD_MAX], credentials.password_hash)
    if not fits or credentials.account_id is None:
        return None
    return better or credentials.password_hash


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


def open_session(session: Session, *, account_id: int) -> str:
    """A new sign-in; returns its token, which is nowhere kept: only its SHA-256 is stored."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    # The only place that sees every sign-in also clears what has run out.
    session.execute(delete(LoginSession).where(col(LoginSession.expires_at) < now))
    session.add(
        LoginSession(
            token_sha256=_digest(token),
            account_id=account_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE_TIME,
        )
    )
    session.flush()
    return token


def recognise(engine: Engine, *, token: str) -> Actor:
    """Who holds this token; the public if nobody does or it has run out. Notes the visit once a minute."""
    if not token:
        return Actor.anonymous()
    with reading(engine) as session:
        found = _live_session(session, token)
        if found is None:
            return Actor.anonymous()
        actor = _actor(session, found.account_id)
    if clock.now() - found.last_seen_at >= TOUCH_EVERY:
        _touch(engine, found.id)
    return actor


def actor_for_token(session: Session, *, token: str) -> Actor:
    """Who holds this token; the public if nobody does, it was idle for 30 minutes or is 12 hours old."""
    found = _live_session(session, token)
    return Actor.anonymous() if found is None else _actor(session, found.account_id)


def close_session(session: Session, *, token: str) -> None:
    """Sign out this browser. Harmless twice."""
    session.execute(delete(LoginSession).where(col(LoginSession.token_sha256) == _digest(token)))


def close_all(session: Session, *, account_id: int) -> None:
    """Sign out everywhere (for instance after a lost device)."""
    session.execute(delete(LoginSession).where(col(LoginSession.account_id) == account_id))


def list_accounts(session: Session, *, actor: Actor) -> list[AccountRead]:
    """All accounts by login. Raises NotAllowed unless an administrator or auditor asks."""
    require(actor, {Role.ADMINISTRATOR, Role.AUDITOR})
    return [_read(session, account) for account in session.exec(select(Account).order_by(Account.login))]


def _check_grant(session: Session, grant: Grant) -> None:
    if not _REGION.fullmatch(grant.region_code):
        raise InvalidInput(
            f"地区代码“{grant.region_code}”应为 6 位数字，例如 440300；全部地区用 {EVERYWHERE}。",
            f"The region code “{grant.region_code}” must be 6 digits, such as 440300; {EVERYWHERE} is everywhere.",
            field="region",
            value=grant.region_code,
        )
    if grant.directory_code is not None and session.get(Directory, grant.directory_code) is None:
        raise InvalidInput(
            f"没有代码为“{grant.directory_code}”的名录。",
            f"There is no directory with the code “{grant.directory_code}”.",
            field="directory",
            value=grant.directory_code,
            choices=tuple(session.exec(select(Directory.code).order_by(Directory.code))),
        )


def _live_session(session: Session, token: str) -> LoginSession | None:
    now = clock.now()
    return session.exec(
        select(LoginSession).where(
            LoginSession.token_sha256 == _digest(token),
            col(LoginSession.expires_at) > now,
            col(LoginSession.last_seen_at) > now - IDLE_TIME,
        )
    ).first()


def _actor(session: Session, account_id: int) -> Actor:
    account = session.get(Account, account_id)
    if account is None or not account.active:
        return Actor.anonymous()
    return Actor(
        account.id,
        account.login,
        _grants(session, account.id),
        account.display_name,
        firms=_firms(session, account.id),
        parks=_parks(session, account.id),
    )


def _firms(session: Session, account_id: int) -> tuple[FirmRight, ...]:
    rows = session.exec(
        select(Membership)
        .where(Membership.account_id == account_id, col(Membership.ended_at).is_(None))
        .order_by(col(Membership.id))
    )
    return tuple(FirmRight(row.enterprise_id, row.role) for row in rows)


def _parks(session: Session, account_id: int) -> tuple[ParkRight, ...]:
    parks = session.exec(
        select(ParkMember.park_id).where(ParkMember.account_id == account_id, col(ParkMember.ended_at).is_(None))
    ).all()
    agreed: dict[int, set[int]] = {park: set() for park in parks}
    firms = select(ParkFirm.park_id, ParkFirm.enterprise_id).where(
        col(ParkFirm.park_id).in_(parks), col(ParkFirm.agreed_at).is_not(None), col(ParkFirm.ended_at).is_(None)
    )
    for park, enterprise in session.exec(firms) if parks else ():
        agreed[park].add(enterprise)
    return tuple(ParkRight(park, frozenset(firms)) for park, firms in agreed.items())


def _touch(engine: Engine, session_id: int) -> None:
    try:
        with transaction(engine) as session:
            session.execute(
                update(LoginSession).where(col(LoginSession.id) == session_id).values(last_seen_at=clock.now())
            )
    except StorageUnavailable:
        # A long import may hold the write lock; reading must go on. The next page view tries again.
        return


def _grants(session: Session, account_id: int) -> tuple[Grant, ...]:
    rows = session.exec(select(RoleGrant).where(RoleGrant.account_id == account_id).order_by(col(RoleGrant.id)))
    return tuple(Grant(row.role, row.region_code, row.directory_code) for row in rows)


def _read(session: Session, account: Account) -> AccountRead:
    return AccountRead(
        id=account.id,
        login=account.login,
        display_name=account.display_name,
        active=account.active,
        created_at=account.created_at,
        grants=_grants(session, account.id),
    )


def _locked(account: Account) -> bool:
    return account.locked_until is not None and account.locked_until > clock.now()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@functools.cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@functools.cache
def _hash_of_nobody() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))
