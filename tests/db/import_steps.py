"""An import step by step: what the tests of its way share."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Engine

from import_scripts.reading import open_file
from registry.db import transaction
from registry.policies import Actor, Grant
from registry.schemas.imports import ImportOptions
from registry.services.imports.uploading import receive, settle
from registry.vocabulary import Role
from tests.unit.imports.files import csv_file

CODES = ("91350100M000100Y43", "91350900587527783P")
ANNOUNCED = "附件2：2026年第八批专精特新“小巨人”企业公示名单"
EIGHTH = ImportOptions(directory="little_giant", batch="第八批", year=2026, announced_on=date(2026, 5, 6))


def official(login: str, directory: str | None = None) -> Actor:
    return Actor(None, login, (Grant(Role.CURATOR, "440000", directory),))


LI, WU, OTHER = official("li"), official("wu"), official("sun", "hte")


def listed(folder: Path, *rows: Sequence[str], name: str = "名单.csv", head: Sequence[str] = ()) -> Path:
    return csv_file(
        folder, *([head] if head else []), ("序号", "企业名称", "统一社会信用代码", "城市"), *rows, name=name
    )


def brought(engine: Engine, path: Path, actor: Actor = LI, *, large: int = 10**9) -> int:
    with transaction(engine) as session:
        return receive(
            session,
            path=path,
            open_file=open_file,
            archive_dir=path.parent / "archive",
            actor=actor,
            large_bytes=large,
        ).id


def settled(
    engine: Engine, number: int, folder: Path, options: ImportOptions = EIGHTH, actor: Actor = LI, **more: object
) -> int:
    with transaction(engine) as session:
        return settle(
            session,
            import_id=number,
            options=options,
            actor=actor,
            open_file=open_file,
            archive_dir=folder / "archive",
            **{"large_bytes": 10**9, **more},  # type: ignore[arg-type]
        ).import_id
