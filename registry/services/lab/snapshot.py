"""The columns of everybody, kept in a file between trials: reading them from the tables takes longer than judging."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Text, cast, func, select
from sqlmodel import Session, col

from registry import clock
from registry.models import AuditEvent, Batch, Enterprise, EnterpriseChain, Fact, Figure, Listing
from registry.services.assessing.gathering import (
    Ids,
    enterprise_fields,
    figures_of,
    live_enterprises,
    rows_of,
    strength_of,
    titles_of,
)
from registry.tiering.figure_values import read_value
from registry.tiering.figures import FigureDef, annual_names, fact_names

FILE = "columns.npz"
NO_DATA = (
    "account",
    "assessment_run",
    "cultivation_case",
    "rule_draft",
    "search_word",
    "standard_version",
)
"""Kinds of subjects in the audit trail that change nothing a standard reads."""

Progress = Callable[[int, int], None]
Arrays = dict[str, np.ndarray[Any, Any]]


def stamp(session: Session) -> str:
    """What changes whenever data that standards read change: the last such act and the newest rows. Cheap to ask."""
    acts = select(func.max(col(AuditEvent.id))).where(col(AuditEvent.subject_kind).not_in(NO_DATA))
    newest = [session.scalar(acts)]
    newest += [session.scalar(select(func.max(col(table.id)))) for table in (Enterprise, Figure, Fact, Listing, Batch)]
    return ".".join(str(number or 0) for number in newest)


def take_snapshot(session: Session, folder: Path, *, progress: Progress | None = None) -> Path:
    """Read everybody's columns and put the file in place of the one before. Returns its path.

    Holds every figure of every year, every fact with the day it was stated for, every title with its days, so that
    any rule can be tried for any day. Long work for many enterprises: a column at a time, never the whole table.
    """
    arrays = _all_columns(session, progress or (lambda _done, _total: None))
    folder.mkdir(parents=True, exist_ok=True)
    path, fresh = folder / FILE, folder / f"{FILE}.{os.getpid()}.new"
    with fresh.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)
    fresh.replace(path)
    return path


def _all_columns(session: Session, progress: Progress) -> Arrays:
    about: dict[str, Any] = {"stamp": stamp(session), "taken_at": clock.now().isoformat()}
    ids = live_enterprises(session)
    figures = [key for key in _figure_keys(session) if key[0] in annual_names()]
    facts = [name for name in session.scalars(select(col(Fact.name)).distinct()) if name in fact_names()]
    codes = sorted(session.scalars(select(col(Listing.directory_code)).distinct()))
    total = len(figures) + len(facts) + len(codes) + 1
    arrays: Arrays = {"ids": ids}
    steps: list[Iterator[tuple[str, Any]]] = [_places(session, ids)]
    steps += [_figure(session, ids, key) for key in figures]
    steps += [_fact(session, ids, name) for name in sorted(facts)]
    steps += [_titles(session, ids, code) for code in codes]
    for done, step in enumerate(steps, start=1):
        arrays.update(step)
        progress(done, total)
    arrays["about"] = as_bytes(about)
    return arrays


def _figure_keys(session: Session) -> list[tuple[str, int]]:
    query = select(col(Figure.year), col(Figure.name)).distinct()
    return sorted((name, year) for year, name in session.execute(query))


def _places(session: Session, ids: Ids) -> Iterator[tuple[str, Any]]:
    """Fields of the enterprise itself, its place, and who belongs to which chain."""
    fields = enterprise_fields(session, ids)
    for name, values in fields.items():
        yield f"field:{name}", as_bytes([one.isoformat() if isinstance(one, date) else one for one in values])
    places = dict(session.execute(select(col(Enterprise.id), col(Enterprise.region_code))).all())
    yield "region", np.array([places[number] or "" for number in ids.tolist()], dtype="U6")
    chains: dict[str, list[int]] = {}
    query = select(col(EnterpriseChain.chain_code), col(EnterpriseChain.enterprise_id))
    for code, owner in session.execute(query):
        chains.setdefault(code, []).append(owner)
    for code, owners in chains.items():
        yield f"chain:{code}", np.unique(rows_of(ids, np.array(owners, dtype=np.int64))[0])


def _figure(session: Session, ids: Ids, key: tuple[str, int]) -> Iterator[tuple[str, Any]]:
    yield f"figure:{key[0]}:{key[1]}", figures_of(session, ids, [key])[key]


def _fact(session: Session, ids: Ids, name: str) -> Iterator[tuple[str, Any]]:
    """Every statement, the strongest last, with the day it was made for."""
    about = fact_names()[name]
    # As text: a fact has few different values, and reading each once is many times faster than reading each row.
    parts = (col(Fact.enterprise_id), cast(col(Fact.known_on), Text), cast(col(Fact.value), Text))
    query = select(*parts).where(col(Fact.name) == name)
    stated = [tuple(row) for row in session.execute(query.order_by(strength_of(Fact), col(Fact.id)))]
    rows, mine = rows_of(ids, np.array([owner for owner, _, _ in stated], dtype=np.int64))
    known = {raw: _read(about, json.loads(raw)) for raw in {value for _, _, value in stated}}
    values = [known[value] for (_, _, value), one in zip(stated, mine.tolist(), strict=True) if one]
    yield f"fact:{name}:rows", rows
    yield f"fact:{name}:days", np.array([day for _, day, _ in stated], dtype="datetime64[D]")[mine]
    yield f"fact:{name}:values", _packed(about, values)


def _read(about: FigureDef, value: Any) -> Any:
    # As ``gathering`` reads it: words as a figures file reads them, anything else as it is.
    return read_value(about.name, about, value) if isinstance(value, str) else value


def _packed(about: FigureDef, values: list[Any]) -> np.ndarray[Any, Any]:
    if about.kind == "date":
        return np.array(values, dtype="datetime64[D]")
    if all(isinstance(one, bool | int | float) for one in values):
        return np.array(values, dtype=np.float64)
    return as_bytes(values)


def _titles(session: Session, ids: Ids, code: str) -> Iterator[tuple[str, Any]]:
    for part, values in zip(("rows", "from", "to"), titles_of(session, ids, code), strict=True):
        yield f"title:{code}:{part}", values


def as_bytes(value: Any) -> np.ndarray[Any, Any]:
    """A value as JSON in an array of bytes: what has no column of its own in the file."""
    return np.frombuffer(json.dumps(value, ensure_ascii=False).encode(), dtype=np.uint8)


def from_bytes(array: np.ndarray[Any, Any]) -> Any:
    """The value that ``as_bytes`` packed."""
    return json.loads(array.tobytes())


def taken_at(about: dict[str, Any]) -> datetime:
    """When the snapshot was made."""
    return datetime.fromisoformat(about["taken_at"])
