"""Imports signed, passed by a second official, written, taken back or given up; and what to look at before that."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, InvalidTransition, Text
from registry.policies import Actor, require_importer
from registry.schemas.imports import ImportDetail
from registry.services.imports.browsing import get_import
from registry.services.imports.error_report import MEDIA_TYPES, write_report
from registry.services.imports.list_comparing import list_kind
from registry.services.imports.long_writing import write_or_queue
from registry.services.imports.reviewing import get_review, override, reopen, sign_and_write
from registry.services.imports.undoing import preview_undo, undo
from registry.vocabulary import ImportState, RowKind
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other
from web.sending import as_download
from web.work import import_views as views
from web.work.imports import acts_of

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Typed = Annotated[str, Form(max_length=40)]
Word = Annotated[str, Query(max_length=40)]


@router.get("/office/imports/{import_id}/write", name="import_write_confirm")
def confirm_write(request: Request, session: ReadSession, actor: OfficerActor, import_id: Number) -> Response:
    """Asks for the signature, with the checks. Raises NotFound, NotAllowed, InvalidTransition."""
    return _ask_to_write(request, session, actor, import_id)


@router.post("/office/imports/{import_id}/write", name="import_write")
def write_import(
    request: Request, session: WriteSession, actor: OfficerActor, import_id: Number, count: Typed = ""
) -> Response:
    """Sign and, if the checks passed, write in one act; a signed one is written. A wrong count asks again (422)."""
    detail = _allowed(session, actor, import_id, "write")
    if detail.summary.state is ImportState.REVIEWED:
        write_or_queue(session, import_id=import_id, actor=actor)
        return see_other(request, "work_import", import_id=import_id)
    needed = views.rows_written(detail.summary)
    fault = _miscounted(count, needed)
    if fault is not None:
        return _ask_to_write(request, session, actor, import_id, typed=count, error=fault)
    sign_and_write(session, import_id=import_id, count=needed, actor=actor, write=write_or_queue)
    return see_other(request, "work_import", import_id=import_id)


@router.get("/office/imports/{import_id}/override", name="import_override_confirm")
def confirm_override(request: Request, session: ReadSession, actor: OfficerActor, import_id: Number) -> Response:
    """Asks the second official for a reason. Raises NotFound, NotAllowed, InvalidTransition."""
    return _ask_to_override(request, session, actor, import_id)


@router.post("/office/imports/{import_id}/override", name="import_override")
def override_import(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    import_id: Number,
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Let the failed checks pass and write, in one act. Without a reason asks again (422)."""
    try:
        with session.begin_nested():
            override(session, import_id=import_id, reason=reason, actor=actor)
            write_or_queue(session, import_id=import_id, actor=actor)
    except InvalidInput as refusal:
        return _ask_to_override(request, session, actor, import_id, typed=reason, error=refusal.text)
    return see_other(request, "work_import", import_id=import_id)


@router.post("/office/imports/{import_id}/reopen", name="import_reopen")
def reopen_import(request: Request, session: WriteSession, actor: OfficerActor, import_id: Number) -> Response:
    """Take the signature back. Raises NotFound, NotAllowed, InvalidTransition."""
    reopen(session, import_id=import_id, actor=actor)
    return see_other(request, "work_import", import_id=import_id)


@router.get("/office/imports/{import_id}/undo", name="import_undo_confirm")
def confirm_undo(request: Request, session: ReadSession, actor: OfficerActor, import_id: Number) -> Response:
    """Asks once more, with what others built on it. Raises NotFound, NotAllowed, InvalidTransition."""
    return _ask_to_undo(request, session, actor, import_id)


@router.post("/office/imports/{import_id}/undo", name="import_undo")
def undo_import(
    request: Request, session: WriteSession, actor: OfficerActor, import_id: Number, count: Typed = ""
) -> Response:
    """Take back or give up in one act. A wrong count gives the question again (422)."""
    detail = _allowed(session, actor, import_id, "undo", "give_up")
    if detail.summary.state is ImportState.WRITTEN:
        fault = _miscounted(count, views.rows_written(detail.summary))
        if fault is not None:
            return _ask_to_undo(request, session, actor, import_id, typed=count, error=fault)
    undo(session, import_id=import_id, actor=actor)
    return see_other(request, "work_import", import_id=import_id)


