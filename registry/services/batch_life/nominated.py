"""The list that follows from a call: approved nominations become rows of a draft, which goes the way of every batch."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidTransition, NotFound
from registry.models import Batch, Call, Enterprise, Listing, Submission
from registry.policies import Actor, require_importer
from registry.services import audit, outbox
from registry.services.batch_life.acts import start_batch
from registry.services.batch_life.moves import SUBJECT, lock_batch
from registry.vocabulary import BatchState, SubmissionKind, SubmissionState

LISTED = "batch.nominations_listed"


def waiting_nominations(session: Session, call: Call) -> list[Submission]:
    """Approved nominations of a call that stand on no list: none yet, or one that was taken down."""
    query = (
        select(Submission)
        .join(Listing, col(Listing.id) == col(Submission.listing_id), isouter=True)
        .join(Batch, col(Batch.id) == col(Listing.batch_id), isouter=True)
        .where(
            col(Submission.call_id) == call.id,
            col(Submission.kind) == SubmissionKind.NOMINATION,
            col(Submission.state) == SubmissionState.APPROVED,
            col(Submission.listing_id).is_(None) | (col(Batch.state) == BatchState.WITHDRAWN),
        )
        .order_by(col(Submission.receipt))
    )
    return list(session.scalars(query))


def list_nominations(
    session: Session, *, call_id: int, label: str, year: int, actor: Actor, batch_id: int | None = None
) -> Batch:
    """Put every approved nomination of a call that waits on a draft list: a new one, or ``batch_id``; returns it.

    A row that an objection took out stays out. Raises NotFound, NotAllowed, InvalidInput (label, year), Conflict
    (nothing waits, the name is taken), InvalidTransition (the batch is no draft, or of another directory).
    """
    call = session.get(Call, call_id, with_for_update=True)
    if call is None:
        raise NotFound(f"没有编号为 {call_id} 的申报通知。", f"There is no call number {call_id}.", field="call")
    require_importer(actor, directory_code=call.directory_code)
    waiting = waiting_nominations(session, call)
    if not waiting:
        raise Conflict(
            "这个申报通知没有等待列入名单的已通过申报。",
            "No approved nomination of this call waits to be listed.",
            field="call",
        )
    batch = _draft(session, call, label, year, actor, batch_id)
    for submission in waiting:
        _list_one(session, batch, submission)
    audit.record(
        session,
        actor=actor.label,
        action=LISTED,
        subject_kind=SUBJECT,
        subject_key=str(batch.id),
        after={"call": call.id, "receipts": [one.receipt for one in waiting]},
        reason=call.title,
    )
    outbox.enterprises_changed(session, [one.enterprise_id for one in waiting])
    return batch


def _draft(session: Session, call: Call, label: str, year: int, actor: Actor, batch_id: int | None) -> Batch:
    if batch_id is None:
        return start_batch(
            session,
            directory=call.directory_code,
            year=year,
            label=label,
            actor=actor,
            title=f"{call.title}：{label}",
            document_no=None,
            reason=f"由申报通知形成名单：{call.title}"[:400],
        )
    batch = lock_batch(session, batch_id, actor)
    if batch.state is not BatchState.DRAFT or batch.directory_code != call.directory_code:
        raise InvalidTransition(
            "只能列入同一名录的草案。", "Only a draft of the same directory takes these rows.", field="batch"
        )
    return batch


def _list_one(session: Session, batch: Batch, submission: Submission) -> None:
    """One row. Its days are given when the list becomes final: until then it gives no title."""
    firm = session.get_one(Enterprise, submission.enterprise_id)
    row = Listing(
        enterprise_id=firm.id,
        directory_code=batch.directory_code,
        batch_id=batch.id,
        name_as_announced=firm.name_zh,
        valid_from=clock.today(),
        details={"申报编号": submission.receipt},
    )
    session.add(row)
    session.flush()
    submission.listing_id = row.id
