"""The pages of firms: nothing typed is lost, only one's own firm, every refusal beside its field."""

import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import Engine
from sqlmodel import select

from registry import clock
from registry.db import reading, transaction
from registry.models import AuditEvent, Claim, Membership, Submission, SubmissionField, WorkItem
from registry.policies import SYSTEM, Actor, Grant
from registry.services.accounts import create_account
from registry.services.firms.claiming import make_code
from registry.services.submitting.moves import move
from registry.vocabulary import (
    ClaimState,
    FieldDecision,
    FirmRole,
    Role,
    SubmissionAct,
    SubmissionState,
)
from tests.factories import a_figure, an_enterprise
from tests.support.firms import FILLED, YEAR, a_call
from tests.support.pdf import a_pdf
from tests.support.people import PASSWORD

SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
HTMX = SAME_SITE | {"HX-Request": "true"}
REVENUE, RD = f"annual.{YEAR}.revenue", f"annual.{YEAR}.rd_expense"


@dataclass
class Place:
    """Two firms with people, and the keys they are reached by."""

    key: str
    firm: int
    other_key: str
    call: int


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    with transaction(sqlite_engine) as session:
        firm, other = an_enterprise(), an_enterprise(name_zh="深圳市示例另一家有限公司")
        session.add_all([firm, other])
        session.flush()
        for login, enterprise, role in (
            ("owner", firm, FirmRole.OWNER),
            ("editor", firm, FirmRole.EDITOR),
            ("neighbour", other, FirmRole.OWNER),
        ):
            account = create_account(session, actor=Actor.command_line(), login=login, password=PASSWORD)
            session.add(Membership(account_id=account.id, enterprise_id=enterprise.id, role=role, granted_by="示例"))
        create_account(session, actor=Actor.command_line(), login="nobody", password=PASSWORD)
        for login, grant in (
            ("lin", Grant(Role.REVIEWER, "440300")),
            ("far", Grant(Role.REVIEWER, "440100")),
            ("shen", Grant(Role.AUDITOR, "440000")),
            ("fang", Grant(Role.CURATOR, "440000")),
        ):
            create_account(session, actor=Actor.command_line(), login=login, password=PASSWORD, grants=(grant,))
        session.add(a_figure(firm, year=YEAR - 1, name="total_assets", value=134_200_000))
        call = a_call(session)
        return Place(str(firm.uscc), firm.id, str(other.uscc), call.id)


def as_(client: TestClient, login: str) -> TestClient:
    client.cookies.clear()
    answer = client.post("/login", data={"login": login, "password": PASSWORD}, headers=SAME_SITE)
    assert answer.status_code == 303
    return client


def begin(client: TestClient, place: Place, kind: str = "profile", **more: object) -> str:
    """The address of a new submission."""
    answer = client.post(f"/firm/{place.key}/submissions", data={"kind": kind, **more}, headers=SAME_SITE)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def fill(client: TestClient, address: str, part: str, **typed: str) -> int:
    """Save a page; the status of the answer."""
    mine = {name: value for name, value in FILLED.items()} | {}
    chosen = {name: value for name, value in mine.items() if part_of(name) == part} | typed
    return client.post(f"{address}/parts/{part}", data=chosen or {"x": "y"}, headers=SAME_SITE).status_code


def part_of(path: str) -> str:
    head, _, rest = path.partition(".")
    return {"contact": "contacts", "profile": "profile"}.get(head, f"figures-{rest.partition('.')[0]}")


def sent(client: TestClient, address: str, version: int) -> str:
    data = {"version": version, "declared_by": "示例负责人 总经理", "agreed": "yes"}
    answer = client.post(f"{address}/check", data=data, headers=SAME_SITE)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def version(engine: Engine) -> int:
    with reading(engine) as session:
        return session.exec(select(Submission)).one().version


@pytest.fixture
def owner(client: TestClient, place: Place) -> TestClient:
    return as_(client, "owner")


