"""Reading objections: by receipt for whoever holds it, as a list for officials. Nothing here writes."""

from sqlalchemy import Select, select
from sqlmodel import Session, col

from registry.errors import NotFound, Text
from registry.models import Batch, Directory, Objection
from registry.policies import Actor, require_importer
from registry.schemas.objections import ObjectionRead, ObjectionReceipt
from registry.services.batch_life.acts import count_rows
from registry.services.batch_reading import batch_summary
from registry.vocabulary import ObjectionState, Role

LIST_MAX = 500


def by_receipt(session: Session, receipt: str) -> ObjectionReceipt:
    """What became of an objection; never who made it. Raises NotFound."""
    query = select(Objection, Batch, Directory).join(Batch, col(Batch.id) == col(Objection.batch_id))
    query = query.join(Directory, col(Directory.code) == col(Batch.directory_code))
    found = session.execute(query.where(col(Objection.receipt) == receipt.strip().upper())).first()
    if found is None:
        raise NotFound("没有这个受理编号。请核对。", "There is no such receipt number. Check it.", field="receipt")
    row, batch, directory = found
    return ObjectionReceipt(
        receipt=row.receipt,
        batch=batch_summary(batch, directory, rows=count_rows(session, batch)),
        subject=row.subject,
        text=row.text,
        received_on=row.received_on,
        state=row.state,
        reason=row.reason,
        decided_on=row.decided_on,
    )


def list_objections(
    session: Session, *, actor: Actor, state: ObjectionState | None = None, batch_id: int | None = None
) -> list[ObjectionRead]:
    """Objections to the notices of the directories this official curates or audits, oldest first, at most 500."""
    query = _all()
    if state is not None:
        query = query.where(col(Objection.state) == state)
    if batch_id is not None:
        query = query.where(col(Objection.batch_id) == batch_id)
    found = session.execute(query.order_by(col(Objection.received_on), col(Objection.id)))
    mine = [_read(*row) for row in found if may_read(actor, row[1].directory_code)]
    return mine[:LIST_MAX]


def get_objection(session: Session, objection_id: int, *, actor: Actor) -> ObjectionRead:
    """One objection. Raises NotFound, NotAllowed: its contact is for those who decide, and for auditors."""
    found = session.execute(_all().where(col(Objection.id) == objection_id)).first()
    if found is None:
        raise NotFound(
            f"没有编号为 {objection_id} 的异议。",
            f"There is no objection number {objection_id}.",
            field="objection",
            value=objection_id,
        )
    if not may_read(actor, found[1].directory_code):
        require_importer(actor, directory_code=found[1].directory_code)
    return _read(*found)


def may_read(actor: Actor, directory_code: str) -> bool:
    """Whether this person reads the objections to a directory's notices: who decides on them, and auditors."""
    audits = actor.may(Role.AUDITOR, region_code="", directory_code=directory_code)
    return audits or may_curate(actor, directory_code)


def may_curate(actor: Actor, directory_code: str) -> bool:
    """Whether this official curates a directory for the province: who acts on its batches and sees who objected."""
    return actor.may(Role.CURATOR, region_code="", directory_code=directory_code)


def _all() -> Select[Objection, Batch, Directory]:
    return (
        select(Objection, Batch, Directory)
        .join(Batch, col(Batch.id) == col(Objection.batch_id))
        .join(Directory, col(Directory.code) == col(Batch.directory_code))
    )


def _read(row: Objection, batch: Batch, directory: Directory) -> ObjectionRead:
    return ObjectionRead(
        id=row.id,
        receipt=row.receipt,
        batch_id=batch.id,
        batch_label=batch.label,
        directory_code=batch.directory_code,
        directory_name=Text(directory.short_zh, directory.short_en),
        notice_to=batch.notice_to,
        listing_id=row.listing_id or row.product_listing_id,
        subject=row.subject,
        text=row.text,
        objector=row.objector,
        contact=row.contact,
        received_on=row.received_on,
        recorded_by=row.recorded_by,
        state=row.state,
        reason=row.reason,
        decided_by=row.decided_by,
        decided_on=row.decided_on,
    )
