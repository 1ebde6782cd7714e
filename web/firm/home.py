"""A firm's front pages: which firms are mine, what is open and due, people, parks, who looked, all that is held."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.clock import today
from registry.errors import Conflict, InvalidInput, RegistryError
from registry.policies import Actor
from registry.services.access import access_log
from registry.services.firms.claiming import claims_of
from registry.services.firms.holdings import write_holdings
from registry.services.firms.home import deadlines, firm_of, my_firms, submissions_of
from registry.services.firms.members import admit_member, end_membership, list_members
from registry.services.firms.parks import agree_to_park, ask_firm, end_park, get_park, links_of, require_park
from registry.services.keys import key_of
from registry.services.resolving import resolve
from registry.services.submitting.calls import calls_for
from registry.vocabulary import FirmRole, SubmissionKind
from web.deps import AppSettings, Number, ReadSession, WriteSession
from web.firm.frame import Firm, FirmActor, Key, firm_context, open_firm, signed_in
from web.firm.views import TONES
from web.rendering import render, see_other, url_path
from web.sending import as_download

router = APIRouter(dependencies=[Depends(signed_in)], include_in_schema=False)

Line = Annotated[str, Form(max_length=400)]
STARTED = (SubmissionKind.YEARLY, SubmissionKind.PROFILE, SubmissionKind.CHANGE)
"""What a firm begins by itself, without a call."""


@router.get("/firm", name="firm_list")
def firm_list(request: Request, session: ReadSession, actor: FirmActor) -> Response:
    """The firms and parks somebody acts for, and their claims; straight to the firm if there is just one."""
    firms, claims = my_firms(session, actor=actor), claims_of(session, actor=actor)
    if len(firms) == 1 and not actor.parks and not any(one.state.value == "open" for one in claims):
        return RedirectResponse(url_path(request, "firm_home", key=firms[0][0]), status_code=303)
    context = {
        "firms": [(url_path(request, "firm_home", key=key), name, role.label) for key, name, role in firms],
        "parks": [
            (url_path(request, "park", park_id=right.park_id), get_park(session, right.park_id).name)
            for right in actor.parks
        ],
        "claims": [_claim_line(request, session, one) for one in claims],
        "claim_url": url_path(request, "claim_search"),
        "official": actor.is_official,
    }
    return render(request, "firm/firms.html", context)


@router.get("/firm/parks/{park_id}", name="park")
def park(request: Request, session: ReadSession, actor: FirmActor, park_id: Number) -> Response:
    """The firms of a park: those that agreed can be drafted for. Raises NotFound, NotAllowed."""
    return _park(request, session, actor, park_id)


@router.post("/firm/parks/{park_id}/firms", name="park_ask")
def ask(request: Request, session: WriteSession, actor: FirmActor, park_id: Number, key: Line = "") -> Response:
    """Ask a firm to let the park draft for it. A key that leads nowhere brings the page back."""
    try:
        with session.begin_nested():
            ask_firm(session, actor=actor, park_id=park_id, enterprise_id=resolve(session, key).enterprise_id)
    except RegistryError as refusal:
        if refusal.status in (401, 403):
            raise
        return _park(request, session, actor, park_id, typed=key, refusal=refusal)
    return see_other(request, "park", park_id=park_id)


@router.get("/firm/{key}", name="firm_home")
def home(request: Request, session: ReadSession, actor: FirmActor, key: Key) -> Response:
    """What is open, what falls due, what can be begun. Raises NotFound, NotAllowed."""
    firm = open_firm(session, key, actor, park=True)
    enterprise, _ = firm_of(session, firm.key, actor=actor, park=True)
    park_id = actor.park_of(firm.id) if firm.role is None else None
    lines = submissions_of(session, enterprise_id=firm.id, park_id=park_id)
    begun = {
        one.call_id: url_path(request, "submission", key=firm.key, submission_id=one.id)
        for one in lines
        if one.call_id is not None and one.is_open
    }
    context = firm_context(request, firm, "firm_home") | {
        "lines": [
            {"one": one, "href": url_path(request, "submission", key=firm.key, submission_id=one.id)} for one in lines
        ],
        "tones": TONES,
        "deadlines": [
            {
                "one": one,
                "days": (one.due_on - today()).days,
                "href": url_path(request, "submission", key=firm.key, submission_id=one.submission_id)
                if one.submission_id
                else None,
            }
            for one in (deadlines(session, enterprise, today=today()) if firm.role is not None else [])
        ],
        "calls": [{"one": call, "begun": begun.get(call.id)} for call in calls_for(session, enterprise)],
        "kinds": STARTED,
        "start_url": url_path(request, "submission_start", key=firm.key),
        "links": _links(request, firm),
    }
    return render(request, "firm/home.html", context)


@router.get("/firm/{key}/members", name="firm_members")
def members(request: Request, session: ReadSession, actor: FirmActor, key: Key) -> Response:
    """The people of a firm and the parks that draft for it. Raises NotFound, NotAllowed."""
    return _members(request, session, actor, open_firm(session, key, actor))


@router.post("/firm/{key}/members", name="firm_member_admit")
def admit(
    request: Request, session: WriteSession, actor: FirmActor, key: Key, login: Line = "", role: Line = "editor"
) -> Response:
    """Let somebody act for the firm; a refusal brings the page back with what was typed."""
    firm = open_firm(session, key, actor)
    chosen = FirmRole.OWNER if role == FirmRole.OWNER.value else FirmRole.EDITOR
    try:
        with session.begin_nested():
            admit_member(session, enterprise_id=firm.id, actor=actor, login=login, role=chosen)
    except (InvalidInput, Conflict) as refusal:
        return _members(request, session, actor, firm, typed=login, role=chosen, refusal=refusal)
    return see_other(request, "firm_members", key=firm.key)


@router.post("/firm/{key}/members/{membership_id}/end", name="firm_member_end")
def end(request: Request, session: WriteSession, actor: FirmActor, key: Key, membership_id: Number) -> Response:
    """End a membership; the last owner's cannot be ended (the page comes back and says so)."""
    firm = open_firm(session, key, actor)
    try:
        with session.begin_nested():
            end_membership(session, enterprise_id=firm.id, membership_id=membership_id, actor=actor)
    except Conflict as refusal:
        return _members(request, session, actor, firm, refusal=refusal)
    left = actor.account_id is not None and all(
        not one.is_self for one in list_members(session, enterprise_id=firm.id, actor=actor)
    )
    return see_other(request, "firm_list") if left else see_other(request, "firm_members", key=firm.key)


