"""The catalogue of products on both engines: looked through on any day, one version read, a list checked."""

import io
import json
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select

from registry.errors import InvalidInput, NotFound
from registry.models import ProductListing
from registry.products.checking import Verdict
from registry.schemas.products import Catalogue
from registry.services.products.catalogue import CatalogueFilters, all_rows, list_products
from registry.services.products.checking import check_list
from registry.services.products.files import CHECK_HEADS, write_answers, write_catalogue
from registry.services.products.reading import as_text, lines_of_text
from registry.services.products.versions import get_product
from registry.vocabulary import TitleStatus
from tests.db.products import TODAY, fill_catalogue


@pytest.fixture
def numbers(session: Session) -> dict[str, int]:
    return fill_catalogue(session)


def look(session: Session, as_of: date = TODAY, **asked: Any) -> Catalogue:
    return list_products(session, None, filters=CatalogueFilters(**asked), as_of=as_of)


def labels(found: Catalogue) -> set[str]:
    return {row.label for row in found.rows.items}


@pytest.mark.usefixtures("numbers")
def test_what_is_in_force_is_shown_with_counts_by_category_grade_and_state(session: Session) -> None:
    found = look(session)
    assert found.rows.total == 5
    assert {each.code: each.count for each in found.categories} == {
        "chip": 1,
        "chip_cpu": 1,
        "os": 1,
        "os_server": 1,
        "db": 2,
        "db_central": 1,
        "db_distributed": 1,
        "安全网关设备": 1,
    }
    assert [(each.grade, each.count) for each in found.grades] == [(None, 1), (1, 1), (2, 2), (3, 1)]
    assert {each.status: each.count for each in found.states} == {
        TitleStatus.VALID: 4,
        TitleStatus.DUE: 1,
        TitleStatus.PUBLIC_NOTICE: 1,
        TitleStatus.EXPIRED: 1,
    }
    assert found.local == 4


@pytest.mark.usefixtures("numbers")
@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({"category": "db"}, 2),
        ({"category": "db_central", "status": "all"}, 2),
        ({"category": "安全网关设备"}, 1),
        ({"category": "没有的类别"}, 0),
        ({"grade_from": 2}, 3),
        ({"grade_from": 3, "local": True}, 0),
        ({"status": TitleStatus.EXPIRED}, 1),
        ({"status": TitleStatus.PUBLIC_NOTICE}, 1),
        ({"status": "all"}, 7),
        ({"local": True}, 4),
        ({"text": "岚山"}, 1),
        ({"text": "岚山", "status": "all"}, 2),
    ],
)
def test_each_filter_narrows_rows_total_and_download_alike(session: Session, asked: dict[str, Any], total: int) -> None:
    found = look(session, **asked)
    assert found.rows.total == len(found.rows.items) == total
    assert len(all_rows(session, None, filters=CatalogueFilters(**asked), as_of=TODAY)) == total


@pytest.mark.usefixtures("numbers")
def test_every_branch_gives_what_its_count_promises(session: Session) -> None:
    found = look(session, status="all")
    for each in found.categories:
        assert look(session, status="all", category=each.code).rows.total == each.count
    for grade in (1, 2, 3):
        promised = sum(each.count for each in found.grades if (each.grade or 0) >= grade)
        assert look(session, status="all", grade_from=grade).rows.total == promised


@pytest.mark.usefixtures("numbers")
def test_another_day_is_another_catalogue_and_the_same_when_asked_twice(session: Session) -> None:
    before = date(2024, 6, 1)
    assert labels(look(session, before)) == {"示例岚山数据库 V8.0", "示例澜服务器操作系统（内核5.10） V10"}
    assert look(session, before) == look(session, before)


