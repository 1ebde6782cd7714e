"""Webhooks as the operator keeps them: added, listed, tried, stopped, taken up again. The secret is shown once."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from registry import clock
from registry.errors import InvalidInput, InvalidTransition, NotFound
from registry.feed_words import EventType
from registry.models import Webhook
from registry.schemas.base import ReadModel
from registry.services import audit
from registry.services.feed.reading import latest_number
from registry.services.listing_rows import find_directory
from registry.services.rows import by_number
from registry.services.webhooks.addresses import Network, parse_url
from registry.services.webhooks.signing import new_secret

HOLDER_MAX = 100


class WebhookShown(ReadModel):
    """A webhook without what is secret about it. ``waiting``: events behind it that it has not seen."""

    id: int
    holder: str
    url: str
    types: list[str]
    directory_code: str | None
    after: int
    waiting: int
    made_by: str
    made_at: datetime
    due_at: datetime | None
    failures: int
    last_at: datetime | None
    last_said: str


def add_webhook(
    session: Session,
    *,
    url: str,
    holder: str,
    by: str,
    types: Sequence[str] = (),
    directory: str | None = None,
    after: int | None = None,
    allowed: Sequence[Network] = (),
) -> tuple[int, str]:
    """Number and secret of a new webhook; it gets what comes after event ``after``, from now on if none is said.

    Raises InvalidInput (url, holder, types, after), NotFound (directory).
    """
    target = parse_url(url)
    if target.scheme != "https" and not allowed:
        raise InvalidInput(
            "推送地址应以 https:// 开头；http 只用于 REGISTRY_WEBHOOK_NETWORKS 允许的内部网段。",
            "The address begins with https://; http is for networks of REGISTRY_WEBHOOK_NETWORKS only.",
            field="url",
            value=url,
        )
    latest = latest_number(session)
    if after is not None and not 0 <= after <= latest:
        raise InvalidInput(
            f"起始编号应在 0 至 {latest} 之间。", f"The number to begin after is from 0 to {latest}.", field="after"
        )
    row = Webhook(
        holder=_holder(holder),
        url=url,
        secret=new_secret(),
        types=_types(types),
        directory_code=None if directory is None else find_directory(session, directory).code,
        after=latest if after is None else after,
        made_by=by,
        due_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _note(session, row, "webhook.added", by)
    return row.id, row.secret


def list_webhooks(session: Session) -> list[WebhookShown]:
    """Every webhook, newest first, stopped ones too."""
    latest = latest_number(session)
    return [_shown(row, latest) for row in session.exec(select(Webhook).order_by(col(Webhook.id).desc()))]


def stop_webhook(session: Session, *, number: int, by: str) -> WebhookShown:
    """Nothing is sent there until it is taken up again. Raises NotFound, InvalidTransition (stopped before)."""
    row = find_webhook(session, number, lock=True)
    if row.due_at is None:
        raise InvalidTransition(f"推送 {number} 已经停止。", f"Webhook {number} was stopped before.", field="number")
    row.due_at = None
    return _moved(session, row, "webhook.stopped", by)


def resume_webhook(session: Session, *, number: int, by: str) -> WebhookShown:
    """Goes on where it stopped, nothing left out. Raises NotFound, InvalidTransition (not stopped)."""
    row = find_webhook(session, number, lock=True)
    if row.due_at is not None:
        raise InvalidTransition(f"推送 {number} 没有停止。", f"Webhook {number} is not stopped.", field="number")
    row.due_at, row.failures = clock.now(), 0
    return _moved(session, row, "webhook.resumed", by)


def find_webhook(session: Session, number: int, *, lock: bool = False) -> Webhook:
    """The webhook of a number. Raises NotFound."""
    row = by_number(session, Webhook, number, lock=lock)
    if row is None:
        raise NotFound(
            f"没有编号为 {number} 的推送。", f"There is no webhook number {number}.", field="number", value=number
        )
    return row


def _moved(session: Session, row: Webhook, action: str, by: str) -> WebhookShown:
    session.flush()
    _note(session, row, action, by)
    return _shown(row, latest_number(session))


def _shown(row: Webhook, latest: int) -> WebhookShown:
    return WebhookShown(**row.model_dump(exclude={"secret"}), waiting=max(latest - row.after, 0))


def _holder(holder: str) -> str:
    named = " ".join(holder.split())
    if not named or len(named) > HOLDER_MAX or not named.isprintable():
        raise InvalidInput(
            f"请写明推送给谁，1 至 {HOLDER_MAX} 个字。",
            f"Say who receives it, in 1 to {HOLDER_MAX} characters.",
            field="holder",
            value=holder,
        )
    return named


def _types(types: Sequence[str]) -> list[str]:
    known = tuple(kind.value for kind in EventType)
    for word in types:
        if word not in known:
            raise InvalidInput(
                f"没有名为“{word[:40]}”的事件，可以是：{'、'.join(known)}。",
                f"There is no event “{word[:40]}”; one of: {', '.join(known)}.",
                field="types",
                value=word,
            )
    return sorted(set(types))


def _note(session: Session, row: Webhook, action: str, by: str) -> None:
    after = {"holder": row.holder, "url": row.url}
    audit.record(session, actor=by, action=action, subject_kind="webhook", subject_key=str(row.id), after=after)
