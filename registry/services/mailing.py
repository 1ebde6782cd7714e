"""Mail: written in the act's own transaction, sent afterwards by the worker. Sent at least once, lost never."""

import smtplib
import ssl
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

import structlog
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry import clock
from registry.db import make_folder, transaction
from registry.errors import Text
from registry.models import Mail
from registry.settings import Settings

LEASE = timedelta(minutes=2)
"""A letter somebody has taken is left alone so long."""
TRIES = 8
FIRST_PAUSE = timedelta(minutes=1)
"""Doubled after every failure: given up after about four hours."""
SMTP_SECONDS = 20

log = structlog.get_logger()

Carrier = Callable[[EmailMessage], None]
"""Takes one letter away. Raises OSError (of which SMTP's own errors are) if it could not."""


def queue_mail(session: Session, *, recipient: str, subject: Text, body: Text) -> None:
    """Write a letter in both languages; it leaves after the caller's transaction was committed."""
    session.add(
        Mail(
            recipient=recipient,
            subject=f"{subject.zh} / {subject.en}"[:200],
            body=f"{body.zh}\n\n--\n\n{body.en}\n",
            due_at=clock.now(),
        )
    )
    session.flush()


def send_next(engine: Engine, carrier: Carrier, *, sender: str) -> bool:
    """Send the letter that has waited longest; False if none is due. A failure puts it off, at last gives it up."""
    with transaction(engine) as session:
        due = select(Mail).where(col(Mail.due_at) <= clock.now()).order_by(col(Mail.due_at), col(Mail.id)).limit(1)
        letter = session.exec(due.with_for_update(skip_locked=True)).first()
        if letter is None:
            return False
        letter.attempts += 1
        letter.due_at = clock.now() + LEASE
        number, tries, message = letter.id, letter.attempts, _message(letter, sender)
    try:
        carrier(message)
    except OSError as error:
        log.warning("mail_not_sent", mail=number, tries=tries, error=str(error))
        _put_off(engine, number, tries, str(error))
        return True
    with transaction(engine) as session:
        sent = session.get(Mail, number)
        if sent is not None:
            session.delete(sent)
    return True


def carrier_of(settings: Settings) -> Carrier | None:
    """What takes mail away here: the SMTP server, in a demo without one a folder; None where mail is not set up."""
    if settings.smtp_host:
        return lambda message: _by_smtp(settings, message)
    if settings.demo:
        return lambda message: _into_folder(settings.mail_dir, message)
    return None


def sender_of(settings: Settings) -> str:
    """Whom mail comes from."""
    return settings.mail_from or "registry@localhost"


def _message(letter: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.recipient, letter.subject
    message["Date"], message["Message-ID"] = format_datetime(letter.queued_at), make_msgid(f"mail{letter.id}")
    message.set_content(letter.body, cte="base64")
    return message


def _by_smtp(settings: Settings, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host, settings.smtp_port, timeout=SMTP_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SMTP_SECONDS)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message)


def _into_folder(folder: Path, message: EmailMessage) -> None:
    make_folder(folder)
    stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
    target = folder / f"{stamp}.eml"
    aside = target.with_suffix(".part")
    aside.write_bytes(bytes(message))
    aside.replace(target)


def _put_off(engine: Engine, number: int, tries: int, error: str) -> None:
    with transaction(engine) as session:
        letter = session.get(Mail, number)
        if letter is None:
            return
        letter.error = error[:200]
        if tries >= TRIES:
            # What it says (a link) is of no use any more and need not lie around.
            letter.due_at, letter.body = None, ""
        else:
            letter.due_at = clock.now() + FIRST_PAUSE * 2 ** (tries - 1)
