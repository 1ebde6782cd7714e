"""Many rows at once, the same on both engines: membership of long lists, and row numbers known before inserting."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, String, any_, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger
from sqlmodel import Session, SQLModel

from registry.db import dump_json

CHUNK = 5_000
"""Rows handled together: large enough to be fast, small enough to keep memory flat."""


def among(session: Session, column: Any, values: Collection[str] | Collection[int]) -> ColumnElement[bool]:
    """SQL: the column is one of ``values``, sent as a single parameter however many they are."""
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(dump_json(list(values))).table_valued("value")
        return column.in_(select(each.c.value))  # type: ignore[no-any-return]
    numbers = any(isinstance(value, int) for value in values)
    array = literal(list(values), ARRAY(BigInteger() if numbers else String()))
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
