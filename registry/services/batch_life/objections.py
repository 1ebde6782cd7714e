"""Objections (异议): anybody may object to a public notice while it runs, and officials decide.

Rules against floods, the same for every web process because they are counted in the database: so many a day from one
contact, so many an hour for one notice; the same words twice are one objection. Name and contact are never public.
"""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from registry.identity.folding import fold_name
from registry.models import Batch, Directory, Listing, Objection, ProductListing
from registry.policies import Actor
from registry.schemas.objections import ObjectionSubject
from registry.services import audit
from registry.services.batch_life.editions import take_out
from registry.services.batch_life.moves import lock_batch
from registry.services.batches import find_batch
from registry.services.identities import check_reason
from registry.services.inbox.items import close_item, open_item
from registry.vocabulary import BatchState, DirectoryKind, ObjectionState, WorkKind

TEXT_MIN, TEXT_MAX = 10, 2_000
NAME_MAX, CONTACT_MAX, SUBJECT_MAX = 100, 200, 300
A_DAY_FROM_ONE = 5
"""Objections taken from one contact on one day, over all notices."""
AN_HOUR_FOR_ONE = 60
"""Objections taken by the page for one notice within an hour."""
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DECISIONS = (ObjectionState.UPHELD, ObjectionState.DISMISSED, ObjectionState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote: whom it is about, what they have against it, who they are and how to reach them."""

    text: str
    objector: str
    contact: str
    listing_id: int | None = None
    subject: str = ""


def file_objection(session: Session, *, batch_id: int, words: Words) -> str:
    """Take an objection by the page; returns its receipt number. The same words again return the same receipt.

    Raises NotFound, Gone, InvalidTransition (no notice runs today), InvalidInput, Conflict (too many).
    """
    batch = find_batch(session, batch_id)
    require_running(batch, clock.today())
    row = _checked(session, batch, words)
    twin = _same_words(session, row)
    if twin is not None:
        return twin.receipt
    _refuse_flood(session, row)
    return _store(session, row, label="")


def record_objection(
    session: Session, *, batch_id: int, words: Words, received_on: date, actor: Actor, reason: str
) -> str:
    """Enter an objection that came by letter or telephone, also after the notice ended; returns its receipt number.

    Raises NotFound, Gone, NotAllowed, InvalidTransition (not in public notice), InvalidInput.
    """
    batch = lock_batch(session, batch_id, actor)
    _require_notice(batch)
    if not (batch.notice_from or date.min) <= received_on <= clock.today():
        raise InvalidInput(
            f"收到日期 {received_on} 应在公示开始之后、今天之前。",
            f"The day it was received ({received_on}) lies between the beginning of the notice and today.",
            field="received_on",
            value=received_on,
        )
    row = _checked(session, batch, words)
    row.received_on, row.recorded_by = received_on, actor.label
    return _store(session, row, label=actor.label, reason=check_reason(reason))


def decide_objection(
    session: Session, *, objection_id: int, decision: ObjectionState, actor: Actor, reason: str
) -> Objection:
    """Decide an open objection. One that is upheld takes the row it is about out of the notice.

    A batch becomes final only without open objections, so what is decided here is in public notice or was taken down.
    Raises NotFound, Gone, NotAllowed, InvalidInput (decision, reason), InvalidTransition (decided before).
    """
    row = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(
            f"没有编号为 {objection_id} 的异议。",
            f"There is no objection number {objection_id}.",
            field="objection",
            value=objection_id,
        )
    batch = lock_batch(session, row.batch_id, actor)
    if decision not in DECISIONS:
        raise InvalidInput(
            "请选择处理结果。", "Choose a decision.", field="decision", choices=tuple(one.value for one in DECISIONS)
        )
    said = check_reason(reason)
    if row.state is not ObjectionState.OPEN:
        raise InvalidTransition(
            f"这件异议已处理：{row.state.label.zh}（{row.decided_on}）。",
            f"This objection was decided already: {row.state.label.en.lower()} ({row.decided_on}).",
            field="objection",
            value=row.id,
        )
    row.state, row.reason = decision, said
    row.decided_by, row.decided_on = actor.label, clock.today()
    session.flush()
    close_item(session, kind=WorkKind.OBJECTION, subject_id=row.id)
    number = row.listing_id or row.product_listing_id
    in_notice = batch.state is BatchState.PUBLIC_NOTICE  # one that was taken down has nothing left to take out
    if decision is ObjectionState.UPHELD and in_notice and number is not None and _still_there(session, row):
        take_out(session, batch, number, actor=actor, reason=f"异议 {row.receipt} 成立：{said}"[:400])
    _note(session, row, actor.label, "objection.decided", said, before={"state": ObjectionState.OPEN.value})
    return row


def subject_of(session: Session, batch: Batch, listing_id: int) -> ObjectionSubject:
    """The row of a notice with this number. Raises NotFound."""
    kind = session.get_one(Directory, batch.directory_code).kind
    found: Listing | ProductListing | None
    if kind is DirectoryKind.PRODUCT:
        found = session.get(ProductListing, listing_id)
    else:
        found = session.get(Listing, listing_id)
    if found is None or found.batch_id != batch.id or found.voided_at is not None:
        raise NotFound(
            f"这次公示里没有编号为 {listing_id} 的记录。",
            f"This public notice has no row number {listing_id}.",
            field="listing",
            value=listing_id,
        )
    return ObjectionSubject(listing_id=found.id, name=found.name_as_announced)


def _row_named(session: Session, batch: Batch, name: str) -> int | None:
    """The row of the notice that prints this name, brackets and width aside; None unless there is exactly one."""
    if not name:
        return None
    products = session.get_one(Directory, batch.directory_code).kind is DirectoryKind.PRODUCT
    table = ProductListing if products else Listing
    rows = select(col(table.id), col(table.name_as_announced)).where(
        col(table.batch_id) == batch.id, col(table.voided_at).is_(None)
    )
    wanted = fold_name(name)
    found = [number for number, printed in session.execute(rows) if fold_name(printed) == wanted]
    return found[0] if len(found) == 1 else None


def is_running(batch: Batch, on: date) -> bool:
    """Whether its public notice takes objections on the day."""
    return (
        batch.state is BatchState.PUBLIC_NOTICE
        and (batch.notice_from is None or batch.notice_from <= on)
        and (batch.notice_to is None or on <= batch.notice_to)
    )


def require_running(batch: Batch, on: date) -> None:
    """Raise InvalidTransition unless the public notice takes objections on the day."""
    if not is_running(batch, on):
        raise InvalidTransition(
            f"“{batch.label}”现在不在公示期内，不能在网上提出异议。",
            f"“{batch.label}” is not in public notice now; objections cannot be filed here.",
            field="batch",
        )


def _require_notice(batch: Batch) -> None:
    if batch.state is not BatchState.PUBLIC_NOTICE:
        raise InvalidTransition(
            f"批次“{batch.label}”的状态是“{batch.state.label.zh}”，异议只在公示中处理。",
            f"Batch “{batch.label}” is in the state “{batch.state.label.en}”; objections are dealt with in public "
            "notice only.",
            field="batch",
        )


def _checked(session: Session, batch: Batch, words: Words) -> Objection:
    text = "\n".join(" ".join(line.split()) for line in words.text.strip().splitlines())
    subject = " ".join(words.subject.split())
    _check_length("text", text, TEXT_MIN, TEXT_MAX, "异议内容", "the objection")
    objector = _check_length("objector", " ".join(words.objector.split()), 2, NAME_MAX, "姓名或单位", "your name")
    contact = _check_length("contact", " ".join(words.contact.split()), 5, CONTACT_MAX, "联系方式", "your contact")
    _check_length("subject", subject, 0, SUBJECT_MAX, "企业名称", "the name")
    row = Objection(
        receipt=_receipt(),
        batch_id=batch.id,
        subject=subject,
        text=text,
        objector=objector,
        contact=contact,
        received_on=clock.today(),
    )
    number = words.listing_id if words.listing_id is not None else _row_named(session, batch, subject)
    if number is not None:
        found = subject_of(session, batch, number)
        products = session.get_one(Directory, batch.directory_code).kind is DirectoryKind.PRODUCT
        row.product_listing_id = found.listing_id if products else None
        row.listing_id = None if products else found.listing_id
        row.subject = found.name
    return row


def _check_length(field: str, value: str, low: int, high: int, zh: str, en: str) -> str:
    if not low <= len(value) <= high or "\x00" in value:
        raise InvalidInput(
            f"{zh}应为 {low} 至 {high} 个字。",
            f"Write {en} with {low} to {high} characters.",
            field=field,
        )
    return value


def _same_words(session: Session, row: Objection) -> Objection | None:
    query = select(Objection).where(
        col(Objection.batch_id) == row.batch_id,
        col(Objection.contact) == row.contact,
        col(Objection.subject) == row.subject,
        col(Objection.text) == row.text,
    )
    return session.scalars(query.limit(1)).first()


def _refuse_flood(session: Session, row: Objection) -> None:
    count = select(func.count()).select_from(Objection)
    today = count.where(col(Objection.contact) == row.contact, col(Objection.received_on) == row.received_on)
    recent = count.where(
        col(Objection.batch_id) == row.batch_id,
        col(Objection.recorded_by) == "",
        col(Objection.received_at) > clock.now() - timedelta(hours=1),
    )
    if (session.scalar(today) or 0) >= A_DAY_FROM_ONE:
        raise Conflict(
            f"同一联系方式一天最多提出 {A_DAY_FROM_ONE} 件异议。请明天再提，或来函说明。",
            f"At most {A_DAY_FROM_ONE} objections a day from one contact. Come back tomorrow, or write a letter.",
            field="contact",
        )
    if (session.scalar(recent) or 0) >= AN_HOUR_FOR_ONE:
        raise Conflict(
            "这次公示刚收到很多异议，网上暂时不收。请一小时后再提，或来函说明。",
            "This notice has had very many objections just now. Come back in an hour, or write a letter.",
            field="batch",
        )


def _store(session: Session, row: Objection, *, label: str, reason: str = "") -> str:
    session.add(row)
    session.flush()
    batch = session.get_one(Batch, row.batch_id)
    open_item(
        session,
        kind=WorkKind.OBJECTION,
        subject_id=row.id,
        title=f"{row.subject or batch.title}（{batch.label}）",
        directory_code=batch.directory_code,
        due_on=batch.notice_to,
    )
    _note(session, row, label or "公众", "objection.received", reason)
    return row.receipt


def _note(
    session: Session, row: Objection, actor: str, action: str, reason: str, before: dict[str, str] | None = None
) -> None:
    """The event names the objection and never whoever made it: the audit trail is kept for ever."""
    audit.record(
        session,
        actor=actor,
        action=action,
        subject_kind="objection",
        subject_key=row.receipt,
        before=before,
        after={"batch": row.batch_id, "listing": row.listing_id or row.product_listing_id, "state": row.state.value},
        reason=reason,
    )


def _still_there(session: Session, row: Objection) -> bool:
    found: Listing | ProductListing | None
    if row.product_listing_id is not None:
        found = session.get(ProductListing, row.product_listing_id)
    else:
        found = session.get(Listing, row.listing_id)
    return found is not None and found.voided_at is None


def _receipt() -> str:
    """YY-… with sixteen letters and digits, none easily mistaken: 80 bits nobody guesses."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(16))
    return "YY-" + "-".join(drawn[start : start + 4] for start in range(0, 16, 4))
