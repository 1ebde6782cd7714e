"""One row of a draft or public notice: what it says changed, or the row taken out."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput, InvalidTransition, NotAllowed, RegistryError
from registry.policies import Actor
from registry.schemas.batches import WorkRow
from registry.schemas.inputs import parse_day
from registry.services.batch_life.editions import Amendment, amend_row, drop_row
from registry.services.batch_life.listing import get_row, get_work_batch
from registry.vocabulary import BatchAct, BatchState
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.rendering import render, see_other, url_path

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

Typed = Annotated[str, Form(max_length=500)]
FIELDS = ("name_as_announced", "certificate_no", "rank", "group_label", "valid_from", "valid_to", "reason")
DROP = "drop"


@router.get("/office/batches/{batch_id}/rows/{listing_id}", name="batch_row")
def batch_row(
    request: Request, session: ReadSession, actor: OfficerActor, batch_id: Number, listing_id: Number
) -> Response:
    """The row with its forms. Raises NotFound, Gone, NotAllowed."""
    return _page(request, session, actor, batch_id, listing_id)


@router.post("/office/batches/{batch_id}/rows/{listing_id}", name="batch_row_change")
def change(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    batch_id: Number,
    listing_id: Number,
    act: Typed = "",
    name_as_announced: Typed = "",
    certificate_no: Typed = "",
    rank: Typed = "",
    group_label: Typed = "",
    valid_from: Typed = "",
    valid_to: Typed = "",
    reason: Typed = "",
) -> Response:
    """Save what it is to say, or take it out; a fault brings the page back with what was typed (its own status)."""
    given = (name_as_announced, certificate_no, rank, group_label, valid_from, valid_to, reason)
    typed = dict(zip(FIELDS, given, strict=True))
    try:
        with session.begin_nested():
            if act == DROP:
                drop_row(session, batch_id=batch_id, listing_id=listing_id, actor=actor, reason=reason)
            else:
                amend_row(
                    session,
                    batch_id=batch_id,
                    listing_id=listing_id,
                    amendment=_amendment(get_row(session, batch_id, listing_id), typed),
                    actor=actor,
                    reason=reason,
                )
    except (InvalidInput, InvalidTransition) as refusal:
        return _page(request, session, actor, batch_id, listing_id, typed, refusal)
    return see_other(request, "work_batch", batch_id=batch_id)


def _amendment(row: WorkRow, typed: dict[str, str]) -> Amendment:
    """What differs from the row; a field left empty stays as it is. Raises InvalidInput."""
    rank = typed["rank"].strip()
    if rank and not (rank.isascii() and rank.isdigit() and len(rank) < 10):
        raise InvalidInput("名次应为整数。", "The rank is a whole number.", field="rank", value=rank)
    wanted: dict[str, Any] = {
        "name_as_announced": typed["name_as_announced"].strip() or None,
        "certificate_no": typed["certificate_no"].strip() or None,
        "group_label": typed["group_label"].strip() or None,
        "rank": int(rank) if rank else None,
        "valid_from": _day(typed["valid_from"], "valid_from"),
        "valid_to": _day(typed["valid_to"], "valid_to"),
    }
    present = row.model_dump() | {"name_as_announced": row.name}
    changed = {name: value for name, value in wanted.items() if value is not None and value != present[name]}
    if not changed:
        raise InvalidInput("没有改动。", "Nothing was changed.", field="name_as_announced")
    return Amendment(**changed)


def _day(typed: str, field: str) -> date | None:
    return parse_day(typed, field=field) if typed.strip() else None


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    batch_id: int,
    listing_id: int,
    typed: dict[str, str] | None = None,
    refusal: RegistryError | None = None,
) -> Response:
    found = get_work_batch(session, batch_id, actor=actor)
    if BatchAct.WITHDRAW not in found.acts:
        raise NotAllowed(
            "这一批的名单不能改，或者您不管这个名录。",
            "The rows of this batch cannot be changed, or you do not curate its directory.",
        )
    row = get_row(session, batch_id, listing_id)
    shown = {
        "name_as_announced": row.name,
        "certificate_no": row.certificate_no or "",
        "rank": "" if row.rank is None else str(row.rank),
        "group_label": row.group_label or "",
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        "reason": "",
    }
    error_at = refusal.field if refusal and refusal.field in FIELDS else "reason"
    context = {
        "batch": found.batch,
        "row": row,
        "values": typed or shown,
        "refusal": refusal,
        "error_at": error_at if refusal else None,
        "may_amend": found.batch.state is BatchState.DRAFT,
        "batch_url": url_path(request, "work_batch", batch_id=batch_id),
        "list_url": url_path(request, "batch_list"),
        "own_url": url_path(request, "batch_row_change", batch_id=batch_id, listing_id=listing_id),
    }
    return render(request, "work/batch_row.html", context, status=refusal.status if refusal else 200)
