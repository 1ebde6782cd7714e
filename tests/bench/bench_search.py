"""How long finding takes, rows from the database included: ``python -m tests.bench.bench_search``."""

import random
import resource
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from registry import clock
from registry.db import reading, transaction
from registry.models import Enterprise, IndexOutbox, Listing
from registry.search.embedded import EmbeddedEngine
from registry.search.query import SearchQuery
from registry.search.words import compact_core
from registry.services.finding import find
from registry.services.indexing import apply_outbox, rebuild
from tests.bench.harness import Report, machine, once, populated, repeat, scaled
from tests.factories import a_batch

SIZE = 100_000
DIRECTORIES = ("hte", "srdi_sme", "little_giant", "innovative_sme", "champion_provincial", "unicorn")
TITLES = (0, 0, 0, 1, 1, 2, 4)
"""How many titles a firm may have, each as likely."""
RUNS = 40


def main() -> None:
    """Build, ask, update."""
    size = scaled(SIZE)
    report = Report()
    print(f"  {machine()}; {size} fictional enterprises with titles", flush=True)
    with populated(size) as (database, settings):
        with transaction(database) as session:
            give_titles(session, size)
        search = EmbeddedEngine(settings.index_dir)
        report("build the index", f"{size} firms", once(lambda: rebuild(database, search)))
        print(f"  on disk {_megabytes(settings.index_dir):.0f} MB, peak memory {_peak():.0f} MB", flush=True)
        ask_everything(database, search, report, size)
        for number in (1, 1_000):
            report(f"upsert {number}", f"{size} firms", repeat(lambda n=number: _upsert(database, search, n), 5))  # type: ignore[misc]


def ask_everything(database: Engine, search: EmbeddedEngine, report: Report, size: int) -> None:
    """Each kind of question with exact total, five facets and twenty rows; different names in turn."""
    chance = random.Random(7)  # noqa: S311 - a fixed order of questions, no secret
    with reading(database) as session:
        query = select(col(Enterprise.name_zh), col(Enterprise.uscc)).where(col(Enterprise.uscc).is_not(None))
        rows = session.execute(query.limit(5_000)).all()
    picked = chance.sample(rows, min(RUNS + 1, len(rows)))
    names = [row.name_zh for row in picked]
    # All fictional names begin with 示例; what follows is the brand.
    brands = [compact_core(name).removeprefix("示例")[:2] for name in names]
    yesterday = clock.today() - timedelta(days=365)
    kinds: dict[str, list[SearchQuery]] = {
        "exact name": [SearchQuery(text=name) for name in names],
        "two-character brand": [SearchQuery(text=brand) for brand in brands],
        "credit code": [SearchQuery(text=row.uscc) for row in picked],
        "one wrong character": [SearchQuery(text=_typo(compact_core(name), chance)) for name in names],
        "legal form (broad)": [SearchQuery(text="有限公司", literal=True)],
        "empty, five facets": [SearchQuery()],
        "directory and city": [SearchQuery(directories=("hte",), cities=("440300",))],
        "empty, status and directory chosen": [SearchQuery(directories=("hte",), statuses=("expired",))],
        "brand on another day": [SearchQuery(text=brand, as_of=yesterday) for brand in brands],
        "directory on another day": [SearchQuery(directories=("little_giant",), as_of=yesterday)],
    }
    for kind, questions in kinds.items():
        turn = iter(questions * (RUNS + 1))
        report(kind, f"{size} firms", repeat(lambda t=turn: _ask(database, search, next(t)), RUNS))  # type: ignore[misc]
    for kind in ("exact name", "two-character brand", "empty, five facets"):
        turn = iter(kinds[kind] * 11)
        report(f"{kind}, database alone", f"{size} firms", repeat(lambda t=turn: _ask(database, None, next(t)), 8))  # type: ignore[misc]


def give_titles(session: Session, size: int) -> None:
    """Titles of three years, some ended, from a fixed seed."""
    chance = random.Random(11)  # noqa: S311 - a fixed population, no secret
    batches = [a_batch(directory_code=code, year=2020 + year) for code in DIRECTORIES for year in range(7)]
    session.add_all(batches)
    session.flush()
    ids = list(session.scalars(select(col(Enterprise.id))))
    rows = []
    for number in ids:
        for batch in chance.sample(batches, chance.choice(TITLES)):
            start = date(batch.year, 7, 1)
            row = {"enterprise_id": number, "directory_code": batch.directory_code, "batch_id": batch.id}
            row |= {"name_as_announced": "示例", "valid_from": start, "valid_to": date(batch.year + 3, 6, 30)}
            rows.append(row | {"recorded_at": clock.now()})
    for at in range(0, len(rows), 5_000):
        session.execute(insert(Listing), rows[at : at + 5_000])


def _ask(database: Engine, search: EmbeddedEngine | None, question: SearchQuery) -> None:
    with reading(database) as session:
        find(session, search, question)


def _upsert(database: Engine, search: EmbeddedEngine, number: int) -> None:
    with transaction(database) as session:
        rows = [{"kind": "enterprise", "subject_id": n, "queued_at": clock.now()} for n in range(1, number + 1)]
        session.execute(insert(IndexOutbox), rows)
    apply_outbox(database, search)


def _typo(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice("甲乙丙丁戊己庚辛") + text[at + 1 :]


def _megabytes(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
