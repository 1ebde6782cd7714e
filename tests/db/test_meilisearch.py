"""What only an engine on a server can meet: nobody there, nobody in time, the wrong key, somebody else; recovery."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr

from registry.search import meilisearch_server, meilisearch_writer
from registry.search.documents import IndexDocument
from registry.search.engine import Ask, EngineAway, EngineUnavailable
from registry.search.expression import Term
from registry.search.locks import Locks
from registry.search.meilisearch import MeilisearchEngine
from registry.search.meilisearch_server import MissingIndex, Server
from registry.search.meilisearch_shape import to_line
from tests.support import machine
from tests.support.engines import meilisearch_engine

DAY = date(2026, 5, 6)
SECRET = "a-key-nobody-must-see"
NOWHERE = Locks(Path("nowhere"))
"""For engines that only read: nothing is ever locked there."""
HEADERS: list[dict[str, str]] = []
"""What was sent to a server of :func:`answering`, the last one last."""


@pytest.fixture
def search(meili_url: str, tmp_path: Path) -> Iterator[MeilisearchEngine]:
    with meilisearch_engine(meili_url, tmp_path) as engine:
        yield engine


def at(url: str) -> MeilisearchEngine:
    return MeilisearchEngine(url, locks=NOWHERE, search_key=SecretStr(SECRET))


def entry(number: int, name: str = "甲") -> IndexDocument:
    return IndexDocument("enterprise", number, number, {"kind": ("enterprise",), "name": (name,)}, "{}")


def build(engine: MeilisearchEngine, *documents: IndexDocument) -> str:
    with engine.writing() as writer:
        version = writer.build_beside(documents, day=DAY)
        writer.swap(version)
    return version


@contextmanager
def answering(status: int, body: bytes, *, port: int = 0) -> Iterator[str]:
    """A server that gives everybody the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            HEADERS.append(dict(self.headers))
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://127.0.0.1", "http://", "http://[::", "http://127.0.0.1:1"])
def test_an_address_where_nobody_is_means_away(url: str) -> None:
    with pytest.raises(EngineAway):
        at(url).reader()


def test_after_a_failure_nobody_waits_and_a_server_that_comes_back_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("registry.search.meilisearch_server.time.monotonic", lambda: now)
    port = closed_port()
    engine = at(f"http://127.0.0.1:{port}")
    with pytest.raises(EngineAway, match="does not answer"):
        engine.reader()
    with answering(200, json.dumps({"results": [{"hits": []}]}).encode(), port=port):
        with pytest.raises(EngineAway, match="does not answer"):
            engine.reader()
        now += meilisearch_server.DOWN_SECONDS
        with pytest.raises(EngineUnavailable, match="no index has been built"):
            engine.reader()


def test_a_server_that_is_silent_is_given_up_after_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meilisearch_server, "SEARCH_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        engine = at(f"http://127.0.0.1:{silent.getsockname()[1]}")
        for _ in range(20):
            with pytest.raises(EngineAway, match="too slowly"):
                engine.reader()
        # It was waited for once; the other nineteen were told at once.
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):
            silent.accept()


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>hello</html>", "no Meilisearch server"),
        (200, b"[]", "no Meilisearch server"),
        (200, b"{}", "no Meilisearch server"),
        (200, b"", "no Meilisearch server"),
        (502, b"<html>bad gateway</html>", "refuses"),
        (403, b'{"message": "The provided API key is invalid.", "code": "invalid_api_key"}', "refuses the key"),
        (429, b"", "refuses"),
    ],
)
def test_odd_answers_mean_away_and_say_what_came(status: int, body: bytes, said: str) -> None:
    with answering(status, body) as url, pytest.raises(EngineAway, match=said):
        at(url).reader()