@router.get("/office/imports/{import_id}/compare", name="import_compare")
def compare_rows(
    request: Request,
    session: ReadSession,
    import_id: Number,
    against: Word = "previous",
    kind: Word = "new",
    cursor: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """The rows that stand in one way to another list. Raises NotFound, InvalidInput."""
    if kind not in [one.value for one in RowKind]:
        raise InvalidInput(
            f"没有“{kind}”这一类行。",
            f"There are no rows called “{kind}”.",
            field="kind",
            choices=tuple(one.value for one in RowKind),
        )
    detail = get_import(session, import_id=import_id, limit=0)
    chosen = RowKind.of(kind)
    rows = list_kind(session, import_id=import_id, against=against, kind=chosen, cursor=cursor or None)
    context = views.compare_context(request, detail, against, chosen, rows, cursor)
    return render(request, "work/import_compare.html", context)


@router.get("/office/imports/{import_id}/errors.{format}", name="import_errors")
def download_errors(
    request: Request, session: ReadSession, import_id: Number, format: Literal["xlsx", "csv"]
) -> Response:
    """Every problem of an import as a file. Raises NotFound."""
    locale = locale_of(request)
    return as_download(
        lambda stream: write_report(session, stream, import_id=import_id, format=format, locale=locale),
        name=f"IM-{import_id}-errors.{format}",
        media_type=MEDIA_TYPES[format],
    )


def _allowed(session: Session, actor: Actor, import_id: int, *acts: str) -> ImportDetail:
    detail = get_import(session, import_id=import_id, limit=0)
    if not set(acts) & set(acts_of(actor, detail)):
        require_importer(actor, directory_code=detail.summary.directory_code)
        state = detail.summary.state
        raise InvalidTransition(
            f"{detail.summary.key} {state.label.zh}，不能再这样处理。",
            f"{detail.summary.key} is {state.label.en.lower()}; this cannot be done any more.",
        )
    return detail


def _miscounted(typed: str, needed: int) -> Text | None:
    """Nothing if the number of rows was typed; one row needs no typing."""
    given = typed.strip().replace(",", "").replace("，", "")
    if needed <= 1 or given == str(needed):
        return None
    return Text(f"应输入 {needed}。", f"Type {needed}.")


def _ask_to_write(
    request: Request, session: Session, actor: Actor, import_id: int, *, typed: str = "", error: Text | None = None
) -> Response:
    detail = _allowed(session, actor, import_id, "write")
    review = get_review(session, import_id=import_id)
    context = views.confirm_context(request, detail.summary, "write") | {"typed": typed, "error": error}
    context["guards"] = views.guards(request, review)
    context["blocked"] = review.blocked
    return render(request, "work/import_confirm.html", context, status=200 if error is None else 422)


def _ask_to_override(
    request: Request, session: Session, actor: Actor, import_id: int, *, typed: str = "", error: Text | None = None
) -> Response:
    detail = _allowed(session, actor, import_id, "write")
    review = get_review(session, import_id=import_id)
    if detail.summary.state is not ImportState.REVIEWED or not review.blocked:
        raise InvalidTransition(
            f"{detail.summary.key} 没有等待第二人确认的检查。",
            f"{detail.summary.key} has no failed check that waits for a second official.",
        )
    own = actor.label in {detail.summary.actor, detail.summary.staged_by, detail.summary.reviewed_by}
    context: dict[str, Any] = views.override_context(request, detail.summary, review, own=own)
    context |= {"typed": typed, "error": error}
    return render(request, "work/import_override.html", context, status=200 if error is None else 422)


def _ask_to_undo(
    request: Request, session: Session, actor: Actor, import_id: int, *, typed: str = "", error: Text | None = None
) -> Response:
    detail = _allowed(session, actor, import_id, "undo", "give_up")
    context = views.confirm_context(request, detail.summary, "undo") | {"typed": typed, "error": error}
    if detail.summary.state is ImportState.WRITTEN:
        context["later"] = views.later(request, preview_undo(session, import_id=import_id, actor=actor))
    return render(request, "work/import_confirm.html", context, status=200 if error is None else 422)
