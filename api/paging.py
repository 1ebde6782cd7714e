"""Pages of a list as the API gives them: where the next one is, in the body and in the Link header."""

from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from registry.schemas.base import ReadModel
from registry.schemas.paging import CURSOR_MAX, PAGE_MAX, Page

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX, description=f"每页条数，1 至 {PAGE_MAX} / Rows a page")]
CursorText = Annotated[
    str | None,
    Query(max_length=CURSOR_MAX, description="上一页给出的 next_cursor / The next_cursor of the page before"),
]


class Pages(ReadModel, Generic[Item]):
    """One page of a list in a total order."""

    items: list[Item]
    total: int = Field(description="全部页的条数 / rows on all pages")
    next_cursor: str | None = Field(description="最后一页为 null / null on the last page")
    next: str | None = Field(description="下一页的地址 / address of the next page")


def paged(request: Request, response: Response, page: Page[Item]) -> Pages[Item]:
    """The page with the address of the next one, which is also put into the ``Link`` header."""
    address = next_address(request, response, page.next_cursor)
    return Pages(items=list(page.items), total=page.total, next_cursor=page.next_cursor, next=address)


def next_address(request: Request, response: Response, cursor: str | None) -> str | None:
    """The same question from ``cursor`` on; None on the last page."""
    if cursor is None:
        return None
    url = request.url.include_query_params(cursor=cursor)
    address = f"{url.path}?{url.query}"
    response.headers["Link"] = f'<{address}>; rel="next"'
    return address
