"""The names of the registry filed for matching: made when first asked for, kept by the process, brought up to date.

An index answers with numbers of names that may be near; what is behind them is read from the database each time. So an
index that knows too much does no harm, and one that knows too little is found out by its stamp.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, Select, func, select
from sqlmodel import Session, col

from registry.matching.index import Filed, NameIndex, filed
from registry.matching.parts import parts_of
from registry.models import Enterprise, EnterpriseName, ImportRun
from registry.vocabulary import NameKind

KINDS = (NameKind.CURRENT, NameKind.FORMER)
"""Names that are matched; short names and aliases are too short to tell firms apart."""
_BLOCK = 20_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether names came or went: numbers are given in order, and an undone import takes names away."""

    last: int
    last_name: str
    count: int
    undone: int


@dataclass(frozen=True, slots=True)
class _Book:
    stamp: Stamp
    index: NameIndex


_books: WeakKeyDictionary[Pool, dict[bool, _Book]] = WeakKeyDictionary()
_lock = threading.Lock()


def name_index(session: Session, *, without_code: bool = False) -> NameIndex:
    """The index of all current and former names, or of those of firms that have no credit code yet.

    Answers numbers of ``EnterpriseName``. The first call reads every name (some seconds for 200,000).
    """
    stamp = _stamp(session)
    with _lock:
        books = _books.setdefault(session.get_bind().engine.pool, {})
        book = books.get(without_code)
        if book is None or book.stamp != stamp:
            book = books[without_code] = _brought_up(session, book, stamp, without_code)
        return book.index


def _brought_up(session: Session, book: _Book | None, stamp: Stamp, without_code: bool) -> _Book:
    """The book of today: what is new is added if nothing else changed, otherwise all is read again."""
    # A firm that gets its code leaves the smaller book: that one is always read again.
    if book is not None and not without_code and book.stamp.undone == stamp.undone and stamp.last > book.stamp.last:
        blocks = list(_blocks(session, without_code, after=book.stamp.last))
        everything = session.scalar(_counted().where(col(EnterpriseName.id) > book.stamp.last)) or 0
        if book.stamp.count + everything == stamp.count:
            index = book.index
            for names, numbers in blocks:
                index = index.add(names, numbers)
            return _Book(stamp, index)
    return _Book(stamp, NameIndex.build(_blocks(session, without_code)))


def _blocks(session: Session, without_code: bool, after: int = 0) -> Iterator[tuple[list[Filed], list[int]]]:
    query = (
        select(col(EnterpriseName.id), col(EnterpriseName.folded), col(Enterprise.city_code))
        .join(Enterprise, col(Enterprise.id) == col(EnterpriseName.enterprise_id))
        .where(col(EnterpriseName.kind).in_(KINDS), col(Enterprise.voided_at).is_(None))
        .order_by(col(EnterpriseName.id))
        .limit(_BLOCK)
    )
    if without_code:
        query = query.where(col(Enterprise.uscc).is_(None))
    take_apart: Any = parts_of.__wrapped__
    while rows := session.execute(query.where(col(EnterpriseName.id) > after)).all():
        after = rows[-1][0]
        yield [filed(take_apart(folded), city) for _, folded, city in rows], [row[0] for row in rows]


def _stamp(session: Session) -> Stamp:
    last = session.execute(
        select(col(EnterpriseName.id), col(EnterpriseName.folded)).order_by(col(EnterpriseName.id).desc()).limit(1)
    ).first()
    undone = session.scalar(select(func.count(col(ImportRun.undone_at)))) or 0
    return Stamp(last[0] if last else 0, last[1] if last else "", session.scalar(_counted()) or 0, undone)


def _counted() -> Select[Any]:
    return select(func.count(col(EnterpriseName.id)))