@router.post("/firm/{key}/parks/{link_id}", name="firm_park")
def answer_park(
    request: Request, session: WriteSession, actor: FirmActor, key: Key, link_id: Number, act: Line = ""
) -> Response:
    """Agree that a park drafts, or end it. Raises NotFound, NotAllowed (an owner of the firm, or the park)."""
    firm = open_firm(session, key, actor, park=True)
    (agree_to_park if act == "agree" else end_park)(session, actor=actor, link_id=link_id)
    return see_other(request, "firm_members", key=firm.key) if firm.role else see_other(request, "firm_list")


@router.get("/firm/{key}/access", name="firm_access")
def access(request: Request, session: ReadSession, actor: FirmActor, key: Key) -> Response:
    """Which officials opened our protected data, when and for what. Raises NotFound, NotAllowed."""
    firm = open_firm(session, key, actor)
    rows = access_log(session, firm.id, actor, limit=200).items
    return render(request, "firm/access.html", firm_context(request, firm, "firm_access") | {"rows": rows})


@router.get("/firm/{key}/holdings", name="firm_holdings")
def holdings(session: ReadSession, actor: FirmActor, settings: AppSettings, key: Key) -> Response:
    """Everything held on the firm: a zip of one JSON and all documents. Raises NotFound, NotAllowed."""
    firm = open_firm(session, key, actor)
    return as_download(
        lambda stream: write_holdings(session, stream, enterprise_id=firm.id, actor=actor, settings=settings),
        name=f"holdings-{firm.key}-{today().isoformat()}.zip",
        media_type="application/zip",
    )


def _links(request: Request, firm: Firm) -> list[tuple[str, str]]:
    names = ("firm_standing", "firm_members", "firm_access", "firm_holdings")
    return [(name, url_path(request, name, key=firm.key)) for name in names] if firm.role is not None else []


def _claim_line(request: Request, session: Session, claim: Any) -> dict[str, Any]:
    return {
        "one": claim,
        "href": url_path(request, "claim", claim_id=claim.id),
        "name": resolve(session, key_of(session, claim.enterprise_id)).canonical_key,
    }


def _park(
    request: Request,
    session: Session,
    actor: Actor,
    park_id: int,
    *,
    typed: str = "",
    refusal: RegistryError | None = None,
) -> Response:
    found = get_park(session, park_id)
    require_park(actor, park_id)
    context = {
        "park": found,
        "rows": [
            {"one": one, "href": url_path(request, "firm_home", key=one.enterprise_key) if one.agreed else None}
            for one in links_of(session, park_id=park_id)
        ],
        "ask_url": url_path(request, "park_ask", park_id=park_id),
        "list_url": url_path(request, "firm_list"),
        "typed": typed,
        "refusal": refusal.text if refusal else None,
    }
    return render(request, "firm/park.html", context, status=422 if refusal else 200)


def _members(
    request: Request,
    session: Session,
    actor: Actor,
    firm: Firm,
    *,
    typed: str = "",
    role: FirmRole = FirmRole.EDITOR,
    refusal: RegistryError | None = None,
) -> Response:
    context = firm_context(request, firm, "firm_members") | {
        "members": [
            {"one": one, "end_url": url_path(request, "firm_member_end", key=firm.key, membership_id=one.id)}
            for one in list_members(session, enterprise_id=firm.id, actor=actor)
        ],
        "parks": [
            {"one": one, "url": url_path(request, "firm_park", key=firm.key, link_id=one.id)}
            for one in links_of(session, enterprise_id=firm.id)
        ],
        "roles": [(one.value, one.label) for one in FirmRole],
        "role": role.value,
        "typed": typed,
        "refusal": refusal,
        "admit_url": url_path(request, "firm_member_admit", key=firm.key),
    }
    return render(request, "firm/members.html", context, status=refusal.status if refusal else 200)
