"""The engine of large installations: an index on a Meilisearch server that all processes share."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from registry.search.locks import Locks
from registry.search.meilisearch_reader import MeilisearchReader, about_queries, read_about
from registry.search.meilisearch_server import MissingIndex, Server
from registry.search.meilisearch_writer import PREFIX, MeilisearchWriter, Versions
from registry.settings import Settings

NO_KEY = SecretStr("")


class MeilisearchEngine:
    """The index on one server. One object serves all threads of a process.

    Without an admin key the search key is used for writing too.
    """

    name = "meilisearch"

    def __init__(
        self,
        url: str,
        *,
        locks: Locks,
        search_key: SecretStr = NO_KEY,
        admin_key: SecretStr = NO_KEY,
        prefix: str = PREFIX,
    ) -> None:
        self._server = Server(url, search_key=search_key, admin_key=admin_key or search_key)
        self._versions = Versions(self._server, prefix)
        self._locks = locks
        self._seen = ""

    def __repr__(self) -> str:
        return f"MeilisearchEngine({self._server.address})"

    def reader(self) -> MeilisearchReader:
        """The version in use as it is now, found in one round trip. Raises EngineUnavailable."""
        if self._seen:
            try:
                return self._again(self._seen)
            except MissingIndex:
                self._seen = ""
        version = self.version()
        reader = self._versions.reader(version)
        self._seen = version
        return reader

    def _again(self, seen: str) -> MeilisearchReader:
        """Ask about the version seen last along with the pointer: nearly always it is still the one."""
        pointer, *about = self._server.search([self._versions.pointer_query(), *about_queries(seen)])
        version = self._versions.readable(self._versions.read_pointer(pointer))
        if version != seen:
            raise MissingIndex("another version is read now")
        day, count = read_about(about)
        return MeilisearchReader(self._server, version, day=day, count=count)

    def version(self) -> str:
        """The version that is read now. Raises EngineUnavailable."""
        return self._versions.readable(self._versions.pointed())

    @contextmanager
    def writing(self) -> Iterator[MeilisearchWriter]:
        """The right to write. Raises WriterBusy while another process or thread has it."""
        with self._locks.writing():
            yield MeilisearchWriter(self._versions)

    @contextmanager
    def building(self) -> Iterator[MeilisearchWriter]:
        """The right to build a version beside. Raises RebuildBusy while another process or thread has it."""
        with self._locks.building():
            yield MeilisearchWriter(self._versions)

    def is_building(self) -> bool:
        """Whether a version is being built, by whatever process."""
        return self._locks.is_building()


def meilisearch_engine(settings: Settings) -> MeilisearchEngine:
    """The engine on the server that the settings name. The locks lie in the data folder, which all share."""
    return MeilisearchEngine(
        settings.search_url,
        locks=Locks(settings.index_dir),
        search_key=settings.search_key,
        admin_key=settings.search_admin_key,
        prefix=PREFIX,
    )
