"""Copying a PostgreSQL database with its own ``pg_dump`` and ``pg_restore``."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from psycopg import pq
from sqlalchemy import Connection, func, select, table, text
from sqlalchemy.engine import URL, Engine

from registry.errors import StorageUnavailable
from registry.services.backup.contents import DatabaseState, TrailEnd
from registry.services.backup.sqlite_copy import DOCUMENTS

DEBIAN_HOME = Path("/usr/lib/postgresql")
_TABLES = text(
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "AND n.nspname NOT LIKE 'pg\\_%' ORDER BY 1, 2"
)


def copy_database(engine: Engine, target: Path) -> tuple[DatabaseState, set[str]]:
    """Dump the state of one moment; what it held, and the hashes of the documents its rows name.

    Raises StorageUnavailable with what the tools said.
    """
    with engine.connect() as connection:
        connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # The dump sees exactly what is counted here, whoever writes meanwhile.
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        state = _look_into(connection)
        named = set(connection.scalars(text(DOCUMENTS)))
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"]
        _run("pg_dump", options, engine.url)
    return state, named


def is_empty(engine: Engine) -> bool:
    """Whether a database holds no table."""
    with engine.connect() as connection:
        return connection.execute(_TABLES).first() is None


def restore_database(engine: Engine, source: Path) -> DatabaseState:
    """Restore a dump into an empty database, all of it or nothing; what the database holds then.

    Raises StorageUnavailable with what the tools said.
    """
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    _run("pg_restore", [*options, f"--dbname={engine.url.database}", str(source)], engine.url)
    with engine.connect() as connection:
        return _look_into(connection)


def _look_into(connection: Connection) -> DatabaseState:
    rows = {}
    for schema, name in connection.execute(_TABLES).all():
        counted = select(func.count()).select_from(table(name, schema=schema))
        rows[name if schema == "public" else f"{schema}.{name}"] = int(connection.execute(counted).scalar_one())
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    end = connection.execute(text("SELECT events, hash FROM audit_head")).first()
    trail = TrailEnd(events=end[0], hash=end[1]) if end else TrailEnd(events=0, hash="")
    return DatabaseState(kind="postgresql", revision=revision, rows=rows, trail=trail)


def _run(program: str, options: Sequence[str], url: URL | None) -> None:
    # The password goes by the environment: a command line can be read by everybody on the machine.
    environment = {**os.environ, **(_environment(url) if url is not None else {}), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(  # noqa: S603 - no shell, and nothing a visitor gave is in it
        [_find(program), *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip()[-300:])
        raise StorageUnavailable(f"{program} 失败：{said}", f"{program} failed: {said}")


def _environment(url: URL) -> Mapping[str, str]:
    """An address as the variables that PostgreSQL's programs read."""
    given = {
        "host": url.host,
        "port": str(url.port) if url.port else None,
        "user": url.username,
        "password": str(url.password) if url.password is not None else None,
        "dbname": url.database,
        **{name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()},
    }
    names = {option.keyword.decode(): option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar}
    return {names[name]: value for name, value in given.items() if value and name in names}


def _find(program: str) -> str:
    """The program on PATH, or the newest where Debian puts them."""
    if found := shutil.which(program):
        return found
    known = sorted(DEBIAN_HOME.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3]))
    if not known:
        raise StorageUnavailable(
            f"找不到 {program}。请安装 PostgreSQL 客户端（Debian 软件包 postgresql-client）。",
            f"{program} was not found. Install the PostgreSQL client (Debian package postgresql-client).",
        )
    return str(known[-1])
