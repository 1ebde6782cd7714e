"""Open calls, for officials: what is open, opening one, moving its end, taking it back."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import PROVINCE_ZONE, now, today
from registry.errors import Conflict, InvalidInput, NotFound, RegistryError, Text
from registry.identity.regions import GUANGDONG_CITIES, region
from registry.policies import Actor, own_region
from registry.services.batch_life.nominated import list_nominations, waiting_nominations
from registry.services.directories import list_all
from registry.services.standards import known_standards
from registry.services.submitting.calls import (
    NewCall,
    change_call,
    get_call,
    list_calls,
    open_call,
    withdraw_call,
)
from registry.services.submitting.catalogue import DOCUMENTS
from registry.services.submitting.counting import count_by_state
from registry.services.submitting.plans import plan_of, steps_in
from registry.vocabulary import Procedure, Role, SubmissionState
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.firm.frame import Posted
from web.i18n import locale_of
from web.rendering import render, see_other, url_path
from web.work.step_forms import levels, read_steps, said_steps, typed_steps

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Line = Annotated[str, Form(max_length=2_000)]
HOME = "440000"
FIRST_DIRECTORY = "little_giant"


@router.get("/office/calls", name="call_list")
def calls(request: Request, session: ReadSession, actor: OfficerActor, directory: str = "") -> Response:
    """All calls, the newest end first, and for whoever may the form to open one of a directory, with its steps."""
    return _list(request, session, actor, {"directory": directory})


@router.post("/office/calls", name="call_open")
def open_one(request: Request, session: WriteSession, actor: OfficerActor, form: Posted) -> Response:
    """Open a call; a refusal brings the form back as it was typed, with the message beside its field."""
    try:
        with session.begin_nested():
            call = open_call(session, actor=actor, new=_new_call(form))
    except (InvalidInput, NotFound) as refusal:
        return _list(request, session, actor, form, refusal)
    return see_other(request, "work_call", call_id=call.id)


@router.get("/office/calls/{call_id}", name="work_call")
def call_page(request: Request, session: ReadSession, actor: OfficerActor, call_id: Number) -> Response:
    """One call: what it asks, how many answered. Raises NotFound."""
    return _call(request, session, actor, call_id, {})


@router.post("/office/calls/{call_id}", name="call_change")
def change(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    call_id: Number,
    act: Line = "",
    closes_on: Line = "",
    closes_hour: Line = "17:00",
    reason: Line = "",
) -> Response:
    """Move the end of a call or take it back. Raises NotFound, NotAllowed, InvalidTransition."""
    try:
        with session.begin_nested():
            if act == "withdraw":
                withdraw_call(session, call_id=call_id, actor=actor, reason=reason)
            else:
                end = _moment(closes_on, closes_hour, "closes_at")
                change_call(session, call_id=call_id, actor=actor, closes_at=end, reason=reason)
    except InvalidInput as refusal:
        typed = {"act": act, "closes_on": closes_on, "closes_hour": closes_hour, "reason": reason}
        return _call(request, session, actor, call_id, typed, refusal)
    return see_other(request, "work_call", call_id=call_id)


@router.post("/office/calls/{call_id}/list", name="call_list_nominations")
def list_approved(
    request: Request, session: WriteSession, actor: OfficerActor, call_id: Number, label: Line = "", year: Line = ""
) -> Response:
    """Put the approved nominations on a draft list and show it. Raises NotFound, NotAllowed."""
    try:
        with session.begin_nested():
            batch = list_nominations(
                session,
                call_id=call_id,
                label=label,
                year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0,
                actor=actor,
            )
    except (InvalidInput, Conflict) as refusal:
        return _call(request, session, actor, call_id, {"label": label, "year": year}, refusal)
    return see_other(request, "work_batch", batch_id=batch.id)


def _new_call(form: dict[str, str]) -> NewCall:
    procedures = {one.value: one for one in Procedure}
    return NewCall(
        directory_code=form.get("directory", ""),
        procedure=procedures.get(form.get("procedure", ""), Procedure.NEW),
        title=form.get("title", ""),
        region_code=form.get("region", ""),
        opens_at=_moment(form.get("opens_on", ""), form.get("opens_hour", "09:00"), "opens_at"),
        closes_at=_moment(form.get("closes_on", ""), form.get("closes_hour", "17:00"), "closes_at"),
        standard_version=form.get("standard", ""),
        document_no=form.get("document_no", ""),
        documents=tuple(
            (slug, form[f"document.{slug}"] == "required")
            for slug in DOCUMENTS
            if form.get(f"document.{slug}") in ("required", "optional")
        ),
        steps=read_steps(form),
    )


def _moment(day: str, hour: str, field: str) -> datetime:
    try:
        local = datetime.fromisoformat(f"{day.strip()}T{hour.strip() or '00:00'}")
    except ValueError:
        raise InvalidInput(
            "请填日期和时间，如 2026-12-01 17:00。", "Give a day and an hour, such as 2026-12-01 17:00.", field=field
        ) from None
    return local.replace(tzinfo=PROVINCE_ZONE).astimezone(UTC)


def _list(
    request: Request,
    session: Session,
    actor: Actor,
    typed: dict[str, str],
    refusal: RegistryError | None = None,
) -> Response:
    locale = locale_of(request)
    may_open = actor.may(Role.CURATOR)
    versions = known_standards(session)
    tiers = {one.tier for one in versions}
    names = {one.code: one.short for one in list_all(session, as_of=today())}
    offered = [code for code in names if code in tiers]
    wanted = typed.get("directory", "")
    chosen = wanted if wanted in offered else FIRST_DIRECTORY if FIRST_DIRECTORY in offered else offered[0]
    plan = plan_of(session, chosen)
    context: dict[str, Any] = {
        "calls": [
            {
                "one": one,
                "href": url_path(request, "work_call", call_id=one.id),
                "directory": names[one.directory_code],
                "state": _state(one),
            }
            for one in list_calls(session)
        ],
        "may_open": may_open,
        "open_url": url_path(request, "call_open"),
        "list_url": url_path(request, "call_list"),
        "plans_url": url_path(request, "review_plan_list"),
        "plan": {"steps": said_steps(plan.steps), "href": url_path(request, "review_plan", subject=chosen)},
        "chosen": (chosen, names[chosen]),
        "fresh": refusal is None,
        "typed": typed_steps(plan.steps) | typed if refusal is None else typed,
        "errors": {refusal.field or "title": refusal.text} if refusal is not None else {},
        "directories": [(code, names[code].in_(locale)) for code in offered],
        "standards": [
            (one.id, f"{one.id} · {names[one.tier].in_(locale)}") for one in reversed(versions) if one.tier == chosen
        ],
        "regions": _regions(actor, locale) if may_open else [],
        "procedures": [(one.value, one.label.in_(locale)) for one in Procedure],
        "documents": [(slug, name.in_(locale)) for slug, name in DOCUMENTS.items() if slug != "other"],
        "levels": levels(locale),
    }
    return render(request, "work/calls.html", context, status=refusal.status if refusal else 200)


def _regions(actor: Actor, locale: Any) -> list[tuple[str, str]]:
    own = own_region(actor)
    codes = [HOME, *GUANGDONG_CITIES] if own.endswith("0000") else [own]
    found = [region(code) for code in codes]
    return [(one.code, one.name_en if locale == "en" else one.name) for one in found if one is not None]


def _state(call: Any) -> tuple[Text, str]:
    if call.withdrawn_at is not None:
        return Text("已撤回", "Taken back"), "cin"
    if now() < call.opens_at:
        return Text("未开始", "Not open yet"), ""
    return (Text("开放", "Open"), "jade") if now() < call.closes_at else (Text("已截止", "Closed"), "")


def _call(
    request: Request,
    session: Session,
    actor: Actor,
    call_id: int,
    typed: dict[str, str],
    refusal: RegistryError | None = None,
) -> Response:
    call = get_call(session, call_id)
    names = {one.code: one.short for one in list_all(session, as_of=today())}
    place = region(call.region_code)
    local = call.closes_at.astimezone(PROVINCE_ZONE)
    counts = count_by_state(session, call_id=call.id)
    may_list = actor.may(Role.CURATOR, region_code="", directory_code=call.directory_code)
    context = {
        "call": call,
        "waiting": waiting_nominations(session, call) if may_list else [],
        "list_nominations_url": url_path(request, "call_list_nominations", call_id=call.id),
        "directory": names[call.directory_code],
        "place": Text(place.name, place.name_en) if place is not None else Text("全部", "Everywhere"),
        "state": _state(call),
        "counts": [(state.label, counts.get(state, 0)) for state in SubmissionState],
        "steps": said_steps(steps_in(call.steps)),
        "may_change": call.withdrawn_at is None
        and actor.may(Role.CURATOR, region_code=call.region_code, directory_code=call.directory_code),
        "typed": {"closes_on": local.date().isoformat(), "closes_hour": f"{local:%H:%M}", "reason": ""}
        | {"label": "", "year": str(today().year)}
        | typed,
        "refusal": refusal,
        "own_url": url_path(request, "call_change", call_id=call.id),
        "list_url": url_path(request, "call_list"),
        "standard_url": url_path(request, "standard", code=call.standard_version),
    }
    return render(request, "work/call.html", context, status=refusal.status if refusal else 200)
