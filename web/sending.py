"""Sending what is no page: a generated file as a download, a small document that is asked for again and again."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from registry.settings import Settings

IN_MEMORY_BYTES = 4_000_000
CHUNK_BYTES = 64_000


def as_download(write: Callable[[BinaryIO], object], *, name: str, media_type: str) -> StreamingResponse:
    """What ``write`` writes, saved under ``name`` (plain ASCII). A refusal of ``write`` comes before anything is sent.

    The whole is written to a file first: slow readers do not hold the database.
    """
    with ExitStack() as unfinished:
        file = cast(BinaryIO, unfinished.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)))
        write(file)
        size = file.seek(0, SEEK_END)
        file.seek(0)
        unfinished.pop_all()
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(size),
        "Cache-Control": "no-cache",
    }
    return StreamingResponse(_chunks(file), media_type=media_type, headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def conditional(
    request: Request, content: bytes, *, media_type: str, vary: str = "Accept-Language, Cookie"
) -> Response:
    """A small document with an ETag; whoever has it already gets 304 and no body."""
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": vary}
    asked = {part.strip() for part in request.headers.get("if-none-match", "").split(",")}
    if tag in asked or "*" in asked:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def site_address(request: Request, settings: Settings) -> str:
    """Where the site is, without a slash at the end: the address people reach it by, else that of the request."""
    return (settings.public_url or str(request.base_url)).rstrip("/")
