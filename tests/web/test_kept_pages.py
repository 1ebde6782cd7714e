"""Public pages are given again as they were, and never a moment longer than they are right."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.clock import today
from registry.db import make_engine, transaction
from registry.models import Enterprise
from registry.policies import SYSTEM
from registry.services.bulk.writing import write_bulk
from registry.services.identities import rename_enterprise
from registry.settings import Settings
from tests.support.apps import running
from web import kept_pages
from web.kept_pages import LARGEST_SHARE, OVERHEAD, Kept, KeptPages, KeptRoute
from web.routes import ROUTERS

pytest_plugins = ("tests.web.public_registry",)


@pytest.fixture
def own_settings(public_settings: Settings, tmp_path: Path) -> Settings:
    """A registry of one's own that may be written to."""
    shutil.copytree(public_settings.data_dir, tmp_path / "data")
    return public_settings.model_copy(update={"data_dir": tmp_path / "data"})


@pytest.fixture
def visitor(own_settings: Settings) -> Iterator[TestClient]:
    with running(own_settings, raise_faults=True, keeping=True) as client:
        client.headers["accept-language"] = "zh-CN"
        yield client


@pytest.fixture
def elsewhere(own_settings: Settings) -> Iterator[Engine]:
    """The database as another process has it open."""
    engine = make_engine(own_settings)
    yield engine
    engine.dispose()


def statements(client: TestClient) -> list[str]:
    """What the application says to its database from now on."""
    said: list[str] = []
    engine: Engine = client.app.state.engine  # type: ignore[attr-defined]

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    return said


def an_enterprise(engine: Engine) -> tuple[int, str]:
    with transaction(engine) as session:
        found = session.exec(select(Enterprise).where(col(Enterprise.uscc).is_not(None))).first()
        assert found is not None
        return found.id, str(found.uscc)


def renamed(engine: Engine, name: str) -> str:
    """Rename an enterprise in another process; its key."""
    number, key = an_enterprise(engine)
    with transaction(engine) as session:
        rename_enterprise(
            session, enterprise_id=number, new_name=name, on=date(2025, 1, 1), actor=SYSTEM, reason="示例通知"
        )
    return key


@pytest.mark.parametrize(
    "path", ["/", "/directories", "/directories/innovative_sme", "/plan", "/products", "/standards"]
)
def test_the_second_visitor_is_answered_with_one_question_to_the_database(visitor: TestClient, path: str) -> None:
    first = visitor.get(path)
    said = statements(visitor)
    second = visitor.get(path)
    assert first.status_code == second.status_code == 200
    assert (second.content, second.headers["etag"]) == (first.content, first.headers["etag"])
    assert [one for one in said if "audit_head" not in one and not one.startswith(("BEGIN", "SELECT 1"))] == []


def test_whoever_has_the_page_gets_no_body(visitor: TestClient) -> None:
    tag = visitor.get("/").headers["etag"]
    again = visitor.get("/", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["vary"]
    assert again.headers["content-security-policy"]
    assert visitor.get("/", headers={"if-none-match": 'W/"other"'}).status_code == 200


def test_an_act_in_another_process_is_seen_at_once(visitor: TestClient, elsewhere: Engine) -> None:
    _, key = an_enterprise(elsewhere)
    before = visitor.get(f"/e/{key}")
    renamed(elsewhere, "广州示例改名后科技有限公司")
    after = visitor.get(f"/e/{key}", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert "广州示例改名后科技有限公司" in after.text
    assert "广州示例改名后科技有限公司" not in before.text


def test_a_new_legal_day_makes_every_page_anew(visitor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor.get("/")
    monkeypatch.setattr(kept_pages, "today", lambda: date(2999, 1, 1))
    said = statements(visitor)
    visitor.get("/")
    assert len(said) > 5


def test_each_language_theme_and_size_is_a_page_of_its_own(visitor: TestClient) -> None:
    asked: list[dict[str, str]] = [
        {},
        {"accept-language": "en"},
        {"cookie": "theme=dark"},
        {"cookie": "size=large"},
        {"cookie": "locale=en; theme=light"},
    ]
    for _ in range(2):
        pages = [visitor.get("/directories", headers=headers).text for headers in asked]
        assert len(set(pages)) == len(asked)
        assert 'lang="en"' in pages[1]
        assert 'data-theme="dark"' in pages[2]


def test_where_a_page_names_the_site_another_host_gets_its_own(visitor: TestClient, elsewhere: Engine) -> None:
    _, key = an_enterprise(elsewhere)
    for host in ("one.example", "two.example", "one.example"):
        assert f"https://{host}/e/{key}" in visitor.get(f"/e/{key}", headers={"host": host}).text


def test_new_bulk_files_are_told_though_they_are_no_act(
    visitor: TestClient, own_settings: Settings, elsewhere: Engine
) -> None:
    before = visitor.get("/open-data").text
    assert visitor.get("/open-data").text == before
    write_bulk(elsewhere, own_settings.data_dir)
    first = visitor.get("/open-data").text
    assert f"/{today().isoformat()}/" in first
    assert f"/{today().isoformat()}/" not in before


@pytest.mark.parametrize("cookie", ["registry-session=x", "__Host-registry-session=x", "anything=1"])
def test_with_any_other_cookie_nothing_is_kept(visitor: TestClient, cookie: str) -> None:
    visitor.get("/directories")
    pages: KeptPages = visitor.app.state.kept_pages  # type: ignore[attr-defined]
    before = (pages.hits, pages.misses)
    answer = visitor.get("/directories", headers={"cookie": cookie})
    assert answer.status_code == 200
    assert (pages.hits, pages.misses) == before


def test_only_pages_that_are_there_are_kept(visitor: TestClient) -> None:
    pages: KeptPages = visitor.app.state.kept_pages  # type: ignore[attr-defined]
    for path, status in (
        ("/e/nobody", 404),
        ("/directories/nothing", 404),
        ("/directories/innovative_sme?as_of=x", 422),
    ):
        assert [visitor.get(path).status_code for _ in range(2)] == [status, status]
    visitor.get("/directories/innovative_sme/download?format=csv")
    assert (pages.used, pages.hits) == (0, 0)


def test_the_room_can_be_taken_away(own_settings: Settings) -> None:
    with running(own_settings.model_copy(update={"kept_pages_mb": 0}), keeping=True) as client:
        assert "etag" not in client.get("/").headers


def test_what_is_kept_takes_no_rights_and_no_form() -> None:
    """Pages of the office and of firms, and what writes, are made for one person."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, KeptRoute)]
    assert len(routes) > 15
    assert {method for route in routes for method in route.methods or ()} == {"GET"}
    assert not [route.path for route in routes if route.path.startswith(("/office", "/firm", "/account"))]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 3), st.integers(0, 400)),
        max_size=60,
    )
)
def test_pages_never_take_more_than_their_room_and_never_outlive_their_state(
    asked: list[tuple[str, int, int]],
) -> None:
    pages = KeptPages(room=LARGEST_SHARE * (OVERHEAD + 300))
    latest: dict[tuple[str, int], bytes] = {}
    current = None
    for key, state, size in asked:
        if state != current:
            latest, current = {}, state
        found = pages.get(key, state)
        assert found is None or found.body == latest[key, state]
        if found is None:
            body = f"{key}{state}".encode() * size
            pages.put(key, state, Kept(body, {}))
            latest[key, state] = body
        pages.put(key, state + 100, Kept(b"of another state", {}))
        assert 0 <= pages.used <= pages.room
        assert pages.used == sum(len(page.body) + OVERHEAD for page in pages._pages.values())
