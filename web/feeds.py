"""Atom feeds of the change feed: one for everything, one for each directory."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import Text
from registry.services.feed.atom import MEDIA_TYPE, atom
from registry.services.feed.reading import directory_name, newest
from web.deps import AppSettings, ReadSession, current_actor
from web.i18n import locale_of
from web.rendering import url_path
from web.sending import conditional, site_address

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)


@router.get("/feed.atom", name="feed")
def feed(request: Request, session: ReadSession, settings: AppSettings) -> Response:
    """The newest events of all directories and enterprises."""
    content = atom(
        newest(session),
        title=Text("企业名录：变更", "Enterprise registry: changes"),
        base=site_address(request, settings),
        path=url_path(request, "feed"),
        page=url_path(request, "open_data"),
        locale=locale_of(request),
    )
    return conditional(request, content, media_type=MEDIA_TYPE)


@router.get("/directories/{code}/feed.atom", name="directory_feed")
def directory_feed(
    request: Request, session: ReadSession, settings: AppSettings, code: Annotated[str, Path(max_length=40)]
) -> Response:
    """The newest events of one directory. Raises NotFound."""
    events = newest(session, directory=code)
    name = directory_name(session, code)
    content = atom(
        events,
        title=Text(f"{name.zh}：变更", f"{name.en}: changes"),
        base=site_address(request, settings),
        path=url_path(request, "directory_feed", code=code),
        page=url_path(request, "directory", code=code),
        locale=locale_of(request),
    )
    return conditional(request, content, media_type=MEDIA_TYPE)
