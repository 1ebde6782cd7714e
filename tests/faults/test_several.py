"""Two web processes and two workers on one PostgreSQL are one registry: sessions, limits, jobs, progress, the index."""

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.db import make_engine, reading, transaction
from registry.models import Enterprise, EnterpriseName, Job
from registry.policies import Actor, Grant
from registry.services.accounts import create_account
from registry.services.accounts.throttling import SIGN_IN_LOGIN
from registry.services.indexing import rebuild, search_engine
from registry.services.jobs import queue_job
from registry.services.outbox import enterprises_changed
from registry.settings import Settings
from registry.vocabulary import JobState, Role
from tests.faults.judging import wait_until_quiet
from tests.faults.processes import Installation, installation
from tests.support.people import PASSWORD
from tests.support.population import add_enterprise

JOBS = 12
OLD, NEW = "惠州市旧名示例器材有限公司", "惠州市新名示例器材有限公司"

pytestmark = pytest.mark.postgres


class Visitor:
    """Somebody whose requests go to whichever process takes them: each over a connection of its own."""

    def __init__(self, address: str) -> None:
        self._address, self.cookie = address, ""

    def get(self, path: str) -> tuple[int, str]:
        """A page."""
        return self._send("GET", path, None)

    def post(self, path: str, **form: str) -> int:
        """A form; the status."""
        return self._send("POST", path, urlencode(form))[0]

    def _send(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        given = answer.getheader("Set-Cookie")
        self.cookie = given.partition(";")[0] if given else self.cookie
        found = answer.status, answer.read().decode()
        connection.close()
        return found


def test_two_webs_and_two_workers_are_one_registry(postgres_settings: Settings) -> None:
    postgres_settings.data_dir.mkdir(parents=True)
    database = make_engine(postgres_settings)
    with transaction(database) as session:
        firm = add_enterprise(session, OLD).id
        grants = (Grant(Role.CURATOR, "440000"),)
        create_account(session, actor=Actor.command_line(), login="someone", password=PASSWORD, grants=grants)
    rebuild(database, search_engine(postgres_settings))
    with installation(postgres_settings) as processes:
        webs = [processes.start("web"), processes.start("web")]
        workers = [processes.start("work"), processes.start("work")]
        _sessions_hold_in_every_process(processes, webs)
        _wrong_passwords_are_counted_over_all(processes)
        _each_job_runs_once(database)
        _an_edit_is_found_by_all(database, processes, firm)
        for number in (*webs, *workers):
            processes.kill(number)
    database.dispose()


def _in_each_web(processes: Installation, webs: list[int], act: Callable[[], None]) -> None:
    """Do it while only one of the web processes lives, for each of them."""
    for place in range(len(webs)):
        other = 1 - place
        processes.kill(webs[other])
        act()
        webs[other] = processes.start("web")


def _sessions_hold_in_every_process(processes: Installation, webs: list[int]) -> None:
    official = Visitor(processes.address)
    assert official.post("/login", login="someone", password=PASSWORD) == 303

    def is_known() -> None:
        assert official.get("/office/inbox")[0] == 200

    _in_each_web(processes, webs, is_known)
    assert official.post("/logout") == 303
    ended = official.cookie

    def is_unknown() -> None:
        official.cookie = ended
        assert official.get("/office/inbox")[0] == 303

    _in_each_web(processes, webs, is_unknown)


def _wrong_passwords_are_counted_over_all(processes: Installation) -> None:
    statuses: Counter[int] = Counter()

    def guess() -> None:
        visitor = Visitor(processes.address)
        statuses.update(visitor.post("/login", login="nobody.here", password=f"Wrong-{n}") for n in range(6))

    guessing = [threading.Thread(target=guess) for _ in range(4)]
    for thread in guessing:
        thread.start()
    for thread in guessing:
        thread.join()
    assert statuses[429] == 4 * 6 - SIGN_IN_LOGIN.count, statuses


def _each_job_runs_once(database: Engine) -> None:
    with transaction(database) as session:
        for number in range(JOBS):
            queue_job(session, kind="feed", key=f"{number}", payload={}, actor="示例")
    wait_until_quiet(database)
    with reading(database) as session:
        found = session.exec(select(Job).where(col(Job.kind) == "feed")).all()
    assert [(job.state, job.attempts) for job in found] == [(JobState.DONE, 1)] * JOBS


def _an_edit_is_found_by_all(database: Engine, processes: Installation, firm: int) -> None:
    with transaction(database) as session:
        session.get_one(Enterprise, firm).name_zh = NEW
        session.exec(select(EnterpriseName).where(col(EnterpriseName.enterprise_id) == firm)).one().name = NEW
        enterprises_changed(session, [firm])
    visitor = Visitor(processes.address)
    seen = [_hits(visitor.get(f"/api/v1/search?q={quote(NEW)}")[1]) for _ in range(6)]
    assert all(names in ([], [NEW]) for names in seen), seen  # not yet or already, from no process the old name
    wait_until_quiet(database)
    seen = [_hits(visitor.get(f"/api/v1/search?q={quote(NEW)}")[1]) for _ in range(6)]
    assert seen == [[NEW]] * 6


def _hits(text: str) -> list[str]:
    page = json.loads(text)
    return [one["name"] for one in page["hits"]]
