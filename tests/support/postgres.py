"""A PostgreSQL server for the tests: the one named in the environment, or an own cluster in a temporary folder.

PostgreSQL refuses to run as root, so as root the cluster belongs to the user ``postgres``.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from registry.db import make_engine
from registry.services.migrating import migrate
from registry.settings import Settings
from tests.support.emptying import keep, put_back, shape

NOTHING_FOUND = (
    "PostgreSQL: neither REGISTRY_TEST_DATABASE_URL nor the server binaries (Debian package postgresql) were found"
)
NO_USER = "PostgreSQL: running as root and there is no user postgres to run the server as (Debian package postgresql)"
NO_RUNUSER = "PostgreSQL: running as root and runuser was not found (Debian package util-linux)"
DEBIAN_HOME = Path("/usr/lib/postgresql")
SERVER_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal "
    "-c max_wal_senders=0 -c autovacuum=off -c checkpoint_timeout=1h -c max_wal_size=8GB -c shared_buffers=256MB"
)
"""Nothing of it outlives the tests, so what makes changes lasting and dear is turned off."""
ROWS_MOST = 5_000
"""A database from which more rows were deleted is dropped: they lie in its tables and slow the next tests down."""


class Missing(Exception):
    """This machine cannot give a PostgreSQL server; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server on which databases may be made, and a migrated database to clone them from."""

    server: URL
    template: str
    shape: str
    numbers: Iterator[int]
    free: list[str]
    """Databases as they were after their migrations."""

    @contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a migrated database with nothing in it but what migrations ship."""
        name = self.free.pop() if self.free else self._make()
        try:
            yield _spell(self.server.set(database=name))
        finally:
            if self._put_back(name):
                self.free.append(name)
            else:
                _administer(self.server, f'DROP DATABASE "{name}" WITH (FORCE)')

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """The URL of a database with nothing in it, gone afterwards."""
        name = f"{self.template}_{next(self.numbers)}"
        _administer(self.server, f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield _spell(self.server.set(database=name))
        finally:
            _administer(self.server, f'DROP DATABASE "{name}" WITH (FORCE)')

    def _make(self) -> str:
        name = f"{self.template}_{next(self.numbers)}"
        # Copying the files takes a quarter of the time that copying page by page through the log does.
        _administer(self.server, f'CREATE DATABASE "{name}" TEMPLATE "{self.template}" STRATEGY FILE_COPY')
        return name

    def _put_back(self, name: str) -> bool:
        """Whether the database is again what it was, without many dead rows."""
        engine = create_engine(self.server.set(database=name), poolclass=NullPool)
        try:
            with engine.begin() as connection:
                return shape(connection) == self.shape and put_back(connection) <= ROWS_MOST
        except DBAPIError:
            return False


@contextmanager
def cluster(worker: str) -> Iterator[Cluster]:
    """A cluster for one test process. Raises Missing where there can be none."""
    given = os.environ.get("REGISTRY_TEST_DATABASE_URL", "")
    with _given_server(given) if given else _own_server() as server:
        template = f"registry_test_{os.getpid()}_{worker}"
        _administer(server, f"CREATE DATABASE \"{template}\" TEMPLATE template0 ENCODING 'UTF8'")
        free: list[str] = []
        try:
            yield Cluster(server, template, _migrate(server.set(database=template)), count(1), free)
        finally:
            for name in (*free, template):
                _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def _given_server(given: str) -> Iterator[URL]:
    yield make_url(Settings(database_url=given).effective_database_url)


@contextmanager
def _own_server() -> Iterator[URL]:
    programs, prefix = binaries(), as_postgres()
    home = Path(tempfile.mkdtemp(prefix="registry-postgres-"))
    data = home / "data"
    try:
        if prefix:
            shutil.chown(home, "postgres")
        initdb: list[str | Path] = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust"]
        run_quietly([*prefix, *initdb, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"], home)
        options = f"-k {home} {SERVER_OPTIONS}"
        run_quietly([*prefix, programs / "pg_ctl", "-D", data, "-o", options, "-l", home / "log", "-w", "start"], home)
        try:
            yield make_url(f"postgresql+psycopg://postgres@/postgres?host={home}")
        finally:
            run_quietly([*prefix, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], home)
    finally:
        shutil.rmtree(home)


def binaries() -> Path:
    """The folder of the newest server binaries: on PATH, else where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    debian = sorted(DEBIAN_HOME.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not debian:
        raise Missing(NOTHING_FOUND)
    return debian[-1].parent


def as_postgres() -> list[str]:
    """What goes before a command so that the server's own user runs it; nothing unless this is root."""
    if os.geteuid() != 0:
        return []
    try:
        pwd.getpwnam("postgres")
    except KeyError:
        raise Missing(NO_USER) from None
    runuser = shutil.which("runuser", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if runuser is None:
        raise Missing(NO_RUNUSER)
    return [runuser, "-u", "postgres", "--"]


def run_quietly(command: Sequence[str | Path], folder: Path) -> None:
    """Run a command of the server. Raises RuntimeError with what it said if it fails."""
    # Output goes to a file: a server that inherits a pipe would keep the caller waiting for its end.
    with (folder / "output").open("w+") as output:
        done = subprocess.run(command, cwd=folder, stdout=output, stderr=output, check=False)
        if done.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{command} failed:\n{output.read()}")


def _administer(server: URL, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _migrate(database: URL) -> str:
    """Migrate a database, remember in it what there is to be put back; its shape."""
    engine: Engine = make_engine(Settings(database_url=_spell(database)))
    migrate(engine)
    with engine.begin() as connection:
        keep(connection)
        found = shape(connection)
    engine.dispose()
    return found


def _spell(url: URL) -> str:
    return url.render_as_string(hide_password=False)
