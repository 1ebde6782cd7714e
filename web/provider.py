"""Signing in at the identity provider: going there and coming back. Off unless the settings name one.

What one sign-in has to remember travels in a cookie of this browser, so nobody else's answer can be slipped in.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.db import transaction
from registry.errors import NotAllowed, NotFound
from registry.oidc import Provider, Question, answer_of, describe, new_question, question_address
from registry.oidc_keys import EXTRA, ExtraMissing, PublishedKeys, can_check
from registry.services.accounts.provider import enter_by_provider
from registry.settings import Settings
from web import client
from web.deps import AppEngine, AppSettings
from web.login import go_on
from web.preferences import safe_path
from web.rendering import url_path
from web.sessions import forget_briefly, recalled, remember_briefly, session_token

router = APIRouter(include_in_schema=False)
COOKIE = "provider"


@router.get("/login/provider", name="provider_leave")
def leave(
    request: Request, settings: AppSettings, next_: Annotated[str, Query(alias="next", max_length=2_000)] = "/"
) -> Response:
    """Send the browser to the provider. Raises NotFound where there is none, ExtraMissing, ProviderAway."""
    provider = _provider(settings)
    question = new_question()
    endpoints = describe(provider)
    target = question_address(provider, endpoints, question, back=_back(request, settings))
    response = RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})
    said = [question.state, question.nonce, question.verifier, safe_path(next_)]
    remember_briefly(request, response, COOKIE, urlsafe_b64encode(json.dumps(said).encode()).decode())
    return response


@router.get("/login/provider/back", name="provider_back")
def back(
    request: Request,
    engine: AppEngine,
    settings: AppSettings,
    code: Annotated[str, Query(max_length=4_000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Back from the provider: in, if it is the answer to this browser's question. Raises NotAllowed, ProviderAway.

    A GET that opens a session: that is how the protocol comes back. The state is known to this browser only.
    """
    provider = _provider(settings)
    question, target = _remembered(request, state)
    if not code:
        raise NotAllowed("身份认证没有完成。请重新登录。", "Signing in there was not finished. Sign in again.")
    keys: PublishedKeys = request.app.state.provider_keys
    person = answer_of(provider, describe(provider), question, keys=keys, code=code, back=_back(request, settings))
    with transaction(engine) as session:
        entry = enter_by_provider(
            session,
            issuer=provider.issuer,
            person=person,
            replaces=session_token(request),
            network=client.network(request),
            agent=client.agent(request),
        )
    response = go_on(request, entry, target)
    forget_briefly(request, response, COOKIE)
    return response


def _remembered(request: Request, state: str) -> tuple[Question, str]:
    refused = NotAllowed(
        "这次登录不是从本浏览器开始的，或已超过 10 分钟。请重新登录。",
        "This sign-in was not begun in this browser, or took more than 10 minutes. Sign in again.",
    )
    try:
        said = json.loads(urlsafe_b64decode(recalled(request, COOKIE)))
        kept, nonce, verifier, target = (str(one) for one in said)
    except (ValueError, TypeError):
        raise refused from None
    if not state or not secrets.compare_digest(kept.encode(), state.encode()):
        raise refused
    return Question(kept, nonce, verifier), safe_path(target)


def _provider(settings: Settings) -> Provider:
    if not settings.oidc_issuer:
        raise NotFound("这里没有设置统一身份认证。", "No identity provider is set up here.", field="path")
    if not can_check():
        raise ExtraMissing(EXTRA.zh, EXTRA.en)
    return Provider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret.get_secret_value())


def _back(request: Request, settings: Settings) -> str:
    base = settings.public_url or str(request.base_url)
    return base.rstrip("/") + url_path(request, "provider_back")
