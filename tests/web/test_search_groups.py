"""Products and directories beside enterprises, one order everywhere, pasted names, suggestions, failed searches."""

import json
import re
from html import unescape
from pathlib import Path

import pytest
import typer
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from typer.testing import CliRunner

from registry.cli import search
from registry.db import transaction
from registry.policies import Actor, Grant
from registry.services.accounts import create_account
from registry.settings import Settings
from registry.vocabulary import Role
from tests.support.public_pages import MOON, STAR, TREE, fill, key_of
from tests.web.test_home_page import text_of

pytest_plugins = ("tests.web.public_registry",)

PASSWORD = "Plainly-fictional-1"
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
QUESTIONS = ["星河", "小巨人", "小巨人 深圳", "示例", "芯片", "众家", "xinghe", "旧河", "电子有限公司", "查不到的示例"]


def keys_in(page: str) -> list[str]:
    return re.findall(r'<h3><a class="quiet" href="/e/([^"?]+)', unescape(page))


@pytest.mark.parametrize("typed", QUESTIONS)
def test_page_api_and_command_give_the_same_order(
    public: TestClient, public_settings: Settings, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(public_settings.data_dir))
    app = typer.Typer()
    search.mount(app)
    by_command = json.loads(CliRunner().invoke(app, ["search", typed, "--json"]).stdout)
    by_api = public.get("/api/v1/search", params={"q": typed}).json()
    by_page = keys_in(public.get("/search", params={"q": typed}).text)
    firms = [hit["id"] for hit in (*by_api["hits"], *by_api["near"]) if hit["kind"] == "enterprise"]
    assert by_page == firms
    for part in ("hits", "near"):
        assert [(h["kind"], h["id"]) for h in by_command[part]] == [(h["kind"], h["id"]) for h in by_api[part]]
    assert by_command["groups"] == by_api["groups"]


def test_a_directory_is_a_group_of_its_own_and_a_kind(public: TestClient) -> None:
    page = public.get("/search?q=小巨人").text
    assert "名录与批次" in text_of(page)
    assert 'href="/directories/little_giant"' in page
    only = public.get("/api/v1/search", params={"q": "小巨人", "kind": "directory"}).json()
    assert [(hit["kind"], hit["id"]) for hit in only["hits"]] == [("directory", "little_giant")]
    assert only["total"] == 1
    firms = public.get("/api/v1/search", params={"q": "小巨人", "kind": "enterprise"}).json()
    assert {hit["kind"] for hit in firms["hits"]} == {"enterprise"}


def test_years_stand_in_the_address_as_chips_that_can_be_removed(public: TestClient) -> None:
    page = public.get("/search?granted=2023&ending=2030").text
    assert "认定年份 2023" in text_of(page)
    assert 'href="/search?ending=2030"' in page
    assert '<input type="hidden" name="granted" value="2023">' in page


def test_a_pasted_list_is_offered_as_a_list(public: TestClient) -> None:
    page = public.get("/search", params={"q": f"{STAR} {MOON} {TREE}"}).text
    assert "像是一份名单，有 3 个名称或代码。" in text_of(page)
    assert 'action="/search/many"' in page


def test_each_pasted_name_gets_its_best_match_and_how_sure_it_is(public: TestClient) -> None:
    names = "\n".join([STAR, key_of(MOON), "示例林木", "绝对查不到的公司", "=1+1"])
    page = public.post("/search/many", data={"names": names}).text
    said = text_of(page)
    assert "确定 2" in said
    for name in (STAR, MOON, TREE):
        assert f'href="/e/{key_of(name)}"' in page
    assert "未找到" in said
    table = public.post("/search/many", data={"names": names, "form": "csv"})
    assert table.headers["content-disposition"].startswith('attachment; filename="lookup-')
    lines = table.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "输入,匹配企业,统一社会信用代码,城市,把握,依据"
    assert lines[1].startswith(f"{STAR},{STAR},{key_of(STAR)},深圳市,确定")
    assert lines[5].startswith("'=1+1,")


@pytest.mark.parametrize("names", ["", " \n ", "\n".join(f"示例{n}号有限公司" for n in range(201))])
def test_no_names_or_too_many_bring_the_form_back(public: TestClient, names: str) -> None:
    answer = public.post("/search/many", data={"names": names})
    assert answer.status_code == 422
    assert 'id="names-error"' in answer.text


