"""The front page: one box to search with, what is in force today, what was announced, where it is."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from registry.clock import today
from registry.errors import Locale
from registry.schemas.directories import BatchSummary, CityCount, DirectorySummary
from registry.schemas.overview import HomePage
from registry.services.overview import MAP_DIRECTORY, home
from registry.services.targets.board import home_lines
from registry.vocabulary import BatchState, DirectoryKind, Level
from web.city_map import city_map
from web.city_tiles import PLACES, scale_bounds, syllables
from web.deps import ReadSession, current_actor
from web.example_queries import example_queries
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.navigation import path_of
from web.rendering import render, url_path, url_with
from web.target_views import line_view

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

CITIES_SHOWN = 8
HELD = ("valid", "due")


@router.get("/", name="home")
def home_page(
    request: Request,
    session: ReadSession,
    directory: Annotated[str, Query(max_length=40)] = MAP_DIRECTORY,
) -> HTMLResponse:
    """Today's numbers. ``directory`` chooses what the map counts. Raises NotFound for an unknown one."""
    page = home(session, as_of=today(), directory=directory)
    locale = locale_of(request)
    context = {
        "page": page,
        "examples": [(q, search_url(request, q=q)) for q in example_queries(request, session)],
        "levels": _by_level(request, page),
        "directory_total": len(page.directory_rows),
        "directory_list_url": path_of(request, "directory_list"),
        "notices": [_notice(request, b, page) for b in page.announcements if b.state is BatchState.PUBLIC_NOTICE],
        "announced": [_announcement(request, b) for b in page.announcements if b.state is not BatchState.PUBLIC_NOTICE],
        "chains": _chains(request, page, locale),
        "targets": _targets(request, session, page, locale),
        "plan_url": path_of(request, "target_board"),
        **_map(request, page, locale),
    }
    return render(request, "home/home.html", context)


def search_url(request: Request, **params: Any) -> str:
    """The search page with these parameters; a sequence gives several of the same name."""
    return url_with(url_path(request, "search"), **params)


def _targets(request: Request, session: ReadSession, page: HomePage, locale: Locale) -> list[dict[str, Any]]:
    """The six indicators of the latest plan; none without a plan."""
    found = home_lines(session, as_of=page.as_of)
    if found is None:
        return []
    plan, lines = found
    return [line_view(request, plan.code, line, page.as_of, locale) for line in lines]


def _by_level(request: Request, page: HomePage) -> list[dict[str, Any]]:
    """Directories that have ever announced something, by level in the order of authority."""
    groups = []
    for level in Level:
        rows = [row for row in page.directory_rows if row.level is level and row.batches]
        if rows:
            groups.append({"name": level.label, "rows": [_directory(request, row) for row in rows]})
    return groups


def _directory(request: Request, row: DirectorySummary) -> dict[str, Any]:
    return {
        "row": row,
        "href": path_of(request, "directory", code=row.code) or search_url(request, directory=row.code, status=HELD),
        "batch_href": _batch_url(request, row.latest_batch),
        "notice_href": _batch_url(request, row.open_notice),
    }


def _batch_url(request: Request, batch: BatchSummary | None) -> str | None:
    return path_of(request, "batch", batch_id=batch.id) if batch is not None else None


def _notice(request: Request, batch: BatchSummary, page: HomePage) -> dict[str, Any]:
    left = (batch.notice_to - page.as_of).days if batch.notice_to else None
    return {"batch": batch, "days_left": left, "href": _batch_url(request, batch)}


def _announcement(request: Request, batch: BatchSummary) -> dict[str, Any]:
    return {"batch": batch, "products": batch.kind is DirectoryKind.PRODUCT, "href": _batch_url(request, batch)}


def _map(request: Request, page: HomePage, locale: Locale) -> dict[str, Any]:
    """Tiles, the same as a table, and the select that chooses the directory."""
    mapped = next(row for row in page.directory_rows if row.code == page.map_directory)
    drawn = city_map(request.app.state.settings.map_file)
    tiles = [
        {
            "code": city.code,
            "name": city.name.zh.removesuffix("市") if locale == "zh" else syllables(city.name.en),
            "value": city.held,
            "href": _city_url(request, page, city),
            "column": PLACES[city.code][0],
            "row": PLACES[city.code][1],
        }
        for city in page.cities
        if city.code in PLACES
    ]
    cities = sorted(page.cities, key=lambda city: (-city.held, -city.notice, city.code or "~"))
    total = sum(city.held for city in cities)
    rows = [_city(request, page, city, total) for city in cities]
    return {
        "mapped": mapped,
        "map_options": [
            (row.code, row.short.in_(locale)) for row in page.directory_rows if row.batches or row is mapped
        ],
        "tiles": tiles,
        "drawn": drawn,
        "shapes_url": url_path(request, "city_shapes", version=drawn.version),
        "bounds": scale_bounds(city.held for city in page.cities if city.code in PLACES),
        "city_rows": rows[:CITIES_SHOWN],
        "more_city_rows": rows[CITIES_SHOWN:],
        "city_total": _sum(cities),
    }


def _city(request: Request, page: HomePage, city: CityCount, total: int) -> dict[str, Any]:
    return {"city": city, "share": city.held / total if total else None, "href": _city_url(request, page, city)}


def _city_url(request: Request, page: HomePage, city: CityCount) -> str | None:
    if city.code is None:
        return None
    return search_url(request, directory=page.map_directory, city=city.code, status=HELD)


def _sum(cities: Sequence[CityCount]) -> dict[str, int]:
    return {name: sum(getattr(city, name) for city in cities) for name in ("held", "notice", "due")}


def _chains(request: Request, page: HomePage, locale: Locale) -> list[dict[str, Any]]:
    return [
        {
            "name": chain.name.in_(locale),
            "enterprises": chain.enterprises,
            "holders": chain.holders,
            "href": search_url(request, chain=chain.code),
            "holders_href": search_url(request, chain=chain.code, directory=page.map_directory, status=HELD),
        }
        for chain in page.chains
    ]
