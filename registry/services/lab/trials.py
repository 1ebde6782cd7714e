"""Trying a draft: over everybody, and against recognised lists. What came out is kept, bound to the text tried."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from sqlalchemy import func, select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry.db import reading, transaction
from registry.errors import InvalidInput, StorageUnavailable
from registry.models import Enterprise, Job, RuleTrial
from registry.policies import ACTING, Actor, require
from registry.schemas.base import ReadModel
from registry.services.jobs import OPEN, queue_job
from registry.services.lab.backtesting import BATCHES, backtest, recognised_lists
from registry.services.lab.columns import Columns, load
from registry.services.lab.comparing import Compared, compare
from registry.services.lab.drafts import get_draft, save_values
from registry.services.lab.shapes import Backtest, Mover, WhatIf, Wrong
from registry.services.lab.snapshot import stamp, take_snapshot
from registry.services.standards import known_standards
from registry.tiering.report import gap_of
from registry.tiering.selection import find
from registry.vocabulary import JobState

Kind: TypeAlias = Literal["what_if", "backtest"]
JOB = "lab_columns"
FOLDER = "lab"
FEW = 5_000
"""Up to so many enterprises are read while somebody waits; more are read by the worker."""
TOLD = 50
"""Firms of each side whose reasons are kept in words."""
KEPT = 20_000
"""Firms of each side that are kept by number."""


class DataState(ReadModel):
    """What trials are made on. ``fresh``: nothing has changed since; ``job_state``: how reading newer data goes."""

    taken_at: datetime | None
    fresh: bool
    size: int
    few: bool
    job_state: JobState | None
    done: int
    total: int
    error: str | None

    @property
    def ready(self) -> bool:
        """A trial can be made at once."""
        return self.taken_at is not None or self.few

    @property
    def reading(self) -> bool:
        """The worker is reading data, or will be."""
        return self.job_state in OPEN


class Trial(ReadModel):
    """One trial with what it showed."""

    id: int
    kind: str
    text_hash: str
    as_of: date
    data_at: datetime
    seconds: float
    actor: str
    run_at: datetime
    what_if: WhatIf | None
    backtest: Backtest | None


class Reason(ReadModel):
    """Why one firm changes sides, or is judged otherwise than the list says; in words."""

    zh: str
    en: str


def data_state(session: Session, folder: Path) -> DataState:
    """Whether there are data to try drafts on, how old they are, and whether newer ones are being read."""
    columns = load(folder)
    query = select(Job).where(col(Job.kind) == JOB).order_by(col(Job.id).desc()).limit(1)
    job = session.scalars(query).first()
    return DataState(
        taken_at=columns.taken_at if columns else None,
        fresh=columns is not None and columns.stamp == stamp(session),
        size=columns.size if columns else 0,
        few=_few(session),
        job_state=job.state if job else None,
        done=job.done if job else 0,
        total=job.total if job else 0,
        error=job.error if job else None,
    )


def request_data(session: Session, *, actor: Actor) -> None:
    """Have the worker read everybody's columns anew; waiting work is not queued twice. Raises NotAllowed."""
    require(actor, ACTING)
    busy = select(col(Job.id)).where(col(Job.kind) == JOB, col(Job.state).in_(OPEN))
    if session.scalars(busy).first() is None:
        queue_job(session, kind=JOB, key="all", payload={}, actor=actor.label)


def try_draft(database: Engine, *, draft_id: int, folder: Path, as_of: date, actor: Actor) -> int:
    """Compare a draft with the version it was copied from over everybody, and keep the result. Returns its number.

    It reads first and writes in one short transaction at the end. Raises NotFound, NotAllowed, StorageUnavailable
    where the data have not been read yet.
    """
    require(actor, ACTING)
    begun = time.perf_counter()
    with reading(database) as session:
        draft = get_draft(session, draft_id=draft_id, actor=actor)
        columns = _columns(session, folder)
        base = find(draft.based_on, among=known_standards(session))[0]
        compared = compare(columns, base=base, draft=draft.standard, as_of=as_of)
        firms = _firms(compared)
    return _keep(database, draft_id, draft.text_hash, "what_if", as_of, columns, begun, actor, compared.what_if, firms)


def backtest_draft(
    database: Engine, *, draft_id: int, folder: Path, actor: Actor, as_of: date, batch_ids: Sequence[int] = ()
) -> int:
    """Hold a draft and its version against recognised lists (the newest, or those chosen) and keep the result.

    A tier without any list gives an empty backtest, which says so. Raises as ``try_draft``; InvalidInput for a list
    that is not one of the tier's.
    """
    require(actor, ACTING)
    begun = time.perf_counter()
    with reading(database) as session:
        draft = get_draft(session, draft_id=draft_id, actor=actor)
        columns = _columns(session, folder)
        base = find(draft.based_on, among=known_standards(session))[0]
        lists = recognised_lists(session, tier=draft.tier)
        unknown = set(batch_ids) - {one.batch_id for one in lists}
        if unknown:
            raise InvalidInput("没有这一批名单。", "There is no such list.", field="batch", value=min(unknown))
        chosen = [one for one in lists if one.batch_id in batch_ids] or lists[:BATCHES]
        tested = backtest(session, columns, base=base, draft=draft.standard, batches=chosen)
    firms = {"wrong": [[one.batch_id, one.enterprise_id, int(one.listed), one.results] for one in tested.wrong]}
    return _keep(database, draft_id, draft.text_hash, "backtest", as_of, columns, begun, actor, tested.backtest, firms)


