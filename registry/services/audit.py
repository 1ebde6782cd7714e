"""The audit chain: every act on official data, each event bound to the one before by its hash."""

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading
from registry.models import AuditEvent, AuditHead

GENESIS = "0" * 64
HEAD = 1
"""The one row of ``AuditHead``."""
_CHAIN_LOCK = 7_203_615_001
"""Advisory lock on PostgreSQL: two acts at once must not both follow the same event."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain no longer holds: at an event, or (``end``) behind the last one, if ``missing`` were cut off."""

    event_id: int
    reason: str
    missing: int = 0


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject_kind: str,
    subject_key: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append one event in the caller's transaction. ``before`` and ``after`` hold only what changed."""
    take_turn(session)
    last = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(1)).first()
    event = AuditEvent(
        at=clock.now(),
        actor=actor,
        action=action,
        subject_kind=subject_kind,
        subject_key=subject_key,
        before=before,
        after=after,
        reason=reason,
        previous_hash=last.hash if last else GENESIS,
        hash="",
    )
    event.hash = digest(event)
    session.add(event)
    session.flush()
    _move_head(session, event.hash)
    return event


def take_turn(session: Session) -> None:
    """Wait until no other transaction appends to what is numbered without gaps, and keep others waiting until the end.

    SQLite has one writer anyway. PostgreSQL makes a commit visible before it lets go of the lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})


def digest(event: AuditEvent) -> str:
    """SHA-256 over everything the event says and the hash before it."""
    said = {
        "at": _instant(event.at),
        "actor": event.actor,
        "action": event.action,
        "subject_kind": event.subject_kind,
        "subject_key": event.subject_key,
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
        "previous_hash": event.previous_hash,
    }
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def verify_chain(session: Session) -> tuple[int, Break | None]:
    """How many events were read, and the first at which the chain breaks, if it does."""
    previous, count, last = GENESIS, 0, 0
    in_order = select(AuditEvent).order_by(col(AuditEvent.id)).execution_options(yield_per=1000)
    with closing(session.exec(in_order)) as events:  # leaving early must not leave a server cursor open
        for event in events:
            count += 1
            if event.previous_hash != previous:
                return count, Break(event.id, "previous")
            if event.hash != digest(event):
                return count, Break(event.id, "content")
            previous, last = event.hash, event.id
    head = session.get(AuditHead, HEAD, populate_existing=True)
    if head is not None and (head.events, head.hash) != (count, previous):
        return count, Break(last, "end", max(0, head.events - count))
    return count, None


def trail_end(session: Session) -> tuple[int, str]:
    """How many events there are and the hash of the last: noted elsewhere, it proves the trail up to here."""
    head = session.get(AuditHead, HEAD, populate_existing=True)
    return (0, GENESIS) if head is None else (head.events, head.hash)


def events_so_far(engine: Engine) -> int:
    """How many events there are, in a transaction of its own: 0 before the first."""
    with reading(engine) as session:
        return session.scalar(_EVENTS) or 0


_EVENTS = select(AuditHead.events).where(col(AuditHead.id) == HEAD)


def _move_head(session: Session, last: str) -> None:
    moved = update(AuditHead).where(col(AuditHead.id) == HEAD).values(events=col(AuditHead.events) + 1, hash=last)
    done = session.execute(moved, execution_options={"synchronize_session": False})
    if not done.rowcount:  # type: ignore[attr-defined] # an update has one
        session.add(AuditHead(id=HEAD, events=1, hash=last))
        session.flush()


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
