"""Corrections: a new edition (版次) of a frozen batch, worked on as a draft; the old one stays readable for ever."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, literal, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.models import Batch, Directory, Listing, ProductListing
from registry.policies import Actor
from registry.schemas.directories import BatchSummary
from registry.services import audit, outbox
from registry.services.batch_life.acts import count_rows
from registry.services.batch_life.moves import SUBJECT, Said, check_days, check_document, lock_batch, record
from registry.services.batch_life.previous import batch_before
from registry.services.batch_reading import batch_summary
from registry.services.identities import check_reason
from registry.services.listing_rows import find_directory
from registry.vocabulary import BatchAct, BatchState, DirectoryKind

_OWN = frozenset({"id", "batch_id", "recorded_at", "voided_at"})
"""Columns of a row that are not copied into a new edition."""
_LONGEST = {"name_as_announced": 300, "certificate_no": 60, "group_label": 100}
"""Text of a row and how many characters of it are kept."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a row is to say; what is None stays as it is."""

    name_as_announced: str | None = None
    certificate_no: str | None = None
    rank: int | None = None
    group_label: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


def correct(
    session: Session,
    *,
    batch_id: int,
    actor: Actor,
    reason: str,
    document_no: str | None = None,
    copy_rows: bool = True,
) -> Batch:
    """A new edition of a frozen batch as a draft, with a copy of its rows to be amended, or empty for an import.

    An import that names directory, year and label of the batch fills the draft. The edition before stays in force
    until the draft is made final. Raises NotFound, Gone, NotAllowed, InvalidTransition (not final and frozen),
    InvalidInput, Conflict (a correction of it is under way).
    """
    old = lock_batch(session, batch_id, actor)
    if old.state is not BatchState.FINAL or old.content_hash is None:
        raise InvalidTransition(
            f"批次“{old.label}”{'还没有冻结' if old.state is BatchState.FINAL else '不是现行的正式名单'}，不能更正。",
            f"Batch “{old.label}” is not {'frozen' if old.state is BatchState.FINAL else 'a final list in force'}: "
            "there is nothing to correct.",
            field="batch",
            value=old.id,
        )
    _refuse_rival(session, old)
    said = Said(clock.today(), check_reason(reason), check_document(document_no))
    new = Batch(
        **old.model_dump(include={"directory_code", "year", "label", "title", "source_url"}),
        document_no=said.document_no,
        state=BatchState.DRAFT,
        edition=_next_edition(session, old),
        supersedes_id=old.id,
    )
    session.add(new)
    session.flush()
    copied = _copy_rows(session, old, new) if copy_rows else 0
    record(session, new, BatchAct.CORRECT, actor=actor, said=said, corrects=old.id, copied=copied)
    return new


def drop_row(session: Session, *, batch_id: int, listing_id: int, actor: Actor, reason: str) -> None:
    """Take a row out of a draft or public notice. Raises NotFound, NotAllowed, InvalidTransition, InvalidInput."""
    batch = _editable(session, batch_id, actor, (BatchState.DRAFT, BatchState.PUBLIC_NOTICE))
    take_out(session, batch, listing_id, actor=actor, reason=check_reason(reason))


def take_out(session: Session, batch: Batch, listing_id: int, *, actor: Actor, reason: str) -> None:
    """Void one row of a batch the caller has locked and checked, with its event; the index is told."""
    row = _row(session, batch, listing_id)
    row.voided_at = clock.now()
    session.flush()
    _note(session, batch, actor, "batch.row_dropped", reason, before=_said(row))
    _tell(session, row)


def amend_row(
    session: Session, *, batch_id: int, listing_id: int, amendment: Amendment, actor: Actor, reason: str
) -> None:
    """Change what a row of a draft says. Raises NotFound, NotAllowed, InvalidTransition, InvalidInput."""
    batch = _editable(session, batch_id, actor, (BatchState.DRAFT,))
    said = check_reason(reason)
    row = _row(session, batch, listing_id)
    wanted = {name: value for name, value in asdict(amendment).items() if value is not None}
    unknown = [name for name in wanted if not hasattr(row, name)]
    if unknown:
        raise InvalidInput(
            "产品条目没有名次和分组。", "An entry of a product has no rank and no group.", field=unknown[0]
        )
    _check_lengths(wanted)
    _check_order(wanted.get("valid_from", row.valid_from), wanted.get("valid_to", row.valid_to))
    before = {name: str(getattr(row, name)) for name in wanted}
    for name, value in wanted.items():
        setattr(row, name, value)
    session.flush()
    after = {name: str(value) for name, value in wanted.items()}
    _note(session, batch, actor, "batch.row_amended", said, before=before, after={"listing": row.id} | after)


