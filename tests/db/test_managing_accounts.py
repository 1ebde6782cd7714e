"""What administrators may do with accounts: inside the own region only, and never the last of them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from registry.db import reading, transaction
from registry.errors import InvalidTransition, NotAllowed, NotFound, RegistryError
from registry.models import Account, AuditEvent, Membership, RoleGrant
from registry.policies import Actor, Grant
from registry.services.accounts import grant_role, managing, recognise, sign_in
from registry.services.accounts.reading import find_accounts, get_account, list_accounts, may_manage
from registry.services.accounts.sessions import actor_of
from registry.vocabulary import FirmRole, Role
from tests.factories import an_enterprise
from tests.support.accounts import PASSWORD, SIGNER, enrol, person

ADMIN, CITY = Grant(Role.ADMINISTRATOR, "440000"), Grant(Role.ADMINISTRATOR, "440300")
ACTS: dict[str, Any] = {
    "off": lambda session, actor, login: managing.deactivate(session, actor=actor, login=login),
    "sessions": lambda session, actor, login: managing.sign_out_everywhere(session, actor=actor, login=login),
    "invite": lambda s, actor, login: managing.invite_again(
        s, actor=actor, login=login, page="p", signer=SIGNER, by_mail=False
    ),
}


@pytest.fixture
def fang(engine: Engine) -> Actor:
    """The province's administrator."""
    return person(engine, "fang", ADMIN)


@pytest.fixture
def mayor(engine: Engine, fang: Actor) -> Actor:
    """The administrator of Shenzhen."""
    return person(engine, "mayor", CITY)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    ("grants", "may"),
    [
        ((Grant(Role.REVIEWER, "440305"),), True),
        ((Grant(Role.CURATOR, "440300", "hte"),), True),
        ((Grant(Role.REVIEWER, "440100"),), False),
        ((Grant(Role.REVIEWER, "440300"), Grant(Role.REVIEWER, "440000")), False),
        ((), True),
    ],
)
def test_a_city_administrator_acts_on_accounts_that_lie_inside_the_city(
    engine: Engine, mayor: Actor, act: str, grants: tuple[Grant, ...], may: bool
) -> None:
    other = person(engine, "other", *grants)
    with reading(engine) as session:
        assert may_manage(session, actor=mayor, account_id=other.account_id or 0) is may
    with transaction(engine) as session:
        if may:
            ACTS[act](session, mayor, "other")
            return
        with pytest.raises(NotAllowed):
            ACTS[act](session, mayor, "other")
    with reading(engine) as session:
        assert session.exec(select(AuditEvent).where(AuditEvent.actor == "mayor")).all() == []


def test_members_of_firms_belong_to_the_firms_place(engine: Engine, mayor: Actor) -> None:
    wang = person(engine, "wang")
    with transaction(engine) as session:
        firm = an_enterprise(region_code="440100", city_code="440100")
        session.add(firm)
        session.flush()
        session.add(
            Membership(account_id=wang.account_id or 0, enterprise_id=firm.id, role=FirmRole.OWNER, granted_by="fang")
        )
    with reading(engine) as session:
        assert not may_manage(session, actor=mayor, account_id=wang.account_id or 0)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.CURATOR, Role.AUDITOR, Role.FIRM])
@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_acts_on_accounts(engine: Engine, fang: Actor, role: Role, act: str) -> None:
    other = person(engine, "other", Grant(role, "000000"))
    with transaction(engine) as session, pytest.raises(NotAllowed):
        ACTS[act](session, other, "fang")


def test_switched_off_is_signed_out_at_once_and_on_again_has_the_same_rights(engine: Engine, fang: Actor) -> None:
    person(engine, "li", Grant(Role.CURATOR, "440300"))
    token = sign_in(engine, login="li", password=PASSWORD) or ""
    with transaction(engine) as session:
        assert not managing.deactivate(session, actor=fang, login="li", reason="调离").active
    assert recognise(engine, token=token).is_anonymous
    assert sign_in(engine, login="li", password=PASSWORD) is None
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        managing.deactivate(session, actor=fang, login="li")
    with transaction(engine) as session:
        managing.reactivate(session, actor=fang, login="li")
    again = recognise(engine, token=sign_in(engine, login="li", password=PASSWORD) or "")
    assert again.grants == (Grant(Role.CURATOR, "440300"),)


def test_a_reset_second_factor_leaves_the_password_and_ends_sessions(engine: Engine, fang: Actor) -> None:
    li = person(engine, "li", Grant(Role.CURATOR, "440300"))
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        managing.reset_second_factor(session, actor=fang, login="li")
    enrol(engine, li)
    with transaction(engine) as session:
        managing.reset_second_factor(session, actor=fang, login="li", reason="手机丢失")
        event = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
        assert event is not None
        assert (event.action, event.subject_key, event.reason) == ("account.second_factor_reset", "li", "手机丢失")
    assert not recognise(engine, token=sign_in(engine, login="li", password=PASSWORD) or "").is_anonymous


