"""The own account: registering, choosing and changing a password, two-step verification, the devices signed in."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.db import reading, transaction
from registry.errors import Conflict, InvalidInput, RegistryError, TooMany
from registry.policies import Actor
from registry.services.accounts import close_all, second_factor
from registry.services.accounts.links import read_link
from registry.services.accounts.registering import (
    ask_reset,
    change_password,
    choose_password,
    confirm_password,
    get_own_account,
    register,
)
from registry.services.accounts.sessions import end_session, list_sessions, own_account
from web import client
from web.account_views import device_words, name_of_site
from web.deps import AppEngine, AppSettings, PersonActor, ReadSession, WriteSession, current_person
from web.i18n import locale_of
from web.preferences import safe_path
from web.rendering import render, see_other, url_path, url_with
from web.sessions import clear_session, session_token

router = APIRouter(include_in_schema=False)
own = APIRouter(include_in_schema=False, dependencies=[Depends(current_person)])
"""Addresses that need somebody who has signed in."""

Typed = Annotated[str, Form(max_length=1_000)]
_REFUSED = (InvalidInput, Conflict, TooMany)
ACTS = ("start", "confirm", "codes", "off")


@router.get("/register", name="register_form")
def register_form(request: Request) -> Response:
    """Ask for an account. Refused where no mail can be sent."""
    client.require_mail(request)
    return _page(request, "account/register.html", email="", display_name="")


@router.post("/register", name="register")
def register_person(request: Request, session: WriteSession, email: Typed = "", display_name: Typed = "") -> Response:
    """Send the link. The answer is the same whether the address has an account or not."""
    client.require_mail(request)
    typed = {"email": email, "display_name": display_name}
    try:
        with session.begin_nested():
            page = client.mailed_page(request)
            register(
                session,
                **typed,
                page=page,
                network=client.network(request),
                signer=client.link_signer(request),
            )
    except _REFUSED as refusal:
        return _page(request, "account/register.html", refusal, **typed)
    return _page(request, "account/mail_sent.html", email=email.strip())


@router.get("/forgot", name="reset_form")
def reset_form(request: Request) -> Response:
    """Ask for a new password."""
    client.require_mail(request)
    return _page(request, "account/forgot.html", email="")


@router.post("/forgot", name="reset_ask")
def reset_ask(request: Request, session: WriteSession, email: Typed = "") -> Response:
    """Send the link, if the address has an account; the answer does not tell."""
    client.require_mail(request)
    try:
        with session.begin_nested():
            ask_reset(
                session,
                email=email,
                page=client.mailed_page(request),
                network=client.network(request),
                signer=client.link_signer(request),
            )
    except _REFUSED as refusal:
        return _page(request, "account/forgot.html", refusal, email=email)
    return _page(request, "account/mail_sent.html", email=email.strip())


@router.get("/account/set-password", name="link_form")
def link_form(request: Request, session: ReadSession, token: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Where links from mails lead: looking uses nothing up. Raises Gone."""
    link = read_link(session, signer=client.link_signer(request), token=token)
    return _page(request, "account/set_password.html", link=link, token=token)


@router.post("/account/set-password", name="link_use")
def link_use(request: Request, engine: AppEngine, token: Typed = "", password: Typed = "") -> Response:
    """Use the link, then sign in. Raises Gone."""
    signer = client.link_signer(request)
    try:
        choose_password(engine, signer=signer, token=token, password=password, network=client.network(request))
    except _REFUSED as refusal:
        with reading(engine) as session:
            link = read_link(session, signer=signer, token=token)
        return _page(request, "account/set_password.html", refusal, link=link, token=token)
    response = RedirectResponse(url_path(request, "sign_in") + "?done=password", status_code=303)
    clear_session(request, response)
    return response


