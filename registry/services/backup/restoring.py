"""Putting a backup into an empty place. Nothing that is there is ever overwritten."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from registry.db import make_folder, reading, storage_error, transaction
from registry.errors import Conflict, FileRefused, StorageUnavailable
from registry.services.audit import verify_chain
from registry.services.backup import postgres_copy, sqlite_copy
from registry.services.backup.contents import ARCHIVE, DATABASES, LINK_KEY, DatabaseState, Manifest
from registry.services.backup.opening import Backup
from registry.services.migrating import head_revision, known_revisions
from registry.services.outbox import everything_changed
from registry.settings import Settings


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back. ``outdated``: ``registry migrate`` is needed before anything else."""

    manifest: Manifest
    outdated: bool


def restore(settings: Settings, engine: Engine, backup: Backup) -> Restored:
    """Restore into the empty data folder and the empty database of the settings, verified by counts and hashes.

    The search index is no part of a backup; it is made anew. Raises Conflict where something is there already,
    FileRefused for a backup that is damaged, of another kind of database or of a newer program, StorageUnavailable.
    Whatever is raised, nothing half-restored is left.
    """
    manifest = backup.manifest
    _require_fitting(manifest, engine)
    _require_empty(settings, engine)
    with _beside(settings.data_dir) as folder:
        for file in manifest.files:
            backup.write(file, folder / file.path)
        database = folder / DATABASES[manifest.database.kind]
        if manifest.database.kind == "sqlite":
            _require_same(sqlite_copy.look_into(database), manifest)
            sqlite_copy.write_ahead(database)
            _move_in(folder, settings)
            # Last and at once: before it there is no registry, after it there is all of it.
            database.rename(Path(engine.url.database or ""))
        else:
            _into_postgres(engine, database, manifest, folder, settings)
    outdated = manifest.database.revision != head_revision()
    if not outdated:
        _require_unbroken(engine)
        with transaction(engine) as session:
            everything_changed(session)
    return Restored(manifest, outdated)


def _require_fitting(manifest: Manifest, engine: Engine) -> None:
    kind = engine.dialect.name
    if manifest.database.kind != kind:
        names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
        made, now = names[manifest.database.kind], names[kind]
        raise FileRefused(
            f"这是 {made} 的备份，现在设置的数据库是 {now}。请改 REGISTRY_DATABASE_URL。",
            f"This backup is of {made}, the settings name {now}. Change REGISTRY_DATABASE_URL.",
            field="file",
        )
    if manifest.database.revision not in known_revisions():
        raise FileRefused(
            f"备份的数据库版本是 {manifest.database.revision}，这个程序不认识。请先升级程序。",
            f"The backup’s database is at revision {manifest.database.revision}, which this program does not know. "
            "Upgrade first.",
            field="file",
        )


def _require_empty(settings: Settings, engine: Engine) -> None:
    folder = settings.data_dir
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(
            f"数据目录 {folder} 不是空的，没有覆盖。请把原目录移开，或用 REGISTRY_DATA_DIR 指定一个空目录。",
            f"The data folder {folder} is not empty and was not overwritten. Move it away, or set REGISTRY_DATA_DIR "
            "to an empty folder.",
        )
    if engine.dialect.name == "sqlite":
        taken = Path(engine.url.database or "").exists()
    else:
        try:
            taken = not postgres_copy.is_empty(engine)
        except OperationalError as error:
            raise storage_error(error) from error
    if taken:
        raise Conflict(
            "数据库里已有表，没有覆盖。请建一个空数据库，并在 REGISTRY_DATABASE_URL 中写明。",
            "The database has tables and was not overwritten. Make an empty one and name it in REGISTRY_DATABASE_URL.",
        )


@contextmanager
def _beside(data_dir: Path) -> Iterator[Path]:
    """A folder inside the data folder for what is not verified yet; gone afterwards."""
    make_folder(data_dir)
    try:
        with tempfile.TemporaryDirectory(prefix=".restoring-", dir=data_dir) as folder:
            yield Path(folder)
    except OSError as error:
        raise StorageUnavailable(
            f"备份没有恢复（{error.strerror}）。请检查 {data_dir} 的空间和权限。",
            f"The backup was not restored ({error.strerror}). Check space and permissions of {data_dir}.",
        ) from error


def _into_postgres(engine: Engine, dump: Path, manifest: Manifest, folder: Path, settings: Settings) -> None:
    _move_in(folder, settings)
    try:
        _require_same(postgres_copy.restore_database(engine, dump), manifest)
    except BaseException:
        shutil.rmtree(settings.archive_dir, ignore_errors=True)
        settings.link_key_file.unlink(missing_ok=True)
        raise


def _move_in(folder: Path, settings: Settings) -> None:
    if (folder / ARCHIVE).exists():
        for document in (folder / ARCHIVE).glob("??/*"):
            document.chmod(0o444)
        (folder / ARCHIVE).rename(settings.archive_dir)
    if (folder / LINK_KEY).exists():
        (folder / LINK_KEY).chmod(0o600)
        (folder / LINK_KEY).rename(settings.link_key_file)


def _require_same(found: DatabaseState, manifest: Manifest) -> None:
    if found == manifest.database:
        return
    different = [name for name, rows in manifest.database.rows.items() if found.rows.get(name) != rows]
    raise FileRefused(
        f"恢复出的数据库与备份清单不符（{'、'.join(different) or '操作记录'}）。请用另一份备份。",
        f"The restored database is not what the manifest says ({', '.join(different) or 'audit trail'}). "
        "Use another backup.",
        field="file",
    )


def _require_unbroken(engine: Engine) -> None:
    with reading(engine) as session:
        _, broken = verify_chain(session)
    if broken is not None:
        raise FileRefused(
            f"数据已恢复，但操作记录从第 {broken.event_id} 条起与校验值不符。"
            "请运行 registry audit verify，并换一份备份核对。",
            f"The data are restored, but the audit trail does not hold from event {broken.event_id}. "
            "Run registry audit verify and compare with another backup.",
            field="file",
        )