@pytest.mark.usefixtures("numbers")
def test_pages_follow_one_another_without_gap_or_repeat(session: Session) -> None:
    for asked in (CatalogueFilters(status="all"), CatalogueFilters(text="示例", status="all")):
        seen: list[int] = []
        cursor: str | None = None
        while True:
            page = list_products(session, None, filters=asked, as_of=TODAY, cursor=cursor, limit=2).rows
            seen += [row.id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 7


@pytest.mark.usefixtures("numbers")
def test_a_cursor_of_another_question_is_refused(session: Session) -> None:
    cursor = list_products(session, None, filters=CatalogueFilters(status="all"), as_of=TODAY, limit=2).rows.next_cursor
    with pytest.raises(InvalidInput):
        list_products(session, None, filters=CatalogueFilters(), as_of=TODAY, cursor=cursor)


def test_a_version_names_its_entries_and_the_later_version_in_force(session: Session, numbers: dict[str, int]) -> None:
    page = get_product(session, numbers["示例岚山数据库 V8.0"], as_of=TODAY)
    assert page.strongest is not None
    assert page.strongest.status is TitleStatus.EXPIRED
    assert [(each.row.version, each.supersedes) for each in page.others] == [("V9.0", True)]
    assert len(page.entries) == 1
    earlier = get_product(session, numbers["示例岚山数据库 V8.0"], as_of=date(2024, 6, 1))
    assert [each.supersedes for each in earlier.others] == [False]


def test_a_version_in_public_notice_supersedes_nothing_yet(session: Session, numbers: dict[str, int]) -> None:
    page = get_product(session, numbers["示例启衡QH-3400"], as_of=TODAY)
    assert [(each.row.name, each.supersedes) for each in page.others] == [("示例启衡QH-3600", False)]


def test_a_product_no_list_shows_is_still_there_and_an_unknown_one_is_not(
    session: Session, numbers: dict[str, int]
) -> None:
    number = numbers["示例安全网关 V1"]
    entry = session.exec(select(ProductListing).where(col(ProductListing.product_id) == number)).one()
    session.delete(entry)
    session.flush()
    assert get_product(session, number, as_of=TODAY).strongest is None
    with pytest.raises(NotFound):
        get_product(session, 999_999, as_of=TODAY)


@pytest.mark.usefixtures("numbers")
def test_a_list_is_answered_line_by_line(session: Session) -> None:
    text = "示例岚山数据库 V8.0\n岚山数据库 V9 x 3套\n示例岚山数据库 V7\n示例启衡QH-3600\n示例无名 V1\n三级 数据库"
    checked = check_list(session, lines=lines_of_text(text), as_of=TODAY)
    assert [line.verdict for line in checked.lines] == [
        Verdict.EXPIRED,
        Verdict.VALID,
        Verdict.OTHER_VERSION,
        Verdict.NOT_YET,
        Verdict.NOT_LISTED,
        Verdict.UNCLEAR,
    ]
    assert [each.label for each in checked.lines[0].later] == ["示例岚山数据库 V9.0"]
    assert [each.label for each in checked.lines[5].others] == ["示例铸辰分布式数据库 V3.0"]
    assert sum(checked.counts.values()) == checked.total == 6


@pytest.mark.usefixtures("numbers")
def test_the_same_list_on_an_earlier_day_was_in_force(session: Session) -> None:
    lines = lines_of_text("示例岚山数据库 V8.0")
    assert check_list(session, lines=lines, as_of=date(2024, 6, 1)).lines[0].verdict == Verdict.VALID
    assert check_list(session, lines=lines, as_of=date(2022, 6, 1)).lines[0].verdict == Verdict.NOT_YET


def test_lines_sent_again_are_read_the_same() -> None:
    lines = lines_of_text("\n示例岚山数据库\tV8.0\t16\n\n示例启衡QH-3400 二级 x 3台")
    assert lines_of_text(as_text(lines)) == [*lines]


def test_a_list_without_lines_or_with_too_many_is_refused() -> None:
    for text in ("", " \n ", "示例库 V1\n" * 501):
        with pytest.raises(InvalidInput):
            lines_of_text(text)


@pytest.mark.usefixtures("numbers")
def test_catalogue_and_answers_are_taken_away_as_files(session: Session) -> None:
    rows = all_rows(session, None, filters=CatalogueFilters(), as_of=TODAY)
    stream = io.BytesIO()
    assert write_catalogue(stream, rows, as_of=TODAY, format="json", locale="zh") == 5
    assert json.loads(stream.getvalue())["count"] == 5
    checked = check_list(session, lines=lines_of_text("=1+1\n示例岚山数据库 V9"), as_of=TODAY)
    stream = io.BytesIO()
    assert write_answers(stream, checked, format="csv", locale="zh") == 2
    said = stream.getvalue().decode("utf-8-sig").splitlines()
    assert said[0].split(",")[:4] == [head.label.zh for head in CHECK_HEADS[:4]]
    assert "'=1+1" in said[1]
    for kind in ("csv", "xlsx"):
        assert write_catalogue(io.BytesIO(), rows, as_of=TODAY, format=kind, locale="en") == 5
