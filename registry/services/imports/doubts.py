"""Imports with doubtful rows lie in the inbox until each of these rows is decided or the import is over."""

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.models import ImportRow, ImportRun, SourceFile
from registry.services.inbox.items import close_item, open_item
from registry.vocabulary import ImportState, RowOutcome, WorkKind

WAITING = frozenset({ImportState.MATCHED, ImportState.REVIEWED})
"""States in which rows are staged and nothing is written yet."""


def doubts_to_inbox(session: Session, run: ImportRun) -> None:
    """Open or close the matter of an import by what is doubtful in it now. A file may name firms of any place."""
    count = 0
    if run.state in WAITING:
        rows = select(func.count()).select_from(ImportRow)
        count = (
            session.scalar(
                rows.where(col(ImportRow.import_id) == run.id, col(ImportRow.outcome) == RowOutcome.AMBIGUOUS)
            )
            or 0
        )
    if not count:
        close_item(session, kind=WorkKind.IMPORT, subject_id=run.id)
        return
    source = session.get_one(SourceFile, run.source_file_id)
    open_item(
        session,
        kind=WorkKind.IMPORT,
        subject_id=run.id,
        title=f"IM-{run.id} {source.filename}（{count} 行待定）",
        directory_code=run.directory_code,
    )
