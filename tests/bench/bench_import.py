"""How long a list takes to come in: ``python -m tests.bench.bench_import``.

The whole command (reading, archive, staging, writing) in a process of its own, against a process that imports pandas
and reads the same file. The list of 35,713 registrations is used if the published files are there, else made-up firms;
a list ten times as long shows what a row costs and whether memory stays flat.
"""

import gzip
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from registry.db import make_engine
from registry.identity import check_character
from registry.services.migrating import migrate
from registry.settings import Settings
from tests.bench.harness import Report, scaled
from tests.support import machine

ROWS = 35_713
LONG = 10
REPEATS = 3
HEADER = "企业名称,统一社会信用代码,注册号,登记状态,状态简称,成立日期,注册资本,省份,城市,城市代码,区县代码\n"
PANDAS = "import sys, pandas; pandas.read_csv(sys.argv[1], dtype=str)"
COMMAND = "import sys, commands; sys.exit(commands.main(sys.argv[1:]))"


def made_up(count: int) -> Iterator[str]:
    """Registrations of fictional firms with valid codes, in the shape of the published file."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for number in range(count):
        serial = "".join(alphabet[number // 31**place % 31] for place in range(5))
        body = f"91440300MA{serial[::-1]}" + "00"
        code = body + check_character(body)
        yield (
            f"深圳市示例{number}号科技有限公司,{code},4403{number:011d},存续（在营、开业、在册）,存续,"
            f"2019-07-{number % 28 + 1:02d},{number % 900 + 10}万元人民币,广东,深圳市,4403,44030{number % 5 + 3}\n"
        )


def compress(path: Path, count: int) -> None:
    """A compressed list, written row by row: a child starts with its parent's peak, so this process stays small."""
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=3) as file:
        file.write(HEADER)
        file.writelines(made_up(count))


def published() -> Path | None:
    """The published registrations, where they are."""
    folder = machine.published_files()
    found = folder / "company-registrations-2019/registrations.csv.gz" if folder else None
    return found if found is not None and found.is_file() else None


def measured(arguments: list[str], data_dir: Path, compiled: str) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and peak kilobytes of one process.

    Every module is read compiled from ``compiled``, as wherever a program has run once before, also where the
    environment forbids Python to keep what it compiled.
    """
    environment = {**os.environ, "REGISTRY_DATA_DIR": str(data_dir), "PYTHONPYCACHEPREFIX": compiled}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(arguments, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{arguments[:3]} ended with {process.returncode}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def best(arguments: list[str], compiled: str, *, fresh: bool) -> tuple[float, float, int]:
    """The quickest of a few runs after one that is not counted, each on a new database if ``fresh``."""
    runs = []
    for _ in range(1 + REPEATS):
        with TemporaryDirectory(prefix="registry-bench-") as folder:
            settings = Settings(data_dir=Path(folder))
            if fresh:
                engine = make_engine(settings)
                migrate(engine)
                engine.dispose()
            runs.append(measured(arguments, settings.data_dir, compiled))
    return min(runs[1:])


def main() -> None:
    """Measure both lists and print the numbers."""
    report = Report()
    with TemporaryDirectory(prefix="registry-bench-") as folder:
        compiled = str(Path(folder) / "compiled")
        short = Path(folder) / "short.csv.gz"
        long = Path(folder) / "long.csv.gz"
        source = published()
        rows, many = scaled(ROWS), scaled(ROWS * LONG)
        if source is not None and rows == ROWS:
            short.write_bytes(source.read_bytes())
        else:
            compress(short, rows)
        compress(long, many)
        for path, count in ((short, rows), (long, many)):
            size = f"{count:,} rows"
            bare, bare_cpu, bare_kb = best([sys.executable, "-c", PANDAS, str(path)], compiled, fresh=False)
            command = [sys.executable, "-c", COMMAND, "import", str(path), "--yes"]
            wall, cpu, kb = best(command, compiled, fresh=True)
            report(
                "process: import pandas, read the file", size, bare, f"cpu {bare_cpu:.2f} s, peak {bare_kb >> 10} MB"
            )
            report(
                "process: registry import --yes",
                size,
                wall,
                f"cpu {cpu:.2f} s, peak {kb >> 10} MB, {count / wall:,.0f} rows/s, "
                f"{wall / bare:.1f}× wall, {cpu / bare_cpu:.1f}× cpu",
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"  (this process: {peak} MB)", flush=True)


if __name__ == "__main__":
    main()
