"""The embedded engine: tantivy in the data folder. Nothing to install, nothing to start."""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import tantivy

from registry.search.documents import IndexDocument
from registry.search.embedded_reader import EmbeddedReader
from registry.search.embedded_schema import META_KEY, build_schema, day_document, register_tokenizers, to_tantivy
from registry.search.embedded_store import (
    COMPLETE,
    DAMAGED,
    POINTER,
    current_version,
    faults_of,
    mark_complete,
    new_version,
    point_to,
    readable_versions,
)
from registry.search.locks import Locks

BUILD_HEAP = 256_000_000
UPDATE_HEAP = 32_000_000


class EmbeddedWriter:
    """Writes the index in one folder; made by the engine’s ``writing`` and ``building``, which hold the locks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def apply(
        self, *, upserts: Iterable[IndexDocument], deletes: Iterable[str], day: date, version: str | None = None
    ) -> None:
        """Delete and add in one commit: a reader sees all of the batch or nothing."""
        path = self._folder / (version or current_version(self._folder))
        index = _open(path)
        with faults_of(path):
            writer = index.writer(UPDATE_HEAP, 1)
        for key in deletes:
            writer.delete_documents_by_term("key", key)
        for entry in upserts:
            writer.delete_documents_by_term("key", entry.key)
            writer.add_document(to_tantivy(entry))
        writer.delete_documents_by_term("key", META_KEY)
        writer.add_document(day_document(day))
        with faults_of(path):
            writer.commit()
            writer.wait_merging_threads()

    def build_beside(self, documents: Iterable[IndexDocument], *, day: date) -> str:
        """Stream the entries into a new version; memory does not grow with their number."""
        version = new_version(self._folder)
        index = tantivy.Index(build_schema(), path=str(self._folder / version))
        register_tokenizers(index)
        writer = index.writer(BUILD_HEAP, 1)
        for entry in documents:
            writer.add_document(to_tantivy(entry))
        writer.add_document(day_document(day))
        writer.commit()
        writer.wait_merging_threads()
        mark_complete(self._folder, version)
        return version

    def reader_of(self, version: str) -> EmbeddedReader:
        """A view of a built version. Raises EngineUnavailable."""
        path = self._folder / version
        return EmbeddedReader(_open(path), path)

    def swap(self, version: str) -> None:
        """Let readers see the version."""
        point_to(self._folder, version)

    def versions(self) -> list[str]:
        """The versions that can be read, oldest first."""
        return readable_versions(self._folder)

    def keys(self, version: str | None = None) -> Iterator[tuple[str, str]]:
        """Every entry’s key and digest, of the version in use if no other is named."""
        return self.reader_of(version or current_version(self._folder)).keys()


class EmbeddedEngine:
    """The index in one folder. One object serves all threads of a process."""

    name = "embedded"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks = Locks(folder)
        self._guard = threading.Lock()
        self._seen: tuple[object, ...] = ()
        self._index: tuple[str, tantivy.Index] | None = None
        self._reader: EmbeddedReader | None = None

    def version(self) -> str:
        """The version that is read now. Raises EngineUnavailable."""
        return current_version(self._folder)

    def reader(self) -> EmbeddedReader:
        """The newest committed state, also of what another process committed. Raises EngineUnavailable."""
        with self._guard:
            if self._reader is not None and self._index and self._stamp(self._index[0]) == self._seen:
                return self._reader
        # What is seen was there before the state is read: a change in between is noticed the next time.
        pointed = _state(f"{self._folder}/{POINTER}")
        version = current_version(self._folder)
        with faults_of(self._folder / version), self._guard:
            seen = (pointed, *self._stamp(version)[1:])
            if self._reader is None or seen != self._seen:
                self._reader, self._seen = self._refresh(version), seen
            return self._reader

    def _stamp(self, version: str) -> tuple[object, ...]:
        """Changes with the pointer, with every commit to the version, and when it is no longer to be read."""
        path = f"{self._folder}/{version}"
        return (
            _state(f"{self._folder}/{POINTER}"),
            version,
            _state(f"{path}/meta.json"),
            os.path.exists(f"{path}/{COMPLETE}"),
            os.path.exists(f"{path}/{DAMAGED}"),
        )

    def _refresh(self, version: str) -> EmbeddedReader:
        if self._index is None or self._index[0] != version:
            self._index = (version, _open(self._folder / version))
        index = self._index[1]
        index.reload()
        return EmbeddedReader(index, self._folder / version)

    @contextmanager
    def writing(self) -> Iterator[EmbeddedWriter]:
        """The right to write. Raises WriterBusy while another process or thread has it."""
        with self._locks.writing():
            yield EmbeddedWriter(self._folder)

    @contextmanager
    def building(self) -> Iterator[EmbeddedWriter]:
        """The right to build a version beside. Raises RebuildBusy while another process or thread has it."""
        with self._locks.building():
            yield EmbeddedWriter(self._folder)

    def is_building(self) -> bool:
        """Whether a version is being built, by whatever process."""
        return self._locks.is_building()


def _state(path: str) -> tuple[int, ...]:
    """What changes with a file that is only ever replaced; empty if there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ino, found.st_size


def _open(path: Path) -> tantivy.Index:
    with faults_of(path):
        index = tantivy.Index.open(str(path))
        register_tokenizers(index)
        index.config_reader("manual")
        index.reload()
    return index
