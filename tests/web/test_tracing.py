"""Traces: what took how long, by route and statement; never what was asked, by whom, or what went wrong in words."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from asgi import create_app
from registry.db import reading, transaction
from registry.extras import TRACES, Extra
from registry.search.embedded import EmbeddedEngine
from registry.services.jobs import queue_job
from registry.services.nightly import FEED_JOB
from registry.services.traced_jobs import traced_kinds
from registry.services.working import JOB_KINDS, Worker
from registry.settings import Settings
from registry.tracing import Tracing, root_span, span, trace_statements, tracing_of, tracing_with
from tests.support.apps import running
from tests.support.public_pages import STAR, key_of

pytestmark = pytest.mark.skipif(not TRACES.installed(), reason="the extra otel is not installed")
pytest_plugins = ("tests.web.public_registry",)

if TRACES.installed():
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

SECRET = "geheim-4711"
TRACE, ABOVE = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Kept:
    """Spans that have ended."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracing: Tracing = tracing_with(provider)

    @property
    def spans(self) -> "list[ReadableSpan]":
        return list(self._exporter.get_finished_spans())

    def named(self, name: str) -> "ReadableSpan":
        """The only one of this name."""
        (found,) = [one for one in self.spans if one.name == name]
        return found

    @property
    def said(self) -> str:
        """Everything that would leave."""
        return json.dumps([json.loads(one.to_json()) for one in self.spans], ensure_ascii=False)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def traced(public_settings: Settings, kept: Kept) -> Iterator[TestClient]:
    """A visitor of the fictional registry whose requests are traced."""
    with running(public_settings) as client:
        client.app.state.tracer = kept.tracing.tracer  # type: ignore[attr-defined]
        trace_statements(client.app.state.engine)  # type: ignore[attr-defined]
        yield client


def parent_of(one: "ReadableSpan") -> int | None:
    return one.parent.span_id if one.parent else None


def test_a_page_is_a_span_with_its_route_and_its_statements_beneath(traced: TestClient, kept: Kept) -> None:
    answer = traced.get(f"/e/{key_of(STAR)}?as_of=2026-05-06&years={SECRET}", headers={"User-Agent": SECRET})
    assert answer.status_code == 200
    page = kept.named("GET /e/{key:path}")
    assert page.attributes == {
        "http.request.method": "GET",
        "http.route": "/e/{key:path}",
        "http.response.status_code": 200,
        "registry.request_id": answer.headers["x-request-id"],
    }
    assert page.context is not None
    statements = [one for one in kept.spans if one.name == "SELECT"]
    assert len(statements) > 3
    assert {parent_of(one) for one in statements} == {page.context.span_id}
    assert all(one.attributes and one.attributes["db.system.name"] == "sqlite" for one in statements)
    assert any("FROM enterprise" in str((one.attributes or {})["db.query.text"]) for one in statements)


def test_a_search_is_seen_and_its_words_are_not(traced: TestClient, kept: Kept) -> None:
    assert traced.get("/search", params={"q": "示例星河", "literal": "1"}).status_code == 200
    assert traced.get("/api/v1/search", params={"q": "示例星河"}).json()["hits"][0]["id"] == key_of(STAR)
    assert traced.get("/search/suggest", params={"q": "示例星"}).status_code == 200
    names = [one.name for one in kept.spans]
    assert {"search.find", "search.ask", "search.suggest", "GET /search", "GET /search/suggest"} <= set(names)
    asked = next(one for one in kept.spans if one.name == "search.ask")
    assert asked.attributes == {"search.engine": "embedded"}
    assert "示例" not in kept.said
    assert "%E7" not in kept.said


def test_nothing_of_a_person_a_receipt_or_a_question_is_told(traced: TestClient, kept: Kept) -> None:
    traced.get("/objections/YY-2345-6789-ABCD-EFGH")
    traced.get(f"/directories/little_giant?city=440300&status=held&cursor={SECRET}")
    traced.get("/api/v1/identifiers/9135090O587527783P", headers={"X-Api-Key": SECRET, "Cookie": f"session={SECRET}"})
    traced.post("/login", data={"login": f"{SECRET}@example.org", "password": SECRET}, headers={"Origin": "https://x"})
    traced.get(f"/{SECRET}")
    said = kept.said
    assert len(kept.spans) > 5
    for word in (SECRET, "YY-", "2345", "440300", "9135090O587527783P", key_of(STAR), "testclient"):
        assert word not in said
    assert "GET (none)" in said


def test_a_fault_is_told_by_its_kind_alone(traced: TestClient, kept: Kept) -> None:
    def fail() -> None:
        raise ZeroDivisionError(SECRET)

    traced.app.add_api_route("/broken", fail)  # type: ignore[attr-defined]
    assert traced.get("/broken").status_code == 500
    broken = kept.named("GET /broken")
    assert broken.attributes is not None
    assert (broken.attributes["error.type"], broken.status.is_ok) == ("ZeroDivisionError", False)
    assert broken.events == ()
    assert SECRET not in kept.said


