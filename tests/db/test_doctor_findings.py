"""Each thing that can be wrong, made wrong: the doctor names it, says how to mend it, and shows no secret."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import time_machine
from pydantic import SecretStr
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import Engine
from sqlmodel import select

from commands import main
from registry import clock
from registry.db import make_engine, transaction
from registry.errors import InvalidInput
from registry.models import AuditEvent, Job, Mail, Sign
from registry.services import audit
from registry.services.doctor import Finding, examine
from registry.services.jobs import ATTEMPTS_MAX
from registry.services.migrating import migrate
from registry.services.signs import BACKUP, WORKER
from registry.settings import Settings
from registry.vocabulary import JobState
from tests.support.postgres import Cluster

LONG = "f3b1c9d27e804a65b0"


def found(settings: Settings, engine: Engine, name: str, **changed: object) -> Finding:
    """One finding, with other settings; the whole round never shows a secret."""
    return next(one for one in examine(settings.model_copy(update=changed), engine) if one.name == name)


def wrong(settings: Settings, engine: Engine, name: str, **changed: object) -> str:
    """How to mend what is wrong, in English; complete in both languages."""
    one = found(settings, engine, name, **changed)
    assert not one.ok, one
    assert one.text.zh
    assert one.mend.zh
    assert one.text.en
    assert one.mend.en
    return one.mend.en


def test_a_worker_that_was_there_and_is_silent_is_missed(settings: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Sign(name=f"{WORKER}a:1", at=clock.now() - timedelta(minutes=9)))
    assert "registry worker" in wrong(settings, engine, "worker")
    assert "9 minutes" in found(settings, engine, "worker").text.en
    with transaction(engine) as session:
        session.add(Sign(name=f"{WORKER}b:1", at=clock.now()))
    assert found(settings, engine, "worker").ok


def test_poisoned_jobs_are_counted_and_the_latest_named(settings: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        for attempts, error in ((1, "refused"), (ATTEMPTS_MAX, "ZeroDivisionError")):
            session.add(
                Job(
                    kind="reindex",
                    key=error,
                    payload={},
                    actor="x",
                    state=JobState.FAILED,
                    attempts=attempts,
                    error=error,
                )
            )
    assert "registry jobs retry" in wrong(settings, engine, "jobs")
    said = found(settings, engine, "jobs").text.en
    assert said.startswith("2 background jobs failed, 1 of them")
    assert "ZeroDivisionError" in said


def test_a_nightly_comparison_that_has_stopped_is_told_where_there_should_be_one(
    settings: Settings, engine: Engine
) -> None:
    ended, result = clock.now() - timedelta(days=3), {"compared": 9, "missing": 2, "extra": 0, "different": 1}
    with transaction(engine) as session:
        job = Job(kind="drift", key="x", payload={}, actor="x", state=JobState.DONE, result=result, finished_at=ended)
        session.add(job)
    assert "registry index check --repair" in wrong(settings, engine, "drift")
    assert "9 entries, 3 mended" in found(settings, engine, "drift").text.en
    assert found(settings, engine, "drift", nightly_at="").ok


def test_a_backup_that_is_old_or_was_never_taken_is_told(settings: Settings, engine: Engine) -> None:
    with transaction(engine) as session:
        with time_machine.travel(clock.now() - timedelta(days=9)):
            audit.record(session, actor="li", action="x", subject_kind="x", subject_key="x")
    assert "registry backup" in wrong(settings, engine, "backup")
    with transaction(engine) as session:
        session.add(Sign(name=BACKUP, at=clock.now() - timedelta(days=4)))
    assert "registry backup" in wrong(settings, engine, "backup")
    assert found(settings, engine, "backup", backup_days=5).ok
    names = {one.name for one in examine(settings.model_copy(update={"backup_days": 0}), engine)}
    assert "backup" not in names


def test_mail_that_is_half_set_up_or_was_given_up_is_told(settings: Settings, engine: Engine) -> None:
    half = wrong(settings, engine, "mail", smtp_host="mail.example")
    assert half == "Set REGISTRY_MAIL_FROM, REGISTRY_PUBLIC_URL."
    with transaction(engine) as session:
        session.add(Mail(recipient="li@example.org", subject="x", body="", due_at=None, attempts=8, error="no route"))
    assert "REGISTRY_SMTP_HOST" in wrong(settings, engine, "mail")
    assert "li@example.org" not in repr(found(settings, engine, "mail"))


def test_a_changed_audit_trail_is_told(settings: Settings, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        audit.record(session, actor="li", action="x", subject_kind="x", subject_key="x")
    assert found(settings, sqlite_engine, "audit").ok
    with sqlite_engine.begin() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        connection.execute(text("UPDATE audit_event SET actor = 'wang'"))
    assert "registry audit verify" in wrong(settings, sqlite_engine, "audit")


def test_a_clock_that_differs_from_that_of_the_database_is_told(
    postgres_settings: Settings, postgres_engine: Engine
) -> None:
    assert found(postgres_settings, postgres_engine, "clock").ok
    with time_machine.travel(clock.now() + timedelta(seconds=30)):
        assert "chrony" in wrong(postgres_settings, postgres_engine, "clock")


def test_a_server_that_is_too_old_is_told(
    postgres_settings: Settings, postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "UTF8" in found(postgres_settings, postgres_engine, "database").text.en
    monkeypatch.setattr("registry.services.doctor.storage.OLDEST_POSTGRES", 99)
    assert "99" in wrong(postgres_settings, postgres_engine, "database")


def test_a_database_of_another_encoding_is_told(settings: Settings, postgres_cluster: Cluster) -> None:
    with postgres_cluster.empty_database() as url:
        name = make_url(url).database
        server = create_engine(make_url(url).set(drivername="postgresql+psycopg", database="postgres"))
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'DROP DATABASE "{name}"'))
            made = f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
            connection.execute(text(made))
        server.dispose()
        from registry.services.doctor.finding import Patient
        from registry.services.doctor.storage import database

        engine = make_engine(settings.model_copy(update={"database_url": url}))
        one = database(Patient(settings, engine))
        engine.dispose()
    assert not one.ok
    assert "SQL_ASCII" in one.text.en
    assert "createdb" in one.mend.en


def test_a_database_that_is_away_is_told_and_nothing_of_it_is_guessed(settings: Settings, tmp_path: Path) -> None:
    away = settings.model_copy(update={"database_url": f"postgresql://u:{LONG}@127.0.0.1:1/x"})
    engine = make_engine(away)
    names = {one.name: one for one in examine(away, engine, only=["worker"])}
    engine.dispose()
    assert set(names) == {"schema"}, "asked for the worker, told why nothing is known of it"
    assert "REGISTRY_DATABASE_URL" in names["schema"].mend.en
    assert LONG not in repr(names)


def test_a_data_folder_that_cannot_be_used_or_is_nearly_full_is_told(
    settings: Settings, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a-file").write_text("")
    taken = tmp_path / "a-file" / "data"
    assert "REGISTRY_DATA_DIR" in wrong(settings, sqlite_engine, "data_folder", data_dir=taken)
    monkeypatch.setattr("registry.services.doctor.storage.FREE_MB", 2**50)
    assert "runbooks" in wrong(settings, sqlite_engine, "data_folder")


def test_cookies_over_plain_http_behind_https_are_told(settings: Settings, sqlite_engine: Engine) -> None:
    assert found(settings, sqlite_engine, "cookies", secure_cookies=False).ok
    public = {"secure_cookies": False, "public_url": "https://registry.example"}
    assert "REGISTRY_SECURE_COOKIES" in wrong(settings, sqlite_engine, "cookies", **public)


@pytest.mark.parametrize("secret", ["short", "changeme-changeme-changeme", "a" * 40])
@pytest.mark.parametrize("name", ["search_key", "metrics_token", "smtp_password", "oidc_client_secret"])
def test_a_short_or_common_secret_is_named_and_never_shown(
    settings: Settings, sqlite_engine: Engine, name: str, secret: str
) -> None:
    assert "openssl rand" in wrong(settings, sqlite_engine, "secrets", **{name: SecretStr(secret)})
    one = found(settings, sqlite_engine, "secrets", **{name: SecretStr(secret)})
    assert f"REGISTRY_{name.upper()}" in one.text.en
    assert secret not in repr(one)
    assert found(settings, sqlite_engine, "secrets", **{name: SecretStr(LONG)}).ok


def test_a_common_password_of_the_database_is_told(settings: Settings, sqlite_engine: Engine) -> None:
    url = "postgresql://registry:{}@127.0.0.1/registry"
    assert wrong(settings, sqlite_engine, "secrets", database_url=url.format("secret"))
    assert found(settings, sqlite_engine, "secrets", database_url=url.format(LONG)).ok


class _Keys(BaseHTTPRequestHandler):
    """Answers ``/keys`` as a search server does: only the master key may list them."""

    def do_GET(self) -> None:
        master = self.headers.get("Authorization") == f"Bearer {LONG}"
        self.send_response(200 if self.path == "/keys" and master else 403)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_given: object) -> None:
        """Not on the terminal."""


@pytest.fixture
def keys_url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_master_key_where_a_lesser_one_would_do_is_told(
    settings: Settings, sqlite_engine: Engine, keys_url: str
) -> None:
    changed = {"search_url": keys_url, "search_key": SecretStr(LONG)}
    assert "registry index keys" in wrong(settings, sqlite_engine, "search_keys", **changed)
    assert LONG not in repr(found(settings, sqlite_engine, "search_keys", **changed))
    scoped = {"search_url": keys_url, "search_key": SecretStr("k" + LONG), "search_admin_key": SecretStr("a" + LONG)}
    assert found(settings, sqlite_engine, "search_keys", **scoped).ok


def test_a_key_that_the_search_server_refuses_is_told(settings: Settings, sqlite_engine: Engine, keys_url: str) -> None:
    changed = {"search_url": keys_url, "search_key": SecretStr("k" + LONG)}
    assert "REGISTRY_SEARCH_KEY" in wrong(settings, sqlite_engine, "search_engine", **changed)


def test_an_unusable_index_says_why(settings: Settings, sqlite_engine: Engine) -> None:
    from tests.support.population import fill

    fill(sqlite_engine)
    assert "registry reindex" in wrong(settings, sqlite_engine, "index")


def test_only_what_was_asked_for_is_looked_at_and_a_name_that_is_none_is_refused(
    settings: Settings, sqlite_engine: Engine
) -> None:
    assert [one.name for one in examine(settings, sqlite_engine, only=["jobs", "schema"])] == ["schema", "jobs"]
    with pytest.raises(InvalidInput) as refused:
        examine(settings, sqlite_engine, only=["workers"])
    assert "worker" in refused.value.choices


def test_the_command_exits_with_one_where_anything_is_wrong(
    settings: Settings, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(settings.data_dir))
    assert main(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True
    with transaction(sqlite_engine) as session:
        session.add(Job(kind="reindex", key="x", payload={}, state=JobState.FAILED, actor="x"))
        assert session.exec(select(AuditEvent)).all() == []
    assert main(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], [one["name"] for one in told["checks"] if not one["ok"]]) == (False, ["jobs"])
    assert main(["doctor", "--only", "worker"]) == 0
    assert main(["doctor"]) == 1
    assert "✗" in capsys.readouterr().out


def test_a_database_that_is_behind_is_to_be_migrated(settings: Settings) -> None:
    engine = make_engine(settings)
    assert "registry migrate" in wrong(settings, engine, "schema")
    migrate(engine)
    assert found(settings, engine, "schema").ok
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_settings: Settings) -> Iterator[Engine]:
    engine = make_engine(postgres_settings)
    yield engine
    engine.dispose()
