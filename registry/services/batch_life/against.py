"""A list that is coming in, held against the list in force and against the edition before (three-way preview)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlmodel import Session, col

from registry.errors import Text
from registry.identity.folding import fold_name
from registry.models import Batch, Directory, Listing, ProductListing
from registry.schemas.directories import BatchSummary
from registry.services.batch_life.acts import count_rows
from registry.services.batch_life.comparing import enterprise_rows, list_rows, product_rows
from registry.services.batch_life.pairing import ListRow, compared, pair_rows
from registry.services.batch_reading import batch_summary
from registry.services.listing_rows import find_directory
from registry.titles import held_on
from registry.vocabulary import BatchState, DirectoryKind, RowChange

ALIKE = 40
"""Two names of one firm that have less in common than this (0–100) are looked at by a person."""
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Incoming:
    """A row of a file: ``key`` is the caller's own, ``subject`` the enterprise (or product) it was matched to."""

    key: int
    name: str
    code: str | None = None
    subject: int | None = None
    city_code: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stands to one list. ``listing_id`` is the row there; ``why`` says what is suspicious."""

    key: int
    change: RowChange
    """ADDED (not in that list), SAME, RENAMED, MOVED or SUSPICIOUS."""
    listing_id: int | None
    before: str | None
    """The name printed there."""
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """A file against one list: each row of the file in its order, and the rows of the list that the file has not."""

    rows: list[Standing]
    absent: list[ListRow]

    @property
    def counts(self) -> dict[RowChange, int]:
        """Rows by kind."""
        found = {change: sum(row.change is change for row in self.rows) for change in RowChange}
        return found | {RowChange.ABSENT: len(self.absent)}


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """A file against the list in force on a day, and against the edition before where there is one."""

    current: Against
    previous: Against | None


def previous_edition(session: Session, *, directory: str, before: date) -> BatchSummary | None:
    """The newest final announcement of a directory made before a day; None if there is none. Raises NotFound."""
    known = find_directory(session, directory)
    query = (
        select(Batch)
        .where(
            col(Batch.directory_code) == known.code,
            col(Batch.state) == BatchState.FINAL,
            col(Batch.voided_at).is_(None),
            (col(Batch.announced_on) < before) | (col(Batch.announced_on).is_(None) & (col(Batch.year) < before.year)),
        )
        .order_by(col(Batch.year).desc(), col(Batch.announced_on).desc().nulls_last(), col(Batch.id).desc())
    )
    batch = session.scalars(query.limit(1)).first()
    return None if batch is None else batch_summary(batch, known, rows=count_rows(session, batch))


def against(
    session: Session, *, directory: str, rows: Sequence[Incoming], as_of: date, previous: int | None = None
) -> ThreeWay:
    """Hold rows against the titles of a directory held on a day, and against the batch ``previous`` if given.

    Absent says only that the file does not name a firm: it takes nothing away. Raises NotFound.
    """
    known = find_directory(session, directory)
    before = session.get(Batch, previous) if previous is not None else None
    return ThreeWay(
        current=hold(rows, _held_rows(session, known, as_of)),
        previous=hold(rows, list_rows(session, before, known)) if before is not None else None,
    )


def hold(rows: Sequence[Incoming], listed: Sequence[ListRow]) -> Against:
    """Rows of a file against rows of a list. Pure.

    Suspicious: a second row of the file for one firm, a name that has next to nothing in common with the one printed
    before, or the name of a firm that is listed under another code.
    """
    mine = [_as_row(place, row) for place, row in enumerate(rows)]
    first: dict[object, Incoming] = {}
    pairs = pair_rows(listed, mine)
    partners = {new.listing_id: old for old, new in pairs if new is not None}
    absent = [old for old, new in pairs if old is not None and new is None]
    standings = []
    for row, as_row in zip(rows, mine, strict=True):
        identity = row.subject or row.code or fold_name(row.name)
        twin = first.setdefault(identity, row)
        standings.append(_standing(row, as_row, partners[as_row.listing_id], twin))
    return Against(rows=standings, absent=absent)


def _standing(row: Incoming, as_row: ListRow, old: ListRow | None, twin: Incoming) -> Standing:
    listing, before = (old.listing_id, old.name) if old else (None, None)
    why = _suspicion(row, old, twin)
    if why is not None:
        return Standing(row.key, RowChange.SUSPICIOUS, listing, before, why)
    if old is None:
        return Standing(row.key, RowChange.ADDED, None, None)
    change = compared(old, as_row, days=False).change
    if change is RowChange.CHANGED:  # a file in hand states no group or rank here
        change = RowChange.SAME
    return Standing(row.key, change, listing, before)


def _suspicion(row: Incoming, old: ListRow | None, twin: Incoming) -> Text | None:
    if twin is not row:
        return Text(f"与本文件的“{twin.name}”是同一家企业", f"the same firm as “{twin.name}” of this file")
    if old is None:
        return None
    if row.code and old.code and row.code != old.code:
        return Text(
            f"名单上的“{old.name}”代码是 {old.code}，文件写的是 {row.code}",
            f"“{old.name}” is listed under the code {old.code}, the file says {row.code}",
        )
    mine, theirs = fold_name(row.name), fold_name(old.name)
    if mine != theirs and fuzz.ratio(mine, theirs) < ALIKE:
        return Text(f"名单上的名称是“{old.name}”，相差很大", f"the list has it as “{old.name}”, which is far from this")
    return None


def _as_row(place: int, row: Incoming) -> ListRow:
    # No row of a list has a number below 0: a firm that was not matched belongs to none by its number.
    subject = row.subject if row.subject is not None else _UNKNOWN - place
    day = date.min
    return ListRow(-1 - place, subject, row.name, row.code, row.city_code, None, None, None, day, None)


def _held_rows(session: Session, directory: Directory, as_of: date) -> list[ListRow]:
    products = directory.kind is DirectoryKind.PRODUCT
    query, table = (product_rows(), ProductListing) if products else (enterprise_rows(), Listing)
    query = query.join(Batch, col(Batch.id) == col(table.batch_id))
    query = query.where(held_on(as_of, table), col(table.directory_code) == directory.code)
    return list(map(ListRow._make, session.execute(query.order_by(col(table.id)))))
