"""Looking up a pasted list of names, with the answers as a page or as CSV."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import InvalidInput, Text
from registry.services.looking_up import NAMES_MAX, Certainty, LookedUp, look_up, read_names, write_csv
from web.deps import ReadSession, current_actor, search_engine
from web.i18n import locale_of
from web.rendering import render, url_path
from web.sending import as_download

router = APIRouter(dependencies=[Depends(current_actor)], include_in_schema=False)

TONES = {
    Certainty.CERTAIN: "jade",
    Certainty.LIKELY: "jade",
    Certainty.CHECK: "amb",
    Certainty.NONE: "none",
}
Names = Annotated[str, Form(max_length=200_000)]


@router.get("/search/many", name="search_many")
def many_form(request: Request) -> Response:
    """An empty list to paste into."""
    return _page(request, "", [], None)


@router.post("/search/many", name="search_many_answers")
def many_answers(
    request: Request, session: ReadSession, names: Names = "", form: Annotated[str, Form(max_length=10)] = ""
) -> Response:
    """Each name with its best match; with ``form=csv`` as a file. The list again (422) if it has none or too many."""
    try:
        given = read_names(names)
    except InvalidInput as refusal:
        return _page(request, names, [], refusal.text)
    rows = look_up(session, search_engine(request), given)
    if form == "csv":
        locale = locale_of(request)
        return as_download(
            lambda stream: write_csv(stream, rows, locale),
            name=f"lookup-{today().isoformat()}.csv",
            media_type="text/csv; charset=utf-8",
        )
    return _page(request, "\n".join(given), rows, None)


def _page(request: Request, names: str, rows: list[LookedUp], error: Text | None) -> Response:
    counts = [(c.label, sum(row.certainty is c for row in rows)) for c in Certainty]
    context = {
        "names": names,
        "rows": [_shown(request, row) for row in rows],
        "counts": [(label, count) for label, count in counts if count],
        "error": error,
        "limit": NAMES_MAX,
    }
    return render(request, "search/many.html", context, status=422 if error else 200)


def _shown(request: Request, row: LookedUp) -> dict[str, Any]:
    return {
        "row": row,
        "tone": TONES[row.certainty],
        "href": url_path(request, "enterprise", key=row.key) if row.key else None,
    }
