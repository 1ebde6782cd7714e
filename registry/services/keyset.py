"""Paging by key under any order: one comparison of tuples continues after any row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_

from registry.schemas.inputs import parse_day
from registry.schemas.paging import Cursor, decode, encode


@dataclass(frozen=True, slots=True)
class Order:
    """Sort keys, all ascending and never empty, so that one comparison of tuples continues after any row."""

    keys: tuple[tuple[Any, Any, type], ...]
    """Expression, its SQL type, the type of its value: int, float, str or date."""

    @property
    def columns(self) -> tuple[ColumnElement[Any], ...]:
        """What to sort by, and what to read for a cursor."""
        return tuple(column for column, _, _ in self.keys)

    def after(self, cursor: str, scope: str) -> ColumnElement[bool]:
        """SQL: behind the row of the cursor. Raises InvalidInput."""
        kinds = tuple(str if kind is date else kind for _, _, kind in self.keys)
        values = decode(cursor, scope=scope, kinds=kinds).values
        marks = []
        for value, (_, sql_type, kind) in zip(values, self.keys, strict=True):
            marks.append(literal(parse_day(str(value), field="cursor") if kind is date else value, sql_type))
        return tuple_(*self.columns) > tuple_(*marks)

    def cursor(self, scope: str, row: Sequence[Any]) -> str:
        """The cursor behind a row of ``columns``."""
        kinds = [kind for _, _, kind in self.keys]
        pairs = zip(row, kinds, strict=True)
        return encode(Cursor(scope=scope, values=tuple(str(one) if kind is date else kind(one) for one, kind in pairs)))
