"""The pool as a CSV or XLSX file: exactly what is filtered, in the order of the page."""

from collections.abc import Iterator
from typing import BinaryIO

from sqlmodel import Session

from registry import clock
from registry.errors import Locale, Text
from registry.policies import Actor
from registry.schemas.paging import PAGE_MAX
from registry.services.assessing.exporting import FIRM_HEADS, firm_cells, scope_lines
from registry.services.pool.choosing import CaseQuery
from registry.services.pool.listing import CasePage, CaseRow, cases
from registry.services.tables import About, Cell, Head, TableFormat, write_table

HEADS = (
    *FIRM_HEADS,
    Head(Text("目标称号", "Target title"), "code"),
    Head(Text("阶段", "Stage")),
    Head(Text("阶段起", "In this stage since")),
    Head(Text("责任人", "Owner")),
    Head(Text("申报产品", "Product"), "code"),
    Head(Text("下一步", "Next act"), "text"),
    Head(Text("下一步日期", "Next act on")),
    Head(Text("停滞天数", "Days without work")),
    Head(Text("已催办次数", "Times chased")),
    Head(Text("入库时符合项数", "Criteria met at entry")),
    Head(Text("现在符合项数", "Criteria met now")),
    Head(Text("适用项数", "Criteria that apply")),
    Head(Text("最小补足", "What is missing"), "text"),
    Head(Text("系统建议", "Proposals"), "text"),
    Head(Text("入库日期", "Taken in on")),
    Head(Text("结束日期", "Closed on")),
)


def write_cases(
    session: Session, stream: BinaryIO, query: CaseQuery, *, actor: Actor, format: TableFormat, locale: Locale
) -> int:
    """Write all rows of ``query`` (its cursor and limit do not count) to ``stream``, left open; returns how many.

    Raises as ``cases`` does, before anything is written.
    """
    page = cases(session, query.at(None, PAGE_MAX), actor=actor)
    rows = (_cells(row, locale) for row in _all(session, query, page, actor))
    return write_table(stream, HEADS, rows, about=_about(query), format=format, locale=locale)


def _all(session: Session, query: CaseQuery, page: CasePage, actor: Actor) -> Iterator[CaseRow]:
    yield from page.rows
    while page.next_cursor is not None:
        page = cases(session, query.at(page.next_cursor, PAGE_MAX), actor=actor)
        yield from page.rows


def _about(query: CaseQuery) -> About:
    lines = [
        (Text("目标称号条件", "Target title"), query.directory or ""),
        (Text("阶段条件", "Stage"), query.stage.label.zh if query.stage else "在库"),
        (Text("责任人条件", "Owner"), "" if query.owner is None else str(query.owner)),
        (Text("停滞条件", "Days without work"), str(query.stalled or "")),
        (Text("排序", "Order"), query.sort.label.zh),
    ]
    scope = scope_lines(query.region_code, query.place, query.chain, clock.today())
    return About(Text("培育库", "Cultivation pool"), [*lines, *scope])


def _cells(row: CaseRow, locale: Locale) -> tuple[Cell, ...]:
    now, then = row.now, row.then
    return (
        *firm_cells(row.enterprise, row.district, locale),
        row.directory.in_(locale),
        row.stage.label.in_(locale),
        row.stage_since.astimezone(clock.PROVINCE_ZONE).date(),
        row.owner,
        row.product or None,
        row.next_act,
        row.next_act_on,
        row.days_quiet,
        row.chased,
        then.met if then else None,
        now.met if now else None,
        sum(one != "not_applicable" for one in now.outcomes) if now else None,
        now.gap_text.in_(locale) if now and now.gap_text else None,
        Text("；", "; ").in_(locale).join(ground.label.in_(locale) for ground in row.proposals),
        row.opened_at.astimezone(clock.PROVINCE_ZONE).date(),
        row.closed_at.astimezone(clock.PROVINCE_ZONE).date() if row.closed_at else None,
    )
