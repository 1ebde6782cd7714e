"""Writing the bulk files of a day: beside, then put in their place; the last thirty days are kept."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry import clock
from registry.db import make_folder, reading
from registry.errors import StorageUnavailable, Text
from registry.schemas.bulk import BulkDataset, BulkFile, BulkManifest
from registry.services.bulk.files import write_files
from registry.services.bulk.reading import FOLDER, MANIFEST, folders
from registry.services.bulk.rows import DATASETS
from registry.services.feed.reading import latest_number

KEPT = 30
"""Days of files that are kept."""
LICENCE = Text(
    "依法公开的信息，可自由复制、加工和传播；请注明来源和文件日期。",
    "Information made public by law: copy, process and pass it on freely; name the source and the date of the files.",
)
_LOCK = ".lock"


def write_bulk(
    database: Engine, data_dir: Path, *, progress: Callable[[int, int], None] = lambda _done, _total: None
) -> BulkManifest:
    """Write everything public as it is now; files of the same day are replaced. Returns the manifest.

    All is read in one transaction that sees one moment; memory does not grow with the rows. Whoever downloads meanwhile
    keeps the files of before. Raises StorageUnavailable.
    """
    home = data_dir / FOLDER
    make_folder(home)
    try:
        with (home / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return _write(database, home, progress)
    except OSError as error:
        raise StorageUnavailable(
            f"整库文件不能写入 {home}（{error.strerror}）。请检查磁盘空间和权限。",
            f"The bulk files cannot be written to {home} ({error.strerror}). Check space and permissions.",
        ) from error


def _write(database: Engine, home: Path, progress: Callable[[int, int], None]) -> BulkManifest:
    for left in home.glob(".writing-*"):
        shutil.rmtree(left)  # of a process that died; whoever writes holds the lock
    beside = Path(tempfile.mkdtemp(prefix=".writing-", dir=home))
    try:
        with reading(database) as session:
            manifest = _write_all(_of_one_moment(session), beside, progress)
        (beside / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", "utf-8")
        beside.chmod(0o755)
        _put_in_place(beside, home / manifest.date.isoformat())
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    for old in folders(home.parent)[KEPT:]:
        shutil.rmtree(home / old.isoformat())
    return manifest


def _of_one_moment(session: Session) -> Session:
    """On PostgreSQL each statement would see what was committed meanwhile; an SQLite transaction sees one moment."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    return session


def _write_all(session: Session, beside: Path, progress: Callable[[int, int], None]) -> BulkManifest:
    day: date = clock.today()
    last = latest_number(session)
    files: list[BulkFile] = []
    described: list[BulkDataset] = []
    for place, dataset in enumerate(DATASETS, start=1):
        written = write_files(beside, dataset.name, dataset.columns, dataset.rows(session, day))
        files += written
        described.append(
            BulkDataset(name=dataset.name, title=dataset.title, rows=written[0].rows, columns=list(dataset.columns))
        )
        progress(place, len(DATASETS))
    return BulkManifest(
        version=1,
        date=day,
        generated_at=clock.now(),
        last_event=last,
        licence=LICENCE,
        datasets=described,
        files=files,
    )


def _put_in_place(beside: Path, target: Path) -> None:
    if target.exists():
        os.replace(target, beside.with_name(beside.name + "-old"))
    os.replace(beside, target)
    shutil.rmtree(beside.with_name(beside.name + "-old"), ignore_errors=True)