def test_two_hundred_names_are_looked_up_at_once(public: TestClient) -> None:
    known = [f"佛山市示例众家{number:02}号电子有限公司" for number in range(100)]
    names = "\n".join([*known, *(f"示例星何{number}电子" for number in range(100))])
    answer = public.post("/search/many", data={"names": names})
    assert answer.status_code == 200
    assert answer.text.count("<tr>") == 1 + 200


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("示例星", "enterprise", STAR),
        ("星河", "enterprise", STAR),
        ("shilixingh", "enterprise", STAR),
        ("旧河", "enterprise", STAR),
        ("小巨", "directory", "专精特新“小巨人”"),
        ("深", "place", "深圳市"),
        (key_of(MOON)[:12].lower(), "enterprise", MOON),
    ],
)
def test_suggestions_say_what_they_are(public: TestClient, typed: str, kind: str, text: str) -> None:
    found = public.get("/api/v1/suggest", params={"q": typed}).json()["suggestions"]
    assert (kind, text) in [(item["kind"], item["text"]) for item in found]
    shown = public.get("/search/suggest", params={"q": typed}).text
    assert 'role="option"' in shown


def test_a_suggestion_says_why_where_the_name_does_not(public: TestClient) -> None:
    found = public.get("/api/v1/suggest", params={"q": "旧河"}).json()["suggestions"]
    assert "曾用名" in found[0]["why"]["zh"]
    assert public.get("/api/v1/suggest", params={"q": "shilixinghe"}).json()["suggestions"][0]["why"]["zh"] == "拼音"


@pytest.mark.parametrize("typed", ["", " ", "\x00", "示" * 1_900, "'; DROP TABLE x; --", "<script>", "%", "🙂"])
def test_any_text_may_be_typed(public: TestClient, typed: str) -> None:
    answer = public.get("/search/suggest", params={"q": typed})
    assert answer.status_code == 200
    assert "<script>" not in answer.text


@pytest.fixture
def office(client: TestClient, sqlite_engine: Engine, sqlite_settings: Settings, tmp_path: Path) -> TestClient:
    """A curator of the province, signed in, with the small registry."""
    fill(sqlite_engine, sqlite_settings, tmp_path)
    with transaction(sqlite_engine) as session:
        create_account(
            session,
            actor=Actor.command_line(),
            login="fang",
            password=PASSWORD,
            display_name="方示例",
            grants=(Grant(Role.CURATOR, "440000"),),
        )
    assert client.post("/login", data={"login": "fang", "password": PASSWORD}, headers=SAME_SITE).status_code == 303
    return client


def test_a_failed_search_is_listed_settled_by_an_alias_and_open_again_after_undoing(office: TestClient) -> None:
    assert "没有找到" in office.get("/search?q=星王").text
    office.app.state.misses.drain()  # type: ignore[attr-defined]  # the application behind the client
    listed = office.get("/office/searches").text
    address = re.search(r'href="(/office/searches/\d+)"', listed)
    assert "星王" in listed
    assert address is not None
    page = office.get(address[1], params={"q": "示例星河"}).text
    assert f'value="{key_of(STAR)}"' in page
    refused = office.post(address[1], data={"act": "alias", "alias": "星王"}, headers=SAME_SITE)
    assert refused.status_code == 422
    assert "请选择企业" in refused.text
    given = {"act": "alias", "alias": "星王", "alias-note": "示例", "enterprise": key_of(STAR)}
    assert office.post(address[1], data=given, headers=SAME_SITE).status_code == 303
    settled = office.get(address[1]).text
    assert "已处理：企业别称" in text_of(settled)
    undo = re.search(r'action="(/office/searches/words/\d+/undo)"', settled)
    assert undo is not None
    assert "星王" not in text_of(office.get("/office/searches").text).split("已登记的词")[0]
    assert office.post(undo[1], headers=SAME_SITE).status_code == 303
    assert "星王" in text_of(office.get("/office/searches").text).split("已登记的词")[0]


def test_a_failed_search_of_the_api_is_kept_too(office: TestClient) -> None:
    office.get("/api/v1/search?q=星王")
    office.app.state.misses.drain()  # type: ignore[attr-defined]  # the application behind the client
    assert "星王" in office.get("/office/searches").text
