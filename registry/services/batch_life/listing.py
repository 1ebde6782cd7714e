"""Batches as officials see them: every state, newest first, with what this person may do next. Nothing here writes."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from registry.errors import NotFound
from registry.models import Batch, Directory, Listing, Objection, ProductListing
from registry.policies import OFFICIALS, Actor, require
from registry.schemas.batches import WorkBatch, WorkRow
from registry.services.batch_life.acts import possible_acts
from registry.services.batch_life.objection_reading import may_curate
from registry.services.batch_reading import batch_summary
from registry.services.batches import find_batch
from registry.vocabulary import BatchState, DirectoryKind, ObjectionState


def list_batches(
    session: Session,
    *,
    actor: Actor,
    state: BatchState | None = None,
    directory: str | None = None,
    before_id: int | None = None,
    limit: int = 50,
) -> list[WorkBatch]:
    """Batches of all directories for officials, newest first; ``before_id`` continues after that number.

    Raises NotAuthenticated, NotAllowed: drafts are no matter of the public.
    """
    require(actor, OFFICIALS)
    query = (
        select(Batch, Directory)
        .join(Directory, col(Directory.code) == col(Batch.directory_code))
        .where(col(Batch.voided_at).is_(None))
        .order_by(col(Batch.id).desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(col(Batch.state) == state)
    if directory is not None:
        query = query.where(col(Batch.directory_code) == directory)
    if before_id is not None:
        query = query.where(col(Batch.id) < before_id)
    return [_work(session, batch, kind, actor) for batch, kind in session.execute(query)]


def get_work_batch(session: Session, batch_id: int, *, actor: Actor) -> WorkBatch:
    """One batch in any state, for officials. Raises NotFound, Gone, NotAuthenticated, NotAllowed."""
    require(actor, OFFICIALS)
    batch = find_batch(session, batch_id, drafts=True)
    return _work(session, batch, session.get_one(Directory, batch.directory_code), actor)


def _work(session: Session, batch: Batch, directory: Directory, actor: Actor) -> WorkBatch:
    table = _table(session, batch)
    rows = select(func.count()).where(col(table.batch_id) == batch.id, col(table.voided_at).is_(None))
    objections = select(func.count()).where(
        col(Objection.batch_id) == batch.id, col(Objection.state) == ObjectionState.OPEN
    )
    return WorkBatch(
        batch=batch_summary(batch, directory, rows=session.scalar(rows) or 0),
        content_hash=batch.content_hash,
        frozen_at=batch.frozen_at,
        notice_by=batch.notice_by,
        supersedes_id=batch.supersedes_id,
        open_objections=session.scalar(objections) or 0,
        acts=possible_acts(batch) if may_curate(actor, batch.directory_code) else [],
    )


def find_rows(session: Session, batch_id: int, *, text: str = "", limit: int = 20) -> list[WorkRow]:
    """Rows of a batch whose printed name contains ``text``, in printed order. Raises NotFound, Gone."""
    batch = find_batch(session, batch_id, drafts=True)
    table = _table(session, batch)
    query = select(table).where(col(table.batch_id) == batch.id, col(table.voided_at).is_(None))
    if text:
        query = query.where(col(table.name_as_announced).contains(text.strip()[:100], autoescape=True))
    return [_row(row) for row in session.scalars(query.order_by(col(table.id)).limit(limit))]


def get_row(session: Session, batch_id: int, listing_id: int) -> WorkRow:
    """One row of a batch. Raises NotFound, Gone."""
    batch = find_batch(session, batch_id, drafts=True)
    row: Listing | ProductListing | None
    if _table(session, batch) is ProductListing:
        row = session.get(ProductListing, listing_id)
    else:
        row = session.get(Listing, listing_id)
    if row is None or row.batch_id != batch.id or row.voided_at is not None:
        raise NotFound(
            f"批次“{batch.label}”里没有编号为 {listing_id} 的记录。",
            f"Batch “{batch.label}” has no row number {listing_id}.",
            field="listing",
            value=listing_id,
        )
    return _row(row)


def _table(session: Session, batch: Batch) -> type[Any]:
    """``Listing`` or ``ProductListing``: what is asked of them here is called the same."""
    products = session.get_one(Directory, batch.directory_code).kind is DirectoryKind.PRODUCT
    return ProductListing if products else Listing


def _row(row: SQLModel) -> WorkRow:
    assert isinstance(row, Listing | ProductListing)  # noqa: S101 - the tables _table names
    return WorkRow(
        listing_id=row.id,
        name=row.name_as_announced,
        certificate_no=row.certificate_no,
        rank=row.rank if isinstance(row, Listing) else None,
        group_label=row.group_label if isinstance(row, Listing) else None,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
