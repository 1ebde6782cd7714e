"""Lists of flagged enterprises: narrowed by reason, sorted, paged by key under each order, exported as filtered."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import reading, transaction
from registry.errors import InvalidInput
from registry.models import Assessment, AssessmentNeed, AssessmentRun
from registry.schemas.assessments import CandidateRow
from registry.services.assessing.candidates import candidates
from registry.services.assessing.choosing import CandidateQuery, Reason, parse_reason, parse_sort
from registry.services.assessing.explaining import explain_stored
from registry.services.assessing.exporting import HEADS, write_candidates
from registry.services.assessing.prerequisites import ladder_graph
from registry.services.assessing.running import assess_tier
from registry.vocabulary import CandidateSort, Flag, Trust
from tests.db.test_assessing import DAY, a_ready_firm
from tests.factories import a_figure, a_uscc

NEAR = CandidateQuery("little_giant", Flag.NEAR)
FEW_RIGHTS = Reason("unmet", "LG26-8")


@pytest.fixture
def assessed(engine: Engine) -> Engine:
    """Nine firms short of something: rights, revenue, or both; one lacks a figure."""
    with transaction(engine) as session:
        for number in range(9):
            facts = {"class1_ip": 3 if number % 2 else 6, "platform_score": 64 if number % 3 else 40}
            firm = a_ready_firm(session, facts=facts, name_zh=f"示例第{9 - number}有限公司")
            session.add(a_figure(firm, value=90_000_000 + 1_000_000 * (number % 4), trust=Trust.OFFICIAL))
        a_ready_firm(session, facts={"platform_score": None}, name_zh="示例缺数据有限公司")
    assess_tier(engine, code="little_giant", as_of=DAY, actor="测试")
    return engine


def walk(session: Session, query: CandidateQuery, limit: int) -> Iterator[CandidateRow]:
    page = candidates(session, query.at(None, limit), as_of=DAY)
    yield from page.rows
    while page.next_cursor is not None:
        page = candidates(session, query.at(page.next_cursor, limit), as_of=DAY)
        yield from page.rows


@pytest.mark.parametrize("sort", list(CandidateSort))
def test_small_pages_show_what_one_large_page_shows_under_every_order(assessed: Engine, sort: CandidateSort) -> None:
    query = CandidateQuery("little_giant", Flag.NEAR, sort=sort)
    with reading(assessed) as session:
        whole = candidates(session, query.at(None, 200), as_of=DAY)
        assert whole.total == len(whole.rows) > 4
        assert [row.assessment_id for row in walk(session, query, 2)] == [row.assessment_id for row in whole.rows]
    orders: dict[CandidateSort, list[Any]] = {
        CandidateSort.REVENUE: [-(row.revenue_cny or 0) for row in whole.rows],
        CandidateSort.NAME: [row.enterprise.name for row in whole.rows],
        CandidateSort.GAPS: [row.results.count("U") for row in whole.rows],
        CandidateSort.SCORE: [-(row.score_low or -1) for row in whole.rows],
    }
    assert orders[sort] == sorted(orders[sort])


def test_a_cursor_of_one_order_is_refused_under_another(assessed: Engine) -> None:
    with reading(assessed) as session:
        cursor = candidates(session, NEAR.at(None, 2), as_of=DAY).next_cursor
        other = CandidateQuery("little_giant", Flag.NEAR, sort=CandidateSort.NAME, cursor=cursor)
        with pytest.raises(InvalidInput):
            candidates(session, other, as_of=DAY)


def test_a_reason_leaves_those_whose_criterion_came_out_like_that(assessed: Engine) -> None:
    with reading(assessed) as session:
        everybody = candidates(session, NEAR, as_of=DAY)
        counted = {one.key: one.count for one in everybody.reasons}
        for key, count in counted.items():
            reason = parse_reason(key)
            assert reason is not None
            page = candidates(session, CandidateQuery("little_giant", Flag.NEAR, reason=reason), as_of=DAY)
            letter = {"unmet": "U", "unknown": "?", "needs_review": "R"}[reason.outcome]
            assert (page.total, len(page.rows)) == (count, count), key
            assert {row.results[row.criteria.index(reason.criterion)] for row in page.rows} == {letter}
            assert page.reasons == everybody.reasons
    assert counted[str(FEW_RIGHTS)] == 3


def test_a_reason_no_standard_knows_finds_nothing_and_a_damaged_one_is_refused(assessed: Engine) -> None:
    with reading(assessed) as session:
        query = CandidateQuery("little_giant", Flag.NEAR, reason=Reason("unmet", "LG99-1"))
        page = candidates(session, query, as_of=DAY)
    assert (page.total, page.rows) == (0, ())
    for wrong in ("LG26-8", "met:LG26-8", "unmet:", "unmet:" + "9" * 40):
        with pytest.raises(InvalidInput):
            parse_reason(wrong)
    with pytest.raises(InvalidInput):
        parse_sort("size")


@pytest.mark.parametrize("sort", list(CandidateSort))
def test_the_file_holds_exactly_what_is_filtered_in_its_order(assessed: Engine, sort: CandidateSort) -> None:
    query = CandidateQuery("little_giant", Flag.NEAR, reason=FEW_RIGHTS, sort=sort, limit=1)
    stream = io.BytesIO()
    with reading(assessed) as session:
        count = write_candidates(session, stream, query, as_of=DAY)
        shown = [row.enterprise.name for row in walk(session, query, 3)]
    rows = list(csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == shown
    assert (len(rows[0]), count) == (len(HEADS), 3)
    assert all("LG26-8" in row[8] for row in rows[1:])


def test_the_spreadsheet_says_what_was_asked(assessed: Engine) -> None:
    stream = io.BytesIO()
    with reading(assessed) as session:
        query = CandidateQuery("little_giant", Flag.NEAR, reason=FEW_RIGHTS)
        assert write_candidates(session, stream, query, as_of=DAY, format="xlsx", locale="en") == 3
    with ZipFile(stream) as book:
        said = book.read("xl/worksheets/sheet2.xml").decode()
    assert "unmet:LG26-8" in said


def test_lists_stay_readable_after_the_rule_was_rewritten(assessed: Engine) -> None:
    with transaction(assessed) as session:
        for run in session.exec(select(AssessmentRun)):
            run.rule_hash = "0" * 64
    with reading(assessed) as session:
        page = candidates(session, NEAR, as_of=DAY)
    assert page.runs[0].stale
    assert {row.gap_text for row in page.rows} == {None}
    assert page.reasons == (), "letters may belong to other criteria now"


def test_what_would_decide_an_open_verdict_is_kept_as_its_report_says(assessed: Engine) -> None:
    with reading(assessed) as session:
        (open_one,) = session.exec(select(Assessment).where(Assessment.flag == "needs_data")).all()
        kept = session.exec(select(AssessmentNeed.path).where(AssessmentNeed.assessment_id == open_one.id)).all()
        assert tuple(kept) == explain_stored(session, assessment_id=open_one.id).needs != ()
        assert open_one.need_count == len(kept)


def test_where_data_decide_little_one_criterion_short_is_near_only_if_half_of_it_is_met(engine: Engine) -> None:
    with transaction(engine) as session:
        for name, facts in (("示例远甲有限公司", {}), ("示例近乙有限公司", {"market_rank_world": 2})):
            firm = a_ready_firm(session, facts=facts, name_zh=name, uscc=a_uscc())
            for year in (2023, 2024):
                session.add(a_figure(firm, year=year, name="main_business_revenue", value=70_000_000))
    (run,) = assess_tier(engine, code="champion_national", as_of=DAY, actor="测试")
    assert (run.population, run.counts["ineligible"], run.counts["near"]) == (2, 2, 1)
    with reading(engine) as session:
        page = candidates(session, CandidateQuery("champion_national", Flag.NEAR), as_of=DAY)
        assert [row.enterprise.name for row in page.rows] == ["示例近乙有限公司"]
        assert (page.total, page.counts[Flag.NEAR]) == (1, 1)
        graph = ladder_graph(session, as_of=DAY)
        counts = next(node.counts for node in graph.nodes if node.code == "champion_national")
        assert counts is not None
        assert counts[Flag.NEAR] == 1
        stream = io.BytesIO()
        assert write_candidates(session, stream, CandidateQuery("champion_national", Flag.NEAR), as_of=DAY) == 1
