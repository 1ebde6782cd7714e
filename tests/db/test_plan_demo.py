"""Over the whole demo: every number of the plan is exactly its rows, and the cells of every matrix add up."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session

from registry.clock import today
from registry.db import make_engine, reading
from registry.schemas.targets import IndicatorLine
from registry.services.targets.board import get_board
from registry.services.targets.catalogue import NO_CHAIN, find_plan
from registry.services.targets.counting import View
from registry.services.targets.matrix import get_matrix
from registry.services.targets.rows import Asked, plan_rows
from registry.services.targets.standing import place_notes
from registry.settings import Settings
from tests.support.demos import SMALL, a_demo

PLAN = "electronics_2019_2022"
DAYS = (today(), today() - timedelta(days=400), date(2022, 12, 31))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A small finished demo."""
    engine = make_engine(Settings(data_dir=a_demo(tmp_path_factory, SMALL)))
    with reading(engine) as session:
        yield session
    engine.dispose()


def lines_on(session: Session, day: date) -> list[IndicatorLine]:
    return [line for group in get_board(session, PLAN, as_of=day).groups for line in group.indicators]


def keys_of(session: Session, asked: Asked) -> list[str]:
    """The firms on all pages."""
    keys: list[str] = []
    cursor = None
    while True:
        page = plan_rows(session, asked, cursor=cursor, limit=100)
        keys += [row.key for row in page.items]
        cursor = page.next_cursor
        if cursor is None:
            assert len(keys) == len(set(keys)) == page.total
            return keys


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_number_is_its_rows(demo: Session, day: date) -> None:
    counted = 0
    for line in lines_on(demo, day):
        if not line.by_titles or line.now is None or line.forecast is None:
            continue
        counted += 1
        firms = {view: set(keys_of(demo, Asked(PLAN, line.code, day, view=view))) for view in View}
        assert len(firms[View.NOW]) == line.now.value == line.now.firms
        assert len(firms[View.FORECAST]) == line.forecast.value
        assert firms[View.FORECAST] == (firms[View.NOW] - firms[View.LEAVING]) | firms[View.JOINING]
    assert counted


def test_sums_are_made_of_the_figures_in_their_rows(demo: Session) -> None:
    for line in lines_on(demo, today()):
        counted = next((one for one in [line.now, *line.others] if one is not None and one.counted), None)
        if line.by_titles or not line.countable:
            continue
        page = plan_rows(demo, Asked(PLAN, line.code, today()), limit=200)
        assert page.next_cursor is None
        totals = [
            sum((row.figures[at].value for row in page.items), Decimal(0)) for at in range(len(page.items[0].figures))
        ]
        assert counted is not None
        assert counted.value == (
            totals[0] if line.kind == "money" else (totals[0] / totals[1]).quantize(Decimal("0.0001"))
        )


def test_the_cells_of_every_matrix_are_firms_and_add_up(demo: Session) -> None:
    for line in lines_on(demo, today()):
        if not line.by_titles:
            continue
        matrix = get_matrix(demo, PLAN, as_of=today(), indicator=line.code)
        assert matrix is not None
        everybody: list[str] = []
        for row in matrix.rows:
            in_chain = keys_of(demo, Asked(PLAN, line.code, today(), chain=row.chain))
            assert len(in_chain) == row.total == sum(cell.value for cell in row.cells)
            everybody += in_chain
            cell = max(row.cells, key=lambda one: one.value)
            found = keys_of(demo, Asked(PLAN, line.code, today(), city=cell.city, chain=row.chain))
            assert len(found) == cell.value
            assert set(found) <= set(in_chain)
        everybody += keys_of(demo, Asked(PLAN, line.code, today(), chain=NO_CHAIN))
        assert len(set(everybody)) == matrix.total == sum(matrix.city_totals)
        assert len(everybody) - len(set(everybody)) == matrix.repeated


def test_official_values_and_places_of_the_demo_say_that_they_are_made_up(demo: Session) -> None:
    entered = [one for line in lines_on(demo, today()) for one in [line.now, *line.others] if one and not one.counted]
    assert entered
    assert all("虚构" in (one.document or "") for one in entered)
    assert any(line.conflict for line in lines_on(demo, today()))
    notes = place_notes(demo, find_plan(demo, PLAN))
    assert all("虚构" in note.source for note in notes.values())
