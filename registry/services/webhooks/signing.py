"""The signature of a message: who has the secret knows that it comes from here, whole and just now."""

import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """A secret nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


def signature(secret: str, body: bytes, *, moment: int) -> str:
    """``t=…,v1=…``: the second it was signed (Unix time) and HMAC-SHA256 over ``t.body`` in hexadecimal digits."""
    signed = hmac.new(secret.encode(), b"%d.%s" % (moment, body), hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"
