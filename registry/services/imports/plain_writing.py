"""New enterprises written by the database itself, out of the facts of their staged rows: most rows of a plain list.

The rows do not come back into Python. What each fact becomes is said once, in ``filling``: the columns here are made
from its table, and a test holds both ways together, row by row. Rows that need more stay where they are and are
written one by one: another name to teach, or a code the registry has seen before.
"""

from collections.abc import Iterator, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Integer, bindparam, case, cast, exists, func, literal, select
from sqlmodel import Session, col

from registry.db import UtcDateTime
from registry.models import Enterprise, EnterpriseName, ImportRow
from registry.services.imports.bulk import Run, consecutive, point_runs, reserve_numbers
from registry.services.imports.filling import OTHER_NAMES, SIMPLE
from registry.vocabulary import IdentityState, NameKind, OperatingStatus, RowOutcome

AT_ONCE = 50_000
"""Rows written by one set of statements; their numbers are all that is held in memory."""
FED_BY = {column: {fact} for fact, column in SIMPLE.items()} | {
    "address": {"address", "place"},
    "region_code": {"region_code"},
    "city_code": {"region_code"},
    "registered_capital_cny": {"capital_cny"},
    "registered_capital_text": {"capital_text"},
    "operating_status": {"status"},
}
"""Column of Enterprise → the facts without any of which it stays empty."""
_FIRST, _LAST, _OFFSET = (bindparam(name, type_=BigInteger) for name in ("first_row", "last_row", "offset"))


def write_plain(session: Session, *, import_id: int, source: str, at: datetime, stated: Set[str]) -> Iterator[range]:
    """Write enterprises and their current names for the new rows of an import that need nothing else.

    ``stated`` are the facts any row of the import has: no others are looked for, which a database does row by row.
    Answers the numbers of the enterprises, block by block; the rows point to them. Addresses and chains are left to
    the caller. Enterprises are numbered in the order of their rows.
    """
    last = 0
    enterprise, name = _enterprise(session, at, stated), _current_name(source, import_id)
    rows = select(col(ImportRow.id)).where(
        col(ImportRow.import_id) == import_id, col(ImportRow.outcome) == RowOutcome.NEW, *_is_plain(session, stated)
    )
    while chunk := (
        session.execute(rows.where(col(ImportRow.id) > last).order_by(col(ImportRow.id)).limit(AT_ONCE)).scalars().all()
    ):
        last = chunk[-1]
        numbers = reserve_numbers(session, Enterprise, len(chunk))
        runs = consecutive(zip(chunk, numbers, strict=True))
        _insert_each(session, Enterprise, enterprise, runs)
        _insert_each(session, EnterpriseName, name, runs)
        point_runs(session, ImportRow, "enterprise_id", runs)
        yield numbers


def stated_columns(session: Session, stated: Set[str]) -> dict[str, ColumnElement[Any]]:
    """SQL over ImportRow: the columns of Enterprise these facts feed, as ``filling.columns_of`` reads them."""
    columns = {column: _fact(session, fact, column) for fact, column in SIMPLE.items()}
    columns["address"] = func.coalesce(columns["address"], _text("place"))
    columns["region_code"] = _text("region_code")
    columns["city_code"] = case((_text("region_code").is_not(None), _text("city_code")))
    columns["registered_capital_cny"] = _fact(session, "capital_cny", "registered_capital_cny")
    columns["registered_capital_text"] = case((_text("capital_cny").is_(None), _text("capital_text")))
    columns["operating_status"] = _text("status")
    return {column: read for column, read in columns.items() if not stated.isdisjoint(FED_BY[column])}


def _is_plain(session: Session, stated: Set[str]) -> Sequence[ColumnElement[bool]]:
    without = [_text(fact).is_(None) for fact in OTHER_NAMES if fact in stated]
    if session.execute(select(col(Enterprise.id)).limit(1)).first() is None:
        return without  # a registry without enterprises has seen no code: the rows need not be read for theirs
    return [*without, ~exists().where(col(Enterprise.uscc) == _text("uscc"))]


def _enterprise(session: Session, at: datetime, stated: Set[str]) -> dict[str, ColumnElement[Any]]:
    identified, provisional = literal(IdentityState.IDENTIFIED.value), literal(IdentityState.PROVISIONAL.value)
    columns = stated_columns(session, stated)
    unknown = literal(OperatingStatus.UNKNOWN.value)
    return {
        "id": col(ImportRow.id) + _OFFSET,
        "identity": case((_text("uscc").is_not(None), identified), else_=provisional),
        "uscc": _text("uscc"),
        "name_zh": _text("name"),
        "revision": literal(1),
        "created_at": literal(at, UtcDateTime),
        "updated_at": literal(at, UtcDateTime),
        **columns,
        "operating_status": func.coalesce(columns.get("operating_status"), unknown),
    }


def _current_name(source: str, import_id: int) -> dict[str, ColumnElement[Any]]:
    return {
        "enterprise_id": col(ImportRow.id) + _OFFSET,
        "name": _text("name"),
        "folded": _text("folded"),
        "kind": literal(NameKind.CURRENT.value),
        "source": literal(source),
        "import_id": literal(import_id, BigInteger),
    }


def _insert_each(session: Session, table: Any, columns: dict[str, ColumnElement[Any]], runs: list[Run]) -> None:
    rows = select(*columns.values()).where(col(ImportRow.id).between(_FIRST, _LAST)).order_by(col(ImportRow.id))
    statement = table.__table__.insert().from_select(list(columns), rows, include_defaults=False)
    session.connection().execute(
        statement, [{"offset": offset, "first_row": first, "last_row": last} for offset, first, last in runs]
    )


def _text(fact: str) -> ColumnElement[Any]:
    stated: ColumnElement[Any] = col(ImportRow.facts)[fact].as_string()
    return stated


def _fact(session: Session, fact: str, column: str) -> ColumnElement[Any]:
    """A fact as its column holds it. SQLite gives numbers as numbers and keeps days as the ISO text they are."""
    kind = Enterprise.__table__.columns[column].type  # type: ignore[attr-defined]
    if isinstance(kind, Date | Integer) and session.get_bind().dialect.name != "sqlite":
        return cast(_text(fact), kind)
    return _text(fact)
