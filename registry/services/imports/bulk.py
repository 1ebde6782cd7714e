"""Many rows at once, the same on both engines: membership of long lists, and row numbers known before inserting."""

import itertools
from collections.abc import Callable, Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import ColumnElement, String, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Connection
from sqlalchemy.types import JSON, BigInteger, Date
from sqlmodel import Session, SQLModel

from registry.db import dump_json

CHUNK = 5_000
"""Rows handled together: large enough to be fast, small enough to keep memory flat."""

ROWS_A_STATEMENT = 1_000
"""A statement of many rows lets other threads run as long as it runs; one of a single row stops for them every time."""
VALUES_A_STATEMENT = 32_000
"""What SQLite takes in one statement, a little less; PostgreSQL takes twice as many."""

Run = tuple[int, int, int]
"""Rows that follow each other and point to numbers that do: what to add to a row ``id``, the first and last of them."""


def among(session: Session, column: Any, values: Collection[str] | Collection[int]) -> ColumnElement[bool]:
    """SQL: the column is one of ``values``, sent as a single parameter however many they are."""
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(dump_json(list(values))).table_valued("value")
        return column.in_(select(each.c.value))  # type: ignore[no-any-return]
    # Numbers are asked for, not text: SQLModel wraps its text columns in a type of its own.
    kind = BigInteger() if column.type.python_type is int else String()
    array = literal(list(values), ARRAY(kind))
    return column == any_(array)  # type: ignore[no-any-return]


def reserve_numbers(session: Session, table: type[SQLModel], count: int) -> range:
    """``count`` unused consecutive primary keys of a table, for rows inserted in this transaction.

    SQLite: we hold the write lock, so what follows the largest number is ours. PostgreSQL: the sequence is moved past
    a block under a lock on it, so two imports at once get blocks of their own.
    """
    name = str(table.__tablename__)
    if session.get_bind().dialect.name == "sqlite":
        last = session.execute(text(f'SELECT coalesce(max(id), 0) FROM "{name}"')).scalar_one()  # noqa: S608 - our own table
        return range(last + 1, last + 1 + count)
    sequence = session.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": name}).scalar_one()
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": sequence})
    first = session.execute(text("SELECT nextval(:name)"), {"name": sequence}).scalar_one()
    session.execute(text("SELECT setval(:name, :last)"), {"name": sequence, "last": first + count - 1})
    return range(first, first + count)


