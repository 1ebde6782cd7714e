"""Every public function of the services, called by everybody: who is let in is written down, and only they are.

A new function fails here until it stands in the table (``service_rights``) or says why it asks nobody
(``service_reads``); what touches no stored data needs no line. What it needs to act on is known to
``tests.support.services``.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import Engine

import registry.services
from registry.db import make_engine
from registry.settings import Settings
from tests.support.demos import TINY, a_demo
from tests.support.roles import ROLES, prepare
from tests.support.services import Case, services
from tests.web.service_reads import WITHOUT_ACTOR
from tests.web.service_rights import MAY_ACT, NOTHING_FOR_STRANGERS, OF_ONESELF, STEPS, WRITES_AS_AUDITOR

STORED = {"session", "engine", "database"}
"""Names under which functions are given the database."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    settings = Settings(data_dir=a_demo(tmp_path_factory, TINY))
    matters = prepare(settings)[1]
    engine: Engine = make_engine(settings)
    yield Case(engine, settings, matters)
    engine.dispose()


def without_actor() -> set[str]:
    """Public functions that are given the database and take no actor."""
    found = set()
    for module in pkgutil.walk_packages(registry.services.__path__, "registry.services."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            own = function.__module__ == module.name and not name.startswith("_")
            if own and not STORED.isdisjoint(inspect.signature(function).parameters):
                found.add(f"{module.name.removeprefix('registry.services.')}.{name}")
    return found - services().keys()


def test_every_function_that_takes_an_actor_has_a_line_in_the_table() -> None:
    assert services().keys() == MAY_ACT.keys() | STEPS | OF_ONESELF
    assert len(MAY_ACT) + len(STEPS) + len(OF_ONESELF) == len(services())


def test_every_other_function_that_touches_stored_data_says_why_it_asks_nobody() -> None:
    assert without_actor() == WITHOUT_ACTOR.keys()


@pytest.mark.parametrize("role", ROLES)
def test_everybody_is_let_in_where_the_table_says_and_nowhere_else(case: Case, role: str) -> None:
    wrong = []
    for name, allowed in MAY_ACT.items():
        answer = case.call(name, services()[name], role)
        if (answer.refused_for_rights) is (role in allowed):
            wrong.append(f"{name}: {answer.code or 'let in'}")
        if role == "public" and name in NOTHING_FOR_STRANGERS and answer.value:
            wrong.append(f"{name}: tells the public")
        if role == "auditor" and answer.written and name not in WRITES_AS_AUDITOR:
            wrong.append(f"{name}: an auditor writes {answer.written[0]}")
    assert wrong == []
