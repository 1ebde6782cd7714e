"""The way of a file through ``registry notice``: read, stage, show, ask, carry out; or everything thrown away again."""

from pathlib import Path
from typing import TYPE_CHECKING

from import_scripts.printing import preview_text, print_import
from import_scripts.reading import open_file
from import_scripts.running import SHOWN, Trial, progress_bar, require_agreement
from registry.cli.setting_up import open_engine, read_settings
from registry.cli.speech import locale_of, say, say_json
from registry.db import transaction
from registry.errors import InvalidInput, Text
from registry.policies import Actor
from registry.schemas.imports import ImportDetail
from registry.services.imports.browsing import get_import
from registry.services.notices.carrying_out import carry_out
from registry.services.notices.deciding import Asked
from registry.services.notices.staging import stage_notice
from registry.vocabulary import ImportKind

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from registry.schemas.tables import ReadFile


def run_notice(file: Path, asked: Asked, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Carry one notice out. Raises InvalidInput when nobody agreed: it then stays staged."""
    settings = read_settings()
    engine = open_engine(settings)
    actor = Actor.command_line()
    with open_file(file) as read_file:
        if dry_run:
            _show(_try(engine, read_file, asked, actor), preview_text(), as_json=as_json)
            return
        with progress_bar(read_file, locale_of()) as progress, transaction(engine) as session:
            staged = stage_notice(
                session,
                read_file=read_file,
                asked=asked,
                actor=actor,
                archive_dir=settings.archive_dir,
                progress=progress,
            )
            detail = get_import(session, import_id=staged.import_id, limit=SHOWN)
    key = detail.summary.key
    if staged.already_written:
        said = Text(f"这份通知已办理（{key}），没有变化。", f"This notice was carried out already ({key}).")
        _show(detail, said, as_json=as_json)
        return
    if not as_json:
        print_import(detail, locale_of())
    if not yes:
        require_agreement(key, as_json=as_json)
    with transaction(engine) as session:
        carry_out(session, import_id=staged.import_id, actor=actor)
        detail = get_import(session, import_id=staged.import_id, limit=SHOWN)
    if as_json:
        say_json(detail.model_dump(mode="json"))
        return
    count = detail.summary.counts["matched"]
    say(
        Text(
            f"已办理 {count} 行（{key}）；可用 registry imports undo {key} 撤回。",
            f"{count} rows carried out ({key}); registry imports undo {key} takes them back.",
        )
    )


def parse_kind(given: str) -> ImportKind:
    """The kind of notice. Raises InvalidInput naming ``--kind``."""
    kinds = {one.value: one for one in ImportKind if one is not ImportKind.LIST}
    if given not in kinds:
        raise InvalidInput(
            f"没有“{given}”这一种通知。",
            f"There is no kind of notice called “{given}”.",
            field="--kind",
            value=given,
            choices=tuple(kinds),
        )
    return kinds[given]


def _try(engine: "Engine", read_file: "ReadFile", asked: Asked, actor: Actor) -> ImportDetail:
    """Stage and look in a transaction that is rolled back."""
    try:
        with progress_bar(read_file, locale_of()) as progress, transaction(engine) as session:
            staged = stage_notice(
                session, read_file=read_file, asked=asked, actor=actor, archive_dir=None, progress=progress
            )
            raise Trial(get_import(session, import_id=staged.import_id, limit=SHOWN))
    except Trial as trial:
        return trial.detail


def _show(detail: ImportDetail, text: Text, *, as_json: bool) -> None:
    if as_json:
        say_json(detail.model_dump(mode="json"))
        return
    print_import(detail, locale_of())
    say(text)
