"""The search page through HTTP, rendered, as a browser gets it."""

import http.client
import os
from contextlib import redirect_stderr
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from registry.settings import Settings
from tests.bench.harness import Report, repeat
from tests.bench.search_questions import Question
from tests.support.serving import serving

KINDS = ("exact name", "brand, two characters", "pinyin", "one wrong character", "broad", "empty")
RUNS = 60
OK = 200


def measure(settings: Settings, asked: dict[str, list[Question]], report: Report, size: str) -> None:
    """One kept connection, one question after the other; read as text, as a name by itself would lead to its page."""
    own = settings.model_copy(update={"embedded_worker": False, "secure_cookies": False})
    # A line a request goes to standard error, as it does in service; nobody wants to read it here.
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere), serving(own) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        print("\n  the search page through HTTP", flush=True)
        for kind in KINDS:
            paths = ["/search?" + urlencode(question.ours.changed(literal=True).params()) for question in asked[kind]]
            turn = cycle(paths)
            report(kind, size, repeat(lambda t=turn: _get(connection, next(t)), RUNS))  # type: ignore[misc]
        connection.close()


def _get(connection: http.client.HTTPConnection, path: str) -> None:
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != OK:
        raise RuntimeError(f"{path} answered {answer.status}")
