"""Officials see titles that end and missing figures of their own region only."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry.policies import Grant
from registry.vocabulary import Role
from tests.api.test_imports import bearer

ADDRESSES = ("/api/v1/renewals", "/api/v1/assessments/little_giant/missing")


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_session_there_is_nothing_to_see(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 401


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    ("region", "asked", "status"),
    [("440300", "", 200), ("440300", "?region=440305", 200), ("440300", "?region=440100", 403)],
)
def test_an_official_asks_inside_the_own_region(
    client: TestClient, sqlite_engine: Engine, address: str, region: str, asked: str, status: int
) -> None:
    answer = client.get(address + asked, headers=bearer(sqlite_engine, Grant(Role.REVIEWER, region)))
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("wrong", ["window=7", "sort=x", "cursor=x", "reason=x"])
def test_what_cannot_be_read_is_named(client: TestClient, sqlite_engine: Engine, wrong: str) -> None:
    answer = client.get(f"/api/v1/renewals?{wrong}", headers=bearer(sqlite_engine, Grant(Role.REVIEWER, "440300")))
    assert answer.status_code == 422
    assert answer.json()["parameter"] == wrong.split("=")[0]


def test_titles_that_end_on_a_day_are_those_of_that_day(client: TestClient, sqlite_engine: Engine) -> None:
    headers = bearer(sqlite_engine, Grant(Role.REVIEWER, "440000"))
    page = client.get("/api/v1/renewals?window=180&as_of=2026-05-06", headers=headers).json()
    assert set(page["counts"]) == {"30", "90", "180", "ended"}
    assert page["total"] == page["counts"]["180"]
