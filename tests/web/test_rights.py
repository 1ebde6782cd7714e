"""Every address of pages and API, tried by everybody: who is let in is written down here, and only they are.

Let in means: the answer is about the matter (a page, a redirect, a fault of the form, nothing of this number), not
about who asks. Bodies are complete enough for rights to be asked and too little for anything to be done.
"""

from collections.abc import Iterator

import pytest

from tests.support.roles import ROLES
from tests.web.rights import ALL, LET_IN
from tests.web.world import ROUTES, World, a_world

SAMPLE = {"public", "owner", "auditor"}
"""Where everybody is let in it is enough to try these: signing in takes nothing away from anybody."""
LEAVES = {"sign_out", "session_end", "firm_member_end"}
"""Tried last: they end the session, or a membership."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory) as made:
        yield made


def test_every_address_has_a_line_in_the_table() -> None:
    assert LET_IN.keys() == ROUTES.keys()


@pytest.mark.parametrize("role", ROLES)
def test_everybody_is_let_in_where_the_table_says_and_nowhere_else(world: World, role: str) -> None:
    world.restore()
    names = sorted(ROUTES, key=lambda name: name in LEAVES)
    wrong = []
    for name in names:
        allowed = role in LET_IN[name]
        if (name in LEAVES and allowed) or (LET_IN[name] == ALL and role not in SAMPLE):
            continue
        if world.lets_in(role, name) is not allowed:
            wrong.append(f"{name}: {'refused' if allowed else 'let in'}")
    assert wrong == []


def test_an_auditor_who_tries_every_address_changes_nothing(world: World) -> None:
    world.restore()
    before = world.content()
    for name, route in ROUTES.items():
        own = {"second_factor_act", "password_change", "session_end", "sign_out"}
        if route.methods != {"GET"} and name not in own:
            world.answer("auditor", name)
    assert world.content() == before
