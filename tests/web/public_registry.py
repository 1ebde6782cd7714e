"""Fixtures of the public pages' tests: one filled registry for all of them, which they only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from registry.db import make_engine
from registry.services.migrating import migrate
from registry.settings import Settings
from tests.support import public_pages
from tests.support.apps import running


@pytest.fixture(scope="session")
def public_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data folder with the fictional registry and its index. Nothing may write to it."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("public") / "data", embedded_worker=False)
    engine = make_engine(settings)
    migrate(engine)
    public_pages.fill(engine, settings, Path(tmp_path_factory.mktemp("lists")))
    engine.dispose()
    return settings


@pytest.fixture
def public(public_settings: Settings) -> Iterator[TestClient]:
    """A visitor who reads Chinese; follows no redirect."""
    with running(public_settings, raise_faults=True) as client:
        client.headers["accept-language"] = "zh-CN"
        yield client
