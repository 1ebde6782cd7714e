"""Search, with every filter of the site."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AppSearch, ReadSession
from api.paging import CursorText, next_address
from api.problems import refusals
from api.routing import public_router
from registry.errors import Text
from registry.schemas.base import ReadModel
from registry.schemas.inputs import parse_day
from registry.schemas.titles import TitleBadge
from registry.search.query import LIMIT_MAX, Chip, FacetValue, Hit, SearchPage, Suggestion
from registry.services.asking import ask
from registry.services.finding import find

router: APIRouter = public_router("search", "查找 / Search")

Several = Annotated[Sequence[str], Query(max_length=50, description="可重复 / May be repeated")]


class HitShown(ReadModel):
    """One enterprise that was found, and why."""

    id: str = Field(description="/enterprises/{id} 的编号 / what stands behind /enterprises/")
    uscc: str | None
    name: str
    kind: str
    reason: str = Field(description="匹配方式的代号 / stable slug of the way it matched")
    why: Text
    matched: str = Field(description="匹配到的名称或代码 / the name or code that matched")
    near: bool = Field(description="只是相近，不计入 total / only similar, not counted in total")
    titles: list[TitleBadge]
    city: str | None
    city_name: Text | None


class SearchAnswer(ReadModel):
    """One page of answers: what matches first, then what is only similar."""

    hits: list[HitShown]
    total: int
    total_is_exact: bool
    facets: dict[str, list[FacetValue]]
    interpreted: list[Chip] = Field(description="被理解为筛选条件的词 / words understood as filters")
    did_you_mean: list[Suggestion]
    notice: Text | None
    degraded: bool = Field(description="索引不可用，由数据库回答 / the database answered")
    redirect: str | None = Field(description="查询就是这家企业的代码 / the text is the code of exactly this enterprise")
    as_of: date
    next_cursor: str | None
    next: str | None


@router.get("/search", name="api_search", summary="查找企业 / Find enterprises", responses=refusals())
def search(
    request: Request,
    response: Response,
    session: ReadSession,
    engine: AppSearch,
    q: Annotated[
        str,
        Query(
            description="名称、简称、拼音、代码，任何写法；超过 500 字符的部分不用 / Any name, reading or code",
            examples=["小巨人 深圳"],
        ),
    ] = "",
    directory: Several = (),
    city: Several = (),
    district: Several = (),
    chain: Several = (),
    level: Several = (),
    status: Several = (),
    as_of: Annotated[str | None, Query(max_length=40, json_schema_extra={"format": "date"})] = None,
    kind: Annotated[Literal["all", "enterprise"], Query(description="找什么 / What to find")] = "all",
    sort: Annotated[Literal["relevance", "standing"], Query(description="顺序 / Order")] = "relevance",
    literal: Annotated[bool, Query(description="不把词理解为筛选条件 / Do not read words as filters")] = False,
    cursor: CursorText = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 20,
) -> SearchAnswer:
    """名录、产业链和地区可用代码或名称。同一筛选项的多个值为“或”，不同筛选项之间为“且”；facets 是换选该值时的数量。

    Directories, chains and places by code or name. Several values of one filter are alternatives, different filters
    apply together; facets count what choosing that value instead would give. Only enterprises are found so far, so
    ``kind`` changes nothing yet.
    """
    query = ask(
        session,
        text=q,
        directories=directory,
        cities=city,
        districts=district,
        chains=chain,
        levels=level,
        statuses=status,
        as_of=None if as_of is None else parse_day(as_of, field="as_of"),
        sort=sort,
        cursor=cursor,
        limit=limit,
        literal=literal,
    )
    page = find(session, engine, query)
    return _answer(page, next_address(request, response, page.next_cursor))


def _answer(page: SearchPage, next_: str | None) -> SearchAnswer:
    return SearchAnswer(
        hits=[_hit(hit) for hit in page.all_hits],
        total=page.total,
        total_is_exact=page.total_is_exact,
        facets={name: list(values) for name, values in page.facets.items()},
        interpreted=list(page.interpreted),
        did_you_mean=list(page.did_you_mean),
        notice=page.notice,
        degraded=page.degraded,
        redirect=page.redirect,
        as_of=page.as_of,
        next_cursor=page.next_cursor,
        next=next_,
    )


def _hit(hit: Hit) -> HitShown:
    return HitShown(
        id=hit.id,
        uscc=hit.uscc,
        name=hit.name,
        kind=hit.kind,
        reason=hit.reason,
        why=hit.why,
        matched="".join(segment.text for segment in hit.matched),
        near=hit.near,
        titles=list(hit.titles),
        city=hit.city,
        city_name=hit.city_name,
    )
