"""Who acts for a firm: owners admit editors and owners and end memberships, never the last owner's."""

from sqlalchemy import select
from sqlmodel import Session, col

from registry import clock
from registry.errors import Conflict, InvalidInput, NotFound
from registry.models import Account, Enterprise, Membership, RoleGrant
from registry.policies import Actor, require_firm
from registry.schemas.base import ReadModel
from registry.services import audit
from registry.services.rows import by_number
from registry.vocabulary import FirmRole


class Member(ReadModel):
    """One person of a firm."""

    id: int
    login: str
    name: str
    role: FirmRole
    since: str
    is_self: bool


def list_members(session: Session, *, enterprise_id: int, actor: Actor) -> list[Member]:
    """Who acts for the firm now, for its members. Raises NotAllowed."""
    require_firm(actor, enterprise_id)
    query = (
        select(Membership, Account)
        .join(Account, col(Account.id) == col(Membership.account_id))
        .where(col(Membership.enterprise_id) == enterprise_id, col(Membership.ended_at).is_(None))
        .order_by(col(Membership.role).desc(), col(Membership.id))
    )
    return [
        Member(
            id=one.id,
            login=account.login,
            name=account.display_name,
            role=one.role,
            since=one.since.astimezone(clock.PROVINCE_ZONE).date().isoformat(),
            is_self=account.id == actor.account_id,
        )
        for one, account in session.execute(query)
    ]


def admit_member(session: Session, *, enterprise_id: int, actor: Actor, login: str, role: FirmRole) -> Membership:
    """Let an account act for the firm, or give a member another role. Twice changes nothing.

    Raises NotAllowed (an owner), InvalidInput (no such account, an official's), Conflict (the last owner).
    """
    require_firm(actor, enterprise_id, owner=True)
    _lock(session, enterprise_id)
    name = login.strip().lower()
    account = session.scalars(select(Account).where(col(Account.login) == name, col(Account.active).is_(True))).first()
    if account is None:
        raise InvalidInput(
            "没有这个登录名。请对方先注册，再填其登录名。",
            "There is no such login. Ask the person to register first.",
            field="login",
            value=login,
        )
    if session.scalars(select(col(RoleGrant.id)).where(col(RoleGrant.account_id) == account.id)).first() is not None:
        raise InvalidInput(
            "这是工作人员账号，不能成为企业成员。", "An official's account cannot act for a firm.", field="login"
        )
    held = _held(session, enterprise_id, account.id)
    if held is not None and held.role is role:
        return held
    if held is not None:
        _require_not_last(session, held)
        _end(session, held, actor)
    member = Membership(account_id=account.id, enterprise_id=enterprise_id, role=role, granted_by=actor.label)
    session.add(member)
    session.flush()
    _record(session, actor, enterprise_id, "admitted", login=account.login, role=role.value)
    return member


def end_membership(session: Session, *, enterprise_id: int, membership_id: int, actor: Actor) -> None:
    """End a membership: an owner anybody's, everybody the own; never the last owner's. Harmless twice.

    Raises NotFound, NotAllowed, Conflict.
    """
    require_firm(actor, enterprise_id)
    _lock(session, enterprise_id)
    member = by_number(session, Membership, membership_id)
    if member is None or member.enterprise_id != enterprise_id:
        raise NotFound("没有这位成员。", "There is no such member.", field="member")
    if member.account_id != actor.account_id:
        require_firm(actor, enterprise_id, owner=True)
    if member.ended_at is not None:
        return
    _require_not_last(session, member)
    _end(session, member, actor)
    account = session.get_one(Account, member.account_id)
    _record(session, actor, enterprise_id, "ended", login=account.login, role=member.role.value)


def _lock(session: Session, enterprise_id: int) -> None:
    """Two owners who end each other at once take turns."""
    session.get_one(Enterprise, enterprise_id, with_for_update=True)


def _held(session: Session, enterprise_id: int, account_id: int) -> Membership | None:
    query = select(Membership).where(
        col(Membership.enterprise_id) == enterprise_id,
        col(Membership.account_id) == account_id,
        col(Membership.ended_at).is_(None),
    )
    return session.scalars(query).first()


def _require_not_last(session: Session, member: Membership) -> None:
    if member.role is not FirmRole.OWNER:
        return
    others = select(col(Membership.id)).where(
        col(Membership.enterprise_id) == member.enterprise_id,
        col(Membership.role) == FirmRole.OWNER,
        col(Membership.ended_at).is_(None),
        col(Membership.id) != member.id,
    )
    if session.scalars(others).first() is None:
        raise Conflict(
            "企业至少要有一位负责人。请先添加另一位负责人。",
            "A firm needs at least one owner. Admit another owner first.",
            field="member",
        )


def _end(session: Session, member: Membership, actor: Actor) -> None:
    member.ended_at, member.ended_by = clock.now(), actor.label
    session.flush()


def _record(session: Session, actor: Actor, enterprise_id: int, act: str, **after: object) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=f"membership.{act}",
        subject_kind="enterprise",
        subject_key=str(enterprise_id),
        after=dict(after),
    )
