"""Every address of pages and API, tried by everybody: who is let in is written down here, and only they are.

Let in means: the answer is about the matter (a page, a redirect, a fault of the form, nothing of this number), not
about who asks. Bodies are complete enough for rights to be asked and too little for anything to be done.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.engine import Engine

from api.routes import ROUTERS as API_ROUTERS
from registry.db import reading
from registry.models import every_table
from registry.settings import Settings
from tests.support.demos import TINY, a_demo
from tests.support.direct import knock
from tests.support.roles import LOCAL, ROLES, client_of, prepare
from tests.web.rights import ALL, BESIDE_FILE, BODIES, FILE, FORMS, LET_IN, OTHER_WORDS, WORDS
from web.routes import ROUTERS as WEB_ROUTERS

VISITS = {"login_session", "attempt", "access_record", "presence"}
"""Tables that say who was there, not what was done."""
ROUTES = {
    route.name: route
    for router in (*WEB_ROUTERS, *API_ROUTERS)
    for route in router.routes
    if isinstance(route, APIRoute)
}
SAMPLE = {"public", "owner", "auditor"}
"""Where everybody is let in it is enough to try these: signing in takes nothing away from anybody."""
LEAVES = {"sign_out", "session_end", "firm_member_end"}
"""Tried last: they end the session, or a membership."""


def filled(body: Any, words: Mapping[str, object]) -> Any:
    """A form whose values may name a matter."""
    if not isinstance(body, dict):
        return body
    return {key: value.format(**words) if isinstance(value, str) else value for key, value in body.items()}


class World:
    """The whole application on a small demo, with somebody of every kind."""

    def __init__(self, client: TestClient, engine: Engine, folders: tuple[Path, Path], tokens: dict[str, str]) -> None:
        self.client, self.engine, self.tokens = client, engine, tokens
        self.kept, self.live = (folder / "registry.sqlite3" for folder in folders)
        self.words: dict[str, object] = dict(WORDS)

    def answer(self, role: str, name: str) -> tuple[int, str]:
        """Status and where it leads, for one kind of person at one address."""
        cookie = f"{LOCAL}={self.tokens[role]}" if role in self.tokens else ""
        route = ROUTES[name]
        words = self.words | {word: self.words[other] for word, other in OTHER_WORDS.get(name, {}).items()}
        path = re.sub(r"\{(\w+)(:path)?\}", lambda found: str(words[found.group(1)]), route.path)
        (method,) = route.methods or {"GET"}
        body = filled(BODIES.get(name), words)
        files = {"file": ("示例.csv", FILE.encode(), "text/csv")} if body == "file" else None
        given = BESIDE_FILE.get(name) if files else body
        if path.startswith("/api/") and not files and name not in FORMS:
            return knock(self.client, method, path, cookie=cookie, json=given)
        return knock(self.client, method, path, cookie=cookie, data=given, files=files)

    def lets_in(self, role: str, name: str) -> bool:
        """Whether somebody of this kind gets through."""
        status, leads_to = self.answer(role, name)
        assert status < 500, (role, name, status)
        return status not in (401, 403) and not leads_to.startswith("/login?next=")

    def restore(self) -> None:
        """Back to how it was before anybody did anything."""
        with closing(sqlite3.connect(self.kept)) as kept, closing(sqlite3.connect(self.live)) as live:
            kept.backup(live)

    def content(self) -> dict[str, list[tuple[object, ...]]]:
        """All rows of all tables, but for visits."""
        with reading(self.engine) as session:
            return {
                table.name: [
                    tuple(map(str, row)) for row in session.execute(select(table).order_by(*table.primary_key))
                ]
                for table in every_table()
                if table.name not in VISITS
            }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder: Path = tmp_path_factory.mktemp("rights")
    settings = Settings(data_dir=a_demo(tmp_path_factory, TINY))
    tokens, matters = prepare(settings)
    with client_of(settings.data_dir, folder / "copy", None) as (client, engine):
        made = World(client, engine, (settings.data_dir, folder / "copy"), tokens)
        made.words |= matters
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
