"""Every way an import can go is one the table of moves allows, and every act leaves its trace."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from registry.db import reading
from registry.errors import InvalidTransition
from registry.models import AuditEvent, ImportRun
from registry.services.imports.abandoning import UNWRITTEN
from registry.services.imports.states import ACTIONS, MOVES, may_become, require_move
from registry.vocabulary import ImportState
from tests.db.lists import bring, take_back
from tests.unit.imports.files import HEADER, csv_file

STATES = st.sampled_from(list(ImportState))


def run_in(state: ImportState) -> ImportRun:
    return ImportRun(id=7, source_file_id=1, options_hash="", state=state, understood={}, counts={}, actor="示例")


@given(STATES, STATES)
def test_a_move_is_refused_exactly_when_the_table_has_none(before: ImportState, after: ImportState) -> None:
    run = run_in(before)
    if after in MOVES[before]:
        require_move(run, after)
    else:
        with pytest.raises(InvalidTransition):
            require_move(run, after)
    assert may_become(run, after) is (after in MOVES[before])


@given(st.lists(STATES, max_size=12))
def test_what_was_written_is_only_ever_undone_and_what_ended_stays_ended(steps: list[ImportState]) -> None:
    state, seen = ImportState.READ, [ImportState.READ]
    for step in steps:
        if step in MOVES[state]:
            state = step
            seen.append(step)
    if ImportState.WRITTEN in seen:
        assert seen[seen.index(ImportState.WRITTEN) + 1 :] in ([], [ImportState.UNDONE])
    if ImportState.ABANDONED in seen:
        assert seen[-1] is ImportState.ABANDONED
    # Nothing is written whose rows were not matched first.
    assert ImportState.WRITTEN not in seen or ImportState.MATCHED in seen


def test_every_state_has_an_act_and_can_be_reached() -> None:
    reached, waiting = set(), [*MOVES[None]]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting += MOVES[state]
    assert reached == set(ImportState) == ACTIONS.keys()
    assert ImportState.WRITTEN not in UNWRITTEN


def test_each_act_is_recorded_with_the_states_it_led_between(engine: Engine, tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, ("1", "示例甲有限公司", "", ""))
    take_back(engine, bring(engine, path).summary.id)
    with reading(engine) as session:
        events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    said = [(one.action, one.before and one.before["state"], (one.after or {})["state"]) for one in events]
    assert said == [
        ("import.match", None, "matched"),
        ("import.write", "matched", "written"),
        ("import.undo", "written", "undone"),
    ]
