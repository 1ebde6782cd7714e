"""Tell the search index what changed, in the same transaction as the change."""

from collections.abc import Iterable

from sqlalchemy import insert
from sqlmodel import Session

from registry import clock
from registry.models import IndexOutbox

REBUILD_ABOVE = 20_000
"""Beyond this many enterprises in one act a rebuild beside is cheaper than naming each."""


def enterprises_changed(session: Session, enterprise_ids: Iterable[int]) -> None:
    """Queue the enterprises for indexing; a very large set becomes one rebuild."""
    at, ids = clock.now(), set[int]()
    for number in enterprise_ids:
        ids.add(number)
        if len(ids) > REBUILD_ABOVE:
            session.execute(insert(IndexOutbox), [{"kind": "everything", "subject_id": None, "queued_at": at}])
            return
    if ids:
        each = [{"kind": "enterprise", "subject_id": number, "queued_at": at} for number in sorted(ids)]
        session.execute(insert(IndexOutbox), each)
