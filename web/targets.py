"""The action plan in public: the board of a day, one indicator, exactly the firms behind each number, as files too."""

from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import InvalidInput, Locale, Text
from registry.schemas.inputs import FORMATS, parse_day, parse_format
from registry.schemas.paging import Page
from registry.schemas.targets import Board, FirmRow, Matrix, RowsHead
from registry.services.downloads import MEDIA_TYPES, file_name
from registry.services.places import place
from registry.services.targets import board as boards
from registry.services.targets.catalogue import NO_CHAIN, chain_names, find_plan
from registry.services.targets.counting import View
from registry.services.targets.exporting import write_board, write_matrix
from registry.services.targets.matrix import get_matrix
from registry.services.targets.rows import Asked, plan_rows, rows_head, write_plan_rows
from registry.services.targets.values import list_values
from web.deps import ReadSession, current_actor
from web.formats import format_name
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.rendering import render, url_path, url_with
from web.sending import as_download
from web.shown_titles import document_url, row_words
from web.target_views import figure_view, line_view, matrix_view, shown_value

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

Code = Annotated[str, Path(max_length=40)]
Short = Annotated[str, Query(max_length=40)]
Cursor = Annotated[str, Query(max_length=2_000)]
NOT_IN_A_CHAIN = Text("不属任何产业链", "In no chain")


@router.get("/plan", name="target_board")
def latest_plan(request: Request, session: ReadSession, as_of: Short = "", matrix: Short = "") -> Response:
    """The board of the latest plan; where there is none the page says so."""
    plans = boards.plans(session)
    if not plans:
        return render(request, "targets/none.html", {})
    return _board(request, session, plans[0].code, as_of, matrix)


@router.get("/plan/{code}", name="plan_board")
def plan_board(request: Request, session: ReadSession, code: Code, as_of: Short = "", matrix: Short = "") -> Response:
    """A plan on a day; ``matrix`` chooses the indicator of the matrix. Raises NotFound, InvalidInput."""
    return _board(request, session, code, as_of, matrix)


@router.get("/plan/{code}/download", name="plan_download")
def plan_download(
    request: Request,
    session: ReadSession,
    code: Code,
    format: Annotated[str, Query(max_length=10)] = "csv",
    as_of: Short = "",
    matrix: Short = "",
) -> Response:
    """The board as a file, or with ``matrix`` the matrix of that indicator. Raises as the page does."""
    kind, day, locale = parse_format(format), _day(as_of), locale_of(request)
    find_plan(session, code)
    if matrix:
        write = partial(write_matrix, session, code=code, as_of=day, indicator=matrix, format=kind, locale=locale)
        name = file_name(f"{code}-{matrix}-matrix", as_of=day, format=kind)
        return as_download(write, name=name, media_type=MEDIA_TYPES[kind])
    return as_download(
        partial(write_board, session, code=code, as_of=day, format=kind, locale=locale),
        name=file_name(code, as_of=day, format=kind),
        media_type=MEDIA_TYPES[kind],
    )


@router.get("/plan/{code}/{indicator}", name="plan_indicator")
def plan_indicator(request: Request, session: ReadSession, code: Code, indicator: Code, as_of: Short = "") -> Response:
    """One indicator: what is counted, its targets, every official value with its document. Raises NotFound."""
    day, locale = _day(as_of), locale_of(request)
    plan = find_plan(session, code)
    plan.indicator(indicator)
    (line,) = boards.board_lines(session, plan, as_of=day, codes={indicator})
    values = [one for one in list_values(session, plan=code, indicator=indicator) if one.replaced_at is None]
    own_url = url_path(request, "plan_indicator", code=code, indicator=indicator)
    context = _frame(request, day, own_url) | {
        "plan": boards.summary_of(plan),
        "board_url": _board_url(request, code, day),
        "item": line_view(request, code, line, day, locale),
        "values": [
            {"value": one, "text": shown_value(line.kind, one.value, locale), "later": one.on_day > day}
            for one in values
        ],
        "rows_url": url_with(url_path(request, "plan_rows", code=code, indicator=indicator), as_of=_kept(day)),
        "matrix_url": url_with(_board_url(request, code, day), matrix=indicator) + "#matrix",
    }
    return render(request, "targets/indicator.html", context)


@router.get("/plan/{code}/{indicator}/rows", name="plan_rows")
def rows_page(
    request: Request,
    session: ReadSession,
    code: Code,
    indicator: Code,
    as_of: Short = "",
    view: Short = "now",
    city: Short = "",
    chain: Short = "",
    cursor: Cursor = "",
) -> Response:
    """Exactly the firms behind a number. Raises NotFound, InvalidInput naming the parameter."""
    asked = _asked(code, indicator, as_of, view, city, chain)
    head = rows_head(session, asked)
    page = plan_rows(session, asked, cursor=cursor or None)
    return render(request, "targets/rows.html", _rows(request, session, asked, head, page, cursor))


@router.get("/plan/{code}/{indicator}/download", name="plan_rows_download")
def rows_download(
    request: Request,
    session: ReadSession,
    code: Code,
    indicator: Code,
    format: Annotated[str, Query(max_length=10)] = "csv",
    as_of: Short = "",
    view: Short = "now",
    city: Short = "",
    chain: Short = "",
) -> Response:
    """The same firms as a file. Raises as the page does."""
    kind, asked = parse_format(format), _asked(code, indicator, as_of, view, city, chain)
    return as_download(
        partial(write_plan_rows, session, asked=asked, format=kind, locale=locale_of(request)),
        name=file_name(f"{code}-{indicator}", as_of=asked.as_of, format=kind),
        media_type=MEDIA_TYPES[kind],
    )


