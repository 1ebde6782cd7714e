"""From tables to columns: what one standard reads of many enterprises, strongest trust first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Float, case, cast, select, type_coerce
from sqlmodel import Session, col

from registry.db import ExactDecimal
from registry.models import Batch, Enterprise, Fact, Figure, Listing
from registry.tiering.figure_values import read_value
from registry.tiering.figures import DERIVED_FROM, fact_names, stated_name
from registry.tiering.population import Population
from registry.tiering.reads import Reads
from registry.tiering.standard import Procedure
from registry.vocabulary import BatchState, IdentityState, Trust

FIELDS = ("region_code", "industry_code", "founded_on", "listed_market")
"""Columns of the enterprise itself that standards read."""
_STRENGTH = {Trust.OFFICIAL: 3, Trust.AUDITED: 2, Trust.DECLARED: 1, Trust.COMPUTED: 0}

Ids = NDArray[np.int64]


def live_enterprises(session: Session, *, only: Sequence[int] | None = None) -> Ids:
    """Ids of the enterprises that stand for themselves (not merged away, not voided), ascending."""
    query = select(col(Enterprise.id)).where(
        col(Enterprise.voided_at).is_(None), col(Enterprise.identity) != IdentityState.MERGED
    )
    if only is not None:
        query = query.where(col(Enterprise.id).in_(only))
    return np.array(sorted(session.scalars(query)), dtype=np.int64)


def gather(session: Session, *, ids: Ids, reads: Reads, as_of: date, procedure: Procedure) -> Population:
    """The population of these enterprises on a day: row k is ``ids[k]``.

    Of several values of one figure the strongest trust counts (official, audited, declared, computed). Facts stated
    for a day after ``as_of`` are left out. A withdrawn title ends the day before its withdrawal.
    """
    read = {stated_name(name) for name in reads.facts | reads.dates}
    names = sorted(name for name in read if name not in DERIVED_FROM and name not in FIELDS)
    return Population.from_columns(
        size=ids.size,
        as_of=as_of,
        procedure=procedure,
        figures=figures_of(session, ids, sorted(reads.figures)),
        facts=enterprise_fields(session, ids) | _facts(session, ids, names, as_of),
        titles={code: titles_of(session, ids, code) for code in sorted(reads.titles)},
    )


def titles_of(session: Session, ids: Ids, directory_code: str) -> tuple[Any, Any, Any]:
    """Every final, unvoided title of a directory in ragged form: rows into ``ids``, first day, last day."""
    query = (
        select(col(Listing.enterprise_id), col(Listing.valid_from), col(Listing.valid_to), col(Listing.withdrawn_on))
        .join(Batch, col(Batch.id) == col(Listing.batch_id))
        .where(
            col(Listing.directory_code) == directory_code,
            col(Listing.voided_at).is_(None),
            col(Batch.state) == BatchState.FINAL,
        )
    )
    if ids.size < _FEW:
        query = query.where(col(Listing.enterprise_id).in_(ids.tolist()))
    spans = [(owner, begin, _last_day(end, withdrawn)) for owner, begin, end, withdrawn in session.execute(query)]
    owners = np.array([owner for owner, _, _ in spans], dtype=np.int64)
    rows, mine = rows_of(ids, owners)
    begins = np.array([begin for _, begin, _ in spans], dtype="datetime64[D]")
    ends = np.array([end for _, _, end in spans], dtype="datetime64[D]")
    return rows, begins[mine], ends[mine]


def _last_day(end: date | None, withdrawn: date | None) -> date | None:
    if withdrawn is None:
        return end
    before = withdrawn - timedelta(days=1)
    return before if end is None else min(end, before)


def enterprise_fields(session: Session, ids: Ids) -> dict[str, Any]:
    """What standards read of the enterprise itself: a list for each of FIELDS, row k is ``ids[k]``."""
    columns = [getattr(Enterprise, name) for name in FIELDS]
    query = select(col(Enterprise.id), *columns)
    if ids.size < _FEW:
        query = query.where(col(Enterprise.id).in_(ids.tolist()))
    found = {row[0]: row[1:] for row in session.execute(query)}
    return {name: [found[number][place] for number in ids.tolist()] for place, name in enumerate(FIELDS)}


def figures_of(
    session: Session, ids: Ids, wanted: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], NDArray[np.float64]]:
    """A column for each wanted (name, year); NaN is unknown, the strongest trust counts."""
    columns = {key: np.full(ids.size, np.nan) for key in wanted}
    query = select(
        col(Figure.name), col(Figure.year), col(Figure.enterprise_id), amount_of(session), strength_of(Figure)
    )
    if ids.size < _FEW:
        few = query.where(col(Figure.enterprise_id).in_(ids.tolist()))
        found: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for name, year, *rest in session.execute(few):
            found[name, year].append(rest)
        tables: Iterable[tuple[tuple[str, int], list[Any]]] = ((key, found[key]) for key in wanted)
    else:
        # One column at a time: memory holds one figure of one year of everybody, never the whole table.
        tables = (
            ((name, year), [tuple(row[2:]) for row in session.execute(query.where(*_is(name, year)))])
            for name, year in wanted
        )
    scale = float(ExactDecimal.SCALE) if session.get_bind().dialect.name == "sqlite" else 1.0
    for key, rows in tables:
        table = np.array(rows, dtype=np.float64).reshape(-1, 3)
        table = table[np.argsort(table[:, 2], kind="stable")]  # the strongest comes last and stays
        at, mine = rows_of(ids, table[:, 0].astype(np.int64))
        columns[key][at] = table[mine, 1] / scale
    return columns


def _is(name: str, year: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return col(Figure.year) == year, col(Figure.name) == name


def _facts(session: Session, ids: Ids, names: Sequence[str], as_of: date) -> dict[str, list[Any]]:
    query = (
        select(col(Fact.name), col(Fact.enterprise_id), col(Fact.value))
        .where(col(Fact.name).in_(names), col(Fact.known_on) <= as_of)
        .order_by(strength_of(Fact))
    )
    if ids.size < _FEW:
        query = query.where(col(Fact.enterprise_id).in_(ids.tolist()))
    found: dict[str, dict[int, Any]] = {name: {} for name in names}
    about = fact_names()
    for name, owner, value in session.execute(query):
        # Words are read as a figures file reads them (a field of the list means yes); numbers pass as they are.
        stated = read_value(name, about[name], value) if isinstance(value, str) else value
        found[name][owner] = stated  # the strongest comes last and stays
    return {name: [known.get(number) for number in ids.tolist()] for name, known in found.items()}


_FEW = 500
"""Up to so many enterprises are asked for by number; more are read as a whole."""


def amount_of(session: Session) -> ColumnElement[Any]:
    """SQL: a figure’s value as a number; scaled by ``ExactDecimal.SCALE`` on SQLite."""
    # SQLite keeps scaled integers; dividing them once in NumPy rounds correctly and spares a Decimal a value.
    if session.get_bind().dialect.name == "sqlite":
        return type_coerce(col(Figure.value), BigInteger)
    return cast(col(Figure.value), Float)


def strength_of(table: type[Figure] | type[Fact]) -> ColumnElement[int]:
    """SQL: how much a row’s trust weighs."""
    return case(*((col(table.trust) == one, weight) for one, weight in _STRENGTH.items()), else_=0)


def rows_of(ids: Ids, owners: Ids) -> tuple[Ids, NDArray[np.bool_]]:
    """The row of each owner in ``ids``, and a mask of the owners that have one."""
    if not ids.size:
        return np.array([], dtype=np.int64), np.zeros(owners.size, dtype=np.bool_)
    at = np.minimum(np.searchsorted(ids, owners), ids.size - 1)
    mine: NDArray[np.bool_] = ids[at] == owners
    return at[mine].astype(np.int64), mine
