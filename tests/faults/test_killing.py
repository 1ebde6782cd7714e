"""Whoever is killed in the middle of whatever: what was acknowledged is there, nothing is half there, all agree."""

from collections.abc import Iterator

import pytest

from registry.db import make_engine
from registry.services.migrating import migrate
from registry.settings import Settings
from tests.faults.breaking import Breaking, break_it
from tests.faults.judging import Verdict
from tests.faults.postgres import MortalServer, mortal_server
from tests.support.postgres import Missing

SEED = 20_261_124
ROUNDS = 3


@pytest.fixture
def mortal() -> Iterator[MortalServer]:
    """A PostgreSQL server to be killed."""
    try:
        with mortal_server() as server:
            yield server
    except Missing as missing:
        pytest.skip(str(missing))


def _holds(found: Verdict) -> None:
    assert found.lost == []
    assert found.half == []


def test_killing_web_and_worker_loses_nothing_on_sqlite(sqlite_settings: Settings) -> None:
    _holds(break_it(sqlite_settings, Breaking(ROUNDS, SEED)))


@pytest.mark.postgres
def test_killing_two_webs_two_workers_and_the_database_loses_nothing_on_postgresql(
    settings: Settings, mortal: MortalServer
) -> None:
    settings.data_dir.mkdir(parents=True)
    on_server = settings.model_copy(update={"database_url": mortal.url})
    engine = make_engine(on_server)
    migrate(engine)
    engine.dispose()
    _holds(
        break_it(
            on_server,
            Breaking(ROUNDS, SEED, webs=2, workers=2, kill_database=mortal.kill, start_database=mortal.start),
        )
    )
