"""Accounts of people an identity provider vouches for: found by who they are there, at first by a confirmed address."""

from sqlmodel import Session, col, select

from registry.errors import NotAllowed
from registry.models import Account
from registry.oidc import Person
from registry.schemas.accounts import Entry
from registry.services import audit
from registry.services.accounts.signing_in import begin


def enter_by_provider(
    session: Session, *, issuer: str, person: Person, replaces: str = "", network: str = "", agent: str = ""
) -> Entry:
    """Open a session for whom the provider named. An account with an authenticator still owes its code.

    The first time the account is found by its address, which both the provider and its owner have confirmed; nobody is
    let in who has no account here. Raises NotAllowed.
    """
    identity = f"{issuer} {person.subject}"
    account = session.exec(select(Account).where(Account.identity == identity).with_for_update()).first()
    if account is None:
        account = _by_address(session, person.email)
        if account is not None:
            account.identity = identity
            session.flush()
            audit.record(
                session,
                actor=account.login,
                action="account.identity_linked",
                subject_kind="account",
                subject_key=account.login,
                after={"issuer": issuer},
            )
    if account is None or not account.active:
        raise NotAllowed(
            "这里没有与该身份对应的账号。请让管理员建立账号，并先用邮件中的链接确认同一个邮箱。",
            "No account here belongs to this identity. Ask an administrator for one, and confirm the same address "
            "by the link in the mail first.",
        )
    return begin(session, account_id=account.id, replaces=replaces, network=network, agent=agent)


def _by_address(session: Session, email: str) -> Account | None:
    if not email:
        return None
    return session.exec(
        select(Account)
        .where(
            Account.email == email,
            col(Account.email_confirmed_at).is_not(None),
            col(Account.identity).is_(None),
            col(Account.active).is_(True),
        )
        .with_for_update()
    ).first()
