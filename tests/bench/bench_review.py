"""Officials at work: 200 review acts a minute on PostgreSQL, in an open loop, beside those who have a case open.

``python -m tests.bench.bench_review``; REGISTRY_BENCH_SCALE lowers sizes and time. Each act is a case opened and a
decision sent (some fields accepted, or everything nothing speaks against); beside them forty pages ask every fifteen
seconds who else is there, and the inbox is opened.

Everything runs on the same two cores: PostgreSQL, whoever asks, and the application as docs/operating.md has it run on
PostgreSQL: one process that serves, one that works in the background. The index of the firms is there before anybody
asks, as in any office that has cases: it is built once, when a registry is set up, and that took most of the first
minute of both cores. Nothing else is warmed up: templates, statements and the bands of the peers are met cold.
"""

import http.client
import multiprocessing
import os
import random
import re
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sqlmodel import Session

from registry.clock import today
from registry.db import make_engine, transaction
from registry.demo.population import population
from registry.policies import SYSTEM, Grant
from registry.services.accounts import create_account
from registry.services.indexing import rebuild, search_engine
from registry.services.nightly import schedule_of
from registry.services.submitting.plans import Step
from registry.services.submitting.sending import submit
from registry.services.working import Worker
from registry.settings import Settings
from registry.vocabulary import Role, SubmissionKind
from tests.bench.harness import Report, Timing, machine, scaled
from tests.support.firms import a_call, a_draft, a_firm
from tests.support.postgres import cluster
from tests.support.serving import serving

FIRMS, CASES, OFFICIALS = 20_000, 400, 20
ACTS_A_MINUTE = 200
SECONDS = 120
WATCHED, WATCH_EVERY = 40, 15
PASSWORD = "Plainly-fictional-1"
AIM_MS = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing somebody does at a moment of the run."""

    at: float
    kind: str
    case: int
    official: int


def main() -> None:
    """Fill, serve, ask, report."""
    print(f"  {machine()}, load {os.getloadavg()[0]:.1f}", flush=True)
    with cluster("bench") as server, server.database() as url, tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=url, secure_cookies=False, embedded_worker=False)
        cases = fill(settings)
        with beside(_work, settings), beside(_serve, settings) as address:
            taken, failed = ask(address, cases)
    report = Report()
    for kind, seconds in sorted(taken.items()):
        timing = Timing(tuple(seconds))
        note = "" if timing.p95 * 1000 <= AIM_MS else f"above {AIM_MS} ms"
        report(kind, f"{len(cases)} cases", timing, note)
    print(f"  answers other than expected: {failed}; load at the end {os.getloadavg()[0]:.1f}", flush=True)


def fill(settings: Settings) -> list[int]:
    """Firms, officials, and nominations that lie at their first step."""
    engine = make_engine(settings)
    with transaction(engine) as session:
        population(session, scaled(FIRMS), seed=1, today=today())
    with transaction(engine) as session:
        for number in range(OFFICIALS):
            grants = (Grant(Role.REVIEWER, "440000"),)
            create_account(session, actor=SYSTEM, login=f"official{number}", password=PASSWORD, grants=grants)
        call = a_call(session, steps=(Step("city", 10), Step("province", 10)))
        found = [_sent(session, call) for _ in range(scaled(CASES))]
    rebuild(engine, search_engine(settings))
    engine.dispose()
    return found


def _sent(session: Session, call: object) -> int:
    firm = a_firm(session)
    draft = a_draft(session, firm, SubmissionKind.NOMINATION, call)  # type: ignore[arg-type]
    submit(
        session,
        submission_id=draft.id,
        version=draft.version,
        actor=firm.owner,
        declared_by="示例负责人 总经理",
        agreed=True,
    )
    return draft.id


@contextmanager
def beside(act: Callable[[Settings, Connection], None], settings: Settings) -> Iterator[str]:
    """``act`` in a process of its own until the end; what it said when it was ready."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=act, args=(settings, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join(30)


def _serve(settings: Settings, pipe: Connection) -> None:
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere), serving(settings) as address:
        pipe.send(address)
        pipe.recv()


def _work(settings: Settings, pipe: Connection) -> None:
    worker = Worker(make_engine(settings), search_engine(settings), schedule=schedule_of(settings))
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere), redirect_stdout(nowhere):
        worker.start()
        pipe.send("")
        pipe.recv()
        worker.stop()


