"""Numbers of the whole installation for whoever collects metrics: read from the database when they are asked for.

What one process has seen (its requests) is counted where requests are; here is what every process would say alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from registry import clock
from registry.models import Attempt, Job
from registry.search.engine import SearchEngine
from registry.services.accounts.throttling import SIGN_IN_NETWORK
from registry.services.signs import BACKUP, last_beat, last_sign
from registry.services.status import status
from registry.vocabulary import JobState

LAST_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of one metric."""

    name: str
    help: str
    value: float
    labels: dict[str, str] = field(default_factory=dict)


def measure(session: Session, search: SearchEngine) -> Iterator[Measured]:
    """Everything, in the order in which it is to be shown: values of one metric stand together."""
    now, found = clock.now(), status(session, search)
    yield from _jobs(session)
    index = found.index
    usable = "Whether the index of this engine can be read; 0: the database answers searches."
    yield Measured("registry_search_usable", usable, float(index.enterprises is not None), {"engine": search.name})
    yield Measured("registry_index_enterprises", "Enterprises in the index.", float(index.enterprises or 0))
    yield Measured("registry_outbox_waiting", "Changes that the index has not seen yet.", float(index.waiting))
    yield Measured("registry_index_lag_seconds", "Age of the oldest of them.", index.lag_seconds)
    if found.drift is not None:
        differing = found.drift.missing + found.drift.extra + found.drift.different
        yield Measured("registry_index_drift_entries", "What the last nightly comparison mended.", float(differing))
        compared = "When index and database were last compared."
        yield Measured("registry_index_compared_timestamp_seconds", compared, found.drift.at.timestamp())
    for row in found.lists:
        if row.days is not None:
            age = "Days since the newest final announcement of a directory."
            yield Measured("registry_list_age_days", age, float(row.days), {"directory": row.code})
    for name, at in (("backup", last_sign(session, BACKUP)), ("worker", last_beat(session))):
        if at is not None:
            age = f"Seconds since the last sign of a {name}."
            yield Measured(f"registry_{name}_age_seconds", age, max(0.0, (now - at).total_seconds()))
    counted = func.coalesce(func.sum(col(Attempt.count)), 0)
    of_signing_in = col(Attempt.kind) == SIGN_IN_NETWORK.kind, col(Attempt.window_start) >= now - LAST_HOUR
    refused = session.scalar(select(counted).where(*of_signing_in)) or 0
    yield Measured("registry_sign_ins_refused_last_hour", "Sign-ins with a wrong password or login.", float(refused))


def _jobs(session: Session) -> Iterator[Measured]:
    counted = session.execute(
        select(col(Job.kind), col(Job.state), func.count())
        .where(col(Job.state).in_((JobState.QUEUED, JobState.RUNNING, JobState.FAILED)))
        .group_by(col(Job.kind), col(Job.state))
        .order_by(col(Job.kind), col(Job.state))
    )
    for kind, state, number in counted:
        said = "Background jobs that wait, run or were set aside."
        yield Measured("registry_jobs", said, float(number), {"kind": kind, "state": state.value})
    due = col(Job.state) == JobState.QUEUED, col(Job.run_at) <= clock.now()
    oldest = session.scalars(select(func.min(col(Job.run_at))).where(*due)).one()
    waited = (clock.now() - oldest).total_seconds() if oldest is not None else 0.0
    yield Measured("registry_job_oldest_waiting_seconds", "How long the oldest due job has waited.", max(0.0, waited))
