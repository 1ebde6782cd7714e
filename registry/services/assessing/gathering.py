"""From tables to columns: what one standard reads of many enterprises, strongest trust first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Float, bindparam, case, cast, select, type_coerce
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
Stated = Mapping[str | tuple[str, int], Any]
"""Values that stand in place of what the registry holds: a figure by (name, year), a fact or field by its name."""
Titles = Mapping[str, tuple[Any, Any, Any]]
"""Titles by directory, each as ``titles_of`` has them."""


LIVE = (col(Enterprise.voided_at).is_(None), col(Enterprise.identity) != IdentityState.MERGED)
"""SQL: the enterprise stands for itself (not merged away, not voided)."""


def strength_of(table: type[Figure] | type[Fact]) -> ColumnElement[int]:
    """SQL: how much a row’s trust weighs."""
    return case(*((col(table.trust) == one, weight) for one, weight in _STRENGTH.items()), else_=0)


def _amount(*, scaled: bool) -> ColumnElement[Any]:
    # SQLite keeps scaled integers; dividing them once in NumPy rounds correctly and spares a Decimal a value.
    return type_coerce(col(Figure.value), BigInteger) if scaled else cast(col(Figure.value), Float)


# Statements are put together once: for one enterprise that takes longer than running them.
_SPANS = (
    select(col(Listing.enterprise_id), col(Listing.valid_from), col(Listing.valid_to), col(Listing.withdrawn_on))
    .join(Batch, col(Batch.id) == col(Listing.batch_id))
    .where(col(Listing.voided_at).is_(None), col(Batch.state) == BatchState.FINAL)
)
_SPANS_OF_ONE = _SPANS.add_columns(col(Listing.directory_code)).where(col(Listing.enterprise_id) == bindparam("one"))
_ALL_FIELDS = select(col(Enterprise.id), *(getattr(Enterprise, name) for name in FIELDS))
_SOME_FIELDS = _ALL_FIELDS.where(col(Enterprise.id).in_(bindparam("ids", expanding=True)))
_ALL_FACTS = (
    select(col(Fact.name), col(Fact.enterprise_id), col(Fact.value))
    .where(col(Fact.name).in_(bindparam("names", expanding=True)), col(Fact.known_on) <= bindparam("day"))
    .order_by(strength_of(Fact))
)
_SOME_FACTS = _ALL_FACTS.where(col(Fact.enterprise_id).in_(bindparam("ids", expanding=True)))
_SOME_FIGURES = {
    scaled: select(
        col(Figure.name), col(Figure.year), col(Figure.enterprise_id), _amount(scaled=scaled), col(Figure.trust)
    ).where(col(Figure.enterprise_id).in_(bindparam("ids", expanding=True)))
    for scaled in (True, False)
}


def live_enterprises(session: Session, *, only: Sequence[int] | None = None) -> Ids:
    """Ids of the enterprises that stand for themselves (not merged away, not voided), ascending."""
    query = select(col(Enterprise.id)).where(*LIVE)
    if only is not None:
        query = query.where(col(Enterprise.id).in_(only))
    return np.array(sorted(session.scalars(query)), dtype=np.int64)


def gather(
    session: Session,
    *,
    ids: Ids,
    reads: Reads,
    as_of: date,
    procedure: Procedure,
    titles: Titles | None = None,
    stated: Stated | None = None,
) -> Population:
    """The population of these enterprises on a day: row k is ``ids[k]``. ``titles``: all of theirs, if at hand.

    ``stated`` (for one enterprise alone) puts what it says of itself in place of what is held.

    Of several values of one figure the strongest trust counts (official, audited, declared, computed). Facts stated
    for a day after ``as_of`` are left out. A withdrawn title ends the day before its withdrawal.
    """
    read = {stated_name(name) for name in reads.facts | reads.dates}
    names = sorted(name for name in read if name not in DERIVED_FROM and name not in FIELDS)
    if titles is None:
        titles = {code: titles_of(session, ids, code) for code in sorted(reads.titles)}
    figures = figures_of(session, ids, sorted(reads.figures))
    facts = enterprise_fields(session, ids) | _facts(session, ids, names, as_of)
    for name, value in (stated or {}).items():
        if isinstance(name, tuple) and name in figures:
            figures[name] = np.array([np.nan if value is None else float(value)])
        elif isinstance(name, str) and name in facts:
            words = isinstance(value, str) and name not in FIELDS
            facts[name] = [read_value(name, fact_names()[name], value) if words else value]
    return Population.from_columns(
        size=ids.size,
        as_of=as_of,
        procedure=procedure,
        figures=figures,
        facts=facts,
        titles={code: spans for code, spans in titles.items() if code in reads.titles},
    )


def titles_of(session: Session, ids: Ids, directory_code: str) -> tuple[Any, Any, Any]:
    """Every final, unvoided title of a directory in ragged form: rows into ``ids``, first day, last day."""
    query = _SPANS.where(col(Listing.directory_code) == directory_code)
    if ids.size < _FEW:
        query = query.where(col(Listing.enterprise_id).in_(ids.tolist()))
    return _spans(ids, list(session.execute(query)))


def all_titles(session: Session, enterprise_id: int) -> Titles:
    """The same for one enterprise: every directory it has a title of."""
    found: dict[str, list[Any]] = defaultdict(list)
    for *span, code in session.execute(_SPANS_OF_ONE, {"one": enterprise_id}):
        found[code].append(span)
    ids = np.array([enterprise_id], dtype=np.int64)
    return {code: _spans(ids, spans) for code, spans in found.items()}


def _spans(ids: Ids, rows: Sequence[Any]) -> tuple[Any, Any, Any]:
    spans = [(owner, begin, _last_day(end, withdrawn)) for owner, begin, end, withdrawn in rows]
    owners = np.array([owner for owner, _, _ in spans], dtype=np.int64)
    at, mine = rows_of(ids, owners)
    begins = np.array([begin for _, begin, _ in spans], dtype="datetime64[D]")
    ends = np.array([end for _, _, end in spans], dtype="datetime64[D]")
    return at, begins[mine], ends[mine]


def _last_day(end: date | None, withdrawn: date | None) -> date | None:
    if withdrawn is None:
        return end
    before = withdrawn - timedelta(days=1)
    return before if end is None else min(end, before)


def enterprise_fields(session: Session, ids: Ids) -> dict[str, Any]:
    """What standards read of the enterprise itself: a list for each of FIELDS, row k is ``ids[k]``."""
    few = ids.size < _FEW
    rows = session.execute(_SOME_FIELDS, {"ids": ids.tolist()}) if few else session.execute(_ALL_FIELDS)
    found = {row[0]: row[1:] for row in rows}
    return {name: [found[number][place] for number in ids.tolist()] for place, name in enumerate(FIELDS)}


def figures_of(
    session: Session, ids: Ids, wanted: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], NDArray[np.float64]]:
    """A column for each wanted (name, year); NaN is unknown, the strongest trust counts."""
    columns = {key: np.full(ids.size, np.nan) for key in wanted}
    scale = float(ExactDecimal.SCALE) if _scaled(session) else 1.0
    if ids.size < _FEW:
        row_of = {number: at for at, number in enumerate(ids.tolist())}
        found = session.execute(_SOME_FIGURES[_scaled(session)], {"ids": ids.tolist()}).all()
        for name, year, owner, amount, _ in sorted(found, key=lambda row: _STRENGTH[row[4]]):
            if (name, year) in columns:
                columns[name, year][row_of[owner]] = float(amount) / scale
        return columns
    query = select(col(Figure.enterprise_id), amount_of(session), strength_of(Figure))
    for name, year in wanted:
        # One column at a time: memory holds one figure of one year of everybody, never the whole table.
        rows = session.execute(query.where(col(Figure.year) == year, col(Figure.name) == name))
        table = np.array([tuple(row) for row in rows], dtype=np.float64).reshape(-1, 3)
        table = table[np.argsort(table[:, 2], kind="stable")]  # the strongest comes last and stays
        at, mine = rows_of(ids, table[:, 0].astype(np.int64))
        columns[name, year][at] = table[mine, 1] / scale
    return columns


def _facts(session: Session, ids: Ids, names: Sequence[str], as_of: date) -> dict[str, list[Any]]:
    found: dict[str, dict[int, Any]] = {name: {} for name in names}
    about = fact_names()
    asked = {"names": names, "day": as_of}
    if ids.size < _FEW:
        rows = session.execute(_SOME_FACTS, asked | {"ids": ids.tolist()})
    else:
        rows = session.execute(_ALL_FACTS, asked)
    for name, owner, value in rows:
        # Words are read as a figures file reads them (a field of the list means yes); numbers pass as they are.
        stated = read_value(name, about[name], value) if isinstance(value, str) else value
        found[name][owner] = stated  # the strongest comes last and stays
    return {name: [known.get(number) for number in ids.tolist()] for name, known in found.items()}


_FEW = 500
"""Up to so many enterprises are asked for by number; more are read as a whole."""


def amount_of(session: Session) -> ColumnElement[Any]:
    """SQL: a figure’s value as a number; scaled by ``ExactDecimal.SCALE`` on SQLite."""
    return _amount(scaled=_scaled(session))


def _scaled(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def rows_of(ids: Ids, owners: Ids) -> tuple[Ids, NDArray[np.bool_]]:
    """The row of each owner in ``ids``, and a mask of the owners that have one."""
    if not ids.size:
        return np.array([], dtype=np.int64), np.zeros(owners.size, dtype=np.bool_)
    at = np.minimum(np.searchsorted(ids, owners), ids.size - 1)
    mine: NDArray[np.bool_] = ids[at] == owners
    return at[mine].astype(np.int64), mine
