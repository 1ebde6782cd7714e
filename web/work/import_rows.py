"""A doubtful row of an import beside the firms it may mean, and what an official decides about it."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidTransition, Locale, RegistryError, Text
from registry.grades import grade_name
from registry.policies import EVERY_DIRECTORY, Actor
from registry.schemas.import_words import ROLES, word
from registry.schemas.imports import ImportDetail
from registry.schemas.matching import ComparedField, ComparedFirm, RowComparison
from registry.services.imports.browsing import get_import
from registry.services.imports.comparing import compare
from registry.services.imports.deciding import decide, take_back
from registry.vocabulary import ImportKind, ImportState, OperatingStatus, Role, RowOutcome
from web.deps import Number, OfficerActor, ReadSession, WriteSession, current_officer
from web.i18n import locale_of
from web.rendering import render, see_other, url_path

router = APIRouter(dependencies=[Depends(current_officer)], include_in_schema=False)

SHOWN = 5
"""Candidates with a key of their own: 1 to 5."""


@router.get("/office/imports/{import_id}/rows/{row_id}", name="import_row")
def import_row(
    request: Request, session: ReadSession, actor: OfficerActor, import_id: Number, row_id: Number
) -> Response:
    """The side-by-side of one row. Raises NotFound."""
    return _page(request, session, actor, import_id, row_id)


@router.post("/office/imports/{import_id}/rows/{row_id}", name="import_decide")
def decide_row(
    request: Request,
    session: WriteSession,
    actor: OfficerActor,
    import_id: Number,
    row_id: Number,
    choice: Annotated[str, Form(max_length=40)],
) -> Response:
    """Decide and go on to the next row that waits; a conflict brings the row back with the reason.

    Raises NotFound, NotAllowed, InvalidTransition, InvalidInput.
    """
    try:
        with session.begin_nested():
            decide(session, import_id=import_id, row_id=row_id, choice=choice, actor=actor)
    except InvalidTransition:
        raise
    except RegistryError as refusal:
        if refusal.status not in (409, 422):
            raise
        return _page(request, session, actor, import_id, row_id, refusal=refusal)
    # One word may settle further rows.
    following = compare(session, import_id=import_id, row_id=row_id).next_row_id
    if following is None:
        return see_other(request, "work_import", import_id=import_id)
    return see_other(request, "import_row", import_id=import_id, row_id=following)


@router.post("/office/imports/{import_id}/rows/{row_id}/revoke", name="import_decision_revoke")
def revoke_decision(
    request: Request, session: WriteSession, actor: OfficerActor, import_id: Number, row_id: Number
) -> Response:
    """Take the decision about a row back. Raises NotFound, NotAllowed, InvalidTransition."""
    take_back(session, import_id=import_id, row_id=row_id, actor=actor)
    return see_other(request, "import_row", import_id=import_id, row_id=row_id)


def _page(
    request: Request,
    session: Session,
    actor: Actor,
    import_id: int,
    row_id: int,
    *,
    refusal: RegistryError | None = None,
) -> Response:
    row = compare(session, import_id=import_id, row_id=row_id)
    detail = get_import(session, import_id=import_id, limit=0)
    context = _context(request, actor, detail, row) | {"refusal": refusal}
    return render(request, "work/import_row.html", context, status=refusal.status if refusal else 200)


def _context(request: Request, actor: Actor, detail: ImportDetail, row: RowComparison) -> dict[str, Any]:
    summary = detail.summary
    wide = summary.directory_code or EVERY_DIRECTORY
    open_ = summary.state is ImportState.MATCHED and actor.may(Role.CURATOR, region_code="", directory_code=wide)
    of_list = summary.kind is ImportKind.LIST
    candidates = row.candidates[:SHOWN]
    beside = [one.fields for one in candidates] + ([row.standing.fields] if row.standing else [])
    return {
        "summary": summary,
        "row": row,
        "reason": Text(row.reason_zh, row.reason_en or row.reason_zh) if row.reason_zh else None,
        "candidates": [_candidate(request, one, place) for place, one in enumerate(candidates, 1)],
        "standing": Text(row.standing.where_zh, row.standing.where_en) if row.standing else None,
        "fields": _fields(row, beside, locale_of(request)),
        "of_list": of_list,
        "none_fits": _none_fits(row, of_list=of_list),
        "may_decide": open_ and row.outcome is RowOutcome.AMBIGUOUS,
        "may_revoke": open_ and (row.decision_id is not None or row.decided_by is not None),
        "decide_url": url_path(request, "import_decide", import_id=row.import_id, row_id=row.row_id),
        "revoke_url": url_path(request, "import_decision_revoke", import_id=row.import_id, row_id=row.row_id),
        "next_url": url_path(request, "import_row", import_id=row.import_id, row_id=row.next_row_id)
        if row.next_row_id
        else None,
        "list_url": url_path(request, "import_list"),
        "back_url": url_path(request, "work_import", import_id=row.import_id),
    }


def _none_fits(row: RowComparison, *, of_list: bool) -> Text | None:
    """The word for a row that means none of the firms beside it."""
    if row.question != "firm":
        return None
    if of_list:
        return Text("都不是，建新企业", "None of them, a new one")
    return Text("都不是，登记库里没有", "None of them, not in the registry")


def _fields(row: RowComparison, beside: Sequence[Sequence[ComparedField]], locale: Locale) -> list[dict[str, Any]]:
    """The fields that the row or something beside it states."""
    return [
        {
            "word": word(ROLES, field.code),
            "value": _said(field, locale),
            "others": [{"value": _said(one[place], locale), "agreement": one[place].agreement} for one in beside],
        }
        for place, field in enumerate(row.fields)
        if field.value or any(one[place].value for one in beside)
    ]


def _said(field: ComparedField, locale: Locale) -> str:
    """States by their word, a sum of money with its unit, a grade as it is printed."""
    if field.code == "grade" and field.value.isdecimal():
        return grade_name(int(field.value)).in_(locale)
    if field.code == "status":
        return next((one.label.in_(locale) for one in OperatingStatus if one.value == field.value), field.value)
    if field.code == "capital" and field.value.replace(",", "").isdigit():
        return Text(f"{field.value} 元", f"{field.value} yuan").in_(locale)
    return field.value


def _candidate(request: Request, firm: ComparedFirm, place: int) -> dict[str, Any]:
    return {
        "firm": firm,
        "place": place,
        "href": url_path(request, "enterprise", key=firm.key),
        "differences": [Text(one.zh, one.en) for one in firm.differences],
    }
