"""The recognition standards in plain words, generated from the rules that judge."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Locale, Text
from registry.services.standards import known_standards
from registry.tiering.describe import words_in
from registry.tiering.directory_words import TITLES
from registry.tiering.selection import find, tiers
from registry.tiering.standard import Standard
from web import standard_views as views
from web.deps import ReadSession, current_actor
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.navigation import path_of
from web.rendering import render, url_path
from web.standard_families import placed

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

Code = Annotated[str, Path(max_length=60)]

THEN = {
    "keeps": Text("保留", "keeps the title"),
    "moves_up": Text("升级", "moves up"),
    "moves_down": Text("降级", "moves down"),
    "loses": Text("取消", "loses the title"),
}


@router.get("/standards", name="standard_list")
def standard_list(request: Request, session: ReadSession) -> Response:
    """Every tier by its place on the ladder: what applies today, all versions, the way to check oneself."""
    known, locale = known_standards(session), locale_of(request)
    families = [
        {"family": family, "tiers": [_tier(request, find(tier, among=known), locale) for tier in members]}
        for family, members in placed(tiers(among=known))
    ]
    return render(request, "standards/list.html", {"families": families, "versions": len(known)})


def _tier(request: Request, versions: tuple[Standard, ...], locale: Locale) -> dict[str, Any]:
    tier = versions[0].tier
    return {
        "name": views.tier_name(versions, locale),
        "href": url_path(request, "standard", code=tier),
        "applying": views.applying(request, versions, today()),
        "versions": [views.version_row(request, one, locale) for one in versions],
        "check_url": url_path(request, "self_check", code=tier if _has_current(versions) else versions[0].id),
        "compare_url": path_of(request, "standard_compare", code=tier) if len(versions) > 1 else None,
        "directory_url": path_of(request, "directory", code=tier) if tier in TITLES else None,
    }


def _has_current(versions: tuple[Standard, ...]) -> bool:
    return any(not one.named_only for one in versions)


@router.get("/standards/{code}", name="standard")
def standard_page(request: Request, session: ReadSession, code: Code) -> Response:
    """A tier (its version in force today) or one version, criterion by criterion. Raises NotFound."""
    known, locale = known_standards(session), locale_of(request)
    versions = find(find(code, among=known)[0].tier, among=known)
    standard = _shown_version(code, versions)
    tier = standard.tier
    criteria = views.criterion_rows(request, standard, known, locale)
    context = {
        "standard": standard,
        "title": words_in(standard.title, locale),
        "tier_name": views.tier_name(versions, locale),
        "version": views.version_row(request, standard, locale, standard),
        "versions": [views.version_row(request, one, locale, standard) for one in versions],
        "applying": views.applying(request, versions, today()),
        "criteria": criteria,
        "documents": views.document_rows(standard),
        "outcomes": [(one, THEN[one.then]) for one in standard.outcomes],
        "directory_url": path_of(request, "directory", code=tier) if tier in TITLES else None,
        "self_check_url": url_path(request, "self_check", code=standard.id),
        "compare_url": path_of(request, "standard_compare", code=tier) if len(versions) > 1 else None,
        "check_path": path_of(request, "api_standard_check", code=tier),
        "open_data_url": path_of(request, "open_data"),
    }
    return render(request, "standards/standard.html", context)


def _shown_version(code: str, versions: tuple[Standard, ...]) -> Standard:
    """The version asked for; for a tier the one that judges new applications today (everybody's before a place's),
    else the newest."""
    exact = [one for one in versions if one.id == code.strip().upper() and one.tier != code.strip().lower()]
    in_force = [one for one in versions if "new" in one.in_force and one.in_force["new"].covers(today())]
    in_force.sort(key=lambda one: (one.named_only, one.region is not None, -one.in_force["new"].since.toordinal()))
    return (exact or in_force or list(versions))[0]
