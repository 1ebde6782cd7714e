"""People at work on an installation that is being broken: each act that was answered as done goes into the ledger."""

import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from registry.clock import today
from registry.db import transaction
from registry.errors import RegistryError
from registry.policies import Actor, Grant
from registry.services.accounts import create_account, sign_in
from registry.services.jobs import queue_job
from registry.vocabulary import Role
from tests.db.batch_life import a_draft
from tests.db.review_cases import STEPS, a_call, a_submission
from tests.factories import a_uscc
from tests.faults.processes import LONG_ROWS
from tests.support.people import PASSWORD
from web.sessions import LOCAL_COOKIE

DRAFTS, CASES = 12, 4
KINDS = frozenset({"staged", "written", "final", "decided"})
"""Of acts that are acknowledged, besides ``signed``: a long list that is written later."""
FIELD = "annual.2025.revenue"
BOUNDARY = "a-plainly-fictional-boundary"
SHORT_ROWS, LONGER_ROWS = LONG_ROWS - 4, LONG_ROWS + 4
"""Near each other: a list much shorter than the edition before waits for a second official."""
PATIENCE_SECONDS = 60
_DONE = (200, 201, 303)


class Ledger:
    """What was answered as done, a line each, and what was only tried."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self.tried = 0
        self.entries: list[tuple[str, int, int]] = []

    def kinds(self) -> set[str]:
        """What was acknowledged at all."""
        return {kind for kind, _, _ in self.entries}

    def attempt(self) -> None:
        """Somebody begins an act."""
        with self._lock:
            self.tried += 1

    def acknowledge(self, kind: str, subject: int, value: int) -> None:
        """Somebody was told that it is done."""
        with self._lock, self._path.open("a") as file:
            file.write(f"{json.dumps([kind, subject, value])}\n")
            self.entries.append((kind, subject, value))


class Office:
    """Officials, drafts to be published, cases to be reviewed; made before anything is broken."""

    def __init__(self, database: Engine, address: str, ledger: Ledger, *, seed: int) -> None:
        self._address, self._ledger, self._database = address, ledger, database
        self._stop, self._threads = threading.Event(), list[threading.Thread]()
        self._seed, self._imported, self._labels = seed, 0, count(1)
        with transaction(database) as session:
            for login, role in (("curator", Role.CURATOR), ("reviewer", Role.REVIEWER)):
                create_account(
                    session, actor=Actor.command_line(), login=login, password=PASSWORD, grants=(Grant(role, "440000"),)
                )
            call = a_call(session)
            self._cases = [a_submission(session, steps=STEPS[2:], call=call).id for _ in range(CASES)]
        self._drafts: list[int] = []
        self._prepare_drafts()
        self._tokens = {login: sign_in(database, login=login, password=PASSWORD) for login in ("curator", "reviewer")}

    def _prepare_drafts(self) -> None:
        with transaction(self._database) as session:
            self._drafts = [a_draft(session, label=f"示例草案{next(self._labels)}").id for _ in range(DRAFTS)]

    def open(self) -> None:
        """Everybody begins to work."""
        for act in (self._import, self._publish, self._review, self._rebuild):
            thread = threading.Thread(target=self._again, args=(act,), name=act.__name__)
            thread.start()
            self._threads.append(thread)

    def close(self) -> None:
        """Everybody ends what they are at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), f"{thread.name} waits for an answer that does not come"

    def _again(self, act: Callable[[random.Random], None]) -> None:
        chance = random.Random(f"{self._seed} {act.__name__}")  # noqa: S311 - a repeatable choice, no secret
        while not self._stop.is_set():
            # Cut off in the middle of an answer, refused, or answered by a process that has just lost its database:
            # nothing was acknowledged.
            with suppress(OSError, http.client.HTTPException, RegistryError, SQLAlchemyError):
                act(chance)
            self._stop.wait(chance.uniform(0.0, 0.05))

    def _import(self, _chance: random.Random) -> None:
        self._imported += 1
        self._ledger.attempt()
        rows = LONGER_ROWS if self._imported % 3 == 0 else SHORT_ROWS
        first = self._imported * 1_000
        lines = [f"{n},深圳市示例第{first + n}号仪器有限公司,{a_uscc(first + n)}" for n in range(1, rows + 1)]
        status, text = self._send("POST", "/api/v1/imports", *_upload(lines, f"第{self._imported}批"))
        if status not in _DONE:
            return
        number = json.loads(text)["detail"]["summary"]["id"]
        self._ledger.acknowledge("staged", number, rows)
        if self._send("POST", f"/api/v1/imports/{number}/write")[0] in _DONE:
            self._ledger.acknowledge("signed" if rows > LONG_ROWS else "written", number, rows)

    def _publish(self, _chance: random.Random) -> None:
        if not self._drafts:
            self._prepare_drafts()
        self._ledger.attempt()
        draft = self._drafts[-1]
        form = {"on": today().isoformat(), "document_no": "示信函〔2026〕9号", "reason": "示例理由", "count": "3"}
        status, _ = self._post(f"/office/batches/{draft}/final", form, "curator")
        if status in _DONE:
            self._ledger.acknowledge("final", draft, 3)
        if status in (*_DONE, 409):  # 409: it was done, and only the answer was lost
            self._drafts.pop()

    def _review(self, chance: random.Random) -> None:
        case = chance.choice(self._cases)
        self._ledger.attempt()
        status, page = self._send("GET", f"/office/submissions/{case}", {}, None, "reviewer")
        version = re.search(r'name="version" value="(\d+)"', page)
        if status not in _DONE or version is None:
            return
        turn = time.monotonic_ns() // 1000
        said = {f"d:{FIELD}": "returned", f"r:{FIELD}": "mismatch", f"t:{FIELD}": f"第 {turn} 次"}
        form = {"version": version[1], "act": "save"} | said
        if self._post(f"/office/submissions/{case}", form, "reviewer")[0] in _DONE:
            self._ledger.acknowledge("decided", case, turn)

    def _rebuild(self, chance: random.Random) -> None:
        with transaction(self._database) as session:
            queue_job(session, kind="reindex", key="faults", payload={}, actor="示例")
        self._stop.wait(chance.uniform(0.5, 2.0))

    def _post(self, path: str, form: dict[str, str], login: str) -> tuple[int, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, headers, urlencode(form).encode(), login)

    def _send(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        login: str = "",
    ) -> tuple[int, str]:
        """One request over a connection of its own; as a program with a key unless somebody's browser is named."""
        said = {"Cookie": f"{LOCAL_COOKIE}={self._tokens[login]}", "Sec-Fetch-Site": "same-origin"} if login else {}
        said |= {} if login else {"Authorization": f"Bearer {self._tokens['curator']}"}
        connection = http.client.HTTPConnection(self._address, timeout=PATIENCE_SECONDS / 2)
        try:
            connection.request(method, path, body, said | (headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def _upload(lines: list[str], batch: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a form that brings a list."""
    fields = {"directory": "hte", "batch": batch, "year": "2025", "announced_on": "2025-12-01"}
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
    content = "序号,企业名称,统一社会信用代码\n" + "\n".join(lines) + "\n"
    about = 'Content-Disposition: form-data; name="file"; filename="list.csv"\r\nContent-Type: text/csv'
    parts.append(f"--{BOUNDARY}\r\n{about}\r\n\r\n{content}\r\n--{BOUNDARY}--\r\n")
    return {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}, "".join(parts).encode()
