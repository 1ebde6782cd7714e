"""``registry match``: a workbook comes back with what the registry knows about its firms."""

import os
import tempfile
from pathlib import Path

from import_scripts.reading import open_file
from registry.cli.setting_up import open_engine, read_settings
from registry.cli.speech import say, say_json
from registry.db import transaction
from registry.errors import InvalidInput, Text
from registry.policies import Actor
from registry.schemas.matching import WorkbookMatched
from registry.services.match_workbook import match_workbook

SUFFIX = ".xlsx"


def run_match(file: Path, output: Path, *, directory: str | None, apply: bool, as_json: bool) -> None:
    """Match one file and put the workbook in its place in one step. Raises InvalidInput for a wrong output."""
    if output.suffix.lower() != SUFFIX:
        raise InvalidInput(
            f"结果只能写成 xlsx，“{output.name}”不是。", f"The result is an xlsx; “{output.name}” is none.", field="-o"
        )
    if not output.parent.is_dir():
        raise InvalidInput(f"没有目录 {output.parent}。", f"There is no folder {output.parent}.", field="-o")
    engine = open_engine(read_settings())
    with open_file(file) as read_file, tempfile.TemporaryDirectory(dir=output.parent, prefix=".match-") as folder:
        draft = Path(folder) / output.name
        with transaction(engine) as session:
            done = match_workbook(
                session,
                read_file=read_file,
                target=draft,
                actor=Actor.command_line(),
                directory=directory,
                apply=apply,
            )
        os.replace(draft, output)
    if as_json:
        say_json(done.model_dump(mode="json"))
        return
    for text in summary(done, output):
        say(text)


def summary(done: WorkbookMatched, output: Path) -> list[Text]:
    """What was done, in words."""
    lines = [
        Text(
            f"{done.rows:,} 行：已匹配 {done.matched:,}，待选 {done.doubtful:,}，没有找到 {done.unknown:,}。",
            f"{done.rows:,} rows: {done.matched:,} matched, {done.doubtful:,} to choose, {done.unknown:,} not found.",
        )
    ]
    if done.applied:
        lines.append(Text(f"记住了 {done.applied:,} 个选定。", f"{done.applied:,} choices were remembered."))
    if done.converted:
        lines.append(
            Text(
                "原文件不是 xlsx，已另建工作簿，格式未保留。",
                "The file was no xlsx; formats were not kept.",
            )
        )
    lines.append(Text(f"已写入 {output}", f"Written to {output}"))
    return lines
