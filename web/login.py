"""Signing in and out. Plain forms; the answer to a wrong password never says what was wrong."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.db import transaction
from registry.errors import Text
from registry.services.accounts import close_session, sign_in
from web.deps import AppEngine, CurrentActor
from web.preferences import safe_path
from web.rendering import render
from web.sessions import clear_session, session_token, set_session

router = APIRouter(include_in_schema=False)

REFUSED = Text(
    "登录名或密码不正确，或账号已暂时锁定（连续输错 10 次锁定 15 分钟）。",
    "The login or password is wrong, or the account is locked for a while (15 minutes after 10 wrong passwords).",
)


@router.get("/login", name="sign_in")
def login_form(request: Request, actor: CurrentActor, next_: Annotated[str, Query(alias="next")] = "/") -> Response:
    """The form; somebody already signed in goes on to where they wanted."""
    target = safe_path(next_)
    if not actor.is_anonymous:
        return RedirectResponse(target, status_code=303)
    return render(request, "account/login.html", {"next": target, "login": "", "error": None})


@router.post("/login", name="sign_in_submit")
def login(
    request: Request,
    engine: AppEngine,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next_: Annotated[str, Form(alias="next", max_length=2000)] = "/",
) -> Response:
    """Sign in and go on (303); else the form again with 422 and what was typed, except the password."""
    token = sign_in(engine, login=login, password=password, replaces=session_token(request))
    target = safe_path(next_)
    if token is None:
        return render(request, "account/login.html", {"next": target, "login": login, "error": REFUSED}, status=422)
    response = RedirectResponse(target, status_code=303)
    set_session(request, response, token)
    return response


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
