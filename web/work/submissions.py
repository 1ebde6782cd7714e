"""Reviewing a submission: one page to read and decide, a page that asks once more before it goes back or is refused."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from registry.errors import Conflict, InvalidInput, InvalidTransition, NotFound, RegistryError, Text
from registry.policies import Actor
from registry.services.access import note_opening
from registry.services.inbox.listing import neighbours
from registry.services.reviewing.acts import (
    approve_submission,
    forward_submission,
    refuse_submission,
    return_submission,
)
from registry.services.reviewing.case import glance, open_case
from registry.services.reviewing.case_read import CaseRead
from registry.services.reviewing.deciding import Choice, FaultyChoices, accept_clear, decide_fields
from registry.services.reviewing.presence import note_presence
from registry.services.submitting.evidence import open_evidence
from registry.vocabulary import AccessPurpose, FieldDecision, WorkKind
from web.deps import AppEngine, AppSettings, Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path, url_with
from web.work.lab import Posted
from web.work.review_views import Typed, context

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

SAVED = {
    "saved": Text("已保存。", "Saved."),
    "clear": Text("没有疑点的各项已通过。", "Everything nothing speaks against is accepted."),
    "forwarded": Text("已通过并上报。", "Passed on to the next level."),
    "approved": Text("已通过，已写入登记库。", "Approved and written to the register."),
    "returned": Text("已退回企业补正。", "Sent back to the firm."),
    "refused": Text("已不予通过。", "Refused."),
}
ASKED = ("return", "refuse")
"""Acts with a page that asks once more."""


@router.get("/office/submissions/{submission_id}", name="work_submission")
def work_submission(
    request: Request,
    session: ReadSession,
    engine: AppEngine,
    actor: OfficerActor,
    submission_id: Number,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The case. Raises NotFound, NotAllowed. That it was opened is told to the firm."""
    case = open_case(session, submission_id=submission_id, actor=actor)
    note_opening(engine, actor, case.enterprise_id, f"申报 {case.receipt}", AccessPurpose.REVIEW, seen_in=session)
    word = SAVED.get(done)
    return _page(request, session, actor, case, Typed(), saved=word.in_(locale_of(request)) if word else "")


@router.post("/office/submissions/{submission_id}", name="submission_decide")
def submission_decide(
    request: Request, session: WriteSession, actor: OfficerActor, submission_id: Number, form: Posted
) -> Response:
    """Save what was chosen and do what was asked; a refusal brings the page back with everything that was chosen."""
    typed = Typed(form)
    try:
        with session.begin_nested():
            done = _act(session, actor, submission_id, typed)
    except (InvalidInput, InvalidTransition, Conflict) as refusal:
        session.expire_all()
        case = open_case(session, submission_id=submission_id, actor=actor)
        return _page(request, session, actor, case, typed, refusal=refusal)
    if done in ASKED:
        return see_other(request, "submission_ask", submission_id=submission_id, act=done)
    return _go_to(request, submission_id, done)


@router.get("/office/submissions/{submission_id}/{act}", name="submission_ask")
def submission_ask(
    request: Request, session: ReadSession, actor: OfficerActor, submission_id: Number, act: str
) -> Response:
    """Asks once more before it goes back to the firm or is refused. Raises NotFound, NotAllowed."""
    return _ask(request, session, actor, submission_id, act)


