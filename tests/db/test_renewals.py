"""Titles that end: which count, who answers for them, what their holders would fail, and the files made of them."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import reading, transaction
from registry.models import Assessment, CultivationCase, Enterprise
from registry.policies import Actor, Grant
from registry.schemas.renewals import Basis, RenewalPage, RenewalRow
from registry.services.accounts import create_account
from registry.services.assessing.choosing import Reason
from registry.services.assessing.ladder import above
from registry.services.assessing.running import assess_tier
from registry.services.renewing.calendar import write_calendar
from registry.services.renewing.choosing import RenewalQuery
from registry.services.renewing.cohorts import cohorts
from registry.services.renewing.exporting import HEADS, write_renewals
from registry.services.renewing.listing import renewals
from registry.vocabulary import BatchState, CaseStage, RenewalSort, RenewalWindow, Role
from tests.db.test_assessing import DAY, a_ready_firm
from tests.factories import a_batch, a_listing, an_enterprise

EVERYTHING = RenewalQuery(window=RenewalWindow.DAYS_180)
PASSWORD = "Plainly-fictional-1"


def a_holder(session: Session, ends_in: int, *, directory: str = "little_giant", **overrides: object) -> Enterprise:
    """A firm without figures whose title of three years ends so many days after DAY."""
    firm = an_enterprise(**overrides)
    batch = a_batch(directory_code=directory)
    session.add_all([firm, batch])
    session.flush()
    add_title(session, firm, ends_in, directory=directory)
    return firm


def add_title(
    session: Session,
    firm: Enterprise,
    ends_in: int,
    *,
    directory: str = "little_giant",
    state: BatchState = BatchState.FINAL,
    year: int = 2023,
    withdrawn: date | None = None,
) -> None:
    batch = a_batch(directory_code=directory, state=state, year=year)
    session.add(batch)
    session.flush()
    end = DAY + timedelta(days=ends_in)
    begin = end - timedelta(days=1095)
    session.add(a_listing(firm, batch, valid_from=begin, valid_to=end, withdrawn_on=withdrawn))
    session.flush()


def shown(session: Session, query: RenewalQuery) -> RenewalPage:
    return renewals(session, query, as_of=DAY)


def walk(session: Session, query: RenewalQuery, limit: int) -> Iterator[RenewalRow]:
    page = shown(session, query.at(None, limit))
    yield from page.rows
    while page.next_cursor is not None:
        page = shown(session, query.at(page.next_cursor, limit))
        yield from page.rows


def test_first_and_last_day_of_each_window_count(engine: Engine) -> None:
    with transaction(engine) as session:
        for days in (-181, -180, -1, 0, 30, 31, 90, 91, 180, 181):
            a_holder(session, days)
    with reading(engine) as session:
        page = shown(session, EVERYTHING)
        counts = page.counts
        ends = sorted(row.days_left for row in page.rows)
    assert counts == {
        RenewalWindow.DAYS_30: 2,
        RenewalWindow.DAYS_90: 4,
        RenewalWindow.DAYS_180: 6,
        RenewalWindow.ENDED: 2,
    }
    assert ends == [0, 30, 31, 90, 91, 180]


def test_a_title_that_is_followed_or_withdrawn_or_only_in_notice_does_not_end(engine: Engine) -> None:
    with transaction(engine) as session:
        add_title(session, a_holder(session, 20), 1_100, year=2026)
        add_title(session, a_holder(session, 21), 1_100, year=2026, state=BatchState.PUBLIC_NOTICE)
        other = a_holder(session, 22)
        add_title(session, other, 2_000, directory="srdi_sme")
        firm = an_enterprise()
        session.add(firm)
        session.flush()
        add_title(session, firm, 23, withdrawn=DAY - timedelta(days=5))
        add_title(session, firm, 24, state=BatchState.PUBLIC_NOTICE)
    with reading(engine) as session:
        rows = shown(session, EVERYTHING).rows
    assert [(row.days_left, row.in_notice) for row in rows] == [(21, True), (22, False)]


@pytest.mark.parametrize("sort", list(RenewalSort))
def test_small_pages_show_what_one_large_page_shows_and_the_file_holds_the_same(
    engine: Engine, sort: RenewalSort
) -> None:
    with transaction(engine) as session:
        for number in range(8):
            a_holder(session, 10 + number % 3, name_zh=f"示例第{number * 5 % 8}有限公司")
    assess_tier(engine, code="little_giant", as_of=DAY, actor="测试")
    query = RenewalQuery(sort=sort, limit=1)
    stream = io.BytesIO()
    with reading(engine) as session:
        whole = [row.listing_id for row in shown(session, query.at(None, 200)).rows]
        walked = [row for row in walk(session, query, 3)]
        assert write_renewals(session, stream, query, as_of=DAY) == 8
    assert [row.listing_id for row in walked] == whole
    lines = list(csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == [row.enterprise.name for row in walked]
    assert {len(line) for line in lines} == {len(HEADS)}


def test_the_criterion_a_holder_would_fail_comes_from_the_run_or_is_judged_now_alike(engine: Engine) -> None:
    def holder(session: Session) -> None:
        firm = a_ready_firm(session, facts={"class1_ip": 0, "market_share": 0.01})
        add_title(session, firm, 40)
        firm = a_ready_firm(session)
        add_title(session, firm, 50)

    with transaction(engine) as session:
        holder(session)
    with reading(engine) as session:
        live = shown(session, EVERYTHING).rows
    assess_tier(engine, code="little_giant", as_of=DAY, actor="测试")
    with reading(engine) as session:
        page = shown(session, EVERYTHING)
        failed = page.rows[0].finding.fails
        assert {row.finding.basis for row in live} == {Basis.LIVE}
        assert {row.finding.basis for row in page.rows} == {Basis.STORED}
        for before, after in zip(live, page.rows, strict=True):
            assert (before.finding.fails, before.finding.lacks) == (after.finding.fails, after.finding.lacks)
            assert before.finding.gap_text == after.finding.gap_text
        assert failed
        reason = Reason("unmet", failed[0].criterion)
        only = shown(session, RenewalQuery(window=RenewalWindow.DAYS_180, reason=reason))
    assert [row.listing_id for row in only.rows] == [page.rows[0].listing_id]
    assert only.total == {one.key: one.count for one in page.reasons}[str(reason)] == 1


def test_a_directory_without_a_standard_has_titles_that_end_but_no_finding(engine: Engine) -> None:
    with transaction(engine) as session:
        a_holder(session, 12, directory="fiveg_backbone")
    with reading(engine) as session:
        (row,) = shown(session, EVERYTHING).rows
    assert (row.directory_code, row.finding.basis) == ("fiveg_backbone", Basis.NONE)


def test_an_official_sees_only_titles_of_the_own_region(engine: Engine) -> None:
    with transaction(engine) as session:
        a_holder(session, 10)
        a_holder(session, 11, region_code="440106", city_code="440100")
    with reading(engine) as session:
        for place, seen in (("440000", 2), ("440300", 1), ("440305", 1), ("440100", 1), ("440400", 0)):
            page = shown(session, RenewalQuery(region_code=place))
            assert (page.total, len(page.rows), page.counts[RenewalWindow.DAYS_90]) == (seen, seen, seen)
        assert shown(session, RenewalQuery(region_code="440100", place="440300")).total == 0
        by_city = shown(session, EVERYTHING).by_city
    assert [(one.key, one.counts[RenewalWindow.DAYS_180]) for one in by_city] == [("440100", 1), ("440300", 1)]


def test_the_reviewer_of_the_smallest_place_answers_unless_somebody_keeps_the_case(engine: Engine) -> None:
    places = {"province": "440000", "city": "440300", "district": "440305"}
    with transaction(engine) as session:
        people = {
            name: create_account(
                session,
                actor=Actor.command_line(),
                login=f"{name}-1",
                password=PASSWORD,
                display_name=name,
                grants=(Grant(Role.REVIEWER, place),),
            ).id
            for name, place in places.items()
        }
        a_holder(session, 10)
        a_holder(session, 11, region_code="440306")
        a_holder(session, 12, region_code="440106", city_code="440100")
        kept = a_holder(session, 13)
        session.add(
            CultivationCase(
                enterprise_id=kept.id,
                directory_code="little_giant",
                stage=CaseStage.ADMITTED,
                owner_id=people["province"],
                entry_reason="示例",
            )
        )
    with reading(engine) as session:
        page = shown(session, EVERYTHING)
        answers = [(row.officers[0].name, row.officers[0].assigned) for row in page.rows]
        assert answers == [("district", False), ("city", False), ("province", False), ("province", True)]
        for name, number in people.items():
            mine = shown(session, RenewalQuery(window=RenewalWindow.DAYS_180, officer=number))
            expected = [row.listing_id for row in page.rows if row.officers[0].name == name]
            assert [row.listing_id for row in mine.rows] == expected
            counted = {one.key: one.counts[RenewalWindow.DAYS_180] for one in page.by_officer}
            assert counted[str(number)] == mine.total == len(expected)


def test_each_firm_of_a_year_has_one_fate(engine: Engine) -> None:
    with transaction(engine) as session:
        a_holder(session, 100, directory="srdi_sme")
        a_holder(session, -10, directory="srdi_sme")
        add_title(session, a_holder(session, -20, directory="srdi_sme"), 900, directory="srdi_sme", year=2026)
        add_title(session, a_holder(session, -30, directory="srdi_sme"), 900, directory="little_giant", year=2025)
        firm = an_enterprise()
        session.add(firm)
        session.flush()
        add_title(session, firm, 100, directory="srdi_sme", withdrawn=DAY)
    with reading(engine) as session:
        found = cohorts(session, directory="srdi_sme", above=above("srdi_sme"), as_of=DAY, region_code="000000")
    first = found[0]
    assert (first.year, first.listed) == (2023, 5)
    assert (first.moved_up, first.renewed, first.first_term, first.lapsed, first.withdrawn) == (1, 1, 1, 1, 1)
    assert [(one.year, one.listed, one.first_term) for one in found[1:]] == [(2026, 1, 1)]


def test_the_calendar_has_one_entry_a_day_and_list_and_keeps_its_lines_short(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(50):
            a_holder(session, 10, name_zh=f"示例, 第{number:02}；有限公司")
        a_holder(session, 11)
    stream = io.BytesIO()
    with reading(engine) as session:
        assert write_calendar(session, stream, RenewalQuery(), as_of=DAY) == 2
    raw = stream.getvalue()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    text = raw.decode().replace("\r\n ", "")
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 2
    assert "DTSTART;VALUE=DATE:20261130\r\nDTEND;VALUE=DATE:20261201" in text
    assert "示例\\, 第00；有限公司\\n" in text
    assert "等 50 家" in text


def test_nothing_here_leaves_an_assessment_behind(engine: Engine) -> None:
    with transaction(engine) as session:
        a_holder(session, 10)
    with reading(engine) as session:
        shown(session, EVERYTHING)
        assert session.exec(select(Assessment)).all() == []
