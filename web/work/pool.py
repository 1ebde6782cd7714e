"""The cultivation pool: board, table, file, what became of it, and taking a firm in by hand."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import InvalidInput, RegistryError
from registry.policies import OFFICIALS, Actor, own_region, require
from registry.pool_words import CaseSort
from registry.schemas.inputs import parse_directory, parse_region_code
from registry.schemas.paging import KEY_MAX
from registry.services.enterprises import get_page
from registry.services.pool.chasing import parse_steps
from registry.services.pool.choosing import NOBODY, CaseQuery, parse_case_sort, parse_stage
from registry.services.pool.exporting import write_cases
from registry.services.pool.listing import board, cases, pool_counts
from registry.services.pool.moves import KEEPERS
from registry.services.pool.outcomes import outcomes
from registry.services.pool.taking_in import take_in
from registry.services.reference import shipped
from registry.services.tables import media_type, parse_format
from web.deps import AppSettings, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other
from web.sending import as_download
from web.work import pool_views as views

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

VIEWS = ("board", "table")
DAYS_MAX = 3_650
Short = Annotated[str, Query(max_length=60)]
Typed = Annotated[str, Form(max_length=5_000)]


def case_query(
    actor: OfficerActor,
    place: Short = "",
    chain: Short = "",
    tier: Short = "",
    owner: Short = "",
    stage: Short = "",
    stalled: Short = "",
    proposed: Short = "",
    sort: Short = CaseSort.QUIET.value,
    cursor: Annotated[str, Query(max_length=2_000)] = "",
) -> CaseQuery:
    """The question, always inside the region the official answers for. Raises InvalidInput, NotAllowed."""
    region = own_region(actor)
    require(actor, OFFICIALS, region_code=region)
    return CaseQuery(
        region_code=region,
        place=parse_region_code(place, field="place") if place.strip() else None,
        chain=chain.strip() or None,
        directory=parse_directory(tier, _codes(), field="tier") if tier.strip() else None,
        owner=_owner(owner, actor) if owner.strip() else None,
        stage=parse_stage(stage),
        stalled=_days(stalled) if stalled.strip() else None,
        proposed=bool(proposed.strip()),
        sort=parse_case_sort(sort),
        cursor=cursor or None,
    )


Asked = Annotated[CaseQuery, Depends(case_query)]


@router.get("/office/cultivation", name="cultivation_board")
def cultivation_board(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    settings: AppSettings,
    query: Asked,
    view: Short = VIEWS[0],
    done: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """Who is in the pool, by stage or as a list, inside the official's own region. ``done``: just acted on at once."""
    if view not in VIEWS:
        raise InvalidInput(
            f"没有“{view[:20]}”这种看法。", f"There is no view “{view[:20]}”.", field="view", choices=VIEWS
        )
    days = parse_steps(settings.pool_chase_days) or (9,)
    counts = pool_counts(session, query, stalled=days[0], actor=actor)
    context = views.list_context(request, query, counts, days, view, actor) | {"done": done}
    if view == "board":
        context["columns"] = views.columns(request, board(session, query, actor=actor), context["own_url"])
    else:
        context |= views.table(request, cases(session, query, actor=actor), query, context["own_url"])
    return render(request, "work/pool.html", context)


@router.get("/office/cultivation/export", name="pool_export")
def pool_export(
    request: Request, session: ReadSession, actor: OfficerActor, query: Asked, format: Short = "csv"
) -> Response:
    """Exactly what is filtered, in its order, as CSV or XLSX."""
    kind, locale = parse_format(format), locale_of(request)
    return as_download(
        lambda stream: write_cases(session, stream, query, actor=actor, format=kind, locale=locale),
        name=f"cultivation-{today().isoformat()}.{kind}",
        media_type=media_type(kind),
    )


@router.get("/office/cultivation/outcomes", name="pool_outcomes")
def pool_outcomes(request: Request, session: ReadSession, actor: OfficerActor, query: Asked) -> Response:
    """How many reached each stage, how long they stayed, how many won the title; by city and tier."""
    return render(
        request,
        "work/pool_outcomes.html",
        views.outcomes_context(request, outcomes(session, query, actor=actor), query),
    )


@router.get("/office/cultivation/new", name="pool_new")
def pool_new(
    request: Request, session: ReadSession, actor: OfficerActor, key: Short = "", tier: Short = ""
) -> Response:
    """The form to take a firm in by hand."""
    return _form(request, session, actor, {"key": key, "directory": tier, "reason": ""})


@router.post("/office/cultivation/new", name="pool_admit")
def pool_admit(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    key: Typed = "",
    directory: Typed = "",
    reason: Typed = "",
) -> Response:
    """Take the firm in and show its case; a fault brings the form back with what was typed (its own status)."""
    try:
        with session.begin_nested():
            case = take_in(session, key=key.strip(), directory_code=directory.strip(), actor=actor, reason=reason)
    except RegistryError as refusal:
        return _form(request, session, actor, {"key": key, "directory": directory, "reason": reason}, refusal)
    return see_other(request, "pool_case", case_id=case.id)


def _form(
    request: Request, session: Session, actor: Actor, typed: dict[str, Any], refusal: RegistryError | None = None
) -> Response:
    require(actor, KEEPERS)
    firm = None
    if typed["key"].strip():
        try:
            firm = get_page(session, typed["key"].strip(), as_of=today())
        except RegistryError as missing:
            refusal = refusal or missing
    context = views.form_context(request, typed, firm, refusal)
    return render(request, "work/pool_new.html", context, status=refusal.status if refusal else 200)


def _codes() -> list[str]:
    return [row["code"] for row in shipped("directories")]


def _owner(text: str, actor: Actor) -> int:
    """An account's number; ``me`` for one's own, ``none`` for nobody. Raises InvalidInput."""
    if text == "me" and actor.account_id is not None:
        return actor.account_id
    if text == "none":
        return NOBODY
    return _number(text, "owner", KEY_MAX)


def _days(text: str) -> int:
    return _number(text, "stalled", DAYS_MAX)


def _number(text: str, field: str, most: int) -> int:
    plain = text.strip()
    if not plain.isascii() or not plain.isdigit() or len(plain) > 18 or not 0 < int(plain) <= most:
        raise InvalidInput(
            f"{field} 的值“{text[:20]}”不是可用的数。",
            f"“{text[:20]}” is no number that can be used ({field}).",
            field=field,
            value=text,
        )
    return int(plain)
