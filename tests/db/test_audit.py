"""The audit chain: appended in the act's own transaction, and any later change is found at the first event changed."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.models import AuditEvent, AuditHead
from registry.services.audit import GENESIS, Break, record, trail_end, verify_chain

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
    _begin_anew(session)
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
    _begin_anew(session)
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


@pytest.mark.parametrize("cut", [1, 3])
def test_an_end_that_was_cut_off_is_found_behind_the_last_event_left(session: Session, cut: int) -> None:
    _begin_anew(session)
    _write(session, 6)
    events = session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
    for event in events[-cut:]:
        session.delete(event)
    session.flush()
    assert verify_chain(session) == (6 - cut, Break(events[-cut - 1].id, "end", cut))


def test_the_end_of_the_trail_can_be_noted_elsewhere(session: Session) -> None:
    assert trail_end(session) == (0, GENESIS)
    _write(session, 3)
    last = session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.id).desc())).first()
    assert trail_end(session) == (3, last)


@pytest.mark.parametrize("act", ["UPDATE audit_event SET reason = '改'", "DELETE FROM audit_event"])
def test_the_database_itself_refuses_to_change_or_remove_an_event(engine: Engine, act: str) -> None:
    with transaction(engine) as session:
        _write(session, 2)
    with pytest.raises(DBAPIError, match="only appended to"), Session(engine) as session:
        session.execute(text(act))
    with reading(engine) as session:
        assert verify_chain(session) == (2, None)


def _begin_anew(session: Session) -> None:
    """An empty trail that whoever owns the database can change by force."""
    postgres = session.get_bind().dialect.name == "postgresql"
    for name in ["audit_event_is_appended_only"] if postgres else ["audit_event_no_update", "audit_event_no_delete"]:
        session.execute(text(f"DROP TRIGGER IF EXISTS {name}{' ON audit_event' if postgres else ''}"))
    session.execute(delete(AuditEvent))
    session.execute(delete(AuditHead))


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
