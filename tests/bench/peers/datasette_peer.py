"""Datasette over HTTP on the exported rows. Runs in a Python of its own: rows file as argument, questions on stdin."""

import http.client
import json
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

FACETS = ("directory", "city", "chain", "level", "status")
LIMITS = ("sql_time_limit_ms", "facet_time_limit_ms", "facet_suggest_time_limit_ms")
START_SECONDS = 60
TOO_LONG_MS = 600_000


def main() -> None:
    """Prepare, serve, ask; the last line printed is the result."""
    rows = Path(sys.argv[1])
    prepared = rows.with_name("datasette.db")
    shutil.copy(rows, prepared)
    _prepare(prepared)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = [part for limit in LIMITS for part in ("--setting", limit, str(TOO_LONG_MS))]
    settings += ["--setting", "suggest_facets", "off", "--setting", "default_cache_ttl", "0"]
    command = [sys.executable, "-m", "datasette", "serve", str(prepared), "-p", str(port), *settings]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        connection = _connect(port)
        asked = json.load(sys.stdin)
        print(json.dumps({kind: _measure(connection, kind, questions) for kind, questions in asked.items()}))
    finally:
        server.terminate()
        server.wait()


def _prepare(path: Path) -> None:
    with sqlite3.connect(path) as database:
        # Datasette looks for content in double quotes.
        database.execute(
            'CREATE VIRTUAL TABLE firm_fts USING fts5(name, short, products, reading, initials, content="firm", '
            "content_rowid=id, tokenize='trigram')"
        )
        database.execute("INSERT INTO firm_fts (firm_fts) VALUES ('rebuild')")
        for column in (*FACETS, "uscc"):
            database.execute(f"CREATE INDEX firm_{column} ON firm ({column})")
        database.execute("ANALYZE")
    database.close()


def _connect(port: int) -> http.client.HTTPConnection:
    deadline = time.monotonic() + START_SECONDS
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TOO_LONG_MS / 1000)
        try:
            connection.request("GET", "/-/versions.json")
            connection.getresponse().read()
            return connection
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _measure(connection: http.client.HTTPConnection, kind: str, questions: list[dict[str, Any]]) -> dict[str, Any]:
    _get(connection, kind, questions[0])
    taken, hits = [], []
    for question in questions:
        begun = time.perf_counter()
        hits.append(_get(connection, kind, question))
        taken.append((time.perf_counter() - begun) * 1000)
    return {"milliseconds": taken, "hits": sorted(hits)[len(hits) // 2]}


def _get(connection: http.client.HTTPConnection, kind: str, question: dict[str, Any]) -> int:
    given = [("_facet", facet) for facet in FACETS] + [("_size", "20"), ("_shape", "objects")]
    given += list(question["filters"].items())
    if kind in ("credit code", "code beginning"):
        given.append(("uscc__exact" if kind == "credit code" else "uscc__startswith", question["text"]))
    elif question["text"]:
        # In quotes: the text is text and no expression.
        given.append(("_search", '"' + question["text"].replace('"', "") + '"'))
    connection.request("GET", f"/datasette/firm.json?{urlencode(given)}&_extra=count")
    answer = connection.getresponse()
    body = json.loads(answer.read())
    if answer.status != 200:
        raise RuntimeError(body)
    return int(body["filtered_table_rows_count"])


if __name__ == "__main__":
    main()
