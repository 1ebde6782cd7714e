"""Sending the feed on: in order, at least once, no event left out; who does not answer is tried less and less often."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPException

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading, transaction
from registry.errors import RegistryError
from registry.feed_words import EventType
from registry.models import Webhook
from registry.schemas.feed import EventPage
from registry.services import audit
from registry.services.feed.reading import events_after, latest_number
from registry.services.webhooks.addresses import Network, parse_url
from registry.services.webhooks.posting import post
from registry.services.webhooks.signing import signature

EVENTS_MAX = 100
LEASE = timedelta(minutes=1)
"""A message somebody is sending is left alone so long; it takes a fraction of it at most."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
TRIES = 20
"""Doubled after every failure: stopped after about three days."""
GONE = 410
"""What a receiver answers that wants no more."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Message:
    webhook: int
    url: str
    secret: str
    after: int
    next_after: int
    body: bytes


def deliver_next(engine: Engine, *, allowed: Sequence[Network] = ()) -> bool:
    """Send the next message that is due, or pass over events nobody wants; False if there is nothing to do."""
    with reading(engine) as session:  # the one writer of SQLite is not asked for in vain
        if _due(session) is None:
            return False
    with transaction(engine) as session:
        row = _due(session, lock=True)
        if row is None:
            return False
        page = _page(session, row)
        if not page.items:
            row.after = page.next_after
            return True
        row.due_at = clock.now() + LEASE
        message = _Message(row.id, row.url, row.secret, row.after, page.next_after, _body(row.id, page))
    status, said = _send(message, allowed)
    with transaction(engine) as session:
        _record(session, message, status, said)
    return True


def send_test(row: Webhook, *, allowed: Sequence[Network] = ()) -> tuple[bool, str]:
    """Send a message without events, and what came of it."""
    page = EventPage(items=[], next_after=row.after, latest=row.after)
    status, said = _send(_Message(row.id, row.url, row.secret, row.after, row.after, _body(row.id, page)), allowed)
    return _arrived(status), said


def _due(session: Session, *, lock: bool = False) -> Webhook | None:
    latest = latest_number(session)
    query = select(Webhook).where(col(Webhook.due_at) <= clock.now(), col(Webhook.after) < latest)
    query = query.order_by(col(Webhook.due_at), col(Webhook.id)).limit(1)
    return session.exec(query.with_for_update(skip_locked=True) if lock else query).first()


def _page(session: Session, row: Webhook) -> EventPage:
    types = [EventType.of(word) for word in row.types]
    return events_after(session, after=row.after, types=types, directory=row.directory_code, limit=EVENTS_MAX)


def _body(webhook: int, page: EventPage) -> bytes:
    return json.dumps({"webhook": webhook, **page.model_dump(mode="json")}, ensure_ascii=False).encode()


def _send(message: _Message, allowed: Sequence[Network]) -> tuple[int | None, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "enterprise-registry-webhook/1",
        # The same for a message that is sent again: receivers tell repetitions by it.
        "X-Registry-Delivery": f"{message.webhook}-{message.after}",
        "X-Registry-Signature": signature(message.secret, message.body, moment=int(clock.now().timestamp())),
    }
    try:
        status = post(parse_url(message.url), message.body, headers, allowed=allowed)
    except (OSError, HTTPException, RegistryError) as error:
        return None, f"{type(error).__name__}: {error}"[:200]
    return status, f"HTTP {status}"


def _record(session: Session, message: _Message, status: int | None, said: str) -> None:
    row = session.get(Webhook, message.webhook, with_for_update=True)
    if row is None or row.due_at is None or row.after != message.after:
        return  # stopped, or delivered by another worker, while this was on its way
    now = clock.now()
    row.last_at, row.last_said = now, said
    if _arrived(status):
        row.after, row.due_at, row.failures = message.next_after, now, 0
        return
    row.failures += 1
    log.warning("webhook_not_delivered", webhook=row.id, failures=row.failures, said=said)
    if status == GONE or row.failures >= TRIES:
        row.due_at = None
        note = {"reason": said, "failures": row.failures}
        audit.record(
            session,
            actor="system",
            action="webhook.given_up",
            subject_kind="webhook",
            subject_key=str(row.id),
            after=note,
        )
    else:
        row.due_at = now + min(FIRST_PAUSE * 2 ** (row.failures - 1), LONGEST_PAUSE)


def _arrived(status: int | None) -> bool:
    return status is not None and 200 <= status < 300
