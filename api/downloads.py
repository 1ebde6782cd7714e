"""A directory as a file, for any day."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from api.deps import AsOf, ReadSession
from api.directories import City, DirectoryCode, Status
from api.problems import refusals
from api.routing import public_router
from registry.schemas.inputs import LIST_FORMATS, parse_list_format, parse_status
from registry.services.downloads import LIST_MEDIA_TYPES, file_name, write_listing

router: APIRouter = public_router("downloads", "名录与公告 / Directories and announcements")

IN_MEMORY_BYTES = 4_000_000
CHUNK_BYTES = 64_000
LIST_FILE: dict[str, Any] = {
    "description": "文件 / The file",
    "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in LIST_MEDIA_TYPES.values()},
}
"""How a list as a file is described."""


@router.get(
    "/directories/{code}/download",
    name="api_directory_download",
    summary="下载名录 / Download a directory",
    response_class=Response,
    responses={
        200: LIST_FILE,
        **refusals(404, 501),
    },
)
def download(
    session: ReadSession,
    code: DirectoryCode,
    as_of: AsOf,
    format: Annotated[
        str, Query(max_length=10, description="文件格式 / Format", json_schema_extra={"enum": list(LIST_FORMATS)})
    ] = "csv",
    city: City = None,
    status: Status = "held",
) -> Response:
    """CSV、XLSX、JSON 或 Parquet（须本站装有附加组件）；每行都注明公告和文号。

    CSV, XLSX, JSON, or Parquet where this site has it installed; each row names its announcement and document.
    """
    chosen = parse_list_format(format)
    write = partial(
        write_listing, session, code=code, as_of=as_of, format=chosen, city=city, status=parse_status(status)
    )
    return as_file(write, name=file_name(code, as_of=as_of, format=chosen), media_type=LIST_MEDIA_TYPES[chosen])


def as_file(write: Callable[[BinaryIO], object], *, name: str, media_type: str) -> Response:
    """What ``write`` writes, saved under ``name``. A refusal comes before anything is sent."""
    # Written to a file first: a refusal is then still clean, and slow readers do not hold the database.
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
