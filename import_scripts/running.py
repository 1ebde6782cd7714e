"""The way of a file through ``registry import``: read, stage, show, ask, write.

Staging and writing are a transaction each where somebody is asked between them, and one together with ``--yes``.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from import_scripts.printing import already_text, guard_text, preview_text, print_import, staged_text, written_text
from import_scripts.reading import open_file
from registry.cli.setting_up import open_engine, read_settings
from registry.cli.speech import HELD, complain, locale_of, say, say_json
from registry.db import transaction
from registry.errors import InvalidInput, Text
from registry.policies import Actor
from registry.schemas.imports import ImportDetail, ImportOptions
from registry.services.imports.browsing import get_import
from registry.services.imports.remembering import take_over
from registry.services.imports.reviewing import pass_over, stopped_by_checks
from registry.services.imports.staging import Progress, stage
from registry.services.imports.writing import write

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine
    from sqlmodel import Session

    from registry.schemas.tables import ReadFile

PROGRESS_FROM_BYTES = 300_000
"""Smaller files are done before a bar could be read."""
SHOWN = 20
"""So many rows of each kind are printed; ``registry imports show`` has more."""


class Trial(Exception):
    """Carries the preview out of a transaction that is rolled back."""

    def __init__(self, detail: ImportDetail) -> None:
        super().__init__()
        self.detail = detail


def run_import(
    file: Path,
    options: ImportOptions,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    memory: bool = True,
    stop_on_checks: bool = False,
) -> None:
    """Bring one file in. Raises InvalidInput when nobody agreed to write: the import then stays staged.

    ``stop_on_checks``: a list of which a check fails stays staged, too, and the command ends with its own status.
    """
    settings = read_settings()
    engine = open_engine(settings)
    with open_file(file, header_rows=options.header_rows) as read_file:
        if dry_run:
            _show(_try(engine, read_file, options, memory=memory), as_json=as_json, text=preview_text())
            return
        with transaction(engine) as session:
            read_file, options = _remembered(session, read_file, options, memory=memory)
            with progress_bar(read_file, locale_of()) as progress:
                staged = stage(
                    session,
                    read_file=read_file,
                    options=options,
                    actor=Actor.command_line(),
                    archive_dir=settings.archive_dir,
                    progress=progress,
                )
            detail = get_import(session, import_id=staged.import_id, limit=SHOWN)
            may_be_held = stop_on_checks and not staged.already_written
            held = stopped_by_checks(session, import_id=staged.import_id) if may_be_held else None
            if yes and held is None and not staged.already_written:
                # Nobody is asked in between: in the same transaction no row has to go to the disk twice.
                _preview(detail, as_json=as_json)
                detail = _write(session, staged.import_id, as_json=as_json)
    if held is not None:
        _show(detail, as_json=as_json, text=staged_text(detail))
        complain(held)
        raise typer.Exit(HELD)
    if staged.already_written:
        _show(detail, as_json=as_json, text=already_text(detail))
        return
    if not yes:
        _preview(detail, as_json=as_json)
        require_agreement(detail.summary.key, as_json=as_json)
        with transaction(engine) as session:
            detail = _write(session, staged.import_id, as_json=as_json)
    if as_json:
        say_json(detail.model_dump(mode="json"))
    else:
        say(written_text(detail))


def _remembered(
    session: "Session", read_file: "ReadFile", options: ImportOptions, *, memory: bool
) -> tuple["ReadFile", ImportOptions]:
    """With what is remembered of the columns of this source, unless that is not wanted; a note says so."""
    if not memory:
        return read_file, options
    options, used = take_over(session, read_file=read_file, options=options)
    if used:
        read_file = replace(read_file, notes=[*read_file.notes, *(one.text for one in used)])
    return read_file, options


def _write(session: "Session", import_id: int, *, as_json: bool) -> ImportDetail:
    """Write; a check that failed is said and put on record, whoever works at the command line answers for it."""
    for one in pass_over(session, import_id=import_id, actor=Actor.command_line()):
        if as_json:
            sys.stderr.write(guard_text(one).in_(locale_of()) + "\n")
        else:
            say(guard_text(one))
    write(session, import_id=import_id, actor=Actor.command_line())
    return get_import(session, import_id=import_id, limit=SHOWN)


def _try(engine: "Engine", read_file: "ReadFile", options: ImportOptions, *, memory: bool) -> ImportDetail:
    """Stage and look in a transaction that is rolled back."""
    try:
        with progress_bar(read_file, locale_of()) as progress, transaction(engine) as session:
            read_file, options = _remembered(session, read_file, options, memory=memory)
            staged = stage(
                session,
                read_file=read_file,
                options=options,
                actor=Actor.command_line(),
                archive_dir=None,
                progress=progress,
            )
            raise Trial(get_import(session, import_id=staged.import_id, limit=SHOWN))
    except Trial as trial:
        return trial.detail


def _show(detail: ImportDetail, *, as_json: bool, text: Text) -> None:
    if as_json:
        say_json(detail.model_dump(mode="json"))
        return
    print_import(detail, locale_of())
    say(text)


def _preview(detail: ImportDetail, *, as_json: bool) -> None:
    if not as_json:
        print_import(detail, locale_of())


def require_agreement(key: str, *, as_json: bool) -> None:
    """Ask on a terminal; a script must say --yes. Raises InvalidInput unless somebody agrees."""
    asked = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    question = "写入登记库？" if locale_of() == "zh" else "Write this to the registry?"
    if not asked or not typer.confirm(question, default=False):
        raise InvalidInput(
            f"已暂存为 {key}，没有写入登记库；加 --yes 再运行一次即写入，或用 registry imports undo {key} 放弃。",
            f"Staged as {key}, nothing was written; run it again with --yes to write, or give it up with "
            f"registry imports undo {key}.",
            field="--yes",
        )


@contextmanager
def progress_bar(read_file: "ReadFile", locale: str) -> Iterator[Progress | None]:
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
