"""Who has a matter open: a sign of life every quarter of a minute, forgotten as present after half a minute."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from registry import clock
from registry.models import Account, AuditEvent, Presence, RoleGrant
from registry.policies import OFFICIALS, Actor, require
from registry.schemas.reviewing import Watcher
from registry.services.places import place
from registry.vocabulary import WorkKind

HERE = timedelta(seconds=40)
"""Two signs of life may be missed by a little; then somebody is gone."""
REMEMBERED = timedelta(hours=12)
SUBJECTS = {WorkKind.SUBMISSION: "submission", WorkKind.CASE: "cultivation_case"}
"""What the audit trail calls a matter of each kind."""


def note_presence(session: Session, *, kind: WorkKind, subject_id: int, actor: Actor) -> None:
    """This official has the matter open now. Whoever has no account (the command line) leaves no trace.

    Raises NotAuthenticated, NotAllowed.
    """
    require(actor, OFFICIALS)
    if actor.account_id is None:
        return
    now = clock.now()
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    # One statement, so that two pages of one person need not wait for or fail each other.
    first: Any = dialect.insert(Presence).values(
        kind=kind, subject_id=subject_id, account_id=actor.account_id, since=now, seen_at=now
    )
    away = col(Presence.seen_at) < now - HERE
    again = {"since": case((away, first.excluded.since), else_=col(Presence.since)), "seen_at": first.excluded.seen_at}
    session.execute(first.on_conflict_do_update(index_elements=["kind", "subject_id", "account_id"], set_=again))


_PLACE = (
    select(col(RoleGrant.region_code))
    .where(col(RoleGrant.account_id) == col(Account.id))
    .order_by(col(RoleGrant.id))
    .limit(1)
    .correlate(Account)
    .scalar_subquery()
)
# Put together once: it is asked all the time.
_OTHERS = (
    select(col(Presence.seen_at), col(Account.login), col(Account.display_name), _PLACE)
    .join(Account, col(Account.id) == col(Presence.account_id))
    .where(
        col(Presence.kind) == bindparam("kind"),
        col(Presence.subject_id) == bindparam("subject"),
        col(Presence.account_id) != bindparam("self"),
        col(Presence.seen_at) > bindparam("since"),
    )
    .order_by(col(Presence.seen_at).desc(), col(Presence.id))
)


def watchers_of(
    session: Session, *, kind: WorkKind, subject_id: int, actor: Actor, since: datetime | None = None
) -> tuple[Watcher, ...]:
    """Others who have the matter open, or had it open today; whoever is there now comes first.

    ``since``: whoever decided something after this is said to have; half a day if it is not known.
    Only officials are told. Raises NotAuthenticated, NotAllowed.
    """
    require(actor, OFFICIALS)
    now = clock.now()
    asked = {"kind": kind, "subject": subject_id, "self": actor.account_id or 0, "since": now - REMEMBERED}
    rows = session.execute(_OTHERS, asked).all()
    busy = _who_acted(session, kind, subject_id, since or now - REMEMBERED) if rows else set()
    return tuple(
        Watcher(name=name, place=place(code), seen_at=seen_at, here=now - seen_at <= HERE, changed=login in busy)
        for seen_at, login, name, code in rows
    )


def _who_acted(session: Session, kind: WorkKind, subject_id: int, since: datetime) -> set[str]:
    return set(
        session.scalars(
            select(col(AuditEvent.actor)).where(
                col(AuditEvent.subject_kind) == SUBJECTS.get(kind, kind.value),
                col(AuditEvent.subject_key) == str(subject_id),
                col(AuditEvent.at) >= since,
            )
        )
    )
