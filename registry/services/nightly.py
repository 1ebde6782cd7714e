"""The daily schedule: at a set local time the night's work is queued, once a day, by one process of however many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from registry import clock
from registry.db import reading, transaction
from registry.errors import InvalidInput
from registry.models import DailyRun
from registry.policies import SYSTEM
from registry.services.assessing.requesting import KIND
from registry.services.drift import DRIFT_JOB
from registry.services.jobs import queue_job
from registry.services.pool.chasing import parse_steps
from registry.services.pool.reassessing import pool_tiers
from registry.services.standards import known_standards
from registry.settings import Settings
from registry.tiering.selection import tiers

NAME = "reassessment"
POOL_JOB = "pool"
FEED_JOB = "feed"
"""Due and expired titles are told, and whatever no act has told."""
BULK_JOB = "bulk"
"""The bulk files of the day are written."""
POOL, ALL = "pool", "all"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the night's work begins, which tiers it assesses, and after how many quiet days a case is chased."""

    at: time
    tiers: tuple[str, ...] = (POOL,)
    chase_days: tuple[int, ...] = ()


def schedule_of(settings: Settings) -> Schedule | None:
    """The schedule the settings ask for; None where it is off. Raises InvalidInput for a value that cannot be read."""
    text = settings.nightly_at.strip()
    if not text:
        return None
    try:
        at = time.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"每日时间“{text[:20]}”看不懂。应写成 02:30 的样子，留空则不运行。",
            f"The time “{text[:20]}” cannot be read. Write it like 02:30; leave it empty for none.",
            field="REGISTRY_NIGHTLY_AT",
            value=text,
        ) from None
    chosen = tuple(part.strip().lower() for part in settings.nightly_tiers.split(",") if part.strip())
    return Schedule(at.replace(tzinfo=None), chosen or (POOL,), parse_steps(settings.pool_chase_days))


def queue_night(database: Engine, schedule: Schedule, *, now: datetime) -> bool:
    """Queue the work of today if its time has come and nobody has; whether this call did.

    Local time is the province's. After a day without any process the work is made up for as soon as one runs.
    """
    local = now.astimezone(clock.PROVINCE_ZONE)
    if local.time() < schedule.at:
        return False
    day = local.date()
    with reading(database) as session:
        begun = select(DailyRun.id).where(col(DailyRun.name) == NAME, col(DailyRun.day) == day)
        if session.exec(begun).first() is not None:
            return False
    try:
        with transaction(database) as session:
            session.add(DailyRun(name=NAME, day=day))
            session.flush()
            # Before the work that takes long: titles end at midnight.
            queue_job(session, kind=FEED_JOB, key=day.isoformat(), payload={}, actor=SYSTEM.label)
            queue_job(session, kind=BULK_JOB, key=day.isoformat(), payload={}, actor=SYSTEM.label)
            for tier in _tiers(session, schedule.tiers):
                payload = {"tier": tier, "as_of": day.isoformat()}
                queue_job(session, kind=KIND, key=tier, payload=payload, actor=SYSTEM.label)
            pool = {"as_of": day.isoformat(), "chase_days": list(schedule.chase_days)}
            queue_job(session, kind=POOL_JOB, key=day.isoformat(), payload=pool, actor=SYSTEM.label)
            # Last: what the night has changed should have reached the index by then.
            queue_job(session, kind=DRIFT_JOB, key=day.isoformat(), payload={}, actor=SYSTEM.label)
    except IntegrityError:
        return False  # another process was quicker; its jobs are queued
    return True


def mark_done(session: Session) -> None:
    """Today's work has been done by hand: a demo is assessed when it is made."""
    session.add(DailyRun(name=NAME, day=clock.today()))
    session.flush()


def _tiers(session: Session, chosen: Sequence[str]) -> list[str]:
    known = tiers(among=known_standards(session), chosen=True)
    wanted = set(known) if ALL in chosen else set(chosen)
    if POOL in chosen:
        wanted |= set(pool_tiers(session))
    return [tier for tier in known if tier in wanted]
