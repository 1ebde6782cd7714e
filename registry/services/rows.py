"""Fetching one row by its number: the one way services do it."""

from typing import TypeVar

from sqlmodel import Session, SQLModel

from registry.schemas.paging import KEY_MAX

Row = TypeVar("Row", bound=SQLModel)


def by_number(session: Session, table: type[Row], number: int, *, lock: bool = False) -> Row | None:
    """The row of this number, None if there is none; also for numbers no key can have, which a database would refuse.

    ``lock``: held until the transaction ends, and read afresh. Rights are asked by whoever calls.
    """
    if not 0 < number <= KEY_MAX:
        return None
    return session.get(table, number, with_for_update=lock, populate_existing=lock)
