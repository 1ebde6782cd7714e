"""The highest rate the whole registry holds: ``python -m tests.bench.bench_load --help``, or ``make bench-load``.

PostgreSQL, web processes and a worker as docs/operating.md has them run, all on this machine; whoever asks is a process
of its own. Public: 70 % searches with facets, 20 % enterprise pages, 10 % lists and downloads; beside them two requests
a second of officials. A rate is held if p95 from the planned moment is at most 150 ms and nothing fails.
"""

import argparse
import http.client
import itertools
import os
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode

from registry.db import make_engine, reading
from registry.services.finding import find
from registry.services.indexing import search_engine
from registry.settings import Settings
from tests.bench.harness import Timing, machine
from tests.bench.load_asking import Answered, Planned, ask_apart, schedule
from tests.bench.load_filling import batches, office, onto_postgres, prepare
from tests.bench.search_firms import DIRECTORIES, YEARS, MadeUp, made_up
from tests.bench.search_questions import Question, questions
from tests.faults.postgres import MortalServer, mortal_server
from tests.faults.processes import Installation, installation

MIX = {"search": 70.0, "enterprise": 20.0, "list": 9.0, "download": 1.0}
OFFICE_MIX = {"inbox": 30.0, "case": 70.0}
OFFICE_RATE = 2.0
AIM_SECONDS = 0.150
FIRST_RATE, MOST, REFINED = 4.0, 512.0, 2
SLOWEST = 1.0
"""A machine that does not hold one a second is asked no slower."""
EACH_PAGE, WARM_ROUNDS = 40, 4
PAGES = ("home", "search", "enterprise", "directory", "batch", "products", "plan", "open data", "inbox", "case")
KEPT = frozenset(PAGES) - {"search", "inbox", "case"}
NOT_KEPT = "another=cookie"
"""What a visitor sends for whom no page is kept and who is sent none (``web/kept_pages.py``)."""
OK = (200, 303)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Step:
    """One rate, asked for a while."""

    rate: float
    answered: list[Answered]
    processor: dict[str, float]
    """Seconds of processor each process took."""
    took: float

    @property
    def public(self) -> Timing:
        return Timing(tuple(one.seconds for one in self.answered if one.kind in MIX))

    @property
    def failed(self) -> int:
        return sum(one.status not in OK for one in self.answered)

    @property
    def held(self) -> bool:
        return not self.failed and self.public.p95 <= AIM_SECONDS


def main() -> None:
    """Prepare, measure each number of web processes, report."""
    options = _options()
    print(f"{machine()}, load before {os.getloadavg()[0]:.1f}; {options.size:,} made-up firms", flush=True)
    with _folder(options) as folder, mortal_server() as server:
        prepare(folder, options.size)
        settings = Settings(data_dir=folder, database_url=server.url)
        onto_postgres(folder, settings)
        firms = list(islice(made_up(options.size, batches=len(DIRECTORIES) * len(YEARS)), min(options.size, 20_000)))
        asked = list(itertools.chain.from_iterable(questions(firms).values()))
        alone = _engine_alone(settings, asked, options.seconds)
        paths = _paths(settings, firms, asked)
        for webs in options.webs:
            with installation(settings, hurried=False) as processes:
                living = {f"web {n}": processes.start("web") for n in range(webs)}
                living["worker"] = processes.start("work")
                _warm(processes, paths)
                if webs == options.webs[0]:
                    _each_page(processes, server, living, paths)
                _climb(processes, server, living, paths, options, alone)


@contextmanager
def _folder(options: argparse.Namespace) -> Iterator[Path]:
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        yield options.keep
    else:
        with tempfile.TemporaryDirectory(prefix="registry-load-") as folder:
            yield Path(folder)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Find the highest rate that is held.")
    parser.add_argument("--size", type=int, default=200_000, help="made-up firms")
    parser.add_argument("--webs", type=int, nargs="+", default=[1, 2], help="numbers of web processes")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each rate")
    parser.add_argument("--keep", type=Path, default=None, help="keep firms and index here, use what is there")
    return parser.parse_args()


