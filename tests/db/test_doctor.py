"""The doctor says what is wrong and how to mend it."""

import socket
from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from registry import clock
from registry.db import make_engine, transaction
from registry.models import Enterprise, IndexOutbox, Job
from registry.services.doctor import Finding, examine
from registry.services.indexing import rebuild, search_engine
from registry.settings import Settings
from registry.vocabulary import IdentityState, JobState
from tests.support import machine


def by_name(settings: Settings, engine: Engine) -> dict[str, Finding]:
    return {found.name: found for found in examine(settings, engine)}


def add_firm(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Enterprise(identity=IdentityState.PROVISIONAL, name_zh="示例甲有限公司"))


def test_an_empty_registry_is_in_order(settings: Settings, engine: Engine) -> None:
    found = by_name(settings, engine)
    assert all(one.ok for one in found.values()), found
    apart = {"clock"} if engine.dialect.name == "postgresql" else set()
    assert found.keys() == apart | (
        {"data_folder", "schema", "database", "index", "worker", "jobs", "drift", "backup", "mail", "audit"}
        | {"search_engine", "link_keys", "secrets", "cookies", "mode"}
    )


def test_a_missing_or_short_index_is_to_be_rebuilt(settings: Settings, engine: Engine) -> None:
    add_firm(engine)
    assert "registry reindex" in by_name(settings, engine)["index"].mend.zh
    rebuild(engine, search_engine(settings))
    assert by_name(settings, engine)["index"].ok
    add_firm(engine)
    assert not by_name(settings, engine)["index"].ok


def test_changes_that_wait_too_long_and_failed_jobs_are_told(settings: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(IndexOutbox(kind="everything", queued_at=clock.now() - timedelta(minutes=5)))
        session.add(Job(kind="reindex", key="x", payload={}, state=JobState.FAILED, actor="x"))
    found = by_name(settings, engine)
    assert not found["worker"].ok
    assert "5" in found["worker"].text.en
    assert not found["jobs"].ok


def test_a_database_without_tables_is_told_and_nothing_is_guessed(settings: Settings) -> None:
    engine = make_engine(settings)
    found = by_name(settings, engine)
    engine.dispose()
    assert not found["schema"].ok
    assert "registry migrate" in found["schema"].text.en
    assert "index" not in found


def test_the_engine_that_answers_is_named(settings: Settings, engine: Engine) -> None:
    assert "embedded" in by_name(settings, engine)["search_engine"].text.en


def test_a_search_server_that_is_away_is_told_as_that_and_not_as_a_missing_index(
    settings: Settings, engine: Engine
) -> None:
    add_firm(engine)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://user:pass-word@127.0.0.1:{nobody.getsockname()[1]}"
        found = by_name(settings.model_copy(update={"search_url": url}), engine)
    assert not found["search_engine"].ok
    assert "does not answer" in found["search_engine"].text.en
    assert "REGISTRY_SEARCH_URL" in found["search_engine"].mend.zh
    assert "pass-word" not in repr(found)
    assert not found["index"].ok
    assert "reindex" not in found["index"].mend.en


def test_a_search_server_is_named_and_its_missing_index_told(
    settings: Settings, engine: Engine, meili_url: str
) -> None:
    add_firm(engine)
    here = {"search_url": meili_url, "search_key": SecretStr(machine.meilisearch_key())}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("registry.search.meilisearch.PREFIX", f"test-{uuid4().hex[:12]}")
        found = by_name(settings.model_copy(update=here), engine)
    assert (found["search_engine"].ok, found["index"].ok) == (True, False)
    assert "no index yet" in found["search_engine"].text.en
    assert "registry reindex" in found["index"].mend.en


def test_an_identity_provider_whose_signatures_cannot_be_checked_is_said_to_be_off(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "identity_provider" not in by_name(settings, engine)
    with_one = settings.model_copy(update={"oidc_issuer": "https://id.example"})
    assert by_name(with_one, engine)["identity_provider"].ok
    monkeypatch.setattr("registry.services.doctor.exposure.can_check", lambda: False)
    found = by_name(with_one, engine)["identity_provider"]
    assert not found.ok
    assert "pip install" in found.mend.zh


def test_the_keys_of_links_are_told_and_how_several_machines_share_them(
    settings: Settings, sqlite_engine: Engine, engine: Engine
) -> None:
    told = by_name(settings, engine)["link_keys"]
    assert ("REGISTRY_LINK_KEYS" in told.text.en) == (engine.dialect.name != "sqlite")
    settings.link_key_file.write_text("k" * 40)
    settings.link_key_file.chmod(0o644)
    assert "chmod 600" in by_name(settings, sqlite_engine)["link_keys"].mend.en
    settings.link_key_file.chmod(0o600)
    assert by_name(settings, sqlite_engine)["link_keys"].ok
    given = settings.model_copy(update={"link_keys": SecretStr("k" * 40 + "," + "m" * 40)})
    assert "2 keys" in by_name(given, sqlite_engine)["link_keys"].text.en
    short = settings.model_copy(update={"link_keys": SecretStr("too-short")})
    assert not by_name(short, sqlite_engine)["link_keys"].ok
