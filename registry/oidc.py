"""Signing in at an identity provider (OpenID Connect): authorization code with PKCE and nonce. No database.

The identity token counts if the provider signed it (``oidc_keys``), lately, for us and for this very sign-in.
"""

import base64
import hashlib
import json
import math
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import requests

from registry import clock
from registry.errors import NotAllowed, RegistryError, Text
from registry.oidc_keys import PublishedKeys

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
    keys: str


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
    return Endpoints(
        _safe(said.get("authorization_endpoint")), _safe(said.get("token_endpoint")), _safe(said.get("jwks_uri"))
    )


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


def answer_of(
    provider: Provider, endpoints: Endpoints, question: Question, *, keys: PublishedKeys, code: str, back: str
) -> Person:
    """Change the code for whom it stands for.

    Raises ProviderAway, ExtraMissing, NotAllowed if the token is not signed by the provider or not for this sign-in.
    """
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
    token = said.get("id_token")
    if not isinstance(token, str) or token.count(".") != 2:
        raise _away("id_token")
    claims = keys.claims(token, endpoints.keys, partial(_fetch, "GET"))
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
    now = clock.now().timestamp()
    fresh = _time(expires, 0) > now - LEEWAY_SECONDS
    # A token has to say since when it is; not before when (nbf) is rare, but means what it says.
    fresh = fresh and max(_time(claims.get("iat")), _time(claims.get("nbf", 0))) <= now + LEEWAY_SECONDS
    asked = secrets.compare_digest(str(claims.get("nonce", "")).encode(), question.nonce.encode())
    named = isinstance(subject, str) and 0 < len(subject) <= SUBJECT_MAX
    if claims.get("iss") != provider.issuer or not (for_us and fresh and asked and named):
        raise NotAllowed(
            "身份认证服务的回答不是给这次登录的。请重新登录。",
            "What the identity provider answered is not for this sign-in. Sign in again.",
        )


def _time(said: Any, otherwise: float = math.inf) -> float:
    """An instant of a token; ``otherwise`` for what is none."""
    return said if isinstance(said, int | float) and not isinstance(said, bool) else otherwise


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
