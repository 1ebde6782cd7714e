"""Runs of a land scheme over stored enterprises, on both engines: graded, kept, worked out again, made over later."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import typer
from sqlmodel import Session, col, select
from typer.testing import CliRunner

from registry.cli import land
from registry.errors import InvalidInput, NotFound
from registry.models import Enterprise, LandGrade, LandRun
from registry.services.land import land_lines, repeat_land, run_land
from registry.settings import Settings
from registry.vocabulary import IdentityState
from tests.factories import a_figure, an_enterprise

WAN = 10_000
FIGURES = {
    "land_mu": 10,
    "revenue": 5000 * WAN,
    "main_business_revenue": 4000 * WAN,
    "value_added": 1000 * WAN,
    "employees": 50,
    "energy_tce": 100,
    "rd_expense": 200 * WAN,
}


def a_firm(session: Session, *, tax: int | None, without: tuple[str, ...] = (), **fields: Any) -> Enterprise:
    """A firm with the figures of 2025."""
    firm = an_enterprise(founded_on=date(2010, 1, 1), **fields)
    session.add(firm)
    session.flush()
    wanted = {name: value for name, value in FIGURES.items() if name not in without}
    if tax is not None:
        wanted["tax_paid"] = tax
    for name, value in wanted.items():
        session.add(a_figure(firm, name=name, year=2025, value=Decimal(value)))
    session.flush()
    return firm


def graded(session: Session, run_id: int) -> dict[int, tuple[str, str, int | None]]:
    rows = session.scalars(select(LandGrade).where(col(LandGrade.run_id) == run_id))
    return {row.enterprise_id: (row.grade, row.reason, row.place) for row in rows}


def test_a_run_grades_the_firms_of_a_place_and_can_be_worked_out_again(session: Session) -> None:
    best = a_firm(session, tax=300 * WAN)
    other = a_firm(session, tax=100 * WAN)
    bare = a_firm(session, tax=100 * WAN, without=("land_mu",))
    elsewhere = a_firm(session, tax=100 * WAN, region_code="440112", city_code="440100")
    done = run_land(session, code="examplecity", year=2025, region="4403", actor="test")
    assert (done.scheme, done.population) == ("EXAMPLECITY", 3)
    assert done.counts["graded"] == 2
    assert done.counts["no_land"] == 1
    assert graded(session, done.run_id) == {
        best.id: ("A", "graded", 1),
        other.id: ("B", "graded", 2),
        bare.id: ("", "no_land", None),
    }
    assert elsewhere.id not in graded(session, done.run_id)
    assert repeat_land(session, run_id=done.run_id) == 0
    # What is stored now does not touch a run of before: it keeps what it read and the settings themselves.
    session.add(a_figure(best, name="land_points", year=2025, value=Decimal(-50)))
    session.flush()
    assert repeat_land(session, run_id=done.run_id) == 0
    later = run_land(session, code="EXAMPLECITY", year=2025, region="4403", actor="test")
    assert graded(session, later.run_id)[best.id] == ("B", "graded", 2)
    assert graded(session, done.run_id)[best.id] == ("A", "graded", 1)


def test_a_grade_somebody_changed_is_found_when_the_run_is_worked_out_again(session: Session) -> None:
    firm = a_firm(session, tax=300 * WAN)
    a_firm(session, tax=100 * WAN)
    done = run_land(session, code="EXAMPLECITY", year=2025, region=None, actor="test")
    row = session.scalars(select(LandGrade).where(col(LandGrade.enterprise_id) == firm.id)).one()
    row.grade = "D"
    session.flush()
    assert repeat_land(session, run_id=done.run_id) == 1


def test_merged_firms_are_not_graded_and_lines_name_the_best_first(session: Session) -> None:
    best = a_firm(session, tax=300 * WAN, name_zh="深圳市示例甲有限公司")
    a_firm(session, tax=100 * WAN, name_zh="深圳市示例乙有限公司")
    a_firm(session, tax=900 * WAN, identity=IdentityState.MERGED)
    done = run_land(session, code="EXAMPLECITY", year=2025, region="440300", actor="test")
    lines = land_lines(session, run_id=done.run_id)
    assert [(one.name, one.place, one.of, one.grade) for one in lines] == [
        ("深圳市示例甲有限公司", 1, 2, "A"),
        ("深圳市示例乙有限公司", 2, 2, "B"),
    ]
    assert lines[0].key == best.uscc
    run = session.get_one(LandRun, done.run_id)
    assert "id: EXAMPLECITY" in run.settings
    assert run.benchmarks["above_scale"]["LP-1"] == 20.0


def test_a_wrong_place_year_scheme_or_run_is_refused(session: Session) -> None:
    a_firm(session, tax=1)
    with pytest.raises(InvalidInput, match="2025"):
        run_land(session, code="HUANGYAN", year=2025, region=None, actor="test")
    with pytest.raises(InvalidInput, match="行政区划"):
        run_land(session, code="EXAMPLECITY", year=2025, region="Shenzhen", actor="test")
    with pytest.raises(NotFound, match="510000"):
        run_land(session, code="EXAMPLECITY", year=2025, region="510000", actor="test")
    with pytest.raises(NotFound):
        run_land(session, code="NOWHERE", year=2025, region=None, actor="test")
    with pytest.raises(NotFound):
        repeat_land(session, run_id=10**6)


def test_the_command_lists_schemes_grades_and_works_out_again(
    settings: Settings, sqlite_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_LANG", "zh")
    monkeypatch.setattr("registry.cli.setting_up.read_settings", lambda: settings)
    monkeypatch.setattr("registry.cli.setting_up.open_engine", lambda _settings: sqlite_engine)
    app = typer.Typer()
    land.mount(app)
    app.command("other")(lambda: None)
    with Session(sqlite_engine) as session:
        a_firm(session, tax=300 * WAN)
        a_firm(session, tax=100 * WAN)
        session.commit()
    listed = CliRunner().invoke(app, ["land"])
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["EXAMPLECITY", "HUANGYAN"]
    done = CliRunner().invoke(app, ["land", "--scheme", "EXAMPLECITY", "--year", "2025", "--json"])
    found = json.loads(done.stdout)
    assert [one["grade"] for one in found["enterprises"]] == ["A", "B"]
    again = CliRunner().invoke(app, ["land", "--run", str(found["run_id"])])
    assert (again.exit_code, "一致" in again.stdout) == (0, True)
    said = CliRunner().invoke(app, ["land", "--scheme", "EXAMPLECITY", "--year", "2025"])
    assert "A 1" in said.stdout
    monkeypatch.setenv("REGISTRY_LANG", "en")
    assert "example" in CliRunner().invoke(app, ["land"]).stdout
