"""Reading a backup: nothing in it is believed before its size and hash are what the manifest says."""

import hashlib
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from registry.errors import FileRefused, NotFound
from registry.services.backup.contents import DATABASES, FORMAT, MANIFEST, Manifest, StoredFile, may_hold

PORTION = 1 << 20
MANIFEST_MAX = 512 << 20
"""Bytes of a manifest that would name three million documents."""


@dataclass(frozen=True, slots=True)
class Backup:
    """An open backup whose manifest was read and fits what the file holds."""

    path: Path
    manifest: Manifest
    _tar: tarfile.TarFile

    def check(self) -> None:
        """Read every file in it. Raises FileRefused naming the first that is not what the manifest says."""
        for file in self.manifest.files:
            self._read(file, None)

    def write(self, file: StoredFile, target: Path) -> None:
        """Write one of its files to a new place. Raises FileRefused if it is not what the manifest says."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            self._read(file, out)

    def _read(self, file: StoredFile, out: IO[bytes] | None) -> None:
        digest = hashlib.sha256()
        try:
            content = self._tar.extractfile(file.path)
            while content is not None and (portion := content.read(PORTION)):
                digest.update(portion)
                if out is not None:
                    out.write(portion)
        except (tarfile.TarError, KeyError, EOFError) as error:
            raise _damaged(self.path, file.path) from error
        if digest.hexdigest() != file.sha256:
            raise _damaged(self.path, file.path)


@contextmanager
def opened(path: Path) -> Iterator[Backup]:
    """Open a backup. Raises NotFound, and FileRefused for what is none, was cut off or is of a newer program."""
    if not path.is_file():
        raise NotFound(f"没有文件 {path}。", f"There is no file {path}.", field="file")
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield Backup(path, _manifest(path, tar), tar)
    except tarfile.TarError as error:
        raise _no_backup(path) from error


def _manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    members = tar.getmembers()
    last = members[-1] if members else None
    if last is None or last.name != MANIFEST or not last.isreg() or last.size > MANIFEST_MAX:
        raise _no_backup(path)
    content = tar.extractfile(last)
    try:
        found = Manifest.model_validate_json(content.read() if content else b"")
    except ValidationError as error:
        raise _no_backup(path) from error
    if found.format != FORMAT:
        raise FileRefused(
            f"备份 {path.name} 是较新程序做的（格式 {found.format}）。请先升级程序。",
            f"The backup {path.name} was made by a newer program (format {found.format}). Upgrade first.",
            field="file",
        )
    held = [(member.name, member.size) for member in members[:-1] if member.isreg()]
    named = [(file.path, file.size) for file in found.files]
    usable = all(may_hold(file.path) for file in found.files) and DATABASES[found.database.kind] == named[0][0]
    if not named or not usable or held != named or len(held) != len(members) - 1:
        raise _no_backup(path)
    return found


def _no_backup(path: Path) -> FileRefused:
    return FileRefused(
        f"{path.name} 不是完整的备份文件：可能被截断、改动，或不是 registry backup 做的。",
        f"{path.name} is no complete backup: cut off, changed, or not made by registry backup.",
        field="file",
    )


def _damaged(path: Path, name: str) -> FileRefused:
    return FileRefused(
        f"备份 {path.name} 已损坏：{name} 与清单中的校验值不符。请用另一份备份。",
        f"The backup {path.name} is damaged: {name} is not what its manifest says. Use another backup.",
        field="file",
        value=name,
    )
