"""A file on its way from an upload to staged rows: received, read, settled how to take it, staged, or cancelled.

Small files go this way inside the request. Large ones are archived at once and read and staged by the worker.
"""

import hashlib
from dataclasses import replace
from pathlib import Path

from sqlmodel import Session

from registry.errors import InvalidTransition
from registry.models import ImportRun, SourceFile
from registry.policies import SYSTEM, Actor, require, require_importer
from registry.schemas.imports import ImportOptions, StageResult
from registry.schemas.tables import OpenFile, ReadFile
from registry.services.imports.abandoning import abandon_run, drop_rows
from registry.services.imports.archiving import archive_file, named_copy, source_file
from registry.services.imports.jobs import READ_JOB, STAGE_JOB, WRITE_JOB, job_key, latest_job, require_idle
from registry.services.imports.long_writing import cancel_writing
from registry.services.imports.options import resolve, said_of, stored_options
from registry.services.imports.proposing import propose
from registry.services.imports.remembering import remember, take_over
from registry.services.imports.staging import Progress, stage
from registry.services.imports.states import get_run, move, record, require_move
from registry.services.imports.understanding import said_of_file, texts_of
from registry.services.jobs import OPEN, cancel_job, queue_job
from registry.services.lexicons import lexicon_for
from registry.vocabulary import ImportKind, ImportState, Role

LARGE_BYTES = 3_000_000
"""Larger files are read and staged by the worker: nobody waits for them in a browser."""
UNREAD = "application/octet-stream"
"""Media type of a file nobody has looked into yet."""


def receive(
    session: Session,
    *,
    path: Path,
    open_file: OpenFile,
    archive_dir: Path,
    actor: Actor,
    large_bytes: int = LARGE_BYTES,
    read: bool = True,
) -> ImportRun:
    """Archive a file and make an import of it in state read, with what it says about itself.

    A large one is read by the worker afterwards; ``read`` False leaves reading to whoever settles it. Raises
    FileRefused for a small file that cannot be read, NotAllowed unless the actor curates some directory for the
    province.
    """
    require(actor, Role.CURATOR, region_code="")
    size = path.stat().st_size
    if size > large_bytes or not read:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        archive_file(path, sha256, archive_dir)
        source = source_file(session, sha256=sha256, filename=path.name, size=size, media_type=UNREAD)
        run = _new_run(session, source, {}, actor)
        if read:
            queue_job(session, kind=READ_JOB, key=job_key(run.id), payload={"import_id": run.id}, actor=actor.label)
        return run
    with open_file(path) as read_file:
        archive_file(path, read_file.sha256, archive_dir)
        source = _source_of(session, read_file)
        return _new_run(session, source, _understood(session, read_file), actor)


def settle(
    session: Session,
    *,
    import_id: int,
    options: ImportOptions,
    actor: Actor,
    open_file: OpenFile,
    archive_dir: Path,
    memory: bool = True,
    large_bytes: int = LARGE_BYTES,
) -> StageResult:
    """Say how to take an import’s file; its rows are staged at once, or by the worker for a large file.

    Roles that differ from what was recognised are remembered for the source; ``memory`` False neither takes over what
    is remembered nor remembers. Of a file written before with the same options that import is named and this one given
    up. Raises NotFound, NotAllowed, InvalidInput, FileRefused, InvalidTransition, Conflict.
    """
    run = get_run(session, import_id, actor)
    require_settled(session, options=options, actor=actor)
    destination = resolve(session, options)
    if run.kind is not ImportKind.LIST:
        raise InvalidTransition(
            f"IM-{run.id} 是通知，不能按名单重新处理。",
            f"IM-{run.id} is a notice and is not taken as a list.",
            field="id",
        )
    require_idle(session, run)
    if run.state is ImportState.MAPPED:
        # The worker gave up on it; that is on record with its job.
        move(session, run, ImportState.FAILED, actor=SYSTEM)
    require_move(run, ImportState.MAPPED)
    run.understood = {**run.understood, "options": said_of(options)}
    run.directory_code = destination.directory_code if destination else None
    run.reviewed_by = run.reviewed_at = run.overridden_by = None
    run.override_reason = ""
    drop_rows(session, run)
    move(session, run, ImportState.MAPPED, actor=actor, after={"options": said_of(options)})
    source = session.get_one(SourceFile, run.source_file_id)
    if source.size > large_bytes:
        payload = {"import_id": run.id, "memory": memory}
        queue_job(session, kind=STAGE_JOB, key=job_key(run.id), payload=payload, actor=actor.label)
        return StageResult(import_id=run.id, already_written=False)
    return stage_run(session, run=run, actor=actor, open_file=open_file, archive_dir=archive_dir, memory=memory)


