"""Reading accounts: for the command line, for the users page. A city's administrator sees those of the city."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, false, func
from sqlmodel import Session, col, or_, select

from registry.errors import NotAllowed, NotFound
from registry.models import Account, Enterprise, Membership, RoleGrant
from registry.policies import EVERYWHERE, Actor, require
from registry.schemas.accounts import AccountRead
from registry.schemas.paging import Page, check_limit
from registry.services.accounts.making import read_account
from registry.services.accounts.managing import require_over_account
from registry.services.keyset import Order
from registry.vocabulary import Role

_ORDER = Order(((col(Account.login), String(), str), (col(Account.id), BigInteger(), int)))
READERS = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})


def list_accounts(session: Session, *, actor: Actor) -> list[AccountRead]:
    """All accounts by login. Raises NotAllowed unless an administrator or auditor asks."""
    require(actor, READERS)
    found = select(Account).where(_seen_by(actor)).order_by(col(Account.login))
    return [read_account(session, account) for account in session.exec(found)]


def find_accounts(
    session: Session,
    *,
    actor: Actor,
    text: str = "",
    role: Role | None = None,
    active: bool | None = True,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AccountRead]:
    """Accounts by login, narrowed by words in login, name or address, by role and state.

    Raises NotAllowed unless an administrator or auditor asks, InvalidInput (cursor, limit).
    """
    require(actor, READERS)
    limit, scope = check_limit(limit), f"accounts:{text}:{role}:{active}"
    asked = [_seen_by(actor), *_narrowed(text.strip()[:100], role, active)]
    total = session.exec(select(func.count()).select_from(Account).where(*asked)).one()
    query = select(Account).where(*asked).order_by(*_ORDER.columns).limit(limit + 1)
    if cursor:
        query = query.where(_ORDER.after(cursor, scope))
    rows = session.exec(query).all()
    shown = rows[:limit]
    more = _ORDER.cursor(scope, (shown[-1].login, shown[-1].id)) if len(rows) > limit else None
    return Page(items=tuple(read_account(session, row) for row in shown), total=total, next_cursor=more)


def get_account(session: Session, *, actor: Actor, account_id: int) -> AccountRead:
    """One account. Raises NotAllowed, NotFound (also for one that lies outside the own region)."""
    require(actor, READERS)
    account = session.exec(select(Account).where(Account.id == account_id, _seen_by(actor))).first()
    if account is None:
        raise NotFound("没有这个账号。", "There is no such account.", field="account_id", value=account_id)
    return read_account(session, account)


def may_manage(session: Session, *, actor: Actor, account_id: int) -> bool:
    """Whether the acts on an account are open to ``actor``."""
    account = session.get_one(Account, account_id)
    try:
        require_over_account(session, actor, account)
    except NotAllowed:
        return False
    return True


def logins_seen_by(session: Session, actor: Actor) -> set[str] | None:
    """The people whose acts an administrator or auditor may read of; None: everybody's. Raises NotAllowed."""
    require(actor, READERS)
    if _sees_all(actor):
        return None
    return set(session.exec(select(Account.login).where(_seen_by(actor)))) | {actor.label}


def _sees_all(actor: Actor) -> bool:
    """An auditor reads everything, and so does whoever administers a province."""
    return any(
        grant.role is Role.AUDITOR or (grant.role is Role.ADMINISTRATOR and grant.region_code.endswith("0000"))
        for grant in actor.grants
    )


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    if _sees_all(actor):
        return col(Account.id).is_not(None)
    places = [grant.region_code for grant in actor.grants if grant.role is Role.ADMINISTRATOR]
    granted = select(RoleGrant.account_id).where(_inside(col(RoleGrant.region_code), places))
    firms = (
        select(Membership.account_id)
        .join(Enterprise, col(Enterprise.id) == Membership.enterprise_id)
        .where(_inside(col(Enterprise.region_code), places))
    )
    return or_(col(Account.id).in_(granted), col(Account.id).in_(firms))


def _inside(column: Any, places: list[str]) -> ColumnElement[bool]:
    prefixes = ["" if code == EVERYWHERE else code.rstrip("0") if code.endswith("00") else code for code in places]
    pairs = [prefix + "0" if len(prefix) % 2 else prefix for prefix in prefixes]
    return or_(*(column.startswith(prefix, autoescape=True) for prefix in pairs)) if pairs else false()


def _narrowed(text: str, role: Role | None, active: bool | None) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if text:
        words = (col(Account.login), col(Account.display_name), col(Account.email))
        asked.append(or_(*(word.icontains(text, autoescape=True) for word in words)))
    if role is not None:
        asked.append(col(Account.id).in_(select(RoleGrant.account_id).where(RoleGrant.role == role)))
    if active is not None:
        asked.append(col(Account.active).is_(active))
    return asked
