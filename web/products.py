"""The catalogue of products: looked through, one version on any day, everything shown as a file."""

from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from registry.clock import today
from registry.errors import InvalidInput
from registry.schemas.inputs import parse_day, parse_list_format, parse_status
from registry.services.downloads import LIST_MEDIA_TYPES
from registry.services.products.catalogue import CatalogueFilters, all_rows, list_products
from registry.services.products.files import write_catalogue
from registry.services.products.matrix import list_combinations
from registry.services.products.versions import get_product
from web import product_views as views
from web.compatibility import combination_rows
from web.deps import Number, ReadSession, current_actor, search_engine
from web.i18n import locale_of
from web.kept_pages import KeptRoute
from web.rendering import render, url_path, url_with
from web.sending import as_download

router = APIRouter(route_class=KeptRoute, dependencies=[Depends(current_actor)], include_in_schema=False)

COMBINATIONS_SHOWN = 10
Short = Annotated[str, Query(max_length=60)]
Long = Annotated[str, Query(max_length=500)]
Cursor = Annotated[str, Query(max_length=2_000)]


def asked_filters(
    q: Long = "", category: Short = "", grade: Short = "", maker: Short = "", status: Short = "", local: Short = ""
) -> CatalogueFilters:
    """The filters of an address. Raises InvalidInput naming the parameter."""
    return CatalogueFilters(
        text=q.strip(),
        category=category.strip() or None,
        grade_from=_grade(grade),
        maker=maker.strip() or None,
        status=parse_status(status or "held"),
        local=bool(local),
    )


Filters = Annotated[CatalogueFilters, Depends(asked_filters)]


@router.get("/products", name="product_list")
def product_list(
    request: Request, session: ReadSession, filters: Filters, as_of: Short = "", cursor: Cursor = ""
) -> Response:
    """A page of the catalogue on a day. Raises InvalidInput naming the parameter, NotFound and Gone for the maker."""
    day = _day(as_of)
    found = list_products(session, search_engine(request), filters=filters, as_of=day, cursor=cursor or None)
    return render(request, "products/list.html", views.catalogue(request, found, filters, paged=bool(cursor)))


@router.get("/products/download", name="product_download")
def product_download(
    request: Request, session: ReadSession, filters: Filters, as_of: Short = "", format: Short = "csv"
) -> Response:
    """Every row of exactly that answer as CSV, XLSX, JSON or Parquet. Raises as the page does, and NotInstalled."""
    kind, day = parse_list_format(format), _day(as_of)
    rows = all_rows(session, search_engine(request), filters=filters, as_of=day)
    write = partial(write_catalogue, rows=rows, as_of=day, format=kind, locale=locale_of(request))
    return as_download(write, name=f"products-{day.isoformat()}.{kind}", media_type=LIST_MEDIA_TYPES[kind])


@router.get("/products/{product_id}", name="product")
def product_page(request: Request, session: ReadSession, product_id: Number, as_of: Short = "") -> Response:
    """One product version on a day. Raises NotFound, InvalidInput naming ``as_of``."""
    page = get_product(session, product_id, as_of=_day(as_of))
    tested = list_combinations(session, product_id=product_id, limit=COMBINATIONS_SHOWN)
    context = views.product(request, page) | {
        "combinations": combination_rows(request, tested.items),
        "combinations_total": tested.total,
        "combinations_url": url_with(url_path(request, "compatibility_records"), product=product_id),
    }
    return render(request, "products/product.html", context)


def _day(as_of: str) -> date:
    return parse_day(as_of, field="as_of") if as_of.strip() else today()


def _grade(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= 99:
        raise InvalidInput(
            "grade 是等级的序数，如 2 表示Ⅱ级及以上。",
            "grade is the number of a grade: 2 is Grade Ⅱ and above.",
            field="grade",
            value=text,
        )
    return int(text)
