"""The whole application for a test: built once a process, given the test's own database and folder each time.

Making its hundreds of routes ready takes two thirds of a second of computing, which thousands of tests would each pay.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from fastapi.testclient import TestClient

from asgi import create_app, furnish
from registry.settings import Settings

_FREE: list[FastAPI] = []
"""Applications nobody uses now. One that is running is not shared: two clients of one test are two applications."""


@contextmanager
def running(
    settings: Settings,
    *,
    base_url: str = "https://registry.example",
    raise_faults: bool = False,
    counting: bool = False,
    keeping: bool = False,
) -> Iterator[TestClient]:
    """A client that speaks https, as browsers do, follows no redirect and lets a fault come back as its answer.

    ``counting``: its questions to the interface count against the quota of its address. ``keeping``: public pages are
    kept, as in earnest; a test that writes rows by itself, without an event of the audit trail, would not see them.
    """
    if not keeping:
        settings = settings.model_copy(update={"kept_pages_mb": 0})
    if not counting:
        settings = settings.model_copy(update={"api_rate": 0})
    if _FREE:
        app = _FREE.pop()
        furnish(app, settings)
    else:
        app = create_app(settings)
    routes = list(app.router.routes)
    try:
        with TestClient(app, base_url=base_url, follow_redirects=False, raise_server_exceptions=raise_faults) as client:
            yield client
    finally:
        app.dependency_overrides.clear()
        # One that a test gave a route of its own is not used again.
        if app.router.routes == routes:
            _FREE.append(app)
