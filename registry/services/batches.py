"""Reading announcements: the latest, and one with its rows in printed order. Nothing here writes."""

from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry.errors import Gone, NotFound
from registry.models import Batch, Directory, ImportRun, Listing, ProductListing, SourceFile
from registry.schemas.batches import BatchPage, SourceDocument
from registry.schemas.directories import BatchSummary, ListingRow
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode
from registry.services.batch_life.moves import history
from registry.services.batch_reading import batch_summary
from registry.services.listing_rows import find_directory, listing_row, row_source
from registry.services.rows import by_number
from registry.vocabulary import BatchState, DirectoryKind, ImportState


def latest(session: Session, limit: int = 5) -> list[BatchSummary]:
    """The newest announcements and public notices of all directories, by the day they were made public."""
    published = func.coalesce(col(Batch.announced_on), col(Batch.notice_from))
    query = (
        select(Batch, Directory)
        .join(Directory, col(Directory.code) == col(Batch.directory_code))
        .where(col(Batch.voided_at).is_(None), col(Batch.state).in_([BatchState.FINAL, BatchState.PUBLIC_NOTICE]))
        .order_by(published.desc().nulls_last(), col(Batch.year).desc(), col(Batch.id).desc())
        .limit(check_limit(limit))
    )
    return [_with_rows(session, batch, directory) for batch, directory in session.execute(query)]


_ON_THE_WAY = (BatchState.DRAFT, BatchState.PUBLIC_NOTICE, BatchState.WITHDRAWN)
"""States of an edition that has not taken over from the one before."""


def get(
    session: Session,
    batch_id: int,
    *,
    as_of: date,
    cursor: str | None = None,
    limit: int = 50,
    for_officials: bool = False,
) -> BatchPage:
    """One announcement, frozen as it was made: rows in printed order, each with its state on the day.

    A corrected edition and a notice that was taken down stay readable; their rows have no state. Raises NotFound (also
    for drafts, unless ``for_officials``), Gone (import undone), InvalidInput (cursor, limit).
    """
    batch = find_batch(session, batch_id, drafts=for_officials)
    directory = find_directory(session, batch.directory_code)
    events = history(session, batch.id)
    return BatchPage(
        as_of=as_of,
        batch=_with_rows(session, batch, directory),
        supersedes=_other(session, batch.supersedes_id, directory),
        superseded_by=_other(session, _successor(session, batch.id), directory),
        editions=_editions(session, batch, directory, drafts=for_officials),
        content_hash=batch.content_hash,
        frozen_at=batch.frozen_at,
        history=events if for_officials else [one.model_copy(update={"actor": ""}) for one in events],
        documents=_documents(session, batch.id),
        rows=_rows(session, batch, directory, as_of=as_of, cursor=cursor, limit=limit),
    )


def find_batch(session: Session, batch_id: int, *, drafts: bool = False) -> Batch:
    """The batch of this number, as far as the public knows it; with ``drafts`` any. Raises NotFound, Gone."""
    batch = by_number(session, Batch, batch_id)
    if batch is None or not (drafts or was_public(batch)):
        raise NotFound(
            f"没有编号为 {batch_id} 的公告。",
            f"There is no announcement number {batch_id}.",
            field="batch",
            value=batch_id,
        )
    if batch.voided_at is not None:
        raise Gone(
            f"公告 {batch_id}（{batch.label}）来自一次已撤回的导入，不再显示。",
            f"Announcement {batch_id} ({batch.label}) came from an import that was undone; it is no longer shown.",
            field="batch",
            value=batch_id,
        )
    return batch


def was_public(batch: Batch) -> bool:
    """Whether the public has ever seen the batch: a draft it has not, nor one that was taken down as a draft."""
    return batch.state is not BatchState.DRAFT and (
        batch.state is not BatchState.WITHDRAWN or batch.notice_by is not None
    )


def _rows(
    session: Session, batch: Batch, directory: Directory, *, as_of: date, cursor: str | None, limit: int
) -> Page[ListingRow]:
    source = row_source(directory.kind)
    scope = f"batch:{batch.id}"
    query = source.query.where(col(source.table.batch_id) == batch.id, col(source.table.voided_at).is_(None))
    if cursor:
        query = query.where(source.number > decode(cursor, scope=scope, kinds=(int,)).values[0])
    found = session.execute(query.order_by(source.number).limit(check_limit(limit) + 1)).mappings().all()
    items = tuple(listing_row(row, as_of) for row in found[:limit])
    following = encode(Cursor(scope=scope, values=(items[-1].listing_id,))) if len(found) > limit else None
    return Page[ListingRow](items=items, total=_count(session, batch.id, directory.kind), next_cursor=following)


def _with_rows(session: Session, batch: Batch, directory: Directory) -> BatchSummary:
    return batch_summary(batch, directory, rows=_count(session, batch.id, directory.kind))


def _count(session: Session, batch_id: int, kind: DirectoryKind) -> int:
    table = ProductListing if kind is DirectoryKind.PRODUCT else Listing
    query = select(func.count()).where(col(table.batch_id) == batch_id, col(table.voided_at).is_(None))
    return session.scalar(query) or 0


def _successor(session: Session, batch_id: int) -> int | None:
    query = select(col(Batch.id)).where(
        col(Batch.supersedes_id) == batch_id, col(Batch.voided_at).is_(None), col(Batch.state).not_in(_ON_THE_WAY)
    )
    return session.scalar(query.order_by(col(Batch.edition).desc(), col(Batch.id).desc()).limit(1))


def _editions(session: Session, batch: Batch, directory: Directory, *, drafts: bool) -> list[BatchSummary]:
    query = select(Batch).where(
        col(Batch.directory_code) == batch.directory_code,
        col(Batch.year) == batch.year,
        col(Batch.label) == batch.label,
        col(Batch.voided_at).is_(None),
    )
    found = session.scalars(query.order_by(col(Batch.edition))).all()
    return [_with_rows(session, one, directory) for one in found if drafts or was_public(one)]


def _other(session: Session, batch_id: int | None, directory: Directory) -> BatchSummary | None:
    batch = session.get(Batch, batch_id) if batch_id is not None else None
    if batch is None or batch.voided_at is not None:
        return None
    return _with_rows(session, batch, directory)


def _documents(session: Session, batch_id: int) -> list[SourceDocument]:
    query = (
        select(ImportRun, SourceFile)
        .join(SourceFile, col(SourceFile.id) == col(ImportRun.source_file_id))
        .where(col(ImportRun.batch_id) == batch_id, col(ImportRun.state) == ImportState.WRITTEN)
        .order_by(col(ImportRun.id))
    )
    return [
        SourceDocument(
            import_id=run.id, filename=file.filename, sha256=file.sha256, size=file.size, written_at=run.written_at
        )
        for run, file in session.execute(query)
    ]
