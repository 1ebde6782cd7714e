"""Codes of an authenticator (TOTP, RFC 6238): six digits of every half minute, from a key both sides know. Pure."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
DRIFT = 1
"""Steps a telephone's clock may be behind or ahead."""
KEY_BYTES = 20


def new_key() -> str:
    """A fresh key in base32, without padding: 32 characters."""
    return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode()


def in_groups(key: str) -> str:
    """The key as people type it over.

    >>> in_groups("ABCDEFGHIJ")
    'ABCD EFGH IJ'
    """
    return " ".join(key[at : at + 4] for at in range(0, len(key), 4))


def step_at(moment: datetime) -> int:
    """The number of the half minute."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_of(key: str, step: int) -> str:
    """The six digits of a half minute.

    >>> code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59 // 30)
    '287082'
    """
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    # The standard's own hash; what it protects here does not rest on collisions.
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(key: str, code: str, *, moment: datetime, after: int | None) -> int | None:
    """The half minute this code is of, if it is a near one later than ``after``; None if the code does not fit."""
    present, found = step_at(moment), None
    for step in range(present - DRIFT, present + DRIFT + 1):
        fits = hmac.compare_digest(code_of(key, step).encode(), code.encode())
        if fits and (after is None or step > after):
            found = step
    return found


def address(key: str, *, login: str, issuer: str) -> str:
    """What an authenticator reads (otpauth URI)."""
    said = urlencode({"secret": key, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{issuer}:{login}', safe='')}?{said}"
