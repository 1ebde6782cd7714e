"""The batch a list is written into: the one there is, one that was taken back before, or a new one."""

from sqlmodel import Session

from registry import clock
from registry.models import Batch, ImportRun, SourceFile
from registry.policies import Actor
from registry.services import outbox
from registry.services.batch_life.moves import Said, record
from registry.services.imports.options import Destination, existing_batch
from registry.vocabulary import BatchAct, BatchState


def batch_to_fill(
    session: Session, destination: Destination, run: ImportRun, source: SourceFile, actor: Actor
) -> Batch:
    """The batch of the destination: the one there is, one taken back before, or a new one."""
    batch = existing_batch(session, destination)
    state = BatchState.PUBLIC_NOTICE if destination.public_notice else BatchState.FINAL
    opened = destination.public_notice and (batch is None or batch.voided_at is not None)
    if batch is None:
        title = next((table["title"] for table in run.understood["tables"] if table["title"]), "")
        batch = Batch(
            directory_code=destination.directory_code,
            year=destination.year,
            label=destination.label[:100],
            title=(title or source.filename.rpartition(".")[0] or source.filename)[:300],
            state=state,
            notice_from=destination.notice_from,
            notice_to=destination.notice_to,
        )
        session.add(batch)
    if batch.voided_at is not None:
        batch.voided_at, batch.state = None, state
        batch.announced_on = batch.document_no = None
        batch.notice_from, batch.notice_to = destination.notice_from, destination.notice_to
    known = (batch.announced_on, batch.document_no)
    batch.announced_on = batch.announced_on or destination.announced_on
    batch.document_no = batch.document_no or destination.document_no
    session.flush()
    if opened:
        batch.notice_by = actor.label
        said = Said(destination.notice_from or clock.today(), f"随导入 IM-{run.id} 公示", destination.document_no)
        record(session, batch, BatchAct.NOTICE, actor=actor, said=said)
    if known != (batch.announced_on, batch.document_no):
        # What stood in the batch before is shown with its document and date, too.
        outbox.batches_changed(session, [batch.id])
    return batch
