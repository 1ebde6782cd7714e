"""Excel workbooks, read by a child process under limits: no file may take the caller down."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from import_scripts.limits import Limits, size_text
from registry.errors import FileRefused, Text, shorten
from registry.schemas.tables import Row

_CHILD = Path(__file__).with_name("workbook_child.py")
_REFUSED_EXIT = 3


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


def read_workbook(path: Path, kind: str, scratch: Path, limits: Limits) -> list[tuple[str, SheetRows]]:
    """Name and rows of every sheet. ``kind`` is xlsx or xls, ``scratch`` a folder that outlives the rows.

    Raises FileRefused where the workbook is beyond a limit, damaged or kills its reader.
    """
    target = scratch / "cells.jsonl"
    answer = _run_child(path, target, kind, limits)
    if answer is not None:
        text = _refusal(answer)
        raise FileRefused(text.zh, text.en, field=answer.get("cell"))
    return list(_sheets(target))


def _sheets(target: Path) -> Iterator[tuple[str, SheetRows]]:
    with target.open("rb") as file:
        for line in iter(file.readline, b""):
            if line.startswith(b"{"):
                yield json.loads(line)["sheet"], SheetRows(target, file.tell())


def _run_child(path: Path, target: Path, kind: str, limits: Limits) -> dict[str, Any] | None:
    """Start the reader. None: it is done; else why it refused or how it died."""
    command = [sys.executable, "-I", str(_CHILD), str(path), str(target), kind, json.dumps(asdict(limits))]
    # The allocator of a thread reserves address space per core, which the memory limit would count.
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1"}
    with subprocess.Popen(  # noqa: S603 - our own interpreter and script, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, start_new_session=True
    ) as process:
        try:
            out, err = process.communicate(timeout=limits.child_wall_seconds)
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
    return {"refused": "damaged", "reason": err.decode(errors="replace").strip().rpartition("\n")[2]}


def _refusal(answer: dict[str, Any]) -> Text:
    slug, found, limit = answer["refused"], answer.get("found", 0), answer.get("limit", 0)
    if slug == "extent":
        return Text(
            f"工作表里有内容的单元格一直延伸到 {answer['cell']}，范围超过 {limit:,} 格。"
            "请删除表外的多余单元格后另存一份。",
            f"The filled cells of a sheet reach as far as {answer['cell']}, a range of more than {limit:,} cells. "
            "Delete the stray cells and save it again.",
        )
    if slug in ("unpacked", "ratio"):
        return Text(
            f"工作簿解压后有 {size_text(found)}，超过 {size_text(limit)}，不像名单，没有打开。",
            f"The workbook unpacks to {size_text(found)}, more than {size_text(limit)}; this is no list and was not "
            "opened.",
        )
    if slug in ("sheets", "members"):
        return Text(
            f"工作簿有 {found:,} 个工作表或部件，超过 {limit:,} 个，没有打开。",
            f"The workbook has {found:,} sheets or parts, more than {limit:,}; it was not opened.",
        )
    if slug == "time":
        return Text(
            "读取工作簿用时过长，已停止。请只保留名单所在的工作表后另存一份。",
            "Reading the workbook took too long and was stopped. Keep only the sheet with the list and save it again.",
        )
    if slug == "memory":
        return Text(
            "读取工作簿时内存超限或读取程序崩溃，已停止。请只保留名单所在的工作表后另存一份。",
            "Reading the workbook ran out of memory or crashed its reader. Keep only the sheet with the list and save "
            "it again.",
        )
    reason = shorten(str(answer.get("reason", "")), 80)
    return Text(
        f"工作簿已损坏，无法读取（{reason}）。请用 Excel 或 WPS 打开后另存一份。",
        f"The workbook is damaged and cannot be read ({reason}). Open it in Excel or WPS and save it again.",
    )