def test_a_question_goes_straight_to_the_server_with_its_key_and_wants_no_compression(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    with answering(200, json.dumps({"results": [{"hits": []}]}).encode()) as url:
        with pytest.raises(EngineUnavailable, match="no index has been built"):
            at(url).reader()
    assert (HEADERS[-1]["Authorization"], HEADERS[-1]["Accept-Encoding"]) == (f"Bearer {SECRET}", "identity")


def test_keys_and_passwords_are_never_told() -> None:
    engine = at(f"http://user:{SECRET}@127.0.0.1:{closed_port()}/")
    with pytest.raises(EngineAway) as caught:
        engine.reader()
    server = Server("http://x", search_key=SecretStr(SECRET), admin_key=SecretStr(SECRET))
    assert SECRET not in f"{engine!r} {caught.value} {vars(engine)} {server!r} {vars(server)}"


def test_the_wrong_key_is_told(meili_url: str) -> None:
    if not machine.meilisearch_key():
        pytest.skip("Meilisearch: REGISTRY_TEST_MEILI_KEY is empty, the server wants no key")
    with pytest.raises(EngineAway, match="refuses the key"):
        at(meili_url).reader()


def test_a_key_for_searching_is_enough_to_read_and_not_to_write(
    search: MeilisearchEngine, meili_url: str, tmp_path: Path
) -> None:
    if not machine.meilisearch_key():
        pytest.skip("Meilisearch: REGISTRY_TEST_MEILI_KEY is empty, the server wants no key")
    build(search, entry(1))
    everything = SecretStr(machine.meilisearch_key())
    server = Server(meili_url, search_key=everything, admin_key=everything)
    options = {"actions": ["search"], "indexes": ["test-*"], "expiresAt": None, "name": "registry test"}
    key = server.do(lambda client: client.create_key(options))
    try:
        prefix = search._versions.pointer.removesuffix("-current")
        only = MeilisearchEngine(
            meili_url, locks=Locks(tmp_path / "other"), search_key=SecretStr(key.key), prefix=prefix
        )
        assert only.reader().ask([Ask(Term("name", "甲"), limit=1)])[0].rows[0].id == 1
        with only.writing() as writer, pytest.raises(EngineAway, match="refuses the key"):
            writer.apply(upserts=[entry(2)], deletes=(), day=DAY)
    finally:
        server.do(lambda client: client.delete_key(key.uid))


def test_a_task_that_fails_is_told_in_the_words_of_the_server(search: MeilisearchEngine) -> None:
    version = build(search)
    with pytest.raises(EngineAway, match=r"did not do task .*document identifier"):
        search._server.wait([search._server.index(version, lambda i: i.add_documents([{"id": "a b"}]))])


def test_a_server_that_stays_away_while_a_task_runs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meilisearch_server, "SILENCE_SECONDS", 0.1)
    server = at(f"http://127.0.0.1:{closed_port()}")._server
    with pytest.raises(EngineAway):
        server._outcome(1)


def test_an_index_that_somebody_removed_is_missing_and_never_made_by_a_batch(search: MeilisearchEngine) -> None:
    version = build(search, entry(1))
    search.reader()
    search._versions.drop([version])
    with pytest.raises(MissingIndex):
        search.reader()
    with search.writing() as writer, pytest.raises(MissingIndex):
        writer.apply(upserts=[entry(2)], deletes=(), day=DAY)
    assert version not in search._server.indexes()
    assert build(search, entry(3)) == search.version()


def test_an_index_of_another_shape_is_not_read_and_goes_when_a_new_one_has_been_kept_twice(
    search: MeilisearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = build(search, entry(1))
    monkeypatch.setattr(meilisearch_writer, "fingerprint", lambda: "0123abcd")
    with pytest.raises(EngineUnavailable, match="another shape"):
        search.reader()
    first = build(search, entry(1))
    assert search.reader().count == 1
    assert {old, first} <= set(search._server.indexes())
    build(search, entry(1))
    assert old not in search._server.indexes()


def test_another_process_sees_a_swap_at_once(search: MeilisearchEngine, meili_url: str) -> None:
    prefix, key = search._versions.pointer.removesuffix("-current"), SecretStr(machine.meilisearch_key())
    other = MeilisearchEngine(meili_url, locks=NOWHERE, search_key=key, prefix=prefix)
    for number in range(1, 4):
        build(search, *(entry(n) for n in range(number)))
        assert other.reader().count == number


def test_a_large_batch_goes_in_portions_with_the_day_at_the_end(
    search: MeilisearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(search, entry(1))
    portions = [b"".join(map(to_line, [entry(n), entry(n + 1)])) for n in (10, 20, 30)]
    monkeypatch.setattr(meilisearch_writer, "portions", lambda _documents: iter(portions))
    with search.writing() as writer:
        writer.apply(upserts=[], deletes=["e1"], day=date(2026, 5, 7))
        assert sorted(key for key, _ in writer.keys()) == ["e10", "e11", "e20", "e21", "e30", "e31"]
    assert (search.reader().count, search.reader().day) == (6, date(2026, 5, 7))


def test_keys_come_in_several_pages(search: MeilisearchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meilisearch_writer, "KEYS_AT_ONCE", 3)
    documents = [entry(n) for n in range(10)]
    build(search, *documents)
    with search.writing() as writer:
        assert dict(writer.keys()) == {d.key: d.digest for d in documents}
