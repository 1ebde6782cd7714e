"""The rows of a staged import as writing needs them, chunk by chunk."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import NamedTuple

from sqlalchemy import Text, cast, select
from sqlmodel import Session, col

from registry.models import ImportRow
from registry.services.imports.bulk import CHUNK, load_json
from registry.services.imports.interpreting import Facts
from registry.vocabulary import RowOutcome

_ROW = (
    col(ImportRow.id),
    col(ImportRow.sheet),
    cast(col(ImportRow.facts), Text),
    col(ImportRow.enterprise_id),
)


class StagedRow(NamedTuple):
    """A row about to be written. ``cells`` are read for titles only, which keep them as their details."""

    id: int
    sheet: str
    facts: Facts
    enterprise_id: int
    cells: list[str]


def staged_rows(
    session: Session, import_id: int, outcome: RowOutcome, *, with_cells: bool, unwritten: bool = False
) -> Iterator[Sequence[StagedRow]]:
    """The rows with this outcome in order, chunk by chunk. ``unwritten``: only those that point to no enterprise."""
    last = 0
    columns = (*_ROW, cast(col(ImportRow.cells), Text)) if with_cells else _ROW
    query = select(*columns).where(col(ImportRow.import_id) == import_id, col(ImportRow.outcome) == outcome)
    if unwritten:
        query = query.where(col(ImportRow.enterprise_id).is_(None))
    while chunk := session.execute(
        query.where(col(ImportRow.id) > last).order_by(col(ImportRow.id)).limit(CHUNK)
    ).all():
        last = chunk[-1][0]
        facts = load_json([row[2] for row in chunk])
        cells = load_json([row[4] for row in chunk]) if with_cells else repeat([])
        yield [
            StagedRow(number, sheet, stated, firm, verbatim)
            for (number, sheet, _, firm, *_), stated, verbatim in zip(chunk, facts, cells, strict=False)
        ]
