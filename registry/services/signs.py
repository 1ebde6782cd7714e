"""Signs of life: when a worker last said that it works, when the last backup was taken. Kept in the database, so that
whoever looks, from whatever machine, sees the same."""

import os
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from registry import clock
from registry.db import transaction
from registry.errors import StorageUnavailable
from registry.models import Sign

BEAT_SECONDS = 30.0
WORKER = "worker "
"""What the names of workers begin with; machine and process follow."""
BACKUP = "backup"
FORGOTTEN_AFTER = timedelta(days=30)
"""A worker that has been silent for so long has been replaced."""


def tell_sign(session: Session, name: str, detail: dict[str, Any] | None = None) -> None:
    """It has happened now."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {"at": clock.now(), "detail": detail or {}}
    row = dialect.insert(Sign).values(name=name[:80], **values)
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_=values))


def last_sign(session: Session, name: str) -> datetime | None:
    """When it last happened; None if it never has."""
    return session.scalars(select(col(Sign.at)).where(col(Sign.name) == name)).first()


def last_beat(session: Session) -> datetime | None:
    """When any worker last said that it works."""
    return session.scalars(select(func.max(col(Sign.at))).where(col(Sign.name).startswith(WORKER))).first()


def keep_beating(database: Engine, stop: threading.Event) -> None:
    """Say again and again that this worker works, until it is told to stop."""
    name = f"{WORKER}{socket.gethostname()[:40]}:{os.getpid()}"
    while not stop.is_set():
        try:
            with transaction(database) as session:
                _forget_silent(session)
                tell_sign(session, name)
        except (StorageUnavailable, SQLAlchemyError):
            pass  # the beat is missing, and that is what it tells
        stop.wait(BEAT_SECONDS)


def _forget_silent(session: Session) -> None:
    silent = col(Sign.name).startswith(WORKER), col(Sign.at) < clock.now() - FORGOTTEN_AFTER
    session.execute(delete(Sign).where(*silent))
