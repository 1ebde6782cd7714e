"""The enterprise page: facts, titles on a timeline with the way to each document, figures with their trust, names."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.clock import today
from registry.errors import Gone, NotFound
from registry.extras import PDF
from registry.schemas.enterprises import EnterprisePage
from registry.schemas.inputs import parse_day
from registry.search.query import SearchQuery
from registry.services.enterprises import get_page
from registry.services.finding import find
from registry.services.firms.contacts import public_contact
from registry.services.similar import similar
from web import enterprise_views as views
from web.deps import ReadSession, current_actor, search_engine
from web.group_views import group_view
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.rendering import render, url_path, url_with
from web.search_views import maybe
from web.timeline import first_year_shown

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

YEARS_NARROW = 2
"""Years of figures a narrow screen shows unless all are asked for."""


@router.get("/e/{key:path}", name="enterprise")
def enterprise_page(
    request: Request,
    session: ReadSession,
    key: str,
    as_of: str = "",
    years: str = "",
    searched: Annotated[str, Query(alias="from")] = "",
) -> Response:
    """The enterprise a key leads to; another key than its own is sent on for ever (308).

    404 and 410 come as pages with a search box. Raises InvalidInput for a date that cannot be read.
    """
    day = parse_day(as_of, field="as_of") if as_of.strip() else today()
    try:
        page = get_page(session, key, as_of=day)
    except (NotFound, Gone) as refusal:
        return _missing(request, session, key, refusal)
    if page.key != key:
        target = url_path(request, "enterprise", key=page.key)
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(target + query, status_code=308)
    context = _context(request, page, searched, all_years=years == "all")
    context["contact"] = public_contact(session, enterprise_id=page.id)
    context["similar"] = [
        (each, url_path(request, "enterprise", key=each.enterprise.key))
        for each in similar(session, enterprise_id=page.id, as_of=page.as_of)
    ]
    return render(request, "enterprises/enterprise.html", context)


def _context(request: Request, page: EnterprisePage, searched: str, *, all_years: bool) -> dict[str, Any]:
    locale = locale_of(request)
    settings = request.app.state.settings
    own_url = url_path(request, "enterprise", key=page.key)
    figures = views.figure_tables(page, locale)
    as_of = None if page.as_of == today() else page.as_of.isoformat()
    return {
        "page": page,
        "own_url": own_url,
        "jsonld_url": url_path(request, "enterprise_jsonld", key=page.key),
        "live_url": f"{settings.public_url.rstrip('/') or str(request.base_url).rstrip('/')}{own_url}",
        "sheet_url": url_with(url_path(request, "fact_sheet", key=page.key), as_of=as_of) if PDF.installed() else None,
        "correction_url": url_with(url_path(request, "correction_form"), enterprise=page.key),
        "is_today": page.as_of == today(),
        "searched": searched[:200],
        "all_hits_url": url_with(url_path(request, "search"), q=searched[:200], literal="1") if searched else None,
        "trail": views.trail(request, page, locale),
        "alerts": views.alerts(request, page, locale),
        "status": page.profile.operating_status,
        "shown_facts": views.facts(page, locale),
        "first_year": first_year_shown(page.as_of),
        "rows": views.timeline_rows(request, page, locale),
        "terms": views.title_terms(request, page, locale),
        "figures": figures,
        "folded_years": () if all_years else figures["years"][:-YEARS_NARROW],
        "all_years_url": url_with(own_url, years="all", as_of=as_of) + "#figures",
        "counted": views.counted_facts(page, locale),
        "products": views.products(request, page.products, locale),
        "group": group_view(request, page.relatives, locale),
        "names": views.names(page.names, page.merged_names),
    }


def _missing(request: Request, session: Session, key: str, refusal: NotFound | Gone) -> Response:
    """What is wrong, codes close to the one given, and a box to search with."""
    near = find(session, search_engine(request), SearchQuery(text=key, limit=1)).did_you_mean
    context = {
        "key": key,
        "heading": refusal.title,
        "message": refusal.text,
        "gone": isinstance(refusal, Gone),
        "maybe": maybe(request, near, locale_of(request)),
    }
    headers = {"Cache-Control": "no-store"}
    return render(request, "enterprises/missing.html", context, status=refusal.status, headers=headers)
