"""Reading the audit trail: by subject, person, act and day, page by page, by those who may."""

from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import Session

from registry.clock import PROVINCE_ZONE
from registry.errors import NotAllowed
from registry.policies import SYSTEM, Actor, Grant
from registry.services.audit import record
from registry.services.audit_reading import AuditFilter, find_events
from registry.vocabulary import Role
from tests.support.accounts import person

SHEN = Actor(2, "shen", (Grant(Role.AUDITOR, "440300"),))


def write(session: Session, *, actor: str = "li", action: str = "batch.final", key: str = "1", **more: Any) -> None:
    record(session, actor=actor, action=action, subject_kind="batch", subject_key=key, **more)


def found(session: Session, actor: Actor = SHEN, **asked: Any) -> list[str]:
    events = find_events(session, actor=actor, asked=AuditFilter(**asked)).items
    return [event.subject_key for event in events]


def test_events_are_found_by_subject_person_act_and_day(session: Session) -> None:
    for key, actor, action, day in (
        ("1", "li", "batch.final", 1),
        ("2", "he", "batch.notice", 2),
        ("3", "li", "account.created", 3),
    ):
        # The last minute and the first of a local day.
        with time_machine.travel(datetime(2026, 3, day, 23 if key == "2" else 0, 1, tzinfo=PROVINCE_ZONE)):
            write(session, key=key, actor=actor, action=action)
    assert found(session) == ["3", "2", "1"]
    assert found(session, subject="2") == found(session, subject="batch:2") == ["2"]
    assert found(session, subject="batch") == ["3", "2", "1"]
    assert found(session, subject="firm:2") == []
    assert found(session, person="li") == ["3", "1"]
    assert found(session, action="batch.") == ["2", "1"]
    assert found(session, first_day=date(2026, 3, 2), last_day=date(2026, 3, 2)) == ["2"]
    assert found(session, last_day=date(2026, 3, 2)) == ["2", "1"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(number=st.integers(0, 23), limit=st.integers(1, 7))
def test_page_by_page_each_event_comes_once_also_while_others_are_written(
    sqlite_engine: Engine, number: int, limit: int
) -> None:
    with Session(sqlite_engine) as session:
        for key in range(number):
            write(session, key=str(key))
        seen: list[str] = []
        cursor = None
        while True:
            page = find_events(session, actor=SHEN, asked=AuditFilter(), cursor=cursor, limit=limit)
            seen += [event.subject_key for event in page.items]
            write(session, key="later")
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == [str(key) for key in reversed(range(number))]
        session.rollback()


def test_a_city_administrator_reads_what_the_citys_people_did(
    engine: Engine, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.rollback()
    mayor = person(engine, "mayor", Grant(Role.ADMINISTRATOR, "440300"))
    person(engine, "lin", Grant(Role.REVIEWER, "440305"))
    person(engine, "canton", Grant(Role.REVIEWER, "440100"))
    for actor in ("mayor", "lin", "canton", SYSTEM.label):
        write(session, actor=actor, key=actor)
    assert found(session, mayor) == ["lin", "mayor"]
    assert set(found(session, action="batch.")) == {"lin", "mayor", "canton", SYSTEM.label}


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.CURATOR, Role.FIRM])
def test_nobody_else_reads_the_trail(session: Session, role: Role) -> None:
    with pytest.raises(NotAllowed):
        found(session, Actor(1, "li", (Grant(role, "000000"),)))
