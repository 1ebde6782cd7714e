"""What surrounds every request, pages and API alike: a number and a log line, safe headers, no cross-site writes.

Plain ASGI, no response is buffered.
"""

import re
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.errors import NotAllowed, RegistryError
from web.refusals import TooLarge
from web.sessions import SESSION_COOKIES

log = structlog.get_logger("registry.web")

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
SAFE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STRICT_TRANSPORT = "max-age=31536000"
"""Told over https only: a browser then comes by https for a year. Sub-domains are not ours to decide about."""
REQUEST_ID = "X-Request-Id"
_RECEIPT = re.compile(r"\b([A-Z]{2})(?:-[0-9A-Za-z]{4}){4}")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestLog:
    """Gives each request a number (``request.state.request_id``, answered as X-Request-Id) and logs one line for it.

    The line has method, path, status and time; never the query string, which may hold what people look for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, began, status = secrets.token_hex(8), time.perf_counter(), 500
        scope.setdefault("state", {})["request_id"] = request_id

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, numbered)
            finally:
                taken = round((time.perf_counter() - began) * 1000, 1)
                log.info("request", method=scope["method"], path=logged_path(scope["path"]), status=status, ms=taken)


def logged_path(path: str) -> str:
    """An address as logs may keep it: the number of a receipt opens what it was given for, so only its kind stays.

    >>> logged_path("/objections/YY-2345-6789-ABCD-EFGH")
    '/objections/YY-…'
    """
    return _RECEIPT.sub(r"\1-…", path)


class SafeHeaders:
    """Adds the security headers to every answer, and keeps what signed-in people see out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        over_https = scope["scheme"] == "https"
        signed_in = has_session(Headers(scope=scope)) and not scope["path"].startswith("/static/")

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
                if over_https:
                    headers["Strict-Transport-Security"] = STRICT_TRANSPORT
                if signed_in:
                    headers["Cache-Control"] = "private, no-store"
            await send(message)

        await self.app(scope, receive, safe)


class SameOrigin:
    """Refuses writes that another site made the browser send.

    An unsafe method needs ``Sec-Fetch-Site`` same-origin or none, else an ``Origin`` that equals the host. Where a
    browser sent neither, a request with a session cookie is refused; without one it carries no authority. Addresses
    ``for_anyone`` take forms from every site: what answers there asks nobody who they are and writes nothing.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        refuse: Callable[[Request, RegistryError], Response],
        for_anyone: frozenset[str] = frozenset(),
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.for_anyone = for_anyone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        safe = scope["type"] != "http" or scope["method"] in _SAFE_METHODS or scope["path"] in self.for_anyone
        if safe or is_same_origin(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        error = NotAllowed(
            "这项操作不是从本站页面发出的，已拒绝。请回到本站页面重新提交。",
            "This did not come from a page of this site and was refused. Go back to the page and send it again.",
        )
        await self.refuse(Request(scope, receive), error)(scope, receive, send)


class BodyLimit:
    """Refuses a body that is too large: at once if its length is announced, else as soon as it has grown too long."""

    def __init__(
        self, app: ASGIApp, *, limit_of: Callable[[str], int], refuse: Callable[[Request, RegistryError], Response]
    ) -> None:
        self.app = app
        self.limit_of = limit_of
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit, seen = self.limit_of(scope["path"]), 0
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            await self.refuse(Request(scope, receive), too_large(limit))(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise too_large(limit)
            return message

        await self.app(scope, counted, send)


def too_large(limit: int) -> TooLarge:
    """The refusal of a body beyond ``limit`` bytes."""
    return TooLarge(
        f"请求内容超过上限 {limit} 字节。",
        f"The request has more than the {limit} bytes allowed here.",
        field="body",
    )


def is_same_origin(headers: Headers) -> bool:
    """Whether a write with these headers was made by a page of this site, or by no browser at all."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == headers.get("host")
    return not has_session(headers)


def has_session(headers: Headers) -> bool:
    """Whether the request carries a session cookie, valid or not."""
    names = {pair.partition("=")[0].strip() for pair in headers.get("cookie", "").split(";")}
    return not names.isdisjoint(SESSION_COOKIES)
