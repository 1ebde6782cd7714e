"""Writing the index on a Meilisearch server: versions side by side, and a small index that names the one to be read."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from operator import methodcaller

from meilisearch.models.task import TaskInfo

from registry.search.documents import IndexDocument
from registry.search.engine import EngineUnavailable
from registry.search.meilisearch_reader import MeilisearchReader, about_queries, read_about
from registry.search.meilisearch_server import MissingIndex, Server
from registry.search.meilisearch_shape import (
    ABOUT,
    PRIMARY_KEY,
    about_line,
    fingerprint,
    index_settings,
    portions,
)

PREFIX = "registry"
KEYS_AT_ONCE = 5_000
TURN_SECONDS = 0.8
FIRST_TURN_BYTES, SMALLEST_TURN_BYTES = 1_000_000, 300_000
_POINTER = "current"


class Versions:
    """The versions on a server. Their names are ``<prefix>-<fingerprint>-<serial>``; ``<prefix>-current`` names one."""

    def __init__(self, server: Server, prefix: str) -> None:
        self.server = server
        self.pointer = f"{prefix}-{_POINTER}"
        self._prefix = prefix
        self._name = re.compile(re.escape(prefix) + "-([0-9a-f]{8})-([0-9]{6})")

    def pointed(self) -> str:
        """The version to be read, by whatever program version. Raises EngineUnavailable."""
        try:
            return self.read_pointer(self.server.search([self.pointer_query()])[0])
        except MissingIndex:
            raise EngineUnavailable("no index has been built") from None

    def pointer_query(self) -> dict[str, object]:
        """What :meth:`read_pointer` reads."""
        return {"indexUid": self.pointer, "limit": 1}

    def read_pointer(self, result: dict[str, list[dict[str, str]]]) -> str:
        """The name in the pointer. Raises EngineUnavailable if there is none."""
        if not result["hits"]:
            raise EngineUnavailable("no index has been built")
        return result["hits"][0]["version"]

    def readable(self, version: str) -> str:
        """The version itself, if this program can read it. Raises EngineUnavailable."""
        found = self._name.fullmatch(version)
        if found is None:
            raise EngineUnavailable(f"the pointer names no index: {version[:60]!r}")
        if found[1] != fingerprint():
            raise EngineUnavailable("the index has another shape than this program needs")
        return version

    def all(self) -> list[str]:
        """Every version on the server, finished or not, of any shape, oldest first."""
        return sorted((n for n in self.server.indexes() if self._name.fullmatch(n)), key=_serial)

    def finished(self) -> list[str]:
        """The versions that this program can read, oldest first."""
        return [name for name in self.all() if self._is_ours(name) and self._is_finished(name)]

    def fresh(self) -> str:
        """A name for a version to be built. Left-overs of an interrupted build are removed."""
        present, used = self.all(), self.in_use()
        older = [name for name in self.finished() if not used or _serial(name) < _serial(used[0])]
        keep = {*used, *older[-1:]}
        self.drop(name for name in present if name not in keep)
        serial = max(map(_serial, present), default=0) + 1
        return f"{self._prefix}-{fingerprint()}-{serial:06d}"

    def point_to(self, version: str) -> None:
        """Readers see the version from their next request on. The one before stays, others go."""
        before = self.in_use()
        if version in before:
            return
        document = {PRIMARY_KEY: _POINTER, "version": version}
        # One document replaced is one change: every reader sees the old name or the new one.
        task = self.server.index(self.pointer, lambda index: index.add_documents([document], PRIMARY_KEY))
        self.server.wait([task])
        self.drop(name for name in self.all() if name not in (version, *before))

    def drop(self, names: Iterable[str]) -> None:
        """Remove versions with their entries."""
        self.server.wait([self.server.do(methodcaller("delete_index", name)) for name in names])

    def reader(self, version: str) -> MeilisearchReader:
        """A view of a finished version. Raises EngineUnavailable."""
        day, count = read_about(self.server.search(about_queries(version)))
        return MeilisearchReader(self.server, version, day=day, count=count)

    def in_use(self) -> tuple[str, ...]:
        """The version to be read, if there is one."""
        try:
            return (self.pointed(),)
        except EngineUnavailable:
            return ()

    def _is_ours(self, name: str) -> bool:
        found = self._name.fullmatch(name)
        return found is not None and found[1] == fingerprint()

    def _is_finished(self, name: str) -> bool:
        return bool(self.server.search(about_queries(name)[:1])[0]["hits"])


class MeilisearchWriter:
    """Writes the index; made by the engine’s ``writing``, which holds the lock."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._server = versions.server

    def apply(
        self, *, upserts: Iterable[IndexDocument], deletes: Iterable[str], day: date, version: str | None = None
    ) -> None:
        """Write a batch. The day is written last: with the entries, or after all of them."""
        version = self._versions.readable(version or self._versions.pointed())
        # The server would make an index that is not there.
        self._versions.reader(version)
        gone = list(deletes)
        waiting = [self._server.delete_documents(version, gone)] if gone else []
        last = b""
        for portion in portions(upserts):
            if last:
                waiting.append(self._add(version, last))
            last = portion
        self._server.wait(waiting)
        self._server.wait([self._add(version, last + about_line(day))])

    def build_beside(self, documents: Iterable[IndexDocument], *, day: date) -> str:
        """Stream the documents into a new version; memory does not grow with their number. The day finishes it.

        Where a version is in use, its changes get in between: see :class:`_Turns`.
        """
        version = self._versions.fresh()
        settings = index_settings()
        tasks = [
            self._server.do(lambda client: client.create_index(version, {"primaryKey": PRIMARY_KEY})),
            self._server.index(version, lambda index: index.update_settings(settings)),
        ]
        # Settings before documents, or the server would index them twice.
        self._server.wait(tasks)
        if self._versions.in_use():
            turns = _Turns()
            for portion in portions(documents, turns.size):
                turns.took(self._server.wait([self._add(version, portion)]))
        else:
            self._server.wait([self._add(version, portion) for portion in portions(documents)])
        self._server.wait([self._add(version, about_line(day))])
        return version

    def reader_of(self, version: str) -> MeilisearchReader:
        """A view of a built version. Raises EngineUnavailable."""
        return self._versions.reader(self._versions.readable(version))

    def swap(self, version: str) -> None:
        """Let readers see the version. Raises EngineUnavailable if it was never finished."""
        self.reader_of(version)
        self._versions.point_to(version)

    def versions(self) -> list[str]:
        """The versions that can be read, oldest first."""
        return self._versions.finished()

    def keys(self, version: str | None = None) -> Iterator[tuple[str, str]]:
        """Every entry’s key and digest, some thousands at a time."""
        version = self._versions.readable(version or self._versions.pointed())
        start = 0
        while True:
            asked = {"fields": [PRIMARY_KEY, "digest"], "limit": KEYS_AT_ONCE, "offset": start}
            page = self._server.index(version, methodcaller("get_documents", asked)).results
            for document in page:
                if document.id != ABOUT:
                    yield document.id, document.digest
            if len(page) < KEYS_AT_ONCE:
                return
            start += len(page)

    def _meant(self, version: str | None) -> str:
        return self._versions.readable(self._versions.pointed() if version is None else version)

    def _add(self, version: str, lines: bytes) -> TaskInfo:
        return self._server.index(version, lambda index: index.add_documents_ndjson(lines, PRIMARY_KEY))


class _Turns:
    """How much is sent at a time while others wait for their turn.

    The server does one task after the other, whatever index they are for. A change of the version in use must not wait
    long: only one portion is under way, and its size follows from how long the ones before took.
    """

    def __init__(self) -> None:
        self._bytes = float(FIRST_TURN_BYTES)

    def size(self) -> int:
        """Bytes of the next portion."""
        return int(self._bytes)

    def took(self, seconds: float) -> None:
        """How long the server worked on the portion before."""
        factor = TURN_SECONDS / max(seconds, 0.001)
        self._bytes = max(SMALLEST_TURN_BYTES, self._bytes * min(1.5, max(0.5, factor)))


def _serial(name: str) -> int:
    return int(name.rpartition("-")[2])
