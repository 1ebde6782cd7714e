"""Who opened protected data of a firm: noted once a visit, read by the firm and by nobody else but auditors."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from registry import clock
from registry.db import transaction
from registry.errors import NotAllowed, NotAuthenticated
from registry.models import AccessRecord
from registry.policies import SYSTEM, Actor, FirmRight, Grant
from registry.services.access import access_log, note_access, note_opening
from registry.vocabulary import AccessPurpose, FirmRole, Role
from tests.factories import an_enterprise

LIN = Actor(1, "lin", (Grant(Role.REVIEWER, "440300"),), "林示例")
SHEN = Actor(2, "shen", (Grant(Role.AUDITOR, "440000"),))
REVIEW, CHECK = AccessPurpose.REVIEW, AccessPurpose.VERIFICATION


def a_firm(session: Session) -> int:
    firm = an_enterprise()
    session.add(firm)
    session.flush()
    return firm.id


def owner(firm: int, role: FirmRole = FirmRole.OWNER) -> Actor:
    return Actor(9, "wang", firms=(FirmRight(firm, role),))


def count(session: Session) -> int:
    return len(session.exec(select(AccessRecord)).all())


def test_one_visit_is_one_record_a_purpose_and_hour(session: Session) -> None:
    firm = a_firm(session)
    for what in ("联系人", "年度指标", "联系人"):
        note_access(session, LIN, firm, what, REVIEW)
    assert count(session) == 1
    note_access(session, LIN, firm, "联系人", CHECK)
    note_access(session, SHEN, firm, "联系人", REVIEW)
    assert count(session) == 3
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        note_access(session, LIN, firm, "联系人", REVIEW)
    assert count(session) == 4


@pytest.mark.parametrize("actor", [SYSTEM, Actor.anonymous(), Actor.command_line()])
def test_only_officials_who_signed_in_are_noted(session: Session, actor: Actor) -> None:
    firm = a_firm(session)
    note_access(session, actor, firm, "联系人", REVIEW)
    note_access(session, owner(firm), firm, "联系人", REVIEW)
    assert count(session) == 0


def test_the_firm_reads_who_when_what_and_for_what_the_latest_first(session: Session) -> None:
    firm = a_firm(session)
    note_access(session, LIN, firm, "联系人", REVIEW)
    note_access(session, SHEN, firm, "年度指标", AccessPurpose.SUPERVISION)
    first = access_log(session, firm, owner(firm, FirmRole.EDITOR), limit=1)
    assert (first.total, first.items[0].actor, first.items[0].authority) == (2, "shen", "广东省")
    rest = access_log(session, firm, owner(firm), limit=1, cursor=first.next_cursor)
    assert (rest.items[0].actor, rest.items[0].what, rest.items[0].authority) == ("lin", "联系人", "深圳市")
    assert rest.next_cursor is None


def test_nobody_else_reads_it(session: Session) -> None:
    firm, other = a_firm(session), a_firm(session)
    assert access_log(session, firm, SHEN).total == 0
    for actor in (LIN, owner(other)):
        with pytest.raises(NotAllowed):
            access_log(session, firm, actor)
    with pytest.raises(NotAuthenticated):
        access_log(session, firm, Actor.anonymous())


def test_a_page_that_only_reads_notes_it_in_a_transaction_of_its_own(engine: Engine) -> None:
    with transaction(engine) as session:
        firm = a_firm(session)
    for _ in range(3):
        note_opening(engine, LIN, firm, "联系人", REVIEW)
    with Session(engine) as session:
        assert count(session) == 1
