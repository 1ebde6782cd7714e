"""Composition root of the web: joins pages and API, guards every request, maps errors once.

``create_app`` is the factory for any ASGI server: ``uvicorn asgi:create_app --factory``.
"""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import State
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from api import openapi, problems, reconcile
from api.quota import Quota
from api.routes import ROUTERS as API_ROUTERS
from import_scripts.evidence import inspect_evidence
from import_scripts.reading import open_file
from registry.db import STATEMENT_SECONDS, make_engine
from registry.errors import Locale, NeedsSecondFactor, NotAuthenticated, RegistryError, no_room
from registry.incidents import incident_number
from registry.logs import configure_logs
from registry.oidc_keys import EXTRA, PublishedKeys, can_check
from registry.services.accounts.signing import signer_of
from registry.services.indexing import search_engine
from registry.services.mailing import carrier_of, sender_of
from registry.services.migrating import require_current_schema
from registry.services.nightly import schedule_of
from registry.services.quotas import Quotas
from registry.services.search_misses import MissLog
from registry.services.traced_jobs import traced_kinds
from registry.services.webhooks.addresses import networks_of
from registry.services.working import Worker
from registry.settings import Settings
from registry.tracing import Tracing, trace_statements, tracing_of
from web.assets import MOUNT, HashedStatic
from web.carrying import carried_from
from web.city_map import city_map
from web.deps import current_actor
from web.errors import error_page, fault_page, lead_to_login, lead_to_second_factor
from web.guards import SAFE_HEADERS, BodyLimit, RequestLog, SafeHeaders, SameOrigin, logged_path
from web.i18n import accepted_locale
from web.kept_pages import pages_of
from web.login import sign_in_again
from web.metrics import CountRequests, metrics, requests_of
from web.refusals import refusal_of_fault, refusal_of_status
from web.routes import ROUTERS as WEB_ROUTERS
from web.sessions import session_token
from web.tracing import TraceRequests
from web.validation import refusal_of
from web.warming import make_routes_ready, start_warming

MAX_BODY_BYTES = 1_000_000
"""Of any request that brings no file."""
MAX_UPLOAD_BYTES = 64_000_000
UPLOADS = (
    *("/firm/claim/", "/office/imports", "/office/notices", "/office/match"),
    *("/api/v1/imports", "/api/v1/match", "/api/v1/notices"),
)
"""Addresses that take files."""
GRACEFUL_SHUTDOWN_SECONDS = 3
TURN_SECONDS = 0.0005
"""How long the worker's threads may compute while a request wants to go on, where both live in one process.

A request asks for its turn some sixty times, after each answer of the database. At Python's five milliseconds a page
opened while an index is built took three hundred of them longer.
"""

log = structlog.get_logger("registry.web")


def create_app(settings: Settings | None = None) -> FastAPI:
    """The web application. Opens no connection; the background worker starts and stops with the server."""
    configure_logs()
    settings = settings or Settings()
    app = FastAPI(
        title="企业名录与梯度培育库 / Enterprise registry",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # Its own spans would hold paths and query strings; ours do not (web.tracing).
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
        middleware=[
            Middleware(TraceRequests),
            Middleware(CountRequests),
            Middleware(RequestLog),
            Middleware(SafeHeaders),
            Middleware(Quota, refuse=answer_refusal),
            Middleware(BodyLimit, limit_of=body_limit, refuse=answer_refusal),
            Middleware(SameOrigin, refuse=answer_refusal, for_anyone=frozenset({reconcile.ADDRESS})),
        ],
    )
    furnish(app, settings, tracing_of())
    if settings.oidc_issuer and not can_check():
        log.warning("identity_provider_off", zh=EXTRA.zh, en=EXTRA.en)
    _map_errors(app)
    app.add_api_route("/healthz", healthz, methods=["GET"], include_in_schema=False)
    app.add_api_route("/readyz", readyz, methods=["GET"], include_in_schema=False)
    app.add_api_route("/metrics", metrics, methods=["GET"], include_in_schema=False)
    for router in API_ROUTERS:
        app.include_router(router)
    for router in WEB_ROUTERS:
        # Every page's header says who is there; without a cookie this asks nothing of the database.
        app.include_router(router, dependencies=[Depends(current_actor)])
    openapi.publish(app)
    app.mount(MOUNT, HashedStatic(), name="static")
    return app


