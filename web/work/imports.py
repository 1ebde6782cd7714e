"""Imports as officials look at them: all of them, one with its file, its settings and what became of its rows."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, RegistryError
from registry.policies import EVERY_DIRECTORY, Actor
from registry.schemas.imports import ImportDetail, ImportSummary
from registry.schemas.paging import KEY_MAX
from registry.services.imports.browsing import get_import, list_imports
from registry.services.imports.list_comparing import compare
from registry.services.imports.outcomes import list_rows
from registry.services.imports.reviewing import get_review
from registry.services.imports.states import MOVES, UNSETTLED
from registry.services.jobs import OPEN
from registry.vocabulary import ImportKind, ImportState, Role, RowOutcome
from web.deps import Number, OfficerActor, ReadSession, current_officer
from web.rendering import render, url_path, url_with
from web.work import import_settings_views as settings_views
from web.work import import_views as views

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

PAGE = 50
OUTCOMES = {outcome.value: outcome for outcome in RowOutcome}
PREVIEWED = (ImportState.MATCHED, ImportState.REVIEWED)
SETTLED = (ImportState.WRITTEN, ImportState.UNDONE, ImportState.ABANDONED)
"""Nothing more is said about how the file is taken."""


@router.get("/office/imports", name="import_list")
def import_list(
    request: Request,
    session: ReadSession,
    actor: OfficerActor,
    before: Annotated[int | None, Query(ge=1, le=KEY_MAX)] = None,
) -> Response:
    """Imports, newest first, and the form to bring a file in."""
    return list_page(request, session, actor, before=before)


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
    return page(request, session, actor, import_id, outcome=outcome, cursor=cursor)


def list_page(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    before: int | None = None,
    refusal: RegistryError | None = None,
) -> Response:
    """The list; after a refused upload with the reason."""
    found = list_imports(session, limit=PAGE + 1, before_id=before)
    own_url = url_path(request, "import_list")
    context = {
        "imports": [views.import_line(request, one) for one in found[:PAGE]],
        "first_url": own_url if before else None,
        "next_url": url_with(own_url, before=found[PAGE - 1].id) if len(found) > PAGE else None,
        "may_upload": actor.may(Role.CURATOR, region_code=""),
        "upload_url": url_path(request, "import_upload"),
        "mappings_url": url_path(request, "mapping_list"),
        "notice_url": url_path(request, "notice_form"),
        "match_url": url_path(request, "match_form"),
        "refusal": refusal,
    }
    return render(request, "work/imports.html", context, status=refusal.status if refusal else 200)


def page(
    request: Request,
    session: Session,
    actor: Actor,
    import_id: int,
    *,
    outcome: str = "",
    cursor: str = "",
    refusal: RegistryError | None = None,
    typed: dict[str, list[str]] | None = None,
) -> Response:
    """One import in whatever state it is; after refused settings with the reason and what was typed."""
    detail = get_import(session, import_id=import_id)
    summary = detail.summary
    context = views.head_context(request, detail) | {
        "acts": acts_of(actor, detail),
        "refusal": refusal,
        "waited": "HX-Request" in request.headers,
        "working": detail.job is not None and detail.job.state in OPEN,
    }
    context |= settings_views.settings_context(request, detail, typed)
    if summary.state in PREVIEWED or summary.rows:
        context |= _rows_context(request, session, detail, outcome, cursor)
    if summary.state in PREVIEWED:
        context |= views.review_context(
            request, detail, get_review(session, import_id=import_id), compare(session, import_id=import_id)
        )
    template = "work/import.html" if summary.state in SETTLED else "work/import_preview.html"
    return render(request, template, context, status=refusal.status if refusal else 200)


def acts_of(actor: Actor, detail: ImportDetail) -> list[str]:
    """What this official may do to this import now."""
    summary = detail.summary
    if not _may(actor, summary):
        return []
    working = detail.job is not None and detail.job.state in OPEN
    after = MOVES[summary.state]
    acts = [
        ("settle", summary.kind is ImportKind.LIST and ImportState.MAPPED in after and not working),
        ("cancel", working),
        ("write", ImportState.WRITTEN in after and not working),
        ("reopen", summary.state is ImportState.REVIEWED and not working),
        ("give_up", ImportState.ABANDONED in after and not working),
        ("undo", ImportState.UNDONE in after),
    ]
    if summary.state is ImportState.MAPPED and not working:
        acts.append(("settle", True))
    return [act for act, possible in acts if possible]


def _may(actor: Actor, summary: ImportSummary) -> bool:
    if summary.state in UNSETTLED and summary.actor == actor.label:
        return actor.may(Role.CURATOR, region_code="")
    return actor.may(Role.CURATOR, region_code="", directory_code=summary.directory_code or EVERY_DIRECTORY)


def _rows_context(
    request: Request, session: Session, detail: ImportDetail, outcome: str, cursor: str
) -> dict[str, Any]:
    chosen = _outcome(outcome, detail.summary)
    rows = list_rows(session, import_id=detail.summary.id, outcome=chosen, cursor=cursor or None)
    return views.rows_context(request, detail, chosen, rows, cursor)


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
