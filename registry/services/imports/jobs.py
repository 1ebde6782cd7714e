"""The worker’s jobs about imports: how they are called and how to find the latest of one import."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Conflict
from registry.models import ImportRun, Job
from registry.schemas.imports import ImportJob
from registry.services.beacons import Beacon
from registry.services.jobs import OPEN
from registry.vocabulary import JobState

READ_JOB, STAGE_JOB, WRITE_JOB = "import_read", "import_stage", "import_write"


def job_key(import_id: int) -> str:
    """Under which key jobs about an import are queued."""
    return f"IM-{import_id}"


def latest_job(session: Session, import_id: int) -> Job | None:
    """The latest job about an import."""
    query = select(Job).where(col(Job.kind).in_((READ_JOB, STAGE_JOB, WRITE_JOB)), col(Job.key) == job_key(import_id))
    return session.scalars(query.order_by(col(Job.id).desc()).limit(1)).first()


def shown_job(session: Session, import_id: int) -> ImportJob | None:
    """The same for people and programs."""
    job = latest_job(session, import_id)
    if job is None:
        return None
    done, total = job.done, job.total
    beacon = Beacon.beside(session, job.id) if job.kind == WRITE_JOB and job.state is JobState.RUNNING else None
    if beacon is not None and (told := beacon.told()) is not None:
        done, total = told
    return ImportJob(id=job.id, kind=job.kind, state=job.state, done=done, total=total, error=job.error)


def require_idle(session: Session, run: ImportRun) -> None:
    """Raises Conflict while the worker has the import."""
    job = latest_job(session, run.id)
    if job is not None and job.state in OPEN:
        raise Conflict(
            f"导入 IM-{run.id} 正在处理，请等它完成或先取消。",
            f"Import IM-{run.id} is being worked on; wait or cancel it first.",
            field="id",
            value=run.id,
        )
