"""The inbox: what waits for an official, filtered; giving it to somebody and taking that back; acts on a whole set."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from registry.clock import today
from registry.errors import Conflict, InvalidInput, InvalidTransition, Locale, RegistryError, Text
from registry.policies import Actor, own_region
from registry.schemas.inbox import InboxPage, InboxRow
from registry.schemas.inputs import parse_directory, parse_region_code
from registry.schemas.paging import KEY_MAX
from registry.services.inbox.assigning import (
    assign,
    assign_filtered,
    colleagues,
    last_assignment,
    undo_assignment,
)
from registry.services.inbox.listing import DUES, WHOS, Due, InboxQuery, Who, inbox
from registry.services.inbox.passing import pass_filtered, ready_to_pass
from registry.services.inbox.reach import ANYBODY
from registry.services.reference import shipped
from registry.vocabulary import WorkKind
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.navigation import path_of
from web.rendering import render, see_other, url_path, url_with
from web.work.filters import one_select, place_options

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Short = Annotated[str, Query(max_length=60)]
Cursor = Annotated[str, Query(max_length=2_000)]
KINDS = {kind.value: kind for kind in WorkKind}
PAGES = {
    WorkKind.SUBMISSION: ("work_submission", "submission_id"),
    WorkKind.CLAIM: ("work_claim", "claim_id"),
    WorkKind.OBJECTION: ("work_objection", "objection_id"),
    WorkKind.CORRECTION: ("work_correction", "correction_id"),
    WorkKind.IMPORT: ("work_import", "import_id"),
    WorkKind.MERGE: ("merge_proposal", "proposal_id"),
    WorkKind.CASE: ("pool_case", "case_id"),
}
"""Where each kind of matter is dealt with."""
DUE_WORDS: dict[str, Text] = {
    "": Text("全部期限", "Any due day"),
    "overdue": Text("已逾期", "Overdue"),
    "week": Text("7 天内到期", "Due within 7 days"),
}
WHO_WORDS: dict[str, Text] = {
    "": Text("全部分派", "Anybody’s"),
    "mine": Text("分派给我", "Mine"),
    "free": Text("未分派", "Nobody’s"),
}


def inbox_query(
    actor: OfficerActor, kind: Short = "", place: Short = "", directory: Short = "", due: Short = "", who: Short = ""
) -> InboxQuery:
    """What the list is narrowed by. Raises InvalidInput."""
    for name, given, known in (("kind", kind, ("", *KINDS)), ("due", due, DUES), ("who", who, WHOS)):
        if given not in known:
            raise InvalidInput(
                f"{name} 没有“{given[:20]}”这个值。",
                f"{name} has no value “{given[:20]}”.",
                field=name,
                value=given,
                choices=tuple(known),
            )
    return InboxQuery(
        kind=KINDS.get(kind),
        place=parse_region_code(place, field="place") if place.strip() else "",
        directory=parse_directory(directory, [row["code"] for row in shipped("directories")])
        if directory.strip()
        else "",
        due=cast(Due, due),
        who=cast(Who, who),
    )


Asked = Annotated[InboxQuery, Depends(inbox_query)]


@router.get("/office/inbox", name="inbox")
def inbox_page(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    query: Asked,
    cursor: Cursor = "",
    assigned: Annotated[int, Query(ge=0, le=KEY_MAX)] = 0,
    done: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """What waits. ``assigned``: the assignment just made, with a button to take it back. Raises InvalidInput."""
    return _list(request, session, actor, query, cursor=cursor, assigned=assigned, done=done)


@router.post("/office/inbox/assign", name="inbox_assign")
def inbox_assign(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    query: Asked,
    item: Annotated[list[int] | None, Form()] = None,
    assignee: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Give the ticked matters to a colleague; a fault brings the list back with the ticks."""
    chosen = item or []
    try:
        if not chosen:
            raise InvalidInput("请先勾选要分派的事项。", "Tick the matters first.", field="items")
        with session.begin_nested():
            made = assign(session, item_ids=chosen[:500], assignee_id=_assignee(assignee), actor=actor)
    except (InvalidInput, InvalidTransition) as refusal:
        return _list(request, session, actor, query, refusal=refusal, ticked=chosen, assignee=assignee)
    return RedirectResponse(url_with(_own(request, query), assigned=made.event_id), status_code=303)


@router.post("/office/inbox/assignments/{event_id}/undo", name="inbox_undo")
def inbox_undo(request: Request, session: WriteSession, actor: OfficerActor, event_id: Number) -> Response:
    """Take an assignment back. Raises NotFound, NotAllowed, InvalidTransition."""
    undo_assignment(session, event_id=event_id, actor=actor)
    return see_other(request, "inbox")


@router.get("/office/inbox/bulk", name="inbox_bulk")
def inbox_bulk(request: Request, session: ReadSession, actor: OfficerActor, query: Asked) -> Response:
    """Acts on the whole filtered set, each with its number to be typed. Raises InvalidInput (too many)."""
    return _bulk(request, session, actor, query)


