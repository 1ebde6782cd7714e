"""How fast the interface may be asked: a token bucket for each address or key, shared by all processes of a machine.

The buckets lie in a small database of their own beside the data. Counting a question never waits for whoever writes to
the registry, and losing the file loses nothing but counts.
"""

import math
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from registry.services.accounts.passwords import digest

FILE = "quota.sqlite3"
BURST = 2
"""Seconds' worth that may be asked at once after a pause."""
FORGOTTEN_SECONDS = 600.0
_WAIT_SECONDS = 0.2

log = structlog.get_logger()

_AHEAD_SECONDS = 2.0
"""A bucket filled later than now by more was filled before the clock was set back: it counts as full, else it would
refuse until the clock has caught up."""

_HAS = f"""
CASE WHEN at > :now + {_AHEAD_SECONDS} THEN :full ELSE min(:full, tokens + max(0, :now - at) * :rate) END
"""
_TAKE = f"""
INSERT INTO bucket (subject, tokens, at) VALUES (:subject, :full - 1, :now)
ON CONFLICT (subject) DO UPDATE SET
  tokens = {_HAS} - 1, at = CASE WHEN at > :now + {_AHEAD_SECONDS} THEN :now ELSE max(at, :now) END
WHERE {_HAS} >= 1
RETURNING tokens
"""  # noqa: S608 - constants of this module


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left after a question. ``wait_seconds`` is 0 where it was allowed."""

    rate: int
    left: int
    reset_seconds: int
    """Until the bucket is full again."""
    wait_seconds: int = 0

    @property
    def is_refused(self) -> bool:
        return self.wait_seconds > 0


@dataclass
class Quotas:
    """The buckets of a data folder."""

    data_dir: Path
    clock: Callable[[], float] = time.time
    _local: threading.local = field(default_factory=threading.local)

    def take(self, subject: str, *, rate: int) -> Allowance:
        """Count one question of ``subject``, who may ask ``rate`` times a second and twice that after a pause.

        Where the buckets cannot be used the question is let through: a full disk must not close the registry.
        """
        full, now = float(rate * BURST), self.clock()
        try:
            with self._connection() as connection:
                given = {"subject": digest(subject), "full": full, "rate": float(rate), "now": now}
                row = connection.execute(_TAKE, given).fetchone()
                if row is None:
                    query = "SELECT tokens, at FROM bucket WHERE subject = ?"
                    tokens, at = connection.execute(query, (given["subject"],)).fetchone()
                    have = min(full, tokens + max(0.0, now - at) * rate)
                    return Allowance(rate, 0, math.ceil((full - have) / rate), max(1, math.ceil((1 - have) / rate)))
                if row[0] == full - 1:
                    connection.execute("DELETE FROM bucket WHERE at < ?", (now - FORGOTTEN_SECONDS,))
        except (sqlite3.Error, OSError) as trouble:
            log.warning("quota_not_counted", error=str(trouble))
            return Allowance(rate, rate, 0)
        return Allowance(rate, int(row[0]), math.ceil((full - row[0]) / rate))

    def _connection(self) -> sqlite3.Connection:
        """One a thread; what it does in a ``with`` is one transaction."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            self.data_dir.mkdir(parents=True, exist_ok=True)
            found = sqlite3.connect(self.data_dir / FILE, timeout=_WAIT_SECONDS)
            found.execute("PRAGMA journal_mode=WAL")
            found.execute("PRAGMA synchronous=OFF")
            found.execute("CREATE TABLE IF NOT EXISTS bucket (subject TEXT PRIMARY KEY, tokens REAL, at REAL)")
            self._local.connection = found
        return found
