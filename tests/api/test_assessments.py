"""Officials see assessments of their own region only."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry.policies import Grant
from registry.vocabulary import Role
from tests.api.conftest import FIRM
from tests.api.test_imports import bearer

CANDIDATES = "/api/v1/assessments/little_giant"


def test_without_a_session_there_is_nothing_to_see(client: TestClient) -> None:
    assert client.get(CANDIDATES).status_code == 401
    assert client.get(f"{CANDIDATES}/enterprises/{FIRM}").status_code == 401


@pytest.mark.parametrize(
    ("region", "asked", "status"),
    [
        ("440300", "", 200),
        ("440300", "?region=440305", 200),
        ("440300", "?region=440100", 403),
        ("440000", "?region=440100", 200),
    ],
)
def test_an_official_sees_candidates_inside_the_own_region(
    client: TestClient, sqlite_engine: Engine, region: str, asked: str, status: int
) -> None:
    headers = bearer(sqlite_engine, Grant(Role.REVIEWER, region))
    answer = client.get(CANDIDATES + asked, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] in ("no-cache", "no-store")


@pytest.mark.parametrize(("region", "status"), [("440300", 200), ("440100", 403)])
def test_one_firm_is_assessed_for_officials_of_its_city(
    client: TestClient, sqlite_engine: Engine, region: str, status: int
) -> None:
    headers = bearer(sqlite_engine, Grant(Role.REVIEWER, region))
    answer = client.get(f"{CANDIDATES}/enterprises/{FIRM}?as_of=2026-05-06", headers=headers)
    assert answer.status_code == status, answer.text


def test_an_unknown_flag_or_tier_is_named(client: TestClient, sqlite_engine: Engine) -> None:
    headers = bearer(sqlite_engine, Grant(Role.REVIEWER, "440300"))
    assert client.get(f"{CANDIDATES}?flag=shiny", headers=headers).json()["parameter"] == "flag"
    assert client.get("/api/v1/assessments/no_such", headers=headers).status_code == 404
