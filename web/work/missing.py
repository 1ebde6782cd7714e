"""Missing data: which figures would decide most open cases, and which firms to ask for them."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Locale, Text
from registry.policies import OFFICIALS, own_region, require
from registry.schemas.assessments import AskedFirm, MissingPage, WantedFigure
from registry.schemas.inputs import parse_region_code
from registry.services.assessing.missing_figures import MissingQuery, missing_figures, write_missing
from registry.services.tables import media_type, parse_format
from registry.vocabulary import Flag
from web.deps import OfficerActor, ReadSession, current_officer
from web.formats import grouped
from web.i18n import locale_of
from web.rendering import render, url_path, url_with
from web.sending import as_download
from web.work.candidate_views import tier_name, tier_options
from web.work.filters import chain_options, exports, one_select, place_options, region_words

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

DEFAULT_TIER = "little_giant"

Short = Annotated[str, Query(max_length=100)]
Cursor = Annotated[str, Query(max_length=2_000)]


def missing_query(
    actor: OfficerActor,
    tier: Short = DEFAULT_TIER,
    place: Short = "",
    chain: Short = "",
    need: Short = "",
    alone: Short = "",
    cursor: Cursor = "",
) -> MissingQuery:
    """The question, always inside the region the official answers for. Raises InvalidInput, NotAllowed."""
    region = own_region(actor)
    require(actor, OFFICIALS, region_code=region)
    return MissingQuery(
        tier=tier.strip().lower(),
        region_code=region,
        place=parse_region_code(place, field="place") if place.strip() else None,
        chain=chain.strip() or None,
        path=need.strip() or None,
        alone=bool(alone.strip()),
        cursor=cursor or None,
    )


Asked = Annotated[MissingQuery, Depends(missing_query)]


@router.get("/office/missing", name="missing_list")
def missing_list(request: Request, session: ReadSession, query: Asked) -> Response:
    """The figures in their order and the firms to ask. Raises NotFound (tier), InvalidInput, NotAllowed."""
    page = missing_figures(session, query, as_of=today())
    return render(request, "work/missing.html", _context(request, page, query))


@router.get("/office/missing/export", name="missing_export")
def missing_export(request: Request, session: ReadSession, query: Asked, format: Short = "csv") -> Response:
    """The firms to ask, exactly as filtered, as CSV or XLSX."""
    kind, locale = parse_format(format), locale_of(request)
    return as_download(
        lambda stream: write_missing(session, stream, query, as_of=today(), format=kind, locale=locale),
        name=f"missing-{query.tier}-{today().isoformat()}.{kind}",
        media_type=media_type(kind),
    )


def _context(request: Request, page: MissingPage, query: MissingQuery) -> dict[str, Any]:
    locale = locale_of(request)
    kept = {
        "tier": page.tier,
        "place": query.place,
        "chain": query.chain,
        "need": query.path,
        "alone": "1" if query.alone else None,
    }
    own = url_with(url_path(request, "missing_list"), **kept)
    most = max((one.alone + one.together for one in page.figures), default=0)
    return {
        "page": page,
        "run": page.runs[0] if page.runs else None,
        "region": region_words(query.region_code),
        "tier_title": tier_name(page.tier, locale),
        "figures": [_figure(own, one, query, most, locale) for one in page.figures],
        "chosen": next((one.name for one in page.figures if one.path == query.path), None),
        "alone": query.alone,
        "firms": [_firm(request, one, locale) for one in page.firms],
        "filters": [
            one_select("tier", Text("目标称号", "Target title"), tier_options(locale), page.tier),
            one_select(
                "place", Text("地区", "Place"), place_options(query.region_code, query.place, locale), query.place
            ),
            one_select("chain", Text("产业链", "Chain"), chain_options(locale), query.chain),
        ],
        "kept": [(name, kept[name]) for name in ("need", "alone") if kept[name]],
        "whole_url": url_with(own, need=None, alone=None),
        "first_url": own if query.cursor else None,
        "next_url": url_with(own, cursor=page.next_cursor) if page.next_cursor else None,
        "exports": exports(url_with(url_path(request, "missing_export"), **kept), locale),
        "list_url": url_with(url_path(request, "candidate_list"), tier=page.tier, flag=Flag.NEEDS_DATA.value),
    }


def _figure(own: str, one: WantedFigure, query: MissingQuery, most: int, locale: Locale) -> dict[str, Any]:
    return {
        "name": one.name.in_(locale),
        "alone": one.alone,
        "all": one.alone + one.together,
        "most": most,
        "alone_text": grouped(one.alone),
        "all_text": grouped(one.alone + one.together),
        "alone_href": url_with(own, need=one.path, alone="1") if one.alone else None,
        "all_href": url_with(own, need=one.path, alone=None),
        "chosen": one.path == query.path,
    }


def _firm(request: Request, one: AskedFirm, locale: Locale) -> dict[str, Any]:
    firm = one.enterprise
    city = Text(firm.city_name or "", firm.city_name_en or firm.city_name or "")
    return {
        "name": firm.name,
        "href": url_path(request, "work_candidate", assessment_id=one.assessment_id),
        "place": (one.district or city).in_(locale) or None,
        "missing": [name.in_(locale) for name in one.missing],
        "met": f"{one.met}/{one.applicable}",
    }
