"""What was tested with what: a matrix of any two axes, and the published rows behind each of its cells."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import InvalidInput, Locale
from registry.product_words import CompatibilityAxis, CompatibilityStatus
from registry.schemas.compatibility import CombinationShown, Matrix
from registry.schemas.paging import KEY_MAX, PAGE_MAX
from registry.services.downloads import guarded
from registry.services.products.matrix import count_axes, count_matrix, list_combinations, list_lists
from registry.services.products.versions import get_product
from web.deps import ReadSession, current_actor
from web.formats import scale_step
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.rendering import render, url_path, url_with
from web.sending import as_download

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

TONES = {CompatibilityStatus.COMPATIBLE: "jade", CompatibilityStatus.IN_WORK: "amb"}
STEPS = (1, 2, 5, 20, 100)
"""Where each shade of a cell begins."""
Axis = Annotated[str, Query(max_length=20)]


@router.get("/products/compatibility", name="compatibility_matrix")
def matrix_page(
    request: Request,
    session: ReadSession,
    rows: Axis = "",
    columns: Axis = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """How many published rows name both, for two axes. Raises InvalidInput naming the axis."""
    axes = count_axes(session)
    down, across = _two_axes(axes, rows, columns)
    found = count_matrix(session, down=down, across=across, page=page)
    return render(request, "products/matrix.html", _matrix(request, session, found))


@router.get("/products/compatibility/records", name="compatibility_records")
def records_page(
    request: Request,
    session: ReadSession,
    product: Annotated[int | None, Query(ge=1, le=KEY_MAX)] = None,
    cursor: Annotated[str, Query(max_length=2_000)] = "",
) -> Response:
    """The published rows that name all the parts of the address (``chip=…&os=…``). Raises InvalidInput, NotFound."""
    parts = _parts(request)
    found = list_combinations(session, parts=parts, product_id=product, cursor=cursor or None)
    locale = locale_of(request)
    names = {part.axis: part.name for item in found.items for part in item.parts if parts.get(part.axis) == part.key}
    about = [(axis.label.in_(locale), names.get(axis, key)) for axis, key in parts.items()]
    if product is not None:
        named = get_product(session, product, as_of=today())
        about.append((CompatibilityStatus.COMPATIBLE.label.in_(locale), f"{named.name} {named.version}".strip()))
    kept = {axis.value: key for axis, key in parts.items()} | {"product": product}
    own_url = url_with(url_path(request, "compatibility_records"), **kept)
    context = {
        "total": found.total,
        "about": [text for _, text in about],
        "rows": [_row(request, item) for item in found.items],
        "matrix_url": url_path(request, "compatibility_matrix"),
        "list_url": url_path(request, "product_list"),
        "first_url": own_url if cursor else None,
        "next_url": url_with(own_url, cursor=found.next_cursor) if found.next_cursor else None,
        "download_url": url_with(url_path(request, "compatibility_download"), **kept),
    }
    return render(request, "products/records.html", context)


@router.get("/products/compatibility/download", name="compatibility_download")
def records_download(
    request: Request, session: ReadSession, product: Annotated[int | None, Query(ge=1, le=KEY_MAX)] = None
) -> Response:
    """The same rows, all of them, as CSV. Raises as the page does."""
    parts, locale = _parts(request), locale_of(request)

    def write(stream: BinaryIO) -> None:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow([head.in_(locale) for head in (*(axis.label for axis in CompatibilityAxis),)] + HEADS[locale])
        for item in all_combinations(session, parts, product):
            writer.writerow([guarded(cell) for cell in _cells(item, locale)])
        text.detach()

    name = f"compatibility-{today().isoformat()}.csv"
    return as_download(write, name=name, media_type="text/csv; charset=utf-8")


HEADS: dict[Locale, list[str]] = {
    "zh": ["类型", "结果", "测试日期", "名单", "文件", "工作表", "行"],
    "en": ["Kind", "Result", "Tested on", "List", "File", "Sheet", "Row"],
}


def all_combinations(
    session: Session, parts: dict[CompatibilityAxis, str], product: int | None
) -> Iterator[CombinationShown]:
    """Every row of the answer, page by page."""
    cursor: str | None = None
    while True:
        page = list_combinations(session, parts=parts, product_id=product, cursor=cursor, limit=PAGE_MAX)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def combination_rows(request: Request, items: tuple[CombinationShown, ...]) -> list[dict[str, Any]]:
    """Combinations in the shape their table takes."""
    return [_row(request, item) for item in items]


def _row(request: Request, item: CombinationShown) -> dict[str, Any]:
    return {
        "item": item,
        "parts": [
            {
                "label": part.axis.label,
                "name": part.name,
                "href": url_path(request, "product", product_id=part.product_id) if part.product_id else None,
            }
            for part in item.parts
        ],
        "tone": TONES.get(item.status, ""),
    }


def _cells(item: CombinationShown, locale: Locale) -> list[object]:
    names = {part.axis: part.name for part in item.parts}
    return [
        *(names.get(axis, "") for axis in CompatibilityAxis),
        item.kind,
        item.status.label.in_(locale),
        item.tested_on,
        item.list_title,
        item.filename,
        item.sheet,
        item.row_number,
    ]


def _matrix(request: Request, session: Session, found: Matrix) -> dict[str, Any]:
    locale = locale_of(request)
    records = url_path(request, "compatibility_records")
    own = url_path(request, "compatibility_matrix")

    def part_url(product_id: int | None) -> str | None:
        return url_path(request, "product", product_id=product_id) if product_id else None

    def cell(key: str, other: str, count: int, good: int) -> dict[str, Any]:
        href = url_with(records, **{found.down.value: key, found.across.value: other})
        return {"count": count, "good": good, "href": href if count else None, "step": scale_step(good, STEPS)}

    kept = {"rows": found.down.value, "columns": found.across.value}
    return {
        "found": found,
        "columns": [{"name": column.name, "href": part_url(column.product_id)} for column in found.columns],
        "lines": [
            {
                "name": line.name,
                "href": part_url(line.product_id),
                "cells": [
                    cell(line.key, column.key, count, good)
                    for column, count, good in zip(found.columns, line.counts, line.compatible, strict=True)
                ],
            }
            for line in found.lines
        ],
        "axis_options": [
            (axis.value, f"{axis.label.in_(locale)}（{count:,}）" if locale == "zh" else f"{axis.label.en} ({count:,})")
            for axis, count in found.axes.items()
        ],
        "lists": list_lists(session),
        "own_url": own,
        "list_url": url_path(request, "product_list"),
        "records_url": records,
        "previous_url": url_with(own, **kept, page=found.page - 1) if found.page > 1 else None,
        "next_url": url_with(own, **kept, page=found.page + 1) if found.page < found.pages else None,
    }


def _two_axes(
    known: dict[CompatibilityAxis, int], rows: str, columns: str
) -> tuple[CompatibilityAxis, CompatibilityAxis]:
    """The axes asked for, else the first two that anything names; they differ."""
    first = [*known, *CompatibilityAxis]
    down = _axis(rows, "rows") if rows else first[0]
    across = _axis(columns, "columns") if columns else next(axis for axis in first if axis is not down)
    if across is down:
        across = next(axis for axis in first if axis is not down)
    return down, across


def _axis(text: str, field: str) -> CompatibilityAxis:
    for axis in CompatibilityAxis:
        if axis.value == text:
            return axis
    raise InvalidInput(
        f"没有“{text}”这类产品。",
        f"There is no axis “{text}”.",
        field=field,
        value=text,
        choices=tuple(axis.value for axis in CompatibilityAxis),
    )


def _parts(request: Request) -> dict[CompatibilityAxis, str]:
    """The parts an address names, each axis once."""
    asked = request.query_params
    return {axis: asked[axis.value][:300] for axis in CompatibilityAxis if asked.get(axis.value, "").strip()}
