"""What all tables share: constraint names that are the same on every engine, and a few column shapes.

Table classes do not validate: input comes in through ``registry.schemas``, never through these.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from registry import clock
from registry.db import BigKey, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING
# No table class ever validates, so none need prepare for it: a sixth of what defining them takes.
SQLModel.model_config["defer_build"] = True

JsonType = JSON().with_variant(JSONB(), "postgresql")
"""JSON columns do not notice changes inside: always assign a new object."""


def ref(*, foreign: str | None = None, index: bool = False, nullable: bool = False) -> Any:
    """A 64-bit key column, optionally a foreign key."""
    extra: dict[str, Any] = {"foreign_key": foreign} if foreign else {}
    return Field(default=None, sa_type=BigKey, index=index, nullable=nullable, **extra)


def filled_index(table: str, column: str) -> Index:
    """An index of a column that most rows leave empty: only the rows that fill it are in it.

    Both engines use it for ``=``, ``IN`` and joins, which no empty value satisfies.
    """
    filled = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=filled, postgresql_where=filled)


def primary_key() -> Any:
    """The row's own number, given by the database."""
    return Field(default=None, primary_key=True, sa_type=BigKey)


def instant(*, nullable: bool = False) -> Any:
    """A UTC instant; set to the present unless it may be empty."""
    if nullable:
        return Field(default=None, sa_type=UtcDateTime, nullable=True)
    return Field(default_factory=clock.now, sa_type=UtcDateTime, nullable=False)


__all__ = ["JsonType", "SQLModel", "datetime", "filled_index", "instant", "primary_key", "ref"]
