"""The flagged enterprises of one list as a CSV or XLSX file: exactly what is filtered, in the order of the page."""

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from sqlmodel import Session

from registry.errors import Locale, Text
from registry.policies import EVERYWHERE
from registry.schemas.assessments import CandidatePage, CandidateRow
from registry.schemas.enterprises import EnterpriseSummary
from registry.schemas.paging import PAGE_MAX
from registry.services.assessing.candidates import candidates
from registry.services.assessing.choosing import CandidateQuery
from registry.services.places import full_place
from registry.services.tables import About, Cell, Head, TableFormat, write_table
from registry.vocabulary import TitleStatus

FIRM_HEADS = (
    Head(Text("企业名称", "Enterprise"), "name"),
    Head(Text("统一社会信用代码", "Credit code"), "code"),
    Head(Text("城市", "City")),
    Head(Text("区县", "District")),
)
HEADS = (
    *FIRM_HEADS,
    Head(Text("类别", "List")),
    Head(Text("标准版本", "Version of the standard")),
    Head(Text("符合项数", "Criteria met")),
    Head(Text("适用项数", "Criteria that apply")),
    Head(Text("不符合的条件", "Criteria not met")),
    Head(Text("数据不足的条件", "Criteria without data")),
    Head(Text("最小补足", "What is missing"), "text"),
    Head(Text("得分（低）", "Score, low")),
    Head(Text("得分（高）", "Score, high")),
    Head(Text("营业收入（元）", "Revenue (yuan)")),
    Head(Text("收入年度", "Year of the revenue")),
    Head(Text("现有称号", "Titles held"), "text"),
    Head(Text("培育阶段", "Stage in the pool")),
)


def write_candidates(
    session: Session,
    stream: BinaryIO,
    query: CandidateQuery,
    *,
    as_of: date,
    format: TableFormat = "csv",
    locale: Locale = "zh",
) -> int:
    """Write all rows of ``query`` (its cursor and limit do not count) to ``stream``, left open; returns how many.

    Raises as ``candidates`` does, before anything is written.
    """
    page = candidates(session, query.at(None, PAGE_MAX), as_of=as_of)
    rows = (_cells(row, locale) for row in _all(session, query, page, as_of))
    return write_table(stream, HEADS, rows, about=_about(query, page, as_of), format=format, locale=locale)


def firm_cells(firm: EnterpriseSummary, district: Text | None, locale: Locale) -> tuple[Cell, ...]:
    """The cells under ``FIRM_HEADS``."""
    city = firm.city_name if locale == "zh" else firm.city_name_en or firm.city_name
    return firm.name, firm.uscc, city, district.in_(locale) if district else None


def scope_lines(region_code: str, place: str | None, chain: str | None, as_of: date) -> list[tuple[Text, str]]:
    """What a list was narrowed to, for its second sheet."""
    everywhere = region_code == EVERYWHERE
    above = None if everywhere else full_place(region_code)
    chosen = full_place(place) if place else None
    return [
        (Text("范围", "Region"), "全部" if everywhere else above.zh if above else region_code),
        (Text("地区条件", "Place"), chosen.zh if chosen else place or ""),
        (Text("产业链条件", "Chain"), chain or ""),
        (Text("导出日期", "Exported on"), as_of.isoformat()),
    ]


def _all(session: Session, query: CandidateQuery, page: CandidatePage, as_of: date) -> Iterator[CandidateRow]:
    yield from page.rows
    while page.next_cursor is not None:
        page = candidates(session, query.at(page.next_cursor, PAGE_MAX), as_of=as_of)
        yield from page.rows


def _about(query: CandidateQuery, page: CandidatePage, as_of: date) -> About:
    runs = "；".join(f"{run.version} {run.procedure.label.zh} {run.as_of}" for run in page.runs)
    lines = [
        (Text("目标称号", "Title"), page.tier),
        (Text("评估", "Assessment"), runs),
        (Text("类别", "List"), query.flag.label.zh),
        (Text("原因条件", "Reason"), str(query.reason or "")),
        (Text("排序", "Order"), query.sort.label.zh),
    ]
    title = Text("候选企业", "Candidates")
    return About(title, [*lines, *scope_lines(query.region_code, query.place, query.chain, as_of)])


def _cells(row: CandidateRow, locale: Locale) -> tuple[Cell, ...]:
    held = [
        f"{Text(title.directory_name_zh, title.directory_name_en).in_(locale)}"
        f" {title.valid_from.isoformat()}–{title.valid_to.isoformat() if title.valid_to else ''}"
        for title in row.enterprise.titles
        if title.status in (TitleStatus.VALID, TitleStatus.DUE)
    ]
    return (
        *firm_cells(row.enterprise, row.district, locale),
        row.flag.label.in_(locale),
        row.version,
        row.met,
        sum(letter != "N" for letter in row.results),
        _ids(row, "U"),
        _ids(row, "?"),
        row.gap_text.in_(locale) if row.gap_text else None,
        row.score_low,
        row.score_high,
        row.revenue_cny,
        row.revenue_year if row.revenue_cny is not None else None,
        Text("；", "; ").in_(locale).join(held),
        row.case_stage.label.in_(locale) if row.case_stage else None,
    )


def _ids(row: CandidateRow, letter: str) -> str:
    return " ".join(one for one, result in zip(row.criteria, row.results, strict=False) if result == letter)
