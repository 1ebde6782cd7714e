"""What officials do with a batch: register it, open its public notice, make it final, take it down, freeze it.

Each act takes a curator of the directory for the province, a day, a reason and, where a document decides, its number.
Freezing takes one official: it records what the authority has published, and hash and audit chain show who did it.
Ending a public notice before its last day takes a second one: not whoever opened it.
"""

from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from registry.models import Batch, Directory, Listing, Objection, ProductListing
from registry.policies import Actor, require_importer
from registry.services.batch_life.dating import date_titles
from registry.services.batch_life.freezing import seal
from registry.services.batch_life.moves import Said, check_days, check_document, lock_batch, move, record, require_move
from registry.services.batch_life.standing import carry_withdrawals, supersede
from registry.services.identities import check_past, check_reason
from registry.services.listing_rows import find_directory
from registry.vocabulary import BatchAct, BatchState, DirectoryKind, ObjectionState

LABEL_MAX, TITLE_MAX = 100, 300
YEARS = range(1990, 2101)


def start_batch(
    session: Session,
    *,
    directory: str,
    year: int,
    label: str,
    actor: Actor,
    title: str = "",
    document_no: str | None = None,
    source_url: str | None = None,
    reason: str = "登记批次",
) -> Batch:
    """A new draft, seen by officials only; an import that names its directory, year and label fills it.

    Raises NotFound (directory), NotAllowed, InvalidInput, Conflict (the directory has a batch of this name).
    """
    kind = find_directory(session, directory)
    require_importer(actor, directory_code=kind.code)
    name = _check_label(label)
    if year not in YEARS:
        raise InvalidInput(
            f"年份 {year} 超出范围（{YEARS[0]}–{YEARS[-1]}）。",
            f"The year {year} is out of range ({YEARS[0]}–{YEARS[-1]}).",
            field="year",
            value=year,
        )
    _refuse_twin(session, kind.code, year, name)
    said = Said(clock.today(), check_reason(reason), check_document(document_no))
    batch = Batch(
        directory_code=kind.code,
        year=year,
        label=name,
        title=" ".join(title.replace("\x00", " ").split())[:TITLE_MAX] or f"{kind.short_zh}{name}",
        document_no=said.document_no,
        source_url=(source_url or "")[:500] or None,
        state=BatchState.DRAFT,
    )
    session.add(batch)
    session.flush()
    record(session, batch, BatchAct.START, actor=actor, said=said)
    return batch


def publish_notice(
    session: Session,
    *,
    batch_id: int,
    notice_from: date,
    notice_to: date,
    actor: Actor,
    reason: str,
    document_no: str | None = None,
) -> Batch:
    """Open the public notice (公示) of a draft, first and last day inclusive. It counts for nothing.

    Raises NotFound, Gone, NotAllowed, InvalidTransition, InvalidInput (days, reason), Conflict (no rows).
    """
    batch = lock_batch(session, batch_id, actor)
    require_move(batch, BatchAct.NOTICE)
    if notice_to < notice_from:
        raise InvalidInput(
            f"公示截止日 {notice_to} 早于开始日 {notice_from}。",
            f"The notice would end ({notice_to}) before it begins ({notice_from}).",
            field="notice_to",
            value=notice_to,
        )
    check_days(notice_from=notice_from, notice_to=notice_to)
    check_past(notice_from)
    said = Said(notice_from, check_reason(reason), check_document(document_no))
    require_rows(session, batch)
    batch.notice_from, batch.notice_to, batch.notice_by = notice_from, notice_to, actor.label
    batch.announced_on = None
    batch.document_no = said.document_no or batch.document_no
    move(session, batch, BatchAct.NOTICE, actor=actor, said=said, notice_to=notice_to.isoformat())
    return batch


def make_final(
    session: Session, *, batch_id: int, announced_on: date, document_no: str, actor: Actor, reason: str
) -> Batch:
    """Turn a draft or public notice into the final list by one act: it gives titles and is frozen.

    Titles whose row states no day of its own begin on ``announced_on``; those of a correction keep the days of the
    edition before, which is superseded by this act, and its withdrawals go on holding. Raises NotFound, Gone,
    NotAllowed (the notice still runs and whoever opened it asks), InvalidTransition, InvalidInput, Conflict (open
    objections, no rows, the edition before is no longer the one in force).
    """
    batch = lock_batch(session, batch_id, actor)
    require_move(batch, BatchAct.FINAL)
    check_days(announced_on=announced_on)
    check_past(announced_on)
    said = Said(announced_on, check_reason(reason), check_document(document_no, required=True))
    _check_notice(batch, announced_on, actor)
    refuse_open_objections(session, batch)
    require_rows(session, batch)
    before = supersede(session, batch, actor=actor, said=said)
    batch.announced_on, batch.document_no = announced_on, said.document_no
    if before is None:
        date_titles(session, batch, announced_on)
    else:
        carry_withdrawals(session, old=before, new=batch)
    digest = seal(session, batch)
    early = batch.notice_to is not None and announced_on <= batch.notice_to
    move(session, batch, BatchAct.FINAL, actor=actor, said=said, sha256=digest, early=early)
    return batch


