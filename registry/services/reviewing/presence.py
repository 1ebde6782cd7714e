"""Who has a matter open: a sign of life every quarter of a minute, forgotten as present after half a minute."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Text
from registry.models import Account, AuditEvent, Presence, RoleGrant, SubmissionRevision
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
    found = session.scalars(
        select(Presence).where(
            col(Presence.kind) == kind,
            col(Presence.subject_id) == subject_id,
            col(Presence.account_id) == actor.account_id,
        )
    ).first()
    now = clock.now()
    if found is None:
        session.add(Presence(kind=kind, subject_id=subject_id, account_id=actor.account_id, since=now, seen_at=now))
    else:
        if now - found.seen_at > HERE:
            found.since = now
        found.seen_at = now
    session.flush()


def watchers_of(
    session: Session, *, kind: WorkKind, subject_id: int, actor: Actor, since_revision: SubmissionRevision | None = None
) -> tuple[Watcher, ...]:
    """Others who have the matter open, or had it open today; whoever is there now comes first.

    Only officials are told. Raises NotAuthenticated, NotAllowed.
    """
    require(actor, OFFICIALS)
    now = clock.now()
    rows = session.execute(
        select(Presence, Account)
        .join(Account, col(Account.id) == col(Presence.account_id))
        .where(
            col(Presence.kind) == kind,
            col(Presence.subject_id) == subject_id,
            col(Presence.account_id) != (actor.account_id or 0),
            col(Presence.seen_at) > now - REMEMBERED,
        )
        .order_by(col(Presence.seen_at).desc(), col(Presence.id))
    ).all()
    since = since_revision.sent_at if since_revision is not None else now - REMEMBERED
    busy = _who_acted(session, kind, subject_id, since) if rows else set()
    return tuple(
        Watcher(
            name=account.display_name,
            place=_place_of(session, account.id),
            seen_at=seen.seen_at,
            here=now - seen.seen_at <= HERE,
            changed=account.login in busy,
        )
        for seen, account in rows
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


def _place_of(session: Session, account_id: int) -> Text | None:
    grants = select(col(RoleGrant.region_code)).where(col(RoleGrant.account_id) == account_id)
    return place(session.scalars(grants.order_by(col(RoleGrant.id)).limit(1)).first())
