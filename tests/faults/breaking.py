"""Rounds of killing: people work, something dies in the middle of it, comes back, and at last everything is counted."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from registry.db import make_engine
from registry.services.indexing import rebuild, search_engine
from registry.settings import Settings
from tests.faults.driving import KINDS, Ledger, Office
from tests.faults.judging import Verdict, judge, wait_until_quiet
from tests.faults.processes import Installation, installation

PATIENCE_SECONDS = 90
VICTIMS = ("web", "work", "both")


@dataclass
class Breaking:
    """How often and how many. ``kill_database`` and ``start_database`` are of a PostgreSQL server of one's own."""

    rounds: int
    seed: int
    webs: int = 1
    workers: int = 1
    kill_database: Callable[[], None] | None = None
    start_database: Callable[[], None] | None = None


def break_it(settings: Settings, breaking: Breaking) -> Verdict:
    """Kill ``rounds`` times while people work on a migrated installation; what was found afterwards."""
    chance = random.Random(breaking.seed)  # noqa: S311 - a repeatable choice, no secret
    database = make_engine(settings)
    rebuild(database, search_engine(settings))
    ledger = Ledger(settings.data_dir.parent / "ledger.txt")
    with installation(settings) as processes:
        office = Office(database, processes.address, ledger, seed=breaking.seed)
        living = {
            "web": [processes.start("web") for _ in range(breaking.webs)],
            "work": [processes.start("work") for _ in range(breaking.workers)],
        }
        office.open()
        try:
            for _ in range(breaking.rounds):
                _wait_for_an_act(ledger)
                time.sleep(chance.uniform(0.0, 1.2))
                _one_death(processes, living, breaking, chance)
            # At last nobody dies, until each kind of act was done.
            _wait_until(lambda: ledger.kinds() >= KINDS)
        finally:
            office.close()
        wait_until_quiet(database)
        for number in (*living["web"], *living["work"]):
            processes.kill(number)
    found = judge(database, settings, ledger)
    database.dispose()
    return found


def _one_death(
    processes: Installation, living: dict[str, list[int]], breaking: Breaking, chance: random.Random
) -> None:
    """Somebody dies and comes back."""
    victims = (*VICTIMS, "database") if breaking.kill_database else VICTIMS
    victim = chance.choice(victims)
    if victim == "database" and breaking.kill_database and breaking.start_database:
        breaking.kill_database()
        time.sleep(chance.uniform(0.0, 0.3))
        breaking.start_database()
        return
    for duty in ("web", "work") if victim == "both" else (victim,):
        place = chance.randrange(len(living[duty]))
        processes.kill(living[duty][place])
        living[duty][place] = processes.start(duty)


def _wait_for_an_act(ledger: Ledger) -> None:
    """Until something was done again: killing what has not come back yet breaks nothing new."""
    before = len(ledger.entries)
    _wait_until(lambda: len(ledger.entries) > before)


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"not come back within {PATIENCE_SECONDS} s"
        time.sleep(0.005)
