"""Metrics: only for whoever shows the token, by route and never by path, of the whole installation where due."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from registry import clock
from registry.db import transaction
from registry.models import IndexOutbox, Job, Sign
from registry.services.signs import BACKUP, WORKER
from registry.settings import Settings
from registry.vocabulary import JobState
from tests.support.apps import running

TOKEN = "f3b1c9d27e804a65b0"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
MANUAL = Path(__file__).parents[2] / "docs/metrics.md"


@pytest.fixture
def watched(sqlite_settings: Settings) -> Iterator[TestClient]:
    changed = {"embedded_worker": False, "metrics_token": SecretStr(TOKEN)}
    with running(sqlite_settings.model_copy(update=changed), keeping=True) as client:
        yield client


def values(client: TestClient) -> dict[str, float]:
    """What is told: name with labels, in their order by name, to value."""
    answer = client.get("/metrics", headers=SHOWN)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_without_the_setting_there_is_no_such_address(client: TestClient) -> None:
    assert client.get("/metrics", headers=SHOWN).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {TOKEN}"}])
def test_without_the_token_nothing_is_told(watched: TestClient, headers: dict[str, str]) -> None:
    answer = watched.get("/metrics", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "registry_" not in answer.text
    assert watched.get("/metrics", params={"token": TOKEN}).status_code == 401


def test_a_token_that_is_no_ascii_is_refused_and_no_fault(watched: TestClient) -> None:
    assert watched.get("/metrics", headers=[(b"Authorization", b"Bearer \xc3\xa9")]).status_code == 401


def test_requests_are_counted_by_route_method_and_status(watched: TestClient) -> None:
    for path in ("/e/100", "/e/200", "/no-such-place", "/static/nothing.css", "/healthz"):
        watched.get(path)
    watched.post("/healthz")
    told = values(watched)
    assert told["registry_requests_total{method=GET,route=/e/{key:path},status=404}"] == 2
    assert told["registry_requests_total{method=GET,route=(none),status=404}"] == 1
    assert told["registry_requests_total{method=GET,route=/static,status=404}"] == 1
    assert told["registry_request_seconds_count{method=GET,route=/healthz}"] == 1
    assert not any("no-such" in name or "/100" in name for name in told)


def test_a_method_of_somebodys_own_makes_no_new_row(watched: TestClient) -> None:
    watched.request("BREW", "/healthz")
    assert any("method=other" in name for name in values(watched))


def test_numbers_of_the_installation_come_from_the_database(watched: TestClient, sqlite_engine: Engine) -> None:
    now = clock.now()
    with transaction(sqlite_engine) as session:
        for number in range(3):
            state = JobState.FAILED if number else JobState.QUEUED
            job = Job(kind="reindex", key=str(number), payload={}, state=state, actor="x")
            job.run_at = now - timedelta(seconds=90)
            session.add(job)
        session.add(IndexOutbox(kind="enterprise", subject_id=1, queued_at=now - timedelta(seconds=300)))
        session.add(Sign(name=f"{WORKER}a:1", at=now - timedelta(seconds=40)))
        session.add(Sign(name=BACKUP, at=now - timedelta(hours=2)))
    told = values(watched)
    assert told["registry_jobs{kind=reindex,state=failed}"] == 2
    assert told["registry_jobs{kind=reindex,state=queued}"] == 1
    assert told["registry_job_oldest_waiting_seconds"] >= 90
    assert told["registry_outbox_waiting"] == 1
    assert told["registry_index_lag_seconds"] >= 300
    assert told["registry_worker_age_seconds"] >= 40
    assert told["registry_backup_age_seconds"] >= 7200
    assert told["registry_search_usable{engine=embedded}"] == 0
    assert told["registry_database_up"] == 1
    assert told["registry_database_connections_limit"] >= 1


def test_refused_sign_ins_and_searches_the_database_answered_are_counted(watched: TestClient) -> None:
    before = values(watched)
    assert before["registry_sign_ins_refused_last_hour"] == 0
    watched.post("/login", data={"login": "li", "password": "wrong"}, headers={"Origin": "https://registry.example"})
    watched.get("/search", params={"q": "示例"})
    told = values(watched)
    assert told["registry_sign_ins_refused_last_hour"] == 1
    assert told["registry_search_fallbacks_total"] > before["registry_search_fallbacks_total"]


def test_without_a_database_the_process_still_tells_what_it_knows(watched: TestClient, settings: Settings) -> None:
    watched.get("/healthz")
    (settings.data_dir / "registry.sqlite3").rename(settings.data_dir / "gone")
    for name in ("registry.sqlite3-wal", "registry.sqlite3-shm"):
        (settings.data_dir / name).unlink(missing_ok=True)
    watched.app.state.engine.dispose()  # type: ignore[attr-defined]
    told = values(watched)
    assert told["registry_database_up"] == 0
    assert told["registry_request_seconds_count{method=GET,route=/healthz}"] == 1


def test_the_manual_names_every_metric_and_no_other(watched: TestClient, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        result = {"compared": 1, "missing": 0, "extra": 0, "different": 0}
        ended = clock.now()
        job = Job(kind="drift", key="x", payload={}, state=JobState.DONE, actor="x", result=result, finished_at=ended)
        session.add_all([job, Job(kind="pool", key="x", payload={}, state=JobState.QUEUED, actor="x")])
        session.add_all([Sign(name=f"{WORKER}a:1", at=ended), Sign(name=BACKUP, at=ended)])
    watched.get("/healthz")
    text = watched.get("/metrics", headers=SHOWN).text
    told = {family.name for family in text_string_to_metric_families(text)}
    manual = MANUAL.read_text(encoding="utf-8")
    table = {line.split("`")[1] for line in manual.splitlines() if line.startswith("| `registry_")}
    # An age of a list is told once a list was announced.
    counters = {"registry_requests", "registry_kept_pages", "registry_search_fallbacks"}
    assert {f"{name}_total" if name in counters else name for name in told} | {"registry_list_age_days"} == table
    for name in {word for line in manual.splitlines() if line.strip().startswith("expr:") for word in _names(line)}:
        assert name.removesuffix("_bucket") in table, name


def _names(line: str) -> list[str]:
    return re.findall(r"registry_[a-z_]+", line)