def test_taking_a_right_back_takes_exactly_that_one(engine: Engine, fang: Actor) -> None:
    person(engine, "li", Grant(Role.CURATOR, "440300"), Grant(Role.CURATOR, "440300", "hte"))
    with transaction(engine) as session:
        left = managing.revoke_role(session, actor=fang, login="li", grant=Grant(Role.CURATOR, "440300", "hte"))
        assert left.grants == (Grant(Role.CURATOR, "440300"),)
        with pytest.raises(NotFound):
            managing.revoke_role(session, actor=fang, login="li", grant=Grant(Role.CURATOR, "440300", "hte"))


def test_the_last_administrator_stays(engine: Engine, fang: Actor, mayor: Actor) -> None:
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        managing.revoke_role(session, actor=fang, login="fang", grant=ADMIN)
    with transaction(engine) as session, pytest.raises(InvalidTransition):
        managing.deactivate(session, actor=Actor.command_line(), login="fang")
    with transaction(engine) as session:
        managing.revoke_role(session, actor=fang, login="mayor", grant=CITY)


def test_nobody_switches_off_themselves(engine: Engine, fang: Actor) -> None:
    person(engine, "second", ADMIN)
    with transaction(engine) as session, pytest.raises(InvalidTransition, match="自己"):
        managing.deactivate(session, actor=fang, login="fang")


LOGINS = ("a", "b", "c", "d")
steps = st.tuples(
    st.sampled_from(LOGINS),
    st.sampled_from(("off", "on", "grant", "revoke")),
    st.sampled_from(LOGINS),
    st.sampled_from((ADMIN, CITY, Grant(Role.REVIEWER, "440300"))),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(sequence=st.lists(steps, max_size=25))
def test_no_sequence_of_acts_leaves_the_province_without_an_administrator(
    sqlite_engine: Engine, sequence: list[tuple[str, str, str, Grant]]
) -> None:
    with Session(sqlite_engine, expire_on_commit=False) as session:
        numbers = {}
        for login in LOGINS:
            account = Account(login=f"{login}{login}", display_name=login, password_hash="")
            session.add(account)
            session.flush()
            numbers[login] = account.id
        session.add(RoleGrant(account_id=numbers["a"], role=ADMIN.role, region_code=ADMIN.region_code))
        session.flush()
        for who, act, whom, grant in sequence:
            before = session.exec(select(AuditEvent.id)).all()
            done = _tried(session, actor_of(session, numbers[who]), act, f"{whom}{whom}", grant)
            after = session.exec(select(AuditEvent.id)).all()
            assert len(after) - len(before) == (1 if done else 0), (who, act, whom)
            assert _administrators(session), (who, act, whom)
        session.rollback()


def _tried(session: Session, actor: Actor, act: str, login: str, grant: Grant) -> bool:
    """Whether it changed anything."""
    try:
        with session.begin_nested():
            if act == "off":
                managing.deactivate(session, actor=actor, login=login)
            elif act == "on":
                managing.reactivate(session, actor=actor, login=login)
            elif act == "revoke":
                managing.revoke_role(session, actor=actor, login=login, grant=grant)
            else:
                number = session.exec(select(Account.id).where(Account.login == login)).one()
                had = grant in actor_grants(session, number)
                grant_role(session, actor=actor, login=login, grant=grant)
                return not had
    except RegistryError:
        return False
    return True


def actor_grants(session: Session, account_id: int) -> list[Grant]:
    """What somebody holds, switched off or not."""
    rows = session.exec(select(RoleGrant).where(RoleGrant.account_id == account_id))
    return [Grant(row.role, row.region_code, row.directory_code) for row in rows]


def _administrators(session: Session) -> list[int]:
    held = select(RoleGrant.account_id).join(Account, col(Account.id) == RoleGrant.account_id)
    wanted = held.where(RoleGrant.role == Role.ADMINISTRATOR, RoleGrant.region_code == "440000")
    return list(session.exec(wanted.where(col(Account.active).is_(True))))


def test_a_city_administrator_sees_the_citys_people_and_an_auditor_everybody(engine: Engine, mayor: Actor) -> None:
    shen = person(engine, "shen", Grant(Role.AUDITOR, "440100"))
    person(engine, "lin", Grant(Role.REVIEWER, "440305"))
    canton = person(engine, "canton", Grant(Role.REVIEWER, "440100"))
    with reading(engine) as session:
        assert [one.login for one in list_accounts(session, actor=mayor)] == ["lin", "mayor"]
        assert len(list_accounts(session, actor=shen)) == 5
        with pytest.raises(NotFound):
            get_account(session, actor=mayor, account_id=canton.account_id or 0)
        with pytest.raises(NotAllowed):
            list_accounts(session, actor=canton)


def test_accounts_are_paged_and_narrowed(engine: Engine, fang: Actor) -> None:
    for number in range(5):
        person(engine, f"user{number}", Grant(Role.REVIEWER, "440300"))
    with reading(engine) as session:
        first = find_accounts(session, actor=fang, text="USER", limit=3)
        rest = find_accounts(session, actor=fang, text="USER", limit=3, cursor=first.next_cursor)
        assert [one.login for one in (*first.items, *rest.items)] == [f"user{number}" for number in range(5)]
        assert (first.total, rest.next_cursor) == (5, None)
        assert [one.login for one in find_accounts(session, actor=fang, role=Role.ADMINISTRATOR).items] == ["fang"]
        assert find_accounts(session, actor=fang, active=False).total == 0
        assert find_accounts(session, actor=fang, text="%").total == 0
