"""The file of columns the rule laboratory keeps: the values that are gathered from the tables, in one format only."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.engine import Engine

from registry.db import reading, transaction
from registry.errors import StorageUnavailable
from registry.services.assessing.gathering import gather, live_enterprises
from registry.services.lab import trials
from registry.services.lab.columns import load
from registry.services.lab.packing import as_bytes
from registry.services.lab.snapshot import FILE, take_snapshot
from registry.services.lab.trials import data_state, try_draft
from registry.services.standards import known_standards
from registry.tiering.population import Population
from registry.tiering.reads import Reads, reads
from registry.tiering.selection import find
from registry.vocabulary import Trust
from tests.db.test_assessing import a_fact, a_ready_firm
from tests.db.test_laboratory import FANG, TODAY, a_draft, firms
from tests.factories import an_enterprise

STATED: dict[str, Any] = {
    "rd_institution_level": "national",
    "post_money_valuation": {"amount": 1_200_000_000, "currency": "USD"},
    "cumulative_funding": 350_000_000,
    "truthful_application": True,
}


def everything_known(engine: Engine) -> None:
    """A complete firm, one of which nothing is known, one whose words are odd, and one with facts of every kind."""
    with transaction(engine) as session:
        a_ready_firm(session)
        bare = {"region_code": None, "city_code": None, "industry_code": None, "founded_on": None}
        odd = {"industry_code": "C39", "listed_market": "新三板", "region_code": "810000", "city_code": "810000"}
        session.add_all([an_enterprise(**bare), an_enterprise(**odd), an_enterprise(listed_market="")])
        firm = an_enterprise(listed_market="深圳证券交易所")
        session.add(firm)
        session.flush()
        session.add_all([a_fact(firm, name, value) for name, value in STATED.items()])
        session.add(a_fact(firm, "rd_institution_level", "provincial", Trust.OFFICIAL))


def values(population: Population, wanted: Reads) -> dict[str, Any]:
    """Everything a rule can see of a population."""
    columns = {str(key): population.figure(*key) for key in wanted.figures}
    columns |= {name: population.fact(name) for name in wanted.facts}
    found = {name: (one.values.tolist(), one.known.tolist()) for name, one in columns.items()}
    days = {name: population.date_fact(name).astype(str).tolist() for name in wanted.dates}
    return found | days | {code: population.holders([code]).tolist() for code in wanted.titles}


@pytest.mark.parametrize("code", ["LG26", "HTE", "STS", "UNIHR", "UNISZ", "LEADGD"])
@pytest.mark.parametrize("day", [TODAY, date(2025, 6, 1)])
def test_every_value_in_the_file_is_the_one_that_is_gathered(
    engine: Engine, tmp_path: Path, code: str, day: date
) -> None:
    everything_known(engine)
    with reading(engine) as session:
        take_snapshot(session, tmp_path)
        standard = find(code, among=known_standards(session))[0]
        wanted = reads(standard, as_of=day, procedure="new")
        gathered = gather(session, ids=live_enterprises(session), reads=wanted, as_of=day, procedure="new")
    columns = load(tmp_path)
    assert columns is not None
    assert values(columns.population(wanted, as_of=day), wanted) == values(gathered, wanted)


def an_older_file(folder: Path) -> None:
    folder.mkdir(parents=True)
    about = {"stamp": "1", "taken_at": "2026-01-01T00:00:00+00:00"}
    arrays: Any = {"about": as_bytes(about), "ids": np.array([1]), "field:region_code": as_bytes(["440305"])}
    np.savez(folder / FILE, **arrays)


def test_a_file_of_another_format_counts_as_none_and_is_read_anew(engine: Engine, tmp_path: Path) -> None:
    firms(engine, 6)
    draft, folder = a_draft(engine), tmp_path / "lab"
    an_older_file(folder)
    assert load(folder) is None
    with reading(engine) as session:
        assert data_state(session, folder).taken_at is None
    try_draft(engine, draft_id=draft.id, folder=folder, as_of=TODAY, actor=FANG)
    columns = load(folder)
    assert columns is not None
    assert columns.size == 1


def test_with_many_firms_an_older_file_is_told_as_not_read_yet(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "FEW", 0)
    firms(engine, 6)
    draft, folder = a_draft(engine), tmp_path / "lab"
    an_older_file(folder)
    with reading(engine) as session:
        assert not data_state(session, folder).ready
    with pytest.raises(StorageUnavailable):
        try_draft(engine, draft_id=draft.id, folder=folder, as_of=TODAY, actor=FANG)
