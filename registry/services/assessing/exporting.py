"""The flagged enterprises of one list as a CSV file, in the order of the page."""

import csv
import io
from datetime import date
from typing import BinaryIO

from sqlmodel import Session

from registry.errors import Locale, Text
from registry.schemas.assessments import CandidateRow
from registry.schemas.paging import PAGE_MAX
from registry.services.assessing.candidates import CandidateQuery, candidates
from registry.services.downloads import guarded

HEADS = (
    Text("企业名称", "Enterprise"),
    Text("统一社会信用代码", "Credit code"),
    Text("城市", "City"),
    Text("区县", "District"),
    Text("类别", "List"),
    Text("标准版本", "Version of the standard"),
    Text("符合项数", "Criteria met"),
    Text("适用项数", "Criteria that apply"),
    Text("最小补足", "What is missing"),
    Text("营业收入（元）", "Revenue (yuan)"),
    Text("收入年度", "Year of the revenue"),
    Text("现有称号", "Titles held"),
    Text("培育阶段", "Stage in the pool"),
)


def write_candidates(
    session: Session, stream: BinaryIO, query: CandidateQuery, *, as_of: date, locale: Locale = "zh"
) -> int:
    """Write all rows of ``query`` (its cursor and limit do not count) to ``stream``, left open; returns how many.

    UTF-8 with BOM; nothing a spreadsheet would calculate. Raises as ``candidates`` does, before anything is written.
    """
    page = candidates(session, _at(query, None), as_of=as_of)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer, count = csv.writer(text), 0
        writer.writerow([head.in_(locale) for head in HEADS])
        while True:
            writer.writerows([guarded(cell) for cell in _cells(row, locale)] for row in page.rows)
            count += len(page.rows)
            if page.next_cursor is None:
                return count
            page = candidates(session, _at(query, page.next_cursor), as_of=as_of)
    finally:
        text.detach()


def _at(query: CandidateQuery, cursor: str | None) -> CandidateQuery:
    return CandidateQuery(
        tier=query.tier,
        flag=query.flag,
        region_code=query.region_code,
        place=query.place,
        chain=query.chain,
        cursor=cursor,
        limit=PAGE_MAX,
    )


def _cells(row: CandidateRow, locale: Locale) -> tuple[object, ...]:
    firm = row.enterprise
    held = [
        f"{Text(title.directory_name_zh, title.directory_name_en).in_(locale)}"
        f" {title.valid_from.isoformat()}–{title.valid_to.isoformat() if title.valid_to else ''}"
        for title in firm.titles
        if title.status in ("valid", "due")
    ]
    return (
        firm.name,
        firm.uscc,
        firm.city_name if locale == "zh" else firm.city_name_en or firm.city_name,
        row.district.in_(locale) if row.district else None,
        row.flag.label.in_(locale),
        row.version,
        row.met,
        sum(letter != "N" for letter in row.results),
        row.gap_text.in_(locale),
        row.revenue_cny,
        row.revenue_year if row.revenue_cny is not None else None,
        Text("；", "; ").in_(locale).join(held),
        row.case_stage.label.in_(locale) if row.case_stage else None,
    )
