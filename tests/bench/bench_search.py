"""How good and how fast searching is: ``python -m tests.bench.bench_search --help``, or ``make bench-search``.

Without options: quality on the invented firms, speed at 100,000 made-up ones. Meilisearch takes part if
REGISTRY_TEST_MEILI_URL names a server, the peers if ``--peers`` names a Python that has them (requirements/bench.txt).
"""

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy.engine import Engine

from registry.search.engine import SearchEngine
from registry.services.indexing import rebuild
from registry.settings import Settings
from tests.bench import search_http, search_peers
from tests.bench.harness import Report, Timing, in_folder, machine, once, scaled, scratch
from tests.bench.search_firms import DIRECTORIES, YEARS, fill, made_up
from tests.bench.search_quality import RealName, judge_names, real_names, show, some, write_names
from tests.bench.search_questions import questions
from tests.bench.search_speed import ask_all, build_apart, folder_of, throughput, upserts
from tests.judged.running import judged, report
from tests.support import machine as equipment
from tests.support.engines import embedded_engine, meilisearch_engine

SIZES = [100_000]
PARTS = ("judged", "names", "speed", "http", "peers")
WRITTEN, INDEXED = "firms.written", "firms.indexed"
"""Marks in a kept folder of what is complete there."""
SAMPLE = 20_000
"""So many of the first firms are sampled for questions."""


def main() -> None:
    """What the options ask for."""
    options = _options()
    print(f"  {machine()}", flush=True)
    engines = ["embedded", *(["meilisearch"] if equipment.meilisearch_url() else [])]
    if len(engines) == 1:
        print(f"  without Meilisearch: {equipment.NO_MEILISEARCH}", flush=True)
    if "judged" in options.parts:
        judge_the_invented(engines)
    if "names" in options.parts:
        judge_real_names(engines, options)
    if {"speed", "http", "peers"} & set(options.parts):
        for size in options.sizes:
            measure(scaled(size), engines, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure searching.")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=["judged", "speed"])
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES, help="numbers of made-up firms")
    parser.add_argument("--names", type=int, default=None, help="only so many of the real names")
    parser.add_argument("--each", type=int, default=400, help="questions of each kind about real names")
    parser.add_argument("--half", choices=("tuning", "reporting", "all"), default="reporting")
    parser.add_argument("--misses", action="store_true", help="print each question about real names that is missed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=None, help="keep firms and index here, use what is there")
    parser.add_argument("--peers", type=Path, default=None, help="a Python with datasette and pyroaring")
    return parser.parse_args()


@contextmanager
def engine_of(name: str, settings: Settings) -> Iterator[SearchEngine]:
    """An empty engine by its name."""
    with ExitStack() as stack:
        url = equipment.meilisearch_url()
        if name == "meilisearch" and url:
            yield stack.enter_context(meilisearch_engine(url, settings.data_dir))
        else:
            yield embedded_engine(settings.data_dir)


def judge_the_invented(engines: list[str]) -> None:
    """The judged queries, class by class."""
    for name in engines:
        print(f"\n  judged queries over invented firms, {name}", flush=True)
        with scratch() as (database, settings), engine_of(name, settings) as search, judged(database, search) as found:
            for line in report(found):
                print(f"  {line}", flush=True)


def judge_real_names(engines: list[str], options: argparse.Namespace) -> None:
    """Questions made from real names, for each engine."""
    folder = equipment.published_files()
    if folder is None:
        print(f"\n  real names skipped. {equipment.NO_DATA}", flush=True)
        return
    names: list[RealName] = some(real_names(folder), options.names)
    print(f"\n  {options.each} questions a kind from the {options.half} half of {len(names):,} real names", flush=True)
    scores = {}
    with scratch() as (database, settings):
        subjects = write_names(database, names)
        for name in engines:
            with engine_of(name, settings) as search:
                Report()(f"build, {name}", f"{len(names)} names", once(lambda s=search: rebuild(database, s)))  # type: ignore[misc]
                scores[name] = judge_names(
                    database,
                    search,
                    subjects,
                    each=options.each,
                    half=options.half,
                    seed=options.seed,
                    tell=options.misses,
                )
    show(scores)


def measure(size: int, engines: list[str], options: argparse.Namespace) -> None:
    """Speed of each engine, through HTTP, and of the peers on the same rows."""
    said, tell = f"{size} firms", Report()
    print(f"\n  {size:,} made-up firms", flush=True)
    with in_folder(options.keep / str(size)) if options.keep else scratch() as (database, settings):
        if not _stands(settings, WRITTEN):
            tell("write the firms", said, once(lambda: fill(folder_of(settings), size)))
            (settings.data_dir / WRITTEN).touch()
        sample = list(islice(made_up(size, batches=len(DIRECTORIES) * len(YEARS)), min(size, SAMPLE)))
        asked = questions(sample)
        taken: dict[str, dict[str, Timing]] = {}
        for name in engines:
            with engine_of(name, settings) as search:
                _build(name, database, settings, search, tell, said)
                if "speed" in options.parts or "peers" in options.parts:
                    print(f"\n  {name}", flush=True)
                    taken[name] = ask_all(database, search, asked, tell, said)
                if "speed" in options.parts:
                    throughput(database, search, asked, said)
                    upserts(database, search, tell, said)
        if "http" in options.parts:
            search_http.measure(settings, asked, tell, said)
        if "peers" in options.parts:
            search_peers.compare(folder_of(settings), size, asked, taken, options.peers, tell)


def _build(name: str, database: Engine, settings: Settings, search: SearchEngine, tell: Report, said: str) -> None:
    """The engine's index of all firms; a kept one is used as it stands."""
    if name != "embedded":
        tell(f"build the index, {name}", said, once(lambda: rebuild(database, search)))
    elif not _stands(settings, INDEXED):
        built = build_apart(settings)
        tell(f"build the index, {name}", said, built.seconds)
        print(f"  peak memory {built.peak_megabytes:.0f} MB, on disk {built.disk_megabytes:.0f} MB", flush=True)
        (settings.data_dir / INDEXED).touch()


def _stands(settings: Settings, mark: str) -> bool:
    return (settings.data_dir / mark).exists()


if __name__ == "__main__":
    main()
