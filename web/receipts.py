"""Checking a receipt: where the QR code of a printed one leads. Looking at the form asks nothing, only sending it."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import NotFound, RegistryError, TooMany
from registry.services.submitting.receipts import GenuineReceipt, check_receipt
from web import client
from web.deps import AppEngine
from web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/receipts/check", name="receipt_form")
def receipt_form(
    request: Request,
    number: Annotated[str, Query(max_length=100)] = "",
    sha256: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The form, filled with what the QR code said."""
    return _page(request, number, sha256)


@router.post("/receipts/check", name="receipt_check")
def receipt_check(
    request: Request,
    engine: AppEngine,
    number: Annotated[str, Form(max_length=100)] = "",
    sha256: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Whether both belong together; the form comes back if not, or after too many."""
    try:
        found = check_receipt(engine, number=number, sha256=sha256, network=client.network(request))
    except (NotFound, TooMany) as refusal:
        return _page(request, number, sha256, refusal=refusal)
    return _page(request, number, sha256, found=found)


def _page(
    request: Request,
    number: str,
    sha256: str,
    *,
    found: GenuineReceipt | None = None,
    refusal: RegistryError | None = None,
) -> Response:
    context = {"number": number, "sha256": sha256, "found": found, "refusal": refusal}
    status = 200 if refusal is None else refusal.status
    return render(request, "receipts/check.html", context, status=status, headers={"Cache-Control": "no-store"})
