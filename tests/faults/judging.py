"""After everything was broken: is every acknowledged act there, is anything half there, does the index agree?"""

import re
import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.engine import Engine
from sqlmodel import Session, col, func, select

from registry.db import reading
from registry.models import Batch, ImportRow, ImportRun, IndexOutbox, Job, Listing, SubmissionField
from registry.services import index_check
from registry.services.audit import verify_chain
from registry.services.batch_life.freezing import verify_batches
from registry.services.indexing import search_engine
from registry.settings import Settings
from registry.vocabulary import BatchState, ImportState, JobState
from tests.faults.driving import FIELD, Ledger

PATIENCE_SECONDS = 90
MADE_BEFORE = "测试"
"""Who brought the rows of the drafts, which were made before anything was broken."""


@dataclass
class Verdict:
    """What was found. ``lost`` and ``half`` name each fault."""

    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    given_up: int = 0
    """Jobs whose worker was killed three times: they say so, and nothing of them is there."""
    events: int = 0

    def add(self, other: "Verdict") -> None:
        """Count another run in."""
        self.acknowledged += other.acknowledged
        self.lost += other.lost
        self.half += other.half
        self.given_up += other.given_up
        self.events += other.events

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.acknowledged.items()))
        return (
            f"acts acknowledged {self.acknowledged.total()} ({kinds}), lost {len(self.lost)}, half there "
            f"{len(self.half)}, given up {self.given_up}, events of the audit chain {self.events}"
        )


def wait_until_quiet(database: Engine) -> None:
    """Until the processes that live have done all that was queued. Nobody helps them."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left := _left(database):
        assert time.monotonic() < deadline, f"still waiting after {PATIENCE_SECONDS} s: {left}"
        time.sleep(0.1)


def _left(database: Engine) -> dict[str, int]:
    with reading(database) as session:
        waiting = session.exec(select(func.count()).select_from(IndexOutbox)).one()
        opened = select(func.count()).where(col(Job.state).in_([JobState.QUEUED, JobState.RUNNING]))
        counts = {"changes of the index": waiting, "jobs": session.exec(opened).one()}
    return {what: count for what, count in counts.items() if count}


def judge(database: Engine, settings: Settings, ledger: Ledger) -> Verdict:
    """Everything that was acknowledged against what the database says; what is half done; index and audit chain."""
    found = Verdict(Counter(kind for kind, _, _ in ledger.entries))
    with reading(database) as session:
        for entry in ledger.entries:
            if fault := _missing(session, *entry):
                found.lost.append(f"{entry}: {fault}")
        found.half += _half(session)
        found.given_up = len(session.exec(select(Job.id).where(col(Job.state) == JobState.FAILED)).all())
        found.events, broken = verify_chain(session)
        found.half += [f"audit chain: {broken}"] if broken else []
        found.half += [f"batch {one.batch_id}: {one.differences}" for one in verify_batches(session) if not one.ok]
    drift = index_check.check(database, search_engine(settings))
    found.half += [f"index: {drift.examples}"] if drift.total else []
    return found


def _missing(session: Session, kind: str, subject: int, value: int) -> str:
    """What is wrong with an act that was acknowledged; empty if nothing."""
    if kind == "final":
        state = session.get_one(Batch, subject).state
        return "" if state is BatchState.FINAL else f"is {state}"
    if kind == "decided":
        where = col(SubmissionField.submission_id) == subject, col(SubmissionField.path) == FIELD
        reason = session.exec(select(SubmissionField.reason).where(*where)).one()
        last = re.search(r"\d+", reason)
        # A later one may have gone over it, an earlier one never.
        return "" if last and int(last[0]) >= value else f"the reason is {reason!r}"
    run = session.get(ImportRun, subject)
    if run is None:
        return "no such import"
    allowed = {
        "staged": tuple(ImportState),
        "written": (ImportState.WRITTEN,),
        "signed": (ImportState.WRITTEN, ImportState.REVIEWED),
    }[kind]
    return "" if run.state in allowed and _staged(session, subject) == value else f"is {run.state}"


def _staged(session: Session, number: int) -> int:
    rows = select(func.count()).select_from(ImportRow).where(col(ImportRow.import_id) == number)
    return session.exec(rows).one()


def _half(session: Session) -> list[str]:
    """Imports whose rows are neither all written nor not at all; signed ones that nobody writes any more."""
    listed = (
        select(ImportRow.import_id, func.count())
        .join(Listing, col(Listing.import_row_id) == col(ImportRow.id))
        .group_by(col(ImportRow.import_id))
    )
    titles = dict(session.exec(listed).all())
    found = []
    for run in session.exec(select(ImportRun).where(col(ImportRun.actor) != MADE_BEFORE)).all():
        expected = _staged(session, run.id) if run.state is ImportState.WRITTEN else 0
        if titles.get(run.id, 0) != expected:
            found.append(f"import {run.id} is {run.state} and {titles.get(run.id, 0)} rows have a title")
    return found
