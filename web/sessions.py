"""The session cookie: its name, where it may travel, how it is set and cleared."""

from starlette.requests import Request
from starlette.responses import Response

from registry.services.accounts import ABSOLUTE_TIME

SECURE_COOKIE = "__Host-registry-session"
"""The prefix makes browsers refuse it without Secure, with a Domain, or from a sub-domain."""
LOCAL_COOKIE = "registry-session"
"""For http on this very machine (and REGISTRY_SECURE_COOKIES=0), where not every browser keeps Secure cookies."""
SESSION_COOKIES = (SECURE_COOKIE, LOCAL_COOKIE)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def session_token(request: Request) -> str:
    """The token the browser sent, or an empty text."""
    return request.cookies.get(_name(request), "")


def set_session(request: Request, response: Response, token: str) -> None:
    """Give the browser its token: unreadable for scripts, not sent along from other sites, gone after twelve hours."""
    response.set_cookie(
        _name(request),
        token,
        max_age=int(ABSOLUTE_TIME.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
    )


def clear_session(request: Request, response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(_name(request), path="/", httponly=True, samesite="lax", secure=_is_secure(request))


def remember_briefly(request: Request, response: Response, name: str, value: str) -> None:
    """Keep something in this browser for ten minutes, as safe as the session itself."""
    response.set_cookie(
        f"{_name(request)}-{name}",
        value,
        max_age=600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_is_secure(request),
    )


def recalled(request: Request, name: str) -> str:
    """What ``remember_briefly`` kept, or an empty text."""
    return request.cookies.get(f"{_name(request)}-{name}", "")


def forget_briefly(request: Request, response: Response, name: str) -> None:
    """Take it back."""
    response.delete_cookie(
        f"{_name(request)}-{name}", path="/", httponly=True, samesite="lax", secure=_is_secure(request)
    )


def _name(request: Request) -> str:
    return SECURE_COOKIE if _is_secure(request) else LOCAL_COOKIE


def _is_secure(request: Request) -> bool:
    if request.url.scheme == "https":
        return True
    return bool(request.app.state.settings.secure_cookies) and request.url.hostname not in _LOOPBACK