@own.get("/account", name="account")
def account(
    request: Request, session: ReadSession, actor: PersonActor, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Who one is here, how one signs in, and where one is signed in."""
    locale = locale_of(request)
    found = list_sessions(session, actor=actor, token=session_token(request))
    context = {
        "own": get_own_account(session, actor=actor),
        "devices": [{"one": one, "words": device_words(one.agent).in_(locale)} for one in found],
        "rights": [
            (grant.role.label.in_(locale), grant.region_code, grant.directory_code or "") for grant in actor.grants
        ],
        "withheld": actor.withheld,
        "done": done,
    }
    return render(request, "account/account.html", context)


@own.get("/account/password", name="password_form")
def password_form(request: Request) -> Response:
    """Change the password."""
    return _page(request, "account/password.html")


@own.post("/account/password", name="password_change")
def password_change(
    request: Request, engine: AppEngine, actor: PersonActor, current: Typed = "", password: Typed = ""
) -> Response:
    """Change it; every other device is signed out."""
    try:
        change_password(engine, actor=actor, current=current, password=password, token=session_token(request))
    except _REFUSED as refusal:
        return _page(request, "account/password.html", refusal)
    return RedirectResponse(url_path(request, "account") + "?done=password", status_code=303)


@own.post("/account/sessions", name="session_end")
def session_end(request: Request, session: WriteSession, actor: PersonActor, which: Typed = "") -> Response:
    """End one device's session, or (``all``) every one, this browser's too. Raises NotFound."""
    if which == "all":
        close_all(session, account_id=own_account(actor))
        response: Response = RedirectResponse(url_path(request, "sign_in"), status_code=303)
        clear_session(request, response)
        return response
    if not (which.isdecimal() and len(which) < 19):
        raise InvalidInput("请选择要退出的设备。", "Choose the device to sign out.", field="which")
    end_session(session, actor=actor, session_id=int(which))
    return see_other(request, "account")


@own.get("/account/two-step", name="second_factor")
def two_step(
    request: Request,
    session: ReadSession,
    actor: PersonActor,
    next_: Annotated[str, Query(alias="next", max_length=2_000)] = "/account",
) -> Response:
    """Set up, renew or turn off the second factor."""
    return _page(request, "account/two_step.html", **_two_step(request, session, actor, safe_path(next_)))


@own.post("/account/two-step", name="second_factor_act")
def two_step_act(
    request: Request,
    engine: AppEngine,
    settings: AppSettings,
    actor: PersonActor,
    act: Typed = "",
    code: Typed = "",
    current: Typed = "",
    next_: Annotated[str, Form(alias="next", max_length=2_000)] = "/account",
) -> Response:
    """One of ``ACTS``. Recovery codes are shown in the answer and never again."""
    if act not in ACTS:
        raise InvalidInput("没有这种操作。", "There is no such act.", field="act", value=act, choices=ACTS)
    codes: list[str] = []
    try:
        if act in ("codes", "off"):
            confirm_password(engine, actor=actor, current=current)
        with transaction(engine) as session:
            if act == "start":
                second_factor.start_enrolment(session, actor=actor)
            elif act == "confirm":
                codes = second_factor.confirm_enrolment(session, actor=actor, code=code, token=session_token(request))
            elif act == "codes":
                codes = second_factor.renew_codes(session, actor=actor)
            else:
                second_factor.turn_off(session, actor=actor, required=settings.require_second_factor)
    except _REFUSED as refusal:
        with reading(engine) as session:
            shown = _two_step(request, session, actor, safe_path(next_))
        return _page(request, "account/two_step.html", refusal, **shown)
    if codes:
        return _page(
            request, "account/recovery_codes.html", codes=codes, next=safe_path(next_), turned_on=act == "confirm"
        )
    if act == "start":
        target = url_with(url_path(request, "second_factor"), next=safe_path(next_))
        return RedirectResponse(target, status_code=303)
    return see_other(request, "account")


def _two_step(request: Request, session: Session, actor: Actor, target: str) -> dict[str, Any]:
    return {
        "own": get_own_account(session, actor=actor),
        "enrolment": second_factor.enrolment_of(session, actor=actor, issuer=name_of_site(request)),
        "next": target,
        "withheld": actor.withheld,
    }


def _page(request: Request, template: str, refusal: RegistryError | None = None, **context: Any) -> Response:
    """A page with a form, or the form again with what was refused (its status) and what was typed."""
    said = {"refusal": refusal, "error_at": refusal.field if refusal else None}
    status = 200 if refusal is None else refusal.status
    return render(request, template, context | said, status=status, headers={"Cache-Control": "no-store"})
