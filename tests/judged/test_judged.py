"""The judged queries, class by class, on the embedded engine and on a Meilisearch server if one is given."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import time_machine

from registry.db import make_engine
from registry.search.engine import SearchEngine
from registry.settings import Settings
from tests.judged.gaps import NOT_YET
from tests.judged.loading import load_classes
from tests.judged.running import TODAY, Judged, judged
from tests.support.engines import embedded_engine, meilisearch_engine


@pytest.fixture(scope="module", params=["embedded", "meilisearch"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path
) -> Iterator[Judged]:
    """The invented world in a database and an index, for all classes."""
    folder = tmp_path_factory.mktemp("judged")
    shutil.copy(migrated_sqlite, folder / "registry.sqlite3")
    with ExitStack() as stack:
        search: SearchEngine = embedded_engine(folder)
        if request.param == "meilisearch":
            search = stack.enter_context(meilisearch_engine(request.getfixturevalue("meili_url"), folder))
        database = make_engine(Settings(data_dir=folder))
        stack.callback(database.dispose)
        yield stack.enter_context(judged(database, search))


@pytest.mark.parametrize("name", list(load_classes()))
def test_every_query_of_a_class_is_answered_as_judged(world: Judged, name: str) -> None:
    with time_machine.travel(TODAY, tick=True):
        misses = world.misses(load_classes()[name])
    if name in NOT_YET:
        assert misses, f"{name} passes now: take it out of tests/judged/gaps.py"
    else:
        assert misses == []


def test_the_list_of_gaps_names_classes_there_are() -> None:
    assert set(NOT_YET) <= set(load_classes())
    assert all(reason.strip() for reason in NOT_YET.values())
