"""Batches as officials work on them: all of them by state, one with its history, and the acts, each asked once more."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import (
    Conflict,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotFound,
    RegistryError,
    Text,
)
from registry.policies import Actor, require_importer
from registry.schemas.batches import WorkBatch
from registry.schemas.inputs import parse_day
from registry.schemas.paging import KEY_MAX
from registry.services.batch_life.acts import freeze_batch, make_final, publish_notice, start_batch, withdraw_batch
from registry.services.batch_life.editions import correct
from registry.services.batch_life.listing import find_rows, get_work_batch, list_batches
from registry.services.batch_life.moves import history
from registry.vocabulary import BatchAct, BatchState
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.rendering import render, see_other, url_path, url_with
from web.work import batch_views as views

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

PAGE = 50
STATES = {state.value: state for state in BatchState}
ACTS = {act.value: act for act in views.FORMS}

Act = Annotated[str, Path(max_length=20)]
Typed = Annotated[str, Form(max_length=500)]


@router.get("/office/batches", name="batch_list")
def batch_list(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    state: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[int | None, Query(ge=1, le=KEY_MAX)] = None,
) -> Response:
    """Batches in every state, newest first; filtered by state. Raises InvalidInput (state)."""
    if state and state not in STATES:
        raise InvalidInput(
            "没有这种状态。", "There is no such state.", field="state", value=state, choices=tuple(STATES)
        )
    return _list(request, session, actor, state, before, dict(views.NEW), None)


@router.post("/office/batches", name="batch_start")
def start(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    directory: Typed = "",
    year: Typed = "",
    label: Typed = "",
    document_no: Typed = "",
) -> Response:
    """A new draft; a fault brings the list back with what was typed."""
    typed = {"directory": directory, "year": year, "label": label, "document_no": document_no}
    try:
        with session.begin_nested():
            batch = start_batch(
                session,
                directory=directory,
                year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0,
                label=label,
                document_no=document_no,
                actor=actor,
            )
    except (InvalidInput, Conflict, NotFound, NotAllowed) as refusal:
        return _list(request, session, actor, "", None, typed, refusal)
    return see_other(request, "work_batch", batch_id=batch.id)


@router.get("/office/batches/{batch_id}", name="work_batch")
def work_batch(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    batch_id: Number,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """One batch: its facts, what may be done next, rows to be corrected, what was done. Raises NotFound, Gone."""
    found = get_work_batch(session, batch_id, actor=actor)
    context = views.batch_context(request, found, history(session, batch_id))
    may_edit = BatchAct.WITHDRAW in found.acts  # what can still be taken down can still be corrected
    rows = find_rows(session, batch_id, text=q) if may_edit else []
    context |= {
        "may_edit": may_edit,
        "q": q,
        "rows": [
            {"row": row, "href": url_path(request, "batch_row", batch_id=batch_id, listing_id=row.listing_id)}
            for row in rows
        ],
        "own_url": url_path(request, "work_batch", batch_id=batch_id),
    }
    return render(request, "work/batch.html", context)


@router.get("/office/batches/{batch_id}/{act}", name="batch_act_confirm")
def confirm(request: Request, session: ReadSession, actor: OfficerActor, batch_id: Number, act: Act) -> Response:
    """Asks once more. Raises NotFound, Gone, NotAllowed, InvalidTransition."""
    found, chosen = _allowed(session, actor, batch_id, act)
    return render(request, "work/batch_act.html", views.act_context(request, found, chosen, {}, None))


@router.post("/office/batches/{batch_id}/{act}", name="batch_act")
def act_on(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    batch_id: Number,
    act: Act,
    on: Typed = "",
    until: Typed = "",
    document_no: Typed = "",
    reason: Typed = "",
    copied: Typed = "",
    count: Typed = "",
) -> Response:
    """Do it. What is refused brings the question back with what was typed (its own status)."""
    found, chosen = _allowed(session, actor, batch_id, act)
    typed = {
        "on": on,
        "until": until,
        "document_no": document_no,
        "reason": reason,
        "copied": copied,
        "count": count,
    }
    try:
        with session.begin_nested():
            _check_count(found, chosen, count)
            done = _do(session, actor, batch_id, chosen, typed)
    except (InvalidInput, Conflict, NotAllowed) as refusal:
        context = views.act_context(request, get_work_batch(session, batch_id, actor=actor), chosen, typed, refusal)
        return render(request, "work/batch_act.html", context, status=refusal.status)
    return see_other(request, "work_batch", batch_id=done)


def _list(
    request: Request,
    session: Session,
    actor: Actor,
    state: str,
    before: int | None,
    typed: dict[str, str],
    refusal: RegistryError | None,
) -> Response:
    found = list_batches(session, actor=actor, state=STATES.get(state), before_id=before, limit=PAGE + 1)
    own_url = url_path(request, "batch_list")
    chosen_url = url_with(own_url, state=state or None)
    context = views.list_context(request, found[:PAGE], state, typed, refusal) | {
        "first_url": chosen_url if before else None,
        "next_url": url_with(chosen_url, before=found[PAGE - 1].batch.id) if len(found) > PAGE else None,
    }
    return render(request, "work/batches.html", context, status=refusal.status if refusal else 200)


def _allowed(session: Session, actor: Actor, batch_id: int, act: str) -> tuple[WorkBatch, BatchAct]:
    chosen = ACTS.get(act)
    if chosen is None:
        raise NotFound("没有这种操作。", "There is no such act.", field="act", value=act)
    found = get_work_batch(session, batch_id, actor=actor)
    require_importer(actor, directory_code=found.batch.directory_code)
    if chosen not in found.acts:
        state = found.batch.state.label
        raise InvalidTransition(
            f"“{found.batch.label}”的状态是“{state.zh}”，您不能在它上面“{chosen.label.zh}”。",
            f"“{found.batch.label}” is in the state “{state.en}”; you cannot {chosen.label.en.lower()} it.",
        )
    return found, chosen


def _check_count(found: WorkBatch, act: BatchAct, given: str) -> None:
    """The number of rows has to be typed where the act changes more than one. Raises InvalidInput."""
    if act not in views.COUNTED or found.batch.rows <= 1:
        return
    if given.strip().replace(",", "").replace("，", "") != str(found.batch.rows):
        said = Text(f"应输入 {found.batch.rows}。", f"Type {found.batch.rows}.")
        raise InvalidInput(said.zh, said.en, field="count")


def _do(session: Session, actor: Actor, batch_id: int, act: BatchAct, typed: dict[str, str]) -> int:
    """The act with what was typed; the number of the batch to look at next."""
    reason, document = typed["reason"], typed["document_no"]
    if act is BatchAct.FREEZE:
        return freeze_batch(session, batch_id=batch_id, actor=actor, reason=reason).id
    if act is BatchAct.CORRECT:
        copied = bool(typed["copied"])
        return correct(
            session, batch_id=batch_id, actor=actor, reason=reason, document_no=document, copy_rows=copied
        ).id
    on = parse_day(typed["on"], field="on")
    if act is BatchAct.FINAL:
        return make_final(
            session, batch_id=batch_id, announced_on=on, document_no=document, actor=actor, reason=reason
        ).id
    if act is BatchAct.NOTICE:
        until = parse_day(typed["until"], field="until")
        return publish_notice(
            session,
            batch_id=batch_id,
            notice_from=on,
            notice_to=until,
            document_no=document,
            actor=actor,
            reason=reason,
        ).id
    return withdraw_batch(session, batch_id=batch_id, on=on, document_no=document, actor=actor, reason=reason).id
