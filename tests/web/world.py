"""The whole application on a small demo with somebody of every kind: every address can be knocked at as anybody."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.engine import Engine

from api.routes import ROUTERS as API_ROUTERS
from registry.db import reading
from registry.models import every_table
from registry.settings import Settings
from tests.support.demos import TINY, a_demo
from tests.support.direct import knock
from tests.support.roles import LOCAL, client_of, prepare
from tests.web.rights import BESIDE_FILE, BODIES, FILE, FORMS, OTHER_WORDS, WORDS
from web.routes import ROUTERS as WEB_ROUTERS

VISITS = {"login_session", "attempt", "access_record", "presence"}
"""Tables that say who was there, not what was done."""
ROUTES = {
    route.name: route
    for router in (*WEB_ROUTERS, *API_ROUTERS)
    for route in router.routes
    if isinstance(route, APIRoute)
}


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
        self.key = ""
        """Of the interface; made by whoever needs one."""

    def answer(self, role: str, name: str) -> tuple[int, str]:
        """Status and where it leads, for one kind of person at one address."""
        method, path, content = self.question(name)
        return knock(self.client, method, path, cookie=self.cookie(role), **content)

    def cookie(self, role: str) -> str:
        """What the browser of this person sends; nothing for the public."""
        return f"{LOCAL}={self.tokens[role]}" if role in self.tokens else ""

    def question(self, name: str, /, **other: object) -> tuple[str, str, dict[str, Any]]:
        """Method, address and content of the least request that is understood there; ``other`` words in the address."""
        route = ROUTES[name]
        words = self.words | {word: self.words[to] for word, to in OTHER_WORDS.get(name, {}).items()}
        path = re.sub(r"\{(\w+)(:path)?\}", lambda found: str((words | other)[found.group(1)]), route.path)
        (method,) = route.methods or {"GET"}
        body = filled(BODIES.get(name), words)
        files = {"file": ("示例.csv", FILE.encode(), "text/csv")} if body == "file" else None
        given = BESIDE_FILE.get(name) if files else body
        if path.startswith("/api/") and not files and name not in FORMS:
            return method, path, {"json": given}
        return method, path, {"data": given, "files": files}

    def ask(self, role: str, name: str, **changes: Any) -> Response:
        """The whole answer; ``changes`` to the content of the request, ``headers`` besides those of the browser."""
        method, path, content = self.question(name)
        return self.open(role, method, changes.pop("path", path), **content | changes)

    def open(self, role: str, method: str, path: str, **content: Any) -> Response:
        """The whole answer at any address."""
        headers = {"cookie": self.cookie(role)} | content.pop("headers", {})
        self.client.cookies.clear()
        answered: Response = self.client.request(method, path, headers=headers, **content)
        return answered

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


@contextmanager
def a_world(factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of one's own."""
    folder: Path = factory.mktemp("world")
    settings = Settings(data_dir=a_demo(factory, TINY))
    tokens, matters = prepare(settings)
    with client_of(settings.data_dir, folder / "copy", None) as (client, engine):
        made = World(client, engine, (settings.data_dir, folder / "copy"), tokens)
        made.words |= matters
        yield made
