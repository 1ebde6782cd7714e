"""Webhooks against a receiver that listens: in order, signed, again until it arrives, and never where they must not."""

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import typer
from sqlalchemy.engine import Engine
from sqlmodel import select
from typer.testing import CliRunner, Result

from registry import clock
from registry.cli import webhooks
from registry.db import reading, transaction
from registry.errors import InvalidInput, InvalidTransition, NotFound
from registry.models import AuditEvent, Webhook
from registry.services.feed.reading import events_after
from registry.services.feed.telling import tell
from registry.services.webhooks.addresses import networks_of, parse_url, reachable
from registry.services.webhooks.delivering import EVENTS_MAX, TRIES, deliver_next
from registry.services.webhooks.keeping import add_webhook, list_webhooks, resume_webhook, stop_webhook
from registry.settings import Settings
from tests.factories import a_batch, a_listing, an_enterprise

HERE = networks_of("127.0.0.0/8")


class Receiver:
    """Listens on this machine, remembers what came, answers with the statuses it was given and then with 204."""

    def __init__(self) -> None:
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.came.append((dict(self.headers.items()), body))
                self.send_response(outer.answers.pop(0) if outer.answers else 204)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?for=example"

    def numbers(self) -> list[int]:
        return [event["seq"] for _, body in self.came for event in json.loads(body)["items"]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def firms(engine: Engine, count: int) -> None:
    """Enterprises with one title each, told in the feed: two events a firm."""
    with transaction(engine) as session:
        batch = a_batch()
        rows = [an_enterprise() for _ in range(count)]
        session.add_all([batch, *rows])
        session.flush()
        session.add_all([a_listing(row, batch) for row in rows])
        session.flush()
        tell(session, enterprises=[row.id for row in rows])


def hook(engine: Engine, url: str, **wishes: object) -> tuple[int, str]:
    with transaction(engine) as session:
        return add_webhook(session, url=url, holder="示例接收方", by="t", allowed=HERE, **wishes)  # type: ignore[arg-type]


def later(engine: Engine, number: int) -> None:
    """The pause is over."""
    with transaction(engine) as session:
        row = session.get_one(Webhook, number)
        row.due_at = clock.now() - timedelta(seconds=1)


def test_events_arrive_in_order_signed_and_once(engine: Engine, receiver: Receiver) -> None:
    number, secret = hook(engine, receiver.url)
    assert deliver_next(engine, allowed=HERE) is False
    firms(engine, EVENTS_MAX)
    while deliver_next(engine, allowed=HERE):
        pass
    with reading(engine) as session:
        told = events_after(session, limit=1000)
    assert len(told.items) > EVENTS_MAX
    assert receiver.numbers() == [event.seq for event in told.items]
    for headers, body in receiver.came:
        moment, signed = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", headers["X-Registry-Signature"]).groups()  # type: ignore[union-attr]
        assert hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest() == signed
        assert json.loads(body)["webhook"] == number
    assert json.loads(receiver.came[0][1])["items"][0] == told.items[0].model_dump(mode="json")


def test_only_what_was_asked_for_is_sent_and_the_rest_is_passed_over(engine: Engine, receiver: Receiver) -> None:
    hook(engine, receiver.url, types=["withdrawn"])
    firms(engine, 2)
    while deliver_next(engine, allowed=HERE):
        pass
    assert receiver.came == []
    with reading(engine) as session:
        assert list_webhooks(session)[0].waiting == 0


def test_what_did_not_arrive_is_sent_again_the_same(engine: Engine, receiver: Receiver) -> None:
    firms(engine, 1)
    number, _ = hook(engine, receiver.url, after=0)
    receiver.answers = [500, 302]
    assert deliver_next(engine, allowed=HERE)
    assert deliver_next(engine, allowed=HERE) is False, "it waits before it tries again"
    later(engine, number)
    assert deliver_next(engine, allowed=HERE)
    later(engine, number)
    assert deliver_next(engine, allowed=HERE)
    assert len(receiver.came) == 3
    assert len({(headers["X-Registry-Delivery"], body) for headers, body in receiver.came}) == 1
    with reading(engine) as session:
        shown = list_webhooks(session)[0]
    assert (shown.failures, shown.waiting, shown.last_said) == (0, 0, "HTTP 204")


def test_who_wants_no_more_or_never_answers_is_given_up_and_told(engine: Engine, receiver: Receiver) -> None:
    firms(engine, 1)
    gone, _ = hook(engine, receiver.url, after=0)
    receiver.answers = [410]
    assert deliver_next(engine, allowed=HERE)
    silent, _ = hook(engine, "http://127.0.0.1:1/", after=0)
    for _ in range(TRIES):
        assert deliver_next(engine, allowed=HERE)
        with transaction(engine) as session:
            row = session.get_one(Webhook, silent)
            row.due_at = row.due_at and clock.now() - timedelta(seconds=1)
    assert deliver_next(engine, allowed=HERE) is False
    with reading(engine) as session:
        assert {row.id: row.due_at for row in list_webhooks(session)} == {gone: None, silent: None}
        given_up = session.exec(select(AuditEvent).where(AuditEvent.action == "webhook.given_up")).all()
    assert {event.subject_key for event in given_up} == {str(gone), str(silent)}
    with transaction(engine) as session:
        resume_webhook(session, number=gone, by="t")
    assert deliver_next(engine, allowed=HERE)
    assert len(receiver.came) == 2


def test_nothing_is_sent_into_the_own_network(engine: Engine, receiver: Receiver) -> None:
    firms(engine, 1)
    hook(engine, receiver.url, after=0)
    assert deliver_next(engine)
    assert receiver.came == []
    with reading(engine) as session:
        assert "not a public https address" in list_webhooks(session)[0].last_said


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://localhost/", "https://[::1]/"]
)
def test_other_ways_of_writing_this_machine_do_not_help(url: str) -> None:
    with pytest.raises(OSError):  # noqa: PT011  # refused, or not a name at all: as this machine reads it
        reachable(parse_url(url), ())


