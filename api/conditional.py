"""ETag and 304 for every reading route, without a word in the routes themselves."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

REVALIDATE = "no-cache"
"""May be kept, must be asked about each time: an edit is seen at once, an unchanged answer costs no body."""


class ConditionalRoute(APIRoute):
    """A route whose GET answers carry a weak ETag of their body; a matching ``If-None-Match`` gets 304."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with the comparison behind it."""
        answer = super().get_route_handler()

        async def conditional(request: Request) -> Response:
            response = await answer(request)
            if request.method not in ("GET", "HEAD") or response.status_code != 200 or not hasattr(response, "body"):
                return response
            tag = f'W/"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
            response.headers["ETag"] = tag
            response.headers.setdefault("Cache-Control", REVALIDATE)
            if not _matches(request.headers.get("if-none-match", ""), tag):
                return response
            kept = {k: v for k, v in response.headers.items() if k in ("etag", "cache-control", "vary", "link")}
            return Response(status_code=304, headers=kept)

        return conditional


def _matches(asked: str, tag: str) -> bool:
    tags = {part.strip() for part in asked.split(",")}
    return "*" in tags or tag in tags or tag.removeprefix("W/") in tags
