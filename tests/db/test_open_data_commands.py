"""``registry bulk``, ``registry events``, ``registry api-key``: open data from a terminal."""

import json
import re

import pytest
import typer
from sqlalchemy.engine import Engine
from typer.testing import CliRunner, Result

from registry.cli import api_keys, opendata
from registry.db import reading, transaction
from registry.errors import InvalidTransition
from registry.services.api_keys import is_known
from registry.settings import Settings
from tests.factories import a_batch, a_listing, an_enterprise


@pytest.fixture(autouse=True)
def _here(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    opendata.mount(app)
    api_keys.mount(app)
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_feed_is_told_and_the_files_are_written(sqlite_engine: Engine, sqlite_settings: Settings) -> None:
    with transaction(sqlite_engine) as session:
        firm, batch = an_enterprise(), a_batch()
        session.add_all([firm, batch])
        session.flush()
        session.add(a_listing(firm, batch))
    assert json.loads(_run("events", "tell", "--json").stdout) == {"events": 2}
    assert _run("events", "tell").stdout.strip() == "新增 0 条变更。"
    manifest = json.loads(_run("bulk", "write", "--json").stdout)
    assert {dataset["name"]: dataset["rows"] for dataset in manifest["datasets"]}["events"] == 2
    assert (sqlite_settings.data_dir / "bulk" / manifest["date"] / "manifest.json").is_file()
    assert "listings 1 行" in _run("bulk", "write").stdout


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(sqlite_engine: Engine) -> None:
    found = re.search(r"rk_\S+", _run("api-key", "make", "示例公司").stdout)
    assert found is not None
    with reading(sqlite_engine) as session:
        assert is_known(session, found[0])
    listed = _run("api-key", "list").stdout
    assert "示例公司" in listed
    assert found[0] not in listed
    number = str(json.loads(_run("api-key", "list", "--json").stdout)[0]["id"])
    assert "已停用" in _run("api-key", "revoke", number).stdout
    assert "已停用" in _run("api-key", "list").stdout
    with pytest.raises(InvalidTransition):
        _run("api-key", "revoke", number)
