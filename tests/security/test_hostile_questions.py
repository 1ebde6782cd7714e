"""Statements, paths, line ends and other hosts in every parameter of every address that is read.

Whatever is sent must reach the database as a value, never as part of a statement, and nothing outside the folders
meant for it may come back.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from registry.settings import Settings
from tests.support.apps import running
from tests.web.rights import LET_IN
from tests.web.world import ROUTES, World

STATEMENT = "zzq9' OR '1'='1'; DROP TABLE enterprise; --"
LINE_END = "zzq9\r\nX-Broken-Out: yes\r\nSet-Cookie: a=b"
PATHS = ("../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "....//....//etc/passwd", "/etc/passwd", "a\x00.csv")
NUMBER = re.compile(r"\{(\w+)\}")
READS = {name: route for name, route in ROUTES.items() if route.methods == {"GET"}}
SECRET_FILES = ("registry.sqlite3", "link.key", "../registry.sqlite3", "../link.key")
"""What lies in the data folder and is nobody's to download."""
EVIL = "evil.example"


def reader_of(name: str) -> str:
    """Somebody who is let in, so that the value gets as far as it can."""
    return next(role for role in ("administrator", "owner", "park", "person", "public") if role in LET_IN[name])


def parameters(route: APIRoute) -> list[str]:
    """What stands behind the question mark."""
    return [one.alias for one in route.dependant.query_params] + [
        one.alias for below in route.dependant.dependencies for one in below.query_params
    ]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The text of all statements, without what is bound to them."""
    seen: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("hostile", [STATEMENT, LINE_END])
def test_no_parameter_becomes_part_of_a_statement_or_of_a_header(world: World, hostile: str) -> None:
    before, asked, wrong = world.content(), 0, []
    with statements(world.client.app.state.engine) as seen:  # type: ignore[attr-defined]
        for name, route in READS.items():
            _, path, _ = world.question(name)
            for parameter in parameters(route):
                answer = world.open(reader_of(name), "GET", f"{path}?{urlencode({parameter: hostile})}")
                asked += 1
                if answer.status_code >= 500 or "x-broken-out" in answer.headers or "a" in answer.cookies:
                    wrong.append(f"{name}?{parameter}: {answer.status_code}")
    assert wrong == []
    assert asked > 150
    assert [statement for statement in seen if "zzq9" in statement] == []
    after = world.content()
    # What nothing was found for is kept for a curator: as text, without who asked.
    assert [table for table in before if after[table] != before[table]] in ([], ["search_miss"])


@pytest.mark.parametrize("hostile", [STATEMENT, *PATHS])
def test_no_word_in_an_address_leads_to_another_file_or_statement(world: World, hostile: str) -> None:
    wrong = []
    with statements(world.client.app.state.engine) as seen:  # type: ignore[attr-defined]
        for name, route in READS.items():
            for word in NUMBER.findall(route.path):
                _, path, _ = world.question(name, **{word: quote(hostile, safe="%")})
                answer = world.open(reader_of(name), "GET", path)
                if answer.status_code >= 500 or b"root:" in answer.content or b"SQLite format" in answer.content:
                    wrong.append(f"{name} {word}: {answer.status_code}")
    assert wrong == []
    assert [statement for statement in seen if "zzq9" in statement] == []


@pytest.mark.parametrize("name", ["bulk_file", "static", "demo_mail", "city_shapes"])
@pytest.mark.parametrize("climb", ["../", "..%2f", "%2e%2e/", "..\\", "..%5c", "....//", "latest/../../"])
def test_no_file_of_the_data_folder_can_be_asked_for(world: World, name: str, climb: str) -> None:
    start = {"bulk_file": "/bulk/latest/", "static": "/static/", "demo_mail": "/demo/mail/", "city_shapes": "/maps/"}
    for secret in SECRET_FILES:
        for depth in (1, 2, 4):
            answer = world.open("public", "GET", start[name] + climb * depth + secret)
            assert answer.status_code in (303, 400, 404, 405, 422), (climb, secret, answer.status_code)
            assert b"SQLite format" not in answer.content


@pytest.mark.parametrize(
    "target",
    [
        f"//{EVIL}/",
        f"https://{EVIL}",
        f"/\\{EVIL}",
        f"/\t/{EVIL}",
        f"/%0d%0a//{EVIL}",
        f"\\/\\/{EVIL}",
        f"https:{EVIL}",
        f"/\r\nLocation: https://{EVIL}",
        "javascript:alert(1)",
        f"///{EVIL}",
    ],
)
def test_nobody_is_led_to_another_site(world: World, target: str) -> None:
    for name in ("sign_in", "sign_in_code", "second_factor", "provider_leave"):
        _, path, _ = world.question(name)
        answer = world.open("owner", "GET", f"{path}?{urlencode({'next': target})}")
        assert _is_local(answer.headers.get("location", "/")), (name, target)
    answer = world.open("public", "POST", "/preferences", data={"next": target, "locale": "zh"})
    assert _is_local(answer.headers["location"])


def _is_local(location: str) -> bool:
    return location.startswith("/") and not location.startswith(("//", "/\\")) and "\n" not in location


def test_what_a_request_says_of_its_host_is_told_to_nobody(world: World, made_world: World) -> None:
    """Else a cache would hand one visitor's made-up host to the next. The public address is in the settings."""
    settings: Settings = world.client.app.state.settings.model_copy(update={"public_url": "https://registry.example"})  # type: ignore[attr-defined]
    told = []
    with running(settings, base_url=f"http://{EVIL}", raise_faults=True) as client:
        for name in READS:
            if "public" in LET_IN[name]:
                _, path, _ = world.question(name)
                answer = client.get(path, headers={"X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}"})
                if EVIL in answer.text or any(EVIL in value for value in answer.headers.values()):
                    told.append(name)
    assert told == []
