"""Bring lists in and look at what is in force: what the tests of imports share."""

from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from import_scripts.reading import open_file
from registry.db import reading, transaction
from registry.models import Enterprise
from registry.policies import Actor
from registry.schemas.imports import ImportDetail, ImportOptions, UndoReport
from registry.services.imports.browsing import get_import
from registry.services.imports.staging import stage
from registry.services.imports.undoing import undo
from registry.services.imports.writing import write

WE = Actor.command_line()
PLAIN = ImportOptions()
KEPT_TABLES = ("enterprise", "enterprise_name", "enterprise_chain", "listing", "batch")


def bring(engine: Engine, path: Path, options: ImportOptions = PLAIN, *, write_it: bool = True) -> ImportDetail:
    """Stage and write a file."""
    with open_file(path) as read_file, transaction(engine) as session:
        staged = stage(session, read_file=read_file, options=options, actor=WE, archive_dir=path.parent / "archive")
    if write_it and not staged.already_written:
        with transaction(engine) as session:
            write(session, import_id=staged.import_id, actor=WE)
    with reading(engine) as session:
        return get_import(session, import_id=staged.import_id)


def take_back(engine: Engine, import_id: int) -> UndoReport:
    with transaction(engine) as session:
        return undo(session, import_id=import_id, actor=WE)


def firms(session: Session) -> list[Enterprise]:
    return list(
        session.exec(select(Enterprise).where(col(Enterprise.voided_at).is_(None)).order_by(col(Enterprise.id)))
    )


def alive(engine: Engine) -> dict[str, list[Any]]:
    """What is in force: the rows of every table an import writes, without those taken back."""
    found = {}
    with reading(engine) as session:
        for table in KEPT_TABLES:
            where = "" if table in ("enterprise_name", "enterprise_chain") else " WHERE voided_at IS NULL"
            if table == "enterprise_chain":
                where = " WHERE enterprise_id IN (SELECT id FROM enterprise WHERE voided_at IS NULL)"
            rows = session.execute(text(f"SELECT * FROM {table}{where} ORDER BY id")).mappings().all()  # noqa: S608
            found[table] = [{k: v for k, v in row.items() if k != "updated_at"} for row in rows]
    return found


def counts(detail: ImportDetail) -> dict[str, int]:
    return {outcome: count for outcome, count in detail.summary.counts.items() if count}
