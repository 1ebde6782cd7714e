"""Metrics for a collector (Prometheus): requests this process has answered, and numbers of the whole installation.

Requests are counted by the template of their route, never by their path: paths hold names and have no end.
"""

import hmac
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from platform import python_version

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from registry.db import reading
from registry.errors import RegistryError
from registry.search.engine import SearchEngine
from registry.services.fallbacks import fallbacks
from registry.services.measuring import Measured, measure
from registry.settings import Settings
from web.assets import MOUNT
from web.kept_pages import KeptPages

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "(none)"
"""Of requests that no route took: an unknown address, or refused before."""


class Requests:
    """What one process counts."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # else a second row for each: when it was first seen
        self.registry = CollectorRegistry()
        labels = ("route", "method", "status")
        self._answered = Counter("registry_requests", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "registry_request_seconds", "Time to answer.", labels[:2], buckets=BUCKETS, registry=self.registry
        )
        self._running = Gauge("registry_requests_running", "Requests being answered.", registry=self.registry)

    def begin(self) -> None:
        """One has come."""
        self._running.inc()

    def end(self, route: str, method: str, status: int, seconds: float) -> None:
        """It has been answered."""
        self._running.dec()
        self._answered.labels(route, method, str(status)).inc()
        self._seconds.labels(route, method).observe(seconds)


def requests_of(settings: Settings) -> Requests | None:
    """What counts requests; None where nobody may ask for the numbers."""
    return Requests() if settings.metrics_token.get_secret_value() else None


class CountRequests:
    """Counts each request when it is over, also one that was refused or broke."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        counting: Requests | None = scope["app"].state.requests if scope["type"] == "http" else None
        if counting is None:
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        counting.begin()
        try:
            await self.app(scope, receive, noted)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            counting.end(route_of(scope), method, status, time.perf_counter() - began)


def metrics(request: Request) -> Response:
    """Everything as text, for whoever shows the token. As if there were no such address where none is set."""
    state = request.app.state
    token = state.settings.metrics_token.get_secret_value()
    if not token or state.requests is None:
        raise HTTPException(404)
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(shown.strip().encode(), token.encode()):
        return PlainTextResponse("401\n", status_code=401, headers={"WWW-Authenticate": "Bearer"})
    whole = CollectorRegistry()
    whole.register(Installation(state.engine, state.search, state.kept_pages))
    text = generate_latest(state.requests.registry) + generate_latest(whole)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


class Installation(Collector):
    """What is read when it is asked for."""

    def __init__(self, engine: Engine, search: SearchEngine, kept: KeptPages | None = None) -> None:
        self._engine, self._search, self._kept = engine, search, kept

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        """The families. Without a database those of this process, and that the database is away."""
        labels = {"version": version("enterprise-registry"), "python": python_version()}
        yield from _families([Measured("registry_build_info", "The program.", 1.0, labels)])
        yield CounterMetricFamily(
            "registry_search_fallbacks", "Searches of this process that the database answered.", value=fallbacks()
        )
        if self._kept is not None:
            asked = CounterMetricFamily(
                "registry_kept_pages", "Public pages given again as they were, and made anew.", labels=["result"]
            )
            asked.add_metric(["again"], self._kept.hits)
            asked.add_metric(["anew"], self._kept.misses)
            yield asked
        yield from _families(_pool(self._engine))
        try:
            with reading(self._engine) as session:
                measured = [*measure(session, self._search)]
        except RegistryError:
            measured = []
        up = Measured("registry_database_up", "Whether the database answers.", float(bool(measured)))
        yield from _families([up, *measured])


def _pool(engine: Engine) -> list[Measured]:
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        return []
    return [
        Measured("registry_database_connections_used", "Connections of this process in use.", float(pool.checkedout())),
        Measured("registry_database_connections_limit", "The most it may use.", float(pool.size())),
    ]


def _families(measured: Iterable[Measured]) -> Iterator[GaugeMetricFamily]:
    found: dict[str, GaugeMetricFamily] = {}
    for one in measured:
        family = found.setdefault(one.name, GaugeMetricFamily(one.name, one.help, labels=list(one.labels)))
        family.add_metric(list(one.labels.values()), one.value)
    yield from found.values()


def route_of(scope: Scope) -> str:
    """The template of the route that took a request."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return MOUNT if scope["path"].startswith(f"{MOUNT}/") else NO_ROUTE
