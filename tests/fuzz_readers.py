"""Damage files of every kind for as long as asked and count what becomes of them. Run by hand, not with the tests:

python -m tests.fuzz_readers --minutes 5 --seed 1 --keep FOLDER
"""

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from import_scripts.limits import Limits
from import_scripts.reading import open_file
from registry.errors import FileRefused
from tests.unit.imports.damaging import damaged, valid_files

SLOW = 10.0
LIMITS = replace(Limits(), child_wall_seconds=60)


def outcome(path: Path) -> str:
    """``read``, ``refused``, ``too slow`` (stopped by a limit of time) or what else was raised."""
    try:
        with open_file(path, LIMITS) as read:
            for table in read.tables:
                for _ in table.rows:
                    pass
    except FileRefused as refused:
        return "too slow" if "用时过长" in refused.text.zh else "refused"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        return f"CRASH {type(error).__name__}: {error}"
    return "read"


def main() -> int:
    """Count outcomes by kind; exit 1 if there was a crash or a hang. Such files are kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    arguments = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    slowest, bad = ("", 0.0), 0
    with tempfile.TemporaryDirectory() as folder:
        files = valid_files(Path(folder))
        path = Path(folder) / "list"
        until = time.monotonic() + 60 * arguments.minutes
        seed = arguments.seed
        while time.monotonic() < until:
            seed += 1
            kind = list(files)[seed % len(files)]
            path.write_bytes(damaged(files[kind], random.Random(seed)))  # noqa: S311 - damage, not secrets
            start = time.monotonic()
            found = outcome(path)
            took = time.monotonic() - start
            slowest = max(slowest, (f"{kind} {seed}", took), key=lambda each: each[1])
            counts[kind, found] += 1
            if found not in ("read", "refused") or took > SLOW:
                bad += 1
                (arguments.keep / f"fuzz-{kind}-{seed}").write_bytes(path.read_bytes())
                print(f"{kind} {seed}: {found} after {took:.1f} s", flush=True)  # noqa: T201 - a report
    for (kind, found), count in sorted(counts.items()):
        print(f"{kind:8} {found[:80]:10} {count:6}")  # noqa: T201 - a report
    print(f"{sum(counts.values())} files, slowest {slowest[0]} {slowest[1]:.1f} s, {bad} kept")  # noqa: T201 - a report
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
