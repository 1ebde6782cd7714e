"""Check answers, sign, send; the receipt; taking back and giving up: each a page that says what will happen."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Conflict, InvalidInput, NotFound, RegistryError
from registry.services.submitting.drafting import get_submission
from registry.services.submitting.moves import require_move
from registry.services.submitting.sending import get_revision, recall, require_unchanged, submit, withdraw
from registry.services.submitting.state import State, read_state
from registry.vocabulary import SubmissionAct
from web.client import printed_address
from web.deps import Number, ReadSession, WriteSession
from web.firm.frame import Firm, FirmActor, Key, open_firm, signed_in
from web.firm.tasks import side, submission_context
from web.firm.views import reading_rows, snapshot_rows
from web.i18n import locale_of
from web.rendering import render, see_other, url_path

router = APIRouter(dependencies=[Depends(signed_in)], include_in_schema=False)

ACTS = {"recall": SubmissionAct.RECALL, "withdraw": SubmissionAct.WITHDRAW}
Version = Annotated[int, Form(ge=0, le=2**31)]


@router.get("/firm/{key}/submissions/{submission_id}/check", name="submission_check")
def check(request: Request, session: ReadSession, actor: FirmActor, key: Key, submission_id: Number) -> Response:
    """Everything once more before it is sent, and the declaration. Raises NotFound, NotAllowed, InvalidTransition."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    require_move(submission, SubmissionAct.SUBMIT)
    return _check(request, session, firm, read_state(session, submission, today=today()), {})


@router.post("/firm/{key}/submissions/{submission_id}/check", name="submission_send")
def send(
    request: Request,
    session: WriteSession,
    actor: FirmActor,
    key: Key,
    submission_id: Number,
    version: Version = 0,
    declared_by: Annotated[str, Form(max_length=1_000)] = "",
    agreed: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Send it and show the receipt; whatever keeps it from being sent brings the page back."""
    firm = open_firm(session, key, actor)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    try:
        with session.begin_nested():
            revision = submit(
                session,
                submission_id=submission.id,
                version=version,
                actor=actor,
                declared_by=declared_by,
                agreed=agreed == "yes",
            )
    except (InvalidInput, Conflict) as refusal:
        session.refresh(submission)
        state = read_state(session, submission, today=today())
        typed = {"declared_by": declared_by, "agreed": agreed}
        return _check(request, session, firm, state, typed, refusal)
    return see_other(
        request, "submission_receipt", key=firm.key, submission_id=submission.id, revision=revision.revision
    )


@router.get("/firm/{key}/submissions/{submission_id}/receipts/{revision}", name="submission_receipt")
def receipt(
    request: Request, session: ReadSession, actor: FirmActor, key: Key, submission_id: Number, revision: Number
) -> Response:
    """What was sent, with number and hash, fit for paper. Raises NotFound, NotAllowed, Conflict (tampered with)."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    found = get_revision(session, submission, revision)
    require_unchanged(found)
    state = read_state(session, submission, today=today())
    names = {one.slug: one.name for one in state.asked.documents}
    context = submission_context(request, session, firm, state) | {
        "revision": found,
        "parts": snapshot_rows(state, found.content["fields"], locale_of(request)),
        "papers": [(names.get(one["slug"]), one) for one in found.content["evidence"]],
        "check_url": printed_address(request, "receipt_form", number=submission.receipt or "", sha256=found.sha256),
        "json_url": url_path(
            request, "submission_receipt_json", key=firm.key, submission_id=submission.id, revision=revision
        ),
    }
    return render(request, "firm/receipt.html", context)


@router.get("/firm/{key}/submissions/{submission_id}/receipts/{revision}/content", name="submission_receipt_json")
def receipt_content(
    session: ReadSession, actor: FirmActor, key: Key, submission_id: Number, revision: Number
) -> Response:
    """The very bytes the receipt's SHA-256 is of. Raises NotFound, NotAllowed."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    found = get_revision(session, submission, revision)
    body = json.dumps(found.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    name = f"{submission.receipt}-{revision}.json"
    return Response(
        body.encode(), media_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@router.get("/firm/{key}/submissions/{submission_id}/acts/{act}", name="submission_act")
def act_page(
    request: Request, session: ReadSession, actor: FirmActor, key: Key, submission_id: Number, act: str
) -> Response:
    """What taking back or giving up means, before it is done. Raises NotFound, NotAllowed, InvalidTransition."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    require_move(submission, _act(act))
    state = read_state(session, submission, today=today())
    context = submission_context(request, session, firm, state) | {
        "act": act,
        "act_url": url_path(request, "submission_act_do", key=firm.key, submission_id=submission.id, act=act),
    }
    return render(request, "firm/act.html", context)


@router.post("/firm/{key}/submissions/{submission_id}/acts/{act}", name="submission_act_do")
def do(
    request: Request,
    session: WriteSession,
    actor: FirmActor,
    key: Key,
    submission_id: Number,
    act: str,
    version: Version = 0,
    reason: Annotated[str, Form(max_length=5_000)] = "",
) -> Response:
    """Take it back to change it, or give it up. Raises what the services raise."""
    firm = open_firm(session, key, actor, park=True)
    submission = get_submission(session, submission_id, actor=actor, enterprise_id=firm.id)
    if _act(act) is SubmissionAct.RECALL:
        recall(session, submission_id=submission.id, version=version, actor=actor)
    else:
        withdraw(session, submission_id=submission.id, version=version, actor=actor, reason=reason)
    return see_other(request, "submission", key=firm.key, submission_id=submission.id)


def _act(act: str) -> SubmissionAct:
    if act not in ACTS:
        raise NotFound("没有这项操作。", "There is no such act.", field="act", value=act)
    return ACTS[act]


def _check(
    request: Request,
    session: Session,
    firm: Firm,
    state: State,
    typed: dict[str, str],
    refusal: RegistryError | None = None,
) -> Response:
    locale, submission = locale_of(request), state.submission
    parts = reading_rows(state, locale)
    for part in parts:
        part["href"] = url_path(
            request, "submission_part", key=firm.key, submission_id=submission.id, part=part["slug"]
        )
    lacking = state.missing_documents()
    context = submission_context(request, session, firm, state) | {
        "parts": parts,
        "papers": [(one, [file for file in state.evidence if file.slug == one.slug]) for one in state.asked.documents],
        "lacking": lacking,
        "open_places": len(state.faults()) + len(state.gaps()) + len(lacking),
        "side": side(request, session, firm, state),
        "typed": typed,
        "refusal": refusal,
        "refused_field": _place(refusal),
        "send_url": url_path(request, "submission_send", key=firm.key, submission_id=submission.id),
    }
    return render(request, "firm/check.html", context, status=refusal.status if refusal else 200)


def _place(refusal: RegistryError | None) -> str | None:
    """The field of this page a refusal belongs to; none where it is about another page."""
    if refusal is None or refusal.field not in ("declared_by", "agreed"):
        return None
    return refusal.field
