"""The archived document behind a title: its facts, the very row, the rows around it."""

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from registry.errors import NotFound
from registry.models import Batch, Enterprise, ImportRow, ImportRun, SourceFile
from registry.schemas.imports import Document, DocumentCell, DocumentNeighbour, DocumentRowPage, UnderstoodTable
from registry.services.imports.archiving import open_archived
from registry.services.imports.browsing import understood_tables
from registry.services.keys import key_of
from registry.vocabulary import ImportState

__all__ = ["get_document", "get_document_row", "open_archived"]

_SHOWN = (ImportState.WRITTEN, ImportState.UNDONE)
"""A staged file is nobody's document yet; one that was taken back can still be looked at."""


def get_document(session: Session, *, import_id: int) -> Document:
    """The document of an import that was written. Raises NotFound otherwise."""
    run = session.get(ImportRun, import_id)
    if run is None or run.state not in _SHOWN:
        raise NotFound(
            f"没有编号为 {import_id} 的存档文件。", f"There is no archived document {import_id}.", field="import_id"
        )
    source = session.get_one(SourceFile, run.source_file_id)
    batch = session.get(Batch, run.batch_id) if run.batch_id is not None else None
    return Document(
        import_id=run.id,
        filename=source.filename,
        sha256=source.sha256,
        size=source.size,
        media_type=source.media_type,
        stored_at=source.stored_at,
        state=run.state,
        directory_code=run.directory_code,
        batch_id=run.batch_id,
        batch_label=batch.label if batch else None,
        batch_title=batch.title if batch else None,
        document_no=batch.document_no if batch else None,
        announced_on=batch.announced_on if batch else None,
        rows=session.execute(
            select(func.count()).select_from(ImportRow).where(col(ImportRow.import_id) == run.id)
        ).scalar_one(),
        tables=understood_tables(run),
    )


def get_document_row(session: Session, *, import_id: int, row_id: int, context: int = 3) -> DocumentRowPage:
    """One row of an archived document with ``context`` rows before and after it on the same sheet. Raises NotFound."""
    document = get_document(session, import_id=import_id)
    row = session.get(ImportRow, row_id)
    if row is None or row.import_id != import_id:
        raise NotFound(
            f"存档文件 {import_id} 里没有编号为 {row_id} 的行。",
            f"The archived document {import_id} has no row {row_id}.",
            field="row_id",
            value=row_id,
        )
    table = next((each for each in document.tables if each.sheet == row.sheet), None)
    firm = session.get(Enterprise, row.enterprise_id) if row.enterprise_id is not None else None
    return DocumentRowPage(
        document=document,
        row_id=row.id,
        sheet=row.sheet,
        row_number=row.row_number,
        columns=[column.column for column in table.columns] if table else [],
        cells=_cells(row, table),
        neighbours=_neighbours(session, row, context),
        outcome=row.outcome,
        matched_by=row.matched_by,
        reason_zh=row.reason_zh,
        reason_en=row.reason_en,
        enterprise_key=key_of(session, firm.id) if firm else None,
        enterprise_name=firm.name_zh if firm else None,
    )


def _cells(row: ImportRow, table: UnderstoodTable | None) -> list[DocumentCell]:
    columns = {each.position: each for each in table.columns} if table else {}
    return [
        DocumentCell(
            column=columns[place].column if place in columns else f"第{place + 1}列",
            value=value,
            role=columns[place].role if place in columns else None,
        )
        for place, value in enumerate(row.cells)
    ]


def _neighbours(session: Session, row: ImportRow, context: int) -> list[DocumentNeighbour]:
    near = select(ImportRow).where(col(ImportRow.import_id) == row.import_id, col(ImportRow.sheet) == row.sheet)
    before: Select[ImportRow] = near.where(col(ImportRow.id) < row.id).order_by(col(ImportRow.id).desc()).limit(context)
    after = near.where(col(ImportRow.id) > row.id).order_by(col(ImportRow.id)).limit(context)
    rows = [*reversed(session.scalars(before).all()), row, *session.scalars(after)]
    return [
        DocumentNeighbour(
            row_id=each.id, row_number=each.row_number, sheet=each.sheet, cells=each.cells, is_target=each.id == row.id
        )
        for each in rows
    ]