def require_settled(session: Session, *, options: ImportOptions, actor: Actor) -> None:
    """Refuse options that name no destination, or one that is none of the actor’s, before a file is looked at.

    Raises InvalidInput, NotAllowed.
    """
    destination = resolve(session, options)
    require_importer(actor, directory_code=destination.directory_code if destination else None)


def stage_run(
    session: Session,
    *,
    run: ImportRun,
    actor: Actor,
    open_file: OpenFile,
    archive_dir: Path,
    memory: bool,
    progress: Progress | None = None,
    in_parts: bool = False,
) -> StageResult:
    """Stage the rows of an import in work from its archived file. Raises like ``staging.stage``, Gone."""
    options = stored_options(run.understood)
    source = session.get_one(SourceFile, run.source_file_id)
    with (
        named_copy(archive_dir, source) as path,
        open_file(path, header_rows=options.header_rows) as read_file,
    ):
        source.media_type = read_file.media_type
        recognised = {table.sheet: {one.column: one.role or "" for one in table.roles} for table in read_file.tables}
        if memory:
            chosen = options.mapping
            options, used = take_over(session, read_file=read_file, options=options)
            read_file = replace(read_file, notes=[*read_file.notes, *(one.text for one in used)])
        result = stage(
            session,
            read_file=read_file,
            options=options,
            actor=actor,
            archive_dir=None,
            progress=progress,
            import_id=run.id,
            in_parts=in_parts,
        )
        if result.already_written:
            abandon_run(session, run, actor=actor)
        elif memory:
            for table in read_file.tables:
                if any(recognised[table.sheet].get(c) != role for c, role in chosen.get(table.sheet, {}).items()):
                    remember(
                        session,
                        columns=table.names,
                        directory_code=run.directory_code,
                        roles=dict(chosen[table.sheet]),
                        import_id=run.id,
                        actor=actor,
                    )
    return result


def read_run(session: Session, *, run: ImportRun, open_file: OpenFile, archive_dir: Path) -> None:
    """Look into the archived file of an import that was only received. Raises FileRefused, Gone."""
    source = session.get_one(SourceFile, run.source_file_id)
    with named_copy(archive_dir, source) as path, open_file(path) as read_file:
        run.understood = _understood(session, read_file)
        source.media_type = read_file.media_type


def cancel(session: Session, *, import_id: int, actor: Actor) -> ImportRun:
    """Stop the worker’s work on an import. Raises NotFound, NotAllowed, InvalidTransition if none is under way.

    One that is being written stays signed.
    """
    job = latest_job(session, import_id)
    if job is not None and job.kind == WRITE_JOB:
        return cancel_writing(session, import_id=import_id, job=job, actor=actor)
    run = get_run(session, import_id, actor)
    if job is None or job.state not in OPEN:
        raise InvalidTransition(
            f"导入 IM-{run.id} 没有正在进行的处理，无可取消。",
            f"No work on import IM-{run.id} is under way; there is nothing to cancel.",
            field="id",
            value=run.id,
        )
    cancel_job(session, job_id=job.id)
    move(session, run, ImportState.CANCELLED, actor=actor)
    return run


def _understood(session: Session, read_file: ReadFile) -> dict[str, object]:
    return said_of_file(read_file, propose(texts_of(read_file), lexicon_for(session)))


def _source_of(session: Session, read_file: ReadFile) -> SourceFile:
    return source_file(
        session,
        sha256=read_file.sha256,
        filename=read_file.filename,
        size=read_file.size,
        media_type=read_file.media_type,
    )


def _new_run(session: Session, source: SourceFile, understood: dict[str, object], actor: Actor) -> ImportRun:
    run = ImportRun(
        source_file_id=source.id,
        options_hash="",
        state=ImportState.READ,
        understood=understood,
        counts={},
        actor=actor.label,
    )
    session.add(run)
    record(session, run, actor=actor, before=None, after={"file": source.filename, "sha256": source.sha256})
    return run
