"""Each request as a span: method, template of its route, status, number. Never its path, which may hold a receipt."""

from opentelemetry.trace import SpanKind, StatusCode, Tracer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.tracing import root_span
from web.assets import MOUNT
from web.metrics import METHODS, route_of

UNTRACED = ("/healthz", "/readyz", "/metrics")
"""Asked every few seconds by those who watch."""


class TraceRequests:
    """Begins a trace with each request, under the span of the gateway if it says so; does nothing without a tracer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tracer: Tracer | None = scope["app"].state.tracer if scope["type"] == "http" else None
        if tracer is None or scope["path"] in UNTRACED or scope["path"].startswith(f"{MOUNT}/"):
            await self.app(scope, receive, send)
            return
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        parent = Headers(scope=scope).get("traceparent", "")
        with root_span(tracer, method, kind=SpanKind.SERVER, parent=parent, http_request_method=method) as span:
            try:
                await self.app(scope, receive, noted)
            finally:
                route = route_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                span.set_attribute("registry.request_id", scope.get("state", {}).get("request_id", ""))
                if status >= 500:
                    span.set_status(StatusCode.ERROR)
