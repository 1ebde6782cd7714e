"""One announcement, as it was made: its facts, its archived file, its rows in printed order."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.schemas.batches import BatchPage
from registry.schemas.directories import BatchSummary
from registry.services import batches
from registry.services.batch_life.editions import previous_edition
from registry.services.directories import is_open
from registry.vocabulary import BatchState, DirectoryKind
from web.deps import CurrentActor, Number, ReadSession, current_actor
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.listed_rows import listed_row
from web.rendering import render, url_path, url_with

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)


@router.get("/batches/{batch_id}", name="batch")
def batch_page(
    request: Request,
    session: ReadSession,
    actor: CurrentActor,
    batch_id: Number,
    cursor: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """The announcement with one page of its rows; drafts for officials. Raises NotFound, Gone, InvalidInput."""
    page = batches.get(session, batch_id, as_of=today(), cursor=cursor or None, for_officials=actor.is_official)
    context = _context(request, page, cursor)
    published = page.batch.announced_on or page.batch.notice_from
    before = previous_edition(session, directory=page.batch.directory_code, before=published) if published else None
    context["previous"] = before
    if before is not None:
        context["previous_url"] = url_path(request, "batch_compare", a=before.id, b=page.batch.id)
    return render(request, "batches/batch.html", context)


def _context(request: Request, page: BatchPage, cursor: str) -> dict[str, Any]:
    batch, locale = page.batch, locale_of(request)
    own_url = url_path(request, "batch", batch_id=batch.id)
    is_notice = batch.state is BatchState.PUBLIC_NOTICE
    left = (batch.notice_to - page.as_of).days if is_notice and batch.notice_to else None
    return {
        "page": page,
        "batch": batch,
        "is_notice": is_notice,
        "days_left": left if left is None or left >= 0 else None,
        "is_over": left is not None and left < 0,
        "not_final": batch.state in (BatchState.DRAFT, BatchState.WITHDRAWN),
        "object_url": url_path(request, "objection_form", batch_id=batch.id) if is_open(batch, page.as_of) else None,
        "last_act": page.history[-1] if page.history else None,
        "editions": [_edition(request, one, batch) for one in page.editions] if len(page.editions) > 1 else [],
        "products": batch.kind is DirectoryKind.PRODUCT,
        "directory_url": url_path(request, "directory", code=batch.directory_code),
        "directories_url": url_path(request, "directory_list"),
        "supersedes_url": _url(request, page.supersedes.id) if page.supersedes else None,
        "superseded_url": _url(request, page.superseded_by.id) if page.superseded_by else None,
        "documents": [
            {"document": document, "href": url_path(request, "document_original", import_id=document.import_id)}
            for document in page.documents
        ],
        "rows": [listed_row(request, row, locale) for row in page.rows.items],
        "first_url": own_url + "#list" if cursor else None,
        "next_url": url_with(own_url, cursor=page.rows.next_cursor) + "#list" if page.rows.next_cursor else None,
    }


def _edition(request: Request, one: BatchSummary, shown: BatchSummary) -> dict[str, Any]:
    """An edition of the announcement; another than the one shown can be compared with it, older first."""
    older, newer = sorted((one, shown), key=lambda batch: batch.edition)
    return {
        "batch": one,
        "href": None if one.id == shown.id else _url(request, one.id),
        "compare_url": None if one.id == shown.id else url_path(request, "batch_compare", a=older.id, b=newer.id),
    }


def _url(request: Request, batch_id: int) -> str:
    return url_path(request, "batch", batch_id=batch_id)
