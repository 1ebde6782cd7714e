"""Refusals and faults as pages: the same sentence as everywhere, with the real status."""

from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from registry.errors import Locale, RegistryError, StorageUnavailable
from web.deps import current_actor
from web.i18n import locale_of
from web.rendering import VARY, here, render, url_path, wants_fragment
from web.sessions import session_token

_FAULT_PAGE = Path(__file__).parent / "templates" / "errors" / "500.html"


def lead_to_login(request: Request) -> Response:
    """Send a visitor to the login form and afterwards back to where they wanted to go."""
    target = url_path(request, "sign_in") + "?" + urlencode({"next": here(request)})
    if wants_fragment(request):
        return Response(status_code=204, headers={"HX-Redirect": target, "Vary": VARY})
    return RedirectResponse(target, status_code=303, headers={"Cache-Control": "no-store"})


def lead_to_second_factor(request: Request) -> Response:
    """Send an official whose rights are withheld to where the second factor is set up."""
    target = url_path(request, "second_factor") + "?" + urlencode({"next": here(request)})
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
    if error.retry_seconds:
        headers["Retry-After"] = str(error.retry_seconds)
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
