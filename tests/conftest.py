"""Fixtures of all tests. What a machine lacks becomes a skip whose reason names it.

``settings`` (a data folder of its own), ``sqlite_engine``, ``engine`` (SQLite and PostgreSQL, migrated, nothing else
in it), ``session`` (rolled back), ``real_data``, ``chromium``, ``meili_url``. Markers follow from the fixtures used.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.db import make_engine
from registry.services.migrating import migrate
from registry.settings import Settings
from tests.support import machine, postgres
from tests.support.accounts import cheap_hashes
from tests.support.acts import watched_commits
from tests.support.network import forbid_sockets

# Shared, slow machines: a deadline would make good tests fail now and then.
hypothesis.settings.register_profile("registry", deadline=None, print_blob=True)
hypothesis.settings.load_profile("registry")

UNIT = Path(__file__).parent / "unit"
MARKERS = {"real_data": "realdata", "chromium": "browser", "meili_url": "meilisearch", "meili_binary": "meilisearch"}
KEPT_ENVIRONMENT = "REGISTRY_TEST_"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the fixtures it uses, so that ``-m browser`` and the like need no hand-written marks."""
    for item in items:
        for fixture, marker in MARKERS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


@pytest.fixture(autouse=True)
def _no_sockets_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.path.is_relative_to(UNIT):
        forbid_sockets(monkeypatch)


@pytest.fixture(autouse=True, scope="session")
def _no_settings_from_outside() -> Iterator[None]:
    """Settings of the machine must not change what a test sees."""
    with pytest.MonkeyPatch.context() as environment:
        for name in os.environ:
            if name.startswith("REGISTRY_") and not name.startswith(KEPT_ENVIRONMENT):
                environment.delenv(name)
        yield


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Hashing as it is meant to be costs a seventh of a second for every account of every test."""
    with pytest.MonkeyPatch.context() as patch:
        cheap_hashes(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def _acts_leave_events() -> Iterator[None]:
    """Pages are kept until there is a new event: what changes one must leave one."""
    with watched_commits():
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of published files (lists, registrations), outside the repository."""
    folder = machine.published_files()
    if folder is None:
        pytest.skip(machine.NO_DATA)
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser to drive."""
    found = machine.chromium_path()
    if found is None:
        pytest.skip(machine.NO_CHROMIUM)
    return found


@pytest.fixture(scope="session")
def meili_url() -> str:
    """Address of the Meilisearch server given for tests."""
    url = machine.meilisearch_url()
    if url is None:
        pytest.skip(machine.NO_MEILISEARCH)
    return url


@pytest.fixture(scope="session")
def meili_binary() -> Path:
    """The program of a Meilisearch server, to be started and killed."""
    found = machine.meilisearch_binary()
    if found is None:
        pytest.skip(machine.NO_MEILISEARCH_BINARY)
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with an own, empty data folder and the embedded database and search."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once; copy it, never open it."""
    made = Settings(data_dir=tmp_path_factory.mktemp("template"))
    engine = make_engine(made)
    migrate(engine)
    engine.dispose()
    return made.data_dir / "registry.sqlite3"


@pytest.fixture(scope="session")
def postgres_cluster(worker_id: str) -> Iterator[postgres.Cluster]:
    """A PostgreSQL server for this test process."""
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(postgres.cluster(worker_id))
        except postgres.Missing as missing:
            pytest.skip(str(missing))
        yield cluster


@pytest.fixture
def sqlite_settings(settings: Settings, migrated_sqlite: Path) -> Settings:
    """``settings`` with a migrated database in their data folder."""
    settings.data_dir.mkdir(parents=True)
    shutil.copy(migrated_sqlite, settings.data_dir / "registry.sqlite3")
    return settings


@pytest.fixture
def postgres_settings(settings: Settings, postgres_cluster: postgres.Cluster) -> Iterator[Settings]:
    """``settings`` with a migrated PostgreSQL database."""
    with postgres_cluster.database() as url:
        yield settings.model_copy(update={"database_url": url})


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_settings(request: pytest.FixtureRequest) -> Settings:
    """``settings`` with a migrated database, once on SQLite and once on PostgreSQL."""
    chosen: Settings = request.getfixturevalue(f"{request.param}_settings")
    return chosen


@pytest.fixture
def sqlite_engine(sqlite_settings: Settings) -> Iterator[Engine]:
    """A migrated SQLite database, for tests that need only one engine. Its data folder is that of ``settings``."""
    engine = make_engine(sqlite_settings)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(database_settings: Settings) -> Iterator[Engine]:
    """A migrated database, the test's own, once on SQLite and once on PostgreSQL."""
    engine = make_engine(database_settings)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session in a transaction that is rolled back."""
    with Session(engine, expire_on_commit=False) as session:
        yield session
        session.rollback()
