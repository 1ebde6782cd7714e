"""Refusals and faults as pages: the same sentence as everywhere, with the real status."""

from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from registry.errors import (
    InvalidInput,
    Locale,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    RegistryError,
    StorageUnavailable,
    Text,
    shorten,
)
from web.deps import current_actor
from web.i18n import locale_of
from web.rendering import VARY, here, render, url_path, wants_fragment
from web.sessions import session_token

_FAULT_PAGE = Path(__file__).parent / "templates" / "errors" / "500.html"


class NoSuchMethod(RegistryError):
    """The address exists, but not for this method."""

    code, title, status = "method-not-allowed", Text("方法不对", "Method not allowed"), 405


class TooLarge(RegistryError):
    """The request is larger than this address takes."""

    code, title, status = "too-large", Text("请求过大", "Request too large"), 413


class Fault(RegistryError):
    """A fault of ours, told without its details."""

    code, title, status = "fault", Text("程序出错", "Something broke"), 500


def refusal_of_status(status: int, path: str, method: str) -> RegistryError:
    """The framework's own refusals (no such address, wrong method, too large, unreadable) in our words."""
    shown = shorten(path)
    if status == 404:
        return NotFound(f"没有 {shown} 这个地址。", f"There is nothing at {shown}.", field="path", value=path)
    if status == 405:
        return NoSuchMethod(f"{shown} 不接受 {method}。", f"{shown} does not take {method}.")
    if status == 413:
        return TooLarge("请求内容超过了大小限制。", "The request is larger than is allowed here.", field="body")
    if status == 401:
        return NotAuthenticated("请先登录。", "Sign in first.")
    if status == 403:
        return NotAllowed("无权查看。", "You may not see this.")
    return InvalidInput("请求内容无法读取。", "The request could not be read.", field="body")


def refusal_of_fault(number: str) -> Fault:
    """What a client of the API is told about a fault."""
    return Fault(
        f"程序内部错误，编号 {number}。请稍后再试；若再次出现，请报这个编号。",
        f"An internal fault, number {number}. Try again later; if it happens again, tell us the number.",
    )


def lead_to_login(request: Request) -> Response:
    """Send a visitor to the login form and afterwards back to where they wanted to go."""
    target = url_path(request, "sign_in") + "?" + urlencode({"next": here(request)})
    if wants_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": target, "Vary": VARY})
    return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})


def error_page(request: Request, error: RegistryError) -> Response:
    """The page (or, for htmx, its ``content`` block) that says what was refused and what to do next."""
    _who_is_there(request)
    context = {
        "status": error.status,
        "code": error.code,
        "heading": error.title,
        "message": error.text,
        "value": error.value,
        "choices": error.choices,
        "request_id": getattr(request.state, "request_id", ""),
    }
    headers = {"Cache-Control": "no-store"}
    return render(request, "errors/error.html", context, block="content", status=error.status, headers=headers)


def fault_page(request: Request, number: str) -> Response:
    """The 500 page. Fixed text and a number: no template, no database, nothing that can fail again."""
    locale: Locale = locale_of(request)
    page = _FAULT_PAGE.read_text(encoding="utf-8").replace("E-0000-0000", number)
    return HTMLResponse(page, status_code=500, headers={"Cache-Control": "no-store", "Content-Language": locale})


def _who_is_there(request: Request) -> None:
    if hasattr(request.state, "user") or not session_token(request):
        return
    try:
        current_actor(request)
    except StorageUnavailable:
        # The header then offers to sign in; the page itself must still come.
        request.state.user = None
