"""Objections as officials deal with them: those to notices of the directories they curate, and the decision."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, InvalidTransition, RegistryError, Text
from registry.policies import Actor
from registry.schemas.paging import KEY_MAX
from registry.services.batch_life.objection_reading import get_objection, list_objections, may_curate
from registry.services.batch_life.objections import DECISIONS, decide_objection
from registry.vocabulary import ObjectionState
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path, url_with

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Typed = Annotated[str, Form(max_length=2_000)]
STATES = {state.value: state for state in ObjectionState}
ALL = "all"


@router.get("/office/objections", name="objection_list")
def objection_list(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    state: Annotated[str, Query(max_length=20)] = "open",
    batch: Annotated[int | None, Query(ge=1, le=KEY_MAX)] = None,
) -> Response:
    """Oldest first; open ones unless another state is asked for. Raises InvalidInput (state)."""
    if state not in (ALL, *STATES):
        raise InvalidInput(
            "没有这种状态。", "There is no such state.", field="state", value=state, choices=(ALL, *STATES)
        )
    found = list_objections(session, actor=actor, state=STATES.get(state), batch_id=batch)
    own_url, locale = url_with(url_path(request, "objection_list"), batch=batch), locale_of(request)
    words = {ALL: Text("全部", "All")} | {one.value: one.label for one in ObjectionState}
    context = {
        "objections": [{"one": one, "href": url_path(request, "work_objection", objection_id=one.id)} for one in found],
        "tabs": [
            {
                "text": label.in_(locale),
                "count": None,
                "href": url_with(own_url, state=value),
                "current": value == state,
            }
            for value, label in words.items()
        ],
    }
    return render(request, "work/objections.html", context)


@router.get("/office/objections/{objection_id}", name="work_objection")
def work_objection(request: Request, session: ReadSession, actor: OfficerActor, objection_id: Number) -> Response:
    """One objection with the form to decide it. Raises NotFound, NotAllowed."""
    return _page(request, session, actor, objection_id)


@router.post("/office/objections/{objection_id}", name="objection_decide")
def decide(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    objection_id: Number,
    decision: Typed = "",
    reason: Typed = "",
) -> Response:
    """Decide it; a fault brings the page back with what was typed (its own status)."""
    try:
        with session.begin_nested():
            chosen = STATES.get(decision, ObjectionState.OPEN)
            decide_objection(session, objection_id=objection_id, decision=chosen, actor=actor, reason=reason)
    except (InvalidInput, InvalidTransition) as refusal:
        return _page(request, session, actor, objection_id, refusal, decision, reason)
    return see_other(request, "work_objection", objection_id=objection_id)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    objection_id: int,
    refusal: RegistryError | None = None,
    decision: str = "",
    reason: str = "",
) -> Response:
    found = get_objection(session, objection_id, actor=actor)
    locale = locale_of(request)
    context = {
        "one": found,
        "may_decide": may_curate(actor, found.directory_code),
        "options": [(choice.value, choice.label.in_(locale)) for choice in DECISIONS],
        "decision": decision,
        "reason": reason,
        "refusal": refusal,
        "error_at": "decision" if refusal and refusal.field == "decision" else "reason",
        "batch_url": url_path(request, "work_batch", batch_id=found.batch_id),
        "list_url": url_path(request, "objection_list"),
        "own_url": url_path(request, "objection_decide", objection_id=found.id),
    }
    return render(request, "work/objection.html", context, status=refusal.status if refusal else 200)