def ask(address: str, cases: list[int]) -> tuple[dict[str, list[float]], int]:
    """Everything planned, each at its moment whether or not the one before has been answered."""
    clients = [_signed_in(address, number) for number in range(OFFICIALS)]
    asked = Asking(clients)
    began = time.perf_counter()
    with ThreadPoolExecutor(64) as pool:
        for plan in planned(cases):
            time.sleep(max(0.0, began + plan.at - time.perf_counter()))
            pool.submit(asked.do, plan, began)
    return asked.taken, asked.failed


def planned(cases: list[int]) -> list[Plan]:
    """Acts at random moments, presence every fifteen seconds, the inbox now and then; the same in every run."""
    chance = random.Random(20261123)  # noqa: S311 - a repeatable choice, no secret
    seconds = scaled(SECONDS)
    found = [
        Plan(chance.uniform(0, seconds), "act", chance.choice(cases), chance.randrange(OFFICIALS))
        for _ in range(ACTS_A_MINUTE * seconds // 60)
    ]
    for case in cases[:WATCHED]:
        first = chance.uniform(0, WATCH_EVERY)
        official = chance.randrange(OFFICIALS)
        found += [Plan(first + at, "presence", case, official) for at in range(0, seconds, WATCH_EVERY)]
    found += [Plan(chance.uniform(0, seconds), "inbox", 0, chance.randrange(OFFICIALS)) for _ in range(seconds // 2)]
    return sorted(found, key=lambda plan: plan.at)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    text: str


class Client:
    """A signed-in browser of sorts: several requests at once, each on a connection of its own thread."""

    def __init__(self, address: str) -> None:
        self._place, self._cookie, self._own = urlsplit(address).netloc, "", threading.local()

    def get(self, path: str) -> Answer:
        """A page."""
        return self._send("GET", path, None)

    def post(self, path: str, data: dict[str, str] | None = None) -> Answer:
        """A form."""
        return self._send("POST", path, urlencode(data or {}))

    def _send(self, method: str, path: str, body: str | None) -> Answer:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self._place, timeout=60)
        headers = {"Cookie": self._cookie, "Origin": f"http://{self._place}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        given = answer.getheader("Set-Cookie")
        if given and not self._cookie:
            self._cookie = given.partition(";")[0]
        return Answer(answer.status, answer.read().decode())


class Asking:
    """Sends the requests and keeps how long each took."""

    def __init__(self, clients: list[Client]) -> None:
        self._clients = clients
        self._lock = threading.Lock()
        self.taken: dict[str, list[float]] = defaultdict(list)
        self.failed = 0

    def do(self, plan: Plan, began: float) -> None:
        """One plan. An act is timed from its moment in the plan, so that waiting for a free thread counts."""
        client = self._clients[plan.official]
        if plan.kind == "inbox":
            self._timed("inbox", lambda: client.get("/office/inbox"))
        elif plan.kind == "presence":
            self._timed("presence", lambda: client.post(f"/office/submissions/{plan.case}/presence"))
        else:
            self._review(client, plan)

    def _review(self, client: Client, plan: Plan) -> None:
        page = self._timed("open a case", lambda: client.get(f"/office/submissions/{plan.case}"))
        version = re.search(r'name="version" value="(\d+)"', page.text)
        names = re.findall(r'name="(d:[^"]+)" value="accepted"', page.text)
        if version is None or not names:
            return  # passed on to the province and approved meanwhile: nothing left to decide
        chosen = {name: "accepted" for name in names[:5]}
        act = "clear" if plan.case % 3 == 0 else "save"
        form = {"version": version[1], "act": act, **chosen}
        # Two at once on one case: the second is told (409), which is an answer as expected.
        self._timed("decide", lambda: client.post(f"/office/submissions/{plan.case}", data=form), also=(409,))

    def _timed(self, kind: str, send: Callable[[], Answer], also: tuple[int, ...] = ()) -> Answer:
        before = time.perf_counter()
        answer = send()
        took = time.perf_counter() - before
        with self._lock:
            self.taken[kind].append(took)
            if answer.status not in (200, 204, 303, *also):
                self.failed += 1
        return answer


def _signed_in(address: str, number: int) -> Client:
    client = Client(address)
    answer = client.post("/login", data={"login": f"official{number}", "password": PASSWORD, "next": "/office/inbox"})
    if answer.status != 303:
        raise RuntimeError(f"official{number} could not sign in: {answer.status}")
    return client


if __name__ == "__main__":
    main()
