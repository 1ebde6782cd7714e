"""Reading directories: all of them counted, one as its page, and its rows page by page. Nothing here writes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_
from sqlmodel import Session, col

from registry.db import BigKey
from registry.errors import Text
from registry.models import Batch, Directory, Enterprise
from registry.schemas.directories import (
    BatchSummary,
    CityCount,
    DirectoryFacts,
    DirectoryPage,
    DirectorySummary,
    ListingRow,
    YearCount,
)
from registry.schemas.inputs import StatusFilter
from registry.schemas.paging import Cursor, Page, check_limit, decode, encode
from registry.services.counting import CountedBatch, counted_batches, ends_soon, sum_up, total_of
from registry.services.listing_rows import RowSource, counts_on, find_directory, listing_row, row_source
from registry.services.places import place
from registry.titles import held_on, shown
from registry.vocabulary import BatchState

UNKNOWN_CITY = Text("所在地未登记", "Place not recorded")


def codes(session: Session) -> tuple[str, ...]:
    """The codes of all directories in their order."""
    return tuple(session.scalars(select(col(Directory.code)).order_by(col(Directory.position), col(Directory.code))))


def list_all(session: Session, *, as_of: date) -> list[DirectorySummary]:
    """Every directory with its counts on the day, in its order."""
    return summarise(session, counted_batches(session, as_of=as_of), as_of=as_of)


def legal_bases(session: Session) -> dict[str, Text]:
    """The legal basis of every directory by its code."""
    return {one.code: Text(one.legal_basis_zh, one.legal_basis_en) for one in session.scalars(select(Directory))}


def summarise(session: Session, batches: Sequence[CountedBatch], *, as_of: date) -> list[DirectorySummary]:
    """Every directory with the counts of its ``batches``; for callers that need the batches as well."""
    grouped: dict[str, list[CountedBatch]] = {}
    for batch in batches:
        grouped.setdefault(batch.summary.directory_code, []).append(batch)
    directories = session.scalars(select(Directory).order_by(col(Directory.position), col(Directory.code)))
    return [_summary(directory, grouped.get(directory.code, []), as_of) for directory in directories]


def get_directory(session: Session, code: str, *, as_of: date) -> DirectoryPage:
    """What the directory is, its counts by city and year on the day, its batches. Raises NotFound.

    ``as_of`` is the legal day; the answer for a past day changes only if an announcement of before is brought in
    later, corrected by a new edition, or taken back as never announced (``recorded_at``, ``voided_at``).
    """
    directory = find_directory(session, code)
    batches = counted_batches(session, as_of=as_of, code=code)
    return DirectoryPage(
        as_of=as_of,
        summary=_summary(directory, batches, as_of),
        facts=_facts(directory),
        cities=city_counts(session, directory=directory, as_of=as_of),
        years=_years(batches),
        batches=[batch.summary for batch in batches],
    )


def rows(
    session: Session,
    *,
    code: str,
    as_of: date,
    city: str | None = None,
    status: StatusFilter = "held",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ListingRow]:
    """Rows of a directory on the day, by name; ``status`` one state, ``held`` (valid or due) or ``all`` that are shown.

    ``name_as_announced`` and the dates of a row never change; ``name``, ``key`` and city are those of today.
    Raises NotFound (directory), InvalidInput (cursor, limit).
    """
    directory = find_directory(session, code)
    source = row_source(directory.kind)
    scope = f"rows:{code}:{as_of.isoformat()}:{city or ''}:{status}"
    after = decode(cursor, scope=scope, kinds=(str, int)).values if cursor else None
    asked = _asked(source, code=code, as_of=as_of, city=city, status=status)
    total = session.scalar(source.narrow(func.count()).where(*asked)) or 0
    # Names alone are sorted; the wide rows are read only for the page.
    order = source.narrow(source.number).where(*asked).order_by(source.name, source.number)
    if after is not None:
        order = order.where(tuple_(source.name, source.number) > tuple_(literal(after[0]), literal(after[1], BigKey)))
    numbers = session.scalars(order.limit(check_limit(limit) + 1)).all()
    found = session.execute(source.query.where(source.number.in_(numbers[:limit]))).mappings()
    by_number = {row["listing_id"]: listing_row(row, as_of) for row in found}
    items = tuple(by_number[number] for number in numbers[:limit])
    more = len(numbers) > limit
    last = encode(Cursor(scope=scope, values=(items[-1].name, items[-1].listing_id))) if more else None
    return Page[ListingRow](items=items, total=total, next_cursor=last)


def rows_query(source: RowSource, *, code: str, as_of: date, city: str | None, status: StatusFilter) -> Select[Any]:
    """All rows of a directory on the day in their total order: name, then the row's own number."""
    asked = _asked(source, code=code, as_of=as_of, city=city, status=status)
    return source.query.where(*asked).order_by(source.name, source.number)


