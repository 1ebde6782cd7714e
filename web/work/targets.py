"""Officials at a plan: its indicators and places, entering an official value with its document, taking one back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Conflict, InvalidInput, RegistryError
from registry.identity.regions import region
from registry.policies import Actor
from registry.schemas.targets import EnteredValue, IndicatorLine
from registry.services.targets import board as boards
from registry.services.targets.catalogue import Plan, find_plan
from registry.services.targets.places import get_place, set_place
from registry.services.targets.standing import AREA, place_notes
from registry.services.targets.values import (
    TRUSTS,
    TypedValue,
    enter_value,
    list_values,
    may_enter,
    withdraw_value,
)
from web.deps import OfficerActor, ReadSession, WriteSession, current_officer
from web.firm.frame import Posted
from web.i18n import locale_of
from web.rendering import render, see_other, url_path
from web.target_views import line_view, shown_value

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Code = Annotated[str, Path(max_length=40)]
Subject = Annotated[str, Path(max_length=60)]
FIELDS = ("value", "on_day", "trust", "document", "document_no", "document_on", "source_url", "reason")


@router.get("/office/plan", name="work_targets")
def plans(request: Request, session: ReadSession, actor: OfficerActor) -> Response:
    """The latest plan; where there is none the page says so."""
    found = boards.plans(session)
    if not found:
        return render(request, "work/targets_none.html", {})
    return _plan_page(request, session, actor, found[0].code)


@router.get("/office/plan/{code}", name="work_plan")
def plan(request: Request, session: ReadSession, actor: OfficerActor, code: Code) -> Response:
    """Every indicator with its latest value, and every place note, each leading to its form. Raises NotFound."""
    return _plan_page(request, session, actor, code)


@router.get("/office/plan/{code}/places/{subject}", name="work_plan_place")
def place_form(request: Request, session: ReadSession, actor: OfficerActor, code: Code, subject: Subject) -> Response:
    """Where the plan wants a chain, or what an area is for, as a form. Raises NotFound."""
    note = get_place(session, plan=code, subject=subject)
    typed = {
        "words_zh": note.words.zh,
        "words_en": note.words.en if note.words.en != note.words.zh else "",
        "source": note.source,
        "reason": "",
        "version": str(note.version),
    }
    return _place_page(request, session, actor, code, subject, typed, set(note.cities))


@router.post("/office/plan/{code}/places/{subject}", name="work_plan_place_set")
def place_set(
    request: Request, session: WriteSession, actor: OfficerActor, code: Code, subject: Subject, form: Posted
) -> Response:
    """Say it; a refusal brings the form back as it was typed. Raises NotFound, NotAllowed."""
    cities = [name.removeprefix("city.") for name, value in form.items() if name.startswith("city.") and value]
    typed = {name: form.get(name, "") for name in ("words_zh", "words_en", "source", "reason")}
    try:
        with session.begin_nested():
            set_place(
                session,
                plan=code,
                subject=subject,
                cities=cities,
                version=_number(form.get("version", "")),
                actor=actor,
                **typed,
            )
    except (InvalidInput, Conflict) as refusal:
        newest = get_place(session, plan=code, subject=subject).version
        version = str(newest) if isinstance(refusal, Conflict) else form.get("version", "")
        return _place_page(request, session, actor, code, subject, typed | {"version": version}, set(cities), refusal)
    return see_other(request, "work_plan", code=code)


@router.get("/office/plan/{code}/{indicator}", name="work_indicator")
def indicator_page(
    request: Request, session: ReadSession, actor: OfficerActor, code: Code, indicator: Code
) -> Response:
    """One indicator: a form for a new official value, and everything entered so far. Raises NotFound."""
    return _indicator(request, session, actor, code, indicator, dict.fromkeys(FIELDS, ""))


@router.post("/office/plan/{code}/{indicator}", name="work_indicator_enter")
def enter(
    request: Request, session: WriteSession, actor: OfficerActor, code: Code, indicator: Code, form: Posted
) -> Response:
    """Enter a value; a refusal brings the form back as it was typed. Raises NotFound, NotAllowed."""
    typed = {name: form.get(name, "") for name in FIELDS}
    given = TypedValue(**typed, version=_number(form.get("version", "")))
    try:
        with session.begin_nested():
            enter_value(session, plan=code, indicator=indicator, typed=given, actor=actor)
    except (InvalidInput, Conflict) as refusal:
        standing = _standing(session, code, indicator, typed)
        return _indicator(request, session, actor, code, indicator, typed, refusal, standing)
    return see_other(request, "work_indicator", code=code, indicator=indicator)


@router.post("/office/plan/{code}/{indicator}/withdraw", name="work_indicator_withdraw")
def withdraw(
    request: Request, session: WriteSession, actor: OfficerActor, code: Code, indicator: Code, form: Posted
) -> Response:
    """Take a value back. Raises NotFound, NotAllowed; a refusal shows the page again."""
    try:
        with session.begin_nested():
            withdraw_value(
                session,
                plan=code,
                indicator=indicator,
                value_id=_number(form.get("value_id", "")),
                version=_number(form.get("version", "")),
                reason=form.get("reason", ""),
                actor=actor,
            )
    except (InvalidInput, Conflict) as refusal:
        return _indicator(request, session, actor, code, indicator, dict.fromkeys(FIELDS, ""), refusal, taken_back=True)
    return see_other(request, "work_indicator", code=code, indicator=indicator)


def _plan_page(request: Request, session: Session, actor: Actor, code: str) -> Response:
    found, day, locale = find_plan(session, code), today(), locale_of(request)
    lines = boards.board_lines(session, found, as_of=day)
    context = {
        "plan": boards.summary_of(found),
        "groups": [
            {
                "name": group["name_zh"] if locale == "zh" else group["name_en"],
                "items": [
                    {
                        "view": line_view(request, code, line, day, locale),
                        "href": url_path(request, "work_indicator", code=code, indicator=line.code),
                    }
                    for line in lines
                    if line.group_code == group["code"]
                ],
            }
            for group in found.row.groups
        ],
        "notes": [
            {"note": note, "href": url_path(request, "work_plan_place", code=code, subject=subject)}
            for subject, note in place_notes(session, found).items()
        ],
        "others": [
            (one.title, url_path(request, "work_plan", code=one.code))
            for one in boards.plans(session)
            if one.code != code
        ],
        "board_url": url_path(request, "plan_board", code=code),
        "may_enter": may_enter(actor, found),
    }
    return render(request, "work/targets.html", context)


def _indicator(
    request: Request,
    session: Session,
    actor: Actor,
    code: str,
    indicator: str,
    typed: dict[str, str],
    refusal: RegistryError | None = None,
    standing: EnteredValue | None = None,
    taken_back: bool = False,
) -> Response:
    found, day, locale = find_plan(session, code), today(), locale_of(request)
    found.indicator(indicator)
    (line,) = boards.board_lines(session, found, as_of=day, codes={indicator})
    values = list_values(session, plan=code, indicator=indicator)
    own = url_path(request, "work_indicator_enter", code=code, indicator=indicator)
    context = {
        "plan": boards.summary_of(found),
        "item": line_view(request, code, line, day, locale),
        "typed": typed,
        "refusal": refusal,
        "taken_back": taken_back,
        "standing": _value_view(line, standing, locale) if standing else None,
        "version": standing.version if standing else 0,
        "trusts": [(one.value, one.label.in_(locale)) for one in TRUSTS],
        "unit": _unit(line, locale),
        "values": [_value_view(line, one, locale) for one in values],
        "may_enter": may_enter(actor, found),
        "own_url": own,
        "withdraw_url": url_path(request, "work_indicator_withdraw", code=code, indicator=indicator),
        "plan_url": url_path(request, "work_plan", code=code),
    }
    return render(request, "work/target.html", context, status=refusal.status if refusal else 200)


def _value_view(line: IndicatorLine, value: EnteredValue, locale: Any) -> dict[str, Any]:
    return {"value": value, "text": shown_value(line.kind, value.value, locale), "stands": value.replaced_at is None}


def _unit(line: IndicatorLine, locale: Any) -> str:
    """The unit a value is typed in."""
    if line.kind == "ratio":
        return "%"
    if line.kind == "money":
        return "亿元" if locale == "zh" else "100 m yuan"
    return line.unit.in_(locale)


def _standing(session: Session, code: str, indicator: str, typed: dict[str, str]) -> EnteredValue | None:
    """The value that stands for the day and trust typed: what a correction replaces."""
    return next(
        (
            one
            for one in list_values(session, plan=code, indicator=indicator)
            if one.replaced_at is None
            and (one.on_day.isoformat(), one.trust.value) == (typed["on_day"].strip(), typed["trust"])
        ),
        None,
    )


def _place_page(
    request: Request,
    session: Session,
    actor: Actor,
    code: str,
    subject: str,
    typed: dict[str, str],
    chosen: set[str],
    refusal: RegistryError | None = None,
) -> Response:
    found = find_plan(session, code)
    context = {
        "plan": boards.summary_of(found),
        "note": get_place(session, plan=code, subject=subject),
        "is_area": subject.startswith(f"{AREA}:"),
        "typed": typed,
        "cities": _cities(found, chosen, locale_of(request)),
        "refusal": refusal,
        "may_enter": may_enter(actor, found),
        "own_url": url_path(request, "work_plan_place_set", code=code, subject=subject),
        "plan_url": url_path(request, "work_plan", code=code),
    }
    return render(request, "work/target_place.html", context, status=refusal.status if refusal else 200)


def _cities(found: Plan, chosen: set[str], locale: Any) -> list[dict[str, Any]]:
    places = [(code, region(code)) for code in found.cities]
    return [
        {"code": code, "name": (one.name if locale == "zh" else one.name_en), "chosen": code in chosen}
        for code, one in places
        if one is not None
    ]


def _number(typed: str) -> int:
    said = typed.strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 12 else 0
