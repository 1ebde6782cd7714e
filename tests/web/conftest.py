"""A client of the whole application on a migrated database of its own."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from asgi import create_app
from registry.settings import Settings


@pytest.fixture
def client(sqlite_settings: Settings) -> Iterator[TestClient]:
    """Speaks https, as browsers do; follows no redirect and lets a fault come back as its page."""
    app = create_app(sqlite_settings.model_copy(update={"embedded_worker": False}))
    with TestClient(
        app, base_url="https://registry.example", follow_redirects=False, raise_server_exceptions=False
    ) as client:
        yield client
