"""The catalogue of products: looked through, one version, a shopping list checked, the whole as a file."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api.deps import AppSearch, AsOf, ReadSession
from api.downloads import LIST_FILE, as_file
from api.paging import CursorText, Limit, Pages, next_address, paged
from api.problems import refusals
from api.routing import public_router
from registry.product_words import CompatibilityAxis
from registry.products.lines import LINES_MAX
from registry.schemas.base import ReadModel
from registry.schemas.compatibility import CombinationShown
from registry.schemas.inputs import LIST_FORMATS, STATUS_CHOICES, parse_day, parse_list_format, parse_status
from registry.schemas.paging import KEY_MAX
from registry.schemas.products import Catalogue, CheckedList, ProductPage
from registry.services.downloads import LIST_MEDIA_TYPES
from registry.services.products.catalogue import CatalogueFilters, all_rows, list_products
from registry.services.products.checking import check_list
from registry.services.products.files import write_catalogue
from registry.services.products.matrix import list_combinations
from registry.services.products.reading import TEXT_MAX, lines_of_text
from registry.services.products.versions import get_product

router: APIRouter = public_router("products", "产品 / Products")

Text = Annotated[
    str,
    Query(
        max_length=500, description="产品、版本、类别或等级 / Product, version, category or grade", examples=["麒麟V10"]
    ),
]
Category = Annotated[
    str | None,
    Query(max_length=60, description="类别代码，或类别树以外的原文 / Code in the tree, or as printed", examples=["db"]),
]
GradeFrom = Annotated[
    int | None, Query(ge=1, le=99, description="至少这一等级，1 为Ⅰ级 / At least this grade", examples=[2])
]
Maker = Annotated[str | None, Query(max_length=60, description="生产企业的标识 / Key of the maker")]
Status = Annotated[
    str,
    Query(
        max_length=40,
        description="当日状态；held 为有效或即将到期 / State; held is valid or due soon",
        json_schema_extra={"enum": list(STATUS_CHOICES)},
    ),
]
Part = Annotated[str | None, Query(max_length=300, description="名称 / Name", examples=["示例澜 V10"])]
Local = Annotated[bool, Query(description="只看省内企业 / Only makers of the province")]


class CatalogueShown(Catalogue):
    """A page of the catalogue, and where the next one is."""

    next: str | None = Field(description="下一页的地址 / address of the next page")


class ListToCheck(ReadModel):
    """A shopping list: one product a line, with quantity and grade where wanted."""

    lines: list[Annotated[str, Field(max_length=1_000)]] = Field(
        min_length=1,
        max_length=LINES_MAX,
        description="每项一个产品 / One product each",
        examples=[["示例麒麟V10 SP3", "示例鲲鹏920 x 2台", "二级 数据库"]],
    )
    as_of: str | None = Field(
        default=None, max_length=40, description="核对日期，缺省为今天 / Today if left out", examples=["2026-05-06"]
    )


@router.get("/products", name="api_products", summary="产品目录 / Products", responses=refusals(404, 410))
def show_products(
    request: Request,
    response: Response,
    session: ReadSession,
    engine: AppSearch,
    as_of: AsOf,
    q: Text = "",
    category: Category = None,
    grade: GradeFrom = None,
    maker: Maker = None,
    status: Status = "held",
    local: Local = False,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> CatalogueShown:
    """每个产品版本及其当日起作用的条目，带各类别、等级和状态的数量。

    Each product version with the entry that counts on the day, and counts by category, grade and state.
    """
    filters = _filters(q, category, grade, maker, status, local)
    found = list_products(session, engine, filters=filters, as_of=as_of, cursor=cursor, limit=limit)
    return CatalogueShown(**dict(found), next=next_address(request, response, found.rows.next_cursor))


@router.get(
    "/products/download",
    name="api_product_download",
    summary="下载产品目录 / Download products",
    response_class=Response,
    responses={
        200: LIST_FILE,
        **refusals(404, 410, 501),
    },
)
def download_products(
    session: ReadSession,
    engine: AppSearch,
    as_of: AsOf,
    format: Annotated[
        str, Query(max_length=10, description="文件格式 / Format", json_schema_extra={"enum": list(LIST_FORMATS)})
    ] = "csv",
    q: Text = "",
    category: Category = None,
    grade: GradeFrom = None,
    maker: Maker = None,
    status: Status = "held",
    local: Local = False,
) -> Response:
    """与 /products 相同的条件，全部条目；Parquet 须本站装有附加组件。 / The same filters as /products, every row."""
    kind = parse_list_format(format)
    rows = all_rows(session, engine, filters=_filters(q, category, grade, maker, status, local), as_of=as_of)
    write = partial(write_catalogue, rows=rows, as_of=as_of, format=kind, locale="zh")
    return as_file(write, name=f"products-{as_of.isoformat()}.{kind}", media_type=LIST_MEDIA_TYPES[kind])


@router.get(
    "/products/compatibility",
    name="api_compatibility",
    summary="兼容性记录 / Compatibility",
    responses=refusals(),
)
def show_compatibility(
    request: Request,
    response: Response,
    session: ReadSession,
    chip: Part = None,
    os: Part = None,
    database: Part = None,
    middleware: Part = None,
    machine: Part = None,
    board: Part = None,
    peripheral: Part = None,
    architecture: Part = None,
    product: Annotated[int | None, Query(ge=1, le=KEY_MAX, description="产品编号 / Number of a product")] = None,
    cursor: CursorText = None,
    limit: Limit = 50,
) -> Pages[CombinationShown]:
    """公开名单里一起测试过的产品；条件之间为“且”，写法不分全半角、大小写和空格。

    Products that published lists tested together; filters apply together, width, case and blanks aside.
    """
    named = (chip, os, database, middleware, machine, board, peripheral, architecture)
    parts = {axis: name for axis, name in zip(CompatibilityAxis, named, strict=True) if name}
    return paged(
        request, response, list_combinations(session, parts=parts, product_id=product, cursor=cursor, limit=limit)
    )


@router.get("/products/{product_id}", name="api_product", summary="一个产品版本 / One version", responses=refusals(404))
def show_product(
    session: ReadSession,
    product_id: Annotated[int, Path(ge=1, le=KEY_MAX, description="产品编号 / Number", examples=[1])],
    as_of: AsOf,
) -> ProductPage:
    """全部条目、同一产品的其他版本，后续版本标为 supersedes。 / Entries and other versions; later ones supersede."""
    return get_product(session, product_id, as_of=as_of)


@router.post(
    "/products/check", name="api_product_check", summary="核对采购清单 / Check a shopping list", responses=refusals()
)
def check_products(session: ReadSession, given: Annotated[ListToCheck, Body()]) -> CheckedList:
    """逐行、逐版本核对；清单不保存。 / Line by line, version by version; the list is not kept."""
    day = parse_day(given.as_of, field="as_of") if given.as_of else None
    text = "\n".join(" ".join(line.splitlines()) for line in given.lines)
    return check_list(session, lines=lines_of_text(text[:TEXT_MAX]), as_of=day)


def _filters(
    q: str, category: str | None, grade: int | None, maker: str | None, status: str, local: bool
) -> CatalogueFilters:
    return CatalogueFilters(
        text=q.strip(),
        category=category or None,
        grade_from=grade,
        maker=maker or None,
        status=parse_status(status),
        local=local,
    )
