"""How soon an edit can be found: from its commit until a search finds it, with the worker running beside.

``python -m tests.bench.bench_freshness [FIRMS] [EDITS]`` prints the times, also for edits during a rebuild; the aim is
two seconds at p95. With ``REGISTRY_SEARCH_URL`` set the index is on that server: use one that holds nothing else.
"""

import random
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy.engine import Engine

from registry.db import make_engine, reading, transaction
from registry.models import Enterprise
from registry.search.engine import SearchEngine
from registry.search.query import SearchQuery
from registry.services import index_check
from registry.services.finding import find
from registry.services.indexing import Rebuilt, rebuild, search_engine
from registry.services.migrating import migrate
from registry.services.outbox import enterprises_changed
from registry.settings import Settings
from tests.support.killing import nursery
from tests.support.population import add_enterprise

FIRMS, EDITS = 20_000, 200
AT_ONCE = 1_000
PAUSE_SECONDS = 0.01
SYLLABLES = "安博川达恩方光海嘉科蓝明宁鹏启瑞盛泰维新雅智卓远"


def main(firms: int = FIRMS, edits: int = EDITS) -> None:
    """Fill, build, edit, print."""
    chance = random.Random(1)  # noqa: S311 - a repeatable choice, no secret
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data")
        database = make_engine(settings)
        migrate(database)
        numbers = _fill(database, chance, firms)
        search = search_engine(settings)
        built = rebuild(database, search)
        print(f"{built.count} firms, built and judged in {built.seconds:.1f} s")
        with nursery(settings, hurried=False) as processes:
            processes.start("work")
            _print(
                "edit to found, one after the other", [_edit(database, search, chance, numbers) for _ in range(edits)]
            )
            _print_rebuild(settings, database, search, chance, numbers)
        started = time.perf_counter()
        drift = index_check.check(database, search)
        print(f"compared {drift.compared} entries in {time.perf_counter() - started:.1f} s: {drift.total} differ")
        rebuild(database, search)
        started = time.perf_counter()
        index_check.rollback(database, search)
        print(f"went back a version in {time.perf_counter() - started:.1f} s")


def _fill(database: Engine, chance: random.Random, firms: int) -> list[int]:
    numbers = []
    for start in range(0, firms, AT_ONCE):
        with transaction(database) as session:
            names = (_name(chance) for _ in range(min(AT_ONCE, firms - start)))
            numbers += [add_enterprise(session, name).id for name in names]
    return numbers


def _name(chance: random.Random) -> str:
    brand = "".join(chance.choices(SYLLABLES, k=4))
    return f"惠州市{brand}示例{chance.choice(('电子', '光电', '材料', '机械'))}有限公司"


def _edit(database: Engine, search: SearchEngine, chance: random.Random, numbers: list[int]) -> float:
    """Seconds from the commit of an edit until a search by the new name finds it in the index."""
    name = _name(chance).replace("示例", f"示例{chance.randrange(10**9):09d}")
    with transaction(database) as session:
        number = chance.choice(numbers)
        session.get_one(Enterprise, number).name_zh = name
        enterprises_changed(session, [number])
    committed = time.perf_counter()
    while True:
        with reading(database) as session:
            page = find(session, search, SearchQuery(text=name))
        if page.total and page.hits[0].name == name and not page.degraded:
            return time.perf_counter() - committed
        time.sleep(PAUSE_SECONDS)


def _print_rebuild(
    settings: Settings, database: Engine, search: SearchEngine, chance: random.Random, numbers: list[int]
) -> None:
    """Edits while another process rebuilds; only those found before the new version was swapped in count."""
    before = search.version()
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        building = pool.submit(_rebuild, settings)
        while not search.is_building():
            time.sleep(PAUSE_SECONDS)
        times = []
        while not building.done():
            seconds = _edit(database, search, chance, numbers)
            if search.version() == before:
                times.append(seconds)
        done = building.result()
    _print(f"edit to found during a rebuild of {done.seconds:.1f} s, {len(times)} edits", times)
    print(f"nobody else could write for {done.locked * 1000:.0f} ms of it")


def _rebuild(settings: Settings) -> Rebuilt:
    return rebuild(make_engine(settings), search_engine(settings))


def _print(what: str, seconds: list[float]) -> None:
    ranks = statistics.quantiles(seconds, n=100)
    print(f"{what}: p50 {ranks[49] * 1000:.0f} ms, p95 {ranks[94] * 1000:.0f} ms, most {max(seconds) * 1000:.0f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
