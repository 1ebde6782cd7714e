"""Run as a process of its own: read one file and write its sheets as text. Imports no models, services or settings.

A native abort, a memory limit or a time limit ends this process only. Usage: child.py IN OUT KIND LIMITS, where LIMITS
is JSON. OUT gets one JSON value a line: ``{"sheet": name, "merged": [...], ...}`` announces a sheet and is followed by
``[row number, [cells]]`` for each row that is not blank; ``{"note": slug, ...}`` may stand between sheets. A refusal is
printed as one JSON line ``{"refused": slug, ...}`` on standard output.
"""

import errno
import importlib
import json
import logging
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, cast

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from import_scripts.readers.refused import Refused

REFUSED_EXIT = 3
KINDS = {
    "xlsx": "workbook",
    "xls": "workbook",
    "xlsb": "workbook",
    "ods": "workbook",
    "html": "html",
    "spreadsheetml": "spreadsheetml",
    "docx": "word",
    "pdf": "pdf",
    "evidence_pdf": "evidence",
    "evidence_picture": "evidence",
}
"""Kind of file → module of this package that reads it."""


class _Module(Protocol):
    """What a module named in ``KINDS`` has."""

    def read(self, source: str, kind: str, limits: dict[str, int]) -> Iterator[Any]:
        """The lines of OUT. Raises Refused."""


def main(source: str, target: str, kind: str, limits: dict[str, int]) -> None:
    """Read the file and write it out."""
    _limit_process(limits)
    reader = cast("_Module", importlib.import_module(f"import_scripts.readers.{KINDS[kind]}"))
    with open(target, "w", encoding="utf-8", errors="replace") as out:
        for line in reader.read(source, kind, limits):
            out.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def _limit_process(limits: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits["child_memory"], limits["child_memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["child_cpu_seconds"], limits["child_cpu_seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["output_bytes"], limits["output_bytes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _run(arguments: list[str]) -> int:
    logging.disable()  # what a library remarks about a hostile file could fill the disk
    source, target, kind, limits = arguments
    try:
        main(source, target, kind, json.loads(limits))
    except Refused as refusal:
        return _refuse(refusal.details)
    except MemoryError:
        return _refuse({"refused": "memory"})
    except RecursionError:
        return _refuse({"refused": "nesting"})
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
        return _refuse({"refused": "output", "limit": json.loads(limits)["output_bytes"]})
    return 0


def _refuse(details: dict[str, Any]) -> int:
    print(json.dumps(details))  # noqa: T201 - the answer to the parent
    return REFUSED_EXIT


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
