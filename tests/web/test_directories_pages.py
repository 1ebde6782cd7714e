"""The pages of directories: all of them, one on any day, its list as a file."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry import extras
from registry.clock import today
from registry.settings import Settings
from tests.support.public_pages import CODES, MOON, STAR, fill


@pytest.fixture(autouse=True)
def _filled(sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path) -> None:
    fill(sqlite_engine, sqlite_settings, tmp_path)


def test_every_directory_is_listed_also_one_without_any_announcement(client: TestClient) -> None:
    page = client.get("/directories")
    assert page.status_code == 200
    assert page.text.count('href="/directories/') == 19
    assert "还没有批次" in page.text
    assert "国科发火〔2016〕32号" in page.text


def test_a_directory_shows_its_facts_its_list_and_the_way_to_each_row(client: TestClient) -> None:
    page = client.get("/directories/little_giant").text
    assert "工业和信息化部" in page
    assert f'href="/e/{CODES[STAR]}"' in page
    assert 'href="/documents/' in page
    assert 'href="/standards/little_giant"' in page
    assert "回到今天" not in page


def test_another_day_is_said_and_leads_back_to_today(client: TestClient) -> None:
    long_ago = today() - timedelta(days=4_000)
    page = client.get("/directories/little_giant", params={"as_of": long_ago.isoformat()}).text
    assert "回到今天" in page
    assert "这一天没有符合条件的认定记录" in page
    assert CODES[STAR] not in page


def test_the_list_is_narrowed_to_a_city_and_so_is_its_download(client: TestClient) -> None:
    filters = {"city": "440100"}
    page = client.get("/directories/little_giant", params=filters).text
    assert CODES[MOON] in page
    assert CODES[STAR] not in page
    file = client.get("/directories/little_giant/download", params={**filters, "format": "csv"})
    assert "attachment" in file.headers["content-disposition"]
    assert CODES[MOON] in file.text
    assert CODES[STAR] not in file.text


@pytest.mark.parametrize("query", ["as_of=2025-02-30", "city=深圳", "status=new", "cursor=x"])
def test_what_cannot_be_read_is_refused(client: TestClient, query: str) -> None:
    assert client.get(f"/directories/little_giant?{query}").status_code == 422


def test_an_unknown_directory_is_not_there(client: TestClient) -> None:
    assert client.get("/directories/none").status_code == 404
    assert client.get("/directories/none/download").status_code == 404


def test_the_pages_speak_english(client: TestClient) -> None:
    english = {"Accept-Language": "en"}
    assert "Legal basis" in client.get("/directories", headers=english).text
    assert "Download the list of this day" in client.get("/directories/little_giant", headers=english).text


def test_parquet_is_offered_only_where_its_extra_is_installed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = ("/directories/little_giant", "/directories/secure_product", "/products", "/open-data")
    for there in (True, False):
        monkeypatch.setattr(extras.Extra, "installed", lambda _extra, there=there: there)
        for page in pages:
            assert ("format=parquet" in client.get(page).text) is there, page
    refused = client.get("/directories/little_giant/download?format=parquet", headers={"Accept-Language": "en"})
    assert refused.status_code == 501
    assert "pip install" in refused.text
    assert "[parquet]" in refused.text
