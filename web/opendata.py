"""What can be taken away: every directory as a file, everything by API."""

from collections.abc import Hashable
from typing import Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.extras import PARQUET
from registry.services import directories
from registry.services.bulk.reading import edition, folders, latest_manifest
from registry.services.code_lists import code_lists
from registry.services.downloads import offered_formats
from web.api_changes import CHANGES
from web.deps import AppSettings, ReadSession, current_actor
from web.formats import format_name
from web.kept_pages import KeptRoute
from web.navigation import path_of
from web.rendering import render, url_path, url_with
from web.sending import site_address


class KeptWithBulk(KeptRoute):
    """A page that also changes when bulk files are written, which is no act."""

    def beside(self, request: Request) -> Hashable:
        """Which files there are."""
        return edition(request.app.state.settings.data_dir)


router = APIRouter(route_class=KeptWithBulk, dependencies=[Depends(current_actor)], include_in_schema=False)

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
def open_data(request: Request, session: ReadSession, settings: AppSettings) -> Response:
    """Downloads of each directory, bulk files, feeds, and how to use the API of this very server."""
    base = site_address(request, settings)
    found = directories.list_all(session, as_of=today())
    context: dict[str, Any] = {
        "base": base,
        "problem": PROBLEM,
        "openapi_url": _openapi(request),
        "status_url": url_path(request, "status_page"),
        "standards_url": path_of(request, "standard_list"),
        "downloads": [
            {
                "row": row,
                "href": url_path(request, "directory", code=row.code),
                "files": [
                    (format_name(kind), url_with(url_path(request, "directory_download", code=row.code), format=kind))
                    for kind in offered_formats()
                ],
            }
            for row in found
        ],
    }
    context |= {
        "typed": PARQUET.installed(),
        "bulk": latest_manifest(settings.data_dir),
        "bulk_days": [day.isoformat() for day in folders(settings.data_dir)],
        "code_lists": code_lists(session),
        "root": str(request.scope.get("root_path", "")),
        "rate": settings.api_rate,
        "key_rate": settings.api_key_rate,
        "feed_url": url_path(request, "feed"),
        "changes_url": url_path(request, "api_changes"),
    }
    return render(request, "opendata/open_data.html", context)


@router.get("/open-data/changes", name="api_changes")
def api_changes(request: Request) -> Response:
    """What changed for programs, and how long what they use stays."""
    context = {"changes": CHANGES, "open_data_url": url_path(request, "open_data"), "openapi_url": _openapi(request)}
    return render(request, "opendata/changes.html", context)


def _openapi(request: Request) -> str:
    return str(request.scope.get("root_path", "")) + OPENAPI