def _board(request: Request, session: ReadSession, code: str, as_of: str, matrix: str) -> Response:
    day, locale = _day(as_of), locale_of(request)
    board = boards.get_board(session, code, as_of=day)
    shown = get_matrix(session, code, as_of=day, indicator=matrix or None)
    own_url = url_path(request, "plan_board", code=code)
    context = _frame(request, day, own_url) | {
        "board": board,
        "others": [
            (one.title, url_path(request, "plan_board", code=one.code))
            for one in boards.plans(session)
            if one.code != code
        ],
        "groups": [
            {
                "name": group.name,
                "items": [line_view(request, code, line, day, locale) for line in group.indicators],
            }
            for group in board.groups
            if group.indicators
        ],
        "kept": [("matrix", matrix)] if matrix else [],
        "downloads": _downloads(request, "plan_download", {"as_of": day.isoformat()}, code=code),
    }
    return render(request, "targets/board.html", context | _matrix(request, board, shown, locale))


def _matrix(request: Request, board: Board, shown: Matrix | None, locale: Locale) -> dict[str, Any]:
    if shown is None:
        return {"matrix": None}
    code, day = board.plan.code, board.as_of.isoformat()
    lines = [line for group in board.groups for line in group.indicators]
    return {
        "matrix": matrix_view(request, code, shown, locale),
        "matrix_options": [(line.code, line.name.in_(locale)) for line in lines if line.by_titles],
        "matrix_downloads": _downloads(request, "plan_download", {"as_of": day, "matrix": shown.indicator}, code=code),
    }


def _rows(
    request: Request, session: ReadSession, asked: Asked, head: RowsHead, page: Page[FirmRow], cursor: str
) -> dict[str, Any]:
    locale, code = locale_of(request), asked.plan
    kept = {
        "as_of": _kept(asked.as_of),
        "view": None if asked.view is View.NOW else asked.view.value,
        "city": asked.city,
        "chain": asked.chain,
    }
    bare = url_path(request, "plan_rows", code=code, indicator=asked.indicator)
    own_url = url_with(bare, **kept)
    chains = chain_names(session)
    city = place(asked.city)
    exact = kept | {"as_of": asked.as_of.isoformat()}
    return _frame(request, asked.as_of, bare) | {
        "head": head,
        "board_url": _board_url(request, code, asked.as_of),
        "indicator_url": url_with(
            url_path(request, "plan_indicator", code=code, indicator=asked.indicator), as_of=_kept(asked.as_of)
        ),
        "view": asked.view,
        "is_now": asked.view is View.NOW,
        "parts": [
            (name.in_(locale), url_with(bare, **{**kept, field: None}))
            for field, name in (
                ("view", None if asked.view is View.NOW else asked.view.label),
                ("city", city),
                ("chain", NOT_IN_A_CHAIN if asked.chain == NO_CHAIN else chains.get(asked.chain or "")),
            )
            if name is not None
        ],
        "kept": [(name, value) for name, value in kept.items() if value and name != "as_of"],
        "value": shown_value(head.indicator.kind, head.value, locale) if head.value is not None else None,
        "totals": [figure_view(one, locale) for one in head.totals],
        "rows": [_row(request, row, chains, locale) for row in page.items],
        "first_url": own_url if cursor else None,
        "next_url": url_with(own_url, cursor=page.next_cursor) if page.next_cursor else None,
        "downloads": _downloads(request, "plan_rows_download", exact, code=code, indicator=asked.indicator),
    }


def _row(request: Request, row: FirmRow, chains: dict[str, Text], locale: Locale) -> dict[str, Any]:
    return {
        "row": row,
        "href": url_path(request, "enterprise", key=row.key),
        "city": row.city_name.in_(locale) if row.city_name else None,
        "chains": [chains[code].in_(locale) for code in row.chains if code in chains],
        "titles": [
            {
                "title": one,
                "name": Text(one.directory_name_zh, one.directory_name_en).in_(locale),
                "href": document_url(request, one.document_ref, one.batch_id),
                "document": one.document_no or one.batch_label,
                "row_words": row_words(one.document_ref),
            }
            for one in row.titles
        ],
        "figures": [figure_view(one, locale) for one in row.figures],
    }


def _frame(request: Request, day: date, own_url: str) -> dict[str, Any]:
    """What the pages of a plan share: the day, and the way back to today."""
    return {"as_of": day, "is_today": day == today(), "own_url": own_url}


def _board_url(request: Request, code: str, day: date) -> str:
    return url_with(url_path(request, "plan_board", code=code), as_of=_kept(day))


def _downloads(request: Request, name: str, query: dict[str, Any], **parts: str) -> list[tuple[str, str]]:
    own = url_path(request, name, **parts)
    return [(format_name(kind), url_with(own, format=kind, **query)) for kind in FORMATS]


def _asked(code: str, indicator: str, as_of: str, view: str, city: str, chain: str) -> Asked:
    if view and view not in {one.value for one in View}:
        raise InvalidInput(
            f"view 的值“{view}”不能使用。",
            f"The value “{view}” cannot be used (view).",
            field="view",
            value=view,
            choices=tuple(one.value for one in View),
        )
    return Asked(
        plan=code,
        indicator=indicator,
        as_of=_day(as_of),
        view=View.of(view or "now"),
        city=city.strip() or None,
        chain=chain.strip() or None,
    )


def _day(as_of: str) -> date:
    return parse_day(as_of, field="as_of") if as_of.strip() else today()


def _kept(day: date) -> str | None:
    return None if day == today() else day.isoformat()
