"""Bring the fictional announcements in as real ones come: a file, archived, staged, written, every title on its row."""

import csv
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session

from registry.demo.lists import DemoList
from registry.models import Batch
from registry.policies import Actor
from registry.schemas.imports import ImportOptions
from registry.schemas.tables import ColumnRole, ReadFile, Table
from registry.services import audit, outbox
from registry.services.imports.staging import stage
from registry.services.imports.writing import write
from registry.vocabulary import BatchState

HEADER_ROW = 2
"""The first line of each file is its title."""


def bring_in(session: Session, lists: Sequence[DemoList], *, archive_dir: Path, actor: Actor) -> list[Batch]:
    """Import every announcement; one with an open public notice is set to that state. Returns the batches in order."""
    with tempfile.TemporaryDirectory(prefix="registry-demo-") as folder:
        return [_bring_in_one(session, each, Path(folder), archive_dir, actor) for each in lists]


def as_file(announcement: DemoList, folder: Path) -> ReadFile:
    """The announcement as a CSV file on disk, and what that file is understood as."""
    path = folder / announcement.filename
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([announcement.title])
        writer.writerow(announcement.columns)
        writer.writerows(announcement.rows)
    content = path.read_bytes()
    roles = tuple(
        ColumnRole(position, column, role, 1.0, tuple(row[position] for row in announcement.rows[:3]))
        for position, (column, role) in enumerate(zip(announcement.columns, announcement.roles, strict=True))
    )
    table = Table(
        sheet="",
        title=announcement.title,
        header_row=HEADER_ROW,
        columns=announcement.columns,
        rows=[(HEADER_ROW + number, list(row)) for number, row in enumerate(announcement.rows, start=1)],
        roles=roles,
    )
    sha256 = hashlib.sha256(content).hexdigest()
    return ReadFile(path, path.name, sha256, len(content), "text/csv", [table])


def _bring_in_one(session: Session, announcement: DemoList, folder: Path, archive_dir: Path, actor: Actor) -> Batch:
    options = ImportOptions(
        directory=announcement.directory,
        batch=announcement.label,
        year=announcement.announced_on.year,
        announced_on=announcement.announced_on,
        document_no=announcement.document_no,
    )
    file = as_file(announcement, folder)
    staged = stage(session, read_file=file, options=options, actor=actor, archive_dir=archive_dir)
    run = write(session, import_id=staged.import_id, actor=actor)
    batch = session.get_one(Batch, run.batch_id)
    if announcement.notice_to is not None:
        _open_notice(session, batch, announcement, actor)
    return batch


def _open_notice(session: Session, batch: Batch, announcement: DemoList, actor: Actor) -> None:
    """The import service writes final lists only; this one is still in public notice."""
    batch.state = BatchState.PUBLIC_NOTICE
    batch.notice_from, batch.notice_to = announcement.announced_on, announcement.notice_to
    session.add(batch)
    session.flush()
    outbox.batches_changed(session, [batch.id])
    audit.record(
        session,
        actor=actor.label,
        action="batch.public_notice",
        subject_kind="batch",
        subject_key=str(batch.id),
        before={"state": BatchState.FINAL.value},
        after={"state": BatchState.PUBLIC_NOTICE.value, "notice_to": str(batch.notice_to)},
        reason="示例（虚构）",
    )
