"""A reported error as officials deal with it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, InvalidTransition, RegistryError
from registry.policies import Actor
from registry.services.corrections import DECISIONS, decide_correction, get_correction
from registry.vocabulary import CorrectionState
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import render, see_other, url_path, url_with

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Typed = Annotated[str, Form(max_length=5_000)]
STATES = {state.value: state for state in CorrectionState}


@router.get("/office/corrections/{correction_id}", name="work_correction")
def work_correction(request: Request, session: ReadSession, actor: OfficerActor, correction_id: Number) -> Response:
    """One report with the form to decide it. Raises NotFound, NotAllowed."""
    return _page(request, session, actor, correction_id)


@router.post("/office/corrections/{correction_id}", name="correction_decide")
def correction_decide(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    correction_id: Number,
    decision: Typed = "",
    reason: Typed = "",
) -> Response:
    """Decide it; a fault brings the page back with what was typed (its own status)."""
    try:
        with session.begin_nested():
            chosen = STATES.get(decision, CorrectionState.OPEN)
            decide_correction(session, correction_id=correction_id, decision=chosen, actor=actor, reason=reason)
    except (InvalidInput, InvalidTransition) as refusal:
        return _page(request, session, actor, correction_id, refusal, decision, reason)
    return see_other(request, "work_correction", correction_id=correction_id)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    correction_id: int,
    refusal: RegistryError | None = None,
    decision: str = "",
    reason: str = "",
) -> Response:
    found = get_correction(session, correction_id, actor=actor)
    locale = locale_of(request)
    merge = path_of(request, "merge_page")
    context = {
        "one": found,
        "options": [(choice.value, choice.label.in_(locale)) for choice in DECISIONS],
        "decision": decision,
        "reason": reason,
        "refusal": refusal,
        "error_at": "decision" if refusal and refusal.field == "decision" else "reason",
        "inbox_url": url_path(request, "inbox"),
        "enterprise_url": url_path(request, "enterprise", key=found.enterprise_key),
        "firm_url": url_path(request, "work_firm", key=found.enterprise_key),
        "merge_url": url_with(merge, source=found.enterprise_key) if merge else None,
        "own_url": url_path(request, "correction_decide", correction_id=found.id),
    }
    return render(request, "work/correction.html", context, status=refusal.status if refusal else 200)
