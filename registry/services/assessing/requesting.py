"""Assess again on request: queue the work, see how far it is, call it off."""

from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import NotFound
from registry.models import Job
from registry.policies import Actor, require
from registry.schemas.assessments import AssessmentJob
from registry.services.jobs import OPEN, cancel_job, queue_job
from registry.services.pool.moves import KEEPERS
from registry.services.standards import known_standards
from registry.tiering.selection import find

KIND = "assess"


def request_assessment(session: Session, *, tier: str, as_of: date, actor: Actor) -> AssessmentJob:
    """Queue the assessment of everybody by a tier's standards of the day; waiting or running work is returned as it is.

    Raises NotFound (tier), NotAllowed.
    """
    code = find(tier, among=known_standards(session))[0].tier
    require(actor, KEEPERS, directory_code=code)
    under_way = current_assessment(session, tier=code)
    if under_way is not None and under_way.open:
        return under_way
    payload = {"tier": code, "as_of": as_of.isoformat()}
    return _shown(queue_job(session, kind=KIND, key=code, payload=payload, actor=actor.label))


def current_assessment(session: Session, *, tier: str) -> AssessmentJob | None:
    """The last requested assessment of the tier: waiting, running, or how it ended. None if nobody asked."""
    query = select(Job).where(col(Job.kind) == KIND, col(Job.key) == tier).order_by(col(Job.id).desc()).limit(1)
    job = session.scalars(query).first()
    return None if job is None else _shown(job)


def cancel_assessment(session: Session, *, job_id: int, actor: Actor) -> AssessmentJob:
    """Call a waiting or running assessment off. Raises NotFound, NotAllowed, InvalidTransition if it has ended."""
    job = session.get(Job, job_id)
    if job is None or job.kind != KIND:
        raise NotFound(
            f"没有编号为 {job_id} 的评估任务。", f"There is no assessment job {job_id}.", field="job_id", value=job_id
        )
    require(actor, KEEPERS, directory_code=job.key)
    return _shown(cancel_job(session, job_id=job_id))


def _shown(job: Job) -> AssessmentJob:
    return AssessmentJob(
        job_id=job.id,
        tier=job.key,
        state=job.state,
        open=job.state in OPEN,
        done=job.done,
        total=job.total,
        actor=job.actor,
        queued_at=job.queued_at,
        finished_at=job.finished_at,
        error=job.error,
    )
