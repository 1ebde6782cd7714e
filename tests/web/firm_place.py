"""Two firms with people, officials and a call, for tests of the pages of firms."""

from dataclasses import dataclass

from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry.db import transaction
from registry.models import Account, Membership, RoleGrant
from registry.services.accounts import open_session
from registry.vocabulary import FirmRole, Role
from tests.factories import a_figure, an_enterprise
from tests.support.firms import YEAR, a_call, an_account
from web.sessions import SECURE_COOKIE

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Place:
    """Two firms with people, and the keys they are reached by."""

    key: str
    firm: int
    other_key: str
    call: int


def make_place(engine: Engine) -> Place:
    """Two firms, their people, somebody without any, officials of three kinds, an open call."""
    with transaction(engine) as session:
        firm, other = an_enterprise(), an_enterprise(name_zh="深圳市示例另一家有限公司")
        session.add_all([firm, other])
        session.flush()
        for login, enterprise, role in (
            ("owner", firm, FirmRole.OWNER),
            ("editor", firm, FirmRole.EDITOR),
            ("neighbour", other, FirmRole.OWNER),
        ):
            account = an_account(session, login)
            session.add(Membership(account_id=account.id, enterprise_id=enterprise.id, role=role, granted_by="示例"))
        an_account(session, "nobody")
        for login, what, where in (
            ("lin", Role.REVIEWER, "440300"),
            ("far", Role.REVIEWER, "440100"),
            ("shen", Role.AUDITOR, "440000"),
            ("fang", Role.CURATOR, "440000"),
        ):
            session.add(RoleGrant(account_id=an_account(session, login).id, role=what, region_code=where))
        session.add(a_figure(firm, year=YEAR - 1, name="total_assets", value=134_200_000))
        call = a_call(session)
        return Place(str(firm.uscc), firm.id, str(other.uscc), call.id)


def as_(client: TestClient, login: str) -> TestClient:
    """The client, signed in: by a session of its own, without the slow way through a password."""
    with transaction(client.app.state.engine) as session:  # type: ignore[attr-defined]
        account = session.exec(select(Account).where(Account.login == login)).one()
        token = open_session(session, account_id=account.id)
    client.cookies.clear()
    client.cookies.set(SECURE_COOKIE, token)
    return client
