"""Sending a generated file as a download."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from starlette.responses import StreamingResponse

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
