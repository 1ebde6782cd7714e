"""Which state of a batch follows which: the one table, and the one place where a state is changed."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Gone, InvalidInput, InvalidTransition, NotFound
from registry.models import AuditEvent, Batch
from registry.policies import Actor, require_importer
from registry.schemas.batches import BatchEvent
from registry.schemas.inputs import EARLIEST, LATEST
from registry.services import audit, outbox
from registry.services.feed.telling import tell_correction
from registry.services.rows import by_number
from registry.vocabulary import BatchAct, BatchState

MOVES: dict[BatchAct, tuple[tuple[BatchState, ...], BatchState]] = {
    BatchAct.NOTICE: ((BatchState.DRAFT,), BatchState.PUBLIC_NOTICE),
    BatchAct.FINAL: ((BatchState.DRAFT, BatchState.PUBLIC_NOTICE), BatchState.FINAL),
    BatchAct.WITHDRAW: ((BatchState.DRAFT, BatchState.PUBLIC_NOTICE), BatchState.WITHDRAWN),
    BatchAct.SUPERSEDE: ((BatchState.FINAL,), BatchState.SUPERSEDED),
}
"""Act → the states it may start from and the one it leads to. What is not here does not happen."""

SUBJECT = "batch"
ACTION = "batch."
DOCUMENT_MAX = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What an official says with an act: its day, the number of the document it rests on, and why."""

    on: date
    reason: str
    document_no: str | None = None


def lock_batch(session: Session, batch_id: int, actor: Actor) -> Batch:
    """The batch, locked until the transaction ends, for somebody who curates its directory for the province.

    Raises NotFound, Gone (its import was undone), NotAuthenticated, NotAllowed.
    """
    batch = by_number(session, Batch, batch_id, lock=True)
    if batch is None:
        raise NotFound(f"没有编号为 {batch_id} 的批次。", f"There is no batch number {batch_id}.", field="batch")
    require_importer(actor, directory_code=batch.directory_code)
    if batch.voided_at is not None:
        raise Gone(
            f"批次“{batch.label}”来自一次已撤回的导入。",
            f"Batch “{batch.label}” came from an import that was undone.",
            field="batch",
        )
    return batch


def require_move(batch: Batch, act: BatchAct) -> BatchState:
    """The state the act leads to. Raises InvalidTransition if it cannot start from the present one."""
    starts, leads_to = MOVES[act]
    if batch.state not in starts:
        zh, en = "”或“".join(one.label.zh for one in starts), " or ".join(one.label.en.lower() for one in starts)
        raise InvalidTransition(
            f"批次“{batch.label}”的状态是“{batch.state.label.zh}”；“{act.label.zh}”只适用于“{zh}”的批次。",
            f"Batch “{batch.label}” is in the state “{batch.state.label.en}”; "
            f"“{act.label.en}” is possible in the state {en} only.",
            field="batch",
            value=batch.id,
        )
    return leads_to


def move(session: Session, batch: Batch, act: BatchAct, *, actor: Actor, said: Said, **more: Any) -> None:
    """Change the state, write the event, tell the index. ``more`` goes into the event."""
    before, batch.state = batch.state, require_move(batch, act)
    session.flush()
    record(session, batch, act, actor=actor, said=said, before={"state": before.value}, **more)
    if act is BatchAct.FINAL and batch.supersedes_id is not None:
        tell_correction(session, old=session.get_one(Batch, batch.supersedes_id), new=batch, day=said.on)
    outbox.batches_changed(session, [batch.id])


def record(
    session: Session, batch: Batch, act: BatchAct, *, actor: Actor, said: Said, before: Any = None, **more: Any
) -> None:
    """One event of the audit chain for an act on a batch."""
    after = {"state": batch.state.value, "on": said.on.isoformat(), "document_no": said.document_no}
    audit.record(
        session,
        actor=actor.label,
        action=ACTION + act.value,
        subject_kind=SUBJECT,
        subject_key=str(batch.id),
        before=before,
        after=after | more,
        reason=said.reason,
    )


def check_document(given: str | None, *, required: bool = False) -> str | None:
    """The document number on one line; None where there is none. Raises InvalidInput if it must be given or is long."""
    number = " ".join((given or "").split())
    if (required and not number) or len(number) > DOCUMENT_MAX or "\x00" in number:
        raise InvalidInput(
            f"请写明文号，不超过 {DOCUMENT_MAX} 个字。",
            f"Give the document number, at most {DOCUMENT_MAX} characters.",
            field="document_no",
            value=given,
        )
    return number or None


def check_days(**days: date) -> None:
    """Raise InvalidInput naming the first day outside the years the registry keeps."""
    for field, day in days.items():
        if not EARLIEST <= day <= LATEST:
            raise InvalidInput(
                f"日期 {day} 超出范围，应在 {EARLIEST.year} 至 {LATEST.year} 年之间。",
                f"The day {day} is out of range: use {EARLIEST.year} to {LATEST.year}.",
                field=field,
                value=day,
            )


def history(session: Session, batch_id: int) -> list[BatchEvent]:
    """What was done to a batch, oldest first, as its audit events say."""
    acts = {ACTION + act.value: act for act in BatchAct}
    query = (
        select(AuditEvent)
        .where(
            col(AuditEvent.subject_kind) == SUBJECT,
            col(AuditEvent.subject_key) == str(batch_id),
            col(AuditEvent.action).in_(acts),
        )
        .order_by(col(AuditEvent.id))
    )
    return [
        BatchEvent(
            at=event.at,
            act=acts[event.action],
            actor=event.actor,
            on=date.fromisoformat(event.after["on"]) if event.after and event.after.get("on") else None,
            document_no=(event.after or {}).get("document_no"),
            reason=event.reason,
        )
        for event in session.scalars(query)
    ]
