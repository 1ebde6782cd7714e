"""The audit chain: appended in the act's own transaction, and any later change is found at the first event changed."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.models import AuditEvent
from registry.services.audit import GENESIS, Break, record, verify_chain

shared_database = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)

TAMPERINGS: dict[str, Any] = {
    "at": lambda event: event.at + timedelta(microseconds=1),
    "actor": lambda event: event.actor + "x",
    "action": lambda event: "other",
    "subject_kind": lambda event: "other",
    "subject_key": lambda event: event.subject_key + "0",
    "before": lambda event: {"state": "改"},
    "after": lambda event: {"state": "改"},
    "reason": lambda event: event.reason + "。",
    "previous_hash": lambda event: "f" * 64,
    "hash": lambda event: "e" * 64,
}


def test_an_untouched_chain_holds(session: Session) -> None:
    _write(session, 5)
    assert verify_chain(session) == (5, None)


def test_an_empty_chain_holds(session: Session) -> None:
    assert verify_chain(session) == (0, None)


def test_the_first_event_follows_the_beginning_and_each_the_one_before(session: Session) -> None:
    _write(session, 3)
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    assert [event.previous_hash for event in events] == [GENESIS, events[0].hash, events[1].hash]


@shared_database
@given(place=st.integers(0, 5), field=st.sampled_from(sorted(TAMPERINGS)))
def test_tampering_with_any_field_of_any_event_is_found_at_that_event(session: Session, place: int, field: str) -> None:
    session.execute(delete(AuditEvent))
    _write(session, 6)
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    setattr(events[place], field, TAMPERINGS[field](events[place]))
    session.flush()
    session.expire_all()
    count, broken = verify_chain(session)
    assert broken is not None
    assert (broken.event_id, count) == (events[place].id, place + 1)


@shared_database
@given(place=st.integers(0, 4))
def test_a_removed_event_is_found_at_the_next(session: Session, place: int) -> None:
    session.execute(delete(AuditEvent))
    _write(session, 6)
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    following = events[place + 1].id
    session.delete(events[place])
    session.flush()
    assert verify_chain(session) == (place + 1, Break(following, "previous"))


def test_the_chain_is_the_same_read_from_a_fresh_connection(engine: Engine) -> None:
    with transaction(engine) as session:
        record(
            session, actor="方示例", action="test", subject_kind="batch", subject_key="1", after={"数": [1, None, "二"]}
        )
    with transaction(engine) as session:
        _write(session, 2)
    with reading(engine) as session:
        assert verify_chain(session) == (3, None)


def test_an_event_lives_and_dies_with_the_act(engine: Engine) -> None:
    with pytest.raises(RuntimeError, match="stopped"):
        _write_then_stop(engine)
    with reading(engine) as session:
        assert verify_chain(session) == (0, None)


def _write(session: Session, number: int) -> None:
    for step in range(number):
        record(
            session,
            actor="方示例",
            action="batch.finalised",
            subject_kind="batch",
            subject_key=str(step),
            before={"state": "draft"},
            after={"state": "final", "改动": [step, None, 0.5, "二"]},
            reason="示例",
        )


def _write_then_stop(engine: Engine) -> None:
    with transaction(engine) as session:
        _write(session, 1)
        raise RuntimeError("stopped")
