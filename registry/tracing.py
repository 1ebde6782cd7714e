"""Traces (OpenTelemetry): what a request or job spent its time on. Off unless a collector's address is set.

Spans hold templates of routes, kinds of jobs and statements with their places for values, never values, paths, query
strings, headers, messages of errors or anything of a person. A span within is made only under one that was begun with a
tracer, so that nothing here costs anything where there is none.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import structlog
from opentelemetry import context as contexts
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from sqlalchemy import event
from sqlalchemy.engine import Engine

from registry.errors import Text
from registry.extras import TRACES

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

Value: TypeAlias = str | int | bool
SERVICE = "enterprise-registry"
STATEMENT_MOST = 2_000
_TRACER = contexts.create_key("registry-tracer")
_SPAN = "_registry_span"
_PARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_OTHER_PROTOCOL = Text(
    "追踪只支持 http/protobuf 协议，未开启。请去掉 OTEL_EXPORTER_OTLP_PROTOCOL 或改为 http/protobuf。",
    "Traces are sent by http/protobuf only and are off. Set OTEL_EXPORTER_OTLP_PROTOCOL to that or take it out.",
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tracing:
    """What makes spans and sends them."""

    provider: "TracerProvider"
    tracer: Tracer

    def stop(self) -> None:
        """Send what is left."""
        self.provider.shutdown()


def tracing_of(environment: Mapping[str, str] = os.environ) -> Tracing | None:
    """What the standard variables of OpenTelemetry ask for; None, said in the log, where it cannot be had."""
    endpoint = environment.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or environment.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    disabled = environment.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if not endpoint or disabled or environment.get("OTEL_TRACES_EXPORTER") == "none":
        return None
    protocol = environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    missing = TRACES.missing if not TRACES.installed() else None
    if missing is None and protocol not in (None, "", "http/protobuf"):
        missing = _OTHER_PROTOCOL
    if missing is not None:
        log.warning("traces_off", zh=missing.zh, en=missing.en)
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    said = {"service.version": version(SERVICE)}
    if not environment.get("OTEL_SERVICE_NAME"):
        said["service.name"] = SERVICE
    provider = TracerProvider(resource=Resource.create(said), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return tracing_with(provider)


def tracing_with(provider: "TracerProvider") -> Tracing:
    """The same with a provider of one's own. It does not become that of the process: what others would put into spans
    by themselves (addresses with their questions, for one) is not asked for."""
    return Tracing(provider, provider.get_tracer(SERVICE, version(SERVICE)))


@contextmanager
def root_span(
    tracer: Tracer, name: str, *, kind: SpanKind = SpanKind.INTERNAL, parent: str = "", **attributes: Value
) -> Iterator[Span]:
    """A span under which others are made. ``parent``: a ``traceparent`` that came along; anything else is no parent."""
    # Of the state that comes beside it nothing is taken: it may hold any text.
    carried = {"traceparent": parent} if _PARENT.fullmatch(parent) else {}
    context = TraceContextTextMapPropagator().extract(carried, context=contexts.Context())
    token = contexts.attach(contexts.set_value(_TRACER, tracer, context))
    try:
        with _made(tracer, name, kind, attributes) as made:
            yield made
    finally:
        contexts.detach(token)


@contextmanager
def span(name: str, **attributes: Value) -> Iterator[None]:
    """A span within a root span; nothing where there is none. An underscore in a name of an attribute is a dot."""
    tracer = cast("Tracer | None", contexts.get_value(_TRACER))
    if tracer is None:
        yield
        return
    with _made(tracer, name, SpanKind.INTERNAL, attributes):
        yield


@contextmanager
def _made(tracer: Tracer, name: str, kind: SpanKind, attributes: Mapping[str, Value]) -> Iterator[Span]:
    dotted = {key.replace("_", "."): value for key, value in attributes.items()}
    # Messages of errors may quote what somebody typed: only their kind is told.
    with tracer.start_as_current_span(
        name, kind=kind, attributes=dotted, record_exception=False, set_status_on_exception=False
    ) as made:
        try:
            yield made
        except BaseException as error:
            _failed(made, error)
            raise


def _failed(made: Span, error: BaseException | None) -> None:
    made.set_attribute("error.type", type(error).__name__)
    made.set_status(StatusCode.ERROR)


def trace_statements(engine: Engine) -> None:
    """Make a span of each statement of ``engine`` that runs within a root span."""
    system = "postgresql" if engine.dialect.name == "postgresql" else engine.dialect.name

    def before(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        tracer = cast("Tracer | None", contexts.get_value(_TRACER))
        if tracer is None or context is None:
            return
        word = statement.lstrip().partition(" ")[0].upper()[:20]
        said = {"db.system.name": system, "db.operation.name": word, "db.query.text": without_literals(statement)}
        setattr(context, _SPAN, tracer.start_span(word, kind=SpanKind.CLIENT, attributes=said))

    def after(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        made: Span | None = getattr(context, _SPAN, None)
        if made is not None:
            made.end()

    def failed(told: Any) -> None:
        made: Span | None = getattr(told.execution_context, _SPAN, None)
        if made is not None:
            _failed(made, told.original_exception)
            made.end()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)


def without_literals(statement: str) -> str:
    """A statement as a span may keep it: on one line, texts written into it are left out, and cut where it is long.

    >>> without_literals("SELECT 1 FROM a WHERE name = 'O''Neil' AND id = ?")
    'SELECT 1 FROM a WHERE name = ? AND id = ?'
    """
    return " ".join(_LITERAL.sub("?", statement).split())[:STATEMENT_MOST]
