"""How the registry is doing, for those who watch it."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.deps import ReadSession, get_search
from api.problems import refusals
from api.routing import public_router
from registry.schemas.status import Status
from registry.search.engine import SearchEngine
from registry.services.status import status

router: APIRouter = public_router("status", "运行状态 / Status")


@router.get("/status", name="api_status", summary="运行状态 / Status", responses=refusals())
def read_status(session: ReadSession, search: Annotated[SearchEngine, Depends(get_search)]) -> Status:
    """各名录最近公告距今多久、索引落后多少、后台任务。 / Ages of the lists, lag of the index, background work."""
    return status(session, search)
