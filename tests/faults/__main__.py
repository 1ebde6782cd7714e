"""Kill many times and count: ``python -m tests.faults --rounds 200``, or ``make faults ROUNDS=200``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import pytest

from registry.db import make_engine
from registry.services.migrating import migrate
from registry.settings import Settings
from tests.bench.harness import machine
from tests.faults.breaking import Breaking, break_it
from tests.faults.judging import Verdict
from tests.faults.postgres import mortal_server
from tests.support.accounts import cheap_hashes

IN_ONE = 25
"""Deaths in one installation before everything in it is counted and the next one is set up."""


def main() -> int:
    """Rounds on PostgreSQL and SQLite in turn until all are done or time is up."""
    options = _options()
    deadline = time.monotonic() + options.minutes * 60
    found, done, turn = {"PostgreSQL": Verdict(), "SQLite": Verdict()}, 0, 0
    print(f"{machine()}, seed {options.seed}", flush=True)
    with pytest.MonkeyPatch.context() as patch:
        cheap_hashes(patch)
        while done < options.rounds and time.monotonic() < deadline:
            rounds = min(IN_ONE, options.rounds - done)
            kind = ("PostgreSQL", "SQLite")[turn % 2]
            one = _one(kind, rounds, options.seed + turn)
            found[kind].add(one)
            done, turn = done + rounds, turn + 1
            print(f"{kind}, {rounds} deaths: {one}", flush=True)
            for fault in (*one.lost, *one.half):
                print(f"  {fault}", flush=True)
    for kind, verdict in found.items():
        print(f"{kind}, all: {verdict}")
    print(f"{done} deaths")
    return 1 if any(verdict.lost or verdict.half for verdict in found.values()) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill processes in the middle of work and count what is lost.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=60.0, help="begin no other installation after so long")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _one(kind: str, rounds: int, seed: int) -> Verdict:
    with tempfile.TemporaryDirectory(prefix="registry-faults-") as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        settings.data_dir.mkdir()
        if kind == "SQLite":
            return break_it(_migrated(settings), Breaking(rounds, seed))
        with mortal_server() as server:
            settings = _migrated(settings.model_copy(update={"database_url": server.url}))
            deadly = Breaking(rounds, seed, webs=2, workers=2, kill_database=server.kill, start_database=server.start)
            return break_it(settings, deadly)


def _migrated(settings: Settings) -> Settings:
    engine = make_engine(settings)
    migrate(engine)
    engine.dispose()
    return settings


if __name__ == "__main__":
    sys.exit(main())
