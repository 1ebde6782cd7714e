"""A client of the whole application on a migrated database of its own."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from registry.settings import Settings
from tests.support.apps import running


@pytest.fixture
def client(sqlite_settings: Settings) -> Iterator[TestClient]:
    """Speaks https, as browsers do; follows no redirect and lets a fault come back as its page."""
    with running(sqlite_settings.model_copy(update={"embedded_worker": False})) as client:
        yield client
