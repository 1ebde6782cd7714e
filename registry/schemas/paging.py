"""Keyset paging: a page knows its total and where the next one begins; there is no depth limit."""

import base64
import binascii
import json
from typing import Generic, TypeVar

from registry.errors import InvalidInput
from registry.schemas.base import ReadModel

CURSOR_MAX = 2_000
PAGE_MAX = 200
KEY_MAX = 2**63 - 1
"""The largest number a key can have in either database."""

Item = TypeVar("Item")
CursorValue = str | int | float | None


class Cursor(ReadModel):
    """The sort key of the last row of a page. ``scope`` names the question, so a cursor is not used for another one."""

    scope: str
    values: tuple[CursorValue, ...]


class Page(ReadModel, Generic[Item]):
    """Rows in a total order. ``total`` counts all pages; ``next_cursor`` is None on the last one."""

    items: tuple[Item, ...]
    total: int
    next_cursor: str | None


def encode(cursor: Cursor) -> str:
    """The cursor as opaque text that is safe in an address."""
    said = json.dumps([cursor.scope, *cursor.values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def decode(text: str, *, scope: str | None = None, kinds: tuple[type, ...] | None = None) -> Cursor:
    """Read a cursor made by ``encode``.

    Raises InvalidInput naming ``cursor`` if it is damaged, made for another question than ``scope``, or if its values
    are not of the ``kinds`` expected.
    """
    try:
        if len(text) > CURSOR_MAX:
            raise ValueError("too long")
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        said = json.loads(raw.decode())
    except (ValueError, binascii.Error, RecursionError):
        raise _refused(text) from None
    if not isinstance(said, list) or not said or not isinstance(said[0], str) or not all(map(_is_value, said)):
        raise _refused(text)
    cursor = Cursor(scope=said[0], values=tuple(said[1:]))
    if scope is not None and cursor.scope != scope:
        raise _refused(text)
    if kinds is not None and tuple(map(type, cursor.values)) != kinds:
        raise _refused(text)
    return cursor


def check_limit(limit: int) -> int:
    """The page size, if it may be asked for. Raises InvalidInput naming ``limit``."""
    if not 1 <= limit <= PAGE_MAX:
        raise InvalidInput(
            f"每页条数应为 1 至 {PAGE_MAX}，现为 {limit}。",
            f"The page size goes from 1 to {PAGE_MAX}; {limit} was given.",
            field="limit",
            value=limit,
        )
    return limit


def _is_value(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) <= KEY_MAX
    if isinstance(value, str):
        return _is_storable(value)
    return value is None or (isinstance(value, float) and abs(value) < float("inf"))


def _is_storable(text: str) -> bool:
    """No database takes a NUL or half a character; any other text may stand in a name."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _refused(text: str) -> InvalidInput:
    return InvalidInput(
        "翻页位置 cursor 不能使用。请从第一页重新开始。",
        "The cursor cannot be used. Start again from the first page.",
        field="cursor",
        value=text,
    )
