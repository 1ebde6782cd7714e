"""Acts on all cases that the board is filtered to, each with its number to be typed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.clock import today
from registry.errors import Conflict, InvalidInput, InvalidTransition, RegistryError, Text
from registry.policies import Actor
from registry.schemas.inputs import parse_day
from registry.services.pool.bulk import assign_owners, cases_at_once, keepers_of_all, plan_all
from registry.services.pool.listing import pool_counts
from web.deps import OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, url_path, url_with
from web.work import pool_views as views
from web.work.pool import Asked

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Typed = Annotated[str, Form(max_length=2_000)]
NOBODY = "none"


@router.get("/office/cultivation/bulk", name="pool_bulk")
def pool_bulk(request: Request, session: ReadSession, actor: OfficerActor, query: Asked) -> Response:
    """What can be done with the whole filtered set. Raises NotAllowed, InvalidInput (too many)."""
    return _page(
        request, session, actor, query, {"act": "", "owner": "", "next_act": "", "next_act_on": "", "count": ""}
    )


@router.post("/office/cultivation/bulk", name="pool_bulk_act")
def pool_bulk_act(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    query: Asked,
    act: Typed = "",
    owner: Typed = "",
    next_act: Typed = "",
    next_act_on: Typed = "",
    count: Typed = "",
) -> Response:
    """Do it if the typed number is the number there is now; all or none. A refusal keeps what was typed."""
    typed = int(count) if count.strip().isascii() and count.strip().isdigit() and len(count) <= 20 else -1
    try:
        with session.begin_nested():
            if act == "plan":
                on = parse_day(next_act_on, field="next_act_on") if next_act_on.strip() else None
                done = plan_all(session, query, typed_count=typed, what=next_act, on=on, actor=actor)
            else:
                done = assign_owners(session, query, typed_count=typed, owner_id=_owner(owner), actor=actor)
    except (InvalidInput, InvalidTransition, Conflict) as refusal:
        session.expire_all()
        kept = {"act": act, "owner": owner, "next_act": next_act, "next_act_on": next_act_on, "count": count}
        return _page(request, session, actor, query, kept, refusal)
    board = url_with(url_path(request, "cultivation_board"), **views.kept(query))
    return RedirectResponse(url_with(board, done=done), status_code=303)


def _owner(text: str) -> int | None:
    if not text.strip():
        raise InvalidInput("请选择责任人。", "Choose the owner.", field="owner")
    if text == NOBODY:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput("请从名单中选择责任人。", "Choose the owner of the list.", field="owner", value=text)
    return int(text)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    query: Asked,
    typed: dict[str, str],
    refusal: RegistryError | None = None,
) -> Response:
    locale, found = locale_of(request), cases_at_once(session, query, actor=actor)
    counts = pool_counts(session, query, stalled=query.stalled or 1, actor=actor)
    options = [("", Text("请选择", "Choose").in_(locale)), (NOBODY, Text("无责任人", "Nobody").in_(locale))]
    fields = ("next_act", "next_act_on") if typed["act"] == "plan" else ("owner",)
    at = "plan" if typed["act"] == "plan" else "owner"
    context = {
        "total": len(found),
        "conditions": views.conditions(query, counts, actor, locale),
        "owners": options + [(str(one.account_id), one.name) for one in keepers_of_all(session, found)],
        "own_url": url_with(url_path(request, "pool_bulk_act"), **views.kept(query)),
        "back_url": url_with(url_path(request, "cultivation_board"), **views.kept(query)),
        "typed": typed,
        "refusal": refusal,
        "at": at,
        "error_at": refusal.field if refusal and refusal.field in fields else f"{at}-count",
        "first_day": today().isoformat(),
    }
    return render(request, "work/pool_bulk.html", context, status=refusal.status if refusal else 200)
