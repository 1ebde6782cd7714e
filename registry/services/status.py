"""How the registry is doing: how old its lists are, how far the index is behind, what background work waits."""

from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.models import IndexOutbox, Job
from registry.schemas.directories import BatchSummary, DirectorySummary
from registry.schemas.status import IndexState, JobCounts, ListAge, Status
from registry.search.engine import EngineUnavailable, SearchEngine
from registry.services.counting import counted_batches
from registry.services.directories import summarise
from registry.services.drift import last_drift
from registry.vocabulary import BatchState, JobState


def status(session: Session, search: SearchEngine) -> Status:
    """All of it at this moment, without anything that concerns persons."""
    day = clock.today()
    batches = counted_batches(session, as_of=day)
    newest: dict[str, BatchSummary] = {}
    for counted in batches:
        batch = counted.summary
        if batch.state is BatchState.FINAL and batch.announced_on is not None and batch.announced_on <= day:
            known = newest.get(batch.directory_code)
            if known is None or known.announced_on is None or known.announced_on < batch.announced_on:
                newest[batch.directory_code] = batch
    return Status(
        at=clock.now(),
        as_of=day,
        lists=[_age(row, newest.get(row.code), day) for row in summarise(session, batches, as_of=day)],
        index=index_state(session, search),
        drift=last_drift(session),
        jobs=_jobs(session),
    )


def index_state(session: Session, search: SearchEngine) -> IndexState:
    """What the index holds and what waits for it."""
    waiting, oldest = session.execute(select(func.count(), func.min(col(IndexOutbox.queued_at)))).one()
    try:
        reader = search.reader()
        enterprises, day = reader.count, reader.day
    except EngineUnavailable:
        enterprises, day = None, None
    lag = max(0.0, (clock.now() - oldest).total_seconds()) if oldest is not None else 0.0
    return IndexState(enterprises=enterprises, day=day, waiting=waiting, oldest=oldest, lag_seconds=round(lag, 1))


def _jobs(session: Session) -> JobCounts:
    states = session.execute(select(col(Job.state), func.count()).group_by(col(Job.state)))
    counted = {state: number for state, number in states}
    return JobCounts(
        queued=counted.get(JobState.QUEUED, 0),
        running=counted.get(JobState.RUNNING, 0),
        failed=counted.get(JobState.FAILED, 0),
    )


def _age(row: DirectorySummary, batch: BatchSummary | None, day: date) -> ListAge:
    return ListAge(
        code=row.code,
        short=row.short,
        level=row.level,
        kind=row.kind,
        held=row.held,
        batch_id=batch.id if batch else None,
        label=batch.label if batch else None,
        announced_on=batch.announced_on if batch else None,
        days=(day - batch.announced_on).days if batch and batch.announced_on else None,
    )
