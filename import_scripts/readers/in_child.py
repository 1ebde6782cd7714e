"""Read a file in a child process under limits: no file may take the caller down."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from import_scripts.limits import Limits
from import_scripts.readers import recognition
from import_scripts.readers.words import note_text, refusal_text
from registry.errors import FileRefused, Text
from registry.schemas.tables import Row, Sheet

Reading = tuple[list[Sheet], list[Text]]
"""The sheets of a file, and what to note about it."""

_CHILD = Path(__file__).with_name("child.py")
_REFUSED_EXIT = 3
_LAST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of one sheet, kept as lines of a scratch file from ``offset`` on."""

    path: Path
    offset: int

    def __iter__(self) -> Iterator[Row]:
        with self.path.open("rb") as file:
            file.seek(self.offset)
            for line in file:
                if line.startswith(b"{"):
                    return
                number, cells = json.loads(line)
                yield number, cells


def read_in_child(path: Path, kind: str, scratch: Path, limits: Limits) -> Reading:
    """The sheets of the file. ``kind`` is one of ``child.KINDS``, ``scratch`` a folder that outlives the rows.

    Raises FileRefused where the file is beyond a limit, damaged or kills its reader.
    """
    target = scratch / "cells.jsonl"
    # Some libraries believe the ending of a name, so the file goes by the one of its content.
    source = scratch / f"source.{kind}"
    source.symlink_to(path.absolute())
    if kind == "pdf" and recognition.is_available():
        seconds = limits.recognition_seconds
        limits = replace(limits, child_cpu_seconds=seconds, child_wall_seconds=seconds)
    answer = _run_child(source, target, kind, limits)
    if answer is not None:
        text = refusal_text(answer)
        raise FileRefused(text.zh, text.en, field=answer.get("cell"))
    return _kept(target)


def ask_child(path: Path, kind: str, scratch: Path, limits: Limits) -> dict[str, Any]:
    """What the child has to say about a file in one line. Raises FileRefused like ``read_in_child``."""
    target = scratch / "answer.jsonl"
    answer = _run_child(path.absolute(), target, kind, limits)
    if answer is not None:
        text = refusal_text(answer if answer["refused"] != "damaged" else {"refused": "broken"})
        raise FileRefused(text.zh, text.en, field="file")
    said: dict[str, Any] = json.loads(target.read_bytes())
    return said


def _kept(target: Path) -> Reading:
    sheets, notes = [], []
    with target.open("rb") as file:
        for line in iter(file.readline, b""):
            if not line.startswith(b"{"):
                continue
            said = json.loads(line)
            if "note" in said:
                notes.append(note_text(said))
            else:
                sheets.append(_sheet(said, SheetRows(target, file.tell())))
    return sheets, notes


def _sheet(said: dict[str, Any], rows: SheetRows) -> Sheet:
    merged = tuple((top, left, bottom, right) for top, left, bottom, right in said.get("merged", ()))
    return Sheet(
        name=said["sheet"],
        rows=rows,
        merged=merged,
        origin=said.get("origin", "sheet"),
        table_row=said.get("table_row", 1),
        uncertain=said.get("uncertain", False),
    )


def _run_child(path: Path, target: Path, kind: str, limits: Limits) -> dict[str, Any] | None:
    """Start the reader. None: it is done; else why it refused or how it died."""
    command = [sys.executable, "-I", str(_CHILD), str(path), str(target), kind, json.dumps(asdict(limits))]
    # The allocator of a thread reserves address space per core, which the memory limit would count. Settings of the
    # registry hold secrets that a process reading strangers' files has no use for.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    environment = {**inherited, "MALLOC_ARENA_MAX": "1"}
    last_words = target.with_suffix(".errors")
    with (
        last_words.open("wb") as errors,
        subprocess.Popen(  # noqa: S603 - our own interpreter and script, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            out, _ = process.communicate(timeout=limits.child_wall_seconds)
        except subprocess.TimeoutExpired:
            return {"refused": "time"}
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
    if process.returncode == 0:
        return None
    if process.returncode == _REFUSED_EXIT:
        answer: dict[str, Any] = json.loads(out)
        return answer
    if process.returncode == -signal.SIGXCPU:
        return {"refused": "time"}
    if process.returncode < 0:
        return {"refused": "memory"}
    return {"refused": "damaged", "reason": _last_line(last_words)}


def _last_line(path: Path) -> str:
    said = path.read_bytes()[-_LAST_WORDS:].decode(errors="replace")
    return said.strip().rpartition("\n")[2]
