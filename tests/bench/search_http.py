"""The search page through HTTP, rendered, as a browser gets it, and the same question asked of the API."""

import http.client
import os
import time
from contextlib import redirect_stderr
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from registry.settings import Settings
from tests.bench.harness import Report, repeat
from tests.bench.search_questions import Question
from tests.support.serving import serving

PLACES = (("the search page", "/search"), ("the API", "/api/v1/search"))
RUNS = 60
OK = 200


def measure(settings: Settings, asked: dict[str, list[Question]], report: Report, size: str) -> None:
    """One kept connection, one question after the other; read as text, as a name by itself would lead to its page."""
    own = settings.model_copy(update={"embedded_worker": False, "secure_cookies": False, "api_rate": 0})
    # A line a request goes to standard error, as it does in service; nobody wants to read it here.
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere), serving(own) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        for what, place in PLACES:
            print(f"\n  {what} through HTTP (load {os.getloadavg()[0]:.1f})", flush=True)
            for kind, questions in asked.items():
                queries = [urlencode(question.ours.changed(literal=True).params()) for question in questions]
                turn = cycle([f"{place}?{query}" for query in queries])
                for _ in queries:
                    _get(connection, next(turn))
                used = time.process_time()
                taken = repeat(lambda t=turn: _get(connection, next(t)), RUNS)  # type: ignore[misc]
                # Of this whole process: the server in its thread and who asks it.
                processor = (time.process_time() - used) / (RUNS + 1)
                report(kind, size, taken, f"{processor * 1000:.1f} ms of processor")
        connection.close()


def _get(connection: http.client.HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != OK:
        raise RuntimeError(f"{path} answered {answer.status}")
