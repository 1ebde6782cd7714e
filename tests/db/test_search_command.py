"""The commands search and reindex, and questions put in names or codes."""

import json
from datetime import date

import pytest
import typer
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from registry.cli import search
from registry.db import reading
from registry.errors import Conflict, InvalidInput
from registry.search.embedded import EmbeddedEngine
from registry.services.asking import ask
from registry.settings import Settings
from registry.vocabulary import Level, TitleStatus
from tests.support.population import fill


@pytest.fixture
def filled(sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The fictional population; the commands find it through the environment."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    fill(sqlite_engine)
    return sqlite_settings


def run(*arguments: str) -> Result:
    app = typer.Typer()
    search.mount(app)
    return CliRunner().invoke(app, list(arguments))


def test_searching_works_before_and_after_the_index_is_built(filled: Settings) -> None:
    before = json.loads(run("search", "星澜光电", "--json").stdout)
    assert "索引暂不可用" in before["notices"][0]["zh"]
    assert json.loads(run("reindex", "--json").stdout)["count"] == 9
    after = json.loads(run("search", "星澜光电", "--json").stdout)
    assert after["notices"] == []
    assert [hit["id"] for hit in after["hits"]] == [hit["id"] for hit in before["hits"]]
    assert {"id", "uscc", "name", "kind", "why", "matched", "titles", "city"} <= after["hits"][0].keys()
    assert after["hits"][0]["near"] is False


def test_hits_are_printed_with_their_reason(filled: Settings) -> None:
    run("reindex")
    shown = run("search", "小巨人", "--city", "深圳").stdout
    assert "理解为" in shown
    assert "共 1 家企业" in shown
    assert "深圳市星澜光电技术有限公司" in shown
    assert run("search", "星岚光电").stdout.splitlines()[0] == "您是不是要找：星澜光电 深圳市星澜光电技术有限公司"


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--directory", "little_gaint"), "directory"),
        (("--chain", "6g"), "chain"),
        (("--city", "不存在市"), "city"),
        (("--limit", "0"), "limit"),
        (("--granted", "1823"), "granted"),
        (("--ending", "soon"), "ending"),
        (("--grade", "9级半"), "grade"),
        (("--kind", "people"), "kind"),
        (("--cursor", "x"), "cursor"),
    ],
)
def test_a_wrong_filter_is_refused_by_name(filled: Settings, arguments: tuple[str, str], field: str) -> None:
    result = run("search", "星澜", *arguments)
    assert isinstance(result.exception, InvalidInput)
    assert result.exception.field == field
    assert result.stdout == ""


def test_reindexing_while_another_rebuilds_is_a_conflict(filled: Settings) -> None:
    with EmbeddedEngine(filled.index_dir).building():
        assert isinstance(run("reindex").exception, Conflict)


def test_reindexing_is_given_up_when_the_index_stays_in_use(filled: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.services.index_changes.PATIENCE_SECONDS", 0.2)
    with EmbeddedEngine(filled.index_dir).writing():
        assert isinstance(run("reindex").exception, Conflict)


def test_filters_are_taken_by_code_and_by_name(filled: Settings, sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as session:
        by_name = ask(
            session,
            text="甲",
            directories=["高企", "小巨人", "hte"],
            cities=["深圳", "4401"],
            districts=["440305"],
            chains=["集成电路"],
            levels=["国家级"],
            statuses=["已过期"],
            as_of=date(2026, 1, 1),
        )
    assert by_name.directories == ("hte", "little_giant")
    assert by_name.cities == ("440300", "440100")
    assert by_name.chains == ("integrated_circuits",)
    assert (by_name.levels, by_name.statuses) == ((Level.NATIONAL,), (TitleStatus.EXPIRED,))


def test_an_unknown_directory_names_the_nearest(filled: Settings, sqlite_engine: Engine) -> None:
    with reading(sqlite_engine) as session, pytest.raises(InvalidInput) as refusal:
        ask(session, directories=["little_gaint"])
    assert "little_giant" in refusal.value.text.zh
    assert "hte" in refusal.value.choices
