"""Drift between database and index: the night compares and repairs, and what it found stays on record with its job."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry.errors import Conflict
from registry.models import Job
from registry.schemas.status import IndexDrift
from registry.search.engine import EngineAway, EngineUnavailable, SearchEngine, WriterBusy
from registry.services.index_check import check
from registry.vocabulary import JobState

DRIFT_JOB = "drift"

log = structlog.get_logger()


def check_nightly(database: Engine, search: SearchEngine, progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Compare every entry with the database and write anew what differs; what is kept as the job’s result.

    Without an index there is nothing to compare: the worker builds one anyway. Raises EngineAway while the search
    server is away, WriterBusy while another process keeps writing the index.
    """
    try:
        found = check(database, search, repair=True, counted=lambda number: progress(number, number + 1))
    except EngineAway:
        raise
    except Conflict as busy:
        # Not a fault of this job: it is put back until the index is free.
        raise WriterBusy(busy.text.en) from busy
    except EngineUnavailable as unusable:
        return {"compared": 0, "reason": str(unusable)}
    progress(found.compared, found.compared)
    if found.total:
        log.warning("index_drift", **found.counts, examples=found.examples)
    return {"compared": found.compared, **found.counts, "examples": found.examples}


def last_drift(session: Session) -> IndexDrift | None:
    """What the latest comparison that came to its end found; None before the first."""
    query = select(Job).where(col(Job.kind) == DRIFT_JOB, col(Job.state) == JobState.DONE)
    job = session.scalars(query.order_by(col(Job.finished_at).desc(), col(Job.id).desc()).limit(1)).first()
    if job is None:
        return None
    found, ended = job.result or {}, job.finished_at
    at: datetime = ended if ended is not None else job.queued_at
    counts = {name: int(found.get(name, 0)) for name in ("missing", "extra", "different")}
    return IndexDrift(at=at, compared=int(found.get("compared", 0)), **counts)
