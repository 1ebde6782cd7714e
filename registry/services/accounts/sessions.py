"""Sign-in sessions: opening, recognising, showing and ending them. A session that waits for a code opens nothing."""

import secrets
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from registry import clock
from registry.db import reading, transaction
from registry.errors import NotAuthenticated, NotFound, StorageUnavailable
from registry.models import Account, LoginSession, RoleGrant
from registry.policies import Actor, Grant
from registry.schemas.accounts import SessionRead
from registry.services.accounts.passwords import digest
from registry.services.accounts.rights import rights_of

IDLE_TIME = timedelta(minutes=30)
ABSOLUTE_TIME = timedelta(hours=12)
CODE_TIME = timedelta(minutes=10)
"""How long a right password waits for the second factor."""
TOUCH_EVERY = timedelta(minutes=1)
"""``last_seen_at`` is written this often at most: a page view is no reason to take the write lock."""
NETWORK_MAX, AGENT_MAX = 60, 200


def open_session(
    session: Session, *, account_id: int, network: str = "", agent: str = "", awaits_code: bool = False
) -> str:
    """A new sign-in; returns its token, which is nowhere kept: only its SHA-256 is stored."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    # The only place that sees every sign-in also clears what has run out.
    session.execute(delete(LoginSession).where(col(LoginSession.expires_at) < now))
    session.add(
        LoginSession(
            token_sha256=digest(token),
            account_id=account_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + (CODE_TIME if awaits_code else ABSOLUTE_TIME),
            awaits_code=awaits_code,
            network=network[:NETWORK_MAX],
            agent=agent[:AGENT_MAX],
        )
    )
    session.flush()
    return token


def _nothing(_session: Session, _actor: Actor) -> None:
    """Nothing besides."""


def recognise(
    engine: Engine,
    *,
    token: str,
    second_factor_needed: bool = False,
    then: Callable[[Session, Actor], None] = _nothing,
) -> Actor:
    """Who holds this token; the public if nobody does or it has run out. Notes the visit once a minute.

    ``second_factor_needed``: an official without one is recognised but has no rights yet (``Actor.withheld``).
    ``then`` reads what else is to be known about whoever is there, over the same connection. Every request of
    somebody signed in comes by here: two statements.
    """
    if not token:
        return Actor.anonymous()
    with reading(engine) as session:
        found = session.execute(_live(token).add_columns(Account).join(Account, _HOLDER)).first()
        if found is None:
            return Actor.anonymous()
        seen, account = found
        actor = _acting(session, account, second_factor_needed=second_factor_needed)
        then(session, actor)
    if clock.now() - seen.last_seen_at >= TOUCH_EVERY:
        _touch(engine, seen.id)
    return actor


def actor_for_token(session: Session, *, token: str) -> Actor:
    """Who holds this token; the public if nobody does, it was idle for 30 minutes or is 12 hours old."""
    found = live_session(session, token)
    return Actor.anonymous() if found is None else actor_of(session, found.account_id)


def close_session(session: Session, *, token: str) -> None:
    """Sign out this browser. Harmless twice."""
    session.execute(delete(LoginSession).where(col(LoginSession.token_sha256) == digest(token)))


def close_all(session: Session, *, account_id: int, keep: str = "") -> None:
    """Sign out everywhere (for instance after a lost device), but for the session of the token ``keep``."""
    mine = delete(LoginSession).where(col(LoginSession.account_id) == account_id)
    session.execute(mine.where(col(LoginSession.token_sha256) != digest(keep)) if keep else mine)


def list_sessions(session: Session, *, actor: Actor, token: str) -> list[SessionRead]:
    """Where this person is signed in, the latest seen first; ``token`` says which one is this browser."""
    now = clock.now()
    rows = session.exec(
        select(LoginSession)
        .where(
            LoginSession.account_id == own_account(actor),
            col(LoginSession.awaits_code).is_(False),
            col(LoginSession.expires_at) > now,
            col(LoginSession.last_seen_at) > now - IDLE_TIME,
        )
        .order_by(col(LoginSession.last_seen_at).desc(), col(LoginSession.id).desc())
    )
    return [
        SessionRead(
            id=row.id,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            network=row.network,
            agent=row.agent,
            current=row.token_sha256 == digest(token),
        )
        for row in rows
    ]


def end_session(session: Session, *, actor: Actor, session_id: int) -> None:
    """End one of the own sessions. Raises NotFound also for somebody else's: it does not exist for this person."""
    row = session.get(LoginSession, session_id)
    if row is None or row.account_id != own_account(actor):
        raise NotFound(
            "没有这次登录，可能已经退出。",
            "There is no such sign-in; it may have ended.",
            field="session",
            value=session_id,
        )
    session.delete(row)
    session.flush()


def own_account(actor: Actor) -> int:
    """The number of the account that acts. Raises NotAuthenticated where nobody signed in."""
    if actor.account_id is None:
        raise NotAuthenticated("请先登录。", "Sign in first.")
    return actor.account_id


def live_session(session: Session, token: str, *, awaits_code: bool = False) -> LoginSession | None:
    """The session of this token, unless it has run out."""
    return session.exec(_live(token, awaits_code=awaits_code)).first()


def actor_of(session: Session, account_id: int, *, second_factor_needed: bool = False) -> Actor:
    """An account as somebody who acts; the public if it was switched off."""
    account = session.get(Account, account_id)
    if account is None:
        return Actor.anonymous()
    return _acting(session, account, second_factor_needed=second_factor_needed)


def grants_of(session: Session, account_id: int) -> tuple[Grant, ...]:
    """The rights of an account, in the order they were given."""
    rows = session.exec(select(RoleGrant).where(RoleGrant.account_id == account_id).order_by(col(RoleGrant.id)))
    return tuple(Grant(row.role, row.region_code, row.directory_code) for row in rows)


_HOLDER = col(Account.id) == col(LoginSession.account_id)


def _live(token: str, *, awaits_code: bool = False) -> SelectOfScalar[LoginSession]:
    now = clock.now()
    return select(LoginSession).where(
        LoginSession.token_sha256 == digest(token),
        LoginSession.awaits_code == awaits_code,
        col(LoginSession.expires_at) > now,
        col(LoginSession.last_seen_at) > now - IDLE_TIME,
    )


def _acting(session: Session, account: Account, *, second_factor_needed: bool = False) -> Actor:
    if not account.active:
        return Actor.anonymous()
    rights, has_second_factor = rights_of(session, account.id), account.totp_since is not None
    withheld = second_factor_needed and bool(rights.grants) and not has_second_factor
    return Actor(
        account.id,
        account.login,
        () if withheld else rights.grants,
        account.display_name,
        firms=rights.firms,
        parks=rights.parks,
        second_factor=has_second_factor,
        withheld=withheld,
    )


def _touch(engine: Engine, session_id: int) -> None:
    try:
        with transaction(engine) as session:
            session.execute(
                update(LoginSession).where(col(LoginSession.id) == session_id).values(last_seen_at=clock.now())
            )
    except StorageUnavailable:
        # A long import may hold the write lock; reading must go on. The next page view tries again.
        return
