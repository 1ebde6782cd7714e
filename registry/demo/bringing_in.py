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
from registry.services.batch_life.acts import publish_notice, start_batch
from registry.services.imports.staging import stage
from registry.services.imports.writing import write

HEADER_ROW = 2
"""The first line of each file is its title."""
EXAMPLE = "示例（虚构）"


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
    if announcement.notice_to is not None:
        start_batch(
            session,
            directory=announcement.directory,
            year=announcement.announced_on.year,
            label=announcement.label,
            title=announcement.title,
            actor=actor,
            reason=EXAMPLE,
        )
    file = as_file(announcement, folder)
    staged = stage(session, read_file=file, options=options, actor=actor, archive_dir=archive_dir)
    run = write(session, import_id=staged.import_id, actor=actor)
    batch = session.get_one(Batch, run.batch_id)
    if announcement.notice_to is not None:
        publish_notice(
            session,
            batch_id=batch.id,
            notice_from=announcement.announced_on,
            notice_to=announcement.notice_to,
            actor=actor,
            reason=EXAMPLE,
        )
    return batch