def furnish(app: FastAPI, settings: Settings, tracing: Tracing | None = None) -> None:
    """Give an application what it works with. One that is not running may be given other things than before."""
    app.state = State()
    app.state.settings = settings
    # A worker in this process shares the connections, and its statements may take long.
    app.state.engine = make_engine(settings, statement_seconds=0 if settings.embedded_worker else STATEMENT_SECONDS)
    app.state.tracing, app.state.tracer = tracing, tracing.tracer if tracing else None
    if tracing is not None:
        trace_statements(app.state.engine)
    app.state.search = search_engine(settings)
    app.state.quotas = Quotas(settings.data_dir)
    app.state.requests = requests_of(settings)
    app.state.kept_pages = pages_of(settings)
    app.state.misses = MissLog(app.state.engine)
    app.state.schedule = schedule_of(settings)
    app.state.link_signer = signer_of(settings)
    app.state.open_file = open_file
    app.state.inspect_evidence = inspect_evidence
    app.state.session_token = session_token
    app.state.provider_keys = PublishedKeys()
    city_map(settings.map_file)  # refused now rather than on the front page


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Run the background worker inside this process where no other does; release the database at the end."""
    state = app.state
    worker = (
        Worker(
            state.engine,
            state.search,
            kinds=traced_kinds(state.tracer),
            data_dir=state.settings.data_dir,
            open_file=open_file,
            carrier=carrier_of(state.settings),
            sender=sender_of(state.settings),
            schedule=state.schedule,
            networks=networks_of(state.settings.webhook_networks),
        )
        if state.settings.embedded_worker
        else None
    )
    before = sys.getswitchinterval()
    if worker is not None:
        worker.start()
        sys.setswitchinterval(TURN_SECONDS)
    state.misses.start()
    make_routes_ready(app)
    start_warming()
    yield
    sys.setswitchinterval(before)
    await run_in_threadpool(state.misses.stop)
    if worker is not None:
        await run_in_threadpool(worker.stop)
    if state.tracing is not None:
        await run_in_threadpool(state.tracing.stop)
    state.engine.dispose()


def serve(settings: Settings, listening: socket.socket) -> None:
    """Serve on an open socket until told to stop."""
    import uvicorn

    config = uvicorn.Config(
        create_app(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listening])


def healthz() -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def readyz(request: Request) -> Response:
    """The database can be reached and has the right schema; 503 with the reason if not."""
    try:
        require_current_schema(request.app.state.engine)
    except RegistryError as error:
        return JSONResponse({"ready": False, "reason": error.text.zh, "reason_en": error.text.en}, status_code=503)
    return JSONResponse({"ready": True}, headers={"Cache-Control": "no-store"})


def body_limit(path: str) -> int:
    """How many bytes a request to this address may bring."""
    takes_files = path.startswith(UPLOADS) or (path.startswith("/firm/") and path.endswith("/evidence"))
    return MAX_UPLOAD_BYTES if takes_files else MAX_BODY_BYTES


def _map_errors(app: FastAPI) -> None:
    """The only place that turns what went wrong into an answer."""
    app.exception_handler(RegistryError)(_on_refusal)
    app.exception_handler(RequestValidationError)(_on_validation)
    app.exception_handler(HTTPException)(_on_http)
    app.exception_handler(OSError)(_on_disk)
    app.exception_handler(Exception)(_on_fault)


def answer_refusal(request: Request, error: RegistryError) -> Response:
    """problem+json under /api/, a page or its fragment elsewhere; a visitor who must sign in is led there."""
    if _is_api(request):
        number = getattr(request.state, "request_id", "")
        return problems.problem(error, locale=_locale(request), instance=request.url.path, request_id=number)
    if isinstance(error, NotAuthenticated) and request.method == "GET":
        return lead_to_login(request)
    if isinstance(error, NeedsSecondFactor) and request.method == "GET":
        return lead_to_second_factor(request)
    return error_page(request, error)


async def _on_refusal(request: Request, error: RegistryError) -> Response:
    """As ``answer_refusal``; where a session ran out while somebody was typing, what was typed comes along."""
    if isinstance(error, NotAuthenticated) and request.method == "POST" and not _is_api(request):
        carried = await carried_from(request)
        return await run_in_threadpool(sign_in_again, request, carried)
    return await run_in_threadpool(answer_refusal, request, error)


def _on_validation(request: Request, error: RequestValidationError) -> Response:
    return answer_refusal(request, refusal_of(error))


def _on_disk(request: Request, error: OSError) -> Response:
    """A full disk is no fault of ours: it is said, with when to come back."""
    refusal = no_room(error)
    return _on_fault(request, error) if refusal is None else answer_refusal(request, refusal)


def _on_http(request: Request, error: HTTPException) -> Response:
    if (refusal := no_room(error.__cause__)) is not None:  # an upload that could not even be kept
        return answer_refusal(request, refusal)
    response = answer_refusal(request, refusal_of_status(error.status_code, request.url.path, request.method))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _on_fault(request: Request, error: Exception) -> Response:
    """A fault of ours: a number for the person, the trace under the same number in the log."""
    number = incident_number(error)
    request_id = getattr(request.state, "request_id", "")
    log.error("fault", number=number, path=logged_path(request.url.path), request_id=request_id, exc_info=error)
    if _is_api(request):
        fault = refusal_of_fault(number)
        answer: Response = problems.problem(
            fault, locale=_locale(request), instance=request.url.path, request_id=request_id
        )
    else:
        answer = fault_page(request, number)
    # This answer is sent outside our own guards.
    answer.headers.update(SAFE_HEADERS)
    return answer


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _locale(request: Request) -> Locale:
    """The caller's language: ``?lang=`` first, else what the client accepts."""
    asked = request.query_params.get("lang", "")
    return (
        "en"
        if asked == "en"
        else "zh"
        if asked == "zh"
        else accepted_locale(request.headers.get("accept-language", ""))
    )
