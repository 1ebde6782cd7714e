"""One world a test process to break into; every test finds it as it was made."""

from collections.abc import Iterator

import pytest

from registry.db import make_engine, transaction
from registry.settings import Settings
from tests.security.people import add_key, add_strangers
from tests.web.world import World, a_world


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Made once; ask for ``world``."""
    with a_world(tmp_path_factory) as made:
        engine = make_engine(Settings(data_dir=made.kept.parent))
        with transaction(engine) as session:
            made.tokens |= add_strangers(session)
            made.key = add_key(session)
        engine.dispose()
        yield made


@pytest.fixture
def world(made_world: World) -> World:
    """Somebody of every kind, something of every kind, nothing done yet."""
    made_world.restore()
    return made_world
