"""Static files under addresses that carry their content's hash, so that browsers may keep them for ever.

Style sheets are sent in fewer characters than they are kept in, see ``stylesheets``.
"""

import hashlib
from functools import cache
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from web import stylesheets

STATIC_ROOT = Path(__file__).parent / "static"
MOUNT = "/static"


@cache
def content_hash(path: str) -> str:
    """The first 12 hex digits of the SHA-256 of what is sent for one file below ``web/static``; once a process."""
    sheet = _style_sheet(path)
    content = (STATIC_ROOT / path).read_bytes() if sheet is None else stylesheets.served(sheet)
    return hashlib.sha256(content).hexdigest()[:12]


def _style_sheet(path: str) -> str | None:
    """The name of the style sheet a path below ``web/static`` means, if it means one."""
    folder, _, name = path.partition("/")
    return name if folder == "css" and name in stylesheets.NAMES else None


def asset_url(path: str) -> str:
    """The address of a static file, ``/static/<hash>/<path>``. A missing file is an error of ours, not a 404."""
    return f"{MOUNT}/{content_hash(path)}/{path}"


class HashedStatic(StaticFiles):
    """Serves ``/<hash>/<path>`` for ever and ``/<path>`` only with revalidation; an outdated hash gets today's file."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC_ROOT)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file; ``immutable`` only if the hash in the address is that of the content sent."""
        first, _, rest = path.replace("\\", "/").partition("/")
        hashed = rest != "" and len(first) == 12 and set(first) <= set("0123456789abcdef")
        asked = rest if hashed else path
        sheet = _style_sheet(asked)
        response = await super().get_response(asked, scope) if sheet is None else _sent(sheet, scope)
        fresh = hashed and response.status_code in (200, 304) and content_hash(rest) == first
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        return response


def _sent(sheet: str, scope: Scope) -> Response:
    """A style sheet as it is served, or 304 for who has it."""
    headers = {"ETag": f'"{content_hash(f"css/{sheet}")}"'}
    if headers["ETag"] in Headers(scope=scope).get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(stylesheets.served(sheet), media_type="text/css", headers=headers)
