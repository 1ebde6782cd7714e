"""Claiming an enterprise's page: find it, show that it is ours, see what became of it."""

from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, UploadFile
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.db import reading
from registry.errors import Conflict, FileRefused, Gone, InvalidInput, NotFound, RegistryError, TooMany
from registry.services.enterprises import summaries
from registry.services.firms.claiming import (
    Claimant,
    claim_with_licence,
    enter_code,
    get_claim,
    withdraw_claim,
)
from registry.services.resolving import resolve
from web.deps import AppEngine, AppSettings, Number, ReadSession, WriteSession
from web.firm.frame import FirmActor, Key, signed_in
from web.rendering import render, see_other, url_path
from web.uploads import kept_upload

router = APIRouter(dependencies=[Depends(signed_in)], include_in_schema=False)

Line = Annotated[str, Form(max_length=2_000)]
EMPTY = {"person": "", "phone": "", "note": "", "code": ""}


@router.get("/firm/claim", name="claim_search")
def search(request: Request, session: ReadSession, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Find the firm by its code; by name it is found through the search, whose pages lead here."""
    found, error = None, None
    if q.strip():
        try:
            found = resolve(session, q.strip())
        except (NotFound, Gone) as refusal:
            error = refusal.text
    context = {
        "q": q,
        "error": error,
        "found": summaries(session, [found.enterprise_id], as_of=today())[0] if found is not None else None,
        "claim_url": url_path(request, "claim_form", key=found.canonical_key) if found is not None else None,
        "own_url": url_path(request, "claim_search"),
        "list_url": url_path(request, "firm_list"),
        "search_url": url_path(request, "search"),
    }
    return render(request, "firm/claim_search.html", context, status=404 if error else 200)


@router.get("/firm/claim/{key}", name="claim_form")
def form(request: Request, session: ReadSession, key: Key) -> Response:
    """An empty form. Raises NotFound, Gone."""
    return _form(request, session, key, dict(EMPTY))


@router.post("/firm/claim/{key}", name="claim_send")
def send(
    request: Request,
    engine: AppEngine,
    session: WriteSession,
    settings: AppSettings,
    actor: FirmActor,
    key: Key,
    person: Line = "",
    phone: Line = "",
    note: Line = "",
    code: Line = "",
    file: UploadFile | None = None,
) -> Response:
    """Claim with a code if one was typed, else with the licence; a refusal brings the form back as it was typed."""
    who = Claimant(person, phone, note)
    try:
        if code.strip():
            with reading(engine) as fresh:
                number = resolve(fresh, key).enterprise_id
            # Not in the session of this request: a wrong code has to be counted although nothing else is kept.
            done = enter_code(engine, actor=actor, enterprise_id=number, who=who, code=code)
            return see_other(request, "claim", claim_id=done)
        with ExitStack() as kept:
            kept.enter_context(session.begin_nested())
            number = resolve(session, key).enterprise_id
            if file is None or not file.filename:
                raise InvalidInput(
                    "请上传营业执照，或填写认领码。", "Upload the licence, or type a code.", field="file"
                )
            else:
                claim = claim_with_licence(
                    session,
                    actor=actor,
                    enterprise_id=number,
                    who=who,
                    licence=kept.enter_context(kept_upload(file)),
                    archive_dir=settings.archive_dir,
                    inspect=request.app.state.inspect_evidence,
                )
            claim_id = claim.id
    except (InvalidInput, FileRefused, Conflict, TooMany) as refusal:
        session.rollback()
        typed = {"person": person, "phone": phone, "note": note, "code": code}
        with reading(engine) as fresh:
            return _form(request, fresh, key, typed, refusal)
    return see_other(request, "claim", claim_id=claim_id)


@router.get("/firm/claims/{claim_id}", name="claim")
def claim_page(request: Request, session: ReadSession, actor: FirmActor, claim_id: Number) -> Response:
    """What became of a claim, for whoever made it. Raises NotFound."""
    claim = get_claim(session, claim_id, actor=actor)
    found = summaries(session, [claim.enterprise_id], as_of=today())[0]
    context = {
        "claim": claim,
        "found": found,
        "firm_url": url_path(request, "firm_home", key=found.key),
        "list_url": url_path(request, "firm_list"),
        "withdraw_url": url_path(request, "claim_withdraw", claim_id=claim.id),
    }
    return render(request, "firm/claim.html", context)


@router.post("/firm/claims/{claim_id}/withdraw", name="claim_withdraw")
def withdraw(request: Request, session: WriteSession, actor: FirmActor, claim_id: Number) -> Response:
    """Take one's own claim back. Raises NotFound, InvalidTransition."""
    withdraw_claim(session, claim_id=claim_id, actor=actor)
    return see_other(request, "claim", claim_id=claim_id)


def _form(
    request: Request, session: Session, key: str, typed: dict[str, str], refusal: RegistryError | None = None
) -> Response:
    found = resolve(session, key)
    errors = dict.fromkeys([*EMPTY, "file", "enterprise"])
    if refusal is not None:
        otherwise = "code" if isinstance(refusal, TooMany) else "file"
        errors[refusal.field if refusal.field in errors else otherwise] = refusal.text
    context = {
        "found": summaries(session, [found.enterprise_id], as_of=today())[0],
        "typed": typed,
        "errors": errors,
        "send_url": url_path(request, "claim_send", key=found.canonical_key),
        "list_url": url_path(request, "firm_list"),
    }
    return render(request, "firm/claim_form.html", context, status=refusal.status if refusal else 200)
