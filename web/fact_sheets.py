"""The fact sheet of an enterprise as PDF: what its page says on a day, to keep, print or hand on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.clock import today
from registry.errors import Locale
from registry.extras import PDF
from registry.schemas.inputs import parse_day
from registry.services.enterprises import get_page, resolve
from web.conditions import matches
from web.deps import AppSettings, ReadSession, current_actor
from web.i18n import locale_of
from web.pdf.fact_sheet import TEMPLATE, content, etag_of
from web.pdf.typesetting import set_document
from web.rendering import url_path
from web.sending import site_address

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

Short = Annotated[str, Query(max_length=40)]


@router.get("/e/{key}.pdf", name="fact_sheet")
def fact_sheet(
    request: Request, session: ReadSession, settings: AppSettings, key: str, as_of: Short = "", lang: Short = ""
) -> Response:
    """The sheet of a day; ``lang`` is zh or en, else the reader's. An old key is sent on for ever (308).

    Raises NotFound, Gone, InvalidInput naming ``as_of``, NotInstalled (no extra, no font), Busy.
    """
    PDF.require()
    day = parse_day(as_of, field="as_of") if as_of.strip() else today()
    found = resolve(session, key)
    if found.canonical_key != key:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(url_path(request, "fact_sheet", key=found.canonical_key) + query, status_code=308)
    locale: Locale = "en" if lang == "en" else "zh" if lang == "zh" else locale_of(request)
    live_url = site_address(request, settings) + url_path(request, "enterprise", key=key)
    said = content(get_page(session, key, as_of=day), live_url=live_url, locale=locale)
    tag = f'"{etag_of(said)}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Language, Cookie", "X-Robots-Tag": "noindex"}
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    made = set_document(TEMPLATE, said, fonts=settings.pdf_fonts)
    headers["Content-Disposition"] = f'inline; filename="{key}-{day.isoformat()}-{locale}.pdf"'
    return Response(made, media_type="application/pdf", headers=headers)
