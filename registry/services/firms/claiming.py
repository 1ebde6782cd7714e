"""Claiming an enterprise's page (认领): with a licence an official confirms, or a code an official gave out."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry import clock
from registry.db import transaction
from registry.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed, NotAuthenticated, NotFound
from registry.models import Claim, ClaimCode, Enterprise, Membership
from registry.policies import OFFICIALS, Actor, own_region, require
from registry.services import audit
from registry.services.accounts import throttling
from registry.services.assessing.choosing import in_region
from registry.services.inbox.items import close_item, open_item
from registry.services.rows import by_number
from registry.services.submitting.evidence import Inspect, keep_file
from registry.vocabulary import ClaimState, ClaimWay, FirmRole, IdentityState, Role, WorkKind

DECIDERS = frozenset({Role.REVIEWER, Role.CURATOR})
"""Who confirms claims and hands out codes, inside their region."""
CODE_LASTS = timedelta(days=30)
DUE_DAYS = 5
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_CODE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who says so: name and office, telephone, a remark."""

    person: str
    phone: str
    note: str = ""


def claim_with_licence(
    session: Session,
    *,
    actor: Actor,
    enterprise_id: int,
    who: Claimant,
    licence: Path,
    archive_dir: Path,
    inspect: Inspect,
) -> Claim:
    """Ask for an enterprise's page with its business licence; an official of its place decides.

    Raises NotAuthenticated, NotAllowed (an official), InvalidInput, FileRefused, NotFound, Conflict (a member already,
    asked already, or the firm has an owner, who admits people).
    """
    enterprise, account = _claimable(session, actor, enterprise_id)
    if _has_owner(session, enterprise_id):
        raise Conflict(
            "这家企业已有负责人。请由企业负责人在“成员”里添加您，或向主管部门领取认领码。",
            "This firm has an owner already. Ask the owner to admit you under “Members”, or ask the authority for a "
            "code.",
            field="enterprise",
        )
    _check(who)
    kept = keep_file(
        session,
        enterprise_id=enterprise_id,
        slug="licence",
        source=licence,
        actor=actor,
        archive_dir=archive_dir,
        inspect=inspect,
    )
    claim = _claim(session, account, enterprise_id, ClaimWay.LICENCE, who)
    claim.evidence_id = kept.id
    session.flush()
    _record(session, actor.label, claim, "made", way="licence", sha256=kept.sha256)
    open_item(
        session,
        kind=WorkKind.CLAIM,
        subject_id=claim.id,
        title=enterprise.name_zh,
        region_code=enterprise.region_code or enterprise.city_code or "",
        enterprise_id=enterprise_id,
        due_on=clock.today() + timedelta(days=DUE_DAYS),
    )
    return claim


def enter_code(engine: Engine, *, actor: Actor, enterprise_id: int, who: Claimant, code: str) -> int:
    """Claim with a code as somebody typed it; the claim's number. Wrong ones are counted, whatever becomes of the rest.

    Raises like ``claim_with_code``; TooMany after too many wrong codes of this account, or for this firm.
    """
    counted = ((throttling.CLAIM_ACCOUNT, str(actor.account_id)), (throttling.CLAIM_FIRM, str(enterprise_id)))
    with transaction(engine) as session:
        _claimable(session, actor, enterprise_id)
        for limit, subject in counted:
            throttling.take(session, limit, subject)
    with transaction(engine) as session:
        claim = claim_with_code(session, actor=actor, enterprise_id=enterprise_id, who=who, code=code)
        for limit, subject in counted:
            throttling.give_back(session, limit, subject)
        return claim.id


def claim_with_code(session: Session, *, actor: Actor, enterprise_id: int, who: Claimant, code: str) -> Claim:
    """Take over an enterprise's page with the code an official gave out: that official has confirmed it already.

    Raises like ``claim_with_licence``; InvalidInput for a code that is wrong, used or run out.
    """
    _, account = _claimable(session, actor, enterprise_id)
    _check(who)
    plain = "".join(one for one in code.upper() if one in _LETTERS)
    found = session.scalars(
        select(ClaimCode)
        .where(col(ClaimCode.code_sha256) == _digest(plain), col(ClaimCode.enterprise_id) == enterprise_id)
        .with_for_update()
    ).first()
    if found is None or found.used_at is not None or found.expires_at <= clock.now():
        raise InvalidInput(
            "认领码不对、已用过或已过期。请核对，或向主管部门重新领取。",
            "The code is wrong, used or has run out. Check it or ask the authority for a new one.",
            field="code",
        )
    found.used_at, found.used_by_id = clock.now(), account
    claim = _claim(session, account, enterprise_id, ClaimWay.CODE, who)
    claim.state, claim.decided_by, claim.decided_at = ClaimState.CONFIRMED, found.made_by, clock.now()
    _admit(session, claim, found.made_by)
    _record(session, actor.label, claim, "made", way="code", made_by=found.made_by)
    return claim


