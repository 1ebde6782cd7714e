"""Signing in at an identity provider (OpenID Connect): authorization code with PKCE and nonce. No database.

The identity token is fetched by us from the provider's own token address over a checked TLS connection; by section
3.1.3.7, point 6, of OpenID Connect Core that stands for its signature, so no signature is checked here. Whoever
issued it, for whom, for how long and for which sign-in is.
"""

import base64
import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import requests

from registry import clock
from registry.errors import NotAllowed, RegistryError, Text

SECONDS = 10
LEEWAY_SECONDS = 60
ANSWER_MAX = 200_000
SUBJECT_MAX = 200
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class ProviderAway(RegistryError):
    """The identity provider cannot be reached, or answers nonsense."""

    code, title, status = "provider-unavailable", Text("身份认证服务暂不可用", "Identity provider unavailable"), 503


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the provider is and who we are to it."""

    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The provider's addresses, from its own description."""

    authorization: str
    token: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is remembered in the browser between going to the provider and coming back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider vouches for. ``email`` is empty unless the provider says it was verified."""

    subject: str
    email: str


def new_question() -> Question:
    """Three secrets of one sign-in."""
    return Question(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


def describe(provider: Provider) -> Endpoints:
    """Ask the provider for its addresses. Raises ProviderAway."""
    said = _fetch("GET", provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if said.get("issuer") != provider.issuer:
        raise _away("issuer")
    return Endpoints(_safe(said.get("authorization_endpoint")), _safe(said.get("token_endpoint")))


def question_address(provider: Provider, endpoints: Endpoints, question: Question, *, back: str) -> str:
    """Where to send the browser. ``back``: our own address it comes back to."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(question.verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "scope": "openid email profile",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "state": question.state,
        "nonce": question.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(endpoints.authorization).query else "?"
    return endpoints.authorization + joint + urlencode(asked)


def answer_of(provider: Provider, endpoints: Endpoints, question: Question, *, code: str, back: str) -> Person:
    """Change the code for whom it stands for. Raises ProviderAway, NotAllowed if the token is not for this sign-in."""
    said = _fetch(
        "POST",
        endpoints.token,
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": question.verifier,
        },
        # Both are encoded like a form first (RFC 6749, section 2.3.1).
        auth=(quote_plus(provider.client_id), quote_plus(provider.client_secret)),
    )
    claims = _claims(said.get("id_token"))
    _check(claims, provider, question)
    verified = claims.get("email_verified") is True
    return Person(str(claims["sub"]), str(claims.get("email") or "").strip().lower() if verified else "")


def _check(claims: dict[str, Any], provider: Provider, question: Question) -> None:
    audience = claims.get("aud")
    parties = audience if isinstance(audience, list) else [audience]
    subject, expires = claims.get("sub"), claims.get("exp")
    for_us = provider.client_id in parties and claims.get("azp", provider.client_id) == provider.client_id
    if len(parties) > 1 and "azp" not in claims:
        for_us = False
    fresh = isinstance(expires, int | float) and expires > clock.now().timestamp() - LEEWAY_SECONDS
    asked = secrets.compare_digest(str(claims.get("nonce", "")).encode(), question.nonce.encode())
    named = isinstance(subject, str) and 0 < len(subject) <= SUBJECT_MAX
    if claims.get("iss") != provider.issuer or not (for_us and fresh and asked and named):
        raise NotAllowed(
            "身份认证服务的回答不是给这次登录的。请重新登录。",
            "What the identity provider answered is not for this sign-in. Sign in again.",
        )


def _claims(token: object) -> dict[str, Any]:
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        raise _away("id_token")
    try:
        said = json.loads(base64.b64decode(parts[1] + "=" * (-len(parts[1]) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise _away("id_token") from None
    if not isinstance(said, dict):
        raise _away("id_token")
    return said


def _fetch(method: str, url: str, **how: Any) -> dict[str, Any]:
    try:
        # A redirect would lead away from the connection that vouches for the answer.
        with requests.request(method, _safe(url), timeout=SECONDS, allow_redirects=False, stream=True, **how) as answer:
            if answer.status_code != 200:
                raise _away(f"status {answer.status_code}")
            said = json.loads(answer.raw.read(ANSWER_MAX, decode_content=True))
    except (requests.RequestException, OSError, ValueError, RecursionError) as error:
        raise _away(type(error).__name__) from error
    if not isinstance(said, dict):
        raise _away("shape")
    return said


def _safe(url: object) -> str:
    """An address over TLS; plain only on this very machine. Raises ProviderAway."""
    if not isinstance(url, str):
        raise _away("address")
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise _away("no TLS")
    return url


def _away(what: str) -> ProviderAway:
    return ProviderAway(
        f"身份认证服务没有正常回答（{what}）。请稍后再试，或用密码登录。",
        f"The identity provider did not answer as it should ({what}). Try again later, or use your password.",
    )
