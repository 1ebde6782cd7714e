"""What belongs to one firm or one city, asked for and acted on by another, at every address there is."""

from contextlib import closing
from typing import Any

import pytest

from registry.db import make_engine, transaction
from registry.settings import Settings
from tests.security.people import MARK, STRANGERS, mark
from tests.web.rights import LET_IN
from tests.web.world import ROUTES, World

OF_NOBODY_ELSE = ("public", "person", "other_owner", *STRANGERS)
"""Neither of the firm nor of its city. The park is the firm's own choice."""
WITH_RECEIPT = {"correction_receipt", "objection_receipt"}
"""Whoever holds the receipt reads what it was given for; receipts have eighty random bits."""
NOT_THEIRS = (
    *("claim", "contact", "correction", "cultivation_case", "evidence", "group_link", "membership", "objection"),
    *("park_firm", "role_grant", "submission", "submission_field", "submission_revision", "claim_code"),
    *("case_event", "review_step", "batch", "listing", "enterprise"),
)
"""Tables whose rows a stranger must leave as they are; adding rows of one's own (a claim) is allowed."""
READS = sorted(name for name, route in ROUTES.items() if route.methods == {"GET"})
ACTS = sorted(name for name, route in ROUTES.items() if route.methods != {"GET"} and name != "sign_out")


@pytest.fixture
def marked(world: World) -> World:
    """The mark stands on what must not leave the firm and its city."""
    engine = make_engine(Settings(data_dir=world.live.parent))
    with transaction(engine) as session:
        mark(session, world.words)
    engine.dispose()
    return world


def test_the_mark_is_seen_by_those_it_is_for(marked: World) -> None:
    seen = {
        (role, name)
        for role, names in {
            "owner": "submission firm_home submission_evidence claim".split(),
            "city_reviewer": "work_claim work_correction pool_case group_links work_submission".split(),
            "administrator": "objection_list".split(),
        }.items()
        for name in names
        if MARK in _text(marked, role, name)
    }
    assert {name for _, name in seen} >= {"submission_evidence", "work_claim", "work_correction", "pool_case"}


@pytest.mark.parametrize("role", ["person", "other_owner", "other_city_reviewer", "other_city_administrator"])
def test_nothing_of_a_firm_or_its_city_is_read_elsewhere(marked: World, role: str) -> None:
    assert [name for name in READS if name not in WITH_RECEIPT and MARK in _text(marked, role, name)] == []


def test_nothing_of_a_firm_or_its_city_is_changed_from_elsewhere(marked: World) -> None:
    before = _rows(marked)
    for role in OF_NOBODY_ELSE:
        for name in ACTS:
            own_place = name in {"session_end", "password_change", "second_factor_act"}
            if not own_place:
                assert marked.answer(role, name)[0] < 500, (role, name)
    after = _rows(marked)
    changed = {table: rows - after[table] for table, rows in before.items() if rows - after[table]}
    assert changed == {}


@pytest.mark.parametrize("role", ["other_owner", *STRANGERS])
def test_what_only_the_firm_or_its_city_opens_is_open_to_no_other_firm_or_city(world: World, role: str) -> None:
    own = [
        name
        for name in ROUTES
        if "{" in ROUTES[name].path
        and {"owner", "city_reviewer"} & LET_IN[name]
        and "county_reviewer" not in LET_IN[name]
    ]
    assert len(own) > 30
    opened = []
    for name in own:
        status, leads_to = world.answer(role, name)
        if status not in (401, 403, 404) and not leads_to.startswith("/login?next="):
            opened.append(f"{name}: {status}")
    assert opened == []


def _text(world: World, role: str, name: str) -> str:
    """The answer with its address and header, whatever the file is."""
    with closing(world.ask(role, name)) as answer:
        return answer.content.decode("utf-8", errors="replace") + str(dict(answer.headers))


def _rows(world: World) -> dict[str, set[Any]]:
    content = world.content()
    return {table: set(content[table]) for table in NOT_THEIRS}
