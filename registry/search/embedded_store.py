"""Where the embedded index lives: versions side by side, a pointer to the one that is read."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from registry.search.embedded_schema import fingerprint
from registry.search.engine import EngineUnavailable

POINTER = "current"
COMPLETE = "complete"
"""File in the folder of a version, written last: without it the version was never finished and is not read."""
DAMAGED = "damaged"
"""File in the folder of a version whose reading failed: nobody reads it any more, and the worker builds another."""
_VERSION = re.compile(r"enterprises-([0-9a-f]{8})-([0-9]{6})")


def current_version(folder: Path) -> str:
    """The version that is read. Raises EngineUnavailable if there is none or it was made by another program version."""
    try:
        name = (folder / POINTER).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        raise EngineUnavailable("no index has been built") from None
    found = _VERSION.fullmatch(name)
    if found is None or not (folder / name / COMPLETE).is_file():
        raise EngineUnavailable(f"the pointer names no index: {name[:40]!r}")
    if found[1] != fingerprint():
        raise EngineUnavailable("the index has another shape than this program needs")
    if (folder / name / DAMAGED).exists():
        raise EngineUnavailable("the index is damaged")
    return name


def new_version(folder: Path) -> str:
    """An empty folder for a version to be built. Left-overs of an interrupted build are removed."""
    before = _versions(folder)
    used = _pointed(folder)
    older = [name for name in readable_versions(folder) if used is None or _serial(name) < _serial(used)]
    _drop(folder, [name for name in before if name not in (used, *older[-1:])])
    serial = max(map(_serial, before), default=0) + 1
    name = f"enterprises-{fingerprint()}-{serial:06d}"
    (folder / name).mkdir(parents=True)
    return name


def mark_complete(folder: Path, version: str) -> None:
    """The version is whole and on disk."""
    _write_through(folder / version / COMPLETE, "")


def point_to(folder: Path, version: str) -> None:
    """Swap: readers see the version from their next request on. The one before stays, others go.

    Raises EngineUnavailable for a version that was never finished.
    """
    if version not in readable_versions(folder):
        raise EngineUnavailable(f"there is no finished version {version}")
    before = _pointed(folder)
    if before == version:
        return
    fresh = folder / (POINTER + ".new")
    _write_through(fresh, version + "\n")
    os.replace(fresh, folder / POINTER)
    _sync_folder(folder)
    _drop(folder, [name for name in _versions(folder) if name not in (before, version)])


@contextmanager
def faults_of(path: Path, *, damage: bool = False) -> Iterator[None]:
    """What the engine complains about while working on the version at ``path`` means: no usable index.

    ``damage``: it was open already, so its files must be damaged; everybody is told.
    """
    try:
        yield
    except EngineUnavailable:
        raise
    except BaseException as error:
        # Over damaged files the engine may panic; what that raises is none of Python's ordinary exceptions.
        if not isinstance(error, ValueError | OSError) and type(error).__name__ != "PanicException":
            raise
        if damage:
            with suppress(OSError):
                (path / DAMAGED).touch()
        raise EngineUnavailable(str(error)) from error


def _write_through(path: Path, text: str) -> None:
    """Write a small file so that it survives a power cut."""
    with path.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make what was renamed or created in a folder last, where the system can."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _drop(folder: Path, names: Iterable[str]) -> None:
    """Remove versions; the mark goes first, so that one half removed is not taken for whole."""
    for name in names:
        (folder / name / COMPLETE).unlink(missing_ok=True)
        shutil.rmtree(folder / name, ignore_errors=True)


def _pointed(folder: Path) -> str | None:
    try:
        return (folder / POINTER).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return None


def readable_versions(folder: Path) -> list[str]:
    """Finished versions of this program’s shape, oldest first."""
    ours = [folder / name for name in _versions(folder) if name.split("-")[1] == fingerprint()]
    return [path.name for path in ours if (path / COMPLETE).is_file() and not (path / DAMAGED).exists()]


def _versions(folder: Path) -> list[str]:
    """Oldest first."""
    if not folder.is_dir():
        return []
    names = (entry.name for entry in folder.iterdir() if _VERSION.fullmatch(entry.name))
    return sorted(names, key=_serial)


def _serial(name: str) -> int:
    found = _VERSION.fullmatch(name)
    return int(found[2]) if found else 0
