"""The second factor (两步验证): setting up an authenticator, recovery codes, turning it off, checking a code."""

import re
import secrets

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from registry import clock, totp
from registry.errors import InvalidInput, InvalidTransition
from registry.models import Account, RecoveryCode
from registry.policies import OFFICIALS, Actor
from registry.schemas.accounts import Enrolment
from registry.services import audit
from registry.services.accounts.passwords import digest
from registry.services.accounts.sessions import close_all, own_account

RECOVERY_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without characters that are mistaken for each other on paper."""
_CODE_LETTERS = 16
_NOISE = re.compile(r"[\s-]")


def start_enrolment(session: Session, *, actor: Actor) -> None:
    """Make a key for the own account; it counts once a code made from it was shown. Raises InvalidTransition if on."""
    account = _own(session, actor)
    if account.totp_since is not None:
        raise InvalidTransition("两步验证已经开启。", "Two-step verification is on already.")
    account.totp_secret, account.totp_last_step = totp.new_key(), None
    session.flush()


def enrolment_of(session: Session, *, actor: Actor, issuer: str) -> Enrolment | None:
    """The key that waits to be confirmed; None if there is none. Never shown again once it counts."""
    account = _own(session, actor, lock=False)
    if account.totp_secret is None or account.totp_since is not None:
        return None
    return Enrolment(
        address=totp.address(account.totp_secret, login=account.login, issuer=issuer),
        key=totp.in_groups(account.totp_secret),
    )


def confirm_enrolment(session: Session, *, actor: Actor, code: str, token: str) -> list[str]:
    """Turn the second factor on: the recovery codes, shown this once. Ends all other sessions than that of ``token``.

    Raises InvalidInput (code), InvalidTransition where no key waits.
    """
    account = _own(session, actor)
    if account.totp_secret is None or account.totp_since is not None:
        raise InvalidTransition("没有等待确认的密钥。请重新开始。", "No key waits to be confirmed. Start again.")
    step = totp.matching_step(account.totp_secret, _NOISE.sub("", code), moment=clock.now(), after=None)
    if step is None:
        raise wrong_code()
    account.totp_since, account.totp_last_step = clock.now(), step
    codes = _new_codes(session, account.id)
    close_all(session, account_id=account.id, keep=token)
    _record(session, actor, account, "account.second_factor_on")
    return codes


def renew_codes(session: Session, *, actor: Actor) -> list[str]:
    """Fresh recovery codes; the old ones open nothing any more. Raises InvalidTransition where it is off."""
    account = _own(session, actor)
    if account.totp_since is None:
        raise InvalidTransition("两步验证没有开启。", "Two-step verification is off.")
    codes = _new_codes(session, account.id)
    _record(session, actor, account, "account.recovery_codes_renewed")
    return codes


def turn_off(session: Session, *, actor: Actor, required: bool) -> None:
    """Sign in with the password only from now on. Raises InvalidTransition for officials where it is ``required``."""
    account = _own(session, actor)
    if account.totp_since is None:
        raise InvalidTransition("两步验证没有开启。", "Two-step verification is off.")
    if required and actor.may(OFFICIALS):
        raise InvalidTransition(
            "这里的工作人员必须使用两步验证。更换手机请找管理员重置。",
            "Officials have to use two-step verification here. For a new telephone ask an administrator to reset it.",
        )
    forget_second_factor(session, account)
    _record(session, actor, account, "account.second_factor_off")


def forget_second_factor(session: Session, account: Account) -> None:
    """Remove key and codes of an account."""
    account.totp_secret = account.totp_since = account.totp_last_step = None
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    session.flush()


def code_fits(session: Session, *, account_id: int, code: str) -> bool:
    """Whether this code of the authenticator, or a recovery code, opens the account now; it then never does again."""
    account = session.get(Account, account_id, with_for_update=True)
    if account is None or not account.active or account.totp_secret is None or account.totp_since is None:
        return False
    typed = _NOISE.sub("", code).lower()
    step = totp.matching_step(account.totp_secret, typed, moment=clock.now(), after=account.totp_last_step)
    if step is not None:
        account.totp_last_step = step
        session.flush()
        return True
    return _use_recovery_code(session, account, typed)


def recovery_codes_left(session: Session, *, account_id: int) -> int:
    """How many recovery codes of an account were not used yet."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, col(RecoveryCode.used_at).is_(None))
    return session.exec(left).one()


def wrong_code() -> InvalidInput:
    """A code that does not fit; it is not repeated."""
    return InvalidInput(
        "验证码不正确或已用过。请看手机上当前的 6 位数字；若一直不对，请核对手机时间。",
        "The code is wrong or was used. Type the six digits shown now; if they never fit, check the telephone’s clock.",
        field="code",
    )


def _use_recovery_code(session: Session, account: Account, typed: str) -> bool:
    found = session.exec(
        select(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_sha256 == digest(typed),
            col(RecoveryCode.used_at).is_(None),
        )
        .with_for_update()
    ).first()
    if found is None:
        return False
    found.used_at = clock.now()
    session.flush()
    audit.record(
        session,
        actor=account.login,
        action="account.recovery_code_used",
        subject_kind="account",
        subject_key=account.login,
        after={"left": recovery_codes_left(session, account_id=account.id)},
    )
    return True


def _new_codes(session: Session, account_id: int) -> list[str]:
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LETTERS)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account_id, code_sha256=digest(code)) for code in codes)
    session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, _CODE_LETTERS, 4)) for code in codes]


def _own(session: Session, actor: Actor, *, lock: bool = True) -> Account:
    return session.get_one(Account, own_account(actor), with_for_update=True if lock else None)


def _record(session: Session, actor: Actor, account: Account, action: str) -> None:
    audit.record(session, actor=actor.label, action=action, subject_kind="account", subject_key=account.login)
