"""Claims, members and calls on their pages: who may, what comes back, what is refused."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry import clock
from registry.db import reading, transaction
from registry.models import AuditEvent, Claim, Contact, RoleGrant, WorkItem
from registry.policies import SYSTEM
from registry.services.firms.claiming import make_code
from registry.vocabulary import ClaimState, Role
from tests.factories import an_enterprise
from tests.support.firms import an_account
from tests.support.pdf import a_pdf
from tests.web.firm_place import SAME_SITE, Place, as_, make_place


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return make_place(sqlite_engine)


@pytest.fixture
def owner(client: TestClient, place: Place) -> TestClient:
    return as_(client, "owner")


def test_a_claim_with_the_licence_waits_for_an_official(
    client: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    with transaction(sqlite_engine) as session:
        free = an_enterprise(name_zh="深圳市示例无主有限公司")
        session.add(free)
        session.flush()
        key = free.uscc
    as_(client, "nobody")
    data = {"person": "示例", "phone": "0755-12345678"}
    again = client.post(f"/firm/claim/{key}", data=data | {"code": "WRONG"}, headers=SAME_SITE)
    assert again.status_code == 422
    assert 'value="0755-12345678"' in again.text
    files = {"file": ("执照.pdf", a_pdf(), "application/pdf")}
    answer = client.post(f"/firm/claim/{key}", data=data, files=files, headers=SAME_SITE)
    assert answer.status_code == 303, answer.text
    assert client.get(f"/firm/{key}").status_code == 403
    assert client.post(f"/firm/claim/{key}", data=data, files=files, headers=SAME_SITE).status_code == 409
    for login, status in (("far", 403), ("shen", 403), ("lin", 422)):
        # Refusing takes a reason.
        got = as_(client, login).post("/office/claims/1", data={"act": "refuse"}, headers=SAME_SITE)
        assert got.status_code == status, login
    assert client.get("/office/claims/1").status_code == 200
    assert client.post("/office/claims/1", data={"act": "confirm"}, headers=SAME_SITE).status_code == 303
    assert client.post("/office/claims/1", data={"act": "confirm"}, headers=SAME_SITE).status_code == 409
    assert as_(client, "nobody").get(f"/firm/{key}").status_code == 200
    with reading(sqlite_engine) as session:
        assert session.exec(select(Claim)).one().state is ClaimState.CONFIRMED
        assert session.exec(select(WorkItem)).one().closed_at is not None
        assert "claim.confirmed" in set(session.exec(select(AuditEvent.action)))


def test_a_code_works_once_and_only_for_its_firm(client: TestClient, place: Place, sqlite_engine: Engine) -> None:
    with transaction(sqlite_engine) as session:
        code = make_code(session, enterprise_id=place.firm, actor=SYSTEM)
    as_(client, "nobody")
    data = {"person": "示例", "phone": "0755-12345678", "code": code.lower()}
    assert client.post(f"/firm/claim/{place.other_key}", data=data, headers=SAME_SITE).status_code == 422
    assert client.post(f"/firm/claim/{place.key}", data=data, headers=SAME_SITE).status_code == 303
    assert client.get(f"/firm/{place.key}").status_code == 200
    as_(client, "neighbour")
    assert client.post(f"/firm/claim/{place.key}", data=data, headers=SAME_SITE).status_code == 422


def test_officials_and_auditors_cannot_claim(client: TestClient, place: Place) -> None:
    for login in ("lin", "shen"):
        as_(client, login)
        data = {"person": "示例", "phone": "0755-12345678", "code": "AAAA"}
        assert client.post(f"/firm/claim/{place.key}", data=data, headers=SAME_SITE).status_code == 403


def test_the_last_owner_stays(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    answer = owner.post(f"/firm/{place.key}/members/1/end", headers=SAME_SITE)
    assert answer.status_code == 409
    assert "至少要有一位负责人" in answer.text
    data = {"login": "nobody", "role": "owner"}
    assert owner.post(f"/firm/{place.key}/members", data=data, headers=SAME_SITE).status_code == 303
    wrong = owner.post(f"/firm/{place.key}/members", data={"login": "lin"}, headers=SAME_SITE)
    assert wrong.status_code == 422
    assert owner.post(f"/firm/{place.key}/members/1/end", headers=SAME_SITE).status_code == 303
    assert owner.get(f"/firm/{place.key}").status_code == 403


def test_an_official_opens_moves_and_takes_back_a_call(client: TestClient, place: Place) -> None:
    as_(client, "fang")
    day = clock.today() + timedelta(days=20)
    data = {
        "title": "示例通知二", "directory": "little_giant", "standard": "LG26", "procedure": "new", "region": "440000",
        "opens_on": clock.today().isoformat(), "opens_hour": "00:00", "closes_on": day.isoformat(),
        "closes_hour": "17:00", "step.city": "yes", "days.city": "10", "document.audit_report": "required",
    }  # fmt: skip
    wrong = client.post("/office/calls", data=data | {"closes_on": "2020-01-01"}, headers=SAME_SITE)
    assert wrong.status_code == 422
    assert 'value="示例通知二"' in wrong.text
    answer = client.post("/office/calls", data=data, headers=SAME_SITE)
    assert answer.status_code == 303
    address = answer.headers["location"]
    assert "示例通知二" in client.get(address).text
    assert client.post(address, data={"act": "withdraw"}, headers=SAME_SITE).status_code == 422
    assert client.post(address, data={"act": "withdraw", "reason": "示例"}, headers=SAME_SITE).status_code == 303
    for login in ("lin", "shen"):
        as_(client, login)
        assert client.get("/office/calls").status_code == 200
        assert client.post("/office/calls", data=data, headers=SAME_SITE).status_code == 403


@pytest.mark.parametrize("public", [True, False])
def test_a_contact_is_public_only_where_the_firm_ticked_it(
    client: TestClient, place: Place, sqlite_engine: Engine, public: bool
) -> None:
    with transaction(sqlite_engine) as session:
        session.add(Contact(enterprise_id=place.firm, name="示例联系人", phone="0755-12345678", public=public))
    page = client.get(f"/e/{place.key}").text
    assert ("0755-12345678" in page) is public


def test_only_an_administrator_makes_parks_and_adds_their_people(
    client: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    with transaction(sqlite_engine) as session:
        head = an_account(session, "head")
        session.add(RoleGrant(account_id=head.id, role=Role.ADMINISTRATOR, region_code="440000"))
    data = {"name": "示例园区", "place": "440300"}
    for login in ("lin", "fang", "shen"):
        as_(client, login)
        assert client.get("/office/parks").status_code == 200
        assert client.post("/office/parks", data=data, headers=SAME_SITE).status_code == 403
    as_(client, "head")
    wrong = client.post("/office/parks", data={"name": "", "place": "440300"}, headers=SAME_SITE)
    assert wrong.status_code == 422
    assert client.post("/office/parks", data=data, headers=SAME_SITE).status_code == 303
    missing = client.post("/office/parks/1/members", data={"login": "no-one"}, headers=SAME_SITE)
    assert missing.status_code == 422
    assert 'value="no-one"' in missing.text
    assert client.post("/office/parks/1/members", data={"login": "nobody"}, headers=SAME_SITE).status_code == 303
    as_(client, "nobody")
    assert "示例园区" in client.get("/firm").text
    assert client.post("/firm/parks/1/firms", data={"key": "wrong"}, headers=SAME_SITE).status_code == 422
    assert client.post("/firm/parks/1/firms", data={"key": place.key}, headers=SAME_SITE).status_code == 303
    assert client.get(f"/firm/{place.key}").status_code == 403
    as_(client, "owner")
    assert client.post(f"/firm/{place.key}/parks/1", data={"act": "agree"}, headers=SAME_SITE).status_code == 303
    as_(client, "nobody")
    assert client.get(f"/firm/{place.key}").status_code == 200
    assert client.get(f"/firm/{place.key}/members").status_code == 403
