"""The status page says what is behind, in both languages, and the API the same in numbers."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine

from registry import clock
from registry.db import transaction
from registry.models import IndexOutbox


def _wait(engine: Engine, seconds: int) -> None:
    with transaction(engine) as session:
        queued_at = clock.now() - timedelta(seconds=seconds)
        session.add(IndexOutbox(kind="enterprise", subject_id=1, queued_at=queued_at))


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "几秒后可查"), (1_200, "1 处改动还查不到，最早的已等 20 分钟。")], ids=["fresh", "old"]
)
def test_a_change_that_waits_is_said(client: TestClient, sqlite_engine: Engine, seconds: int, words: str) -> None:
    assert "所有改动都能查到。" in client.get("/status").text
    _wait(sqlite_engine, seconds)
    assert words in client.get("/status").text


def test_the_page_is_complete_in_english(client: TestClient, sqlite_engine: Engine) -> None:
    _wait(sqlite_engine, 1_200)
    page = client.get("/status", headers={"Accept-Language": "en"}).text
    assert "1 changes cannot be found yet; the oldest has waited for 20 minutes." in page
    assert "No final announcement yet" in page


def test_the_api_gives_the_same_numbers(client: TestClient, sqlite_engine: Engine) -> None:
    _wait(sqlite_engine, 1_200)
    found = client.get("/api/v1/status").json()
    assert found["index"]["waiting"] == 1
    assert found["index"]["lag_seconds"] >= 1_200
    assert len(found["lists"]) == 19
