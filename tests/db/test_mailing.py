"""Mail: written with the act, sent once it is committed, tried again, given up at last."""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry import clock
from registry.db import reading, transaction
from registry.errors import Text
from registry.models import Mail
from registry.services.mailing import TRIES, carrier_of, queue_mail, send_next
from registry.settings import Settings

SENDER = "registry@example.org"


def queue(engine: Engine, *, fail: bool = False) -> None:
    with transaction(engine) as session:
        queue_mail(session, recipient="li@example.org", subject=Text("主题", "Subject"), body=Text("正文", "Body"))
        if fail:
            raise RuntimeError("stopped")


def test_a_letter_lives_and_dies_with_the_act(engine: Engine) -> None:
    with pytest.raises(RuntimeError):
        queue(engine, fail=True)
    sent: list[EmailMessage] = []
    assert not send_next(engine, sent.append, sender=SENDER)
    queue(engine)
    assert send_next(engine, sent.append, sender=SENDER)
    assert not send_next(engine, sent.append, sender=SENDER)
    assert (sent[0]["To"], sent[0]["From"], sent[0]["Subject"]) == ("li@example.org", SENDER, "主题 / Subject")
    assert "正文" in sent[0].get_content()
    with reading(engine) as session:
        assert session.exec(select(Mail)).all() == []


def test_a_letter_that_could_not_be_sent_is_tried_again_later_and_given_up_at_last(engine: Engine) -> None:
    def fails(_: EmailMessage) -> None:
        raise smtplib.SMTPServerDisconnected("away")

    queue(engine)
    moment, tries = clock.now(), 0
    while moment < clock.now() + timedelta(days=2):
        with time_machine.travel(moment, tick=False):
            tries += send_next(engine, fails, sender=SENDER)
        moment += timedelta(minutes=5)
    assert tries == TRIES
    with reading(engine) as session:
        letter = session.exec(select(Mail)).one()
        assert (letter.due_at, letter.body, letter.error) == (None, "", "away")


def test_whoever_died_while_sending_is_followed_by_another(engine: Engine) -> None:
    def dies(_: EmailMessage) -> None:
        raise KeyboardInterrupt

    queue(engine)
    with pytest.raises(KeyboardInterrupt):
        send_next(engine, dies, sender=SENDER)
    sent: list[EmailMessage] = []
    assert not send_next(engine, sent.append, sender=SENDER)
    with time_machine.travel(clock.now() + timedelta(minutes=3)):
        assert send_next(engine, sent.append, sender=SENDER)
    assert len(sent) == 1


def test_a_demo_puts_its_mail_in_a_folder_and_nobody_else_does(tmp_path: Path) -> None:
    demo = Settings(data_dir=tmp_path, demo=True)
    carry = carrier_of(demo)
    assert carry is not None
    message = EmailMessage()
    message["Subject"] = "示例"
    carry(message)
    assert [path.suffix for path in demo.mail_dir.iterdir()] == [".eml"]
    assert carrier_of(Settings(data_dir=tmp_path)) is None


def test_mail_goes_out_by_smtp() -> None:
    with smtp_server() as (port, received):
        settings = Settings(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none")
        carry = carrier_of(settings)
        assert carry is not None
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = SENDER, "li@example.org", "Test"
        message.set_content("Body")
        carry(message)
    assert "Subject: Test" in "".join(received)


def test_without_encryption_on_offer_nothing_is_sent() -> None:
    with smtp_server() as (port, received):
        carry = carrier_of(Settings(smtp_host="127.0.0.1", smtp_port=port))
        assert carry is not None
        with pytest.raises(OSError, match="STARTTLS"):
            carry(EmailMessage())
    assert received == []


@contextmanager
def smtp_server() -> Iterator[tuple[int, list[str]]]:
    """A server that takes one letter after the other, without encryption."""
    received: list[str] = []

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            body = False
            for raw in self.rfile:
                line = raw.decode()
                if body:
                    body = line != ".\r\n"
                    received.append(line)
                    if not body:
                        self.wfile.write(b"250 taken\r\n")
                elif line.upper().startswith("DATA"):
                    body = True
                    self.wfile.write(b"354 go on\r\n")
                elif line.upper().startswith("QUIT"):
                    self.wfile.write(b"221 bye\r\n")
                    return
                else:
                    self.wfile.write(b"250 fine\r\n")

    with socketserver.TCPServer(("127.0.0.1", 0), Talk) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1], received
        finally:
            server.shutdown()
            thread.join()
