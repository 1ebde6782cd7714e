"""How the registry is doing: for people who wonder how fresh a list is, and for those who run it."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from registry.services.status import status
from web.deps import AppSearch, ReadSession, current_actor
from web.rendering import render, url_path

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

TOLERATED_SECONDS = 120
"""A change older than this that nobody finds yet means that the background work stands still."""


@router.get("/status", name="status_page")
def status_page(request: Request, session: ReadSession, search: AppSearch) -> Response:
    """Ages of the lists, lag of the index, background work."""
    found = status(session, search)
    context = {
        "status": found,
        "behind": found.index.lag_seconds > TOLERATED_SECONDS,
        "rows": [
            {
                "list": row,
                "href": url_path(request, "directory", code=row.code),
                "batch_href": url_path(request, "batch", batch_id=row.batch_id) if row.batch_id else None,
            }
            for row in found.lists
        ],
    }
    return render(request, "opendata/status.html", context)
