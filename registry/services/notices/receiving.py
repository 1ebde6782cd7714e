"""A notice on its way from a file to staged rows: a short one at once, a long one by the worker, like a list."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session

from registry.models import ImportRun, SourceFile
from registry.policies import Actor, require_importer
from registry.schemas.imports import StageResult
from registry.schemas.tables import OpenFile, ReadFile
from registry.services.imports.abandoning import abandon_run
from registry.services.imports.archiving import archive_file, named_copy, source_file
from registry.services.imports.jobs import STAGE_JOB, job_key
from registry.services.imports.long_writing import LONG_ROWS
from registry.services.imports.states import record
from registry.services.imports.uploading import LARGE_BYTES, UNREAD
from registry.services.jobs import queue_job
from registry.services.notices.deciding import Asked
from registry.services.notices.staging import check, new_run, stage_notice, usable_tables


def bring_notice(
    session: Session,
    *,
    path: Path,
    open_file: OpenFile,
    asked: Asked,
    actor: Actor,
    archive_dir: Path,
    large_bytes: int = LARGE_BYTES,
    long_rows: int = LONG_ROWS,
) -> StageResult:
    """Stage a notice, or archive it and leave staging to the worker if it is a large file or has very many rows.

    Raises what ``stage_notice`` raises; what is wrong with a large file is on record with the import.
    """
    check(session, asked)
    require_importer(actor, directory_code=asked.directory)
    if path.stat().st_size > large_bytes:
        return _queue(session, path, UNREAD, 0, asked, actor, archive_dir)
    with open_file(path) as read_file:
        rows = _rows(read_file, asked)
        if rows <= long_rows:
            return stage_notice(session, read_file=read_file, asked=asked, actor=actor, archive_dir=archive_dir)
        return _queue(session, path, read_file.media_type, rows, asked, actor, archive_dir)


def stage_archived(
    session: Session,
    *,
    run: ImportRun,
    actor: Actor,
    open_file: OpenFile,
    archive_dir: Path,
    progress: Callable[[int], None],
) -> StageResult:
    """Stage the rows of a notice in work from its archived file, in parts. Raises like ``stage_notice``, Gone."""
    source = session.get_one(SourceFile, run.source_file_id)
    with named_copy(archive_dir, source) as path, open_file(path) as read_file:
        source.media_type = read_file.media_type
        result = stage_notice(
            session,
            read_file=read_file,
            asked=Asked.of(run),
            actor=actor,
            archive_dir=None,
            progress=progress,
            run=run,
        )
    if result.already_written:
        abandon_run(session, run, actor=actor)
    return result


def _rows(read_file: ReadFile, asked: Asked) -> int:
    return sum(1 for table in usable_tables(read_file, asked.kind) for _ in table.rows)


def _queue(
    session: Session, path: Path, media_type: str, rows: int, asked: Asked, actor: Actor, archive_dir: Path
) -> StageResult:
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    archive_file(path, sha256, archive_dir)
    size = path.stat().st_size
    source = source_file(session, sha256=sha256, filename=path.name, size=size, media_type=media_type)
    run = new_run(session, source, asked, actor)
    if rows:
        run.understood = {**run.understood, "rows": rows}
    record(session, run, actor=actor, before=None, after={"file": source.filename} | run.understood["notice"])
    payload = {"import_id": run.id, "memory": False}
    queue_job(session, kind=STAGE_JOB, key=job_key(run.id), payload=payload, actor=actor.label)
    return StageResult(import_id=run.id, already_written=False)
