"""Reporting an error on an enterprise's page, and the page of the receipt."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import Conflict, InvalidInput, RegistryError
from registry.services.corrections import ABOUT, TEXT_MAX, by_receipt, report_error
from registry.services.enterprises import resolve, summaries
from web.deps import ReadSession, WriteSession, current_actor
from web.i18n import locale_of
from web.rendering import render, see_other, url_path

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

FIELDS = ("about", "text", "contact")


@router.get("/corrections/new", name="correction_form")
def correction_form(
    request: Request, session: ReadSession, enterprise: Annotated[str, Query(max_length=100)]
) -> Response:
    """An empty form about one enterprise. Raises NotFound, Gone."""
    return _page(request, session, enterprise, dict.fromkeys(FIELDS, ""))


@router.post("/corrections/new", name="correction_file")
def correction_file(
    request: Request,
    session: WriteSession,
    enterprise: Annotated[str, Query(max_length=100)],
    about: Annotated[str, Form(max_length=60)] = "",
    text: Annotated[str, Form(max_length=20_000)] = "",
    contact: Annotated[str, Form(max_length=1_000)] = "",
    website: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Take it and show its receipt; what cannot be taken brings the form back with what was typed."""
    typed = {"about": about, "text": text, "contact": contact}
    try:
        if website:  # people do not see this field; programs that fill every field do
            raise InvalidInput("“网站”一栏请留空。", "Leave the field “website” empty.", field="text")
        with session.begin_nested():
            receipt = report_error(session, key=enterprise, about=about, text=text, contact=contact)
    except (InvalidInput, Conflict) as refusal:
        return _page(request, session, enterprise, typed, refusal)
    return see_other(request, "correction_receipt", receipt=receipt)


@router.get("/corrections/{receipt}", name="correction_receipt")
def correction_receipt(
    request: Request, session: ReadSession, receipt: Annotated[str, Path(max_length=40)]
) -> Response:
    """What became of a report, for whoever holds its receipt. Raises NotFound."""
    found = by_receipt(session, receipt)
    context = {"found": found, "enterprise_url": url_path(request, "enterprise", key=found.enterprise_key)}
    return render(request, "corrections/receipt.html", context, headers={"Cache-Control": "private, no-store"})


def _page(
    request: Request, session: Session, key: str, typed: dict[str, str], refusal: RegistryError | None = None
) -> Response:
    locale, found = locale_of(request), resolve(session, key)
    firm = summaries(session, [found.enterprise_id], as_of=today())[0]
    errors: dict[str, str | None] = dict.fromkeys(FIELDS)
    if refusal is not None:
        errors[refusal.field if refusal.field in FIELDS else "text"] = refusal.text.in_(locale)
    context = {
        "firm": firm,
        "typed": typed,
        "errors": errors,
        "options": [(slug, words.in_(locale)) for slug, words in ABOUT.items()],
        "text_max": TEXT_MAX,
        "action": f"{url_path(request, 'correction_file')}?enterprise={firm.key}",
        "enterprise_url": url_path(request, "enterprise", key=firm.key),
    }
    return render(request, "corrections/form.html", context, status=refusal.status if refusal else 200)
