"""How long assessing stored enterprises takes, tables to stored results: ``python -m tests.bench.bench_assess``."""

import resource
from datetime import date, timedelta
from itertools import cycle

from sqlalchemy import func, insert, select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry import clock
from registry.db import reading, transaction
from registry.models import Enterprise, Figure, Listing
from registry.services.assessing.explaining import explain_now
from registry.services.assessing.running import assess_tier
from registry.tiering.selection import tiers
from tests.bench.harness import Report, machine, once, populated, repeat, scaled
from tests.factories import a_batch

SIZE = 100_000
PREREQUISITE = "srdi_sme"


def main() -> None:
    """Every tier over every firm, then one firm's explanation."""
    size = scaled(SIZE)
    report = Report()
    print(f"  {machine()}; {size} fictional enterprises with three years of figures", flush=True)
    with populated(size, with_figures=True) as (database, _settings):
        day = clock.today()
        with transaction(database) as session:
            _give_titles(session, day)
            firms = session.scalars(select(col(Enterprise.id)).limit(20)).all()
            figures = session.scalar(select(func.count()).select_from(Figure))
        print(f"  {figures} stored figures", flush=True)
        for code in tiers(chosen=True):
            report(f"assess {code}, stored", f"{size} firms", once(lambda c=code: _assess(database, c, day)))  # type: ignore[misc]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  peak memory {peak:.0f} MB", flush=True)
        turn = cycle(firms)
        report("explain one firm", f"{size} firms", repeat(lambda: _explain(database, next(turn), day), 30))


def _assess(database: Engine, code: str, day: date) -> None:
    for run in assess_tier(database, code=code, as_of=day, actor="bench"):
        print(f"    {run.version} {run.procedure.value}: {run.population} firms, {run.counts}", flush=True)


def _explain(database: Engine, enterprise_id: int, day: date) -> None:
    with reading(database) as session:
        explain_now(session, enterprise_id=enterprise_id, code="little_giant", as_of=day)


def _give_titles(session: Session, day: date) -> None:
    """Half of the firms hold the prerequisite title, a tenth the title itself, some of them for a few weeks only."""
    ids = session.scalars(select(col(Enterprise.id)).order_by(col(Enterprise.id))).all()
    for code, every in ((PREREQUISITE, 2), ("little_giant", 10)):
        batch = a_batch(directory_code=code)
        session.add(batch)
        session.flush()
        rows = [
            {
                "enterprise_id": number,
                "directory_code": code,
                "batch_id": batch.id,
                "name_as_announced": "示例",
                "valid_from": day - timedelta(days=700),
                "valid_to": day + timedelta(days=20 + number % 700),
                "recorded_at": clock.now(),
            }
            for number in ids[::every]
        ]
        session.execute(insert(Listing), rows)


if __name__ == "__main__":
    main()
