"""Products by API: the same answers as the pages, and refusals that name the parameter."""

from collections.abc import Iterator

import pytest
import time_machine
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry.db import transaction
from registry.settings import Settings
from tests.db.products import fill_catalogue
from tests.support.apps import running


@pytest.fixture
def numbers(sqlite_engine: Engine) -> Iterator[dict[str, int]]:
    with time_machine.travel("2026-05-06T04:00:00Z", tick=True):
        with transaction(sqlite_engine) as session:
            made = fill_catalogue(session)
        yield made


@pytest.fixture
def api(numbers: dict[str, int], sqlite_settings: Settings) -> Iterator[TestClient]:
    with running(sqlite_settings.model_copy(update={"embedded_worker": False})) as client:
        yield client


def test_products_are_paged_counted_and_unchanged_when_asked_again(api: TestClient) -> None:
    first = api.get("/api/v1/products", params={"limit": 2})
    said = first.json()
    assert said["rows"]["total"] == 5
    assert {each["code"] for each in said["categories"]} >= {"db", "db_central", "安全网关设备"}
    following = api.get(said["next"]).json()
    assert {row["id"] for row in following["rows"]["items"]}.isdisjoint(row["id"] for row in said["rows"]["items"])
    again = api.get("/api/v1/products", params={"limit": 2}, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304


def test_a_version_says_which_one_supersedes_it(api: TestClient, numbers: dict[str, int]) -> None:
    said = api.get(f"/api/v1/products/{numbers['示例岚山数据库 V8.0']}").json()
    assert said["strongest"]["status"] == "expired"
    assert [(each["row"]["version"], each["supersedes"]) for each in said["others"]] == [("V9.0", True)]


def test_a_list_is_checked_and_not_kept(api: TestClient) -> None:
    given = {"lines": ["示例岚山数据库 V9 x 3套", "示例岚山数据库 V7"], "as_of": "2026-05-06"}
    said = api.post("/api/v1/products/check", json=given).json()
    assert [line["verdict"] for line in said["lines"]] == ["valid", "other_version"]
    assert said["lines"][0]["quantity"] == "3 套"
    assert said["counts"]["valid"] == 1


def test_a_download_has_every_row(api: TestClient) -> None:
    assert api.get("/api/v1/products/download", params={"format": "json"}).json()["count"] == 5


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/v1/products?grade=0", 422),
        ("/api/v1/products?status=new", 422),
        ("/api/v1/products?kategorie=db", 422),
        ("/api/v1/products/999999", 404),
        ("/api/v1/products/download?format=pdf", 422),
    ],
)
def test_what_cannot_be_answered_is_refused(api: TestClient, address: str, status: int) -> None:
    assert api.get(address).status_code == status


def test_an_empty_list_or_an_unknown_field_is_refused(api: TestClient) -> None:
    bodies: tuple[dict[str, object], ...] = (
        {"lines": []},
        {"lines": [" "]},
        {"lines": ["x"], "day": "2026-05-06"},
        {"lines": ["x"] * 501},
    )
    for body in bodies:
        assert api.post("/api/v1/products/check", json=body).status_code == 422
