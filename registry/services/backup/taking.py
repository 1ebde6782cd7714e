"""Taking a backup while the registry works: the database of one moment, then the documents it names."""

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy.engine import Engine
from sqlalchemy.exc import OperationalError

from registry import clock
from registry.db import storage_error, transaction
from registry.errors import Conflict, InvalidInput, StorageUnavailable
from registry.services.backup import postgres_copy, sqlite_copy
from registry.services.backup.contents import (
    ARCHIVE,
    DATABASES,
    FORMAT,
    LINK_KEY,
    MANIFEST,
    DatabaseState,
    Manifest,
    StoredFile,
    is_sha256,
)
from registry.services.migrating import require_current_schema
from registry.services.signs import BACKUP, tell_sign
from registry.settings import Settings

log = structlog.get_logger()
ENDING = ".tar"
ONLY_MINE = 0o600
"""It holds what the database holds: password hashes, drafts, personal data."""


def take(settings: Settings, engine: Engine, target: Path) -> Manifest:
    """Write a backup to ``target``, complete or not at all; what it says of itself.

    Others may write to the registry meanwhile: the database is that of one moment, and every document its rows name
    was archived before the row was. Documents that are missing or damaged are named in the manifest; the rest is kept.
    Raises InvalidInput, Conflict for a target that cannot be used, StorageUnavailable.
    """
    _require_usable(target)
    require_current_schema(engine)
    with _beside(target) as folder:
        copied = folder / "database"
        state, named = _copy(engine, copied)
        draft = folder / "backup"
        manifest = _pack(draft, settings, state, named, copied)
        draft.chmod(ONLY_MINE)
        draft.rename(target)
    _settle(target.parent)
    _put_on_record(engine, target, manifest)
    return manifest


def _put_on_record(engine: Engine, target: Path, manifest: Manifest) -> None:
    """So that an old backup is noticed. The backup itself is good without that, also of a database that only reads."""
    try:
        with transaction(engine) as session:
            tell_sign(session, BACKUP, {"file": target.name, "bytes": manifest.size})
    except StorageUnavailable as away:
        log.warning("backup_not_on_record", error=away.text.en)


def _require_usable(target: Path) -> None:
    if target.suffix != ENDING:
        raise InvalidInput(
            f"备份文件名须以 {ENDING} 结尾。", f"The name of a backup ends in {ENDING}.", field="file", value=target
        )
    if target.exists():
        raise Conflict(
            f"{target} 已存在，没有覆盖。请换一个文件名。",
            f"{target} exists and was not overwritten. Choose another name.",
            field="file",
        )
    if not target.parent.is_dir():
        raise InvalidInput(
            f"目录 {target.parent} 不存在。", f"There is no folder {target.parent}.", field="file", value=target
        )


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder on the same disk for what is not finished; gone afterwards, whatever happens."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as folder:
            yield Path(folder)
    except OSError as error:
        raise StorageUnavailable(
            f"备份没有写成（{error.strerror}）。请检查 {target.parent} 的空间和权限。",
            f"The backup was not written ({error.strerror}). Check space and permissions of {target.parent}.",
        ) from error


def _copy(engine: Engine, target: Path) -> tuple[DatabaseState, set[str]]:
    """Copy the database; what it held, and the hashes of the documents its rows name."""
    if engine.dialect.name == "sqlite":
        state = sqlite_copy.copy_database(Path(engine.url.database or ""), target)
        return state, sqlite_copy.documents_named(target)
    try:
        return postgres_copy.copy_database(engine, target)
    except OperationalError as error:
        raise storage_error(error) from error


def _pack(draft: Path, settings: Settings, state: DatabaseState, named: set[str], copied: Path) -> Manifest:
    with draft.open("xb") as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        files = [_add(tar, copied, DATABASES[state.kind])]
        copied.unlink()
        held, damaged = set[str](), list[str]()
        for path in _documents(settings.archive_dir):
            file = _add(tar, path, f"{ARCHIVE}/{path.name[:2]}/{path.name}")
            files.append(file)
            held.add(path.name)
            if file.sha256 != path.name:
                damaged.append(path.name)
        if settings.link_key_file.is_file():
            files.append(_add(tar, settings.link_key_file, LINK_KEY))
        manifest = Manifest(
            format=FORMAT,
            taken_at=clock.now().isoformat(),
            program=version("enterprise-registry"),
            database=state,
            files=tuple(files),
            missing=tuple(sorted(named - held)),
            damaged=tuple(damaged),
        )
        said = manifest.model_dump_json(indent=1).encode()
        tar.addfile(_member(MANIFEST, len(said)), io.BytesIO(said))
        tar.close()
        out.flush()
        os.fsync(out.fileno())
    return manifest


def _documents(archive: Path) -> Iterator[Path]:
    """What is archived, in a fixed order; a document just coming in is not yet one."""
    for folder in sorted(archive.glob("??")):
        yield from (path for path in sorted(folder.iterdir()) if is_sha256(path.name))


def _add(tar: tarfile.TarFile, source: Path, name: str) -> StoredFile:
    with source.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        read = _Hashing(file)
        tar.addfile(_member(name, size), read)
    return StoredFile(path=name, size=size, sha256=read.digest.hexdigest())


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, ONLY_MINE, int(clock.now().timestamp())
    return member


class _Hashing(io.RawIOBase):
    """Reads a file and hashes what it read: the hash is of the very bytes that went into the backup."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found = self._file.read(size)
        self.digest.update(found)
        return found


def _settle(folder: Path) -> None:
    """Make the new name outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
