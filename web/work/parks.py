"""Parks and associations, for officials: which there are, who works for them; administrators create and add."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, RegistryError
from registry.identity.regions import GUANGDONG_CITIES, region
from registry.policies import Actor, own_region
from registry.services.firms.parks import add_park_member, create_park, list_parks
from registry.services.places import full_place
from registry.vocabulary import Role
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Line = Annotated[str, Form(max_length=2_000)]


@router.get("/office/parks", name="park_list")
def parks(request: Request, session: ReadSession, actor: OfficerActor) -> Response:
    """The parks inside the official's own region."""
    return _page(request, session, actor)


@router.post("/office/parks", name="park_create")
def create(request: Request, session: WriteSession, actor: OfficerActor, name: Line = "", place: Line = "") -> Response:
    """A new park; a refusal brings the page back. Raises NotAllowed (administrators of the place)."""
    try:
        with session.begin_nested():
            create_park(session, actor=actor, name=name, region_code=place)
    except InvalidInput as refusal:
        return _page(request, session, actor, name=name, place=place, refusal=refusal)
    return see_other(request, "park_list")


@router.post("/office/parks/{park_id}/members", name="park_member_add")
def add(request: Request, session: WriteSession, actor: OfficerActor, park_id: Number, login: Line = "") -> Response:
    """Let an account work for a park; a refusal brings the page back. Raises NotFound, NotAllowed."""
    try:
        with session.begin_nested():
            add_park_member(session, actor=actor, park_id=park_id, login=login)
    except InvalidInput as refusal:
        return _page(request, session, actor, login=login, park_id=park_id, refusal=refusal)
    return see_other(request, "park_list")


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    name: str = "",
    place: str = "",
    login: str = "",
    park_id: int = 0,
    refusal: RegistryError | None = None,
) -> Response:
    locale, own = locale_of(request), own_region(actor)
    codes = GUANGDONG_CITIES if own.endswith("0000") else (own,)
    places = [one for one in map(region, codes) if one is not None]
    context = {
        "parks": [
            {
                "one": park,
                "where": full_place(park.region_code),
                "people": people,
                "add_url": url_path(request, "park_member_add", park_id=park.id),
                "may_add": actor.may(Role.ADMINISTRATOR, region_code=park.region_code),
                "login": login if park.id == park_id else "",
                "error": refusal.text if refusal is not None and park.id == park_id else None,
            }
            for park, people in list_parks(session, actor=actor)
        ],
        "may_create": actor.may(Role.ADMINISTRATOR),
        "places": [(one.code, one.name_en if locale == "en" else one.name) for one in places],
        "name": name,
        "place": place,
        "refusal": refusal,
        "refused_at": f"login-{park_id}" if park_id else "name",
        "create_url": url_path(request, "park_create"),
        "claims_url": url_path(request, "claim_list"),
    }
    return render(request, "work/park_list.html", context, status=refusal.status if refusal else 200)