def _engine_alone(settings: Settings, asked: list[Question], seconds: float) -> float:
    """Searches a second, called in this process one after the other."""
    database, search = make_engine(settings), search_engine(settings)
    done, turn = 0, itertools.cycle(asked)
    for question in asked:
        with reading(database) as session:
            find(session, search, question.ours)
    began, used = time.perf_counter(), time.process_time()
    while (took := time.perf_counter() - began) < seconds:
        with reading(database) as session:
            find(session, search, next(turn).ours)
        done += 1
    database.dispose()
    own = (time.process_time() - used) / done
    print(
        f"the search alone, one thread: {done / took:.0f} a second, {own * 1000:.1f} ms of processor each", flush=True
    )
    return done / took


def _paths(settings: Settings, firms: list[MadeUp], asked: list[Question]) -> dict[str, list[str]]:
    cases, cookie = office(settings)
    lists = [f"/directories/{code}" for code in DIRECTORIES] + [f"/batches/{number}" for number in batches(settings)]
    return {
        "search": [f"/search?{urlencode(one.ours.changed(literal=True).params())}" for one in asked],
        "enterprise": [f"/e/{firm.code}" for firm in firms],
        "list": lists,
        "download": [f"/directories/{code}/download?format=csv&city=441200" for code in DIRECTORIES],
        "inbox": ["/office/inbox"],
        "case": [f"/office/submissions/{number}" for number in cases],
        "home": ["/"],
        "directory": [f"/directories/{code}" for code in DIRECTORIES],
        "batch": lists[len(DIRECTORIES) :],
        "products": ["/products", f"/products?{urlencode({'q': '激光雷达'})}"],
        "plan": ["/plan"],
        "open data": ["/open-data"],
        "cookie": [cookie],
    }


def _warm(processes: Installation, paths: dict[str, list[str]]) -> None:
    """Every template and statement met, and every list kept, in every process with some luck."""
    kinds = [kind for kind in paths if kind != "cookie"]
    plan = [
        Planned(turn + number / 16, kind, paths[kind][turn % len(paths[kind])], _cookie(kind, paths))
        for turn in range(5)
        for number, kind in enumerate(kinds)
    ]
    plan += [Planned(6 + number / 4, "list", path) for number, path in enumerate(paths["list"] * WARM_ROUNDS)]
    wrong = Counter((one.kind, one.status) for one in ask_apart(processes.address, plan) if one.status not in OK)
    if wrong:
        print(f"while warming up: {dict(wrong)}", flush=True)


def _cookie(kind: str, paths: dict[str, list[str]]) -> str:
    return paths["cookie"][0] if kind in OFFICE_MIX else ""


def _each_page(
    processes: Installation, server: MortalServer, living: dict[str, int], paths: dict[str, list[str]]
) -> None:
    """Each kind of page by itself, one request after the other: made for this visitor, and as it was kept."""
    print("| page, one after the other | p50 ms | p95 ms | processor, ms | kept p50 ms | kept p95 ms |")
    print("| --- " * 6 + "|", flush=True)
    for kind in PAGES:
        asked = [paths[kind][turn * 7 % len(paths[kind])] for turn in range(EACH_PAGE)]
        before = _processor(server, living)
        made = Timing(tuple(_ask_once(processes.address, path, _cookie(kind, paths) or NOT_KEPT) for path in asked))
        after = _processor(server, living)
        used = (sum(after.values()) - sum(before.values())) / EACH_PAGE
        shown = [f"{seconds * 1000:.0f}" for seconds in (made.median, made.p95, used)]
        if kind in KEPT:
            for path in asked:
                _ask_once(processes.address, path, "")
            kept = Timing(tuple(_ask_once(processes.address, path, "") for path in asked))
            shown += [f"{seconds * 1000:.1f}" for seconds in (kept.median, kept.p95)]
        else:
            shown += ["–", "–"]
        print(f"| {kind} | {' | '.join(shown)} |", flush=True)


def _ask_once(address: str, path: str, cookie: str) -> float:
    """One request over a connection of its own; its seconds."""
    connection = http.client.HTTPConnection(address, timeout=60)
    began = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - began
    connection.close()
    if answer.status not in OK:
        print(f"{path} answered {answer.status}")
    return took


