"""Match a workbook for officials: it comes back with what the registry knows about each firm of its lists."""

from pathlib import Path as FilePath
from tempfile import TemporaryDirectory
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from api.deps import OfficerActor, WriteSession
from api.import_settings import Line
from api.imports import kept_upload
from api.problems import refusals
from api.routing import officials_router
from registry.services.match_workbook import XLSX, match_workbook

router: APIRouter = officials_router("imports", "导入（工作人员）/ Imports (officials)")


@router.post(
    "/match",
    name="api_match",
    summary="匹配工作簿 / Match a workbook",
    responses={
        **refusals(401, 403, 404, 409, 413),
        200: {"content": {XLSX: {}}, "description": "同一工作簿 / The same workbook"},
    },
    response_class=Response,
)
def match_upload(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    file: UploadFile,
    directory: Line = None,
    apply: Annotated[bool, Form(description="采用“选定”列 / Remember the choices made")] = False,
) -> Response:
    """右侧补上代码、登记名称、称号、有效期、把握和依据。 / Adds code, name, titles, validity, confidence and why."""
    with kept_upload(file) as path, request.app.state.open_file(path) as read_file, TemporaryDirectory() as folder:
        target = FilePath(folder) / "matched.xlsx"
        done = match_workbook(
            session, read_file=read_file, target=target, actor=actor, directory=directory or None, apply=apply
        )
        body = target.read_bytes()
    name = quote(f"{path.stem}-匹配.xlsx")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
        "X-Match-Rows": str(done.rows),
        "X-Match-Matched": str(done.matched),
        "X-Match-Doubtful": str(done.doubtful),
        "X-Match-Unknown": str(done.unknown),
        "X-Match-Applied": str(done.applied),
    }
    return Response(body, media_type=XLSX, headers=headers)
