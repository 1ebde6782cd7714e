"""How often something may be tried in a while: counted in the database, so it holds over any number of processes.

A sliding window: what the window before counted still weighs in, by how much of it is still looked back at.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from registry import clock
from registry.errors import TooMany
from registry.models import Attempt
from registry.services.accounts.passwords import digest

KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts in a window."""

    kind: str
    count: int
    window: timedelta


SIGN_IN_NETWORK = Limit("sign-in.network", 100, timedelta(minutes=15))
SIGN_IN_LOGIN = Limit("sign-in.login", 20, timedelta(minutes=15))
CODE_ACCOUNT = Limit("code.account", 10, timedelta(minutes=15))
PASSWORD_ACCOUNT = Limit("password.account", 10, timedelta(minutes=15))
MAIL_ADDRESS = Limit("mail.address", 3, timedelta(hours=1))
MAIL_NETWORK = Limit("mail.network", 20, timedelta(hours=1))
CLAIM_ACCOUNT = Limit("claim.account", 10, timedelta(minutes=15))
CLAIM_FIRM = Limit("claim.firm", 20, timedelta(hours=1))
"""Codes for one firm, whoever types them: several accounts guess no faster than one."""
RECEIPT_NETWORK = Limit("receipt.network", 60, timedelta(minutes=15))
LINK_NETWORK = Limit("link.network", 60, timedelta(minutes=15))


def take(session: Session, limit: Limit, subject: str) -> None:
    """Count one attempt. Raises TooMany if that were more than allowed; it is then not counted.

    Two at once cannot both take the last one: the row stays locked until the caller's transaction ends.
    """
    now = clock.now()
    start = _window_start(now, limit)
    kept = digest(subject)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    first = dialect.insert(Attempt).values(kind=limit.kind, subject_sha256=kept, window_start=start, count=1)
    counted = first.on_conflict_do_update(
        index_elements=["kind", "subject_sha256", "window_start"], set_={"count": col(Attempt.count) + 1}
    )
    present = session.execute(counted.returning(col(Attempt.count))).scalar_one()
    before = _counted(session, limit, kept, start - limit.window)
    weight = 1 - (now - start) / limit.window
    if present + before * weight > limit.count:
        # Whoever calls rolls back; should they not, this attempt is taken out by hand.
        give_back(session, limit, subject)
        raise _refused(limit)
    if present == 1:
        session.execute(delete(Attempt).where(col(Attempt.window_start) < now - KEPT))


def give_back(session: Session, limit: Limit, subject: str) -> None:
    """The attempt was a good one: it does not count."""
    mine = update(Attempt).where(
        col(Attempt.kind) == limit.kind,
        col(Attempt.subject_sha256) == digest(subject),
        col(Attempt.window_start) == _window_start(clock.now(), limit),
        col(Attempt.count) > 0,
    )
    session.execute(mine.values(count=col(Attempt.count) - 1), execution_options={"synchronize_session": False})


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address, or the 64 bits an IPv6 customer is given.

    >>> network_of("203.0.113.9"), network_of("2001:db8:1:2:3:4:5:6"), network_of("somewhere")
    ('203.0.113.9', '2001:db8:1:2::/64', 'somewhere')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _counted(session: Session, limit: Limit, kept: str, start: datetime) -> int:
    row = select(Attempt.count).where(
        Attempt.kind == limit.kind, Attempt.subject_sha256 == kept, Attempt.window_start == start
    )
    return session.exec(row).first() or 0


def _window_start(now: datetime, limit: Limit) -> datetime:
    seconds = int(limit.window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def _refused(limit: Limit) -> TooMany:
    minutes = int(limit.window.total_seconds()) // 60
    return TooMany(f"尝试次数过多。请 {minutes} 分钟后再试。", f"Too many attempts. Try again in {minutes} minutes.")
