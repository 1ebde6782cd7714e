"""The recognition standards in plain words, generated from the rules that judge."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Text
from registry.tiering.describe import Described, describe, words_in
from registry.tiering.selection import PROCEDURES, find, tiers
from registry.tiering.standard import Standard, Window
from web.confidence import CONFIDENCE, TONES
from web.deps import current_actor
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import render, url_path

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

Code = Annotated[str, Path(max_length=60)]


@router.get("/standards", name="standard_list")
def standard_list(request: Request) -> Response:
    """Every tier that has a standard, with its versions and when each applies."""
    locale = locale_of(request)
    shown = [
        {
            "tier": tier,
            "title": words_in(versions[0].title, locale),
            "href": url_path(request, "standard", code=tier),
            "directory_url": path_of(request, "directory", code=tier),
            "versions": [_version(request, one, None) for one in versions],
        }
        for tier in tiers()
        for versions in [find(tier)]
    ]
    return render(request, "standards/list.html", {"standards": shown})


@router.get("/standards/{code}", name="standard")
def standard_page(request: Request, code: Code) -> Response:
    """A tier (its version in force today) or one version, criterion by criterion. Raises NotFound."""
    locale = locale_of(request)
    versions = find(find(code)[0].tier)
    standard = _shown_version(code, versions)
    described = describe(standard, locale)
    context = {
        "standard": standard,
        "title": words_in(standard.title, locale),
        "version": _version(request, standard, standard),
        "versions": [_version(request, one, standard) for one in versions],
        "criteria": [_criterion(standard, one) for one in described],
        "judged": sum(not one.blocking for one in standard.criteria),
        "documents": [
            {"document": document, "href": document.url if _is_address(document.url) else None}
            for document in standard.documents.values()
        ],
        "directory_url": path_of(request, "directory", code=standard.tier),
        "check_path": path_of(request, "api_standard_check", code=standard.tier),
        "open_data_url": path_of(request, "open_data"),
    }
    return render(request, "standards/standard.html", context)


def _shown_version(code: str, versions: tuple[Standard, ...]) -> Standard:
    """The version asked for; for a tier the one that judges new applications today, else the newest."""
    exact = [one for one in versions if one.id == code.strip().upper() and one.tier != code.strip().lower()]
    in_force = [one for one in versions if "new" in one.in_force and one.in_force["new"].covers(today())]
    return (exact or in_force or list(versions))[0]


def _version(request: Request, one: Standard, current: Standard | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "href": url_path(request, "standard", code=one.id),
        "current": current is not None and one.id == current.id,
        "criteria": len(one.criteria),
        "windows": [
            _window(Text(*PROCEDURES[procedure]), window, today()) for procedure, window in one.in_force.items()
        ],
    }


def _window(procedure: Text, window: Window, day: date) -> dict[str, Any]:
    return {"procedure": procedure, "since": window.since, "to": window.to, "in_force": window.covers(day)}


def _criterion(standard: Standard, one: Described) -> dict[str, Any]:
    rule = standard.criterion(one.id)
    only = one.procedures[0] if len(one.procedures) == 1 else None
    return {
        "described": one,
        "only": Text(f"只用于{PROCEDURES[only][0]}", f"{PROCEDURES[only][1]} only") if only else None,
        "confidence": CONFIDENCE[one.source.confidence],
        "tone": TONES[one.source.confidence],
        "blocking": rule.blocking,
        "veto": rule.veto,
        "href": one.source.url if _is_address(one.source.url) else None,
    }


def _is_address(url: str | None) -> bool:
    return url is not None and url.startswith(("https://", "http://"))
