"""Archived documents: the page of one row among its neighbours, and the file as it was archived."""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from registry.errors import Text
from registry.schemas.import_words import MATCHED_BY, ROLES, word
from registry.schemas.imports import DocumentRowPage
from registry.services.documents import get_document, get_document_row, open_archived
from registry.vocabulary import ImportState
from web.deps import AppSettings, Number, ReadSession, current_actor
from web.navigation import path_of
from web.rendering import render, url_path

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)


@router.get("/documents/{import_id}/rows/{row_id}", name="document_row")
def document_row(request: Request, session: ReadSession, import_id: Number, row_id: Number) -> Response:
    """The row a title comes from: verbatim, with the rows around it, and what the registry made of it."""
    page = get_document_row(session, import_id=import_id, row_id=row_id)
    document = page.document
    width = max(len(page.columns), *(len(row.cells) for row in page.neighbours))
    context = {
        "page": page,
        "document": document,
        "columns": [*page.columns, *([""] * (width - len(page.columns)))],
        "width": width,
        "understood": _understood(page),
        "matched_by": MATCHED_BY.get(page.matched_by or ""),
        "reason": Text(page.reason_zh, page.reason_en or page.reason_zh) if page.reason_zh else None,
        "undone": document.state is ImportState.UNDONE,
        "batch_url": path_of(request, "batch", batch_id=document.batch_id) if document.batch_id else None,
        "original_url": url_path(request, "document_original", import_id=import_id),
        "enterprise_url": url_path(request, "enterprise", key=page.enterprise_key) if page.enterprise_key else None,
    }
    return render(request, "documents/row.html", context)


def _understood(page: DocumentRowPage) -> list[tuple[str, Text | None, str]]:
    """Column, what it was read as (None: kept, feeds nothing), value; empty cells left out."""
    return [
        (cell.column, word(ROLES, cell.role) if cell.role else None, cell.value) for cell in page.cells if cell.value
    ]


@router.get("/documents/{import_id}/original", name="document_original")
def document_original(session: ReadSession, settings: AppSettings, import_id: Number) -> Response:
    """The archived file, byte for byte, always as a download. Raises NotFound, Gone."""
    document = get_document(session, import_id=import_id)
    return FileResponse(
        open_archived(settings, document.sha256),
        media_type="application/octet-stream",
        filename=document.filename,
        content_disposition_type="attachment",
        headers={"X-Content-Type-Options": "nosniff"},
    )
