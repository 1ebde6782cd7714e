"""Search, with every filter of the site."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AppMisses, AppSearch, ReadSession
from api.paging import CursorText, next_address
from api.problems import refusals
from api.routing import public_router
from registry.schemas.base import ReadModel
from registry.schemas.inputs import parse_day
from registry.search.query import LIMIT_MAX
from registry.search.shown import ShownPage, shown
from registry.services.asking import ask
from registry.services.finding import find
from registry.services.suggesting import Suggested, suggest

router: APIRouter = public_router("search", "查找 / Search")

Several = Annotated[Sequence[str], Query(max_length=50, description="可重复 / May be repeated")]
Years = Annotated[Sequence[str], Query(max_length=50, description="年份，可重复 / Years", examples=[["2023"]])]


class SearchAnswer(ShownPage):
    """One page of answers. ``hits`` match, group after group; ``near`` are only similar."""

    next: str | None = Field(description="下一页的地址 / address of the next page")


@router.get("/search", name="api_search", summary="查找企业、产品和名录 / Find", responses=refusals())
def search(
    request: Request,
    response: Response,
    session: ReadSession,
    engine: AppSearch,
    misses: AppMisses,
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
    granted: Years = (),
    ending: Years = (),
    brand: Several = (),
    category: Several = (),
    grade: Annotated[Sequence[str], Query(max_length=9, description="产品等级 / Grades", examples=[["2"]])] = (),
    as_of: Annotated[
        str | None, Query(max_length=40, examples=["2026-05-06"], json_schema_extra={"format": "date"})
    ] = None,
    kind: Annotated[
        str, Query(description="all、enterprise、product、directory / What to find", examples=["product"])
    ] = "all",
    sort: Annotated[str, Query(description="relevance 或 standing / Order", examples=["standing"])] = "relevance",
    literal: Annotated[bool, Query(description="不把词理解为筛选条件 / Do not read words as filters")] = False,
    cursor: CursorText = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 20,
) -> SearchAnswer:
    """名录、产业链和地区可用代码或名称。同一筛选项的多个值为“或”，不同筛选项之间为“且”；facets 是换选该值时的数量。

    Directories, chains and places by code or name. Several values of one filter are alternatives, different filters
    apply together; facets count what choosing that value instead would give. With ``kind=all`` the first few products
    and the directories meant stand beside the enterprises on the first page; ask for a kind to page through it.
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
        granted=granted,
        ending=ending,
        brands=brand,
        categories=category,
        grades=grade,
        as_of=None if as_of is None else parse_day(as_of, field="as_of"),
        kind=kind,
        sort=sort,
        cursor=cursor,
        limit=limit,
        literal=literal,
    )
    page = find(session, engine, query)
    misses.note(page, "zh")
    following = next_address(request, response, page.next_cursor)
    return SearchAnswer(**dict(shown(page)), next=following)


class Suggestions(ReadModel):
    """What somebody may be typing."""

    suggestions: list[Suggested]


@router.get("/suggest", name="api_suggest", summary="输入时的建议 / Suggestions while typing", responses=refusals())
def suggestions(
    session: ReadSession,
    engine: AppSearch,
    q: Annotated[
        str, Query(max_length=2_000, description="已输入的文字 / What is typed so far", examples=["shili"])
    ] = "",
) -> Suggestions:
    """企业、产品、名录和地区，最多十三条，每条写明为什么；任何文字都可以。

    Enterprises, products, directories and places, at most thirteen, each with why it is offered. Any text is fine.
    """
    return Suggestions(suggestions=suggest(session, engine, q))
