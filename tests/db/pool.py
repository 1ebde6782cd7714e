"""Builders for tests of the cultivation pool: people with their places, firms, cases, titles."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, select

from registry import clock
from registry.models import Account, CaseEvent, CultivationCase, Enterprise, Listing, RoleGrant
from registry.policies import EVERYWHERE, Actor, Grant
from registry.services.pool.acts import move_case, record_work
from registry.services.pool.taking_in import take_in
from registry.vocabulary import CaseStage, Role
from tests.factories import a_batch, a_listing, an_enterprise

TITLE = "little_giant"
WHY = "示例理由"


def a_person(session: Session, login: str, *grants: Grant) -> Actor:
    """An account with its grants, as who acts."""
    account = Account(login=login, display_name=f"{login}示例", password_hash="-")
    session.add(account)
    session.flush()
    for grant in grants:
        row = RoleGrant(
            account_id=account.id,
            role=grant.role,
            region_code=grant.region_code,
            directory_code=grant.directory_code,
        )
        session.add(row)
    session.flush()
    return Actor(account.id, login, grants)


def a_reviewer(session: Session, login: str = "lin", place: str = "440300") -> Actor:
    """A reviewer of Shenzhen."""
    return a_person(session, login, Grant(Role.REVIEWER, place))


def a_curator(session: Session, login: str = "fang") -> Actor:
    """A curator of the province."""
    return a_person(session, login, Grant(Role.CURATOR, "440000"))


def an_auditor(session: Session) -> Actor:
    """Somebody who reads everything."""
    return a_person(session, "shen", Grant(Role.AUDITOR, EVERYWHERE))


def a_firm(session: Session, **given: Any) -> Enterprise:
    """A firm in Nanshan, stored."""
    firm = an_enterprise(**given)
    session.add(firm)
    session.flush()
    return firm


def a_case(
    session: Session, actor: Actor, firm: Enterprise | None = None, *, directory: str = TITLE
) -> CultivationCase:
    """A case taken in by hand."""
    firm = firm or a_firm(session)
    return take_in(session, key=firm.uscc or "", directory_code=directory, actor=actor, reason=WHY)


def a_title(session: Session, firm: Enterprise, *, directory: str = TITLE, begins: int = 0, **given: Any) -> Listing:
    """A title of three years that begins so many days from today."""
    batch = a_batch(directory_code=directory)
    session.add(batch)
    session.flush()
    begin = clock.today() + timedelta(days=begins)
    days: dict[str, Any] = {"valid_from": begin, "valid_to": begin + timedelta(days=1095)}
    row = a_listing(firm, batch, **days | given)
    session.add(row)
    session.flush()
    return row


def led_to(session: Session, case: CultivationCase, stage: CaseStage, actor: Actor) -> CultivationCase:
    """A fresh case brought to a stage the shortest way."""
    ways = {
        CaseStage.ADMITTED: (),
        CaseStage.DIAGNOSIS: ("diagnosis",),
        CaseStage.IMPROVEMENT: ("diagnosis", "improvement"),
        CaseStage.PRECHECK: ("precheck",),
        CaseStage.APPLICATION: ("precheck", "application"),
    }
    for to in ways[stage]:
        if to == "improvement":
            record_work(session, case_id=case.id, kind="diagnosis", on=clock.today(), text=WHY, actor=actor)
        move_case(session, case_id=case.id, to=to, actor=actor, reason=WHY)
    return case


def events_of(session: Session, case: CultivationCase) -> list[CaseEvent]:
    """Its events, oldest first."""
    return list(session.exec(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)))  # type: ignore[arg-type]
