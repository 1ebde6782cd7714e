"""Who may write the index, and who may build one beside: two locks over all processes and threads."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from registry.db import make_folder
from registry.search.engine import RebuildBusy, WriterBusy

WRITING = "write.lock"
BUILDING = "build.lock"
_PROBE_SECONDS = 1.0
"""Who only looks whether a build is under way holds its lock for a moment: a builder waits that long."""


class Locks:
    """The locks in a folder that all processes share. Each falls free when its holder dies.

    SQLite files serve as locks: they work alike on every system Python runs on.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The right to write the version in use. Raises WriterBusy."""
        with self._open(WRITING, patience=0) as lock:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise WriterBusy(str(error)) from error
            yield

    @contextmanager
    def building(self) -> Iterator[None]:
        """The right to make another version ready and to put it to use. Raises RebuildBusy."""
        with self._open(BUILDING, patience=_PROBE_SECONDS) as lock:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise RebuildBusy(str(error)) from error
            yield

    def is_building(self) -> bool:
        """Whether somebody holds the right to build."""
        with self._open(BUILDING, patience=0) as lock:
            try:
                lock.execute("SELECT count(*) FROM sqlite_master").fetchone()
            except sqlite3.OperationalError:
                return True
        return False

    def _open(self, name: str, *, patience: float) -> closing[sqlite3.Connection]:
        make_folder(self._folder)
        path = self._folder / name
        return closing(sqlite3.connect(path, timeout=patience, isolation_level=None, check_same_thread=False))
