"""Claims, for officials: one that waits, and the code that is handed to somebody who was seen."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Conflict, Gone, InvalidInput, NotFound, RegistryError
from registry.policies import Actor
from registry.services.access import note_opening
from registry.services.enterprises import summaries
from registry.services.firms.claiming import DECIDERS, decide_claim, get_claim, make_code, open_claims
from registry.services.resolving import resolve
from registry.vocabulary import AccessPurpose
from web.deps import AppEngine, Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.rendering import render, see_other, url_path

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Line = Annotated[str, Form(max_length=5_000)]


@router.get("/office/claims", name="claim_list")
def claims(
    request: Request, session: ReadSession, actor: OfficerActor, key: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The claims that wait inside the official's own region, and the form for a code."""
    return _list(request, session, actor, typed=key)


@router.post("/office/claims", name="claim_code_make")
def code(request: Request, session: WriteSession, actor: OfficerActor, key: Line = "") -> Response:
    """A code for one firm, shown once. Raises NotAllowed."""
    try:
        with session.begin_nested():
            found = resolve(session, key)
            made = make_code(session, enterprise_id=found.enterprise_id, actor=actor)
    except (NotFound, Gone) as refusal:
        return _list(request, session, actor, typed=key, refusal=refusal)
    firm = summaries(session, [found.enterprise_id], as_of=today())[0]
    return _list(request, session, actor, code=(made, firm.name))


@router.get("/office/claims/{claim_id}", name="work_claim")
def claim_page(
    request: Request, session: ReadSession, engine: AppEngine, actor: OfficerActor, claim_id: Number
) -> Response:
    """Who claims what with which evidence. Raises NotFound, NotAllowed."""
    claim = get_claim(session, claim_id, actor=actor)
    note_opening(engine, actor, claim.enterprise_id, f"认领 {claim.id}", AccessPurpose.VERIFICATION)
    return _claim(request, session, actor, claim_id)


@router.post("/office/claims/{claim_id}", name="claim_decide")
def decide(
    request: Request, session: WriteSession, actor: OfficerActor, claim_id: Number, act: Line = "", reason: Line = ""
) -> Response:
    """Confirm or refuse. A refusal of ours brings the page back. Raises NotFound, NotAllowed, InvalidTransition."""
    try:
        with session.begin_nested():
            if act not in ("confirm", "refuse"):
                raise InvalidInput("请选择确认或不予通过。", "Choose to confirm or to refuse.", field="act")
            decide_claim(session, claim_id=claim_id, actor=actor, confirm=act == "confirm", reason=reason)
    except (InvalidInput, Conflict) as refusal:
        return _claim(request, session, actor, claim_id, reason=reason, refusal=refusal)
    return see_other(request, "work_claim", claim_id=claim_id)


def _list(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    typed: str = "",
    refusal: RegistryError | None = None,
    code: tuple[str, str] | None = None,
) -> Response:
    context = {
        "claims": [
            {"one": one, "name": name, "href": url_path(request, "work_claim", claim_id=one.id)}
            for one, name in open_claims(session, actor=actor)
        ],
        "may_decide": actor.may(DECIDERS),
        "code_url": url_path(request, "claim_code_make"),
        "typed": typed,
        "refusal": refusal,
        "code": code,
    }
    return render(request, "work/claims.html", context, status=refusal.status if refusal else 200)


def _claim(
    request: Request,
    session: Session,
    actor: Actor,
    claim_id: int,
    *,
    reason: str = "",
    refusal: RegistryError | None = None,
) -> Response:
    claim = get_claim(session, claim_id, actor=actor)
    firm = summaries(session, [claim.enterprise_id], as_of=today())[0]
    context = {
        "claim": claim,
        "found": firm,
        "enterprise_url": url_path(request, "enterprise", key=firm.key),
        "evidence_url": url_path(request, "work_evidence", evidence_id=claim.evidence_id)
        if claim.evidence_id
        else None,
        "may_decide": claim.state.value == "open" and actor.may(DECIDERS),
        "own_url": url_path(request, "claim_decide", claim_id=claim.id),
        "list_url": url_path(request, "claim_list"),
        "reason": reason,
        "refusal": refusal,
    }
    return render(request, "work/claim.html", context, status=refusal.status if refusal else 200)
