"""Enterprises: all of them page by page, one by any of its keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.deps import AsOf, ReadSession
from api.paging import CursorText, Limit, Pages, paged
from api.problems import refusals
from api.routing import public_router
from registry.schemas.enterprises import EnterprisePage, EnterpriseSummary
from registry.services import enterprises, resolving

router: APIRouter = public_router("enterprises", "企业 / Enterprises")

MOVED: dict[int | str, dict[str, Any]] = {
    308: {"description": "代码或旧地址，转到现用地址 / Another key of it: go to the present one, for ever"},
    **refusals(404, 410),
}

EnterpriseKey = Annotated[
    str,
    Path(
        max_length=100,
        description="统一社会信用代码、临时档案号或旧代码 / Any key the enterprise has or had",
        examples=["91440300MA5EXAMPL0"],
    ),
]


@router.get(
    "/enterprises",
    name="api_enterprises",
    summary="全部企业 / All enterprises",
    response_model=Pages[EnterpriseSummary],
    responses=refusals(422),
)
def list_enterprises(
    request: Request,
    response: Response,
    session: ReadSession,
    as_of: AsOf,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Pages[EnterpriseSummary]:
    """按登记先后逐页列出，没有页数上限；称号是 as_of 当天的。查找请用 /search。

    Every enterprise in the order it came in, page by page without a depth limit; titles of the day ``as_of``.
    """
    return paged(request, response, enterprises.page(session, as_of=as_of, cursor=cursor, limit=limit))


@router.get(
    "/enterprises/{key}",
    name="api_enterprise",
    summary="一家企业 / One enterprise",
    response_model=EnterprisePage,
    responses=MOVED,
)
def show_enterprise(
    request: Request, session: ReadSession, key: EnterpriseKey, as_of: AsOf
) -> Response | EnterprisePage:
    """登记信息、曾用名、某一天的认定记录（每条指向公告文件中的那一行）、年度指标和提示。

    Facts, names, titles of a day (each pointing at its row in the announced document), yearly figures and alerts.
    """
    found = resolving.resolve(session, key)
    if found.canonical_key != key:
        target = request.url_for("api_enterprise", key=found.canonical_key).path
        return RedirectResponse(target + (f"?{request.url.query}" if request.url.query else ""), status_code=308)
    return enterprises.get_page(session, found.canonical_key, as_of=as_of)
