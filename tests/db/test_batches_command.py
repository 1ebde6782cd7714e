"""``registry batches`` and ``registry objections``: the same acts from a terminal, one line each, JSON for scripts."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import update
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from registry.cli import batches, objections
from registry.clock import today
from registry.db import transaction
from registry.errors import InvalidInput, NotAllowed
from registry.models import Batch, Listing
from registry.settings import Settings
from tests.db.batch_life import DIRECTORY, fill

DOCUMENT = ("--document-no", "示〔2026〕9号", "--reason", "示例")


@pytest.fixture
def draft(sqlite_engine: Engine, sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> int:
    """A draft of two firms, registered by the command."""
    monkeypatch.setenv("REGISTRY_DATA_DIR", str(sqlite_settings.data_dir))
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    done = _run("batches", "new", "--directory", DIRECTORY, "--year", "2026", "--label", "示例批", "--json")
    number: int = json.loads(done.stdout)["batch"]["id"]
    with transaction(sqlite_engine) as session:
        fill(session, session.get_one(Batch, number), ("示例甲公司", "示例乙公司"))
    return number


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    batches.mount(app)
    objections.mount(app)
    done = CliRunner().invoke(app, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def _notice(number: int, *, ends: int) -> Result:
    days = ((today() + timedelta(days=offset)).isoformat() for offset in (-5, ends))
    first, last = days
    return _run("batches", "notice", str(number), "--from", first, "--to", last, "--reason", "示例")


def test_a_batch_is_announced_frozen_verified_and_corrected(draft: int, tmp_path: Path) -> None:
    assert "公示中，2 条" in _notice(draft, ends=-1).stdout
    assert "已公告，2 条" in _run("batches", "final", str(draft), *DOCUMENT).stdout
    assert _run("batches", "verify").stdout == "已核对 1 个冻结的批次，0 个不符。\n"
    done = _run("batches", "correct", str(draft), "--reason", "示例", "--json")
    new = json.loads(done.stdout)["batch"]["id"]
    rows = json.loads(_run("batches", "compare", str(draft), str(new), "--json").stdout)
    assert (rows["counts"]["same"], rows["rows"]) == (2, [])
    assert "已公告" in _run("batches", "final", str(new), *DOCUMENT).stdout
    file = tmp_path / "changes.csv"
    assert "相同 2" in _run("batches", "compare", str(draft), str(new), "-o", str(file)).stdout
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    listed = json.loads(_run("batches", "list", "--json").stdout)
    assert [(one["batch"]["edition"], one["batch"]["state"]) for one in listed] == [(2, "final"), (1, "superseded")]
    assert "由更正版取代" in _run("batches", "show", str(draft)).stdout


def test_verifying_a_list_that_was_changed_names_the_row_and_fails(draft: int, sqlite_engine: Engine) -> None:
    _run("batches", "final", str(draft), *DOCUMENT)
    with transaction(sqlite_engine) as session:
        session.execute(
            update(Listing).where(col(Listing.name_as_announced) == "示例甲公司").values(name_as_announced="别的公司")
        )
    done = _run("batches", "verify", str(draft))
    assert done.exit_code == 1
    assert "缺少：示例甲公司" in done.stdout
    assert json.loads(_run("batches", "verify", "--json").stdout)["ok"] is False


def test_whoever_opened_a_notice_cannot_end_it_early(draft: int) -> None:
    _notice(draft, ends=5)
    with pytest.raises(NotAllowed):
        _run("batches", "final", str(draft), *DOCUMENT)
    assert "已撤下" in _run("batches", "withdraw", str(draft), "--reason", "示例").stdout


def test_a_letter_is_recorded_and_decided(draft: int) -> None:
    _notice(draft, ends=5)
    words = ("--text", "该企业近三年发生过重大事故。", "--objector", "示例王某", "--contact", "示例路1号")
    recorded = _run("objections", "record", str(draft), *words, "--subject", "示例甲公司", "--reason", "来信")
    assert "受理编号 YY-" in recorded.stdout
    (one,) = json.loads(_run("objections", "list", "--json").stdout)
    assert "成立" in _run("objections", "decide", str(one["id"]), "--decision", "upheld", "--reason", "属实").stdout
    assert _run("objections", "list").stdout == ""
    assert "已撤下，1 条" in _run("batches", "withdraw", str(draft), "--reason", "示例").stdout
    with pytest.raises(InvalidInput):
        _run("objections", "list", "--state", "nothing")


def test_a_row_of_a_draft_is_dropped(draft: int, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        row = session.exec(select(Listing.id)).first()
    assert "去掉" in _run("batches", "drop", str(draft), str(row), "--reason", "示例").stdout
    with pytest.raises(InvalidInput):
        _run("batches", "list", "--state", "nothing")
    assert "\t1\t" in _run("batches", "list", "--state", "draft").stdout
