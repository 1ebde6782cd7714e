"""What was tested with what: counted by any two axes, and the combinations behind every count."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from registry.models import CompatibilityList, CompatibilityPart, ProductCompatibility, SourceFile
from registry.product_words import CompatibilityAxis, CompatibilityStatus
from registry.products.combinations import fold_part
from registry.schemas.compatibility import CombinationShown, ListShown, Matrix, MatrixColumn, MatrixLine, PartShown
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode

COLUMNS_SHOWN = 8
LINES_A_PAGE = 40


def count_matrix(session: Session, *, down: CompatibilityAxis, across: CompatibilityAxis, page: int = 1) -> Matrix:
    """Combinations that name a part of both axes, most named first; a page of 40 lines, the first eight columns."""
    cells: dict[tuple[str, str], int] = {}
    working: dict[tuple[str, str], int] = {}
    lines: dict[str, tuple[str, int | None]] = {}
    columns: dict[str, tuple[str, int | None]] = {}
    for key, name, product, other_key, other_name, other_product, count, good in session.execute(_pairs(down, across)):
        cells[key, other_key], working[key, other_key] = count, good
        lines[key], columns[other_key] = (name, product), (other_name, other_product)
    columns_in_order = _most_named(columns, [(key, count) for (_, key), count in cells.items()])
    lines_in_order = _most_named(lines, [(key, count) for (key, _), count in cells.items()])
    shown = columns_in_order[:COLUMNS_SHOWN]
    pages = max(1, -(-len(lines_in_order) // LINES_A_PAGE))
    page = min(max(page, 1), pages)
    return Matrix(
        down=down,
        across=across,
        columns=[MatrixColumn(name=columns[key][0], key=key, product_id=columns[key][1]) for key in shown],
        columns_total=len(columns),
        lines=[
            MatrixLine(
                name=lines[key][0],
                key=key,
                product_id=lines[key][1],
                counts=[cells.get((key, column), 0) for column in shown],
                compatible=[working.get((key, column), 0) for column in shown],
            )
            for key in lines_in_order[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE]
        ],
        lines_total=len(lines),
        page=page,
        pages=pages,
        axes=count_axes(session),
    )


def count_axes(session: Session) -> dict[CompatibilityAxis, int]:
    """How many combinations name a part of each axis; axes nobody names are left out."""
    query = (
        select(col(CompatibilityPart.axis), func.count())
        .join(ProductCompatibility, col(ProductCompatibility.id) == col(CompatibilityPart.compatibility_id))
        .join(CompatibilityList, col(CompatibilityList.id) == col(ProductCompatibility.list_id))
        .where(col(CompatibilityList.voided_at).is_(None))
        .group_by(col(CompatibilityPart.axis))
    )
    counted = {axis: count for axis, count in session.execute(query)}
    return {axis: counted[axis] for axis in CompatibilityAxis if axis in counted}


def list_combinations(
    session: Session,
    *,
    parts: Mapping[CompatibilityAxis, str] | None = None,
    product_id: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CombinationShown]:
    """Combinations that name all these parts (names or keys) or this product, in the order they were brought in.

    Raises InvalidInput (cursor, limit).
    """
    where = _asked(parts or {}, product_id)
    scope = f"compatibility:{sorted((axis.value, name) for axis, name in (parts or {}).items())}:{product_id or ''}"
    total = session.scalar(_combinations(func.count()).where(*where)) or 0
    query = _combinations(ProductCompatibility, CompatibilityList, SourceFile).where(*where)
    query = query.join(SourceFile, col(SourceFile.id) == col(CompatibilityList.source_file_id))
    if cursor:
        query = query.where(col(ProductCompatibility.id) > decode(cursor, scope=scope, kinds=(int,)).values[0])
    found = session.execute(query.order_by(col(ProductCompatibility.id)).limit(check_limit(limit) + 1)).all()
    named = _parts_of(session, [row.ProductCompatibility.id for row in found[:limit]])
    items = tuple(
        _shown(row.ProductCompatibility, row.CompatibilityList, row.SourceFile, named) for row in found[:limit]
    )
    more = encode(Cursor(scope=scope, values=(items[-1].id,))) if len(found) > limit else None
    return Page[CombinationShown](items=items, total=total, next_cursor=more)


def list_lists(session: Session) -> list[ListShown]:
    """The lists brought in, newest first."""
    query = (
        select(CompatibilityList, SourceFile)
        .join(SourceFile, col(SourceFile.id) == col(CompatibilityList.source_file_id))
        .where(col(CompatibilityList.voided_at).is_(None))
        .order_by(col(CompatibilityList.id).desc())
    )
    return [
        ListShown(
            id=one.id,
            title=one.title,
            publisher=one.publisher,
            filename=file.filename,
            sha256=file.sha256,
            records=one.records,
            recorded_at=one.recorded_at,
        )
        for one, file in session.execute(query)
    ]


def _pairs(down: CompatibilityAxis, across: CompatibilityAxis) -> Select[Any]:
    """SQL: each two parts named together, with key, name and product of both, and how many combinations name them."""
    one, other = aliased(CompatibilityPart), aliased(CompatibilityPart)
    columns: tuple[Any, ...] = (
        *(col(one.folded), func.min(col(one.name)), func.min(col(one.product_id))),
        *(col(other.folded), func.min(col(other.name)), func.min(col(other.product_id))),
        func.count(),
        func.sum(case((col(ProductCompatibility.status) == CompatibilityStatus.COMPATIBLE, 1), else_=0)),
    )
    return (
        select(*columns)
        .select_from(one)
        .join(other, (col(other.compatibility_id) == col(one.compatibility_id)) & (col(other.axis) == across))
        .join(ProductCompatibility, col(ProductCompatibility.id) == col(one.compatibility_id))
        .join(CompatibilityList, col(CompatibilityList.id) == col(ProductCompatibility.list_id))
        .where(col(one.axis) == down, col(CompatibilityList.voided_at).is_(None))
        .group_by(col(one.folded), col(other.folded))
    )


def _combinations(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(ProductCompatibility)
        .join(CompatibilityList, col(CompatibilityList.id) == col(ProductCompatibility.list_id))
        .where(col(CompatibilityList.voided_at).is_(None))
    )


def _asked(parts: Mapping[CompatibilityAxis, str], product_id: int | None) -> list[ColumnElement[bool]]:
    def names(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        part = col(CompatibilityPart.compatibility_id) == col(ProductCompatibility.id)
        return exists().where(part, *conditions)

    where = [
        names(col(CompatibilityPart.axis) == axis, col(CompatibilityPart.folded) == fold_part(name)[:300])
        for axis, name in parts.items()
    ]
    if product_id is not None:
        where.append(names(col(CompatibilityPart.product_id) == product_id))
    return where


def _parts_of(session: Session, ids: Sequence[int]) -> dict[int, list[PartShown]]:
    found: dict[int, list[PartShown]] = {number: [] for number in ids}
    query = select(CompatibilityPart).where(col(CompatibilityPart.compatibility_id).in_(ids))
    for part in session.scalars(query.order_by(col(CompatibilityPart.id))):
        shown = PartShown(axis=part.axis, name=part.name, key=part.folded, product_id=part.product_id)
        found[part.compatibility_id].append(shown)
    return found


def _shown(
    row: ProductCompatibility, published: CompatibilityList, file: SourceFile, named: Mapping[int, list[PartShown]]
) -> CombinationShown:
    return CombinationShown(
        id=row.id,
        parts=named[row.id],
        kind=row.kind,
        status=row.status,
        tested_on=row.tested_on,
        printed=row.details or {},
        list_id=published.id,
        list_title=published.title,
        publisher=published.publisher,
        filename=file.filename,
        sha256=file.sha256,
        sheet=row.sheet,
        row_number=row.row_number,
    )


def _most_named(names: Mapping[str, object], counted: Sequence[tuple[str, int]]) -> list[str]:
    totals = dict.fromkeys(names, 0)
    for key, count in counted:
        totals[key] += count
    return sorted(totals, key=lambda key: (-totals[key], key))
