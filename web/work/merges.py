"""Merging two enterprises, splitting one, taking either back, and the possible duplicates that wait in the inbox."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.clock import today
from registry.errors import Conflict, Gone, InvalidInput, InvalidTransition, Locale, NotFound, RegistryError, Text
from registry.policies import EVERY_DIRECTORY, Actor
from registry.schemas.inputs import parse_day
from registry.schemas.paging import KEY_MAX
from registry.services.duplicates import dismiss_proposal, find_same_names, get_proposal, propose_merge
from registry.services.enterprises import resolve
from registry.services.keys import key_of
from registry.services.merge_reading import WORDS, Done, Side, lately, mixture_of, side_of
from registry.services.merging import merge_enterprises, unmerge
from registry.services.splitting import Parts, split_enterprise, unsplit
from registry.vocabulary import Role
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path, url_with

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Key = Annotated[str, Query(max_length=100)]
Typed = Annotated[str, Form(max_length=5_000)]
Ids = Annotated[list[int] | None, Form()]
REFUSALS = (InvalidInput, InvalidTransition, Conflict, NotFound, Gone)


@router.get("/office/merge", name="merge_page")
def merge_page(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    source: Key = "",
    target: Key = "",
    proposal: Annotated[int, Query(ge=0, le=KEY_MAX)] = 0,
) -> Response:
    """Two keys side by side, and what was merged and split lately."""
    return _page(request, session, actor, {"source": source, "target": target, "proposal": proposal})


@router.post("/office/merge", name="merge_act")
def merge_act(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    source: Typed = "",
    target: Typed = "",
    on: Typed = "",
    reason: Typed = "",
    act: Typed = "merge",
    proposal: Annotated[int, Form(ge=0, le=KEY_MAX)] = 0,
) -> Response:
    """Merge the first into the second, say that they may be one, or that they are two."""
    typed = {"source": source, "target": target, "on": on, "reason": reason, "proposal": proposal}

    def do() -> None:
        if act == "dismiss":
            dismiss_proposal(session, proposal_id=proposal, actor=actor, reason=reason)
        elif act == "propose":
            propose_merge(session, first_key=source, second_key=target, actor=actor, reason=reason)
        else:
            numbers = [resolve(session, key).enterprise_id for key in (source, target)]
            day = parse_day(on, field="on") if on.strip() else today()
            merge_enterprises(session, source_id=numbers[0], target_id=numbers[1], on=day, actor=actor, reason=reason)

    refusal = _tried(session, do)
    if refusal is not None:
        return _page(request, session, actor, typed, refusal)
    return see_other(request, "inbox") if act != "merge" else see_other(request, "merge_page")


@router.post("/office/merge/undo/{enterprise_id}", name="merge_undo")
def merge_undo(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    enterprise_id: Number,
    split: Annotated[bool, Query()] = False,
    reason: Typed = "",
) -> Response:
    """Take a merge or (``split``) a split back; without a reason the page says so."""

    def do() -> None:
        if split:
            unsplit(session, made_id=enterprise_id, actor=actor, reason=reason)
        else:
            unmerge(session, source_id=enterprise_id, actor=actor, reason=reason)

    refusal = _tried(session, do)
    if refusal is not None:
        return _page(request, session, actor, {"undo": enterprise_id, "undo_reason": reason}, refusal)
    return see_other(request, "merge_page")


@router.post("/office/merge/scan", name="merge_scan")
def merge_scan(request: Request, session: WriteSession, actor: OfficerActor) -> Response:
    """Look for enterprises without a code whose name another one has; they go to the inbox."""
    find_same_names(session, actor=actor)
    return RedirectResponse(url_with(url_path(request, "inbox"), kind="merge"), status_code=303)


@router.get("/office/merge/proposals/{proposal_id}", name="merge_proposal")
def merge_proposal(session: ReadSession, request: Request, actor: OfficerActor, proposal_id: Number) -> Response:
    """Leads to the two side by side. Raises NotFound, NotAllowed."""
    found = get_proposal(session, proposal_id, actor=actor)
    source, target = (key_of(session, number) for number in (found.second_id, found.first_id))
    if len(source) == 18 and len(target) != 18:  # the one with a code stays
        source, target = target, source
    query = {"source": source, "target": target, "proposal": proposal_id}
    return RedirectResponse(url_with(url_path(request, "merge_page"), **query), status_code=303)


@router.get("/office/split", name="split_page")
def split_page(request: Request, session: ReadSession, actor: OfficerActor, key: Key = "") -> Response:
    """What can be taken out of an enterprise. Raises NotFound, Gone, NotAllowed."""
    return _split(request, session, actor, key, {})


@router.post("/office/split", name="split_act")
def split_act(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    key: Key = "",
    listing: Ids = None,
    product: Ids = None,
    name_row: Ids = None,
    name: Typed = "",
    uscc: Typed = "",
    reason: Typed = "",
) -> Response:
    """Make the new enterprise; a fault brings the page back with what was chosen."""
    parts = Parts(listing or (), product or (), name_row or ())
    typed = {"name": name, "uscc": uscc, "reason": reason, "parts": parts}

    def do() -> None:
        number = resolve(session, key).enterprise_id
        split_enterprise(session, enterprise_id=number, parts=parts, name=name, uscc=uscc, actor=actor, reason=reason)

    refusal = _tried(session, do)
    if refusal is not None:
        return _split(request, session, actor, key, typed, refusal)
    return see_other(request, "merge_page")


def _tried(session: Session, do: Callable[[], None]) -> RegistryError | None:
    """Do it; what it was refused with, everything as it was."""
    try:
        with session.begin_nested():
            do()
    except REFUSALS as refusal:
        session.expire_all()
        return refusal
    return None


def _page(
    request: Request, session: Session, actor: Actor, typed: dict[str, Any], refusal: RegistryError | None = None
) -> Response:
    locale = locale_of(request)
    sides: list[Side | None] = []
    for name in ("source", "target"):
        try:
            sides.append(side_of(session, typed[name], actor=actor) if typed.get(name) else None)
        except (NotFound, Gone) as missing:
            sides.append(None)
            refusal = refusal or missing
    number = typed.get("proposal") or 0
    context = {
        "typed": {"source": "", "target": "", "on": today().isoformat(), "reason": "", "undo": 0, "undo_reason": ""}
        | {name: value for name, value in typed.items() if value != ""},
        "source": sides[0],
        "target": sides[1],
        "both": all(sides),
        "proposal": get_proposal(session, number, actor=actor) if number else None,
        "counts": _counts(sides, locale),
        "firm_urls": [url_path(request, "enterprise", key=one.summary.key) if one else None for one in sides],
        "done": [(one, _moved(one, locale), _undo_url(request, one)) for one in lately(session, actor=actor)],
        "may_merge": actor.may(Role.CURATOR, directory_code=EVERY_DIRECTORY),
        "may_scan": actor.may(Role.CURATOR, region_code="", directory_code=EVERY_DIRECTORY),
        "refusal": refusal,
        "own_url": url_path(request, "merge_page"),
        "act_url": url_path(request, "merge_act"),
        "scan_url": url_path(request, "merge_scan"),
        "split_url": url_path(request, "split_page"),
        "swap_url": url_with(
            url_path(request, "merge_page"),
            source=typed.get("target"),
            target=typed.get("source"),
            proposal=number or None,
        ),
        "inbox_url": url_path(request, "inbox"),
    }
    return render(request, "work/merge.html", context, status=refusal.status if refusal else 200)


def _counts(sides: list[Side | None], locale: Locale) -> list[tuple[str, int, int]]:
    """What each has, kind by kind, for what either has any of."""
    first, second = (one.counts if one else {} for one in sides)
    return [
        (words.in_(locale), first.get(name, 0), second.get(name, 0))
        for name, words in WORDS.items()
        if name in first or name in second
    ]


def _moved(one: Done, locale: Locale) -> str:
    said = [f"{WORDS[name].in_(locale)} {count}" for name, count in one.moved.items()]
    return Text("、", ", ").in_(locale).join(said)


def _undo_url(request: Request, one: Done) -> str:
    return url_with(url_path(request, "merge_undo", enterprise_id=one.subject_id), split="true" if one.split else None)


def _split(
    request: Request,
    session: Session,
    actor: Actor,
    key: str,
    typed: dict[str, Any],
    refusal: RegistryError | None = None,
) -> Response:
    found = mixture_of(session, key, actor=actor) if key else None
    fault = refusal.field if refusal and refusal.field in ("name", "uscc", "reason") else "parts" if refusal else None
    context = {
        "found": found,
        "key": key,
        "typed": {"name": "", "uscc": "", "reason": "", "parts": Parts()} | typed,
        "refusal": refusal,
        "fault": fault,
        "own_url": url_path(request, "split_page"),
        "act_url": f"{url_path(request, 'split_act')}?key={found.side.summary.key}" if found else "",
        "merge_url": url_path(request, "merge_page"),
        "inbox_url": url_path(request, "inbox"),
    }
    return render(request, "work/split.html", context, status=refusal.status if refusal else 200)