def make_code(session: Session, *, enterprise_id: int, actor: Actor) -> str:
    """A code for one enterprise, to hand to somebody who was seen. It is shown once: only its hash is kept.

    Codes given out before for the same enterprise stop working. Raises NotFound, NotAllowed.
    """
    enterprise = _alive(session, enterprise_id)
    require(actor, DECIDERS, region_code=_place(enterprise))
    plain = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
    now = clock.now()
    older = select(ClaimCode).where(col(ClaimCode.enterprise_id) == enterprise_id, col(ClaimCode.used_at).is_(None))
    for one in session.scalars(older):
        one.expires_at = min(one.expires_at, now)
    session.add(
        ClaimCode(
            enterprise_id=enterprise_id,
            code_sha256=_digest(plain),
            made_by=actor.label,
            made_at=now,
            expires_at=now + CODE_LASTS,
        )
    )
    session.flush()
    audit.record(
        session,
        actor=actor.label,
        action="claim.code_made",
        subject_kind="enterprise",
        subject_key=str(enterprise_id),
        after={"expires_at": (now + CODE_LASTS).isoformat()},
    )
    return "-".join(plain[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def decide_claim(session: Session, *, claim_id: int, actor: Actor, confirm: bool, reason: str = "") -> Claim:
    """Confirm a claim (its person becomes a member) or refuse it with a reason.

    Raises NotFound, NotAllowed (reviewers and curators of the place), InvalidTransition (decided before), InvalidInput
    (no reason), Conflict (somebody else became the owner meanwhile).
    """
    claim = get_claim(session, claim_id, actor=actor, lock=True)
    enterprise = session.get_one(Enterprise, claim.enterprise_id, with_for_update=True)
    require(actor, DECIDERS, region_code=_place(enterprise))
    _require_open(claim)
    said = reason.strip()
    if len(said) > 400 or (not confirm and len(said) < 2):
        raise InvalidInput(
            "请写明原因（2 至 400 字），企业会看到。",
            "Say why (2 to 400 characters); the firm reads it.",
            field="reason",
        )
    if confirm and _has_owner(session, claim.enterprise_id):
        raise Conflict(
            "这家企业在此期间已有负责人，不能再确认。请不予通过并说明。",
            "The firm has got an owner meanwhile. Refuse the claim and say so.",
            field="claim",
        )
    claim.state = ClaimState.CONFIRMED if confirm else ClaimState.REFUSED
    claim.reason, claim.decided_by, claim.decided_at = said, actor.label, clock.now()
    if confirm:
        _admit(session, claim, actor.label)
    close_item(session, kind=WorkKind.CLAIM, subject_id=claim.id)
    _record(session, actor.label, claim, claim.state.value, reason=said)
    return claim


def withdraw_claim(session: Session, *, claim_id: int, actor: Actor) -> Claim:
    """Take one's own claim back. Raises NotFound, InvalidTransition."""
    claim = get_claim(session, claim_id, actor=actor, lock=True)
    if claim.account_id != actor.account_id:
        raise NotAllowed("只有提出认领的人可以撤回。", "Only whoever claimed may take it back.")
    _require_open(claim)
    claim.state, claim.decided_at = ClaimState.WITHDRAWN, clock.now()
    close_item(session, kind=WorkKind.CLAIM, subject_id=claim.id)
    _record(session, actor.label, claim, "withdrawn")
    return claim


def get_claim(session: Session, claim_id: int, *, actor: Actor, lock: bool = False) -> Claim:
    """A claim, for whoever made it and for officials of the firm's place. Raises NotFound, NotAllowed."""
    found = by_number(session, Claim, claim_id, lock=lock)
    mine = found is not None and actor.account_id is not None and found.account_id == actor.account_id
    if found is None or not (mine or actor.is_official):
        raise NotFound(f"没有编号为 {claim_id} 的认领。", f"There is no claim number {claim_id}.", field="claim")
    if not mine:
        require(actor, OFFICIALS, region_code=_place(session.get_one(Enterprise, found.enterprise_id)))
    return found


def open_claims(session: Session, *, actor: Actor) -> list[tuple[Claim, str]]:
    """The claims that wait inside an official's region, oldest first, with the firm's name. Raises NotAllowed."""
    inside = in_region(own_region(actor))
    query = (
        select(Claim, Enterprise)
        .join(Enterprise, col(Enterprise.id) == col(Claim.enterprise_id))
        .where(col(Claim.state) == ClaimState.OPEN, inside)
        .order_by(col(Claim.id))
        .limit(200)
    )
    return [(claim, firm.name_zh) for claim, firm in session.execute(query)]


def claims_of(session: Session, *, actor: Actor) -> list[Claim]:
    """Somebody's own claims, newest first."""
    if actor.account_id is None:
        return []
    query = select(Claim).where(col(Claim.account_id) == actor.account_id)
    return list(session.scalars(query.order_by(col(Claim.id).desc()).limit(50)))


def _claimable(session: Session, actor: Actor, enterprise_id: int) -> tuple[Enterprise, int]:
    if actor.is_anonymous or actor.account_id is None:
        raise NotAuthenticated("请先登录，再认领企业。", "Sign in first to claim an enterprise.")
    if actor.is_official:
        raise NotAllowed("工作人员账号不能认领企业。", "An official's account cannot claim an enterprise.")
    enterprise = _alive(session, enterprise_id)
    if actor.firm_role(enterprise_id) is not None:
        raise Conflict("您已经是这家企业的成员。", "You are a member of this firm already.", field="enterprise")
    open_ones = select(col(Claim.id)).where(
        col(Claim.account_id) == actor.account_id,
        col(Claim.enterprise_id) == enterprise_id,
        col(Claim.state) == ClaimState.OPEN,
    )
    if session.scalars(open_ones).first() is not None:
        raise Conflict("您已提出认领，正等待确认。", "You have claimed it already; it waits.", field="enterprise")
    return enterprise, actor.account_id


def _alive(session: Session, enterprise_id: int) -> Enterprise:
    found = by_number(session, Enterprise, enterprise_id, lock=True)
    if found is None or found.voided_at is not None or found.identity is IdentityState.MERGED:
        raise NotFound("没有这家企业。", "There is no such enterprise.", field="enterprise")
    return found


def _place(enterprise: Enterprise) -> str:
    return enterprise.region_code or enterprise.city_code or ""


def _check(who: Claimant) -> None:
    if not 2 <= len(who.person.strip()) <= 100:
        raise InvalidInput("请填姓名和职务（2 至 100 字）。", "Give your name and office.", field="person")
    if not 5 <= len(who.phone.strip()) <= 60:
        raise InvalidInput("请填联系电话。", "Give a telephone number.", field="phone")
    if len(who.note.strip()) > 400:
        raise InvalidInput("说明最多 400 个字。", "At most 400 characters.", field="note")


def _claim(session: Session, account: int, enterprise_id: int, way: ClaimWay, who: Claimant) -> Claim:
    claim = Claim(
        account_id=account,
        enterprise_id=enterprise_id,
        way=way,
        role=FirmRole.OWNER,
        person=who.person.strip(),
        phone=who.phone.strip(),
        note=who.note.strip(),
    )
    session.add(claim)
    session.flush()
    return claim


def _has_owner(session: Session, enterprise_id: int) -> bool:
    query = select(col(Membership.id)).where(
        col(Membership.enterprise_id) == enterprise_id,
        col(Membership.role) == FirmRole.OWNER,
        col(Membership.ended_at).is_(None),
    )
    return session.scalars(query).first() is not None


def _admit(session: Session, claim: Claim, granted_by: str) -> None:
    session.add(
        Membership(
            account_id=claim.account_id, enterprise_id=claim.enterprise_id, role=claim.role, granted_by=granted_by
        )
    )
    session.flush()


def _require_open(claim: Claim) -> None:
    if claim.state is not ClaimState.OPEN:
        raise InvalidTransition(
            f"这件认领的状态是“{claim.state.label.zh}”，不能再处理。",
            f"This claim is in the state “{claim.state.label.en}”; nothing can be decided any more.",
            field="claim",
        )


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _record(session: Session, actor: str, claim: Claim, act: str, *, reason: str = "", **after: object) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"claim.{act}",
        subject_kind="claim",
        subject_key=str(claim.id),
        after={"enterprise_id": claim.enterprise_id, "state": claim.state.value} | after,
        reason=reason,
    )
