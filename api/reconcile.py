"""The Reconciliation API 0.2, for OpenRefine and alike: anybody may ask, from any site, without credentials."""

import json
import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.deps import ReadSession
from api.problems import refusals
from api.routing import PREFIX, public_router
from registry.errors import InvalidInput
from registry.schemas.reconciling import parse_extend, parse_queries
from registry.services import reconciling

router: APIRouter = public_router("reconcile", "匹配 / Reconciliation")

ADDRESS = f"{PREFIX}/reconcile"
TEXT_MAX = 200_000
"""Characters of a batch of queries."""
_CALLBACK = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,59}(?:\.[A-Za-z_$][A-Za-z0-9_$]{0,59}){0,3}")
_OPEN = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""Any site may read these answers; a browser sends no cookie along for ``*``."""
_FRAMED = "default-src 'none'; frame-ancestors *"

_SCRIPT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JSON，带 callback 时为脚本 / JSON, or a script with ``callback``",
        "content": {"application/json": {}, "application/javascript": {}},
    }
}
Callback = Annotated[str | None, Query(max_length=250, description="JSONP 函数名 / Name of a JSONP function")]
Batch = Annotated[str | None, Query(max_length=TEXT_MAX, description="JSON，见规范 / JSON, see the specification")]
Prefix = Annotated[str, Query(max_length=300)]


@router.get(
    "/reconcile",
    name="api_reconcile",
    summary="服务说明或匹配 / Manifest, or match",
    responses={**refusals(), **_SCRIPT},
)
def ask(
    request: Request, session: ReadSession, queries: Batch = None, extend: Batch = None, callback: Callback = None
) -> Response:
    """Reconciliation API 0.2。没有参数时回答服务说明。 / The service manifest without parameters."""
    return _answer(request, session, queries, extend, callback)


@router.post("/reconcile", name="api_reconcile_form", summary="匹配一批名称 / Match a batch", responses=refusals(413))
def ask_by_form(
    request: Request,
    session: ReadSession,
    queries: Annotated[str | None, Form(max_length=TEXT_MAX)] = None,
    extend: Annotated[str | None, Form(max_length=TEXT_MAX)] = None,
) -> Response:
    """一次最多 50 个。 / At most 50 queries a call."""
    return _answer(request, session, queries, extend, None)


@router.get(
    "/reconcile/properties",
    name="api_reconcile_properties",
    summary="可扩展的属性 / Properties",
    responses={**refusals(), **_SCRIPT},
)
def properties(
    type: Annotated[str, Query(max_length=100)] = "enterprise",
    limit: Annotated[int | None, Query(ge=1, le=100)] = None,
    callback: Callback = None,
) -> Response:
    """数据扩展可取的属性。 / What data extension offers."""
    return _json(reconciling.propose_properties(type_id=type, limit=limit), callback)


@router.get(
    "/reconcile/suggest/{kind}",
    name="api_reconcile_suggest",
    summary="提示 / Suggest",
    responses={**refusals(404), **_SCRIPT},
)
def suggest(
    session: ReadSession, kind: Literal["entity", "property", "type"], prefix: Prefix = "", callback: Callback = None
) -> Response:
    """按开头提示企业、属性或类型。 / Enterprises, properties or types by what was typed."""
    if kind == "entity":
        return _json(reconciling.suggest_entities(session, prefix=prefix), callback)
    if kind == "type":
        return _json(reconciling.suggest_types(session, prefix=prefix), callback)
    return _json(reconciling.suggest_properties(prefix), callback)


@router.get(
    "/reconcile/preview",
    name="api_reconcile_preview",
    summary="小卡片 / Small preview",
    response_class=HTMLResponse,
    responses=refusals(404),
)
def preview(session: ReadSession, id: Annotated[str, Query(max_length=100)]) -> HTMLResponse:
    """可放进别处页面框架的小页。 / A small page other sites may frame."""
    return HTMLResponse(reconciling.preview(session, key=id), headers={**_OPEN, "Content-Security-Policy": _FRAMED})


def _answer(
    request: Request, session: ReadSession, queries: str | None, extend: str | None, callback: str | None
) -> Response:
    if queries is not None:
        return _json(reconciling.reconcile(session, queries=parse_queries(queries)), callback)
    if extend is not None:
        return _json(reconciling.extend(session, query=parse_extend(extend)), callback)
    base = (request.app.state.settings.public_url or str(request.base_url)).rstrip("/")
    return _json(reconciling.manifest(session, base=base, address=ADDRESS), callback)


def _json(body: Any, callback: str | None) -> Response:
    """JSON, or a call of the function asked for. Raises InvalidInput for what is no name of a function."""
    text = json.dumps(body, ensure_ascii=False)
    if callback is None:
        return Response(text, media_type="application/json", headers=_OPEN)
    if not _CALLBACK.fullmatch(callback):
        raise InvalidInput(
            f"“{callback[:60]}”不是函数名。", f"“{callback[:60]}” is no name of a function.", field="callback"
        )
    # Within a script these two would end a line, and </ the script itself.
    safe = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("</", "<\\/")
    return Response(f"/**/{callback}({safe});", media_type="application/javascript", headers=_OPEN)