@router.post("/office/submissions/{submission_id}/return", name="submission_return")
def submission_return(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    submission_id: Number,
    version: Annotated[int, Form(ge=0, le=2**31)] = 0,
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Send it back to the firm."""

    def act() -> None:
        return_submission(session, submission_id=submission_id, version=version, actor=actor, comment=reason)

    return _leave(request, session, actor, submission_id, "return", reason, act)


@router.post("/office/submissions/{submission_id}/refuse", name="submission_refuse")
def submission_refuse(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    submission_id: Number,
    version: Annotated[int, Form(ge=0, le=2**31)] = 0,
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Refuse it for good."""

    def act() -> None:
        refuse_submission(session, submission_id=submission_id, version=version, actor=actor, reason=reason)

    return _leave(request, session, actor, submission_id, "refuse", reason, act)


@router.post("/office/submissions/{submission_id}/presence", name="submission_presence")
def submission_presence(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    submission_id: Number,
    version: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Response:
    """A sign of life; answers who else is here and whether the case changed since the page was made."""
    case = glance(session, submission_id=submission_id, actor=actor)
    note_presence(session, kind=WorkKind.SUBMISSION, subject_id=submission_id, actor=actor)
    own_url = url_path(request, "work_submission", submission_id=submission_id)
    values = {"case": case, "stale": version and version != case.version, "own_url": own_url}
    return render(request, "work/review_presence.html", values)


@router.get("/office/submissions/{submission_id}/evidence/{evidence_id}", name="submission_document")
def submission_evidence(
    session: ReadSession,
    engine: AppEngine,
    settings: AppSettings,
    actor: OfficerActor,
    submission_id: Number,
    evidence_id: Number,
) -> Response:
    """A document of the case, always as a download. Raises NotFound, NotAllowed, Gone."""
    case = open_case(session, submission_id=submission_id, actor=actor)
    if evidence_id not in {one.id for row in case.rows for one in row.evidence}:
        raise NotFound("这件申报没有这份材料。", "This submission has no such document.", field="evidence")
    kept, path = open_evidence(session, evidence_id=evidence_id, actor=actor, settings=settings)
    note_opening(engine, actor, case.enterprise_id, f"申报 {case.receipt} 的材料", AccessPurpose.REVIEW)
    return FileResponse(
        path,
        media_type="application/octet-stream",
        filename=kept.filename,
        content_disposition_type="attachment",
        headers={"X-Content-Type-Options": "nosniff"},
    )


def _act(session: Session, actor: Actor, submission_id: int, typed: Typed) -> str:
    """Store the choices, then do what the button said; returns the slug of what was done."""
    asked, version, choices = typed.one("act"), _version(typed), _choices(typed)
    if asked == "clear":
        accept_clear(session, submission_id=submission_id, version=version, choices=choices, actor=actor)
        return "clear"
    submission = decide_fields(session, submission_id=submission_id, version=version, choices=choices, actor=actor)
    version, comment = submission.version, typed.one("comment")
    if asked == "forward":
        forward_submission(session, submission_id=submission_id, version=version, actor=actor, comment=comment)
        return "forwarded"
    if asked == "approve":
        approve_submission(session, submission_id=submission_id, version=version, actor=actor, comment=comment)
        return "approved"
    return asked if asked in ASKED else "saved"


def _choices(typed: Typed) -> dict[str, Choice]:
    known = {one.value: one for one in FieldDecision}
    found = {}
    for path in typed.paths:
        decision, code, reason = typed.of(path)
        found[path] = Choice(known.get(decision), code, reason)
    return found


def _version(typed: Typed) -> int:
    given = typed.one("version")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    case: CaseRead,
    typed: Typed,
    *,
    refusal: RegistryError | None = None,
    saved: str = "",
) -> Response:
    near = neighbours(session, kind=WorkKind.SUBMISSION, subject_id=case.id, actor=actor)
    faults = refusal.faults if isinstance(refusal, FaultyChoices) else None
    conflict = isinstance(refusal, Conflict) and refusal.field == "version"
    values = context(
        request, case, typed=typed, near=near, refusal=refusal, faults=faults, conflict=conflict, saved=saved
    )
    return render(request, "work/review.html", values, status=refusal.status if refusal else 200)


def _ask(
    request: Request,
    session: Session,
    actor: Actor,
    submission_id: int,
    act: str,
    *,
    typed: str = "",
    refusal: RegistryError | None = None,
) -> Response:
    if act not in ASKED:
        raise NotFound("没有这个页面。", "There is no such page.", field="act", value=act)
    case = open_case(session, submission_id=submission_id, actor=actor)
    values = {
        "case": case,
        "act": act,
        "returned": [row for row in case.rows if row.decided and row.decided.decision is FieldDecision.RETURNED],
        "typed": typed,
        "refusal": refusal,
        "own_url": url_path(request, f"submission_{act}", submission_id=submission_id),
        "back_url": url_path(request, "work_submission", submission_id=submission_id),
        "inbox_url": url_path(request, "inbox"),
    }
    return render(request, "work/review_ask.html", values, status=refusal.status if refusal else 200)


def _leave(
    request: Request,
    session: Session,
    actor: Actor,
    submission_id: int,
    act: str,
    typed: str,
    do: Callable[[], None],
) -> Response:
    try:
        with session.begin_nested():
            do()
    except (InvalidInput, InvalidTransition, Conflict) as refusal:
        session.expire_all()
        return _ask(request, session, actor, submission_id, act, typed=typed, refusal=refusal)
    return _go_to(request, submission_id, "returned" if act == "return" else "refused")


def _go_to(request: Request, submission_id: int, done: str) -> Response:
    target = url_path(request, "work_submission", submission_id=submission_id)
    return RedirectResponse(url_with(target, done=done), status_code=303)
