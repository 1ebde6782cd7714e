"""A staged list held against two others, set by set in SQL: the titles in force, and the edition before it.

A firm absent from the file loses nothing: absence is shown and never acted upon.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlmodel import Session, col

from registry.clock import today
from registry.errors import InvalidInput, NotFound
from registry.models import Batch, Enterprise, EnterpriseName, ImportRow, ImportRun, Listing
from registry.schemas.imports import AgainstList, PreviewCount, PreviewRow
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode
from registry.services.imports.browsing import what_it_lists
from registry.services.imports.list_counts import previous_batch
from registry.services.imports.reviewing import EXAMINED
from registry.services.keys import key_of
from registry.titles import held_on
from registry.vocabulary import DirectoryKind, ImportKind, RowKind, RowOutcome

CURRENT, PREVIOUS = "current", "previous"
_ABOUT_FIRMS = (RowOutcome.NEW, RowOutcome.MATCHED, RowOutcome.UNCHANGED)


@dataclass(frozen=True, slots=True)
class _Base:
    """A list to compare with, as SQL: its enterprises, each once, with the name it was announced under."""

    against: str
    batch: Batch | None
    firms: Any


def compare(session: Session, *, import_id: int) -> list[AgainstList]:
    """Counts of every kind against the titles in force and against the previous edition, if there is one.

    Empty for an import that gives no titles of enterprises, or whose rows are not staged. Raises NotFound.
    """
    run = _run(session, import_id)
    return [_against(session, run, base) for base in _bases(session, run)]


def list_kind(
    session: Session, *, import_id: int, against: str, kind: RowKind, cursor: str | None = None, limit: int = 50
) -> Page[PreviewRow]:
    """The rows of one kind in the order of the file; those absent in the order of the registry.

    Raises NotFound, InvalidInput (against, cursor, limit).
    """
    run = _run(session, import_id)
    base = next((one for one in _bases(session, run) if one.against == against), None)
    if base is None:
        raise InvalidInput(
            f"没有可比的名单“{against}”。",
            f"There is no list “{against}” to compare with.",
            field="against",
            value=against,
            choices=(CURRENT, PREVIOUS),
        )
    query, number = _absent(run, base) if kind is RowKind.ABSENT else _rows(run, base, kind)
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    scope = f"import:{import_id}:{against}:{kind.value}"
    if cursor:
        query = query.where(number > decode(cursor, scope=scope, kinds=(int,)).values[0])
    found = session.execute(query.order_by(number).limit(check_limit(limit) + 1)).mappings().all()
    items = tuple(_line(session, row) for row in found[:limit])
    after = encode(Cursor(scope=scope, values=(items[-1].number,))) if len(found) > limit else None
    return Page[PreviewRow](items=items, total=total, next_cursor=after)


def _run(session: Session, import_id: int) -> ImportRun:
    run = session.get(ImportRun, import_id)
    if run is None:
        raise NotFound(f"没有编号为 IM-{import_id} 的导入。", f"There is no import IM-{import_id}.", field="id")
    return run


def _bases(session: Session, run: ImportRun) -> list[_Base]:
    if (
        run.kind is not ImportKind.LIST
        or run.directory_code is None
        or run.state not in EXAMINED
        or what_it_lists(run) is DirectoryKind.PRODUCT
    ):
        return []
    held = select(col(Listing.enterprise_id), func.max(col(Listing.name_as_announced)).label("announced")).group_by(
        col(Listing.enterprise_id)
    )
    current = held.join(Batch, col(Batch.id) == col(Listing.batch_id)).where(
        col(Listing.directory_code) == run.directory_code, held_on(today())
    )
    bases = [_Base(CURRENT, None, current.subquery("base"))]
    before = previous_batch(session, run)
    if before is not None:
        edition = held.where(col(Listing.batch_id) == before.id, col(Listing.voided_at).is_(None))
        bases.append(_Base(PREVIOUS, before, edition.subquery("base")))
    return bases


def _against(session: Session, run: ImportRun, base: _Base) -> AgainstList:
    kind = _kind(base)
    columns: tuple[Any, ...] = (kind.label("kind"), func.count().label("rows"))
    counted: Select[Any] = select(*columns).select_from(ImportRow)
    counts = {row.kind: row.rows for row in session.execute(_joined(counted, base).where(*_of_run(run)).group_by(kind))}
    absent, _ = _absent(run, base)
    counts[RowKind.ABSENT.value] = session.execute(select(func.count()).select_from(absent.subquery())).scalar_one()
    return AgainstList(
        against=base.against,
        batch_id=base.batch.id if base.batch else None,
        batch_label=base.batch.label if base.batch else None,
        entries=session.execute(select(func.count()).select_from(base.firms)).scalar_one(),
        counts=[PreviewCount(kind=one, rows=counts.get(one.value, 0)) for one in RowKind],
    )


def _of_run(run: ImportRun) -> tuple[ColumnElement[bool], ...]:
    """The rows that say something of their own about a firm."""
    return (
        col(ImportRow.import_id) == run.id,
        col(ImportRow.outcome).in_(_ABOUT_FIRMS),
        or_(col(ImportRow.matched_by).is_(None), col(ImportRow.matched_by) != "file"),
    )


def _joined(query: Select[Any], base: _Base) -> Select[Any]:
    return query.outerjoin(Enterprise, col(Enterprise.id) == col(ImportRow.enterprise_id)).outerjoin(
        base.firms, base.firms.c.enterprise_id == col(ImportRow.enterprise_id)
    )


def _kind(base: _Base) -> ColumnElement[str]:
    """The first that applies: a code that belongs to a firm of quite another name, another city, another name."""
    of_another_name = and_(
        col(ImportRow.matched_by) == "code",
        ~exists().where(
            col(EnterpriseName.enterprise_id) == col(ImportRow.enterprise_id),
            col(EnterpriseName.folded) == _fact("folded"),
        ),
    )
    printed = func.coalesce(_fact("name_as_printed"), _fact("name"))
    return case(
        (col(ImportRow.enterprise_id).is_(None), literal(RowKind.NEW.value)),
        (of_another_name, literal(RowKind.SUSPICIOUS.value)),
        (col(Enterprise.city_code) != _fact("city_code"), literal(RowKind.MOVED.value)),
        (base.firms.c.enterprise_id.is_(None), literal(RowKind.NEW.value)),
        (base.firms.c.announced != printed, literal(RowKind.RENAMED.value)),
        else_=literal(RowKind.UNCHANGED.value),
    )


def _rows(run: ImportRun, base: _Base, kind: RowKind) -> tuple[Select[Any], Any]:
    query = select(
        col(ImportRow.id).label("number"),
        col(ImportRow.row_number).label("row_number"),
        func.coalesce(_fact("name_as_printed"), _fact("name")).label("name"),
        col(ImportRow.enterprise_id).label("enterprise_id"),
        col(Enterprise.name_zh).label("enterprise_name"),
        _fact("city_code").label("city_code"),
        col(Enterprise.city_code).label("known_city_code"),
        base.firms.c.announced.label("announced"),
    ).select_from(ImportRow)
    return _joined(query, base).where(*_of_run(run), _kind(base) == kind.value), col(ImportRow.id)


def _absent(run: ImportRun, base: _Base) -> tuple[Select[Any], Any]:
    there = select(col(ImportRow.enterprise_id)).where(
        col(ImportRow.import_id) == run.id, col(ImportRow.enterprise_id).is_not(None)
    )
    query = (
        select(
            col(Enterprise.id).label("number"),
            literal(None).label("row_number"),
            base.firms.c.announced.label("name"),
            col(Enterprise.id).label("enterprise_id"),
            col(Enterprise.name_zh).label("enterprise_name"),
            literal(None).label("city_code"),
            col(Enterprise.city_code).label("known_city_code"),
            base.firms.c.announced.label("announced"),
        )
        .join(base.firms, base.firms.c.enterprise_id == col(Enterprise.id))
        .where(col(Enterprise.id).not_in(there))
    )
    return query, col(Enterprise.id)


def _line(session: Session, row: Any) -> PreviewRow:
    return PreviewRow(
        number=row["number"],
        row_number=row["row_number"],
        name=row["name"] or "",
        enterprise_key=key_of(session, row["enterprise_id"]) if row["enterprise_id"] is not None else None,
        enterprise_name=row["enterprise_name"],
        city_code=row["city_code"],
        known_city_code=row["known_city_code"],
        announced_before=row["announced"],
    )


def _fact(fact: str) -> ColumnElement[Any]:
    stated: ColumnElement[Any] = col(ImportRow.facts)[fact].as_string()
    return stated
