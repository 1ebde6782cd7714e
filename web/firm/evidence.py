"""Documents of a submission: added, removed, downloaded; never shown inside a page of ours."""

from contextlib import ExitStack
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, UploadFile
from sqlalchemy.engine import Engine
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from registry.clock import today
from registry.db import reading
from registry.errors import Conflict, FileRefused, InvalidInput, RegistryError
from registry.policies import Actor
from registry.services.access import note_opening
from registry.services.submitting.drafting import get_submission
from registry.services.submitting.evidence import (
    FILE_BYTES,
    PAGES_MOST,
    add_evidence,
    open_evidence,
    remove_evidence,
)
from registry.services.submitting.state import read_state
from registry.settings import Settings
from registry.vocabulary import AccessPurpose
from web.deps import AppEngine, AppSettings, Number, OfficerActor, ReadSession, WriteSession
from web.firm.frame import FirmActor, Key, open_firm, signed_in
from web.firm.tasks import submission_context
from web.firm.views import STATUS
from web.rendering import render, see_other, url_path
from web.uploads import kept_upload

router = APIRouter(dependencies=[Depends(signed_in)], include_in_schema=False)
office_router = APIRouter(include_in_schema=False)


@router.get("/firm/{key}/submissions/{submission_id}/evidence", name="submission_evidence")
def evidence(request: Request, session: ReadSession, actor: FirmActor, key: Key, submission_id: Number) -> Response:
    """What is asked for and what is there. Raises NotFound, NotAllowed."""
    return _page(request, session, actor, key, submission_id)


@router.post("/firm/{key}/submissions/{submission_id}/evidence", name="evidence_add")
def add(
    request: Request,
    engine: AppEngine,
    session: WriteSession,
    settings: AppSettings,
    actor: FirmActor,
    key: Key,
    submission_id: Number,
    file: UploadFile,
    slug: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Look into a file and keep it; one that is refused brings the page back with the reason beside its field."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    try:
        with ExitStack() as kept:
            kept.enter_context(session.begin_nested())
            add_evidence(
                session,
                submission_id=submission.id,
                slug=slug,
                source=kept.enter_context(kept_upload(file)),
                actor=actor,
                archive_dir=settings.archive_dir,
                inspect=request.app.state.inspect_evidence,
            )
    except (FileRefused, InvalidInput, Conflict) as refusal:
        session.rollback()
        with reading(engine) as fresh:
            return _page(request, fresh, actor, key, submission_id, slug=slug, refusal=refusal)
    return see_other(request, "submission_evidence", key=firm.key, submission_id=submission.id)


@router.post("/firm/{key}/submissions/{submission_id}/evidence/{evidence_id}/remove", name="evidence_remove")
def remove(
    request: Request, session: WriteSession, actor: FirmActor, key: Key, submission_id: Number, evidence_id: Number
) -> Response:
    """Take a document out. Raises NotFound, NotAllowed, Conflict."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    remove_evidence(session, evidence_id=evidence_id, submission_id=submission.id, actor=actor)
    return see_other(request, "submission_evidence", key=firm.key, submission_id=submission.id)


@router.get("/firm/evidence/{evidence_id}", name="evidence_download")
def download(
    session: ReadSession, engine: AppEngine, actor: FirmActor, settings: AppSettings, evidence_id: Number
) -> Response:
    """A document as it was sent, to be saved. Raises NotFound, NotAllowed, Gone."""
    return _saved(session, engine, actor, settings, evidence_id)


@office_router.get("/office/evidence/{evidence_id}", name="work_evidence")
def office_download(
    session: ReadSession, engine: AppEngine, actor: OfficerActor, settings: AppSettings, evidence_id: Number
) -> Response:
    """The same for officials of the firm's place; the firm can read that it was opened.

    Raises NotFound, NotAllowed, Gone.
    """
    return _saved(session, engine, actor, settings, evidence_id)


def _saved(session: Session, engine: Engine, actor: Actor, settings: Settings, evidence_id: int) -> Response:
    """As an attachment of its own type that no browser looks into: nothing in it may act on this site."""
    kept, path = open_evidence(session, evidence_id=evidence_id, actor=actor, settings=settings)
    note_opening(engine, actor, kept.enterprise_id, f"材料 {kept.filename}", AccessPurpose.VERIFICATION)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.filename)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }
    return FileResponse(path, media_type=kept.media_type, headers=headers)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    key: str,
    submission_id: int,
    *,
    slug: str = "",
    refusal: RegistryError | None = None,
) -> Response:
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    state = read_state(session, submission, today=today())
    own = {"key": firm.key, "submission_id": submission.id}
    documents: list[dict[str, Any]] = []
    for one in state.asked.documents:
        files = [
            {
                "one": file,
                "href": url_path(request, "evidence_download", evidence_id=file.id),
                "remove_url": url_path(request, "evidence_remove", evidence_id=file.id, **own),
            }
            for file in state.evidence
            if file.slug == one.slug
        ]
        returned = state.returned_documents.get(one.slug)
        documents.append(
            {
                "one": one,
                "files": files,
                "open": state.is_open(one.slug),
                "returned": returned.reason or returned.reason_code if returned is not None else None,
                "error": refusal.text if refusal is not None and one.slug == slug else None,
            }
        )
    context = submission_context(request, session, firm, state) | {
        "documents": documents,
        "add_url": url_path(request, "evidence_add", **own),
        "most_mb": FILE_BYTES // 1_000_000,
        "most_pages": PAGES_MOST,
        "refusal": refusal,
        "refused_slug": slug,
        "STATUS": STATUS,
    }
    return render(request, "firm/evidence.html", context, status=refusal.status if refusal else 200)
