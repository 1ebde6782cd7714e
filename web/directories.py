"""The directories: all with their counts, one with what it is and its list on any day, and that list as a file."""

from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Locale, Text
from registry.schemas.directories import BatchSummary, DirectoryPage, DirectorySummary, ListingRow
from registry.schemas.inputs import (
    STATUS_CHOICES,
    StatusFilter,
    parse_day,
    parse_list_format,
    parse_region_code,
    parse_status,
)
from registry.schemas.paging import Page
from registry.services import directories
from registry.services.downloads import LIST_MEDIA_TYPES, file_name, offered_formats, write_listing
from registry.vocabulary import BatchState, DirectoryKind, Level, TitleStatus
from web.confidence import CONFIDENCE, TONES
from web.deps import ReadSession, current_actor
from web.formats import format_name
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.listed_rows import listed_row
from web.navigation import path_of
from web.rendering import render, url_path, url_with
from web.sending import as_download

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

Code = Annotated[str, Path(max_length=40)]
Short = Annotated[str, Query(max_length=40)]
Place = Annotated[str, Query(max_length=20)]
Cursor = Annotated[str, Query(max_length=2_000)]

STATUS_WORDS = {
    "held": Text("当日有效", "In force on the day"),
    "all": Text("全部状态", "Every state"),
} | {status.value: status.label for status in TitleStatus}
BATCHES_SHOWN = 8


@router.get("/directories", name="directory_list")
def directory_list(request: Request, session: ReadSession) -> Response:
    """Every directory by level with today's numbers."""
    found = directories.list_all(session, as_of=today())
    bases = directories.legal_bases(session)
    levels = [
        {"name": level.label, "rows": [_summary(request, row, bases[row.code]) for row in found if row.level is level]}
        for level in Level
        if any(row.level is level for row in found)
    ]
    context = {
        "levels": levels,
        "total": len(found),
        "held": sum(row.held for row in found if row.kind is DirectoryKind.ENTERPRISE),
        "open_data_url": path_of(request, "open_data"),
    }
    return render(request, "directories/list.html", context)


@router.get("/directories/{code}", name="directory")
def directory_page(
    request: Request,
    session: ReadSession,
    code: Code,
    as_of: Short = "",
    city: Place = "",
    status: Short = "held",
    cursor: Cursor = "",
) -> Response:
    """What the directory is and its list on a day. Raises NotFound, InvalidInput naming the parameter."""
    day = _day(as_of)
    chosen_city = parse_region_code(city) if city.strip() else None
    chosen_status = parse_status(status or "held")
    page = directories.get_directory(session, code, as_of=day)
    rows = directories.rows(
        session, code=code, as_of=day, city=chosen_city, status=chosen_status, cursor=cursor or None
    )
    context = _facts(request, page) | _list(request, page, rows, chosen_city, chosen_status, cursor)
    return render(request, "directories/directory.html", context)


@router.get("/directories/{code}/download", name="directory_download")
def directory_download(
    session: ReadSession,
    code: Code,
    format: Annotated[str, Query(max_length=10)] = "csv",
    as_of: Short = "",
    city: Place = "",
    status: Short = "held",
) -> Response:
    """The list of exactly that day as CSV, XLSX, JSON or Parquet. Raises as the page does, and NotInstalled."""
    kind, day = parse_list_format(format), _day(as_of)
    write = partial(
        write_listing,
        session,
        code=code,
        as_of=day,
        format=kind,
        city=parse_region_code(city) if city.strip() else None,
        status=parse_status(status or "held"),
    )
    return as_download(write, name=file_name(code, as_of=day, format=kind), media_type=LIST_MEDIA_TYPES[kind])


def _day(as_of: str) -> date:
    return parse_day(as_of, field="as_of") if as_of.strip() else today()


def _summary(request: Request, row: DirectorySummary, legal_basis: Text) -> dict[str, Any]:
    return {
        "row": row,
        "legal_basis": legal_basis,
        "href": url_path(request, "directory", code=row.code),
        "batch_href": _batch_url(request, row.latest_batch),
        "notice_href": _batch_url(request, row.open_notice),
        "standard_href": path_of(request, "standard", code=row.standard_tier) if row.standard_tier else None,
    }


def _batch_url(request: Request, batch: BatchSummary | None) -> str | None:
    return path_of(request, "batch", batch_id=batch.id) if batch is not None else None


def _facts(request: Request, page: DirectoryPage) -> dict[str, Any]:
    """The parts of the page that do not depend on the filters of the list."""
    summary, is_today = page.summary, page.as_of == today()
    own_url = url_path(request, "directory", code=summary.code)
    as_of = None if is_today else page.as_of.isoformat()
    batches = [{"batch": batch, "href": _batch_url(request, batch)} for batch in page.batches]
    notice = summary.open_notice
    return {
        "page": page,
        "summary": summary,
        "facts": page.facts,
        "is_today": is_today,
        "own_url": own_url,
        "feed_url": url_path(request, "directory_feed", code=summary.code),
        "confidence": CONFIDENCE.get(page.facts.confidence, CONFIDENCE["R"]),
        "confidence_tone": TONES.get(page.facts.confidence, "amb"),
        "standard_url": path_of(request, "standard", code=summary.standard_tier) if summary.standard_tier else None,
        "notice": notice,
        "notice_href": _batch_url(request, notice),
        "notice_left": (notice.notice_to - page.as_of).days if notice and notice.notice_to else None,
        "cities": [
            {
                "city": city,
                "href": url_with(own_url, as_of=as_of, city=city.code, status=None) + "#list" if city.code else None,
            }
            for city in page.cities
        ],
        "city_max": max((city.held for city in page.cities), default=0),
        "batches": batches[:BATCHES_SHOWN],
        "older_batches": batches[BATCHES_SHOWN:],
        "superseded": BatchState.SUPERSEDED,
    }


def _list(
    request: Request, page: DirectoryPage, rows: Page[ListingRow], city: str | None, status: StatusFilter, cursor: str
) -> dict[str, Any]:
    """The list with its filters, pages and downloads of exactly what is shown."""
    locale = locale_of(request)
    kept = {
        "as_of": None if page.as_of == today() else page.as_of.isoformat(),
        "city": city,
        "status": None if status == "held" else str(status),
    }
    own_url = url_with(url_path(request, "directory", code=page.summary.code), **kept)
    download = url_path(request, "directory_download", code=page.summary.code)
    exact = kept | {"as_of": page.as_of.isoformat()}
    return {
        "rows": [listed_row(request, row, locale) for row in rows.items],
        "total": rows.total,
        "products": page.summary.kind is DirectoryKind.PRODUCT,
        "city": city or "",
        "status": str(status),
        "status_words": STATUS_WORDS[str(status)],
        "city_options": _city_options(page, city, locale),
        "status_options": [(value, STATUS_WORDS[value].in_(locale)) for value in STATUS_CHOICES],
        "first_url": own_url + "#list" if cursor else None,
        "next_url": url_with(own_url, cursor=rows.next_cursor) + "#list" if rows.next_cursor else None,
        "downloads": [(format_name(kind), url_with(download, format=kind, **exact)) for kind in offered_formats()],
    }


def _city_options(page: DirectoryPage, city: str | None, locale: Locale) -> list[tuple[str, str]]:
    options = [("", Text("全部城市", "All cities").in_(locale))]
    options += [(found.code, found.name.in_(locale)) for found in page.cities if found.code]
    if city and city not in dict(options):
        options.append((city, city))
    return options
