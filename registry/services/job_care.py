"""Work that was set aside: looked at, tried again or dropped by whoever runs the registry."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import InvalidTransition, NotFound
from registry.models import Job
from registry.services import audit
from registry.vocabulary import JobState


def list_jobs(session: Session, *, states: Sequence[JobState], limit: int = 50) -> list[Job]:
    """The latest jobs in these states, newest first."""
    query = select(Job).where(col(Job.state).in_(states)).order_by(col(Job.id).desc()).limit(limit)
    return list(session.scalars(query))


def retry_job(session: Session, *, job_id: int, by: str) -> Job:
    """Queue work again that was set aside, with all its attempts. Raises NotFound, InvalidTransition."""
    job = _set_aside(session, job_id)
    before = job.error
    job.state, job.attempts, job.run_at = JobState.QUEUED, 0, clock.now()
    job.error = job.finished_at = job.locked_by = job.locked_until = None
    job.done = job.total = 0
    _record(session, job, "job.retry", before, by)
    return job


def drop_job(session: Session, *, job_id: int, by: str) -> Job:
    """Give up work that was set aside: it is no longer told as failed. Raises NotFound, InvalidTransition."""
    job = _set_aside(session, job_id)
    job.state = JobState.CANCELLED
    _record(session, job, "job.drop", job.error, by)
    return job


def _set_aside(session: Session, job_id: int) -> Job:
    job = session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise NotFound(f"没有编号为 {job_id} 的后台任务。", f"There is no job {job_id}.", field="job_id", value=job_id)
    if job.state is not JobState.FAILED:
        raise InvalidTransition(
            f"任务 {job_id} 的状态是“{job.state.label.zh}”，只有失败的任务可以重试或放弃。",
            f"Job {job_id} is {job.state.label.en.lower()}; only a failed one can be tried again or dropped.",
        )
    return job


def _record(session: Session, job: Job, action: str, error: str | None, by: str) -> None:
    session.flush()
    audit.record(
        session,
        actor=by,
        action=action,
        subject_kind="job",
        subject_key=str(job.id),
        before={"state": JobState.FAILED.value, "error": error},
        after={"state": job.state.value},
    )
