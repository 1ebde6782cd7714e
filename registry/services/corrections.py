"""Errors the public reports on an enterprise's page (纠错): taken with a receipt, decided by officials of the place.

Who reported it is never public and not in the audit trail. The decision changes nothing by itself: the register is
mended by the service for it, and the decision says what was done.
"""

import secrets
from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound, Text
from registry.models import Correction, Enterprise
from registry.policies import Actor, require
from registry.schemas.corrections import CorrectionRead, CorrectionReceipt
from registry.services import audit
from registry.services.identities import check_reason
from registry.services.inbox.items import close_item, open_item
from registry.services.inbox.reach import HANDLERS
from registry.services.keys import key_of
from registry.services.places import full_place
from registry.services.resolving import resolve
from registry.services.rows import by_number
from registry.vocabulary import CorrectionState, Role, WorkKind

ABOUT: dict[str, Text] = {
    "name": Text("企业名称或代码", "Name or code"),
    "profile": Text("地址、行业等基本信息", "Address, industry and other facts"),
    "title": Text("称号", "A title"),
    "figure": Text("年度指标", "A yearly figure"),
    "product": Text("产品", "A product"),
    "same": Text("与另一家是同一企业", "It is the same as another enterprise"),
    "other": Text("其他", "Something else"),
}
TEXT_MIN, TEXT_MAX, CONTACT_MAX = 6, 2_000, 200
DAYS = 15
"""To deal with one."""
AN_HOUR_FOR_ONE, AN_HOUR_FOR_ALL = 10, 200
"""Reports taken within an hour about one enterprise, and about all."""
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
DECISIONS = (CorrectionState.DONE, CorrectionState.DISMISSED)
_READERS = HANDLERS[WorkKind.CORRECTION] | {Role.AUDITOR}


def report_error(session: Session, *, key: str, about: str, text: str, contact: str = "") -> str:
    """Take a report about the enterprise behind ``key``; returns its receipt. The same words again: the same receipt.

    Raises NotFound, Gone (the enterprise), InvalidInput, Conflict (too many).
    """
    enterprise = session.get_one(Enterprise, resolve(session, key).enterprise_id)
    row = _checked(enterprise, about, text, contact)
    twin = session.scalars(
        select(Correction).where(
            col(Correction.enterprise_id) == enterprise.id,
            col(Correction.about) == row.about,
            col(Correction.text) == row.text,
            col(Correction.state) == CorrectionState.OPEN,
        )
    ).first()
    if twin is not None:
        return twin.receipt
    _refuse_flood(session, enterprise.id)
    session.add(row)
    session.flush()
    open_item(
        session,
        kind=WorkKind.CORRECTION,
        subject_id=row.id,
        title=enterprise.name_zh,
        region_code=_place(enterprise),
        enterprise_id=enterprise.id,
        due_on=clock.today() + timedelta(days=DAYS),
    )
    _note(session, row, "公众", "correction.received", "")
    return row.receipt


def decide_correction(
    session: Session, *, correction_id: int, decision: CorrectionState, actor: Actor, reason: str
) -> Correction:
    """Say what was done about a report, or that there is nothing in it; whoever holds the receipt can read it.

    Raises NotFound, NotAllowed, InvalidInput (decision, reason), InvalidTransition (decided before).
    """
    row = _locked(session, correction_id)
    enterprise = session.get_one(Enterprise, row.enterprise_id)
    require(actor, HANDLERS[WorkKind.CORRECTION], region_code=_place(enterprise))
    if decision not in DECISIONS:
        raise InvalidInput("请选择处理结果。", "Choose a decision.", field="decision")
    said = check_reason(reason)
    if row.state is not CorrectionState.OPEN:
        raise InvalidTransition(
            f"这件纠错已处理：{row.state.label.zh}。",
            f"This report was decided already: {row.state.label.en.lower()}.",
            field="correction",
        )
    row.state, row.reason, row.decided_by, row.decided_at = decision, said, actor.label, clock.now()
    session.flush()
    close_item(session, kind=WorkKind.CORRECTION, subject_id=row.id)
    _note(session, row, actor.label, "correction.decided", said)
    return row


def by_receipt(session: Session, receipt: str) -> CorrectionReceipt:
    """What became of a report. Raises NotFound."""
    row = session.scalars(select(Correction).where(col(Correction.receipt) == receipt.strip().upper())).first()
    if row is None:
        raise NotFound("没有这个受理编号。请核对。", "There is no such receipt number. Check it.", field="receipt")
    return CorrectionReceipt(**_told(session, row))


