"""The archive of source documents: copies named by their SHA-256, written once and never changed."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import Session, col, select

from registry.db import make_folder
from registry.errors import FileRefused, Gone, StorageUnavailable
from registry.models import SourceFile
from registry.settings import Settings


def archived_path(archive_dir: Path, sha256: str) -> Path:
    """Where the document with this hash lies."""
    return archive_dir / sha256[:2] / sha256


def archive_file(source: Path, sha256: str, archive_dir: Path) -> Path:
    """Copy a file into the archive, complete or not at all; a document already there is left as it is.

    Raises FileRefused if the file changed since it was read, StorageUnavailable if the archive cannot be written.
    """
    target = archived_path(archive_dir, sha256)
    if target.exists():
        return target
    make_folder(target.parent)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix="incoming-")
        scratch = Path(name)
        try:
            with os.fdopen(handle, "wb") as out, source.open("rb") as file:
                shutil.copyfileobj(file, out, 1 << 20)
                out.flush()
                os.fsync(out.fileno())
            _require_same(scratch, sha256)
            scratch.chmod(0o444)
            scratch.replace(target)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise StorageUnavailable(
            f"源文件存档失败（{error.strerror}），没有写入任何记录。请检查数据目录的空间和权限。",
            f"The source file could not be archived ({error.strerror}); nothing was written. Check space and "
            "permissions of the data folder.",
        ) from error
    return target


def source_file(session: Session, *, sha256: str, filename: str, size: int, media_type: str) -> SourceFile:
    """The record of an archived document; the name is that under which it first came."""
    stored = session.exec(select(SourceFile).where(col(SourceFile.sha256) == sha256)).first()
    if stored is None:
        stored = SourceFile(sha256=sha256, filename=filename[:255], media_type=media_type, size=size)
        session.add(stored)
        session.flush()
    return stored


@contextmanager
def named_copy(archive_dir: Path, source: SourceFile) -> Iterator[Path]:
    """The archived document under its own name in a folder of its own, gone afterwards: readers look at names, too.

    Raises Gone if the archive has lost it.
    """
    archived = archived_path(archive_dir, source.sha256)
    if not archived.is_file():
        raise _lost(source.sha256)
    with tempfile.TemporaryDirectory(prefix="registry-import-") as folder:
        path = Path(folder) / (Path(source.filename).name or "file")
        shutil.copyfile(archived, path)
        yield path


def open_archived(settings: Settings, sha256: str) -> Path:
    """The path of an archived document, for a download. Raises Gone if the archive has lost it."""
    path = archived_path(settings.archive_dir, sha256)
    if not path.is_file():
        raise _lost(sha256)
    return path


def _lost(sha256: str) -> Gone:
    return Gone(
        "存档中找不到这个文件，可能没有随数据目录一起迁移。",
        "The archive does not hold this file; it may not have moved with the data folder.",
        field="sha256",
        value=sha256,
    )


def _require_same(path: Path, sha256: str) -> None:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise FileRefused(
                "文件在读取过程中被改动，没有导入。请重试。",
                "The file changed while it was being read; nothing was imported. Try again.",
            )
