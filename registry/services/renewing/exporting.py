"""The titles of a window as a CSV or XLSX file: exactly what is filtered, in the order of the page."""

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from sqlmodel import Session

from registry.errors import Locale, Text
from registry.schemas.paging import PAGE_MAX
from registry.schemas.renewals import Failure, RenewalPage, RenewalRow
from registry.services.assessing.exporting import FIRM_HEADS, firm_cells, scope_lines
from registry.services.renewing.choosing import RenewalQuery
from registry.services.renewing.listing import renewals
from registry.services.tables import About, Cell, Head, TableFormat, write_table

HEADS = (
    *FIRM_HEADS,
    Head(Text("名录", "Directory"), "code"),
    Head(Text("有效期起", "Valid from")),
    Head(Text("有效期止", "Valid to")),
    Head(Text("剩余天数", "Days left")),
    Head(Text("新一期公示中", "Next term in public notice")),
    Head(Text("责任人", "Officer"), "code"),
    Head(Text("培育阶段", "Stage in the pool")),
    Head(Text("复核判断", "Review verdict")),
    Head(Text("标准版本", "Version of the standard")),
    Head(Text("数据日期", "Data of")),
    Head(Text("不符合的条件", "Criteria not met"), "text"),
    Head(Text("数据不足的条件", "Criteria without data"), "text"),
    Head(Text("最小补足", "What is missing"), "text"),
    Head(Text("不通过的后果", "If it fails"), "text"),
)
YES = Text("是", "yes")


def write_renewals(
    session: Session,
    stream: BinaryIO,
    query: RenewalQuery,
    *,
    as_of: date,
    format: TableFormat = "csv",
    locale: Locale = "zh",
) -> int:
    """Write all rows of ``query`` (its cursor and limit do not count) to ``stream``, left open; returns how many.

    Raises as ``renewals`` does, before anything is written.
    """
    page = renewals(session, query.at(None, PAGE_MAX), as_of=as_of)
    rows = (_cells(row, locale) for row in _all(session, query, page, as_of))
    return write_table(stream, HEADS, rows, about=_about(query, as_of), format=format, locale=locale)


def _all(session: Session, query: RenewalQuery, page: RenewalPage, as_of: date) -> Iterator[RenewalRow]:
    yield from page.rows
    while page.next_cursor is not None:
        page = renewals(session, query.at(page.next_cursor, PAGE_MAX), as_of=as_of)
        yield from page.rows


def _about(query: RenewalQuery, as_of: date) -> About:
    lines = [
        (Text("到期", "Ends"), query.window.label.zh),
        (Text("名录条件", "Directory"), query.directory or ""),
        (Text("责任人条件", "Officer"), str(query.officer or "")),
        (Text("原因条件", "Reason"), str(query.reason or "")),
        (Text("排序", "Order"), query.sort.label.zh),
    ]
    title = Text("复核到期", "Renewals")
    return About(title, [*lines, *scope_lines(query.region_code, query.place, query.chain, as_of)])


def _cells(row: RenewalRow, locale: Locale) -> tuple[Cell, ...]:
    finding = row.finding
    return (
        *firm_cells(row.enterprise, row.district, locale),
        row.directory.in_(locale),
        row.valid_from,
        row.valid_to,
        row.days_left,
        YES.in_(locale) if row.in_notice else None,
        Text("、", ", ").in_(locale).join(one.name for one in row.officers),
        row.case_stage.label.in_(locale) if row.case_stage else None,
        finding.verdict.label.in_(locale) if finding.verdict else None,
        finding.version,
        finding.as_of,
        _named(finding.fails, locale),
        _named(finding.lacks, locale),
        finding.gap_text.in_(locale) if finding.gap_text else None,
        finding.consequence.in_(locale) if finding.consequence else None,
    )


def _named(failures: tuple[Failure, ...], locale: Locale) -> str:
    return Text("；", "; ").in_(locale).join(f"{one.criterion} {one.name.in_(locale)}" for one in failures)