def test_a_statement_keeps_its_places_and_neither_values_nor_texts_written_into_it(engine: Engine, kept: Kept) -> None:
    trace_statements(engine)
    with root_span(kept.tracing.tracer, "x"), reading(engine) as session:
        session.execute(text(f"SELECT 1 WHERE '{SECRET}' <> :value"), {"value": SECRET + "2"})
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT * FROM no_such_table WHERE a = :value"), {"value": SECRET})
    with reading(engine) as session:
        session.execute(text("SELECT 2"))
    said = [str(one.attributes["db.query.text"]) for one in kept.spans if one.attributes]
    assert any(one.startswith("SELECT 1 WHERE ? <> ") for one in said)
    failed = next(one for one in kept.spans if one.attributes and "no_such" in str(one.attributes["db.query.text"]))
    assert not failed.status.is_ok
    assert "SELECT 2" not in said
    assert SECRET not in kept.said


def test_a_job_is_a_trace_of_its_own(engine: Engine, kept: Kept, tmp_path: Path) -> None:
    trace_statements(engine)
    kinds = traced_kinds(kept.tracing.tracer)
    assert kinds.keys() == JOB_KINDS.keys()
    with transaction(engine) as session:
        number = queue_job(session, kind=FEED_JOB, key="x", payload={"secret": SECRET}, actor=SECRET).id
    assert Worker(engine, EmbeddedEngine(tmp_path), kinds={FEED_JOB: kinds[FEED_JOB]}).run_one_job()
    job = kept.named(f"job {FEED_JOB}")
    assert job.attributes == {"job.kind": FEED_JOB, "job.id": number}
    assert job.parent is None
    assert any(one.name == "SELECT" for one in kept.spans)
    assert SECRET not in kept.said


def test_without_a_tracer_there_is_no_span_and_the_handlers_are_the_same(kept: Kept) -> None:
    with span("x"):
        pass
    assert kept.spans == []
    assert traced_kinds(None) is JOB_KINDS
    with root_span(kept.tracing.tracer, "outer"), span("inner", one_two="x"):
        pass
    assert kept.named("inner").attributes == {"one.two": "x"}
    with span("after"):
        pass
    assert len(kept.spans) == 2


def test_the_framework_adds_no_spans_of_its_own(
    public_settings: Settings, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its spans hold path and query string."""
    monkeypatch.setattr("opentelemetry.trace.get_tracer_provider", lambda: kept.tracing.provider)
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    with running(public_settings) as client:
        assert client.get("/search?q=x").status_code == 200
    assert kept.spans == []


@pytest.mark.parametrize(
    ("header", "follows"),
    [(f"00-{TRACE}-{ABOVE}-01", True), (f"00-{TRACE}-{ABOVE}-01; {SECRET}", False), (SECRET, False), ("", False)],
)
def test_the_span_of_a_gateway_is_followed_and_nothing_else_of_it(
    traced: TestClient, kept: Kept, header: str, follows: bool
) -> None:
    traced.get("/directories", headers={"traceparent": header, "tracestate": f"x={SECRET}", "baggage": f"x={SECRET}"})
    page = kept.named("GET /directories")
    assert page.context is not None
    assert (f"{page.context.trace_id:032x}" == TRACE) is follows
    assert SECRET not in kept.said


def test_probes_and_static_files_are_left_out(traced: TestClient, kept: Kept) -> None:
    for address in ("/healthz", "/readyz", "/metrics", "/static/css/registry.css"):
        traced.get(address)
    assert kept.spans == []


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """A collector on this machine, and what it has been sent."""
    sent: list[tuple[str, bytes]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Takes) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", sent
        server.shutdown()
        thread.join()


def test_spans_are_sent_to_the_collector_whose_address_is_set(
    public_settings: Settings, collector: tuple[str, list[tuple[str, bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, sent = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    with TestClient(create_app(public_settings)) as client:
        assert client.get(f"/directories?asked={SECRET}").status_code == 200
        assert client.get("/directories").status_code == 200
    # What was left is sent when the application stops.
    assert {path for path, _ in sent} == {"/v1/traces"}
    told = [part for _, body in sent for part in ExportTraceServiceRequest.FromString(body).resource_spans]
    service = {one.value.string_value for part in told for one in part.resource.attributes if one.key == "service.name"}
    assert service == {"enterprise-registry"}
    names = [one.name for part in told for scope in part.scope_spans for one in scope.spans]
    assert names.count("GET /directories") == 2
    assert "SELECT" in names
    assert all(SECRET.encode() not in body for _, body in sent)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_it_is_off_unless_asked_for(environment: dict[str, str]) -> None:
    with capture_logs() as logs:
        assert tracing_of(environment) is None
    assert logs == []


def test_where_it_cannot_be_had_the_log_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    with capture_logs() as logs:
        assert tracing_of({**asked, "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}) is None
        monkeypatch.setattr(Extra, "installed", lambda _extra: False)
        assert tracing_of(asked) is None
    assert ["http/protobuf" in one["en"] for one in logs] == [True, False]
    assert "pip install '.[otel]'" in logs[1]["zh"]