def latest_trial(session: Session, *, draft_id: int, kind: Kind) -> Trial | None:
    """The last trial of a kind, whatever text it was made of."""
    query = (
        select(RuleTrial)
        .where(col(RuleTrial.draft_id) == draft_id, col(RuleTrial.kind) == kind)
        .order_by(col(RuleTrial.id).desc())
        .limit(1)
    )
    row = session.scalars(query).first()
    if row is None:
        return None
    return Trial(
        id=row.id,
        kind=row.kind,
        text_hash=row.text_hash,
        as_of=row.as_of,
        data_at=row.data_at,
        seconds=row.seconds,
        actor=row.actor,
        run_at=row.run_at,
        what_if=WhatIf.model_validate(row.result) if kind == "what_if" else None,
        backtest=Backtest.model_validate(row.result) if kind == "backtest" else None,
    )


def movers_of(session: Session, trial_id: int) -> tuple[list[Mover], dict[int, Reason]]:
    """The firms that change sides, those who gain first, and in words the reasons of the first of each side."""
    firms = session.get_one(RuleTrial, trial_id).firms
    movers = [
        Mover(enterprise_id=number, gains=side == "gains", before=before, after=after)
        for side in ("gains", "losses")
        for number, before, after in firms[side]
    ]
    return movers, {int(number): Reason(zh=zh, en=en) for number, (zh, en) in firms["reasons"].items()}


def wrong_of(session: Session, trial_id: int) -> list[Wrong]:
    """The firms a backtest judged otherwise than the lists."""
    rows = session.get_one(RuleTrial, trial_id).firms["wrong"]
    return [
        Wrong(batch_id=batch, enterprise_id=number, listed=bool(listed), results=results)
        for batch, number, listed, results in rows
    ]


def tried(session: Session, *, draft_id: int, text_hash: str) -> frozenset[str]:
    """Which trials were made of exactly this text."""
    query = select(col(RuleTrial.kind)).where(
        col(RuleTrial.draft_id) == draft_id, col(RuleTrial.text_hash) == text_hash
    )
    return frozenset(session.scalars(query))


def read_data(database: Engine, folder: Path, progress: Any) -> int:
    """Read everybody's columns into the folder; returns how many enterprises. What the worker does."""
    with reading(database) as session:
        take_snapshot(session, folder, progress=progress)
    columns = load(folder)
    return columns.size if columns else 0


def _few(session: Session) -> bool:
    return (session.scalar(select(func.count()).select_from(Enterprise)) or 0) <= FEW


def _columns(session: Session, folder: Path) -> Columns:
    """The data to try on; few enterprises are read at once if theirs have changed."""
    columns = load(folder)
    if (columns is None or columns.stamp != stamp(session)) and _few(session):
        take_snapshot(session, folder)
        columns = load(folder)
    if columns is None:
        raise StorageUnavailable(
            "全省数据还没有读取。请先在本页读取数据。", "The data have not been read yet. Read them on this page first."
        )
    return columns


def _firms(compared: Compared) -> dict[str, Any]:
    movers = compared.movers()
    sides = {
        "gains": [one for one in movers if one.gains][:KEPT],
        "losses": [one for one in movers if not one.gains][:KEPT],
    }
    found: dict[str, Any] = {
        name: [[one.enterprise_id, one.before, one.after] for one in side] for name, side in sides.items()
    }
    told = [one.enterprise_id for side in sides.values() for one in side[:TOLD]]
    return found | {"reasons": dict(_reasons(compared, set(told)))}


def _reasons(compared: Compared, told: set[int]) -> Iterable[tuple[str, list[str]]]:
    """What a firm that gains was short of, and what one that loses is short of now."""
    ids = compared.columns.ids
    for pair in compared.pairs:
        gains, losses = pair.gains, pair.losses
        for at in (gains | losses).nonzero()[0].tolist():
            number = int(ids[pair.rows[at]])
            if number in told:
                reason = gap_of(pair.before if gains[at] else pair.after, at)
                yield str(number), [reason.zh, reason.en]


def _keep(
    database: Engine,
    draft_id: int,
    text_hash: str,
    kind: Kind,
    as_of: date,
    columns: Columns,
    begun: float,
    actor: Actor,
    result: WhatIf | Backtest,
    firms: dict[str, Any],
) -> int:
    trial = RuleTrial(
        draft_id=draft_id,
        kind=kind,
        text_hash=text_hash,
        as_of=as_of,
        data_at=columns.taken_at,
        result=result.model_dump(mode="json"),
        firms=firms,
        seconds=round(time.perf_counter() - begun, 3),
        actor=actor.label,
    )
    with transaction(database) as session:
        session.add(trial)
        session.flush()
        return trial.id


def save_and_try(
    database: Engine,
    *,
    draft_id: int,
    values: Mapping[str, str],
    revision: int,
    folder: Path,
    as_of: date,
    actor: Actor,
) -> None:
    """Set the fields of the form and compare at once. Raises as ``save_values`` and ``try_draft``."""
    with transaction(database) as session:
        save_values(session, draft_id=draft_id, values=values, revision=revision, actor=actor)
    try_draft(database, draft_id=draft_id, folder=folder, as_of=as_of, actor=actor)
