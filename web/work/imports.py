"""Imports as officials look at them: all of them, one with what became of its rows, writing and taking back."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, InvalidTransition, Text
from registry.policies import EVERY_DIRECTORY, Actor, require_importer
from registry.schemas.imports import ImportDetail, ImportSummary
from registry.services.imports.browsing import get_import, list_imports
from registry.services.imports.outcomes import list_rows
from registry.services.imports.undoing import undo
from registry.services.notices.carrying_out import write_import
from registry.vocabulary import ImportState, Role, RowOutcome
from web.deps import OfficerActor, ReadSession, WriteSession, current_officer
from web.rendering import render, see_other, url_path, url_with
from web.work import import_views as views

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

PAGE = 50
OUTCOMES = {outcome.value: outcome for outcome in RowOutcome}
ACTS = {"write": (ImportState.STAGED,), "undo": (ImportState.STAGED, ImportState.WRITTEN)}
"""What can be done to an import, and in which states."""

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
Typed = Annotated[str, Form(max_length=40)]


@router.get("/office/imports", name="import_list")
def import_list(
    request: Request, session: ReadSession, before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None
) -> Response:
    """Imports, newest first."""
    found = list_imports(session, limit=PAGE + 1, before_id=before)
    own_url = url_path(request, "import_list")
    context = {
        "imports": [views.import_line(request, one) for one in found[:PAGE]],
        "first_url": own_url if before else None,
        "next_url": url_with(own_url, before=found[PAGE - 1].id) if len(found) > PAGE else None,
    }
    return render(request, "work/imports.html", context)


@router.get("/office/imports/{import_id}", name="work_import")
def import_page(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    import_id: Number,
    outcome: Annotated[str, Query(max_length=40)] = "",
    cursor: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """How the file was read and what became of its rows; first those that need a look. Raises NotFound."""
    detail = get_import(session, import_id=import_id)
    chosen = _outcome(outcome, detail.summary)
    rows = list_rows(session, import_id=import_id, outcome=chosen, cursor=cursor or None)
    context = views.detail_context(request, detail, chosen, rows, cursor)
    context["acts"] = _acts(actor, detail.summary)
    return render(request, "work/import.html", context)


@router.get("/office/imports/{import_id}/write", name="import_write_confirm")
def confirm_write(request: Request, session: ReadSession, actor: OfficerActor, import_id: Number) -> Response:
    """Asks once more. Raises NotFound, NotAllowed, InvalidTransition."""
    return _confirm(request, session, actor, import_id, "write")


@router.get("/office/imports/{import_id}/undo", name="import_undo_confirm")
def confirm_undo(request: Request, session: ReadSession, actor: OfficerActor, import_id: Number) -> Response:
    """Asks once more. Raises NotFound, NotAllowed, InvalidTransition."""
    return _confirm(request, session, actor, import_id, "undo")


@router.post("/office/imports/{import_id}/write", name="import_write")
def write_staged(
    request: Request, session: WriteSession, actor: OfficerActor, import_id: Number, count: Typed = ""
) -> Response:
    """Write in one act. A wrong count gives the question again (422)."""
    refused = _confirm_unless_typed(request, session, actor, import_id, "write", count)
    if refused is not None:
        return refused
    write_import(session, import_id=import_id, actor=actor)
    return see_other(request, "work_import", import_id=import_id)


@router.post("/office/imports/{import_id}/undo", name="import_undo")
def undo_import(
    request: Request, session: WriteSession, actor: OfficerActor, import_id: Number, count: Typed = ""
) -> Response:
    """Take back in one act. A wrong count gives the question again (422)."""
    refused = _confirm_unless_typed(request, session, actor, import_id, "undo", count)
    if refused is not None:
        return refused
    undo(session, import_id=import_id, actor=actor)
    return see_other(request, "work_import", import_id=import_id)


def _acts(actor: Actor, summary: ImportSummary) -> list[str]:
    """What this official may do to this import now."""
    wide = summary.directory_code or EVERY_DIRECTORY
    if not actor.may(Role.CURATOR, region_code="", directory_code=wide):
        return []
    return [act for act, states in ACTS.items() if summary.state in states]


def _outcome(chosen: str, summary: ImportSummary) -> RowOutcome:
    """The rows asked for; without a choice the first that need a look, else the first there are."""
    if chosen:
        if chosen not in OUTCOMES:
            raise InvalidInput(
                f"没有“{chosen}”这一类行。",
                f"There are no rows called “{chosen}”.",
                field="outcome",
                choices=tuple(OUTCOMES),
            )
        return OUTCOMES[chosen]
    look = (RowOutcome.AMBIGUOUS, RowOutcome.REJECTED, RowOutcome.MATCHED, RowOutcome.NEW, RowOutcome.UNCHANGED)
    return next((one for one in look if summary.counts.get(one.value)), RowOutcome.MATCHED)


def _allowed(session: Session, actor: Actor, import_id: int, act: str) -> ImportDetail:
    detail = get_import(session, import_id=import_id, limit=0)
    require_importer(actor, directory_code=detail.summary.directory_code)
    state = detail.summary.state
    if state not in ACTS[act]:
        raise InvalidTransition(
            f"{detail.summary.key} {state.label.zh}，不能再这样处理。",
            f"{detail.summary.key} is {state.label.en.lower()}; this cannot be done any more.",
        )
    return detail


def _confirm(
    request: Request, session: Session, actor: Actor, import_id: int, act: str, *, typed: str = "", error: Any = None
) -> Response:
    detail = _allowed(session, actor, import_id, act)
    context = views.confirm_context(request, detail.summary, act) | {"typed": typed, "error": error}
    return render(request, "work/import_confirm.html", context, status=200 if error is None else 422)


def _confirm_unless_typed(
    request: Request, session: Session, actor: Actor, import_id: int, act: str, count: str
) -> Response | None:
    """The question again unless the number of rows was typed; one row, or giving up a preview, needs no typing."""
    detail = _allowed(session, actor, import_id, act)
    if act == "undo" and detail.summary.state is ImportState.STAGED:
        return None
    needed = views.rows_written(detail.summary)
    given = count.strip().replace(",", "").replace("，", "")
    if needed <= 1 or given == str(needed):
        return None
    error = Text(f"应输入 {needed}。", f"Type {needed}.")
    return _confirm(request, session, actor, import_id, act, typed=count, error=error)