def get_correction(session: Session, correction_id: int, *, actor: Actor) -> CorrectionRead:
    """One report, for officials of the place and auditors. Raises NotFound, NotAllowed."""
    row = by_number(session, Correction, correction_id)
    if row is None:
        raise _none(correction_id)
    enterprise = session.get_one(Enterprise, row.enterprise_id)
    require(actor, _READERS, region_code=_place(enterprise))
    handlers = HANDLERS[WorkKind.CORRECTION]
    others = select(func.count()).where(
        col(Correction.enterprise_id) == enterprise.id,
        col(Correction.state) == CorrectionState.OPEN,
        col(Correction.id) != row.id,
    )
    return CorrectionRead(
        **_told(session, row),
        id=row.id,
        contact=row.contact,
        place=full_place(_place(enterprise)),
        decided_by=row.decided_by,
        may_decide=row.state is CorrectionState.OPEN and actor.may(handlers, region_code=_place(enterprise)),
        others=session.scalar(others) or 0,
    )


def _told(session: Session, row: Correction) -> dict[str, object]:
    enterprise = session.get_one(Enterprise, row.enterprise_id)
    return {
        "receipt": row.receipt,
        "enterprise_key": key_of(session, enterprise.id),
        "enterprise_name": enterprise.name_zh,
        "about": ABOUT.get(row.about, ABOUT["other"]),
        "text": row.text,
        "state": row.state,
        "reason": row.reason,
        "received_at": row.received_at,
        "decided_at": row.decided_at,
    }


def _checked(enterprise: Enterprise, about: str, text: str, contact: str) -> Correction:
    said = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    how = " ".join(contact.split())
    if about not in ABOUT:
        raise InvalidInput("请选择哪一部分有误。", "Choose what is wrong.", field="about", choices=tuple(ABOUT))
    if not TEXT_MIN <= len(said) <= TEXT_MAX or "\x00" in said:
        raise InvalidInput(
            f"请写明哪里有误、应为什么，{TEXT_MIN} 至 {TEXT_MAX} 个字。",
            f"Say what is wrong and what it should be, in {TEXT_MIN} to {TEXT_MAX} characters.",
            field="text",
        )
    if len(how) > CONTACT_MAX or "\x00" in how:
        raise InvalidInput(
            f"联系方式最多 {CONTACT_MAX} 个字。", f"A contact has at most {CONTACT_MAX} characters.", field="contact"
        )
    return Correction(receipt=_receipt(), enterprise_id=enterprise.id, about=about, text=said, contact=how)


def _refuse_flood(session: Session, enterprise_id: int) -> None:
    recent = select(func.count()).where(col(Correction.received_at) > clock.now() - timedelta(hours=1))
    for_one = session.scalar(recent.where(col(Correction.enterprise_id) == enterprise_id)) or 0
    if for_one >= AN_HOUR_FOR_ONE or (session.scalar(recent) or 0) >= AN_HOUR_FOR_ALL:
        raise Conflict(
            "刚收到很多纠错，暂时不收。请一小时后再提交。",
            "Very many reports have just come in. Come back in an hour.",
            field="text",
        )


def _locked(session: Session, number: int) -> Correction:
    row = by_number(session, Correction, number, lock=True)
    if row is None:
        raise _none(number)
    return row


def _none(number: int) -> NotFound:
    return NotFound(f"没有编号为 {number} 的纠错。", f"There is no report number {number}.", field="correction")


def _place(enterprise: Enterprise) -> str:
    return enterprise.region_code or enterprise.city_code or ""


def _note(session: Session, row: Correction, actor: str, action: str, reason: str) -> None:
    """The event names the report and never whoever made it."""
    audit.record(
        session,
        actor=actor,
        action=action,
        subject_kind="correction",
        subject_key=row.receipt,
        after={"enterprise": row.enterprise_id, "about": row.about, "state": row.state.value},
        reason=reason,
    )


def _receipt() -> str:
    """JC-… with sixteen letters and digits, none easily mistaken: 80 bits nobody guesses."""
    drawn = "".join(secrets.choice(_LETTERS) for _ in range(16))
    return "JC-" + "-".join(drawn[start : start + 4] for start in range(0, 16, 4))