def test_a_webhook_stopped_on_the_way_keeps_its_place(engine: Engine, receiver: Receiver) -> None:
    firms(engine, 1)
    number, _ = hook(engine, receiver.url, after=0)
    with transaction(engine) as session:
        stop_webhook(session, number=number, by="t")
    assert deliver_next(engine, allowed=HERE) is False
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        stop_webhook(session, number=number, by="t")


@pytest.mark.parametrize(
    "wrong",
    [{"holder": " "}, {"url": "http://example.com/"}, {"types": ["granted", "x"]}, {"after": 5}, {"after": -1}],
)
def test_a_webhook_that_cannot_work_is_not_made(engine: Engine, wrong: dict[str, object]) -> None:
    given = {"url": "https://example.com/", "holder": "示例", "by": "t"} | wrong
    with pytest.raises(InvalidInput), transaction(engine) as session:
        add_webhook(session, **given)  # type: ignore[arg-type]
    with pytest.raises(NotFound), transaction(engine) as session:
        add_webhook(session, url="https://example.com/", holder="示例", by="t", directory="no_such")
    with reading(engine) as session:
        assert list_webhooks(session) == []


def test_the_commands(
    sqlite_engine: Engine, sqlite_settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    monkeypatch.setenv("REGISTRY_WEBHOOK_NETWORKS", "127.0.0.0/8")
    firms(sqlite_engine, 1)
    added = _run("add", receiver.url, "--holder", "示例接收方", "--type", "granted", "--after", "0").stdout
    secret = re.search(r"whsec_\S+", added)
    assert secret is not None
    listed = _run("list").stdout
    assert "待推 2" in listed
    assert secret[0] not in listed + _run("list", "--json").stdout
    assert "已送达：HTTP 204" in _run("test", "1").stdout
    receiver.answers = [500]
    assert _run("test", "1").exit_code == 1
    assert "已停止推送" in _run("stop", "1").stdout
    assert "已停止" in _run("list").stdout
    assert "待推 2" in _run("resume", "1").stdout


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    webhooks.mount(app)
    done = CliRunner().invoke(app, ["webhook", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done
