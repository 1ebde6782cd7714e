"""Renewals: titles that end in the official’s region and what each holder would fail; list, file, calendar."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import InvalidInput
from registry.policies import OFFICIALS, Actor, own_region, require
from registry.schemas.inputs import parse_directory, parse_region_code
from registry.services.assessing.choosing import parse_reason
from registry.services.assessing.ladder import above
from registry.services.reference import shipped
from registry.services.renewing.calendar import MEDIA_TYPE, write_calendar
from registry.services.renewing.choosing import RenewalQuery
from registry.services.renewing.cohorts import cohorts
from registry.services.renewing.exporting import write_renewals
from registry.services.renewing.listing import renewals
from registry.services.tables import media_type, parse_format
from registry.vocabulary import RenewalSort, RenewalWindow
from web.deps import OfficerActor, ReadSession, current_officer
from web.i18n import locale_of
from web.rendering import render
from web.sending import as_download
from web.work.renewal_views import page_context

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

WINDOWS = {window.value: window for window in RenewalWindow}
SORTS = {sort.value: sort for sort in RenewalSort}

Choice = TypeVar("Choice")
Short = Annotated[str, Query(max_length=60)]
Cursor = Annotated[str, Query(max_length=2_000)]


def renewal_query(
    actor: OfficerActor,
    window: Short = RenewalWindow.DAYS_90.value,
    directory: Short = "",
    place: Short = "",
    chain: Short = "",
    officer: Short = "",
    reason: Short = "",
    sort: Short = RenewalSort.END.value,
    cursor: Cursor = "",
) -> RenewalQuery:
    """The question, always inside the region the official answers for. Raises InvalidInput, NotAllowed."""
    region = own_region(actor)
    require(actor, OFFICIALS, region_code=region)
    return RenewalQuery(
        region_code=region,
        window=_one_of(WINDOWS, window, "window"),
        directory=parse_directory(directory, _codes()) if directory.strip() else None,
        place=parse_region_code(place, field="place") if place.strip() else None,
        chain=chain.strip() or None,
        officer=_officer(officer, actor) if officer.strip() else None,
        reason=parse_reason(reason),
        sort=_one_of(SORTS, sort, "sort"),
        cursor=cursor or None,
    )


Asked = Annotated[RenewalQuery, Depends(renewal_query)]


@router.get("/office/renewals", name="renewal_list")
def renewal_list(request: Request, session: ReadSession, query: Asked) -> Response:
    """Titles that end in a window, and what became of the years of the chosen directory."""
    on = today()
    page = renewals(session, query, as_of=on)
    years = None
    if query.directory:
        years = cohorts(
            session,
            directory=query.directory,
            above=above(query.directory),
            as_of=on,
            region_code=query.region_code,
            place=query.place,
            chain=query.chain,
        )
    return render(request, "work/renewals.html", page_context(request, page, query, years))


@router.get("/office/renewals/export", name="renewal_export")
def renewal_export(request: Request, session: ReadSession, query: Asked, format: Short = "csv") -> Response:
    """Exactly what is filtered, in its order, as CSV or XLSX."""
    kind, locale, on = parse_format(format), locale_of(request), today()
    return as_download(
        lambda stream: write_renewals(session, stream, query, as_of=on, format=kind, locale=locale),
        name=f"renewals-{query.window.value}-{on.isoformat()}.{kind}",
        media_type=media_type(kind),
    )


@router.get("/office/renewals/calendar", name="renewal_calendar")
def renewal_calendar(request: Request, session: ReadSession, query: Asked) -> Response:
    """What is filtered as a calendar file (.ics), to be brought into one's own calendar."""
    locale, on = locale_of(request), today()
    return as_download(
        lambda stream: write_calendar(session, stream, query, as_of=on, locale=locale),
        name=f"renewals-{query.window.value}-{on.isoformat()}.ics",
        media_type=MEDIA_TYPE,
    )


def _codes() -> list[str]:
    return [row["code"] for row in shipped("directories")]


def _officer(text: str, actor: Actor) -> int:
    """An account's number; ``me`` for one's own. Raises InvalidInput."""
    if text == "me" and actor.account_id is not None:
        return actor.account_id
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput(
            f"没有编号为“{text[:20]}”的责任人。", f"There is no officer “{text[:20]}”.", field="officer", value=text
        )
    return int(text)


def _one_of(known: dict[str, Choice], text: str, field: str) -> Choice:
    if text not in known:
        raise InvalidInput(
            f"{field} 没有“{text[:20]}”这个值。",
            f"{field} has no value “{text[:20]}”.",
            field=field,
            value=text,
            choices=tuple(known),
        )
    return known[text]
