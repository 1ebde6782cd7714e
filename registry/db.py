"""The database: engine, the visible transaction boundary, and column types that behave alike on both engines."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from pydantic_core import to_json
from sqlalchemy import BigInteger, ColumnElement, DateTime, Integer, Numeric, String, event
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session, col, create_engine

from registry.errors import StorageUnavailable
from registry.settings import Settings
from registry.vocabulary import LabelledEnum

POOL_SIZE = 40
"""Endpoints run in a pool of 40 threads; fewer connections could deadlock nested sessions."""
POOL_SECONDS = 5
"""So long a request waits for a connection. One that got none by then is told to come back."""
STATEMENT_SECONDS = 30
"""A statement of the web that takes longer is given up: whoever asked has gone, and it keeps others waiting."""
BUSY_TIMEOUT_MS = 5_000
AWAY = (OperationalError, InterfaceError, PoolExhausted)
"""What the database being locked, full, slow, away or asked by too many looks like."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. SQLite forgets the zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with four places, exact on both engines: NUMERIC, or a scaled integer on SQLite (else a float)."""

    impl = Numeric(24, 4)
    cache_ok = True
    SCALE = Decimal(10_000)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(24, 4))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | int | None:
        if value is None or dialect.name != "sqlite":
            return value
        return int((Decimal(value) * self.SCALE).to_integral_value())

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value) / self.SCALE if dialect.name == "sqlite" else Decimal(value)


class EnumText(TypeDecorator[LabelledEnum]):
    """A word list stored as its values; what comes back are its members."""

    impl = String(32)
    cache_ok = True

    def __init__(self, enum: type[LabelledEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._member(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> LabelledEnum | None:
        return None if value is None else self._member(value)

    def _member(self, value: str) -> LabelledEnum:
        return cast(LabelledEnum, self.enum._value2member_map_[value])


BigKey = BigInteger().with_variant(Integer(), "sqlite")
"""Primary and foreign keys: 64 bit; SQLite numbers rows by itself only for INTEGER."""


Bytewise = String(300).with_variant(String(300, collation="C"), "postgresql")
"""Text that is only looked for: its index serves what begins with a prefix, whatever the language of the server."""


def begins_with(column: Any, prefix: str) -> ColumnElement[bool]:
    """Whether a ``Bytewise`` column begins with the prefix, said so that both databases use the index."""
    return col(column).between(prefix, prefix + LAST_CHARACTER)


LAST_CHARACTER = "\U0010ffff"


def make_engine(settings: Settings, *, statement_seconds: int = 0) -> Engine:
    """The engine for ``settings``. Opens no connection; makes the data folder if the database lives in it.

    ``statement_seconds``: PostgreSQL gives up a statement that takes longer. Raises StorageUnavailable if the folder
    cannot be made.
    """
    url = settings.effective_database_url
    if not url.startswith("sqlite"):
        # The connection used last is taken first: what it has prepared is at hand, in few server processes.
        connect = {"options": f"-c statement_timeout={statement_seconds * 1000}"} if statement_seconds else {}
        return create_engine(
            url,
            pool_size=POOL_SIZE,
            max_overflow=0,
            pool_timeout=POOL_SECONDS,
            pool_pre_ping=True,
            pool_use_lifo=True,
            # Also of a database with another encoding, which then can be told to be wrong.
            connect_args=connect | {"client_encoding": "utf8"},
            json_serializer=dump_json,
        )
    if not settings.database_url:
        make_folder(settings.data_dir)
    engine = create_engine(
        url, pool_size=POOL_SIZE, max_overflow=0, pool_timeout=POOL_SECONDS, json_serializer=dump_json
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def make_folder(folder: Path) -> None:
    """Make a folder of local state, or say plainly why it cannot be used."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(
            f"数据目录 {folder} 不能使用（{error.strerror}）。请检查权限，或用 REGISTRY_DATA_DIR 指定别的目录。",
            f"The data folder {folder} cannot be used ({error.strerror}). "
            "Check its permissions or set REGISTRY_DATA_DIR.",
        ) from error


def dump_json(value: Any) -> str:
    """JSON as stored: readable Chinese, compact."""
    return to_json(value).decode()


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One use case, one transaction: commit on success, roll back on any exception.

    Raises StorageUnavailable where the database is locked, read-only, full or away.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except AWAY as error:
        raise storage_error(error) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that can only read: it begins without taking the write lock and is never committed."""
    try:
        with Session(_read_only(engine), expire_on_commit=False, autoflush=False) as session:
            yield session
    except AWAY as error:
        raise storage_error(error) from error


def _read_only(engine: Engine) -> Engine:
    """The same engine with connections that cannot write; kept with it, because making it costs more than a query."""
    found: Engine | None = vars(engine).get(_READ_ONLY)
    if found is None:
        found = engine.execution_options(registry_read=True, postgresql_readonly=True)
        setattr(engine, _READ_ONLY, found)
    return found


_READ_ONLY = "_registry_read_only"


def storage_error(error: OperationalError | InterfaceError | PoolExhausted) -> StorageUnavailable:
    """Put the driver's complaint into words: what is wrong and what to do."""
    if isinstance(error, PoolExhausted):
        return StorageUnavailable(
            "访问的人太多，数据库连接暂时用完，本次操作没有写入。请过几秒再试。",
            "Too many people at once: no database connection is free; nothing was written. Try again in a few seconds.",
        )
    reason = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    if "locked" in reason:
        return StorageUnavailable(
            "数据库正被另一个进程占用，本次操作没有写入。请稍后重试。",
            "The database is locked by another process; nothing was written. Try again in a moment.",
        )
    if "statement timeout" in reason:
        return StorageUnavailable(
            "数据库太慢，查询超时后已停止，本次操作没有写入。请稍后重试。",
            "The database was too slow and the query was stopped; nothing was written. Try again in a moment.",
        )
    if "is full" in reason or "No space left" in reason:
        return StorageUnavailable(
            "数据库所在的磁盘已满，本次操作没有写入。请清理空间后重试。",
            "The disk of the database is full; nothing was written. Free some space and try again.",
        )
    if "readonly" in reason or "read-only" in reason:
        return StorageUnavailable(
            "数据库是只读的，本次操作没有写入。请检查文件和目录的写权限。",
            "The database is read-only; nothing was written. Check the write permission of the file and its folder.",
        )
    if "no such table" in reason or "does not exist" in reason:
        return StorageUnavailable(
            "数据库还没有建表或版本过旧。请先运行 registry migrate。",
            "The database has no tables yet or is out of date. Run registry migrate first.",
        )
    return StorageUnavailable(
        f"数据库不可用：{reason}。本次操作没有写入。",
        f"The database is unavailable: {reason}. Nothing was written.",
    )


def _prepare_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not open transactions behind our back
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA cache_size=-65536")
    except sqlite3.OperationalError:
        raise  # locked, read-only …: storage_error() has words for it
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StorageUnavailable(
            "数据库文件已损坏或不是 SQLite 数据库，没有写入。请检查 REGISTRY_DATA_DIR，或从备份恢复。",
            "The database file is damaged or not an SQLite database; nothing was written. "
            "Check REGISTRY_DATA_DIR or restore a backup.",
        ) from error
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a read transaction later fails without waiting.
    reading_only = connection.get_execution_options().get("registry_read", False)
    connection.exec_driver_sql("BEGIN" if reading_only else "BEGIN IMMEDIATE")
