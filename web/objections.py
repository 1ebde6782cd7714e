"""Objecting to a public notice: the form while it runs, and the page of a receipt."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Conflict, InvalidInput, NotFound, RegistryError
from registry.schemas.paging import KEY_MAX
from registry.services.batch_life.objection_reading import by_receipt
from registry.services.batch_life.objections import TEXT_MAX, Words, file_objection, require_running, subject_of
from registry.services.batches import find_batch
from web.deps import Number, ReadSession, WriteSession, current_actor
from web.rendering import render, see_other, url_path

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

Row = Annotated[int | None, Query(ge=1, le=KEY_MAX)]
Line = Annotated[str, Form(max_length=400)]
Said = Annotated[str, Form(max_length=20_000)]
EMPTY = {"subject": "", "text": "", "objector": "", "contact": ""}


@router.get("/batches/{batch_id}/objection", name="objection_form")
def objection_form(request: Request, session: ReadSession, batch_id: Number, listing: Row = None) -> Response:
    """An empty form; ``listing`` is the row it is about. Raises NotFound, Gone, InvalidTransition (no notice runs)."""
    typed = dict(EMPTY)
    if listing is not None:
        typed["subject"] = subject_of(session, find_batch(session, batch_id), listing).name
    return _page(request, session, batch_id, typed)


@router.post("/batches/{batch_id}/objection", name="objection_file")
def file(
    request: Request,
    session: WriteSession,
    batch_id: Number,
    subject: Line = "",
    text: Said = "",
    objector: Line = "",
    contact: Line = "",
    website: Line = "",
) -> Response:
    """Take it and show its receipt; what cannot be taken brings the form back with what was typed."""
    typed = {"subject": subject, "text": text, "objector": objector, "contact": contact}
    try:
        if website:  # people do not see this field; programs that fill every field do
            raise InvalidInput("“网站”一栏请留空。", "Leave the field “website” empty.", field="text")
        with session.begin_nested():
            words = Words(text=text, objector=objector, contact=contact, subject=subject)
            receipt = file_objection(session, batch_id=batch_id, words=words)
    except (InvalidInput, Conflict, NotFound) as refusal:
        return _page(request, session, batch_id, typed, refusal)
    return see_other(request, "objection_receipt", receipt=receipt)


@router.get("/objections/{receipt}", name="objection_receipt")
def receipt_page(request: Request, session: ReadSession, receipt: Annotated[str, Path(max_length=40)]) -> Response:
    """What became of an objection, for whoever holds its receipt; never who made it. Raises NotFound."""
    found = by_receipt(session, receipt)
    context = {
        "found": found,
        "batch_url": url_path(request, "batch", batch_id=found.batch.id),
    }
    return render(request, "batches/receipt.html", context, headers={"Cache-Control": "private, no-store"})


def _page(
    request: Request, session: Session, batch_id: int, typed: dict[str, Any], refusal: RegistryError | None = None
) -> Response:
    batch = find_batch(session, batch_id)
    require_running(batch, today())
    errors: dict[str, Any] = dict.fromkeys(EMPTY)
    if refusal is not None:
        errors[refusal.field if refusal.field in EMPTY else "text"] = refusal.text
    context = {
        "batch": batch,
        "typed": typed,
        "errors": errors,
        "text_max": TEXT_MAX,
        "action": url_path(request, "objection_file", batch_id=batch.id),
        "batch_url": url_path(request, "batch", batch_id=batch.id),
    }
    return render(request, "batches/objection.html", context, status=refusal.status if refusal else 200)
