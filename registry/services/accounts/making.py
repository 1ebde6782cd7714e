"""Making accounts and giving them rights. An administrator gives only what lies inside the own region and directory."""

import re

from sqlmodel import Session, col, select

from registry.errors import Conflict, InvalidInput, NotFound
from registry.models import Account, Directory, RoleGrant
from registry.policies import EVERY_DIRECTORY, EVERYWHERE, Actor, Grant, require
from registry.schemas.accounts import AccountRead
from registry.services import audit
from registry.services.accounts import letters, passwords
from registry.services.accounts.links import make_link
from registry.services.accounts.registering import check_email
from registry.services.accounts.sessions import grants_of
from registry.services.accounts.signing import LinkSigner
from registry.vocabulary import LinkPurpose, Role

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")
_REGION = re.compile(r"\d{6}")


def create_account(
    session: Session,
    *,
    actor: Actor,
    login: str,
    password: str,
    display_name: str = "",
    grants: tuple[Grant, ...] = (),
    email: str | None = None,
) -> AccountRead:
    """Make an account with its grants. Logins are kept in lower case.

    Raises NotAllowed, InvalidInput (login, password, email, role's region or directory), Conflict (login, email taken).
    """
    require(actor, Role.ADMINISTRATOR)
    login = _check_login(login)
    passwords.check_password_rules(password, login=login, known=(display_name, email or ""))
    account = _add(session, login, display_name, passwords.hashed(password), email)
    return _finish(session, actor, account, grants)


def invite(
    session: Session,
    *,
    actor: Actor,
    login: str,
    display_name: str,
    email: str,
    grant: Grant,
    page: str,
    signer: LinkSigner,
    by_mail: bool,
) -> str:
    """Make an account whose owner chooses the password by a link, sent by mail; returns the link to hand over if not.

    ``page``: address where links are used. Raises NotAllowed, InvalidInput, Conflict.
    """
    require(actor, Role.ADMINISTRATOR)
    account = _add(session, _check_login(login), display_name, passwords.hash_of_nobody(), check_email(email))
    _finish(session, actor, account, (grant,))
    return send_link(session, account, page=page, signer=signer, by_mail=by_mail)


def send_link(session: Session, account: Account, *, page: str, signer: LinkSigner, by_mail: bool) -> str:
    """Invite the owner of an account to choose a password; the link, where it is not sent by mail, else empty."""
    email = account.email or ""
    token = make_link(session, signer=signer, purpose=LinkPurpose.INVITE, email=email, account_id=account.id)
    link = letters.address(page, token)
    if not (by_mail and email):
        return link
    letters.send_invitation(session, email=email, login=account.login, link=link)
    return ""


def grant_role(session: Session, *, actor: Actor, login: str, grant: Grant) -> AccountRead:
    """Give an account a role in a region; giving it twice changes nothing.

    An administrator gives only what lies inside the own region and directory.
    Raises NotAllowed, NotFound, InvalidInput.
    """
    require(actor, Role.ADMINISTRATOR)
    _check_grant(session, grant)
    require_over(actor, grant)
    account = account_by_login(session, login)
    if grant not in grants_of(session, account.id):
        row = RoleGrant(
            account_id=account.id,
            role=grant.role,
            region_code=grant.region_code,
            directory_code=grant.directory_code,
        )
        session.add(row)
        session.flush()
        audit.record(
            session,
            actor=actor.label,
            action="account.granted",
            subject_kind="account",
            subject_key=login,
            after=row.model_dump(include={"role", "region_code", "directory_code"}),
        )
    return read_account(session, account)


def require_over(actor: Actor, grant: Grant) -> None:
    """Refuse unless ``actor`` administers all of the place and directories of a grant. Raises NotAllowed."""
    require(
        actor,
        Role.ADMINISTRATOR,
        region_code=grant.region_code,
        directory_code=grant.directory_code or EVERY_DIRECTORY,
    )


def account_by_login(session: Session, login: str, *, lock: bool = False) -> Account:
    """The account of a login. Raises NotFound."""
    query = select(Account).where(Account.login == login)
    account = session.exec(query.with_for_update() if lock else query).first()
    if account is None:
        raise NotFound(f"没有账号“{login}”。", f"There is no account “{login}”.", field="login", value=login)
    return account


def read_account(session: Session, account: Account) -> AccountRead:
    """An account as administrators see it."""
    return AccountRead(
        id=account.id,
        login=account.login,
        display_name=account.display_name,
        active=account.active,
        created_at=account.created_at,
        grants=grants_of(session, account.id),
        email=account.email,
        email_confirmed_at=account.email_confirmed_at,
        second_factor_since=account.totp_since,
        identity=account.identity,
    )


def _add(session: Session, login: str, display_name: str, password_hash: str, email: str | None) -> Account:
    email = check_email(email) if email else None
    if session.exec(select(Account.id).where(Account.login == login)).first() is not None:
        raise Conflict(
            f"登录名“{login}”已存在。请换一个。",
            f"The login “{login}” exists already. Choose another.",
            field="login",
            value=login,
        )
    if email and session.exec(select(Account.id).where(col(Account.email) == email)).first() is not None:
        raise Conflict(
            f"邮箱 {email} 已属于另一个账号。",
            f"The address {email} belongs to another account.",
            field="email",
            value=email,
        )
    name = display_name.strip()[:100] or login
    account = Account(login=login, display_name=name, password_hash=password_hash, email=email)
    session.add(account)
    session.flush()
    return account


def _finish(session: Session, actor: Actor, account: Account, grants: tuple[Grant, ...]) -> AccountRead:
    audit.record(
        session,
        actor=actor.label,
        action="account.created",
        subject_kind="account",
        subject_key=account.login,
        after={"display_name": account.display_name},
    )
    for grant in grants:
        grant_role(session, actor=actor, login=account.login, grant=grant)
    return read_account(session, account)


def _check_login(login: str) -> str:
    cleaned = login.strip().lower()
    if not _LOGIN.fullmatch(cleaned):
        raise InvalidInput(
            f"登录名“{cleaned}”不可用：2 至 60 个字符，只用小写字母、数字和 . _ @ -，以字母或数字开头。",
            f"The login “{cleaned}” cannot be used: 2 to 60 lower-case letters, digits or . _ @ -, "
            "starting with a letter or digit.",
            field="login",
            value=cleaned,
        )
    return cleaned


def _check_grant(session: Session, grant: Grant) -> None:
    if not _REGION.fullmatch(grant.region_code):
        raise InvalidInput(
            f"地区代码“{grant.region_code}”应为 6 位数字，例如 440300；全部地区用 {EVERYWHERE}。",
            f"The region code “{grant.region_code}” must be 6 digits, such as 440300; {EVERYWHERE} is everywhere.",
            field="region",
            value=grant.region_code,
        )
    if grant.directory_code is not None and session.get(Directory, grant.directory_code) is None:
        raise InvalidInput(
            f"没有代码为“{grant.directory_code}”的名录。",
            f"There is no directory with the code “{grant.directory_code}”.",
            field="directory",
            value=grant.directory_code,
            choices=tuple(session.exec(select(Directory.code).order_by(Directory.code))),
        )
