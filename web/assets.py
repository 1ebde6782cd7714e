"""Static files under addresses that carry their content's hash, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

STATIC_ROOT = Path(__file__).parent / "static"
MOUNT = "/static"


@cache
def content_hash(path: str) -> str:
    """The first 12 hex digits of the SHA-256 of one file below ``web/static``; read once per process."""
    return hashlib.sha256((STATIC_ROOT / path).read_bytes()).hexdigest()[:12]


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
        response = await super().get_response(rest if hashed else path, scope)
        fresh = hashed and response.status_code in (200, 304) and content_hash(rest) == first
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        return response
