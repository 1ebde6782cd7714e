"""Writing a long list outside the request: queued once it is signed, with progress, and stopped before the commit.

It stays one transaction: until its last row nothing is there, and whoever stops it finds everything as it was.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import transaction
from registry.errors import InvalidTransition, NotFound
from registry.models import ImportRun, Job
from registry.policies import SYSTEM, Actor, acting_for, require_importer
from registry.services.beacons import Beacon
from registry.services.imports.jobs import WRITE_JOB, job_key, latest_job
from registry.services.imports.reviewing import rows_to_write, write_signed
from registry.services.imports.states import record
from registry.services.jobs import OPEN, JobCancelled, cancel_job, queue_job
from registry.vocabulary import ImportState, JobState

LONG_ROWS = 20_000
"""More rows are written by the worker: nobody waits for them in a browser."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What writing in the background takes. ``progress(done, total)`` is where stopping happens; it must work while the
    database is being written."""

    database: Engine
    import_id: int
    job_id: int
    actor: str
    progress: Callable[[int, int], None]


def write_or_queue(session: Session, *, import_id: int, actor: Actor) -> ImportRun:
    """Write an import that is signed off, or have the worker write it if it is long. Raises what writing raises."""
    run = session.get(ImportRun, import_id)
    if run is None or run.state is not ImportState.REVIEWED or rows_to_write(run) <= LONG_ROWS:
        return write_signed(session, import_id=import_id, actor=actor)
    queue_job(session, kind=WRITE_JOB, key=job_key(run.id), payload={"import_id": run.id}, actor=actor.label)
    return run


def write_in_background(work: Writing) -> None:
    """Write a signed import in one transaction; one that is no longer signed is left alone.

    Raises JobCancelled if somebody stopped it, with that on record and nothing written; what writing raises.
    """
    try:
        with transaction(work.database) as session:
            run = session.get_one(ImportRun, work.import_id)
            if run.state is not ImportState.REVIEWED:
                return
            total = rows_to_write(run)
            write_signed(
                session,
                import_id=work.import_id,
                actor=acting_for(work.actor),
                progress=lambda done: work.progress(done, total),
            )
            work.progress(total, total)
    except JobCancelled:
        with transaction(work.database) as session:
            _put_on_record(session, work)
        raise


def stop_writing(session: Session, *, import_id: int, actor: Actor) -> bool:
    """Ask the worker to stop writing an import; False if it is not writing it or the job's own row can say so.

    A session that reads is enough: while an SQLite file is being written nobody else can. Raises NotFound, NotAllowed.
    """
    job = latest_job(session, import_id)
    if job is None or job.kind != WRITE_JOB or job.state is not JobState.RUNNING:
        return False
    _run(session, import_id, actor)
    beacon = Beacon.beside(session, job.id)
    if beacon is None:
        return False
    beacon.ask_to_stop(actor.label)
    return True


def cancel_writing(session: Session, *, import_id: int, job: Job, actor: Actor) -> ImportRun:
    """The same where the database takes other writers, or before the worker has begun.

    The import is not locked: the worker has it. Raises NotFound, NotAllowed, InvalidTransition if it is over.
    """
    run = _run(session, import_id, actor)
    if job.state not in OPEN:
        raise InvalidTransition(
            f"导入 IM-{import_id} 没有正在进行的处理，无可取消。",
            f"No work on import IM-{import_id} is under way; there is nothing to cancel.",
            field="id",
            value=import_id,
        )
    running = job.state is JobState.RUNNING
    cancel_job(session, job_id=job.id)
    job.payload = {**job.payload, "stopped_by": actor.label}
    if not running:
        record(session, run, actor=actor, before=run.state, action="import.stop_writing")
    return run


def _put_on_record(session: Session, work: Writing) -> None:
    job, beacon = session.get_one(Job, work.job_id), Beacon.of(work.database.url, work.job_id)
    who = (beacon.stopped_by() if beacon else None) or job.payload.get("stopped_by") or SYSTEM.label
    if job.state in OPEN:
        cancel_job(session, job_id=job.id)
    run = session.get_one(ImportRun, work.import_id)
    record(session, run, actor=acting_for(who), before=run.state, action="import.stop_writing")


def _run(session: Session, import_id: int, actor: Actor) -> ImportRun:
    run = session.get(ImportRun, import_id)
    if run is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    require_importer(actor, directory_code=run.directory_code)
    return run
