"""The worker’s jobs about imports: how they are called and how to find the latest of one import."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Job
from registry.schemas.imports import ImportJob

READ_JOB, STAGE_JOB = "import_read", "import_stage"


def job_key(import_id: int) -> str:
    """Under which key jobs about an import are queued."""
    return f"IM-{import_id}"


def latest_job(session: Session, import_id: int) -> Job | None:
    """The latest job about an import."""
    query = select(Job).where(col(Job.kind).in_((READ_JOB, STAGE_JOB)), col(Job.key) == job_key(import_id))
    return session.scalars(query.order_by(col(Job.id).desc()).limit(1)).first()


def shown_job(session: Session, import_id: int) -> ImportJob | None:
    """The same for people and programs."""
    job = latest_job(session, import_id)
    if job is None:
        return None
    return ImportJob(id=job.id, kind=job.kind, state=job.state, done=job.done, total=job.total, error=job.error)
