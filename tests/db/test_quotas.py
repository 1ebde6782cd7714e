"""Quotas: nobody gets more than the rate over any time, over several processes too; keys are made, known, revoked."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import make_engine, transaction
from registry.errors import InvalidInput, InvalidTransition, NotFound
from registry.models import ApiKey, AuditEvent
from registry.services.api_keys import is_known, list_keys, make_key, revoke_key
from registry.services.quotas import BURST, Quotas
from registry.settings import Settings
from tests.support.apps import running


class _Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 5))
def test_over_any_time_no_more_is_let_through_than_the_rate_and_the_burst(
    tmp_path_factory: pytest.TempPathFactory, pauses: list[float], rate: int
) -> None:
    clock = _Clock()
    quotas = Quotas(tmp_path_factory.mktemp("quota"), clock)
    let: list[float] = []
    for pause in pauses:
        clock.now += pause
        allowance = quotas.take("a", rate=rate)
        if allowance.is_refused:
            clock.now += allowance.wait_seconds
            assert not quotas.take("a", rate=rate).is_refused, "whoever waits as told is let in"
        let.append(clock.now)
    for first in range(len(let)):
        for last in range(first, len(let)):
            assert last - first + 1 <= rate * BURST + (let[last] - let[first]) * rate + 1e-6


def test_one_who_asks_too_much_takes_nothing_from_others(tmp_path: Path) -> None:
    quotas = Quotas(tmp_path, _Clock())
    answers = [quotas.take("a", rate=3).is_refused for _ in range(9)]
    assert answers == [False] * 6 + [True] * 3
    assert not quotas.take("b", rate=3).is_refused


def test_several_processes_share_the_buckets(tmp_path: Path) -> None:
    ask = (
        "import sys; from pathlib import Path; from registry.services.quotas import Quotas\n"
        "quotas = Quotas(Path(sys.argv[1]), lambda: 1000.0)\n"
        "print(sum(not quotas.take('a', rate=20).is_refused for _ in range(30)))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", ask, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert sum(int(process.communicate(timeout=60)[0].splitlines()[-1]) for process in running) == 40


def test_where_buckets_cannot_be_used_everybody_is_let_through(tmp_path: Path) -> None:
    (tmp_path / "quota.sqlite3").write_bytes(b"no database" * 1_000)
    quotas = Quotas(tmp_path)
    assert not any(quotas.take("a", rate=1).is_refused for _ in range(5))


def test_a_key_is_kept_as_a_hash_known_until_revoked_and_on_record(engine: Engine) -> None:
    with transaction(engine) as session:
        key = make_key(session, holder="示例公司", by="命令行")
    with transaction(engine) as session:
        assert is_known(session, key)
        assert not is_known(session, key + "x")
        assert not is_known(session, "")
        row = session.exec(select(ApiKey)).one()
        assert key not in str(row.model_dump())
        number = row.id
        assert revoke_key(session, key_id=number, by="命令行").revoked_at is not None
        assert not is_known(session, key)
        assert [shown.holder for shown in list_keys(session)] == ["示例公司"]
        actions = session.exec(select(AuditEvent.action).order_by(AuditEvent.id)).all()  # type: ignore[arg-type]
        assert actions == ["api_key.made", "api_key.revoked"]
        with pytest.raises(InvalidTransition):
            revoke_key(session, key_id=number, by="命令行")


def test_a_key_needs_a_holder_and_a_number(session: Session) -> None:
    with pytest.raises(InvalidInput):
        make_key(session, holder="  ", by="命令行")
    with pytest.raises(NotFound):
        revoke_key(session, key_id=99, by="命令行")


@pytest.fixture
def quick(sqlite_settings: Settings) -> Iterator[TestClient]:
    settings = sqlite_settings.model_copy(update={"embedded_worker": False, "api_rate": 2, "api_key_rate": 20})
    with running(settings, counting=True) as client:
        yield client


def test_answers_say_what_is_left_and_the_one_too_many_says_when_to_ask_again(quick: TestClient) -> None:
    answers = [quick.get("/api/v1/codes/levels", headers={"accept-language": "en"}) for _ in range(8)]
    first, last = answers[0], answers[-1]
    assert (first.status_code, first.headers["ratelimit-policy"], first.headers["ratelimit-remaining"]) == (
        200,
        "2;w=1",
        "3",
    )
    assert (last.status_code, last.headers["retry-after"], last.headers["ratelimit-remaining"]) == (429, "1", "0")
    assert last.headers["content-type"] == "application/problem+json"
    assert last.json()["code"] == "too-many"
    assert quick.get("/open-data").status_code == 200, "pages are not counted"


def test_a_key_has_a_rate_of_its_own_and_a_wrong_one_is_refused(quick: TestClient, sqlite_settings: Settings) -> None:
    engine = make_engine(sqlite_settings)
    with transaction(engine) as session:
        key = make_key(session, holder="示例公司", by="命令行")
    engine.dispose()
    answers = [quick.get("/api/v1/codes/levels", headers={"x-api-key": key}) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].headers["ratelimit-limit"] == "20"
    statuses = [quick.get("/api/v1/codes/levels", headers={"x-api-key": "rk_wrong"}).status_code for _ in range(8)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