def _climb(
    processes: Installation,
    server: MortalServer,
    living: dict[str, int],
    paths: dict[str, list[str]],
    options: argparse.Namespace,
    alone: float,
) -> None:
    """Double the rate until it is not held, then halve the gap some times."""
    webs = sum(name.startswith("web") for name in living)
    print(f"\n{webs} web process(es)\n{_HEAD}", flush=True)
    held: Step | None = None
    rate, low, high = FIRST_RATE, 0.0, 0.0
    for _ in range(20):
        step = _step(processes, server, living, paths, rate, options.seconds)
        _show(step)
        low, high, held = (rate, high, step) if step.held else (low, rate, held)
        if not high and rate < MOST:
            rate *= 2
        elif high <= SLOWEST or high - low <= high / 2**REFINED:
            break
        else:
            rate = (low + high) / 2
    searches = low * MIX["search"] / sum(MIX.values())
    print(f"held: {low:g} a second, {searches:.1f} of them searches: {searches / alone:.2f} of the search alone")


_HEAD = (
    "| rate | p50 ms | p95 ms | p99 ms | failed | office p95 ms | sent late p95 ms | processor |\n" + "| --- " * 8 + "|"
)


def _show(step: Step) -> None:
    public, ordered = step.public, sorted(step.public.seconds)
    beside = Timing(tuple(one.seconds for one in step.answered if one.kind in OFFICE_MIX) or (0.0,))
    late = Timing(tuple(one.late for one in step.answered))
    numbers = [public.median, public.p95, ordered[round(0.99 * (len(ordered) - 1))]]
    shown = " | ".join(f"{seconds * 1000:.0f}" for seconds in numbers)
    parts = ", ".join(f"{name} {spent / step.took:.0%}" for name, spent in step.processor.items())
    parts += f"; {sum(step.processor.values()) / len(step.answered) * 1000:.0f} ms a request"
    print(
        f"| {step.rate:g}{' held' if step.held else ''} | {shown} | {step.failed} | {beside.p95 * 1000:.0f} "
        f"| {late.p95 * 1000:.0f} | {parts} |",
        flush=True,
    )
    slow = defaultdict(list)
    for one in step.answered:
        slow[one.kind].append(one.seconds)
    if not step.held:
        print("  medians: " + ", ".join(f"{kind} {statistics.median(t) * 1000:.0f} ms" for kind, t in slow.items()))
        slowest = sorted(step.answered, key=lambda one: -one.seconds)[:5]
        print("  slowest: " + ", ".join(f"{one.path} {one.seconds * 1000:.0f} ms" for one in slowest))


def _step(
    processes: Installation,
    server: MortalServer,
    living: dict[str, int],
    paths: dict[str, list[str]],
    rate: float,
    seconds: float,
) -> Step:
    plan = schedule(rate, seconds, paths, MIX, seed=1)
    beside = schedule(OFFICE_RATE, seconds, paths, OFFICE_MIX, seed=2)
    plan += [Planned(one.at, one.kind, one.path, paths["cookie"][0]) for one in beside]
    before, began = _processor(server, living), time.perf_counter()
    answered = ask_apart(processes.address, sorted(plan, key=lambda one: one.at))
    took, after = time.perf_counter() - began, _processor(server, living)
    return Step(rate, answered, {name: after[name] - before[name] for name in after}, took)


def _processor(server: MortalServer, living: dict[str, int]) -> dict[str, float]:
    """Seconds of processor so far, of each process and of all of PostgreSQL's together."""
    found = {name: _ticks(number)[0] for name, number in living.items()}
    family = server.family()
    found["PostgreSQL"] = sum(_ticks(number)[0] for number in family) + _ticks(family[0])[1]
    return found


def _ticks(number: int) -> tuple[float, float]:
    """Seconds of a process, and of its children that have ended."""
    try:
        numbers = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0, 0.0
    own, ended = numbers[11:13], numbers[13:15]
    return sum(map(int, own)) / TICKS, sum(map(int, ended)) / TICKS


if __name__ == "__main__":
    main()
