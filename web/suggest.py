"""Suggestions while typing, as a ready list for the box of the page; without JavaScript nobody asks for it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import Locale, Text
from registry.services.suggesting import Suggested, suggest
from web.deps import ReadSession, search_engine
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import render, url_path, url_with
from web.search_views import marked

router = APIRouter(include_in_schema=False)

GROUPS = {
    "enterprise": Text("企业", "Enterprises"),
    "product": Text("产品", "Products"),
    "directory": Text("名录", "Directories"),
    "place": Text("地区", "Places"),
}


@router.get("/search/suggest", name="suggest")
def suggestions(request: Request, session: ReadSession, q: Annotated[str, Query(max_length=2_000)] = "") -> Response:
    """The list for a text, empty if there is nothing to suggest."""
    locale = locale_of(request)
    groups = suggested_groups(request, suggest(session, search_engine(request), q), locale)
    return render(request, "search/suggest.html", {"groups": groups}, headers={"Cache-Control": "no-store"})


def suggested_groups(request: Request, found: list[Suggested], locale: Locale) -> list[dict[str, Any]]:
    """The suggestions by kind, in the order they came."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in found:
        shown = {
            "name": marked(item.segments),
            "reason": item.why.in_(locale) if item.why else "",
            "href": _address(request, item),
        }
        groups.setdefault(item.kind, []).append(shown)
    return [{"title": GROUPS[kind].in_(locale), "items": items, "size": len(items)} for kind, items in groups.items()]


def _address(request: Request, item: Suggested) -> str:
    """The page of an enterprise or a directory; for others the search for them."""
    found = url_path(request, "search")
    if item.kind == "enterprise" and item.id is not None:
        return url_path(request, "enterprise", key=item.id)
    if item.kind == "directory":
        return path_of(request, "directory", code=item.id) or url_with(found, directory=item.id)
    if item.kind == "place":
        return url_with(found, city=item.id)
    return url_with(found, q=item.text, kind="product")
