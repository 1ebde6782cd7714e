"""What the benches share: the machine's description, timing by repetition, a database of fictional firms.

A bench is a module ``tests/bench/bench_<name>.py`` that can be run by itself and prints a line a number, for instance
with ``Report``. Each runs in a process of its own, so that no bench warms or fills the memory of the next. Sizes can be
lowered for a trial by ``REGISTRY_BENCH_SCALE=0.01``.
"""

import os
import pkgutil
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine

import tests.bench
from registry.db import make_engine, transaction
from registry.demo.population import population
from registry.services.migrating import migrate
from registry.settings import Settings

PREFIX = "bench_"


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of repeated runs of one thing."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle run."""
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        """The run that 95 of 100 are not slower than."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]


class Report:
    """Prints one line a measurement."""

    def __call__(self, what: str, size: str, timing: Timing | float, note: str = "") -> None:
        """``what`` was measured on ``size``; a timing is shown as median and p95, a single number in seconds."""
        taken = Timing((timing,)) if isinstance(timing, float) else timing
        shown = _time(taken.median)
        if len(taken.seconds) > 1:
            shown += f"  p95 {_time(taken.p95)}  ({len(taken.seconds)} runs)"
        print(f"  {what:<44} {size:<18} {shown}  {note}".rstrip(), flush=True)


def repeat(act: Callable[[], object], times: int = 30) -> Timing:
    """Run ``act`` once to warm up, then ``times`` times."""
    act()
    return Timing(tuple(_timed(act) for _ in range(times)))


def once(act: Callable[[], object]) -> Timing:
    """Run ``act`` a single time, cold."""
    return Timing((_timed(act),))


def scaled(size: int) -> int:
    """The size to use: all of it, or the part REGISTRY_BENCH_SCALE asks for."""
    return max(100, round(size * float(os.environ.get("REGISTRY_BENCH_SCALE", "1"))))


@contextmanager
def scratch() -> Iterator[tuple[Engine, Settings]]:
    """A migrated SQLite database in a folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder, in_folder(Path(folder)) as found:
        yield found


@contextmanager
def in_folder(folder: Path) -> Iterator[tuple[Engine, Settings]]:
    """A migrated SQLite database in this folder, which stays as it is left."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=folder, database_url="")
    engine = make_engine(settings)
    migrate(engine)
    yield engine, settings
    engine.dispose()


@contextmanager
def populated(size: int, *, with_figures: bool = False) -> Iterator[tuple[Engine, Settings]]:
    """The same with so many fictional firms (no titles)."""
    with scratch() as (engine, settings):
        with transaction(engine) as session:
            population(session, size, with_figures=with_figures)
        yield engine, settings


def machine() -> str:
    """Processor, cores, memory and Python in one line."""
    return f"{_processor()}, {os.cpu_count()} cores, {_memory()}, Python {platform.python_version()}"


def run(names: list[str]) -> int:
    """Run the benches named (all if none is); exit status 2 for a name there is none of."""
    known = sorted(module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    known = [name.removeprefix(PREFIX) for name in known if name.startswith(PREFIX)]
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are: {', '.join(known)}")
        return 2
    print(machine(), flush=True)
    failed = False
    for name in names or known:
        print(f"\n{name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"tests.bench.{PREFIX}{name}"], check=False)
        failed = failed or done.returncode != 0
    return 1 if failed else 0


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    pages, page = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{pages * page / 2**30:.0f} GiB"
