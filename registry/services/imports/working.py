"""What the worker does for large files: look into them, stage their rows. Both may be run again after a crash."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import transaction
from registry.errors import RegistryError
from registry.models import ImportRun
from registry.policies import acting_for
from registry.schemas.tables import OpenFile
from registry.services.imports.abandoning import drop_rows
from registry.services.imports.staging import Progress
from registry.services.imports.states import move
from registry.services.imports.uploading import read_run, stage_run
from registry.vocabulary import ImportKind, ImportState


@dataclass(frozen=True, slots=True)
class Work:
    """What working on an import takes. ``progress(done, total)`` is where cancelling stops it."""

    database: Engine
    import_id: int
    actor: str
    open_file: OpenFile
    archive_dir: Path
    progress: Callable[[int, int], None]


def read_in_background(work: Work) -> None:
    """Look into the file of an import; one that is refused is on record as failed. Raises FileRefused, Gone."""
    try:
        with transaction(work.database) as session:
            run = session.get_one(ImportRun, work.import_id)
            if run.state is ImportState.READ:
                read_run(session, run=run, open_file=work.open_file, archive_dir=work.archive_dir)
    except RegistryError as refusal:
        _fail(work, refusal)
        raise


def stage_in_background(work: Work, *, memory: bool) -> None:
    """Stage the rows of an import in work, a part at a time; what an interrupted attempt left is staged anew.

    Raises what staging raises; the import is then on record as failed.
    """
    try:
        with Session(work.database, expire_on_commit=False) as session:
            run = session.get_one(ImportRun, work.import_id)
            if run.state is not ImportState.MAPPED:
                return
            total = run.understood.get("rows", 0)
            drop_rows(session, run)
            session.commit()
            _stage(session, run, work, lambda done: work.progress(done, total if total >= done else 0), memory)
            session.commit()
    except RegistryError as refusal:
        _fail(work, refusal)
        raise
    finally:
        _drop_unfinished(work)


def _stage(session: Session, run: ImportRun, work: Work, progress: Progress, memory: bool) -> None:
    actor = acting_for(work.actor)
    if run.kind is ImportKind.LIST:
        stage_run(
            session,
            run=run,
            actor=actor,
            open_file=work.open_file,
            archive_dir=work.archive_dir,
            memory=memory,
            progress=progress,
            in_parts=True,
        )
        return
    # Notices load what carries them out; a list comes in without that.
    from registry.services.notices.receiving import stage_archived

    stage_archived(
        session, run=run, actor=actor, open_file=work.open_file, archive_dir=work.archive_dir, progress=progress
    )


def _fail(work: Work, refusal: RegistryError) -> None:
    with transaction(work.database) as session:
        run = session.get_one(ImportRun, work.import_id, with_for_update=True)
        if run.state in (ImportState.READ, ImportState.MAPPED):
            run.understood = {**run.understood, "refusal": {"zh": refusal.text.zh, "en": refusal.text.en}}
            move(session, run, ImportState.FAILED, actor=acting_for(work.actor), reason=refusal.text.zh[:400])


def _drop_unfinished(work: Work) -> None:
    """Rows of parts that came to nothing."""
    with transaction(work.database) as session:
        run = session.get_one(ImportRun, work.import_id)
        if run.state in (ImportState.MAPPED, ImportState.FAILED, ImportState.CANCELLED):
            drop_rows(session, run)
