"""Directories, their rows on any day, and their announcements."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AsOf, ReadSession
from api.paging import CursorText, Limit, Pages, next_address, paged
from api.problems import refusals
from api.routing import public_router
from registry.schemas.base import ReadModel
from registry.schemas.batches import BatchPage
from registry.schemas.directories import BatchSummary, DirectoryPage, DirectorySummary, ListingRow
from registry.schemas.inputs import STATUS_CHOICES, parse_status
from registry.services import batches, directories

router: APIRouter = public_router("directories", "名录与公告 / Directories and announcements")

DirectoryCode = Annotated[
    str,
    Path(max_length=40, description="名录代码 / Code of the directory", examples=["little_giant"]),
]
City = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{6}$",
        description="只看这个城市，6 位行政区划代码 / Only this city, 6-digit region code",
        examples=["440300"],
    ),
]
Status = Annotated[
    str,
    Query(
        max_length=40,
        description="认定状态；held 为有效或即将到期 / State of the title; held is valid or due soon",
        json_schema_extra={"enum": list(STATUS_CHOICES)},
    ),
]


class DirectoryList(ReadModel):
    """All directories in their order."""

    items: list[DirectorySummary]


class BatchList(ReadModel):
    """The newest announcements."""

    items: list[BatchSummary]


class BatchShown(BatchPage):
    """An announcement, and where its next page of rows is."""

    next: str | None


@router.get("/directories", name="api_directories", summary="全部名录 / All directories", responses=refusals())
def list_directories(session: ReadSession, as_of: AsOf) -> DirectoryList:
    """每个名录在某一天的有效、即将到期和公示数。 / Every directory with its counts on a day."""
    return DirectoryList(items=directories.list_all(session, as_of=as_of))


@router.get(
    "/directories/{code}",
    name="api_directory",
    summary="一个名录 / One directory",
    responses=refusals(404),
)
def show_directory(session: ReadSession, code: DirectoryCode, as_of: AsOf) -> DirectoryPage:
    """发布机关、依据、有效期、各市和各年数量、历次公告。 / Authority, basis, validity, counts, announcements."""
    return directories.get_directory(session, code, as_of=as_of)


@router.get(
    "/directories/{code}/listings",
    name="api_listings",
    summary="名录中的认定记录 / Rows of a directory",
    responses=refusals(404),
)
def list_listings(
    request: Request,
    response: Response,
    session: ReadSession,
    code: DirectoryCode,
    as_of: AsOf,
    city: City = None,
    status: Status = "held",
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Pages[ListingRow]:
    """按名称排序，逐页读取；每条指向公告文件中的那一行。 / By name; each row points at its row in the document."""
    page = directories.rows(
        session, code=code, as_of=as_of, city=city, status=parse_status(status), cursor=cursor, limit=limit
    )
    return paged(request, response, page)


@router.get("/batches", name="api_batches", summary="最近的公告 / Newest announcements", responses=refusals())
def list_batches(session: ReadSession, limit: Limit = 20) -> BatchList:
    """各名录最近的公告和公示，按公布日期从新到旧。 / Announcements and public notices, newest first."""
    return BatchList(items=batches.latest(session, limit))


@router.get(
    "/batches/{batch_id}",
    name="api_batch",
    summary="一次公告 / One announcement",
    responses=refusals(404, 410),
)
def show_batch(
    request: Request,
    response: Response,
    session: ReadSession,
    batch_id: Annotated[int, Path(description="公告编号 / Number of the announcement", examples=[1])],
    as_of: AsOf,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> BatchShown:
    """公告原貌：名单按文件顺序，附原始文件的哈希。 / As announced: rows in printed order, documents with their hash."""
    page = batches.get(session, batch_id, as_of=as_of, cursor=cursor, limit=limit)
    return BatchShown(**dict(page), next=next_address(request, response, page.rows.next_cursor))