def _check_lengths(wanted: dict[str, Any]) -> None:
    for field, most in _LONGEST.items():
        text = wanted.get(field)
        if text is not None and ("\x00" in text or not 0 < len(text.strip()) <= most):
            raise InvalidInput(
                f"应为 1 至 {most} 个字，现有 {len(text)} 个。",
                f"It has to be 1 to {most} characters, not {len(text)}.",
                field=field,
                value=text,
            )


def _check_order(first: date, last: date | None) -> None:
    check_days(valid_from=first, valid_to=last or first)
    if last is not None and last < first:
        raise InvalidInput(
            f"截止日 {last} 早于起始日 {first}。",
            f"The last day ({last}) is before the first ({first}).",
            field="valid_to",
            value=last,
        )


def _editable(session: Session, batch_id: int, actor: Actor, states: tuple[BatchState, ...]) -> Batch:
    batch = lock_batch(session, batch_id, actor)
    if batch.state not in states:
        raise InvalidTransition(
            f"批次“{batch.label}”的状态是“{batch.state.label.zh}”，名单不能再改。",
            f"Batch “{batch.label}” is in the state “{batch.state.label.en}”: its rows cannot be changed.",
            field="batch",
            value=batch.id,
        )
    return batch


def _row(session: Session, batch: Batch, listing_id: int) -> Listing | ProductListing:
    kind = session.get_one(Directory, batch.directory_code).kind
    row: Listing | ProductListing | None
    if kind is DirectoryKind.PRODUCT:
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
    return row


def _refuse_rival(session: Session, old: Batch) -> None:
    query = select(Batch).where(
        col(Batch.supersedes_id) == old.id,
        col(Batch.voided_at).is_(None),
        col(Batch.state) != BatchState.WITHDRAWN,
    )
    rival = session.scalars(query.limit(1)).first()
    if rival is not None:
        raise Conflict(
            f"批次“{old.label}”的第 {rival.edition} 版正在更正（编号 {rival.id}，{rival.state.label.zh}）。",
            f"Edition {rival.edition} of batch “{old.label}” is under way already (number {rival.id}).",
            field="batch",
            value=rival.id,
        )


def _next_edition(session: Session, old: Batch) -> int:
    query = select(func.max(Batch.edition)).where(
        col(Batch.directory_code) == old.directory_code, col(Batch.year) == old.year, col(Batch.label) == old.label
    )
    return (session.scalar(query) or old.edition) + 1


def _copy_rows(session: Session, old: Batch, new: Batch) -> int:
    """The rows of the old edition again, in their order; where they stand in the archived file stays the same."""
    kind = session.get_one(Directory, old.directory_code).kind
    table: Any = ProductListing if kind is DirectoryKind.PRODUCT else Listing
    names = [column.name for column in table.__table__.columns if column.name not in _OWN]
    recorded = literal(clock.now(), table.__table__.c.recorded_at.type)
    rows = (
        select(*(table.__table__.c[name] for name in names), literal(new.id), recorded)
        .where(col(table.batch_id) == old.id, col(table.voided_at).is_(None))
        .order_by(col(table.id))
    )
    made = session.connection().execute(insert(table).from_select([*names, "batch_id", "recorded_at"], rows))
    return made.rowcount


def _note(
    session: Session,
    batch: Batch,
    actor: Actor,
    action: str,
    reason: str,
    *,
    before: dict[str, Any],
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=action,
        subject_kind=SUBJECT,
        subject_key=str(batch.id),
        before=before,
        after=after,
        reason=reason,
    )


def _said(row: Listing | ProductListing) -> dict[str, Any]:
    return {"listing": row.id, "name": row.name_as_announced, "import_row": row.import_row_id}


def _tell(session: Session, row: Listing | ProductListing) -> None:
    if isinstance(row, Listing):
        outbox.enterprises_changed(session, [row.enterprise_id])
    else:
        outbox.products_changed(session, [row.product_id])


def previous_edition(session: Session, *, directory: str, before: date) -> BatchSummary | None:
    """The newest final announcement of a directory made before a day; None if there is none. Raises NotFound."""
    known = find_directory(session, directory)
    batch = batch_before(session, directory_code=known.code, before=before)
    return None if batch is None else batch_summary(batch, known, rows=count_rows(session, batch))
