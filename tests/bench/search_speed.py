"""How long finding takes: every kind of question through the one call page, API and command use."""

import multiprocessing
import resource
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.engine import Engine

from registry import clock
from registry.db import make_engine, reading, transaction
from registry.models import IndexOutbox
from registry.search.engine import SearchEngine
from registry.services.finding import find
from registry.services.indexing import apply_outbox, rebuild
from registry.settings import Settings
from tests.bench.harness import Report, Timing, repeat
from tests.bench.search_questions import Question
from tests.support.engines import embedded_engine

RUNS = 120
THREADS = (1, 2, 4)
THREAD_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Built:
    """What building an index took."""

    seconds: float
    peak_megabytes: float
    disk_megabytes: float


def build_apart(settings: Settings) -> Built:
    """Build the embedded index in a process of its own, so that its peak memory is its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        seconds, peak = pool.submit(_build, settings).result()
    size = sum(file.stat().st_size for file in settings.index_dir.rglob("*") if file.is_file())
    return Built(seconds, peak, size / 1e6)


def _build(settings: Settings) -> tuple[float, float]:
    database = make_engine(settings)
    begun = time.perf_counter()
    rebuild(database, embedded_engine(settings.data_dir))
    seconds = time.perf_counter() - begun
    database.dispose()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ask_all(
    database: Engine, search: SearchEngine | None, asked: dict[str, list[Question]], report: Report, size: str
) -> dict[str, Timing]:
    """Exact total, five facets, twenty rows with reasons and highlights; other names in turn. Timings by kind."""
    found = {}
    with reading(database) as session:
        for kind, questions in asked.items():
            turn = cycle(questions)
            totals: list[int] = []

            def ask(turn: "cycle[Question]" = turn, totals: list[int] = totals) -> None:
                totals.append(find(session, search, next(turn).ours).total)

            for _ in questions[:10]:
                ask()
            found[kind] = repeat(ask, max(RUNS, len(questions)))
            report(kind, size, found[kind], f"{_middle(totals):,} hits")
    return found


def throughput(database: Engine, search: SearchEngine, asked: dict[str, list[Question]], size: str) -> None:
    """Questions a second of a mixture of all kinds, with one, two and four threads."""
    turns = [islice(cycle(many), 60) for many in asked.values()]
    mixture = [question for several in zip(*turns, strict=True) for question in several]
    for threads in THREADS:
        done = _in_threads(threads, database, search, mixture)
        print(
            f"  {f'throughput, {threads} threads':<44} {size:<18} {done / THREAD_SECONDS:.0f} questions/s", flush=True
        )


def _in_threads(threads: int, database: Engine, search: SearchEngine, mixture: list[Question]) -> int:
    counts = [0] * threads
    end = time.perf_counter() + THREAD_SECONDS

    def work(own: int) -> None:
        turn = islice(cycle(mixture), own * 17, None)
        with reading(database) as session:
            while time.perf_counter() < end:
                find(session, search, next(turn).ours)
                counts[own] += 1

    running = [threading.Thread(target=work, args=(own,)) for own in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(counts)


def upserts(database: Engine, search: SearchEngine, report: Report, size: str) -> None:
    """From the outbox row to the committed index: one firm, a thousand firms."""
    for number in (1, 1_000):
        report(f"upsert {number}", size, repeat(_upserting(database, search, number), 5))


def _upserting(database: Engine, search: SearchEngine, number: int) -> Callable[[], None]:
    def upsert() -> None:
        with transaction(database) as session:
            rows = [{"kind": "enterprise", "subject_id": n, "queued_at": clock.now()} for n in range(1, number + 1)]
            session.execute(insert(IndexOutbox), rows)
        apply_outbox(database, search)

    return upsert


def _middle(totals: list[int]) -> int:
    return sorted(totals)[len(totals) // 2] if totals else 0


def folder_of(settings: Settings) -> Path:
    """Where the database file stands."""
    return settings.data_dir / "registry.sqlite3"
