"""Passwords: which may be used, and checking one without saying whether anybody has that login. No database."""

import functools
import hashlib
import secrets

from pwdlib import PasswordHash

from registry.errors import InvalidInput
from registry.schemas.accounts import PASSWORD_MAX, PASSWORD_MIN, Credentials
from registry.services.accounts.common_passwords import is_common


def check_password_rules(password: str, *, login: str, known: tuple[str, ...] = ()) -> None:
    """Raise InvalidInput (field ``password``) unless the password may be used. Its text is never repeated.

    ``known``: what else others know of the person (name, address of mail), no password by itself.
    """
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        raise InvalidInput(
            f"密码长度应为 {PASSWORD_MIN} 至 {PASSWORD_MAX} 个字符。",
            f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters.",
            field="password",
        )
    if password.lower() == login or len(set(password)) < 4:
        raise InvalidInput(
            "密码太容易猜到：不能与登录名相同，至少用 4 种不同的字符。",
            "The password is too easy to guess: not the login itself, and at least 4 different characters.",
            field="password",
        )
    if is_common(password, known=(login, *known, *(one.partition("@")[0] for one in known))):
        raise InvalidInput(
            "这个密码太常见，或者就是您的名字、日期、号码，会被最先猜中。请换一个，例如四个互不相干的词连在一起。",
            "This password is one of those tried first: common, or a name, day or number of yours. "
            "Choose another, for instance four unrelated words in a row.",
            field="password",
        )


def password_matches(credentials: Credentials, password: str) -> str | None:
    """The hash to keep from now on (stronger if the parameters have grown), or None if the password is wrong.

    Always computes one hash, whoever asks.
    """
    fits, better = hasher().verify_and_update(password[:PASSWORD_MAX], credentials.password_hash)
    if not fits or credentials.account_id is None:
        return None
    return better or credentials.password_hash


def hashed(password: str) -> str:
    """What is kept of a password. Slow on purpose: not to be called inside a transaction that others wait for."""
    return hasher().hash(password)


def digest(secret: str) -> str:
    """What is kept of a token or code that is too long to be guessed."""
    return hashlib.sha256(secret.encode()).hexdigest()


@functools.cache
def hasher() -> PasswordHash:
    """argon2id with the library's recommended parameters."""
    return PasswordHash.recommended()


@functools.cache
def hash_of_nobody() -> str:
    """The hash of a password nobody knows."""
    return hasher().hash(secrets.token_urlsafe(16))