def insert_rows(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows that all state the same columns; columns they do not state are left to the database."""
    if rows:
        columns = list(rows[0])
        insert_values(session, table, columns, map(itemgetter(*columns), rows))


def insert_values(
    session: Session, table: type[SQLModel], columns: Sequence[str], values: Iterable[Sequence[Any]]
) -> None:
    """Insert rows given as values in the order of ``columns``.

    Past the statement compiler, which costs more per row than the database itself; values still go through the column
    types, so both engines get what the ORM would give them. A day may also be given as ISO text, a member of a word
    list as its value. An absent JSON value becomes NULL.
    """
    ready_insert(session, table, columns, values)()


def ready_insert(
    session: Session, table: type[SQLModel], columns: Sequence[str], values: Iterable[Sequence[Any]]
) -> Callable[[], None]:
    """The same in two steps: the values are made ready now, the answer inserts them when it is called.

    It may be called in another thread; the session must not be used meanwhile.
    """
    connection, rows = _ready(session, table, columns, values)
    names = ", ".join(f'"{column}"' for column in columns)
    row = f"({', '.join([_mark(session)] * len(columns))})"
    at_once = min(ROWS_A_STATEMENT, VALUES_A_STATEMENT // len(columns))

    def insert() -> None:
        for first in range(0, len(rows), at_once):
            some = rows[first : first + at_once]
            marks = ", ".join([row] * len(some))
            statement = f'INSERT INTO "{table.__tablename__}" ({names}) VALUES {marks}'  # noqa: S608 - our own tables
            connection.exec_driver_sql(statement, tuple(itertools.chain.from_iterable(some)))

    return insert


def update_values(
    session: Session, table: type[SQLModel], columns: Sequence[str], values: Iterable[Sequence[Any]]
) -> None:
    """Set ``columns`` of many rows; each value row ends with the ``id`` it is for."""
    mark = _mark(session)
    sets = ", ".join(f'"{column}" = {mark}' for column in columns)
    statement = f'UPDATE "{table.__tablename__}" SET {sets} WHERE id = {mark}'  # noqa: S608 - our own tables
    connection, rows = _ready(session, table, [*columns, "id"], values)
    if rows:
        connection.exec_driver_sql(statement, rows)


def point_rows(session: Session, table: type[SQLModel], column: str, pairs: Iterable[tuple[int, int]]) -> None:
    """Set a number column of rows, given as pairs of row ``id`` and number, in the order of the rows.

    Where both rise by one from row to row, as they do in a list of new firms, it is one statement for all of them.
    """
    point_runs(session, table, column, consecutive(pairs))


def point_runs(session: Session, table: type[SQLModel], column: str, runs: Sequence[Run]) -> None:
    """Set a number column of whole runs of rows: one statement a run."""
    mark = _mark(session)
    statement = f'UPDATE "{table.__tablename__}" SET "{column}" = id + {mark} WHERE id BETWEEN {mark} AND {mark}'  # noqa: S608 - our own tables
    session.flush()
    if runs:
        session.connection().exec_driver_sql(statement, list(runs))


def consecutive(pairs: Iterable[tuple[int, int]]) -> list[Run]:
    """Pairs of row ``id`` and number as runs in which both rise by one.

    >>> consecutive([(5, 1), (6, 2), (8, 3)])
    [(-4, 5, 6), (-5, 8, 8)]
    """
    runs: list[list[int]] = []
    next_row = next_number = -1
    for row, number in pairs:
        if row == next_row and number == next_number:
            runs[-1][2] = row
        else:
            runs.append([number - row, row, row])
        next_row, next_number = row + 1, number + 1
    return [(offset, first, last) for offset, first, last in runs]


def load_json(texts: Sequence[str]) -> list[Any]:
    """Many JSON texts parsed in one call."""
    parsed: list[Any] = from_json(f"[{','.join(texts)}]", cache_strings="keys")
    return parsed


def _mark(session: Session) -> str:
    return "?" if session.get_bind().dialect.paramstyle == "qmark" else "%s"


def _ready(
    session: Session, table: type[SQLModel], columns: Sequence[str], values: Iterable[Sequence[Any]]
) -> tuple[Connection, list[tuple[Any, ...]]]:
    """The connection and the rows as its driver takes them, made column by column: most happens outside Python."""
    session.flush()
    connection = session.connection()
    stored = table.__table__.columns  # type: ignore[attr-defined]
    ready: list[Iterable[Any]] = list(zip(*values, strict=True))
    for place, column in enumerate(columns if ready else ()):
        processor = _processor(stored[column].type, connection.dialect)
        if processor is not None:
            ready[place] = map(processor, ready[place])
    return connection, list(zip(*ready, strict=True))


def _processor(kind: Any, dialect: Any) -> Callable[[Any], Any] | None:
    """How a value of this type is handed to the driver; few different values (states, instants) are converted once."""
    if isinstance(kind, JSON):
        return _json_text
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return None
    return _Converted(process, keep=str if isinstance(kind, Date) else None).__getitem__


def _json_text(value: Any) -> str | None:
    """JSON as ``dump_json`` writes it: both engines take it as text."""
    return None if value is None else to_json(value).decode()


class _Converted(dict[Any, Any]):
    """Values of one column as the driver takes them; a value met again is only looked up."""

    def __init__(self, process: Callable[[Any], Any], keep: type | None) -> None:
        super().__init__({None: None})
        self.process, self.keep = process, keep

    def __missing__(self, value: Any) -> Any:
        """Convert; a value of the type ``keep`` is what the driver takes already."""
        made = value if self.keep is not None and isinstance(value, self.keep) else self.process(value)
        self[value] = made
        return made
