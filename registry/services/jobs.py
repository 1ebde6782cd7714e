"""Long work outside the request: queued, claimed by one worker, with progress, surviving a restart, cancellable."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry import clock
from registry.db import transaction
from registry.errors import InvalidTransition, NotFound, StorageUnavailable
from registry.models import Job
from registry.vocabulary import JobState

LEASE = timedelta(seconds=60)
"""How long a claimed job is left alone without a sign of life."""
RETRY = timedelta(seconds=2)
HEARTBEAT_SECONDS = 15.0
ATTEMPTS_MAX = 4
FIRST_WAIT, WAIT_GROWTH = timedelta(seconds=15), 4
"""A fault may pass by itself: tried again after 15 seconds, one minute, four minutes; then the job is set aside."""
OPEN = (JobState.QUEUED, JobState.RUNNING)


class JobCancelled(Exception):
    """The job was cancelled while it ran; its work so far is given up."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job this worker may run."""

    id: int
    kind: str
    key: str
    payload: dict[str, Any]
    actor: str
    attempts: int = 1
    """How often it has been begun, this time included."""


def queue_job(session: Session, *, kind: str, key: str, payload: dict[str, Any], actor: str) -> Job:
    """Queue work. If the same work (kind and key) is waiting already, that job is returned instead."""
    waiting = select(Job).where(col(Job.kind) == kind, col(Job.key) == key, col(Job.state) == JobState.QUEUED)
    found = session.scalars(waiting.limit(1)).first()
    if found is not None:
        return found
    job = Job(kind=kind, key=key, payload=payload, state=JobState.QUEUED, actor=actor)
    session.add(job)
    session.flush()
    return job


def cancel_job(session: Session, *, job_id: int) -> Job:
    """Cancel waiting or running work. Running work stops at its next step.

    Raises NotFound, InvalidTransition if it has ended.
    """
    job = session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise NotFound(f"没有编号为 {job_id} 的后台任务。", f"There is no job {job_id}.", field="job_id", value=job_id)
    if job.state not in OPEN:
        raise InvalidTransition(
            f"任务已经{job.state.label.zh}，不能取消。", f"The job is {job.state.label.en.lower()}."
        )
    job.state, job.finished_at, job.locked_until = JobState.CANCELLED, clock.now(), None
    session.flush()
    return job


def claim_job(database: Engine, *, kinds: list[str], worker: str) -> Claim | None:
    """Take the oldest job that is due, or one whose worker has died; None if there is none.

    A job whose worker died each time it was tried is set aside.
    """
    now = clock.now()
    due = or_(
        and_(col(Job.state) == JobState.QUEUED, col(Job.run_at) <= now),
        and_(col(Job.state) == JobState.RUNNING, col(Job.locked_until) < now),
    )
    query = select(Job).where(due, col(Job.kind).in_(kinds)).order_by(col(Job.run_at), col(Job.id)).limit(1)
    with transaction(database) as session:
        job = session.scalars(query.with_for_update(skip_locked=True)).first()
        if job is None:
            return None
        if job.attempts >= ATTEMPTS_MAX:
            job.state, job.finished_at = JobState.FAILED, now
            job.error = job.error or "后台进程多次中断，任务已放弃。"
            return None
        job.state, job.attempts, job.locked_by, job.locked_until = (
            JobState.RUNNING,
            job.attempts + 1,
            worker,
            now + LEASE,
        )
        return Claim(job.id, job.kind, job.key, dict(job.payload), job.actor, job.attempts)


def finish_job(
    database: Engine, claim: Claim, *, worker: str, result: dict[str, Any] | None = None, error: str | None = None
) -> None:
    """Record the end, unless the job was cancelled or taken over meanwhile."""
    state = JobState.DONE if error is None else JobState.FAILED
    values = {"state": state, "result": result, "error": error, "finished_at": clock.now(), "locked_until": None}
    with transaction(database) as session:
        session.execute(_own(claim, worker).values(**values))


def try_again(database: Engine, claim: Claim, *, worker: str, error: str) -> bool:
    """After a fault: put the job back for a later attempt, each after a longer wait; False once it is set aside."""
    if claim.attempts >= ATTEMPTS_MAX:
        finish_job(database, claim, worker=worker, error=error)
        return False
    wait = FIRST_WAIT * WAIT_GROWTH ** (claim.attempts - 1)
    again = _own(claim, worker).values(
        state=JobState.QUEUED, locked_by=None, locked_until=None, error=error, run_at=clock.now() + wait
    )
    with transaction(database) as session:
        session.execute(again)
    return True


def return_job(database: Engine, claim: Claim, *, worker: str) -> None:
    """Put a job back that could not go on now (a shutdown, a busy index); the attempt does not count."""
    again = _own(claim, worker).values(
        state=JobState.QUEUED,
        locked_by=None,
        locked_until=None,
        attempts=col(Job.attempts) - 1,
        run_at=clock.now() + RETRY,
    )
    with transaction(database) as session:
        session.execute(again)


def tell_progress(database: Engine, claim: Claim, *, worker: str, done: int, total: int) -> None:
    """Write how far the job is and renew its lease. Raises JobCancelled if it is no longer this worker’s."""
    values = {"done": done, "total": total, "locked_until": clock.now() + LEASE}
    with transaction(database) as session:
        mine = session.execute(_own(claim, worker).values(**values)).rowcount  # type: ignore[attr-defined]
    if not mine:
        raise JobCancelled(claim.kind)


@contextmanager
def kept_alive(database: Engine, claim: Claim, *, worker: str) -> Iterator[None]:
    """Renew the lease from a thread of its own while the work is silent."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT_SECONDS):
            try:
                with transaction(database) as session:
                    session.execute(_own(claim, worker).values(locked_until=clock.now() + LEASE))
            except StorageUnavailable:
                continue  # the lease lasts four beats; the next one will do

    thread = threading.Thread(target=beat, name=f"job-{claim.id}-lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def worker_name() -> str:
    """Who holds a job: machine, process and thread."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{threading.get_ident() % 100_000}"


def _own(claim: Claim, worker: str) -> Any:
    return update(Job).where(col(Job.id) == claim.id, col(Job.state) == JobState.RUNNING, col(Job.locked_by) == worker)
