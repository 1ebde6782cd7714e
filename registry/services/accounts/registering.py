"""What people do with their own account before and without an administrator: register, choose or change a password.

Nobody learns here whether an address has an account: the answer is the same, only the mail differs.
"""

import re

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, or_, select

from registry import clock
from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput
from registry.models import Account
from registry.policies import Actor
from registry.schemas.accounts import Credentials, OwnAccount
from registry.services import audit
from registry.services.accounts import letters, passwords, throttling
from registry.services.accounts.links import find_link, make_link, read_link, use_links_of
from registry.services.accounts.second_factor import recovery_codes_left
from registry.services.accounts.sessions import close_all, own_account
from registry.services.accounts.signing import LinkSigner
from registry.vocabulary import LinkPurpose

EMAIL_MAX = 60
"""The address is also the login, and the audit trail names people by it."""
NAME_MAX = 60
_EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\\x00-\x1f]{1,50}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)+")


def register(session: Session, *, email: str, display_name: str, page: str, network: str, signer: LinkSigner) -> None:
    """Send a link to somebody who wants an account; there is none before the link was used.

    ``page``: address where links are used. Raises InvalidInput (email, display_name), TooMany.
    """
    email, name = check_email(email), display_name.strip()
    if not 1 <= len(name) <= NAME_MAX:
        raise InvalidInput(
            f"请填写姓名，最多 {NAME_MAX} 个字。",
            f"Give your name, {NAME_MAX} characters at most.",
            field="display_name",
        )
    _take_mail(session, email, network)
    if _by_address(session, email) is not None:
        letters.send_known_already(session, email=email)
        return
    token = make_link(session, signer=signer, purpose=LinkPurpose.REGISTER, email=email, display_name=name)
    letters.send_registration(session, email=email, link=letters.address(page, token))


def ask_reset(session: Session, *, email: str, page: str, network: str, signer: LinkSigner) -> None:
    """Send a link for a new password, if the address has an account. Raises InvalidInput (email), TooMany."""
    email = check_email(email)
    _take_mail(session, email, network)
    account = _by_address(session, email)
    if account is not None and account.active and account.email == email:
        token = make_link(session, signer=signer, purpose=LinkPurpose.RESET, email=email, account_id=account.id)
        letters.send_reset(session, email=email, login=account.login, link=letters.address(page, token))


def choose_password(engine: Engine, *, signer: LinkSigner, token: str, password: str, network: str) -> str:
    """Use a link: the account gets its password (and is made, where somebody registers). Returns the login.

    All sessions of the account end, all its other links close. Raises Gone, InvalidInput (password), Conflict, TooMany.
    """
    signer.opened(token)
    with transaction(engine) as session:
        throttling.take(session, throttling.LINK_NETWORK, network)
    with reading(engine) as session:
        link = read_link(session, signer=signer, token=token)
    passwords.check_password_rules(password, login=link.login, known=(link.display_name, link.email))
    new_hash = passwords.hashed(password)
    with transaction(engine) as session:
        throttling.give_back(session, throttling.LINK_NETWORK, network)
        found = find_link(session, token, signer=signer, lock=True)
        found.used_at = clock.now()
        if found.account_id is None:
            return _make(session, email=found.email, display_name=found.display_name, password_hash=new_hash)
        account = session.get_one(Account, found.account_id, with_for_update=True)
        if account.email == found.email and account.email_confirmed_at is None:
            account.email_confirmed_at = clock.now()
        _set_password(session, account, new_hash, actor=account.login, action=f"account.{found.purpose.value}_used")
        close_all(session, account_id=account.id)
        return account.login


def change_password(engine: Engine, *, actor: Actor, current: str, password: str, token: str) -> None:
    """Change the own password; every other session than that of ``token`` ends.

    Raises InvalidInput (current, password), TooMany after too many wrong ones.
    """
    passwords.check_password_rules(password, login=actor.label, known=(actor.display_name,))
    confirm_password(engine, actor=actor, current=current)
    new_hash = passwords.hashed(password)
    with transaction(engine) as session:
        account = session.get_one(Account, own_account(actor), with_for_update=True)
        _set_password(session, account, new_hash, actor=actor.label, action="account.password_changed")
        close_all(session, account_id=account.id, keep=token)


def confirm_password(engine: Engine, *, actor: Actor, current: str) -> None:
    """Make sure that whoever sits there knows the password. Raises InvalidInput (current), TooMany."""
    number = own_account(actor)
    with transaction(engine) as session:
        throttling.take(session, throttling.PASSWORD_ACCOUNT, str(number))
        kept = session.get_one(Account, number).password_hash
    if passwords.password_matches(Credentials(account_id=number, password_hash=kept), current) is None:
        raise InvalidInput("现在的密码不正确。", "The present password is wrong.", field="current")
    with transaction(engine) as session:
        throttling.give_back(session, throttling.PASSWORD_ACCOUNT, str(number))


def get_own_account(session: Session, *, actor: Actor) -> OwnAccount:
    """The own account as its page shows it. Raises NotAuthenticated."""
    account = session.get_one(Account, own_account(actor))
    return OwnAccount(
        login=account.login,
        display_name=account.display_name,
        email=account.email,
        second_factor_since=account.totp_since,
        recovery_codes_left=recovery_codes_left(session, account_id=account.id),
        identity=account.identity,
    )


def check_email(email: str) -> str:
    """The address in lower case. Raises InvalidInput (email)."""
    cleaned = email.strip().lower()
    if len(cleaned) > EMAIL_MAX or not _EMAIL.fullmatch(cleaned):
        raise InvalidInput(
            f"邮箱地址写得不对，或超过 {EMAIL_MAX} 个字符。应如 li@example.org。",
            f"This is no e-mail address, or has more than {EMAIL_MAX} characters. It should look like li@example.org.",
            field="email",
            value=email,
        )
    return cleaned


def _take_mail(session: Session, email: str, network: str) -> None:
    throttling.take(session, throttling.MAIL_NETWORK, network)
    throttling.take(session, throttling.MAIL_ADDRESS, email)


def _by_address(session: Session, email: str) -> Account | None:
    either = or_(col(Account.email) == email, col(Account.login) == email)
    return session.exec(select(Account).where(either).order_by(col(Account.id))).first()


def _make(session: Session, *, email: str, display_name: str, password_hash: str) -> str:
    if _by_address(session, email) is not None:
        raise Conflict("这个邮箱已有账号，请直接登录。", "This address has an account. Sign in.", field="email")
    account = Account(
        login=email,
        display_name=display_name,
        password_hash=password_hash,
        email=email,
        email_confirmed_at=clock.now(),
    )
    session.add(account)
    session.flush()
    audit.record(
        session,
        actor=email,
        action="account.registered",
        subject_kind="account",
        subject_key=email,
        after={"display_name": display_name},
    )
    return email


def _set_password(session: Session, account: Account, new_hash: str, *, actor: str, action: str) -> None:
    account.password_hash, account.failed_logins, account.locked_until = new_hash, 0, None
    use_links_of(session, account_id=account.id)
    session.flush()
    if account.email is not None and account.email_confirmed_at is not None:
        letters.send_changed(session, email=account.email, login=account.login)
    audit.record(session, actor=actor, action=action, subject_kind="account", subject_key=account.login)
