"""What administrators do with accounts there are: take rights back, switch off and on, reset the second factor.

Only inside the own region: somebody who also holds rights elsewhere is a matter for whoever administers there, too.
The last administrator of a place can neither be switched off nor lose the right.
"""

from sqlmodel import Session, col, select

from registry.errors import InvalidTransition, NotFound
from registry.models import Account, Enterprise, Membership, RoleGrant
from registry.policies import EVERY_DIRECTORY, Actor, Grant, require
from registry.schemas.accounts import AccountRead
from registry.services import audit
from registry.services.accounts.making import account_by_login, read_account, require_over, send_link
from registry.services.accounts.second_factor import forget_second_factor
from registry.services.accounts.sessions import close_all, grants_of
from registry.services.accounts.signing import LinkSigner
from registry.vocabulary import Role


def revoke_role(session: Session, *, actor: Actor, login: str, grant: Grant) -> AccountRead:
    """Take a role back. Raises NotAllowed, NotFound, InvalidTransition for the last administrator."""
    require_over(actor, grant)
    account = account_by_login(session, login, lock=True)
    row = session.exec(
        select(RoleGrant).where(
            RoleGrant.account_id == account.id,
            RoleGrant.role == grant.role,
            RoleGrant.region_code == grant.region_code,
            col(RoleGrant.directory_code).is_not_distinct_from(grant.directory_code),
        )
    ).first()
    if row is None:
        raise NotFound(f"账号“{login}”没有这项权限。", f"The account “{login}” does not have this right.")
    _keep_one_administrator(session, account, [grant])
    before = row.model_dump(include={"role", "region_code", "directory_code"})
    session.delete(row)
    session.flush()
    _record(session, actor, account, "account.revoked", before=before)
    return read_account(session, account)


def deactivate(session: Session, *, actor: Actor, login: str, reason: str = "") -> AccountRead:
    """Switch an account off: it is signed out everywhere at once. Raises NotAllowed, NotFound, InvalidTransition."""
    account = _mine(session, actor, login)
    if account.id == actor.account_id:
        raise InvalidTransition("不能停用自己的账号。", "You cannot switch off your own account.")
    if not account.active:
        raise InvalidTransition(f"账号“{login}”已停用。", f"The account “{login}” is off already.")
    _keep_one_administrator(session, account, grants_of(session, account.id))
    account.active = False
    close_all(session, account_id=account.id)
    session.flush()
    _record(session, actor, account, "account.deactivated", reason=reason)
    return read_account(session, account)


def reactivate(session: Session, *, actor: Actor, login: str, reason: str = "") -> AccountRead:
    """Switch an account on again, with the rights it had. Raises NotAllowed, NotFound, InvalidTransition."""
    account = _mine(session, actor, login)
    if account.active:
        raise InvalidTransition(f"账号“{login}”没有停用。", f"The account “{login}” is not off.")
    account.active, account.failed_logins, account.locked_until = True, 0, None
    session.flush()
    _record(session, actor, account, "account.reactivated", reason=reason)
    return read_account(session, account)


def reset_second_factor(session: Session, *, actor: Actor, login: str, reason: str = "") -> AccountRead:
    """For whoever lost telephone and paper: the next sign-in takes the password only, all sessions end.

    Raises NotAllowed, NotFound, InvalidTransition where there is none.
    """
    account = _mine(session, actor, login)
    if account.totp_since is None:
        raise InvalidTransition(f"账号“{login}”没有开启两步验证。", f"The account “{login}” has no second factor.")
    forget_second_factor(session, account)
    close_all(session, account_id=account.id)
    _record(session, actor, account, "account.second_factor_reset", reason=reason)
    return read_account(session, account)


def sign_out_everywhere(session: Session, *, actor: Actor, login: str, reason: str = "") -> AccountRead:
    """End every session of somebody (a lost device). Raises NotAllowed, NotFound."""
    account = _mine(session, actor, login)
    close_all(session, account_id=account.id)
    _record(session, actor, account, "account.signed_out_everywhere", reason=reason)
    return read_account(session, account)


def invite_again(session: Session, *, actor: Actor, login: str, page: str, signer: LinkSigner, by_mail: bool) -> str:
    """A fresh link to choose a password: sent by mail, or returned to be handed over. Raises NotAllowed, NotFound."""
    account = _mine(session, actor, login)
    if not account.active:
        raise InvalidTransition(f"账号“{login}”已停用。", f"The account “{login}” is off.")
    _record(session, actor, account, "account.invited_again")
    return send_link(session, account, page=page, signer=signer, by_mail=by_mail)


def require_over_account(session: Session, actor: Actor, account: Account) -> None:
    """Refuse unless all that an account may do lies inside what ``actor`` administers. Raises NotAllowed.

    An account that may nothing yet is anybody's who administers somewhere.
    """
    require(actor, Role.ADMINISTRATOR)
    for grant in grants_of(session, account.id):
        require_over(actor, grant)
    for place in _places_of_firms(session, account.id):
        require(actor, Role.ADMINISTRATOR, region_code=place, directory_code=EVERY_DIRECTORY)


def _places_of_firms(session: Session, account_id: int) -> set[str]:
    rows = session.exec(
        select(Enterprise.region_code)
        .join(Membership, col(Membership.enterprise_id) == Enterprise.id)
        .where(Membership.account_id == account_id, col(Membership.ended_at).is_(None))
    )
    return {place or "" for place in rows}


def _mine(session: Session, actor: Actor, login: str) -> Account:
    require(actor, Role.ADMINISTRATOR)
    account = account_by_login(session, login, lock=True)
    require_over_account(session, actor, account)
    return account


def _keep_one_administrator(session: Session, account: Account, losing: "list[Grant] | tuple[Grant, ...]") -> None:
    """Each place an administrator loses must have another one who covers it. Raises InvalidTransition."""
    lost = [grant for grant in losing if grant.role is Role.ADMINISTRATOR]
    if not lost:
        return
    held = select(RoleGrant).where(RoleGrant.role == Role.ADMINISTRATOR).order_by(col(RoleGrant.id))
    # Locked first and read afterwards: two administrators cannot take the right from each other at the same time.
    session.exec(held.with_for_update()).all()
    in_force = held.join(Account, col(Account.id) == RoleGrant.account_id).where(col(Account.active).is_(True))
    rows = session.exec(in_force.execution_options(populate_existing=True)).all()
    others = [Grant(row.role, row.region_code, row.directory_code) for row in rows if row.account_id != account.id]
    for grant in lost:
        asked = grant.directory_code or EVERY_DIRECTORY
        if not any(other.covers(frozenset({Role.ADMINISTRATOR}), grant.region_code, asked) for other in others):
            raise InvalidTransition(
                f"“{account.login}”是地区 {grant.region_code} 最后一名管理员。请先授权另一人。",
                f"“{account.login}” is the last administrator of region {grant.region_code}. Appoint another first.",
            )


def _record(
    session: Session,
    actor: Actor,
    account: Account,
    action: str,
    *,
    before: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        session,
        actor=actor.label,
        action=action,
        subject_kind="account",
        subject_key=account.login,
        before=before,
        reason=reason.strip()[:400],
    )
