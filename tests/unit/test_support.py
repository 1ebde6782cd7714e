"""What the tests stand on: the guard against sockets, skip reasons, the check that nothing needed was skipped."""

import shutil
import socket
from pathlib import Path

import pytest

from tests.support import machine, no_skips, postgres

REPORT = """<testsuites><testsuite name="pytest">
<testcase classname="tests.db.test_models" name="test_one" time="0.1"/>
{case}
</testsuite></testsuites>"""


def _report(folder: Path, reason: str) -> Path:
    case = (
        f'<testcase classname="tests.db.test_x" name="test_two"><skipped message="{reason}">x.py:1</skipped></testcase>'
    )
    path = folder / "tests.xml"
    path.write_text(REPORT.format(case=case if reason else ""), encoding="utf-8")
    return path


@pytest.mark.parametrize("reason", [postgres.NOTHING_FOUND, postgres.NO_USER, postgres.NO_RUNUSER, machine.NO_CHROMIUM])
def test_a_skipped_database_or_browser_test_fails_the_check(tmp_path: Path, reason: str) -> None:
    report = _report(tmp_path, reason)
    assert no_skips.main([str(report)]) == 1
    assert "test_two" in no_skips.skipped_in_vain(report)[0]


@pytest.mark.parametrize("reason", ["", machine.NO_MEILISEARCH, machine.NO_DATA])
def test_other_skips_are_fine(tmp_path: Path, reason: str) -> None:
    assert no_skips.main([str(_report(tmp_path, reason))]) == 0


def test_a_report_without_tests_fails_the_check(tmp_path: Path) -> None:
    path = tmp_path / "tests.xml"
    path.write_text("<testsuites/>", encoding="utf-8")
    assert no_skips.main([str(path)]) == 1


def test_a_unit_test_cannot_reach_the_network() -> None:
    with socket.socket() as reaching, pytest.raises(AssertionError, match="open no sockets"):
        reaching.connect(("127.0.0.1", 9))


def test_without_server_binaries_the_reason_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("REGISTRY_TEST_DATABASE_URL", raising=False)
    monkeypatch.setattr(shutil, "which", lambda *_args, **_more: None)
    monkeypatch.setattr(postgres, "DEBIAN_HOME", tmp_path)
    with pytest.raises(postgres.Missing, match="Debian package postgresql"), postgres.cluster("gw0"):
        pass


def test_without_a_browser_there_is_no_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_args, **_more: None)
    assert machine.chromium_path() is None
