"""An answer of products alone: its facets count products, in every engine, and its filters filter them."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy.engine import Engine

from registry.db import reading, transaction
from registry.models import Product, ProductListing
from registry.search.engine import SearchEngine
from registry.search.query import PRODUCT_FACETS, SearchPage, SearchQuery
from registry.search.shown import shown
from registry.services.finding import find
from registry.services.indexing import rebuild
from tests.factories import a_batch
from tests.support.engines import BOTH, made
from tests.support.population import add_enterprise


@pytest.fixture
def database(sqlite_engine: Engine) -> Iterator[Engine]:
    """Four databases and an operating system of two makers; one entry has ended."""
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        with transaction(sqlite_engine) as session:
            north = add_enterprise(session, "广州市北示例软件有限公司", city_code="440100").id
            south = add_enterprise(session, "深圳市南示例软件有限公司", city_code="440300").id
            batch = a_batch(directory_code="secure_product", label="示例目录")
            session.add(batch)
            session.flush()
            ended = date(2025, 1, 1)
            for name, category, maker, grade, end in (
                ("示例雪山", "数据库", north, 1, None),
                ("示例流云", "数据库", north, 2, None),
                ("示例孤舟", "数据库", south, 2, ended),
                ("示例远山", "数据库", None, 2, None),
                ("示例雪山系统", "操作系统", south, 1, None),
            ):
                product = Product(
                    enterprise_id=maker, maker_name="示例厂", name=name, folded=name, version="V1", category=category
                )
                session.add(product)
                session.flush()
                session.add(
                    ProductListing(
                        product_id=product.id,
                        directory_code="secure_product",
                        batch_id=batch.id,
                        name_as_announced=name,
                        grade=grade,
                        valid_from=date(2024, 7, 1),
                        valid_to=end,
                    )
                )
        yield sqlite_engine


@pytest.fixture(params=BOTH)
def search(request: pytest.FixtureRequest, tmp_path: Path, database: Engine) -> Iterator[SearchEngine]:
    with ExitStack() as stack:
        engine = made(request, stack, tmp_path)
        rebuild(database, engine)
        yield engine


def ask(database: Engine, search: SearchEngine | None, text: str = "", **given: Any) -> SearchPage:
    with reading(database) as session:
        return find(session, search, SearchQuery.model_validate({"text": text, "kind": "product", **given}))


def counts(page: SearchPage, facet: str) -> dict[str, int]:
    return {value.value: value.count for value in page.facets[facet]}


def names(page: SearchPage) -> set[str]:
    return {hit.name for hit in page.products if not hit.near}


def test_facets_of_products_count_products(database: Engine, search: SearchEngine) -> None:
    page = ask(database, search, "示例")
    assert (page.total, tuple(page.facets)) == (5, PRODUCT_FACETS)
    assert counts(page, "category") == {"数据库": 4, "操作系统": 1}
    assert counts(page, "grade") == {"1": 2, "2": 3}
    assert counts(page, "city") == {"440100": 2, "440300": 2}
    assert counts(page, "status") == {"valid": 4, "expired": 1}
    assert {v.label.en for v in page.facets["grade"]} == {"Grade Ⅰ", "Grade Ⅱ"}
    assert tuple(shown(page).facets) == PRODUCT_FACETS
    # Beside enterprises the facets go on counting those.
    assert counts(ask(database, search, "示例", kind="all"), "city") == {"440100": 1, "440300": 1}


def test_each_facet_is_counted_without_its_own_choice(database: Engine, search: SearchEngine) -> None:
    page = ask(database, search, "示例", grades=(2,), categories=("数据库",))
    assert names(page) == {"示例流云", "示例孤舟", "示例远山"}
    assert counts(page, "grade") == {"1": 1, "2": 3}
    assert counts(page, "category") == {"数据库": 3}
    assert [v.selected for v in page.facets["category"]] == [True]
    assert counts(page, "status") == {"valid": 2, "expired": 1}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"cities": ("440300",)}, {"示例孤舟", "示例雪山系统"}),
        ({"cities": ("440100", "440300"), "statuses": ("valid",)}, {"示例雪山", "示例流云", "示例雪山系统"}),
        ({"text": "示例", "statuses": ("expired",)}, {"示例孤舟"}),
        ({"text": "深圳 数据库"}, {"示例孤舟"}),
        ({"text": "示例", "directories": ("hte",)}, set()),
    ],
)
def test_a_choice_gives_what_its_count_said(
    database: Engine, search: SearchEngine, given: dict[str, Any], found: set[str]
) -> None:
    page = ask(database, search, **given)
    assert (names(page), page.total) == (found, len(found))
    for facet in page.facets:
        for value in page.facets[facet]:
            field = {"status": "statuses", "grade": "grades", "category": "categories", "city": "cities"}[facet]
            # A place in the text stays beside one that is chosen.
            if value.count and not value.selected and not (facet == "city" and "深圳" in page.query.text):
                assert ask(database, search, **{**given, field: (value.value,)}).total == value.count


def test_states_of_another_day_are_neither_offered_nor_filtered_by(database: Engine, search: SearchEngine) -> None:
    page = ask(database, search, "示例", as_of=date(2024, 12, 1))
    assert "status" not in page.facets
    assert {hit.status for hit in page.products} == {"valid", "due"}
    assert ask(database, search, "示例", as_of=date(2024, 12, 1), statuses=("expired",)).total == 5


def test_without_an_index_no_facet_of_products_is_shown(database: Engine) -> None:
    page = ask(database, None, "示例")
    assert (page.total, page.facets, page.degraded) == (0, {}, True)
