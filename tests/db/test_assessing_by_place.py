"""A regional version judges the firms of its place, the national one everybody else, in one assessment."""

from datetime import date

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry.db import transaction
from registry.models import AssessmentRun
from registry.services.assessing.explaining import explain_now
from registry.services.assessing.running import assess_tier
from registry.services.assessing.runs import latest_runs
from registry.tiering.loader import load_all, parse_standard
from tests.factories import an_enterprise

DAY = date(2026, 5, 6)
HOME = """
id: LG26GD
extends: LG26
tier: little_giant
region: "44"
title: {zh: 示例省标准, en: Provincial example}
documents: {d: {title: 示例, number: 示例1号}}
in_force: {new: {from: 2026-04-01}, review: {from: 2026-04-01}}
"""


def test_each_firm_is_judged_by_the_version_of_its_place(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = (*load_all(), parse_standard(HOME, file="test"))
    for module in ("running", "explaining", "runs"):
        monkeypatch.setattr(f"registry.services.assessing.{module}.known_standards", lambda _session: versions)
    with transaction(engine) as session:
        firms = [an_enterprise(region_code=place) for place in ("440305", "420100", None)]
        session.add_all(firms)
        session.flush()
        home, away, nowhere = (one.id for one in firms)
    made = assess_tier(engine, code="little_giant", as_of=DAY, actor="test")
    assert {(one.version, one.population) for one in made} == {("LG26GD", 1), ("LG26", 2)}
    with Session(engine) as session:
        assert {run.standard_version for run in latest_runs(session, tier="little_giant")} == {"LG26GD", "LG26"}
        said = {
            firm: explain_now(session, enterprise_id=firm, code="little_giant", as_of=DAY).version
            for firm in (home, away, nowhere)
        }
        assert said == {home: "LG26GD", away: "LG26", nowhere: "LG26"}


def test_runs_of_an_earlier_assessment_are_not_the_latest(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(an_enterprise(region_code="440305"))
    assess_tier(engine, code="hte", as_of=date(2026, 1, 1), actor="test")
    assess_tier(engine, code="hte", as_of=DAY, actor="test")
    with Session(engine) as session:
        assert len(session.exec(select(AssessmentRun)).all()) == 2
        assert [run.as_of for run in latest_runs(session, tier="hte")] == [DAY]