def withdraw_batch(
    session: Session, *, batch_id: int, on: date, actor: Actor, reason: str, document_no: str | None = None
) -> Batch:
    """Take a draft or public notice down: it never becomes final. A notice that was public stays readable as such.

    Raises NotFound, Gone, NotAllowed, InvalidTransition (a final batch is corrected, not taken down), InvalidInput.
    """
    batch = lock_batch(session, batch_id, actor)
    require_move(batch, BatchAct.WITHDRAW)
    check_days(on=on)
    check_past(on)
    said = Said(on, check_reason(reason), check_document(document_no))
    move(session, batch, BatchAct.WITHDRAW, actor=actor, said=said)
    return batch


def freeze_batch(session: Session, *, batch_id: int, actor: Actor, reason: str) -> Batch:
    """Freeze a final batch that imports have filled: from now on no row is added, changed or taken back.

    Raises NotFound, Gone, NotAllowed, InvalidTransition (not final, or frozen already), Conflict (no rows).
    """
    batch = lock_batch(session, batch_id, actor)
    if batch.state is not BatchState.FINAL or batch.content_hash is not None:
        raise InvalidTransition(
            f"批次“{batch.label}”{'已冻结' if batch.content_hash else '不是正式名单'}，不能冻结。",
            f"Batch “{batch.label}” is {'frozen already' if batch.content_hash else 'not final'}: it cannot be frozen.",
            field="batch",
            value=batch.id,
        )
    said = Said(clock.today(), check_reason(reason), batch.document_no)
    require_rows(session, batch)
    digest = seal(session, batch)
    record(session, batch, BatchAct.FREEZE, actor=actor, said=said, sha256=digest)
    return batch


def possible_acts(batch: Batch) -> list[BatchAct]:
    """What could be done to a batch in its state, whoever asks."""
    if batch.state is BatchState.DRAFT:
        return [BatchAct.NOTICE, BatchAct.FINAL, BatchAct.WITHDRAW]
    if batch.state is BatchState.PUBLIC_NOTICE:
        return [BatchAct.FINAL, BatchAct.WITHDRAW]
    if batch.state is BatchState.FINAL:
        return [BatchAct.FREEZE] if batch.content_hash is None else [BatchAct.CORRECT]
    return []


def count_rows(session: Session, batch: Batch) -> int:
    """Rows of the batch, taken-back ones not counted."""
    kind = session.get_one(Directory, batch.directory_code).kind
    table = ProductListing if kind is DirectoryKind.PRODUCT else Listing
    query = select(func.count()).where(col(table.batch_id) == batch.id, col(table.voided_at).is_(None))
    return session.scalar(query) or 0


def require_rows(session: Session, batch: Batch) -> None:
    """Raise Conflict if the batch lists nothing."""
    if count_rows(session, batch) == 0:
        raise Conflict(
            f"批次“{batch.label}”里没有名单。请先导入。",
            f"Batch “{batch.label}” lists nothing. Import its list first.",
            field="batch",
        )


def refuse_open_objections(session: Session, batch: Batch) -> None:
    """Raise Conflict while an objection to the batch is undecided."""
    query = select(func.count()).where(col(Objection.batch_id) == batch.id, col(Objection.state) == ObjectionState.OPEN)
    count = session.scalar(query) or 0
    if count:
        raise Conflict(
            f"批次“{batch.label}”还有 {count} 件异议没有处理。",
            f"{count} objections to batch “{batch.label}” are undecided.",
            field="batch",
        )


def _check_notice(batch: Batch, announced_on: date, actor: Actor) -> None:
    """The announcement follows the notice; before its last day is over it takes somebody else than who opened it."""
    if batch.state is not BatchState.PUBLIC_NOTICE:
        return
    if batch.notice_from is not None and announced_on < batch.notice_from:
        raise InvalidInput(
            f"公告日期 {announced_on} 早于公示开始日 {batch.notice_from}。",
            f"The announcement ({announced_on}) would be before the notice began ({batch.notice_from}).",
            field="announced_on",
            value=announced_on,
        )
    runs = batch.notice_to is None or min(clock.today(), announced_on) <= batch.notice_to
    if runs and actor.label == (batch.notice_by or actor.label):
        raise NotAllowed(
            f"公示到 {batch.notice_to} 才结束。提前定为正式，须由发起公示者以外的另一名工作人员写明理由办理。",
            f"The notice runs until {batch.notice_to}. To end it earlier takes another official than the one who "
            "opened it, with a reason.",
        )


def _check_label(given: str) -> str:
    label = " ".join(given.split())
    if not label or len(label) > LABEL_MAX or not label.isprintable():
        raise InvalidInput(
            f"批次名称应为 1 至 {LABEL_MAX} 个字。",
            f"The name of a batch has 1 to {LABEL_MAX} characters.",
            field="label",
            value=given,
        )
    return label


def _refuse_twin(session: Session, directory: str, year: int, label: str) -> None:
    query = select(Batch).where(
        col(Batch.directory_code) == directory, col(Batch.year) == year, col(Batch.label) == label
    )
    twin = session.scalars(query.limit(1)).first()
    if twin is not None:
        raise Conflict(
            f"这个名录在 {year} 年已有名为“{label}”的批次（编号 {twin.id}）。",
            f"The directory has a batch named “{label}” in {year} (number {twin.id}).",
            field="label",
            value=label,
        )
