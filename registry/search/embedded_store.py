"""Where the embedded index lives: versions side by side, a pointer to the one that is read, one writer."""

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from registry.db import make_folder
from registry.search.embedded_schema import fingerprint
from registry.search.engine import EngineUnavailable, WriterBusy

POINTER = "current"
LOCK = "write.lock"
_VERSION = re.compile(r"enterprises-([0-9a-f]{8})-([0-9]{6})")


def current_version(folder: Path) -> str:
    """The version that is read. Raises EngineUnavailable if there is none or it was made by another program version."""
    try:
        name = (folder / POINTER).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        raise EngineUnavailable("no index has been built") from None
    found = _VERSION.fullmatch(name)
    if found is None or not (folder / name).is_dir():
        raise EngineUnavailable(f"the pointer names no index: {name[:40]!r}")
    if found[1] != fingerprint():
        raise EngineUnavailable("the index has another shape than this program needs")
    return name


def new_version(folder: Path) -> str:
    """An empty folder for a version to be built. Left-overs of an interrupted build are removed."""
    keep = {_pointed(folder)} | set(_versions(folder)[-2:])
    for name in _versions(folder):
        if name not in keep:
            shutil.rmtree(folder / name, ignore_errors=True)
    serial = max((int(name[-6:]) for name in _versions(folder)), default=0) + 1
    name = f"enterprises-{fingerprint()}-{serial:06d}"
    (folder / name).mkdir(parents=True)
    return name


def point_to(folder: Path, version: str) -> None:
    """Swap: readers see the version from their next request on. The one before stays, older ones go."""
    before = _pointed(folder)
    fresh = folder / (POINTER + ".new")
    with fresh.open("w", encoding="ascii") as file:
        file.write(version + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, folder / POINTER)
    for name in _versions(folder):
        if name not in (before, version):
            shutil.rmtree(folder / name, ignore_errors=True)


@contextmanager
def write_lock(folder: Path) -> Iterator[None]:
    """The right to write, over all processes and threads; it falls free when its holder dies.

    Raises WriterBusy. An SQLite file serves as the lock: it works alike on every system Python runs on.
    """
    make_folder(folder)
    with closing(sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None, check_same_thread=False)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise WriterBusy(str(error)) from error
        yield


def _pointed(folder: Path) -> str | None:
    try:
        return (folder / POINTER).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return None


def readable_versions(folder: Path) -> list[str]:
    """Versions of this program’s shape, oldest first. One whose building was interrupted may be among them."""
    return [name for name in _versions(folder) if name.split("-")[1] == fingerprint()]


def _versions(folder: Path) -> list[str]:
    """Oldest first."""
    if not folder.is_dir():
        return []
    names = (entry.name for entry in folder.iterdir() if _VERSION.fullmatch(entry.name))
    return sorted(names, key=lambda name: int(name[-6:]))
