"""Forms and bodies with every field any table has besides their own: nothing of it is stored, nobody gets a right."""

from typing import Any

import pytest
from sqlalchemy import Integer

from registry.models import every_table
from tests.security.people import shared_out
from tests.web.rights import BODIES, FORMS, LET_IN
from tests.web.world import ROUTES, World

PLANTED, PLANTED_NUMBER = "planted-by-a-stranger", 424_242_421
POWERFUL: dict[str, str] = {
    **{"role": "administrator", "roles": "administrator", "region_code": "440000", "region": "440000"},
    **{"is_admin": "true", "is_official": "true", "admin": "1", "grants": "administrator", "grant": "administrator"},
    **{"state": "approved", "status": "approved", "verdict": "pass", "decision": "approved", "frozen": "false"},
    **{"account_id": "1", "granted_by": "x", "decided_by": "x", "approved_by": "x", "trust": "official"},
}
"""What an attacker would add to a form of their own."""
ROLES = ("person", "owner", "park", "city_curator", "auditor")
RIGHTS = ("role_grant", "membership", "park_member", "api_key")
READ_BY_NAME = {"review_plan_set": {"reason"}}
"""Fields that a form of changing parts reads without saying so in its signature."""
ENDS = {"sign_out", "session_end", "firm_member_end", "password_change", "second_factor_act"}


def planted() -> dict[str, str]:
    """The name of every column of every table, with a text or a number that is found again."""
    columns = {column.name: column for table in every_table() for column in table.columns}
    return {
        name: str(PLANTED_NUMBER) if isinstance(column.type, Integer) else PLANTED for name, column in columns.items()
    }


def declared(name: str) -> set[str]:
    """The fields the address has itself: of its signature and of the least form it understands."""
    body = BODIES.get(name)
    fields = {one.alias for one in ROUTES[name].dependant.body_params}
    fields |= READ_BY_NAME.get(name, set())
    return fields | (set(body) if isinstance(body, dict) else set())


def with_more(world: World, name: str, more: dict[str, str]) -> dict[str, Any]:
    """The least request that is understood, and the rest."""
    _, _, content = world.question(name)
    kind = "json" if "json" in content else "data"
    return content | {kind: {field: more[field] for field in more.keys() - declared(name)} | (content[kind] or {})}


def acts(role: str) -> list[str]:
    """What somebody of this kind may do, but for what ends their session or needs their password."""
    return [
        name for name, route in ROUTES.items() if route.methods != {"GET"} and role in LET_IN[name] and name not in ENDS
    ]


@pytest.mark.parametrize("role", ROLES)
def test_fields_a_form_does_not_have_give_nobody_a_right(world: World, role: str) -> None:
    before = world.content()
    statuses = [world.ask(role, name, **with_more(world, name, POWERFUL)).status_code for name in acts(role)]
    assert max(statuses, default=0) < 500
    after = world.content()
    gained = {table: set(after[table]) - set(before[table]) for table in RIGHTS}
    assert {table: rows for table, rows in gained.items() if rows} == {}


ACTS = shared_out(
    [name for name, route in ROUTES.items() if route.methods != {"GET"} and name not in ENDS],
    ("administrator", *ROLES, "public"),
)


def test_every_act_is_tried_by_somebody() -> None:
    tried = sorted(name for names in ACTS.values() for name in names)
    assert tried == sorted({name for role in ("administrator", *ROLES, "public") for name in acts(role)})


def test_nothing_planted_beside_the_fields_of_a_form_is_stored(world: World) -> None:
    for role, names in ACTS.items():
        for name in names:
            assert world.ask(role, name, **with_more(world, name, planted())).status_code < 500, name
    stored = {
        (table, row)
        for table, rows in world.content().items()
        for row in rows
        if any(PLANTED in str(cell) or str(PLANTED_NUMBER) in str(cell) for cell in row)
    }
    assert stored == set()


def test_a_program_that_sends_an_unknown_field_is_told(world: World) -> None:
    silent = []
    for name in acts("administrator"):
        _, path, content = world.question(name)
        if path.startswith("/api/") and name not in FORMS and isinstance(content.get("json"), dict):
            answer = world.ask("administrator", name, json=content["json"] | {"planted": PLANTED})
            if answer.status_code != 422:
                silent.append(f"{name}: {answer.status_code}")
    assert silent == []
