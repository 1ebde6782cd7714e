"""Copying an SQLite database while others write to it, and looking into a copy."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from registry.errors import StorageUnavailable
from registry.services.backup.contents import DatabaseState, TrailEnd

BUSY_SECONDS = 5


def copy_database(source: Path, target: Path) -> DatabaseState:
    """Copy the state of one moment; writers go on meanwhile. Raises StorageUnavailable."""
    with _speaking(source), closing(_open(source)) as read, closing(sqlite3.connect(target)) as written:
        # All pages in one step: one reading transaction, so the copy is of one moment whoever writes beside it.
        read.backup(written, pages=-1)
        # The copy is one file and needs no journal beside it.
        written.execute("PRAGMA journal_mode=DELETE")
    return look_into(target)


def look_into(database: Path) -> DatabaseState:
    """What a copy holds. Raises StorageUnavailable if it is damaged or no registry."""
    with _speaking(database), closing(_open(database)) as found:
        said = found.execute("PRAGMA quick_check(1)").fetchone()[0]
        if said != "ok":
            raise sqlite3.DatabaseError(said)
        tables = [
            str(name)
            for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not str(name).startswith("sqlite_")
        ]
        rows = {
            # Names of tables of our own database: a statement cannot take them as values.
            name: int(found.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
            for name in sorted(tables)
        }
        revision = found.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        end = found.execute("SELECT events, hash FROM audit_head").fetchone()
    trail = TrailEnd(events=end[0], hash=end[1]) if end else TrailEnd(events=0, hash="")
    return DatabaseState(kind="sqlite", revision=revision, rows=rows, trail=trail)


def documents_named(database: Path) -> set[str]:
    """Hashes of the documents that rows of a copy name."""
    with _speaking(database), closing(_open(database)) as found:
        return {str(sha) for (sha,) in found.execute(DOCUMENTS)}


def write_ahead(database: Path) -> None:
    """Let readers of a copy that goes into use never wait for the writer; it stays so."""
    with _speaking(database), closing(sqlite3.connect(database)) as found:
        found.execute("PRAGMA journal_mode=WAL")


DOCUMENTS = "SELECT sha256 FROM source_file UNION SELECT sha256 FROM evidence"


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path.absolute().as_posix()}?mode=ro", uri=True, timeout=BUSY_SECONDS)


@contextmanager
def _speaking(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageUnavailable(
            f"数据库文件 {path.name} 不能复制或读取（{error}）。",
            f"The database file {path.name} cannot be copied or read ({error}).",
        ) from error
