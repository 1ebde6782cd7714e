"""The archived documents behind titles: the very row of the very file."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.deps import ReadSession
from api.problems import refusals
from api.routing import public_router
from registry.schemas.imports import DocumentRowPage
from registry.schemas.paging import KEY_MAX
from registry.services.documents import get_document_row

router: APIRouter = public_router("documents", "存档文件 / Archived documents")

Key = Annotated[int, Path(ge=1, le=KEY_MAX, examples=[1])]


@router.get(
    "/documents/{import_id}/rows/{row_id}",
    name="api_document_row",
    summary="公告文件中的一行 / One row of an announced document",
    responses=refusals(404),
)
def show_row(session: ReadSession, import_id: Key, row_id: Key) -> DocumentRowPage:
    """逐字保存的一行及其前后几行，附文件名和哈希。 / The row verbatim with its neighbours, file name and hash."""
    return get_document_row(session, import_id=import_id, row_id=row_id)
