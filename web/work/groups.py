"""Group relations of an enterprise: what is recorded, a new one, one that ends."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, RegistryError, Text
from registry.policies import Actor
from registry.pool_words import GroupKind
from registry.schemas.inputs import parse_day
from registry.services.places import full_place
from registry.services.pool.groups import NewLink, add_link, end_link, group_page
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path
from web.work.pool_case_views import relation_words

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Key = Annotated[str, Path(max_length=100)]
Typed = Annotated[str, Form(max_length=5_000)]
FIELDS = ("other", "kind", "share", "source", "dated", "reason")
UP, DOWN, SISTER, MINORITY_UP, MINORITY_DOWN = "up", "down", "sister", "minority_up", "minority_down"
RELATIONS: dict[str, tuple[GroupKind, bool, Text]] = {
    UP: (GroupKind.CONTROLS, True, Text("它控股本企业", "It controls this firm")),
    DOWN: (GroupKind.CONTROLS, False, Text("本企业控股它", "This firm controls it")),
    SISTER: (GroupKind.SAME_CONTROLLER, False, Text("同一控制人", "Both have the same controller")),
    MINORITY_UP: (GroupKind.MINORITY, True, Text("它参股本企业", "It holds a minority of this firm")),
    MINORITY_DOWN: (GroupKind.MINORITY, False, Text("本企业参股它", "This firm holds a minority of it")),
}


@router.get("/office/enterprises/{key}/group", name="group_links")
def group_links(request: Request, session: ReadSession, actor: OfficerActor, key: Key) -> Response:
    """The relations of a firm. Raises NotFound, Gone, NotAllowed outside the official's region."""
    return _page(request, session, actor, key)


@router.post("/office/enterprises/{key}/group", name="group_add")
def group_add(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    key: Key,
    other: Typed = "",
    kind: Typed = "",
    share: Typed = "",
    source: Typed = "",
    dated: Typed = "",
) -> Response:
    """Record a relation; a fault brings the form back with what was typed."""
    typed = {"other": other, "kind": kind, "share": share, "source": source, "dated": dated}
    try:
        with session.begin_nested():
            relation, upward, _ = RELATIONS.get(kind, (None, False, None))
            if relation is None:
                raise InvalidInput("请选择关系。", "Choose the relation.", field="kind", value=kind)
            link = NewLink(
                other_key=other,
                kind=relation.value,
                upward=upward,
                share=share,
                source=source,
                dated=parse_day(dated, field="dated"),
            )
            add_link(session, key=key, link=link, actor=actor)
    except RegistryError as refusal:
        return _page(request, session, actor, key, refusal=refusal, typed=typed)
    return see_other(request, "group_links", key=key)


@router.post("/office/enterprises/{key}/group/{link_id}/end", name="group_end")
def group_end(
    request: Request, session: WriteSession, actor: OfficerActor, key: Key, link_id: Number, reason: Typed = ""
) -> Response:
    """A relation ends; without a reason the page again (422)."""
    try:
        with session.begin_nested():
            end_link(session, link_id=link_id, actor=actor, reason=reason)
    except RegistryError as refusal:
        return _page(request, session, actor, key, refusal=refusal, typed={"reason": reason, "link": link_id})
    return see_other(request, "group_links", key=key)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    key: str,
    *,
    refusal: RegistryError | None = None,
    typed: dict[str, Any] | None = None,
) -> Response:
    found, locale = group_page(session, key=key, actor=actor), locale_of(request)
    values = {name: "" for name in (*FIELDS, "link")} | (typed or {})
    field = "dated" if refusal and refusal.field == "on" else refusal.field if refusal else None
    error_at = field if field in FIELDS else "other"
    if typed and "link" in typed:
        error_at = f"reason-{typed['link']}"
    context = {
        "found": found,
        "where": full_place(found.region_code),
        "links": [
            {
                "link": one,
                "words": relation_words(one, locale),
                "href": url_path(request, "group_links", key=one.other_key),
                "end_url": url_path(request, "group_end", key=found.key, link_id=one.link_id),
            }
            for one in found.links
        ],
        "relations": [(value, words.in_(locale)) for value, (_, _, words) in RELATIONS.items()],
        "typed": values,
        "refusal": refusal,
        "error_at": error_at,
        "own_url": url_path(request, "group_add", key=found.key),
        "enterprise_url": url_path(request, "enterprise", key=found.key),
        "list_url": url_path(request, "cultivation_board"),
    }
    return render(request, "work/group.html", context, status=refusal.status if refusal else 200)
