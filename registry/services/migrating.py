"""Bring a database to the present schema and its reference rows to the shipped state."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from registry.db import AWAY, storage_error, transaction
from registry.errors import StorageUnavailable
from registry.services.reference import sync_reference_rows

SCRIPTS = Path(__file__).parent.parent / "migrations"


def migrate(engine: Engine) -> str:
    """Apply the missing migrations in order, then the shipped reference rows. Returns the schema revision."""
    try:
        if engine.dialect.name == "sqlite":
            _set_write_ahead_log(engine)
        with engine.begin() as connection:
            command.upgrade(_config(connection), "head")
    except AWAY as error:
        raise storage_error(error) from error
    # Plans bring in tables that most commands never touch.
    from registry.services.targets.shipping import sync_plans

    with transaction(engine) as session:
        sync_reference_rows(session)
        sync_plans(session)
    return head_revision()


def head_revision() -> str:
    """The revision this code needs."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    if head is None:
        raise RuntimeError("no migration scripts are shipped")
    return head


def known_revisions() -> frozenset[str]:
    """Every revision this code can bring up to date, its own included."""
    return frozenset(each.revision for each in ScriptDirectory.from_config(_config(None)).walk_revisions())


def require_current_schema(engine: Engine) -> None:
    """Raise StorageUnavailable unless the database has exactly the schema this code needs."""
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except AWAY as error:
        raise storage_error(error) from error
    if found != head_revision():
        raise StorageUnavailable(
            f"数据库版本是 {found or '空'}，程序需要 {head_revision()}。请先运行 registry migrate。",
            f"The database is at revision {found or 'none'}, the program needs {head_revision()}. "
            "Run registry migrate first.",
        )


def _config(connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


def _set_write_ahead_log(engine: Engine) -> None:
    # Persistent, and not possible inside a transaction: readers then never wait for the writer.
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()
