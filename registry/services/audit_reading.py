"""Reading the audit trail (操作记录): by subject, by who acted, by day; the latest first."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlmodel import Session, col, select

from registry.clock import PROVINCE_ZONE
from registry.models import AuditEvent
from registry.policies import Actor
from registry.schemas.base import ReadModel
from registry.schemas.paging import Page, check_limit
from registry.services.accounts.reading import logins_seen_by
from registry.services.keyset import Order

_ORDER = Order(((-col(AuditEvent.id), BigInteger(), int),))


class AuditEntry(ReadModel):
    """One event as it was recorded."""

    id: int
    at: datetime
    actor: str
    action: str
    subject_kind: str
    subject_key: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    hash: str


class AuditFilter(ReadModel):
    """What to look for; everything that is empty is not asked about. Days are local, both included."""

    subject: str = ""
    """The key of what was changed, or a kind of things with it: ``batch``, ``batch:17``."""
    person: str = ""
    action: str = ""
    """An action or its beginning: ``account.``"""
    first_day: date | None = None
    last_day: date | None = None


def find_events(
    session: Session, *, actor: Actor, asked: AuditFilter, cursor: str | None = None, limit: int = 50
) -> Page[AuditEntry]:
    """Events, the latest first. A city's administrator reads what the city's people did, auditors read everything.

    ``total`` is not counted (-1): the trail is long and only ever read from its end. Raises NotAllowed, InvalidInput
    (cursor, limit).
    """
    seen = logins_seen_by(session, actor)
    limit, scope = check_limit(limit), f"audit:{asked.model_dump_json()}"
    query = select(AuditEvent).where(*_conditions(asked)).order_by(*_ORDER.columns).limit(limit + 1)
    if seen is not None:
        query = query.where(col(AuditEvent.actor).in_(sorted(seen)))
    if cursor:
        query = query.where(_ORDER.after(cursor, scope))
    rows = session.exec(query).all()
    shown = rows[:limit]
    more = _ORDER.cursor(scope, (-shown[-1].id,)) if len(rows) > limit else None
    fields = set(AuditEntry.model_fields)
    return Page(items=tuple(AuditEntry(**row.model_dump(include=fields)) for row in shown), total=-1, next_cursor=more)


def _conditions(asked: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    kind, colon, key = asked.subject.strip().partition(":")
    if colon:
        found += [col(AuditEvent.subject_kind) == kind, col(AuditEvent.subject_key) == key]
    elif kind:
        found.append((col(AuditEvent.subject_key) == kind) | (col(AuditEvent.subject_kind) == kind))
    if asked.person.strip():
        found.append(col(AuditEvent.actor) == asked.person.strip())
    if asked.action.strip():
        found.append(col(AuditEvent.action).startswith(asked.action.strip(), autoescape=True))
    if asked.first_day is not None:
        found.append(col(AuditEvent.at) >= _begins(asked.first_day))
    if asked.last_day is not None:
        found.append(col(AuditEvent.at) < _begins(asked.last_day + timedelta(days=1)))
    return found


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, PROVINCE_ZONE)
