"""The commands ``check`` and ``standards`` as people and scripts call them."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from registry.cli import standards
from registry.errors import InvalidInput, NotFound
from registry.tiering.loader import load_all
from tests.unit.tiering.cases import LG22_PASS, LG26_PASS, changed


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    app = typer.Typer()
    standards.mount(app)
    return app


def test_check_prints_the_report_as_json_from_standard_input(app: typer.Typer) -> None:
    done = CliRunner().invoke(app, ["check", "--standard", "little_giant", "--json", "-"], input=json.dumps(LG26_PASS))
    found = json.loads(done.stdout)
    assert (done.exit_code, found["version"], found["verdict"]) == (0, "LG26", "eligible")
    assert "符合" in done.stdout


def test_check_prints_an_aligned_list_for_people(app: typer.Typer, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_text(json.dumps(changed(LG26_PASS, facts__class1_ip=3)), encoding="utf-8")
    done = CliRunner().invoke(app, ["check", "--standard", "LG26", str(path)])
    lines = done.stdout.splitlines()
    assert lines[0] == "LG26  2026-05-06  不够条件"
    assert lines[-2:] == ["改动最少的一条路：Ⅰ类知识产权增加 1 件，至 4 件", "还差 1 件Ⅰ类知识产权"]
    assert any(line.startswith("×  LG26-8 ") for line in lines)


def test_the_review_of_2026_is_judged_by_the_rules_of_2022(app: typer.Typer) -> None:
    done = CliRunner().invoke(app, ["check", "--standard", "little_giant", "--json", "-"], input=json.dumps(LG22_PASS))
    assert json.loads(done.stdout)["version"] == "LG22"


def test_bad_input_is_a_refusal_of_one_line(app: typer.Typer) -> None:
    wrong = json.dumps(changed(LG26_PASS, annual__2025__revenu=1))
    done = CliRunner().invoke(app, ["check", "--standard", "LG26", "-"], input=wrong)
    assert isinstance(done.exception, InvalidInput)
    done = CliRunner().invoke(app, ["check", "--standard", "LG99", "-"], input=json.dumps(LG26_PASS))
    assert isinstance(done.exception, NotFound)


def test_a_file_without_a_day_is_judged_today(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = changed(LG26_PASS, as_of=...)
    done = CliRunner().invoke(app, ["check", "--standard", "hte", "--json", "-"], input=json.dumps(raw))
    assert json.loads(done.stdout)["as_of"] >= "2026-01-01"


def test_standards_are_listed_and_shown(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = json.loads(CliRunner().invoke(app, ["standards", "list", "--json"]).stdout)
    assert [one["id"] for one in listed] == [one.id for one in load_all()]
    shown = json.loads(CliRunner().invoke(app, ["standards", "show", "little_giant", "--json"]).stdout)
    assert [one["id"] for one in shown] == ["LG26", "LG22"]
    assert shown[0]["criteria"][8]["sentence"] == "上年度营业收入须 ≥ 5,000 万元"
    assert "LG22-4" in CliRunner().invoke(app, ["standards", "show", "LG22"]).stdout
    monkeypatch.setenv("REGISTRY_LANG", "en")
    assert "Little giant" in CliRunner().invoke(app, ["standards", "list"]).stdout
