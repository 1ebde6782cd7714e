"""The firms that share the brand typed: one line on the page, one field of the API, one line of the command."""

import json
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

import pytest
import typer
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from registry.cli import search
from registry.db import make_engine, transaction
from registry.services.indexing import rebuild, search_engine
from registry.services.migrating import migrate
from registry.settings import Settings
from tests.support.apps import running
from tests.support.population import add_enterprise
from tests.web.test_home_page import text_of

HOUSE = ("深圳示例星河股份有限公司", "深圳市示例星河电子有限公司")
OTHER = "深圳示例星河湾酒店有限公司"
LINE = "字号“示例星河”的企业共 2 家。"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data_dir=tmp_path_factory.mktemp("brands") / "data", embedded_worker=False)
    engine = make_engine(settings)
    migrate(engine)
    with transaction(engine) as session:
        for name in (*HOUSE, OTHER):
            add_enterprise(session, name)
    rebuild(engine, search_engine(settings))
    engine.dispose()
    return settings


@pytest.fixture
def client(own: Settings) -> Iterator[TestClient]:
    with running(own, raise_faults=True) as found:
        found.headers["accept-language"] = "zh-CN"
        yield found


def test_the_page_says_it_in_one_line_with_a_way_to_list_them(client: TestClient) -> None:
    page = client.get("/search?q=示例星河").text
    assert LINE in text_of(page)
    assert 'href="/search?q=示例星河&brand=示例星河"' in unquote(unescape(page))
    fragment = client.get("/search?q=示例星河", headers={"HX-Request": "true"}).text
    assert LINE in text_of(fragment)
    english = client.get("/search?q=示例星河", headers={"accept-language": "en"}).text
    assert "Enterprises that share the brand “示例星河”: 2." in text_of(english)


def test_the_list_of_a_brand_holds_its_firms_alone_and_says_so_as_a_chip(client: TestClient) -> None:
    page = client.get("/search?q=示例星河&brand=示例星河").text
    said = text_of(page)
    assert "2 家企业" in said
    assert "字号 示例星河" in said
    assert OTHER not in said
    assert LINE not in said
    assert '<input type="hidden" name="brand" value="示例星河">' in page


def test_where_all_that_is_found_shares_the_brand_no_link_repeats_it(client: TestClient) -> None:
    assert "只看这些企业" not in client.get("/search?q=示例星河&brand=示例星河湾").text
    assert "共 2 家" not in client.get("/search?q=示例星河湾").text


def test_api_and_command_tell_the_same(client: TestClient, own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    by_api = client.get("/api/v1/search", params={"q": "示例星河"}).json()
    assert by_api["same_brand"] == {
        "name": "示例星河",
        "total": 2,
        "add": [["q", "示例星河"], ["brand", "示例星河"]],
    }
    alone = client.get("/api/v1/search", params=by_api["same_brand"]["add"]).json()
    assert (alone["total"], alone["same_brand"]) == (2, None)
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(own.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    app = typer.Typer()
    search.mount(app)
    assert json.loads(CliRunner().invoke(app, ["search", "示例星河", "--json"]).stdout)["same_brand"]["total"] == 2
    assert "字号“示例星河”的企业共 2 家" in CliRunner().invoke(app, ["search", "示例星河"]).stdout
    listed = CliRunner().invoke(app, ["search", "示例星河", "--brand", "示例星河"]).stdout
    assert "共 2 家企业" in listed


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("literal=perhaps", "literal"),
        ("as_of=2026-02-30", "as_of"),
        ("directory=no_such", "directory"),
        ("status=brilliant", "status"),
        ("brand=。", "brand"),
        ("sort=alphabet", "sort"),
        ("kind=people", "kind"),
        ("cursor=x", "cursor"),
    ],
)
def test_what_cannot_be_read_in_the_address_is_refused_and_named(
    client: TestClient, query: str, parameter: str
) -> None:
    answer = client.get(f"/search?q=示例&{query}")
    assert answer.status_code == 422
    by_api = client.get(f"/api/v1/search?q=示例&{query}")
    assert (by_api.status_code, by_api.json()["parameter"]) == (422, parameter)


@pytest.mark.parametrize(
    "query", ["literal=1", "literal=TRUE", "literal=", "literal=0", "as_of=", "q=a&q=示例", "other=1"]
)
def test_what_can_be_read_in_the_address_is_answered(client: TestClient, query: str) -> None:
    assert client.get(f"/search?q=示例&{query}").status_code == 200
