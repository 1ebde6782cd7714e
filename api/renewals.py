"""Titles that end and missing figures, for officials: the same answers as their pages."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AsOf, OfficerActor, ReadSession
from api.paging import CursorText, Limit, next_address
from api.problems import refusals
from api.routing import officials_router
from registry.errors import InvalidInput
from registry.policies import OFFICIALS, Actor, own_region, require
from registry.schemas.assessments import MissingPage
from registry.schemas.inputs import parse_region_code
from registry.schemas.paging import KEY_MAX
from registry.schemas.renewals import RenewalPage
from registry.services.assessing.choosing import parse_reason
from registry.services.assessing.missing_figures import MissingQuery, missing_figures
from registry.services.renewing.choosing import RenewalQuery
from registry.services.renewing.listing import renewals
from registry.vocabulary import RenewalSort, RenewalWindow

router: APIRouter = officials_router("renewals", "复核到期与补数据（工作人员）/ Renewals and missing data (officials)")

WINDOWS = {window.value: window for window in RenewalWindow}
SORTS = {sort.value: sort for sort in RenewalSort}
Region = Annotated[str, Query(max_length=20, description="地区，缺省为自己的 / Region, own by default")]
Chain = Annotated[str, Query(max_length=40, description="产业链代码 / Code of a chain")]


class RenewalsShown(RenewalPage):
    """A page of titles that end, and where the next one is."""

    next: str | None


class MissingShown(MissingPage):
    """The figures most worth asking for, a page of firms to ask, and where the next one is."""

    next: str | None


@router.get("/renewals", name="api_renewals", summary="到期称号 / Titles that end", responses=refusals(401, 403))
def list_renewals(
    request: Request,
    response: Response,
    session: ReadSession,
    actor: OfficerActor,
    as_of: AsOf,
    region: Region = "",
    window: Annotated[str, Query(max_length=20, json_schema_extra={"enum": list(WINDOWS)})] = "90",
    directory: Annotated[str, Query(max_length=40, description="名录代码 / Code of a directory")] = "",
    chain: Chain = "",
    officer: Annotated[int | None, Query(ge=1, le=KEY_MAX, description="责任人编号 / Officer’s account")] = None,
    reason: Annotated[str, Query(max_length=40, description="原因 / Reason", examples=["unmet:LG22-3"])] = "",
    sort: Annotated[str, Query(max_length=20, json_schema_extra={"enum": list(SORTS)})] = "end",
    cursor: CursorText = None,
    limit: Limit = 50,
) -> RenewalsShown:
    """将到期和已过期未续的称号，连同责任人和现在复核会不符合的条件。 / With officers and what holders would fail."""
    for field, value, known in (("window", window, WINDOWS), ("sort", sort, SORTS)):
        if value not in known:
            raise InvalidInput(
                f"参数 {field} 没有“{value}”这个值。",
                f"The parameter {field} has no value “{value}”.",
                field=field,
                value=value,
                choices=tuple(known),
            )
    query = RenewalQuery(
        region_code=_region(region, actor),
        window=WINDOWS[window],
        directory=directory.strip() or None,
        chain=chain.strip() or None,
        officer=officer,
        reason=parse_reason(reason),
        sort=SORTS[sort],
        cursor=cursor,
        limit=limit,
    )
    page = renewals(session, query, as_of=as_of)
    return RenewalsShown(**dict(page), next=next_address(request, response, page.next_cursor))


@router.get(
    "/assessments/{tier}/missing",
    name="api_missing",
    summary="最值得补的数据 / Figures worth asking for",
    responses=refusals(401, 403, 404),
)
def list_missing(
    request: Request,
    response: Response,
    session: ReadSession,
    actor: OfficerActor,
    tier: Annotated[str, Path(max_length=60, description="梯度 / Tier", examples=["little_giant"])],
    as_of: AsOf,
    region: Region = "",
    chain: Chain = "",
    need: Annotated[str, Query(max_length=80, examples=["annual.2024.rd_expense"])] = "",
    alone: Annotated[bool, Query(description="只差这一项 / Missing nothing else")] = False,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> MissingShown:
    """补哪项数据可判断最多企业，以及该问哪些企业。 / Which figure would decide most cases, and whom to ask."""
    query = MissingQuery(
        tier=tier,
        region_code=_region(region, actor),
        chain=chain.strip() or None,
        path=need.strip() or None,
        alone=alone,
        cursor=cursor,
        limit=limit,
    )
    page = missing_figures(session, query, as_of=as_of)
    return MissingShown(**dict(page), next=next_address(request, response, page.next_cursor))


def _region(text: str, actor: Actor) -> str:
    code = parse_region_code(text, field="region") if text else own_region(actor)
    require(actor, OFFICIALS, region_code=code)
    return code
