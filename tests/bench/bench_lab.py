"""How long a what-if in the rule laboratory takes over stored enterprises: ``python -m tests.bench.bench_lab``.

Reading the columns happens once, in the worker; after that every trial is a comparison of two rules over everybody.
"""

import resource
import time
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry import clock
from registry.db import reading, transaction
from registry.policies import SYSTEM
from registry.services.lab.drafts import create_draft
from registry.services.lab.snapshot import take_snapshot
from registry.services.lab.trials import FOLDER, backtest_draft, latest_trial, save_and_try, try_draft
from registry.tiering.editing import fields
from tests.bench.bench_assess import _give_titles
from tests.bench.harness import Report, machine, once, populated, scaled

SEED = 20_000
COPIES = 10
STEP = 1_000_000
BASE = "LG26"


def main() -> None:
    """Reading the columns, the first what-if, further ones after a change of a threshold, a backtest."""
    size = scaled(SEED)
    report = Report()
    print(f"  {machine()}; {size * COPIES} fictional enterprises with three years of figures", flush=True)
    with populated(size, with_figures=True) as (database, settings):
        for copy in range(1, COPIES):
            with transaction(database) as session:
                _copy(session, copy)
        with transaction(database) as session:
            _give_titles(session, clock.today())
        _measure(database, settings.data_dir / FOLDER, report, f"{size * COPIES} firms")


def _measure(database: Engine, folder: Path, report: Report, size: str) -> None:
    day = clock.today()
    report("read the columns", size, once(lambda: _read(database, folder)))
    with transaction(database) as session:
        draft = create_draft(
            session,
            based_on=BASE,
            version=f"{BASE}A",
            first_day=day + timedelta(days=1),
            document=("示例", "示例〔2099〕1号"),
            actor=SYSTEM,
        )
    path = next(field.path for field in fields(draft.text) if field.criterion == "LG26-3")
    used = time.process_time()
    report(
        "first what-if of a process",
        size,
        once(lambda: try_draft(database, draft_id=draft.id, folder=folder, as_of=day, actor=SYSTEM)),
        f"CPU {time.process_time() - used:.2f} s",
    )
    for revision, value in enumerate(("4000", "3000", "2000", "6000"), start=draft.revision):
        used = time.process_time()
        taken = once(lambda v=value, r=revision: _change(database, draft.id, {path: v}, r, folder, day))  # type: ignore[misc]
        report(f"change to {value} and what-if", size, taken, f"CPU {time.process_time() - used:.2f} s")
    report(
        "backtest",
        size,
        once(lambda: backtest_draft(database, draft_id=draft.id, folder=folder, as_of=day, actor=SYSTEM)),
    )
    with reading(database) as session:
        trial = latest_trial(session, draft_id=draft.id, kind="what_if")
    print(f"  {trial.what_if.moves if trial and trial.what_if else None}", flush=True)
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True)


def _read(database: Engine, folder: Path) -> None:
    with reading(database) as session:
        take_snapshot(session, folder)


def _change(database: Engine, draft_id: int, values: dict[str, str], revision: int, folder: Path, day: date) -> None:
    save_and_try(database, draft_id=draft_id, values=values, revision=revision, folder=folder, as_of=day, actor=SYSTEM)


def _copy(session: Session, copy: int) -> None:
    """Everybody once more under other numbers, with figures a little different: names allow for fewer firms."""
    for table in ("enterprise", "enterprise_chain", "figure", "fact"):
        columns = [row[1] for row in session.execute(text(f"PRAGMA table_info({table})"))]
        chosen = [_column(table, name, copy) for name in columns]
        owner = "id" if table == "enterprise" else "enterprise_id"
        into, source = ", ".join(columns), ", ".join(chosen)
        copied = f"INSERT INTO {table} ({into}) SELECT {source} FROM {table} WHERE {owner} < {STEP}"  # noqa: S608
        session.execute(text(copied))


def _column(table: str, name: str, copy: int) -> str:
    if name == "id":
        return f"id + {copy * STEP * (1 if table == 'enterprise' else 10)}"
    if name == "enterprise_id":
        return f"enterprise_id + {copy * STEP}"
    if name == "uscc":
        return "NULL"
    if table == "figure" and name == "value":
        return f"CAST(value * (0.8 + {copy} * 0.05) AS INTEGER)"
    return name


if __name__ == "__main__":
    main()
