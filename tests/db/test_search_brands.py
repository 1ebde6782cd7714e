"""Firms that share the brand typed (字号) are told as a group and can be listed alone: in both engines and without."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy.engine import Engine

from registry.db import reading, transaction
from registry.search.engine import SearchEngine
from registry.search.query import SearchPage, SearchQuery
from registry.services import finding
from registry.services.finding import find
from registry.services.indexing import rebuild
from tests.support.engines import BOTH, made
from tests.support.population import add_enterprise

HOUSE = (
    "深圳示例星河股份有限公司",
    "深圳市示例星河电子有限公司",
    "示例星河汽车工业有限公司",
    "广州示例星河科技发展有限公司",
)
OTHERS = ("深圳示例星河湾酒店有限公司", "示例星河谷电子有限公司", "深圳某例示例星河光电有限公司")
ANOTHER_DAY = date(2026, 1, 31)


@pytest.fixture
def database(sqlite_engine: Engine) -> Iterator[Engine]:
    """Four firms of one house, one known by a short name only, and some whose names merely hold or continue it."""
    with transaction(sqlite_engine) as session:
        for name in (*HOUSE, *OTHERS):
            city = "440100" if name.startswith("广州") else "440300"
            add_enterprise(session, name, city_code=city, region_code=f"{city[:4]}05")
        add_enterprise(session, "珠海别名控股有限公司", short=["示例星河"], city_code="440400", region_code="440402")
        add_enterprise(session, "深圳独一示例有限公司")
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        yield sqlite_engine


@pytest.fixture(params=[*BOTH, "database"])
def search(request: pytest.FixtureRequest, tmp_path: Path, database: Engine) -> Iterator[SearchEngine | None]:
    with ExitStack() as stack:
        engine = None if request.param == "database" else made(request, stack, tmp_path)
        if engine is not None:
            rebuild(database, engine)
        yield engine


def ask(database: Engine, search: SearchEngine | None, text: str = "", **given: Any) -> SearchPage:
    with reading(database) as session:
        return find(session, search, SearchQuery(text=text, **given))


def of_house(page: SearchPage) -> set[str]:
    return {hit.name for hit in page.hits}


@pytest.mark.parametrize("as_of", [None, ANOTHER_DAY])
def test_a_bare_brand_tells_how_many_share_it_and_how_to_list_them(
    database: Engine, search: SearchEngine | None, as_of: date | None
) -> None:
    page = ask(database, search, "示例星河", as_of=as_of)
    assert page.total == len(HOUSE) + len(OTHERS) + 1
    assert page.same_brand is not None
    assert (page.same_brand.name, page.same_brand.total) == ("示例星河", 5)
    assert ("brand", "示例星河") in page.same_brand.add
    alone = ask(database, search, "示例星河", brands=("示例星河",), as_of=as_of)
    assert of_house(alone) == {*HOUSE, "珠海别名控股有限公司"}
    assert (alone.total, alone.same_brand, alone.near) == (5, None, ())


def test_firms_that_are_called_nothing_else_stand_first(database: Engine, search: SearchEngine | None) -> None:
    if search is None:
        pytest.skip("the database alone knows beginnings and middles of names, no brands")
    first = {hit.name for hit in ask(database, search, "示例星河").hits[:3]}
    assert "深圳示例星河股份有限公司" in first


def test_the_group_is_counted_under_the_filters_of_the_question(database: Engine, search: SearchEngine | None) -> None:
    page = ask(database, search, "示例星河", cities=("440100", "440400"))
    assert page.same_brand is not None
    assert page.same_brand.total == 2
    assert set(page.same_brand.add) >= {("city", "440100"), ("city", "440400"), ("brand", "示例星河")}
    named = ask(database, search, "广州 示例星河")
    assert named.same_brand is None, "one firm is no group"


def test_a_brand_by_itself_lists_its_firms(database: Engine, search: SearchEngine | None) -> None:
    assert of_house(ask(database, search, brands=("示例星河",))) == {*HOUSE, "珠海别名控股有限公司"}
    assert of_house(ask(database, search, brands=("示例星河谷", "独一示例"))) == {OTHERS[1], "深圳独一示例有限公司"}
    assert ask(database, search, brands=("示例",)).total == 0


@pytest.mark.parametrize(
    "text", ["独一示例", "电子", "科技", "示例星河电子", "深圳示例星河股份有限公司", "", "示例 星河"]
)
def test_no_group_is_told_of_one_firm_or_of_words_that_are_no_brand(
    database: Engine, search: SearchEngine | None, text: str
) -> None:
    assert ask(database, search, text).same_brand is None


def test_a_further_page_and_other_kinds_tell_no_group(database: Engine, search: SearchEngine | None) -> None:
    first = ask(database, search, "示例星河", limit=2)
    assert first.same_brand is not None
    assert ask(database, search, "示例星河", limit=2, cursor=first.next_cursor).same_brand is None
    assert ask(database, search, "示例星河", kind="product").same_brand is None


def test_pages_of_a_brand_hold_every_firm_once(database: Engine, search: SearchEngine | None) -> None:
    names: list[str] = []
    cursor = None
    while True:
        page = ask(database, search, "示例星河", brands=("示例星河",), limit=2, cursor=cursor)
        names += [hit.name for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(names) == sorted([*HOUSE, "珠海别名控股有限公司"])


def test_without_an_index_nothing_is_told_about_more_matches_than_are_read(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "HOUSE_AMONG", 3)
    page = ask(database, None, "示例星河")
    assert (page.same_brand, page.degraded) == (None, True)
    assert ask(database, None, "示例星河", brands=("示例星河",)).total == 5