@router.post("/office/inbox/bulk", name="inbox_bulk_act")
def inbox_bulk_act(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    query: Asked,
    act: Annotated[str, Form(max_length=20)] = "",
    count: Annotated[str, Form(max_length=20)] = "",
    assignee: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Do it if the typed number is the number there is now; all or none."""
    typed = int(count) if count.strip().isascii() and count.strip().isdigit() else -1
    try:
        with session.begin_nested():
            if act == "pass":
                found = pass_filtered(session, query, typed_count=typed, actor=actor)
                target = url_with(_own(request, query), done=len(found.ready))
            else:
                made = assign_filtered(session, query, typed_count=typed, assignee_id=_assignee(assignee), actor=actor)
                target = url_with(_own(request, query), assigned=made.event_id)
    except (InvalidInput, InvalidTransition, Conflict) as refusal:
        return _bulk(request, session, actor, query, refusal=refusal, act=act, assignee=assignee, count=count)
    return RedirectResponse(target, status_code=303)


def _assignee(text: str) -> int | None:
    if text == "":
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InvalidInput("没有这位同事。", "There is no such colleague.", field="assignee", value=text)
    return int(text)


def _own(request: Request, query: InboxQuery, name: str = "inbox") -> str:
    return url_with(
        url_path(request, name),
        kind=query.kind.value if query.kind else None,
        place=query.place or None,
        directory=query.directory or None,
        due=query.due or None,
        who=query.who or None,
    )


def _list(
    request: Request,
    session: Session,
    actor: Actor,
    query: InboxQuery,
    *,
    cursor: str = "",
    assigned: int = 0,
    done: int = 0,
    refusal: RegistryError | None = None,
    ticked: list[int] | None = None,
    assignee: str = "",
) -> Response:
    page, locale = inbox(session, query, actor=actor, cursor=cursor or None), locale_of(request)
    own = _own(request, query)
    context = {
        "page": page,
        "rows": [_row(request, row, locale) for row in page.rows],
        "tabs": _tabs(own, page, query, locale),
        "filters": _filters(actor, query, locale),
        "stats": {"overdue": url_with(own, due="overdue", who=None), "mine": url_with(own, who="mine", due=None)},
        "kept": [("kind", query.kind.value)] if query.kind else [],
        "narrowed": bool(query.place or query.directory or query.due or query.who),
        "wide_url": url_with(own, place=None, directory=None, due=None, who=None),
        "first_url": own if cursor else None,
        "next_url": url_with(own, cursor=page.next_cursor) if page.next_cursor else None,
        "own_url": url_path(request, "inbox"),
        "may_act": actor.may(ANYBODY),
        "colleagues": _colleagues(session, actor, locale),
        "assign_url": _own(request, query, "inbox_assign"),
        "bulk_url": _own(request, query, "inbox_bulk"),
        "assignment": last_assignment(session, event_id=assigned, actor=actor) if assigned else None,
        "undo_url": url_path(request, "inbox_undo", event_id=assigned) if assigned else None,
        "done": done,
        "refusal": refusal,
        "ticked": ticked or [],
        "assignee": assignee,
        "objections_url": url_path(request, "objection_list"),
        "merge_url": path_of(request, "merge_page"),
    }
    return render(request, "work/inbox.html", context, status=refusal.status if refusal else 200)


def _row(request: Request, row: InboxRow, locale: Locale) -> dict[str, Any]:
    name, parameter = PAGES[row.kind]
    return {
        "row": row,
        "href": path_of(request, name, **{parameter: row.subject_id}),
        "about": [word.in_(locale) for word in (row.directory_name, row.note) if word is not None],
    }


def _tabs(own: str, page: InboxPage, query: InboxQuery, locale: Locale) -> list[dict[str, Any]]:
    every = {
        "text": Text("全部", "All").in_(locale),
        "href": url_with(own, kind=None),
        "count": sum(page.kinds.values()),
        "current": query.kind is None,
    }
    return [every] + [
        {
            "text": kind.label.in_(locale),
            "href": url_with(own, kind=kind.value),
            "count": page.kinds.get(kind, 0),
            "current": query.kind is kind,
        }
        for kind in WorkKind
    ]


def _filters(actor: Actor, query: InboxQuery, locale: Locale) -> list[dict[str, Any]]:
    directories = [("", Text("全部名录", "All directories").in_(locale))]
    directories += [(row["code"], Text(row["short_zh"], row["short_en"]).in_(locale)) for row in shipped("directories")]
    return [
        one_select("place", Text("地区", "Place"), place_options(own_region(actor), query.place, locale), query.place),
        one_select("directory", Text("名录", "Directory"), directories, query.directory),
        one_select("due", Text("期限", "Due"), [(one, DUE_WORDS[one].in_(locale)) for one in DUES], query.due),
        one_select("who", Text("分派", "Assigned"), [(one, WHO_WORDS[one].in_(locale)) for one in WHOS], query.who),
    ]


def _colleagues(session: Session, actor: Actor, locale: Locale) -> list[tuple[str, str]]:
    nobody = [("", Text("不分派（放回）", "Nobody (put back)").in_(locale))]
    if not actor.may(ANYBODY):
        return nobody
    return nobody + [
        (str(one.account_id), f"{one.place.in_(locale)} · {one.name}" if one.place else one.name)
        for one in colleagues(session, actor=actor)
    ]


def _bulk(
    request: Request,
    session: Session,
    actor: Actor,
    query: InboxQuery,
    *,
    refusal: RegistryError | None = None,
    act: str = "",
    assignee: str = "",
    count: str = "",
) -> Response:
    locale = locale_of(request)
    words = [
        query.kind.label.in_(locale) if query.kind else "",
        dict(place_options(own_region(actor), query.place, locale)).get(query.place, "") if query.place else "",
        query.directory,
        DUE_WORDS[query.due].in_(locale) if query.due else "",
        WHO_WORDS[query.who].in_(locale) if query.who else "",
    ]
    context = {
        "ready": ready_to_pass(session, query, actor=actor),
        "conditions": [word for word in words if word],
        "colleagues": _colleagues(session, actor, locale),
        "act_url": _own(request, query, "inbox_bulk_act"),
        "back_url": _own(request, query),
        "refusal": refusal,
        "act": act,
        "assignee": assignee,
        "count": count,
        "day": today(),
    }
    return render(request, "work/inbox_bulk.html", context, status=refusal.status if refusal else 200)
