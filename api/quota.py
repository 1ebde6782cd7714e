"""Quotas of the interface: every answer says what is left, too many questions get 429 with when to ask again."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.routing import PREFIX
from registry.db import reading
from registry.errors import NotAuthenticated, RegistryError, TooMany
from registry.services.accounts.throttling import network_of
from registry.services.api_keys import is_known
from registry.services.quotas import Allowance, Quotas
from registry.settings import Settings

KEY_HEADER = "x-api-key"
PREFLIGHT = "OPTIONS"


class Quota:
    """Counts each question under ``/api/v1`` against its address, or against the key it brings."""

    def __init__(self, app: ASGIApp, *, refuse: Callable[[Request, RegistryError], Response]) -> None:
        self.app, self.refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        counted = scope["type"] == "http" and scope["path"].startswith(PREFIX) and scope["method"] != PREFLIGHT
        if not counted or scope["app"].state.settings.api_rate <= 0:
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        try:
            allowance = await run_in_threadpool(self._take, request)
        except RegistryError as refusal:
            await self.refuse(request, refusal)(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                _tell(MutableHeaders(scope=message), allowance)
            await send(message)

        if allowance.is_refused:
            await self.refuse(request, _too_many(allowance))(scope, receive, told)
        else:
            await self.app(scope, receive, told)

    def _take(self, request: Request) -> Allowance:
        """Raises NotAuthenticated for a key that is none."""
        state = request.app.state
        settings: Settings = state.settings
        quotas: Quotas = state.quotas
        key = Headers(scope=request.scope).get(KEY_HEADER, "")
        address = network_of(request.client.host if request.client else "")
        if not key:
            return quotas.take(f"address:{address}", rate=settings.api_rate)
        with reading(state.engine) as session:
            known = is_known(session, key)
        if not known:
            # Guessing keys costs as much as asking without one.
            allowance = quotas.take(f"address:{address}", rate=settings.api_rate)
            if allowance.is_refused:
                return allowance
            raise NotAuthenticated(
                "X-Api-Key 里的密钥无效或已停用。不带密钥也可以读取，只是慢一些。",
                "The key in X-Api-Key is not valid or was revoked. You may also ask without one, at a lower rate.",
            )
        return quotas.take(f"key:{key}", rate=settings.api_key_rate)


def _tell(headers: MutableHeaders, allowance: Allowance) -> None:
    headers["RateLimit-Policy"] = f"{allowance.rate};w=1"
    headers["RateLimit-Limit"] = str(allowance.rate)
    headers["RateLimit-Remaining"] = str(allowance.left)
    headers["RateLimit-Reset"] = str(allowance.reset_seconds)
    if allowance.is_refused:
        headers["Retry-After"] = str(allowance.wait_seconds)


def _too_many(allowance: Allowance) -> TooMany:
    return TooMany(
        f"请求太快，每秒最多 {allowance.rate} 次。请 {allowance.wait_seconds} 秒后再试；要更快，请向管理员申请密钥。",
        f"Too many requests: at most {allowance.rate} a second. Ask again in {allowance.wait_seconds} s; "
        "for a higher rate ask for a key.",
    )
