"""The bulk files as they are: with ranges, so that a broken download goes on, and ETags made of their hashes."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from registry.services.bulk.reading import find_file
from web.deps import AppSettings

router = APIRouter(include_in_schema=False)


@router.get("/bulk/{day}/{name}", name="bulk_file")
def bulk_file(
    request: Request,
    settings: AppSettings,
    day: Annotated[str, Path(max_length=10)],
    name: Annotated[str, Path(max_length=60)],
) -> Response:
    """A file of a day, or of ``latest``. Raises NotFound."""
    found = find_file(settings.data_dir, day=day, name=name)
    tag = f'"{found.sha256[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    asked = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in asked or "*" in asked:
        return Response(status_code=304, headers=headers)
    return FileResponse(found.path, media_type=found.media_type, headers=headers)
