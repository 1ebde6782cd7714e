"""The way of a file through ``registry import``: read, stage, show, ask, write. Each step is one transaction."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from import_scripts.printing import preview_text, print_import, written_text
from import_scripts.reading import open_file
from registry.cli.setting_up import open_engine, read_settings
from registry.cli.speech import locale_of, say, say_json
from registry.db import transaction
from registry.errors import InvalidInput, Text
from registry.policies import Actor
from registry.schemas.imports import ImportDetail, ImportOptions
from registry.services.imports.browsing import get_import
from registry.services.imports.staging import Progress, stage
from registry.services.imports.writing import write

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from registry.schemas.tables import ReadFile

PROGRESS_FROM_BYTES = 300_000
"""Smaller files are done before a bar could be read."""
SHOWN = 20
"""So many rows of each kind are printed; ``registry imports show`` has more."""


class _Trial(Exception):
    """Carries the preview out of a transaction that is rolled back."""

    def __init__(self, detail: ImportDetail) -> None:
        super().__init__()
        self.detail = detail


def run_import(file: Path, options: ImportOptions, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Bring one file in. Raises InvalidInput when nobody agreed to write: the import then stays staged."""
    settings = read_settings()
    engine = open_engine(settings)
    with open_file(file) as read_file:
        if dry_run:
            _show(_try(engine, read_file, options), as_json=as_json, text=preview_text())
            return
        with _progress(read_file, locale_of()) as progress, transaction(engine) as session:
            staged = stage(
                session,
                read_file=read_file,
                options=options,
                actor=Actor.command_line(),
                archive_dir=settings.archive_dir,
                progress=progress,
            )
            detail = get_import(session, import_id=staged.import_id, limit=SHOWN)
    key = detail.summary.key
    if staged.already_written:
        text = Text(
            f"这份文件已按同样的设置写入（{key}），没有变化。",
            f"This file was already written with the same options ({key}); nothing changed.",
        )
        _show(detail, as_json=as_json, text=text)
        return
    if not as_json:
        print_import(detail, locale_of())
    if not yes and not _agreed(as_json=as_json):
        raise InvalidInput(
            f"已暂存为 {key}，没有写入登记库；加 --yes 再运行一次即写入，或用 registry imports undo {key} 放弃。",
            f"Staged as {key}, nothing was written; run it again with --yes to write, or give it up with "
            f"registry imports undo {key}.",
            field="--yes",
        )
    with transaction(engine) as session:
        write(session, import_id=staged.import_id, actor=Actor.command_line())
        detail = get_import(session, import_id=staged.import_id, limit=SHOWN)
    if as_json:
        say_json(detail.model_dump(mode="json"))
    else:
        say(written_text(detail))


def _try(engine: "Engine", read_file: "ReadFile", options: ImportOptions) -> ImportDetail:
    """Stage and look in a transaction that is rolled back."""
    try:
        with _progress(read_file, locale_of()) as progress, transaction(engine) as session:
            staged = stage(
                session,
                read_file=read_file,
                options=options,
                actor=Actor.command_line(),
                archive_dir=None,
                progress=progress,
            )
            raise _Trial(get_import(session, import_id=staged.import_id, limit=SHOWN))
    except _Trial as trial:
        return trial.detail


def _show(detail: ImportDetail, *, as_json: bool, text: Text) -> None:
    if as_json:
        say_json(detail.model_dump(mode="json"))
        return
    print_import(detail, locale_of())
    say(text)


def _agreed(*, as_json: bool) -> bool:
    """Ask on a terminal; a script must say --yes."""
    if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    return typer.confirm("写入登记库？" if locale_of() == "zh" else "Write this to the registry?", default=False)


@contextmanager
def _progress(read_file: "ReadFile", locale: str) -> Iterator[Progress | None]:
    """A bar on a terminal for a long file; nothing elsewhere."""
    if read_file.size < PROGRESS_FROM_BYTES or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("暂存（行）" if locale == "zh" else "Staging (rows)", total=None)
        update: Callable[[int], None] = lambda done: bar.update(task, completed=done)  # noqa: E731 - one use
        yield update
