"""What can be taken away: every directory as a file, everything by API."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.schemas.inputs import FORMATS
from registry.services import directories
from web.deps import ReadSession, current_actor
from web.navigation import path_of
from web.rendering import render, url_path, url_with

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

OPENAPI = "/api/v1/openapi.json"
PROBLEM = """{
  "type": "urn:registry:problem:invalid-input",
  "title": "输入有误",
  "status": 422,
  "code": "invalid-input",
  "detail": "as_of 的值“2025-02-30”：没有这一天。请核对年、月、日。",
  "parameter": "as_of",
  "value": "2025-02-30",
  "choices": []
}"""
"""What the request above it answers, without the fields that differ each time."""


@router.get("/open-data", name="open_data")
def open_data(request: Request, session: ReadSession) -> Response:
    """Downloads of each directory, and how to use the API of this very server."""
    base = str(request.base_url).rstrip("/")
    found = directories.list_all(session, as_of=today())
    context = {
        "base": base,
        "problem": PROBLEM,
        "openapi_url": str(request.scope.get("root_path", "")) + OPENAPI,
        "standards_url": path_of(request, "standard_list"),
        "downloads": [
            {
                "row": row,
                "href": url_path(request, "directory", code=row.code),
                "files": [
                    (kind.upper(), url_with(url_path(request, "directory_download", code=row.code), format=kind))
                    for kind in FORMATS
                ],
            }
            for row in found
        ],
    }
    return render(request, "opendata/open_data.html", context)
