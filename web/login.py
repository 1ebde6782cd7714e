"""Signing in and out. Plain forms; the answer to a wrong password never says what was wrong.

What somebody had typed when the session ran out comes along through all steps and is offered for sending at the end.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from registry.db import transaction
from registry.errors import Text, TooMany
from registry.oidc_keys import can_check
from registry.schemas.accounts import Entry
from registry.services.accounts import close_session
from registry.services.accounts.signing_in import enter, enter_code, waits_for_code
from web import client
from web.carrying import CARRIED_BYTES, Carried, Lost, unpacked
from web.deps import AppEngine, CurrentActor, introduce
from web.preferences import safe_path
from web.rendering import VARY, render, url_path, wants_fragment
from web.sessions import clear_session, session_token, set_session

router = APIRouter(include_in_schema=False)

REFUSED = Text(
    "登录名或密码不正确，或账号已暂时锁定（连续输错 10 次锁定 15 分钟）。",
    "The login or password is wrong, or the account is locked for a while (15 minutes after 10 wrong passwords).",
)
WRONG_CODE = Text(
    "验证码不正确、已用过，或登录已超过 10 分钟。请输入手机上当前的 6 位数字。",
    "The code is wrong, was used, or signing in took more than 10 minutes. Type the six digits shown now.",
)
Typed = Annotated[str, Form(max_length=1_000)]
Packed = Annotated[str, Form(max_length=CARRIED_BYTES)]
Next = Annotated[str, Form(alias="next", max_length=2_000)]


@router.get("/login", name="sign_in")
def login_form(
    request: Request,
    actor: CurrentActor,
    next_: Annotated[str, Query(alias="next")] = "/",
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The form; somebody already signed in goes on to where they wanted."""
    target = safe_path(next_)
    if not actor.is_anonymous:
        return RedirectResponse(target, status_code=303)
    return _form(request, target, done=done)


@router.post("/login", name="sign_in_submit")
def login(
    request: Request,
    engine: AppEngine,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Typed = "",
    next_: Next = "/",
    carried: Packed = "",
) -> Response:
    """Sign in and go on (303); else the form again with 422 and what was typed, except the password."""
    target = safe_path(next_)
    try:
        entry = enter(
            engine,
            login=login,
            password=password,
            replaces=session_token(request),
            network=client.network(request),
            agent=client.agent(request),
        )
    except TooMany as refusal:
        return _form(request, target, login=login, error=refusal.text, packed=carried, status=refusal.status)
    if entry is None:
        return _form(request, target, login=login, error=REFUSED, packed=carried, status=422)
    return go_on(request, entry, target, carried)


@router.get("/login/code", name="sign_in_code")
def code_form(
    request: Request, engine: AppEngine, next_: Annotated[str, Query(alias="next", max_length=2_000)] = "/"
) -> Response:
    """The second step; without a first one, the first."""
    target = safe_path(next_)
    if not waits_for_code(engine, token=session_token(request)):
        return RedirectResponse(url_path(request, "sign_in"), status_code=303)
    return _code_form(request, target)


@router.post("/login/code", name="sign_in_code_submit")
def login_code(
    request: Request, engine: AppEngine, code: Typed = "", next_: Next = "/", carried: Packed = ""
) -> Response:
    """The code, and in (303); else the form again with 422, or from the start where the first step has run out."""
    target, token = safe_path(next_), session_token(request)
    try:
        opened = enter_code(
            engine, token=token, code=code, network=client.network(request), agent=client.agent(request)
        )
    except TooMany as refusal:
        return _code_form(request, target, error=refusal.text, packed=carried, status=refusal.status)
    if opened is None and not waits_for_code(engine, token=token):
        return _form(request, target, error=WRONG_CODE, packed=carried, status=422)
    if opened is None:
        return _code_form(request, target, error=WRONG_CODE, packed=carried, status=422)
    return go_on(request, Entry(token=opened, needs_code=False), target, carried)


@router.post("/logout", name="sign_out")
def logout(request: Request, engine: AppEngine) -> Response:
    """End this browser's session and go to the front page. Harmless twice."""
    token = session_token(request)
    if token:
        with transaction(engine) as session:
            close_session(session, token=token)
    response = RedirectResponse("/", status_code=303)
    clear_session(request, response)
    return response


def go_on(request: Request, entry: Entry, target: str, packed: str = "") -> Response:
    """After a step that was right: the code if it is owed, else what had been typed, else the page that was wanted."""
    carried = unpacked(packed)
    response: Response
    if entry.needs_code:
        response = _code_form(request, target, packed=packed)
    elif carried is not None:
        introduce(request, entry.token)  # the header of this very page already says who is in
        response = _offer(request, carried)
    else:
        response = RedirectResponse(target, status_code=303)
    set_session(request, response, entry.token)
    return response


def sign_in_again(request: Request, carried: Carried | Lost | None) -> Response:
    """The session ran out while somebody was typing: the sign-in form (401), which takes along what was typed.

    To a part of a page that saves by itself only a notice is sent: what was typed is still on the page.
    """
    if wants_fragment(request):
        headers = {"HX-Retarget": "#session-note", "HX-Reswap": "innerHTML", "Cache-Control": "no-store"}
        return render(request, "account/ended.html", {}, block="note", status=401, headers=headers)
    packed = carried.packed() if isinstance(carried, Carried) else ""
    return _form(request, "/", packed=packed, ended=True, lost=isinstance(carried, Lost), status=401)


def _form(
    request: Request,
    target: str,
    *,
    login: str = "",
    error: Text | None = None,
    packed: str = "",
    ended: bool = False,
    lost: bool = False,
    done: str = "",
    status: int = 200,
) -> HTMLResponse:
    settings = request.app.state.settings
    context: dict[str, Any] = {
        "next": target,
        "login": login,
        "error": error,
        "packed": packed if unpacked(packed) is not None else "",
        "ended": ended,
        "lost": lost,
        "done": done,
        "sends_mail": settings.sends_mail,
        "provider": settings.oidc_name if settings.oidc_issuer and can_check() else None,
    }
    return render(request, "account/login.html", context, status=status, headers={"Cache-Control": "no-store"})


def _code_form(
    request: Request, target: str, *, error: Text | None = None, packed: str = "", status: int = 200
) -> HTMLResponse:
    context = {"next": target, "error": error, "packed": packed if unpacked(packed) is not None else ""}
    return render(request, "account/code.html", context, status=status, headers={"Cache-Control": "no-store"})


def _offer(request: Request, carried: Carried) -> HTMLResponse:
    context = {"carried": carried, "shown": [(name, value) for name, value in carried.fields if value.strip()]}
    headers = {"Cache-Control": "no-store", "Vary": VARY}
    return render(request, "account/send_again.html", context, headers=headers)
