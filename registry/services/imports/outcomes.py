"""The rows of an import by what became of them, page by page."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from registry.models import Enterprise, ImportRow
from registry.schemas.imports import Candidate, ImportRowLine
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode
from registry.services.imports.browsing import get_import
from registry.services.keys import key_of
from registry.vocabulary import DirectoryKind, ImportKind, RowOutcome

_NAMED_BY = {DirectoryKind.ENTERPRISE: ("name",), DirectoryKind.PRODUCT: ("product", "model", "version")}
"""The columns that together say what a row is about."""


def list_rows(
    session: Session, *, import_id: int, outcome: RowOutcome, cursor: str | None = None, limit: int = 50
) -> Page[ImportRowLine]:
    """Rows of an import with this outcome in the order of the file. Raises NotFound, InvalidInput (cursor, limit)."""
    detail = get_import(session, import_id=import_id, limit=0)
    named_by = _NAMED_BY[detail.summary.lists]
    names = {
        table.sheet: [column.position for role in named_by for column in table.columns if column.role == role]
        for table in detail.tables
    }
    scope = f"import:{import_id}:{outcome.value}"
    query = (
        select(ImportRow, col(Enterprise.name_zh))
        .outerjoin(Enterprise, col(Enterprise.id) == col(ImportRow.enterprise_id))
        .where(col(ImportRow.import_id) == import_id, col(ImportRow.outcome) == outcome)
    )
    if cursor:
        query = query.where(col(ImportRow.id) > decode(cursor, scope=scope, kinds=(int,)).values[0])
    found = session.execute(query.order_by(col(ImportRow.id)).limit(check_limit(limit) + 1)).all()
    items = tuple(_line(session, row, name, names.get(row.sheet, [])) for row, name in found[:limit])
    if detail.summary.kind is not ImportKind.LIST:
        items = tuple(_of_notice(line, row, detail.summary.kind) for line, (row, _) in zip(items, found, strict=False))
    after = encode(Cursor(scope=scope, values=(items[-1].row_id,))) if len(found) > limit else None
    return Page[ImportRowLine](items=items, total=detail.summary.counts.get(outcome.value, 0), next_cursor=after)


def _of_notice(line: ImportRowLine, row: ImportRow, kind: ImportKind) -> ImportRowLine:
    """A line of a notice: whom it is about and what carrying it out would do, or did."""
    from registry.services.notices.effects import effect_of

    facts = row.facts or {}
    effect = effect_of(kind, facts) if row.outcome is RowOutcome.MATCHED else None
    said = {"effect_zh": effect.zh, "effect_en": effect.en} if effect else {}
    return line.model_copy(update={"name": facts.get("name") or line.name, **said})


def _line(session: Session, row: ImportRow, enterprise_name: str | None, name_at: Sequence[int]) -> ImportRowLine:
    cells: list[Any] = row.cells
    printed = [str(cells[place]).strip() for place in name_at if place < len(cells)] or [str(next(iter(cells), ""))]
    return ImportRowLine(
        row_id=row.id,
        sheet=row.sheet,
        row_number=row.row_number,
        name=" ".join(filter(None, printed)),
        outcome=row.outcome,
        matched_by=row.matched_by,
        enterprise_key=key_of(session, row.enterprise_id) if row.enterprise_id is not None else None,
        enterprise_name=enterprise_name,
        reason_zh=row.reason_zh,
        reason_en=row.reason_en,
        by_person=row.reason_code == "decided",
        candidates=[Candidate(**each) for each in row.candidates or []],
    )
