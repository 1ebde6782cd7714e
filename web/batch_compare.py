"""Two announcements or editions of a directory side by side, as a page and as CSV."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.errors import InvalidInput
from registry.schemas.batches import ComparedRow, FieldChange
from registry.services.batch_life.comparing import (
    FIELD_WORDS,
    Comparison,
    compare,
    keys_of,
    page_of,
    told,
    write_comparison,
)
from registry.vocabulary import RowChange
from web.deps import CurrentActor, Number, ReadSession, current_actor
from web.formats import grouped
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.rendering import render, url_path, url_with
from web.sending import as_download

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

TONES = {"added": "met", "absent": "unmet", "renamed": "due", "moved": "due", "changed": "due", "same": "na"}
TAGS = {"added": "jade", "absent": "cin", "renamed": "amb", "moved": "amb", "changed": "amb", "same": ""}


@router.get("/batches/{a}/compare/{b}", name="batch_compare")
def compare_page(
    request: Request,
    session: ReadSession,
    actor: CurrentActor,
    a: Number,
    b: Number,
    change: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """What became of the rows of ``a`` in ``b``: counts, and rows of one kind. Raises NotFound, Gone, InvalidInput."""
    found = compare(session, a, b, for_officials=actor.is_official)
    chosen = _change(change)
    rows = page_of(session, found, change=chosen, cursor=cursor or None)
    keys = keys_of(session, rows.items, found.kind)
    own_url = url_path(request, "batch_compare", a=a, b=b)
    chosen_url = url_with(own_url, change=chosen.value) if chosen else own_url
    summary = found.summary
    context = {
        "summary": summary,
        "stats": _stats(request, own_url, found, chosen),
        "rows": [_row(request, row, keys) for row in rows.items],
        "total": rows.total,
        "chosen": chosen,
        "before_url": url_path(request, "batch", batch_id=summary.before.id),
        "after_url": url_path(request, "batch", batch_id=summary.after.id),
        "directory_url": url_path(request, "directory", code=summary.before.directory_code),
        "directories_url": url_path(request, "directory_list"),
        "export_url": url_path(request, "batch_compare_export", a=a, b=b),
        "first_url": chosen_url + "#rows" if cursor else None,
        "next_url": url_with(chosen_url, cursor=rows.next_cursor) + "#rows" if rows.next_cursor else None,
    }
    return render(request, "batches/compare.html", context)


@router.get("/batches/{a}/compare/{b}/changes.csv", name="batch_compare_export")
def compare_export(session: ReadSession, actor: CurrentActor, a: Number, b: Number) -> Response:
    """All rows of both with what became of them. Raises NotFound, Gone, InvalidInput."""
    found = compare(session, a, b, for_officials=actor.is_official)
    return as_download(
        lambda stream: write_comparison(stream, found),
        name=f"batches-{a}-{b}.csv",
        media_type="text/csv; charset=utf-8",
    )


def _change(given: str) -> RowChange | None:
    if not given:
        return None
    found = next((change for change in RowChange if change.value == given), None)
    if found is None:
        raise InvalidInput(
            f"没有“{given}”这一种变化。",
            f"There is no change called “{given}”.",
            field="change",
            value=given,
            choices=tuple(change.value for change in RowChange),
        )
    return found


def _stats(request: Request, own_url: str, found: Comparison, chosen: RowChange | None) -> list[dict[str, Any]]:
    locale = locale_of(request)
    return [
        {
            "number": grouped(found.summary.counts[change.value]),
            "word": change.label.in_(locale),
            "note": None,
            "tone": TONES[change.value],
            "href": url_with(own_url, change=change.value) + "#rows",
            "chosen": change is chosen,
        }
        for change in RowChange
    ]


def _row(request: Request, row: ComparedRow, keys: dict[int, str]) -> dict[str, Any]:
    key = keys.get(row.subject_id)
    side = row.after or row.before
    return {
        "row": row,
        "name": side.name if side else "",
        "tone": TAGS[row.change.value],
        "href": url_path(request, "enterprise", key=key) if key else None,
        "differences": [_difference(one) for one in row.differences],
    }


def _difference(one: FieldChange) -> dict[str, Any]:
    return {"word": FIELD_WORDS[one.field], "before": told(one.field, one.before), "after": told(one.field, one.after)}