def _asked(
    source: RowSource, *, code: str, as_of: date, city: str | None, status: StatusFilter
) -> list[ColumnElement[bool]]:
    table = source.table
    conditions = [col(table.directory_code) == code, counts_on(table, as_of=as_of, status=status)]
    if city is not None:
        conditions.append(col(Enterprise.city_code) == city)
    return conditions


def city_counts(session: Session, *, directory: Directory, as_of: date) -> list[CityCount]:
    """Titles of one directory by city on the day, most first; products count in the city of their maker."""
    source = row_source(directory.kind)
    table, noticed = source.table, col(Batch.state) == BatchState.PUBLIC_NOTICE
    held = held_on(as_of, table)
    query = (
        source.narrow(
            col(Enterprise.city_code),
            total_of(held).label("held"),
            total_of(noticed).label("notice"),
            total_of(and_(held, ends_soon(table, as_of))).label("due"),
        )
        .where(col(table.directory_code) == directory.code, shown(table), or_(held, noticed))
        .group_by(col(Enterprise.city_code))
    )
    counts = [
        CityCount(code=code, name=place(code) or UNKNOWN_CITY, held=held, notice=notice, due=due)
        for code, held, notice, due in session.execute(query)
    ]
    return sorted(counts, key=lambda count: (-count.held, -count.notice, count.code or "~"))


def _summary(directory: Directory, batches: Sequence[CountedBatch], as_of: date) -> DirectorySummary:
    total = sum_up(batches)
    return DirectorySummary(
        code=directory.code,
        name=Text(directory.name_zh, directory.name_en),
        short=Text(directory.short_zh, directory.short_en),
        kind=directory.kind,
        level=directory.level,
        standard_tier=directory.standard_tier,
        held=total.held,
        due=total.due,
        notice=total.notice,
        batches=sum(batch.summary.state is not BatchState.SUPERSEDED for batch in batches),
        latest_batch=next((b.summary for b in batches if b.summary.state is BatchState.FINAL), None),
        open_notice=next((b.summary for b in batches if is_open(b.summary, as_of)), None),
    )


def is_open(batch: BatchSummary, as_of: date) -> bool:
    """Whether a public notice runs on the day; one without dates runs until it is decided."""
    return (
        batch.state is BatchState.PUBLIC_NOTICE
        and (batch.notice_from is None or batch.notice_from <= as_of)
        and (batch.notice_to is None or as_of <= batch.notice_to)
    )


def _facts(directory: Directory) -> DirectoryFacts:
    return DirectoryFacts(
        authority=Text(directory.authority_zh, directory.authority_en),
        legal_basis=Text(directory.legal_basis_zh, directory.legal_basis_en),
        validity_months=directory.validity_months,
        validity_note=Text(directory.validity_note_zh, directory.validity_note_en),
        review_rule=Text(directory.review_rule_zh, directory.review_rule_en),
        source=directory.source,
        confidence=directory.confidence,
        retired_on=directory.retired_on,
    )


def _years(batches: Sequence[CountedBatch]) -> list[YearCount]:
    by_year: dict[int, list[CountedBatch]] = {}
    for batch in batches:
        if batch.summary.state is BatchState.FINAL:
            by_year.setdefault(batch.summary.year, []).append(batch)
    totals = [(year, sum_up(found)) for year, found in sorted(by_year.items())]
    return [YearCount(year=year, listed=total.listed, held=total.held) for year, total in totals]