def test_a_firm_fills_in_sends_and_reads_its_receipt(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    address = begin(owner, place)
    assert "联系人" in owner.get(address).text
    assert fill(owner, address, "contacts") == 303
    assert fill(owner, address, "profile") == 303
    page = owner.get(f"{address}/check").text
    assert "示例联系人" in page
    receipt = owner.get(sent(owner, address, version(sqlite_engine)))
    with reading(sqlite_engine) as session:
        submission = session.exec(select(Submission)).one()
        assert submission.receipt is not None
        assert submission.receipt in receipt.text
        assert session.exec(select(WorkItem)).one().enterprise_id == place.firm
    assert "审核中" in owner.get(address).text
    content = owner.get(f"{address}/receipts/1/content")
    assert json.loads(content.content)["fields"]["contact.name"] == "示例联系人"


def test_what_is_wrong_comes_back_with_all_that_was_typed(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "yearly")
    answer = owner.post(
        f"{address}/parts/figures-{YEAR}",
        data={REVENUE: "8,200", RD: "62,000", f"annual.{YEAR}.employees": "一百"},
        headers=SAME_SITE,
    )
    assert answer.status_code == 422
    assert 'value="62,000"' in answer.text
    assert 'value="一百"' in answer.text
    assert "研发费用 62,000 万元大于营业收入 8,200 万元" in answer.text
    assert 'value="62,000"' in owner.get(f"{address}/parts/figures-{YEAR}").text


def test_the_unit_is_asked_and_answered_without_scripts(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    path = f"annual.{YEAR}.total_assets"
    address = begin(owner, place, "yearly")
    answer = owner.post(f"{address}/parts/figures-{YEAR}", data={path: "141,500,000"}, headers=SAME_SITE)
    assert answer.status_code == 422
    assert "单位是元吗" in answer.text
    data = {path: "141,500,000", f"was.{path}": "141,500,000", f"unit.{path}": "one"}
    assert owner.post(f"{address}/parts/figures-{YEAR}", data=data, headers=SAME_SITE).status_code == 303
    with reading(sqlite_engine) as session:
        row = session.exec(select(SubmissionField).where(SubmissionField.path == path)).one()
        assert (row.value, row.typed, row.unit_confirmed) == (141_500_000, "14,150", True)


def test_a_field_is_saved_as_soon_as_it_is_left(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "yearly")
    answer = owner.post(
        f"{address}/fields", data={"only": REVENUE, REVENUE: "8200", f"was.{REVENUE}": ""}, headers=HTMX
    )
    assert answer.status_code == 200
    assert "8,200 万元，即 0.82 亿元" in answer.text
    assert "已自动保存" in answer.text
    assert "<html" not in answer.text


def test_huge_and_strange_text_is_answered_and_comes_back(owner: TestClient, place: Place) -> None:
    address = begin(owner, place)
    huge, strange = "长" * 5_000, "<script>alert(1)</script>\x00"
    answer = owner.post(
        f"{address}/parts/profile",
        data={"profile.main_business": huge, "profile.name_en": strange, "annual.9999.revenue": "1", "facts.x": "1"},
        headers=SAME_SITE,
    )
    assert answer.status_code == 422
    assert huge in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("login", ["neighbour", "nobody", "lin", "shen", "fang"])
def test_nobody_else_opens_a_firms_pages(owner: TestClient, place: Place, login: str) -> None:
    address = begin(owner, place)
    client = as_(owner, login)
    for path in (
        f"/firm/{place.key}",
        address,
        f"{address}/parts/profile",
        f"{address}/evidence",
        f"{address}/check",
        f"/firm/{place.key}/standing",
        f"/firm/{place.key}/members",
        f"/firm/{place.key}/access",
        f"/firm/{place.key}/holdings",
    ):
        assert client.get(path).status_code == 403, path
    for path in (f"{address}/parts/profile", f"{address}/fields", f"{address}/check", f"{address}/acts/withdraw"):
        assert client.post(path, data={"only": "profile.address"}, headers=SAME_SITE).status_code == 403, path
    # A submission of another firm is none of one's own.
    number = address.rpartition("/")[2]
    if login == "neighbour":
        assert client.get(f"/firm/{place.other_key}/submissions/{number}").status_code == 404


def test_the_public_is_sent_to_sign_in(client: TestClient, place: Place) -> None:
    answer = client.get(f"/firm/{place.key}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")


def test_an_editor_fills_in_and_does_not_sign(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    client = as_(owner, "editor")
    assert fill(client, address, "profile", **{"profile.website": "www.example.com"}) == 303
    data = {"version": version(sqlite_engine), "declared_by": "示例", "agreed": "yes"}
    assert client.post(f"{address}/check", data=data, headers=SAME_SITE).status_code == 403


def test_a_declaration_that_is_not_ticked_brings_the_page_back(
    owner: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    data = {"version": version(sqlite_engine), "declared_by": "示例负责人"}
    answer = owner.post(f"{address}/check", data=data, headers=SAME_SITE)
    assert answer.status_code == 422
    assert 'value="示例负责人"' in answer.text
    assert "请勾选声明" in answer.text


def test_a_form_sent_twice_sends_once(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    seen = version(sqlite_engine)
    sent(owner, address, seen)
    data = {"version": seen, "declared_by": "示例负责人", "agreed": "yes"}
    answer = owner.post(f"{address}/check", data=data, headers=SAME_SITE)
    assert answer.status_code == 409
    with reading(sqlite_engine) as session:
        assert session.exec(select(Submission)).one().revision == 1


def test_of_what_was_returned_only_the_returned_fields_are_inputs(
    owner: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    sent(owner, address, version(sqlite_engine))
    with transaction(sqlite_engine) as session:
        submission = session.exec(select(Submission)).one()
        row = session.exec(select(SubmissionField).where(SubmissionField.path == "contact.phone")).one()
        row.decision, row.decided_revision, row.reason_code = FieldDecision.RETURNED, 1, "incomplete"
        row.reason = "示例：打不通"
        move(session, submission, SubmissionAct.RETURN, actor=SYSTEM)
    page = owner.get(f"{address}/parts/contacts").text
    assert 'id="contact.phone"' in page
    assert 'id="contact.name"' not in page
    assert "示例：打不通" in page
    assert "退回 1 项" in owner.get(address).text
    fill(owner, address, "contacts", **{"contact.phone": "0755-87654321"})
    sent(owner, address, version(sqlite_engine))
    with reading(sqlite_engine) as session:
        assert session.exec(select(Submission)).one().revision == 2


def test_taking_back_and_giving_up_say_first_what_they_do(
    owner: TestClient, place: Place, sqlite_engine: Engine
) -> None:
    address = begin(owner, place)
    fill(owner, address, "contacts")
    sent(owner, address, version(sqlite_engine))
    assert "收回这件申报" in owner.get(f"{address}/acts/recall").text
    data = {"version": version(sqlite_engine)}
    assert owner.post(f"{address}/acts/recall", data=data, headers=SAME_SITE).status_code == 303
    data = {"version": version(sqlite_engine)}
    assert owner.post(f"{address}/acts/withdraw", data=data, headers=SAME_SITE).status_code == 303
    with reading(sqlite_engine) as session:
        assert session.exec(select(Submission)).one().state is SubmissionState.WITHDRAWN
    assert owner.get(f"{address}/acts/withdraw").status_code == 409


def test_evidence_is_kept_by_hash_and_leaves_as_an_attachment(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "yearly")
    files = {"file": ("审计 报告.pdf", a_pdf(pages=2), "application/pdf")}
    answer = owner.post(f"{address}/evidence", data={"slug": "audit_report"}, files=files, headers=SAME_SITE)
    assert answer.status_code == 303, answer.text
    page = owner.get(f"{address}/evidence").text
    assert "审计 报告.pdf" in page
    assert "2 页" in page
    found = owner.get("/firm/evidence/1")
    assert found.headers["content-disposition"].startswith("attachment;")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in found.headers["content-security-policy"]
    assert as_(owner, "neighbour").get("/firm/evidence/1").status_code == 403
    assert as_(owner, "lin").get("/office/evidence/1").status_code == 200
    assert as_(owner, "far").get("/office/evidence/1").status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("page.pdf", b"<html><script>alert(1)</script>", "只收 PDF"),
        ("cut.pdf", a_pdf()[:120], "已损坏"),
        ("script.pdf", a_pdf(script=True), "脚本"),
        ("empty.pdf", b"", "空的"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "只收 PDF"),
        ("cut.png", b"\x89PNG\r\n\x1a\n0000", "已损坏"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why(
    owner: TestClient, place: Place, name: str, content: bytes, said: str
) -> None:
    address = begin(owner, place, "yearly")
    files = {"file": (name, content, "application/pdf")}
    answer = owner.post(f"{address}/evidence", data={"slug": "audit_report"}, files=files, headers=SAME_SITE)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_nomination_is_held_against_its_standard(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "nomination", call=place.call)
    page = owner.get(address).text
    assert "还差什么" in page
    assert "LG26" in page
    assert begin(owner, place, "nomination", call=place.call) == address
    assert "已开始，继续" in owner.get(f"/firm/{place.key}").text


def test_standing_and_what_if_store_nothing(owner: TestClient, place: Place, sqlite_engine: Engine) -> None:
    assert "尚不能判断" in owner.get(f"/firm/{place.key}/standing").text
    page = owner.get(f"/firm/{place.key}/standing/little_giant", params={REVENUE: "8,200", "facts.class1_ip": "9"})
    assert page.status_code == 200
    assert "假设之后" in page.text
    wrong = owner.get(f"/firm/{place.key}/standing/little_giant", params={REVENUE: "许多"})
    assert wrong.status_code == 422
    assert 'value="许多"' in wrong.text
    assert owner.get(f"/firm/{place.key}/standing/nothing").status_code == 404
    with reading(sqlite_engine) as session:
        assert session.exec(select(Submission)).first() is None


def test_everything_held_can_be_taken_along(owner: TestClient, place: Place) -> None:
    address = begin(owner, place, "yearly")
    owner.post(
        f"{address}/evidence",
        data={"slug": "audit_report"},
        files={"file": ("a.pdf", a_pdf(), "application/pdf")},
        headers=SAME_SITE,
    )
    with zipfile.ZipFile(BytesIO(owner.get(f"/firm/{place.key}/holdings").content)) as archive:
        held = json.loads(archive.read("holdings.json"))
        assert "evidence/1-a.pdf" in archive.namelist()
    assert held["submission"][0]["kind"] == "yearly"
    assert held["figure"][0]["name"] == "total_assets"
    assert held["membership"][0]["role"] == "owner"


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
        "closes_hour": "17:00", "step.city": "yes", "days_per_step": "10", "document.audit_report": "required",
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
