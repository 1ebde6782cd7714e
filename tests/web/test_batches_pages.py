"""The page of one announcement."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry.clock import today
from registry.db import transaction
from registry.models import Product, ProductListing
from registry.services.imports.browsing import get_import
from registry.settings import Settings
from registry.vocabulary import BatchState
from tests.factories import a_batch
from tests.support.public_pages import STAR, bring_products, fill, key_of


@pytest.fixture(autouse=True)
def _filled(sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path) -> None:
    fill(sqlite_engine, sqlite_settings, tmp_path)


def test_an_announcement_shows_its_rows_and_its_archived_file(client: TestClient) -> None:
    page = client.get("/batches/1").text
    assert STAR in page
    assert "SHA-256" in page
    assert "/original" in page
    assert "公示中 · 非最终结果" not in page


def test_a_public_notice_never_looks_final(client: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        batch = a_batch(
            state=BatchState.PUBLIC_NOTICE,
            announced_on=None,
            notice_from=today() - timedelta(days=1),
            notice_to=today() + timedelta(days=4),
        )
        session.add(batch)
        session.flush()
        number = batch.id
    page = client.get(f"/batches/{number}").text
    assert "公示中 · 非最终结果" in page
    assert "还剩 4 天" in page
    assert "尚未公告" in page


def test_a_product_announcement_names_version_and_grade(client: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        batch = a_batch(directory_code="secure_product")
        product = Product(
            name="示例数据库", folded="示例数据库", version="V8.2", category="数据库", maker_name="示例厂商"
        )
        session.add_all([batch, product])
        session.flush()
        session.add(
            ProductListing(
                product_id=product.id,
                directory_code="secure_product",
                batch_id=batch.id,
                name_as_announced="示例数据库",
                grade=2,
                valid_from=today(),
                valid_to=today() + timedelta(days=900),
            )
        )
        number = batch.id
    page = client.get(f"/batches/{number}").text
    assert "V8.2" in page
    assert "Ⅱ级" in page


def test_the_name_of_a_product_opens_its_page_and_its_row_is_beside_it_wherever_it_is_shown(
    client: TestClient, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path
) -> None:
    with transaction(sqlite_engine) as session:
        number = bring_products(session, sqlite_settings, tmp_path)
        opened = get_import(session, import_id=number).summary.batch_id
    opened_rows = set()
    for address in (f"/batches/{opened}", "/directories/secure_product", f"/e/{key_of(STAR)}"):
        page = client.get(address).text
        assert re.search(r'<a class="quiet" href="/products/\d+">示例星河操作系统', page), address
        link = re.search(rf'<a class="doc[^"]*" href="(/documents/{number}/rows/\d+)"', page)
        assert link, address
        opened_rows.add(link[1])
    opens = min(opened_rows)
    row = client.get(opens).text
    assert "示例星河操作系统" in row
    assert f'href="/e/{key_of(STAR)}"' in row
    assert "生产（送测）单位" in row


@pytest.mark.parametrize(
    ("address", "status"), [("/batches/999", 404), ("/batches/x", 422), ("/batches/1?cursor=x", 422)]
)
def test_what_is_not_there_is_said(client: TestClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status
