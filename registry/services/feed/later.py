"""An act on very many is told by the worker seconds later: the act itself must not take twice as long for it."""

import secrets
from collections.abc import Iterable

from sqlmodel import Session

from registry.services.feed.telling import tell
from registry.services.jobs import queue_job

AT_ONCE = 2_000
"""An act on more enterprises and products than this is told by a job."""
TELL_JOB = "feed_tell"


def tell_in_time(session: Session, *, enterprises: Iterable[int] = (), products: Iterable[int] = ()) -> None:
    """Tell what an act changed: in its own transaction, or queue that with it. The feed is the same either way."""
    firms, versions = sorted(set(enterprises)), sorted(set(products))
    if len(firms) + len(versions) <= AT_ONCE:
        tell(session, enterprises=firms, products=versions)
        return
    payload = {"enterprises": firms, "products": versions}
    queue_job(session, kind=TELL_JOB, key=secrets.token_hex(8), payload=payload, actor="system")
