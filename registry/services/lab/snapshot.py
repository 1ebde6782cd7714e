"""The columns of everybody, kept in a file between trials: reading them from the tables takes longer than judging."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.models import AuditEvent, Batch, Enterprise, EnterpriseChain, Fact, Figure, Listing
from registry.services.assessing.gathering import Ids, enterprise_fields, live_enterprises, rows_of, titles_of
from registry.services.lab.packing import Arrays, Facts, Figures, as_bytes, picked

FILE = "columns.npz"
FORMAT = 2
"""Raised whenever the arrays of the file are others: a file of another format counts as none and is read anew."""
CHUNK = 50_000
NO_DATA = (
    "account",
    "assessment_run",
    "cultivation_case",
    "group_link",
    "reexamination",
    "rule_draft",
    "search_word",
    "standard_version",
)
"""Kinds of subjects in the audit trail that change nothing a standard reads."""

Progress = Callable[[int, int], None]


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
    about = {"format": FORMAT, "stamp": stamp(session), "taken_at": clock.now().isoformat()}
    arrays: Arrays = {"about": as_bytes(about)}
    ids = arrays["ids"] = live_enterprises(session)
    rows = [session.scalar(select(func.count()).select_from(table)) or 0 for table in (Figure, Fact)]
    done, total = 0, sum(rows) + 1
    arrays.update(_places(session, ids))
    figures = Figures(ids)
    for part in _parts(session, figures.query(session)):
        figures.add(part)
        done += len(part)
        progress(done, total)
    facts = Facts(ids)
    for part in _parts(session, facts.query()):
        facts.add(part)
        done += len(part)
        progress(done, total)
    arrays.update(figures.columns())
    arrays.update(facts.columns())
    for code in sorted(session.scalars(select(col(Listing.directory_code)).distinct())):
        arrays.update(_titles(session, ids, code))
    progress(total, total)
    return arrays


def _parts(session: Session, query: Any) -> Iterator[Sequence[Any]]:
    """The rows of a whole table, so many at a time, in the order they lie in: once through, and never all in memory."""
    yield from session.execute(query, execution_options={"yield_per": CHUNK}).partitions()


def _places(session: Session, ids: Ids) -> Iterator[tuple[str, Any]]:
    """Fields of the enterprise itself, its place, and who belongs to which chain."""
    fields = enterprise_fields(session, ids)
    for name, values in fields.items():
        if name == "founded_on":
            yield f"field:{name}:values", np.array(values, dtype="datetime64[D]")
        else:
            for part, array in picked(values):
                yield f"field:{name}:{part}", array
    places = dict(session.execute(select(col(Enterprise.id), col(Enterprise.region_code))).all())
    yield "region", np.array([places[number] or "" for number in ids.tolist()], dtype="U6")
    chains: dict[str, list[int]] = {}
    query = select(col(EnterpriseChain.chain_code), col(EnterpriseChain.enterprise_id))
    for code, owner in session.execute(query):
        chains.setdefault(code, []).append(owner)
    for code, owners in chains.items():
        yield f"chain:{code}", np.unique(rows_of(ids, np.array(owners, dtype=np.int64))[0])


def _titles(session: Session, ids: Ids, code: str) -> Iterator[tuple[str, Any]]:
    for part, values in zip(("rows", "from", "to"), titles_of(session, ids, code), strict=True):
        yield f"title:{code}:{part}", values


def taken_at(about: dict[str, Any]) -> datetime:
    """When the snapshot was made."""
    return datetime.fromisoformat(about["taken_at"])
